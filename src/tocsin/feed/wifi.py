"""Remote ID broadcasts of one captured Wi-Fi frame.

Carried by beacons and probe responses as vendor elements (IEEE 802.11-2020, 9.4.2.25), and by
Neighbor Awareness Networking: a public action frame of the Wi-Fi Alliance whose service descriptor
is named by the first six octets of SHA-256("org.opendroneid.remoteid") (ASTM F3411-22a, 5.4).
Before the frame stands what the capture's link type says: nothing (105), radiotap (127), Prism or
AVS (119, 163).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from tocsin.feed.broadcast import DJI, FRENCH, ODID, Broadcast, Malformed, mac

RAW, PRISM, RADIOTAP, AVS = 105, 119, 127, 163
LINKTYPES = frozenset({RAW, PRISM, RADIOTAP, AVS})

#: Vendor elements: OUI with its type.  Parrot used its own OUI before ASD-STAN had one.
_VENDORS = {
    b"\xfa\x0b\xbc\x0d": ODID,
    b"\x90\x3a\xe6\x0d": ODID,
    b"\x26\x37\x12": DJI,
    b"\x6a\x5c\x35\x01": FRENCH,
}
_NAN_SERVICE = b"\x88\x69\x19\x9d\x92\x09"
_NAN_TYPE = b"\x50\x6f\x9a\x13"  # Wi-Fi Alliance, NAN
_NAN_ACTION = b"\x04\x09" + _NAN_TYPE  # public action, vendor specific
#: A frame without any of these carries no Remote ID: the quick test.
MARKS = (*_VENDORS, _NAN_SERVICE)

_PROBE_RESPONSE, _BEACON, _ACTION = 0x50, 0x80, 0xD0  # frame control, first octet
_ORDER, _PROTECTED = 0x80, 0x40  # of its second
_HEADER, _FIXED = 24, 12  # of a management frame; timestamp, interval, capability
_VENDOR = 221
_SERVICE_DESCRIPTOR = 3
_FCS_PRESENT, _FCS_BAD = 0x10, 0x40  # radiotap flags


def broadcasts(data: bytes, begin: int, end: int, linktype: int, whole: bool) -> list[Broadcast]:
    """Return the Remote ID broadcasts of the packet `data[begin:end]`, none for most packets.

    whole   the capture holds all of it: a frame check sequence at its end can be checked

    Raises Malformed where a frame that carries one is damaged.
    """
    if not any(data.find(mark, begin, end) >= 0 for mark in MARKS):
        return []
    at, flags = _frame(data, begin, end, linktype)
    if at + _HEADER > end or data[at] not in (_PROBE_RESPONSE, _BEACON, _ACTION):
        return []
    if data[at + 1] & _PROTECTED:
        return []
    found: list[Broadcast] = []
    problem: Malformed | None = None
    body = at + _HEADER + (4 if data[at + 1] & _ORDER else 0)
    last = end - 4 if flags & _FCS_PRESENT and whole else end
    sender = mac(data[at + 10 : at + 16])
    walk = _in_action if data[at] == _ACTION else _in_elements
    try:
        found.extend(walk(data, body, last, sender))
    except Malformed as error:
        problem = error
    if (found or problem) and _damaged(data, at, end, flags, whole):
        raise Malformed("bad-crc", "the frame check sequence does not fit: received with errors")
    if problem:
        raise problem
    return found


def _damaged(data: bytes, at: int, end: int, flags: int, whole: bool) -> bool:
    if flags & _FCS_BAD:
        return True
    if not (flags & _FCS_PRESENT and whole):
        return False
    return zlib.crc32(data[at : end - 4]) != int.from_bytes(data[end - 4 : end], "little")


def _frame(data: bytes, begin: int, end: int, linktype: int) -> tuple[int, int]:
    """Return where the 802.11 frame begins, and its radiotap flags (0 where there are none)."""
    if linktype == RAW or end - begin < 8:
        return begin, 0
    if linktype == RADIOTAP:
        return _radiotap(data, begin, end)
    big, little = (struct.unpack_from(order + "2I", data, begin) for order in "><")
    if big[0] & 0xFFFFF000 == 0x80211000:  # AVS, also met under the link type of Prism
        return begin + big[1], 0
    return begin + min(big[1], little[1]), 0  # Prism is in the byte order of its host


def _radiotap(data: bytes, begin: int, end: int) -> tuple[int, int]:
    """Return where the frame begins and the field "flags" (radiotap.org)."""
    length = struct.unpack_from("<H", data, begin + 2)[0]
    if data[begin] != 0 or length < 8 or begin + length > end:
        return end, 0
    present = struct.unpack_from("<I", data, begin + 4)[0]
    field, more = 8, present
    while more >> 31 and field + 4 <= length:  # further words of the bit map
        more = struct.unpack_from("<I", data, begin + field)[0]
        field += 4
    if present & 1:  # the TSF timer comes first, aligned to 8
        field = (field + 7) // 8 * 8 + 8
    flags = data[begin + field] if present & 2 and field < length else 0
    return begin + length, flags


def _in_elements(data: bytes, body: int, last: int, sender: str) -> Iterator[Broadcast]:
    """Yield the broadcasts among the elements of a beacon or probe response."""
    at = body + _FIXED
    while at + 2 <= last:
        begin, end = at + 2, at + 2 + data[at + 1]
        if end > last:
            if any(data.find(mark, at, last) >= 0 for mark in MARKS):  # Remote ID is lost with it
                detail = f"element {data[at]} says {end - begin} bytes, {last - begin} are left"
                raise Malformed("truncated", detail)
            return
        if data[at] == _VENDOR:
            yield from _vendor(data, begin, end, sender)
        at = end


def _vendor(data: bytes, begin: int, end: int, sender: str) -> Iterator[Broadcast]:
    for mark, scheme in _VENDORS.items():
        if data.startswith(mark, begin, end):
            yield Broadcast(scheme, sender, begin + len(mark), end)
    if data.startswith(_NAN_TYPE, begin, end):  # a NAN discovery beacon
        yield from _attributes(data, begin + len(_NAN_TYPE), end, sender)


def _in_action(data: bytes, body: int, last: int, sender: str) -> Iterator[Broadcast]:
    """Yield the broadcasts of a NAN service discovery frame."""
    if data.startswith(_NAN_ACTION, body, last):
        yield from _attributes(data, body + len(_NAN_ACTION), last, sender)


def _attributes(data: bytes, at: int, last: int, sender: str) -> Iterator[Broadcast]:
    """Yield the service info of each service descriptor that is Remote ID's."""
    while at + 3 <= last:
        begin = at + 3
        end = begin + int.from_bytes(data[at + 1 : begin], "little")
        if data[at] == _SERVICE_DESCRIPTOR and data.startswith(_NAN_SERVICE, begin, last):
            if end > last:
                detail = f"NAN attribute says {end - begin} bytes, {last - begin} are left"
                raise Malformed("truncated", detail)
            yield from _service_info(data, begin, end, sender)
        at = end


def _service_info(data: bytes, begin: int, end: int, sender: str) -> Iterator[Broadcast]:
    """Yield the service info of a descriptor: what stands before it, its control bits say."""
    if begin + 9 > end:
        raise Malformed(
            "truncated", f"NAN service descriptor of {end - begin} bytes, not 9 or more"
        )
    control = data[begin + 8]
    at = begin + 9 + (2 if control & 0x40 else 0)  # binding bit map
    for bit in (0x04, 0x08):  # matching filter, service response filter
        if control & bit:
            at += 1 + (data[at] if at < end else 0)
    if not control & 0x10:
        return  # no service info: it only announces the service
    if at >= end or at + 1 + data[at] > end:
        raise Malformed("truncated", "NAN service info runs past its attribute")
    yield Broadcast(ODID, sender, at + 1, at + 1 + data[at])
