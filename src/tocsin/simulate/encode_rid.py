"""Remote ID of drones: ASTM F3411-22a message packs in Wi-Fi beacons, as pcapng.

Each beacon (IEEE 802.11) carries one vendor-specific element: identifier FA-0B-BC, type 0x0D,
a counter, and a message pack of Basic ID, Location, Self-ID, System and Operator ID messages of
25 bytes.  Time stamps of the capture are microseconds (pcapng, draft-ietf-opsawg-pcapng).  The
capture's comment and the Self-ID text say that it is synthetic.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, degrees, hypot

import numpy as np

from tocsin.simulate.geometry import Site
from tocsin.simulate.gnss import M_PER_DEG, gauss_markov
from tocsin.simulate.scenario import Aircraft, Listener
from tocsin.simulate.target import Target, within

SYNTHETIC = "SYNTHETIC"
RADIOTAP, BEACON = 127, 0x80  # link type; frame control
VENDOR, OUI, APPLICATION = 0xDD, b"\xfa\x0b\xbc", 0x0D
VERSION = 2  # F3411-22a
BASIC_ID, LOCATION, SELF_ID, SYSTEM, OPERATOR, PACK = 0x0, 0x1, 0x3, 0x4, 0x5, 0xF
SIZE = 25
AIRBORNE = 2
HELICOPTER_OR_MULTIROTOR, SERIAL_NUMBER = 2, 1
UNKNOWN_HEIGHT = 0
EPOCH_2019_S = 1_546_300_800  # 2019-01-01T00:00:00Z, from which System counts
EVERY_S = 1.0
FINE_MPS = 255 * 0.25
VERTICAL_10_M, SPEED_1_MPS, TIME_0_1_S = 4, 3, 1  # F3411 codes


@dataclass(frozen=True, slots=True)
class State:
    """What one beacon says of one drone."""

    t_s: float
    lat_deg: float
    lon_deg: float
    h_pressure_m: float
    h_hae_m: float
    h_takeoff_m: float
    east_mps: float
    north_mps: float
    up_mps: float


def capture(
    listener: Listener,
    targets: Sequence[Target],
    length_s: float,
    start_ns: int,
    rng: np.random.Generator,
) -> bytes:
    """Return the capture of a listener: every beacon that it hears of every drone."""
    packets: list[tuple[float, bytes]] = []
    for number, target in enumerate(targets):
        if target.aircraft.serial:
            for counter, state in enumerate(_heard(listener, target, length_s, rng)):
                packets.append(
                    (state.t_s, beacon(target.aircraft, listener, state, number, counter, start_ns))
                )
    out = bytearray(_section() + _interface())
    for t_s, packet in sorted(packets, key=lambda p: p[0]):
        out += _packet(start_ns // 1000 + round(t_s * 1e6), packet)
    return bytes(out)


def _heard(
    listener: Listener, target: Target, length_s: float, rng: np.random.Generator
) -> list[State]:
    flown, aircraft = target.flown, target.aircraft
    begin, end = max(0.0, float(flown.t_s[0])), min(length_s, float(flown.t_s[-1]))
    t = np.arange(begin + float(rng.uniform(0, EVERY_S)), max(end, begin), EVERY_S)
    if not len(t):
        return []
    xyz, _ = flown.at(t)
    site = Site(listener.lon_deg, listener.lat_deg, listener.h_hae_m)
    far, _, _ = site.polar(xyz)
    heard = (far <= listener.max_range_m) & ~within(t, aircraft.silent)
    heard &= rng.random(len(t)) < listener.detection_probability
    lon, lat, h = flown.geodetic(t)
    flat = listener.position_sigma_m / np.sqrt(2)
    errors = [
        gauss_markov(rng, len(t), EVERY_S, sigma, aircraft.gnss_tau_s)
        for sigma in (flat, flat, listener.height_sigma_m)
    ]
    lon = lon + errors[0] / (M_PER_DEG * np.cos(np.radians(lat)))
    lat = lat + errors[1] / M_PER_DEG
    east, north, up = flown.motion(t)
    pressure = target.pressure_m(t)
    takeoff = float(flown.geodetic(flown.t_s[:1])[2][0])  # the path begins on the ground
    return [
        State(
            *(
                float(column[k])
                for column in (
                    t,
                    lat,
                    lon,
                    pressure,
                    h + errors[2],
                    h - takeoff,  # by barometer: without the satellite error
                    east,
                    north,
                    up,
                )
            )
        )
        for k in np.flatnonzero(heard).tolist()
    ]


def beacon(
    aircraft: Aircraft, listener: Listener, state: State, number: int, counter: int, start_ns: int
) -> bytes:
    """Return one Wi-Fi beacon frame under a minimal radiotap header."""
    address = b"\x02" + b"SYN" + struct.pack(">H", number)  # locally administered
    header = struct.pack(
        "<BBH6s6s6sH", BEACON, 0, 0, b"\xff" * 6, address, address, (counter % 4096) << 4
    )
    fixed = struct.pack("<QHH", round(state.t_s * 1e6), 100, 0x0421)
    name = f"RID-{aircraft.serial}"[:32].encode()
    element = (
        OUI + bytes([APPLICATION, counter % 256]) + pack_of(aircraft, listener, state, start_ns)
    )
    body = bytes([0, len(name)]) + name + bytes([VENDOR, len(element)]) + element
    return struct.pack("<BBHI", 0, 0, 8, 0) + header + fixed + body


def pack_of(aircraft: Aircraft, listener: Listener, state: State, start_ns: int) -> bytes:
    """Return a message pack (type 0xF)."""
    messages = [
        _head(BASIC_ID)
        + bytes([SERIAL_NUMBER << 4 | HELICOPTER_OR_MULTIROTOR])
        + _text(aircraft.serial, 20)
        + bytes(3),
        _location(listener, state, start_ns),
        _head(SELF_ID) + b"\x00" + _text(SYNTHETIC, 23),
        _system(aircraft, state, start_ns),
        _head(OPERATOR) + b"\x00" + _text(SYNTHETIC, 20) + bytes(3),
    ]
    return _head(PACK) + bytes([SIZE, len(messages)]) + b"".join(messages)


def _location(listener: Listener, state: State, start_ns: int) -> bytes:
    """Return a Location message: F3411-22a, table 6 (little-endian)."""
    course = round(degrees(atan2(state.east_mps, state.north_mps)) % 360) % 360
    east_west = course >= 180
    speed = hypot(state.east_mps, state.north_mps)
    fine = speed <= FINE_MPS  # a finer step while it fits into the byte
    steps = round(speed / 0.25) if fine else min(round((speed - FINE_MPS) / 0.75), 254)
    flags = AIRBORNE << 4 | (not fine) | east_west << 1 | UNKNOWN_HEIGHT << 2
    # Multiplier bit 0, direction segment bit 1, height type bit 2 (0: above take-off).
    seconds = (start_ns / 1e9 + state.t_s) % 3600
    climb = max(-124, min(124, round(state.up_mps / 0.5)))
    return (
        _head(LOCATION)
        + bytes([flags, course - 180 * east_west, steps])
        + struct.pack(
            "<bii",
            climb,
            round(state.lat_deg * 1e7),
            round(state.lon_deg * 1e7),
        )
        + struct.pack(
            "<HHH",
            _height(state.h_pressure_m),
            _height(state.h_hae_m),
            _height(state.h_takeoff_m),
        )
        + bytes([VERTICAL_10_M << 4 | listener.horizontal_accuracy])
        + bytes([VERTICAL_10_M << 4 | SPEED_1_MPS])
        + struct.pack("<H", int(seconds * 10) % 36_000)
        + bytes([TIME_0_1_S, 0])
    )


def _system(aircraft: Aircraft, state: State, start_ns: int) -> bytes:
    """Return a System message: F3411-22a, table 10; the operator at the place of take-off."""
    lat = 0.0 if aircraft.operator_lat_deg is None else aircraft.operator_lat_deg
    lon = 0.0 if aircraft.operator_lon_deg is None else aircraft.operator_lon_deg
    stamp = int(start_ns / 1e9 + state.t_s) - EPOCH_2019_S
    unknown = _height(-1_000.0)
    return (
        _head(SYSTEM)
        + b"\x00"
        + struct.pack("<ii", round(lat * 1e7), round(lon * 1e7))
        + struct.pack("<HB", 1, 0)
        + struct.pack("<HH", unknown, unknown)
        + b"\x00"
        + struct.pack("<H", unknown)
        + struct.pack("<I", stamp)
        + b"\x00"
    )


def _head(kind: int) -> bytes:
    return bytes([kind << 4 | VERSION])


def _height(metres: float) -> int:
    """Return a height in steps of 0.5 m from -1000 m."""
    return max(0, min(65_534, round((metres + 1_000) / 0.5)))


def _text(text: str, size: int) -> bytes:
    return text.encode("ascii")[:size].ljust(size, b"\x00")


def _section() -> bytes:
    comment = f"{SYNTHETIC}: made by a simulation".encode()
    body = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _option(1, comment) + _option(0, b"")
    return _block(0x0A0D0D0A, body)


def _interface() -> bytes:
    body = struct.pack("<HHI", RADIOTAP, 0, 0) + _option(2, SYNTHETIC.encode()) + _option(0, b"")
    return _block(1, body)


def _packet(micros: int, data: bytes) -> bytes:
    body = struct.pack("<IIIII", 0, micros >> 32, micros & 0xFFFFFFFF, len(data), len(data))
    return _block(6, body + _padded(data))


def _block(kind: int, body: bytes) -> bytes:
    size = len(body) + 12
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
