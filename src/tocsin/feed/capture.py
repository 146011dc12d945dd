"""The packets of a network capture: where each one's bytes stand, when, and of what link type.

pcap (draft-ietf-opsawg-pcap): both byte orders, microseconds and nanoseconds, and the "modified"
header of A. Kuznetzov.  pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, each with
its own interfaces; enhanced, simple and obsolete packet blocks; `if_tsresol` and `if_tsoffset`.
Other blocks are skipped.  Nothing is copied: a packet is an offset and a length in the bytes.

A packet that says it is longer than the file, or a block whose two lengths differ, is passed over
to where what follows can be framed again (`captureresume`).  `damage` says what was lost and where.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import FeedError
from tocsin.feed import captureresume
from tocsin.feed.captureresume import DAY_S, ORDER

Ints = NDArray[np.int64]

#: In place of a time: simple packet blocks have none, and a clock at zero was never set.
NO_TIME_NS = int(np.iinfo(np.int64).min)

#: Magic number of pcap as it stands in the file: byte order, nanoseconds a tick, record header.
_PCAP = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000, 16),
    b"\xa1\xb2\xc3\xd4": (">", 1000, 16),
    b"\x4d\x3c\xb2\xa1": ("<", 1, 16),
    b"\xa1\xb2\x3c\x4d": (">", 1, 16),
    b"\x34\xcd\xb2\xa1": ("<", 1000, 24),
    b"\xa1\xb2\xcd\x34": (">", 1000, 24),
}
_SECTION = b"\x0a\x0d\x0d\x0a"
_INTERFACE, _OBSOLETE, _SIMPLE, _ENHANCED = 1, 2, 3, 6
_TSRESOL, _TSOFFSET = 9, 14
_FILE_HEADER = 24
#: The upper bits of a pcap link type tell of a frame check sequence (LT_LINKTYPE of libpcap).
_LINKTYPE_MASK = 0x03FF_FFFF

#: What a file may begin with to be a capture.
MAGICS = (*_PCAP, _SECTION)


@dataclass(frozen=True, slots=True)
class Damage:
    """A part of a capture that could not be framed."""

    offset: int
    span: int  # bytes, to where it can be framed again or to the end of the file
    reason: str  # "truncated", "bad-block"
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """N packets of one file, in its order."""

    offset: Ints  # (N,) of the packet's first byte, after capture headers
    length: Ints  # (N,) bytes captured
    wire: Ints  # (N,) bytes on the wire: more than `length` where the capture cut it
    t_ns: Ints  # (N,) Unix time, UTC; `NO_TIME_NS` where there is none
    linktype: Ints  # (N,) as in the list of LINKTYPE_ values of tcpdump.org
    damage: tuple[Damage, ...] = ()

    def __len__(self) -> int:
        return len(self.offset)


Packet = tuple[int, int, int, int, int]  # offset, length, wire, t_ns, linktype


def is_capture(head: bytes) -> bool:
    """Return whether the first bytes are those of a pcap or pcapng file."""
    if head.startswith(_SECTION):
        return head[8:12] in ORDER
    return head[:4] in _PCAP


def packets(data: bytes) -> Capture:
    """Return the packets of a capture; raises FeedError where the bytes begin as none."""
    if not is_capture(data):
        raise FeedError("is no network capture", hint="pcap and pcapng begin with a magic number")
    damage: list[Damage] = []
    walk = _blocks(data, damage) if data.startswith(_SECTION) else _records(data, damage)
    table = np.array(list(walk), np.int64).reshape(-1, 5)
    offset, length, wire, t_ns, linktype = np.ascontiguousarray(table.T)
    return Capture(offset, length, wire, t_ns, linktype, tuple(damage))


def _records(data: bytes, damage: list[Damage]) -> list[Packet]:
    """Return the packets of a pcap file."""
    order, tick_ns, header = _PCAP[data[:4]]
    if len(data) < _FILE_HEADER:
        damage.append(_cut(data, 0, "a pcap file header has 24 bytes"))
        return []
    linktype = struct.unpack_from(order + "I", data, 20)[0] & _LINKTYPE_MASK
    shape = captureresume.Shape(order, header, 1_000_000_000 // tick_ns)
    record, found = struct.Struct(order + "4I"), list[Packet]()
    near_s: int | None = None
    wary = True
    at = before = _FILE_HEADER  # of this record and of the one before
    while at < len(data):
        whole = at + header <= len(data)
        second, part, length, wire = record.unpack_from(data, at) if whole else (0, 0, 0, 0)
        fits = at + header + length <= len(data)
        # Days apart: the length of the packet before was wrong, or a file was put together.
        strange = wary and near_s is not None and abs(second - near_s) > DAY_S
        then = None
        if not fits or (strange and not captureresume.chained(data, at, shape, math.inf)):
            # The packet before is looked at again too: its length may be what is wrong.
            then = captureresume.record(data, before + 1, shape, near_s)
            wary = then not in (None, at)  # else nothing better is to be found
        elif strange:  # records of one length chain where they are read out of step too
            then = captureresume.record_near(data, before + 1, shape, near_s, at + header)
        if then is not None and then != at:
            if before < at and then < at + header:  # none between: it is what is wrong
                found.pop()
                at = before
            damage.append(_passed(at, then, "a record that no other follows"))
            before = at = then
            continue
        if not fits:
            told = f"the packet says {length:,}" if whole else f"a record header has {header}"
            damage.append(_cut(data, at, f"{told} bytes"))
            break
        t_ns = second * 1_000_000_000 + part * tick_ns
        found.append((at + header, length, wire, t_ns or NO_TIME_NS, linktype))
        near_s, before, at = second, at, at + header + length
    return found


def _passed(at: int, then: int, rule: str) -> Damage:
    detail = f"{rule}: {then - at:,} bytes passed over, reading goes on at byte {then}"
    return Damage(at, then - at, "bad-block", detail)


def _cut(data: bytes, at: int, rule: str) -> Damage:
    left = len(data) - at
    detail = f"{rule}, {left:,} bytes are left; record or fetch it again for the rest"
    return Damage(at, left, "truncated", detail)


@dataclass(slots=True)
class _Interface:
    """One interface of a pcapng section."""

    linktype: int
    snap: int
    ticks: int = 1_000_000  # a second
    offset_s: int = 0

    def t_ns(self, stamp: int) -> int:
        """Return a stamp in Unix nanoseconds, `NO_TIME_NS` where it is zero or beyond 2262."""
        t_ns = stamp * 1_000_000_000 // self.ticks + self.offset_s * 1_000_000_000
        return t_ns if stamp and abs(t_ns) < 1 << 63 else NO_TIME_NS


@dataclass(slots=True)
class _Section:
    order: str
    interfaces: list[_Interface] = field(default_factory=list)
    #: Of the interfaces, those described before the first damage: what was passed over may have
    #: described another, and would have taken the number of one that follows.
    sure: int | None = None

    def interface(self, number: int) -> _Interface | str:
        """Return an interface by its number, or why it is not known."""
        if number >= len(self.interfaces):
            return (
                f"interface {number} of a packet is not among the {len(self.interfaces)} described"
            )
        if self.sure is not None and number >= self.sure:
            return f"interface {number} of a packet is described after damage, which may hold it"
        return self.interfaces[number]


def _blocks(data: bytes, damage: list[Damage]) -> Iterator[Packet]:
    """Yield the packets of a pcapng file."""
    section, at = _Section("<"), 0
    while at < len(data):
        if at + 12 > len(data):
            damage.append(_cut(data, at, "a block has at least 12 bytes"))
            return
        wrong = ""
        if data.startswith(_SECTION, at):
            magic = data[at + 8 : at + 12]
            section = _Section(ORDER.get(magic, section.order))
            if magic not in ORDER:
                wrong = f"byte-order magic {magic.hex(' ')} is not 1a2b3c4d"
        kind, total = struct.unpack_from(section.order + "2I", data, at)
        wrong = wrong or _framing(data, at, total, section.order)
        if wrong:
            then = captureresume.block(data, at + 4, section.order)
            if then is None and at + total > len(data) and total >= 12:
                damage.append(_cut(data, at, f"the block says {total:,} bytes"))
            elif then is None:
                damage.append(Damage(at, len(data) - at, "bad-block", wrong))
            else:
                damage.append(_passed(at, then, wrong))
                if section.sure is None:
                    section.sure = len(section.interfaces)
            at = len(data) if then is None else then
            continue
        if kind == _INTERFACE:
            section.interfaces.append(_interface(data, at, total, section.order))
        elif kind in (_OBSOLETE, _SIMPLE, _ENHANCED):
            packet = _packet(data, at, total, kind, section)
            if isinstance(packet, str):
                damage.append(Damage(at, total, "bad-block", packet))
            else:
                yield packet
        at += total


def _framing(data: bytes, at: int, total: int, order: str) -> str:
    """Return what is wrong with the lengths of a block, nothing for one that can be framed."""
    if at + total > len(data):
        return f"the block says {total:,} bytes, {len(data) - at:,} are left"
    last = struct.unpack_from(order + "I", data, at + total - 4)[0] if total > 11 else 0
    if total < 12 or total % 4 or last != total:
        return f"block lengths {total:,} and {last:,} are not two equal multiples of 4"
    return ""


def _interface(data: bytes, at: int, total: int, order: str) -> _Interface:
    """Return the interface that a block describes; options it cuts short are left at default."""
    if total < 20:
        return _Interface(-1, 0)
    linktype, _, snap = struct.unpack_from(order + "HHI", data, at + 8)
    made = _Interface(linktype, snap)
    place, end = at + 16, at + total - 4
    while place + 4 <= end:
        code, size = struct.unpack_from(order + "HH", data, place)
        value = data[place + 4 : place + 4 + size]
        if code == 0 or place + 4 + size > end:
            break
        if code == _TSRESOL and size == 1:
            made.ticks = 1 << (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        elif code == _TSOFFSET and size == 8:
            made.offset_s = struct.unpack(order + "q", value)[0]
        place += 4 + (size + 3) // 4 * 4
    return made


def _packet(data: bytes, at: int, total: int, kind: int, section: _Section) -> Packet | str:
    """Return the packet of a block, or what is wrong with it."""
    fixed = 16 if kind == _SIMPLE else 32  # of the block, both lengths included
    if total < fixed:
        return f"a packet block of {total} bytes is too short for its fields"
    if kind == _SIMPLE:
        number, stamp = 0, 0
        wire = struct.unpack_from(section.order + "I", data, at + 8)[0]
        length, begin = wire, at + 12
    else:
        layout = "I4I" if kind == _ENHANCED else "HH4I"
        fields = struct.unpack_from(section.order + layout, data, at + 8)
        number, (high, low, length, wire) = fields[0], fields[-4:]
        stamp, begin = high << 32 | low, at + 28
    interface = section.interface(number)
    if isinstance(interface, str):
        return interface
    if kind == _SIMPLE:  # its captured length is not written: what the snap length leaves
        length = min(length, interface.snap or length, total - 16)
    if begin + length > at + total - 4:
        return f"a packet of {length:,} bytes does not fit its block of {total:,}"
    return begin, length, wire, interface.t_ns(stamp), interface.linktype
