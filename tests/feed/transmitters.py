"""Synthetic drones: Open Drone ID, DroneID, their carriers and captures, apart from the decoder.

Written from the layouts of ASTM F3411-22a, IEEE 802.11, Bluetooth Core and the pcap drafts in the
direction of sending: physical values in, bytes out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

SENDER = bytes.fromhex("903ae65bc8a8")
BROADCAST = b"\xff" * 6
SERVICE_HASH = bytes.fromhex("8869199d9209")
UNKNOWN_M = -1000.0


def height_code(height_m: float) -> int:
    return round((height_m + 1000) * 2)


def degrees_code(degrees: float) -> int:
    return round(degrees * 1e7)


def basic_id(uas_id: str | bytes, id_type: int = 1, ua_type: int = 2, version: int = 2) -> bytes:
    octets = uas_id if isinstance(uas_id, bytes) else uas_id.encode("ascii")
    return struct.pack("<BB20s3x", version, id_type << 4 | ua_type, octets)


def location(
    lat_deg: float,
    lon_deg: float,
    *,
    status: int = 2,
    track_deg: float = 361,
    gs_mps: float = 255,
    vrate_mps: float = 63,
    h_pressure_m: float = UNKNOWN_M,
    h_hae_m: float = UNKNOWN_M,
    height_m: float = UNKNOWN_M,
    above_ground: bool = False,
    horizontal: int = 0,
    vertical: int = 0,
    pressure: int = 0,
    speed: int = 0,
    hour_s: float | None = None,
    tenths_accuracy: int = 0,
    version: int = 2,
) -> bytes:
    """Return a Location/Vector message; what is not given is sent as unknown."""
    west, direction = divmod(round(track_deg), 180) if track_deg < 360 else (1, 181)
    fast = gs_mps > 63.75
    speed_code = round((gs_mps - 63.75) / 0.75) if fast else round(gs_mps / 0.25)
    return struct.pack(
        "<BBBBbiiHHHBBHBx",
        0x10 | version,
        status << 4 | above_ground << 2 | west << 1 | fast,
        direction,
        speed_code,
        round(vrate_mps * 2),
        degrees_code(lat_deg),
        degrees_code(lon_deg),
        height_code(h_pressure_m),
        height_code(h_hae_m),
        height_code(height_m),
        vertical << 4 | horizontal,
        pressure << 4 | speed,
        0xFFFF if hour_s is None else round(hour_s * 10),
        tenths_accuracy,
    )


def authentication(page: int = 0, version: int = 2) -> bytes:
    if page:
        return struct.pack("<BB23s", 0x20 | version, 0x10 | page, b"\xaa" * 23)
    return struct.pack("<BBBBI17s", 0x20 | version, 0x10, 1, 40, 1000, b"\xbb" * 17)


def self_id(text: str, version: int = 2) -> bytes:
    return struct.pack("<BB23s", 0x30 | version, 0, text.encode("ascii"))


def system(
    lat_deg: float,
    lon_deg: float,
    *,
    h_hae_m: float = UNKNOWN_M,
    location_type: int = 1,
    classification: int = 1,
    radius_m: float = 0,
    second: int = 0,
    version: int = 2,
) -> bytes:
    return struct.pack(
        "<BBiiHBHHBHIx",
        0x40 | version,
        classification << 2 | location_type,
        degrees_code(lat_deg),
        degrees_code(lon_deg),
        1,
        round(radius_m / 10),
        0,
        0,
        0x12,
        height_code(h_hae_m),
        second,
    )


def operator_id(text: str, version: int = 2) -> bytes:
    return struct.pack("<BB20s3x", 0x50 | version, 0, text.encode("ascii"))


def pack(*messages: bytes, version: int = 2) -> bytes:
    return bytes([0xF0 | version, 25, len(messages)]) + b"".join(messages)


def dji(
    serial: str,
    lat_deg: float,
    lon_deg: float,
    *,
    app: tuple[float, float] = (0, 0),
    home: tuple[float, float] = (0, 0),
    state: int = 0x1F33,
    version: int = 2,
) -> bytes:
    """Return what follows the OUI of a DroneID element."""
    steps = [round(value * 174533) for value in (lon_deg, lat_deg, *app, *home[::-1])]
    head = struct.pack("<BHH16sii", version, 1, state, serial.encode(), *steps[:2])
    body = struct.pack("<5h", 65, 202, 1200, 1900, 900)
    if version == 2:
        body += struct.pack("<hQii", 4800, 0, *steps[2:4])
    else:
        body += struct.pack("<3h", 0, 0, 4800)
    return b"\x58\x62\x13\x10" + head + body + struct.pack("<iiBB", *steps[4:], 16, 0)


def element(number: int, body: bytes) -> bytes:
    return bytes([number, len(body)]) + body


def vendor(payload: bytes, counter: int = 0, oui: bytes = b"\xfa\x0b\xbc\x0d") -> bytes:
    return element(221, oui + bytes([counter]) + payload)


def dji_vendor(payload: bytes) -> bytes:
    return element(221, b"\x26\x37\x12" + payload)


def management(subtype: int, body: bytes, sender: bytes = SENDER) -> bytes:
    return struct.pack("<BBH", subtype << 4, 0, 0) + BROADCAST + sender + sender + b"\0\0" + body


def beacon(*elements: bytes, sender: bytes = SENDER, subtype: int = 8) -> bytes:
    ssid = element(0, b"drone")
    body = struct.pack("<QHH", 0, 100, 0x0420) + ssid + b"".join(elements)
    return management(subtype, body, sender)


def nan_action(payload: bytes, counter: int = 0, control: int = 0x10, before: bytes = b"") -> bytes:
    """Return a NAN service discovery frame; `before` is what `control` puts before the info."""
    info = bytes([counter]) + payload
    service = SERVICE_HASH + bytes([1, 0, control]) + before + bytes([len(info)]) + info
    attribute = b"\x03" + struct.pack("<H", len(service)) + service
    extension = b"\x0e\x04\x00\x01\x00\x02" + bytes([counter])
    return management(13, b"\x04\x09\x50\x6f\x9a\x13" + attribute + extension)


def radiotap(frame: bytes, *, fcs: bool = False, timer: bool = False, bad: bool = False) -> bytes:
    """Return a frame behind a radiotap header with two words of bit map."""
    flags = bytes([fcs * 0x10 | bad * 0x40])
    fields = (b"\0" * 4 + b"\1" * 8 if timer else b"") + flags
    header = struct.pack("<BBHII", 0, 0, 12 + len(fields), 1 << 31 | 2 | timer, 0) + fields
    return header + frame + (struct.pack("<I", zlib.crc32(frame)) if fcs else b"")


def service_data(payload: bytes, counter: int = 0) -> bytes:
    """Return the AD structure of Remote ID."""
    body = b"\x16\xfa\xff\x0d" + bytes([counter]) + payload
    return bytes([len(body)]) + body


def advertising(data: bytes, sender: bytes = SENDER) -> bytes:
    """Return a legacy advertising packet of the link layer (ADV_NONCONN_IND)."""
    pdu = bytes([0x42, 6 + len(data)]) + sender[::-1] + data
    return b"\xd6\xbe\x89\x8e" + pdu + b"\0\0\0"


def extended(data: bytes, sender: bytes = SENDER, coded: bool = False) -> bytes:
    """Return an auxiliary advertising packet: address and ADI before the data."""
    header = bytes([9, 0x09]) + sender[::-1] + b"\x34\x12"
    pdu = bytes([0x47, len(header) + len(data)]) + header + data
    return b"\xd6\xbe\x89\x8e" + (b"\0" if coded else b"") + pdu + b"\0\0\0"


def with_radio(packet: bytes, *, coded: bool = False, valid: bool = True) -> bytes:
    flags = 1 | 0x400 | valid << 11 | coded << 15
    return struct.pack("<BbbBIH", 37, -60, -90, 0, 0x8E89BED6, flags) + packet


def nordic(packet: bytes, *, coded: bool = False, valid: bool = True) -> bytes:
    flags = valid | (2 if coded else 0) << 4
    event = struct.pack("<BBBBHI", 10, flags, 37, 60, 1, 1000) + packet
    return b"\x01" + struct.pack("<HBHB", len(event), 3, 1, 2) + event


def hci(reports: list[bytes], *, extended_event: bool) -> bytes:
    """Return an LE advertising report event as a controller hands it over (H4, with direction)."""
    body = bytes([0x0D if extended_event else 0x02, len(reports)]) + b"".join(reports)
    return b"\0\0\0\1" + b"\x04\x3e" + bytes([len(body)]) + body


def legacy_report(data: bytes, sender: bytes = SENDER) -> bytes:
    return b"\x03\x01" + sender[::-1] + bytes([len(data)]) + data + b"\xc4"


def extended_report(data: bytes, sender: bytes = SENDER) -> bytes:
    fixed = b"\x00\x00\x01" + sender[::-1] + b"\x01\x01\x00\x7f\xc4" + b"\0\0" + b"\0" * 7
    return fixed + bytes([len(data)]) + data


def pcap(
    packets: Iterable[tuple[int, bytes]], linktype: int = 127, order: str = "<", nano: bool = False
) -> bytes:
    """Return a pcap file of (Unix ns, bytes)."""
    magic, tick = (0xA1B23C4D, 1) if nano else (0xA1B2C3D4, 1000)
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, linktype)
    for t_ns, packet in packets:
        second, part = divmod(t_ns, 1_000_000_000)
        out += struct.pack(order + "4I", second, part // tick, len(packet), len(packet)) + packet
    return out


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += b"\0" * (-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def interface(
    linktype: int = 127,
    resolution: int | None = None,
    offset_s: int | None = None,
    order: str = "<",
) -> bytes:
    body = struct.pack(order + "HHI", linktype, 0, 0) + option(2, b"wlan0", order)
    if resolution is not None:
        body += option(9, bytes([resolution]), order)
    if offset_s is not None:
        body += option(14, struct.pack(order + "q", offset_s), order)
    return block(1, body + option(0, b"", order), order)


def enhanced(stamp: int, packet: bytes, number: int = 0, order: str = "<") -> bytes:
    head = struct.pack(
        order + "5I", number, stamp >> 32, stamp & 0xFFFFFFFF, len(packet), len(packet)
    )
    return block(6, head + packet, order)


def pcapng(packets: Iterable[tuple[int, bytes]], linktype: int = 127, order: str = "<") -> bytes:
    """Return a pcapng file of (Unix ns, bytes), stamped in nanoseconds."""
    out = section(order) + interface(linktype, 9, order=order)
    return out + b"".join(enhanced(t_ns, packet, order=order) for t_ns, packet in packets)
