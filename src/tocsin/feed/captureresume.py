"""Where a damaged capture can be framed again.

A length that a bad disk or a bad cable changed must not take the rest of a recording with it.  What
looks like the header of a record is looked for byte by byte, and believed where others follow it:
in pcap three in a row or up to the end of the file, with times within a day of one another; in
pcapng a block of a known type whose two lengths agree.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Headers in a row that are believed.
_CHAIN = 3
DAY_S = 86_400
#: MAXIMUM_SNAPLEN of libpcap: no packet of the link types read here is longer.
_LONGEST = 262_144
#: Byte-order magic of a pcapng section as it stands in the file.
ORDER = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_FIRST_STEP, _STEP = 1 << 11, 1 << 20

#: Types of block (draft-ietf-opsawg-pcapng): interface, packet, simple, names, statistics,
#: enhanced, journal entry, secrets, custom (twice), section.
_KINDS = (1, 2, 3, 4, 5, 6, 9, 10, 0xBAD, 0x40000BAD, 0x0A0D0D0A)


class Words:
    """The 32-bit words at every byte of a window, from a number of bytes on."""

    def __init__(self, window: NDArray[np.uint8], order: str, count: int) -> None:
        self._bytes, self._order, self._count = window, order, count

    def __call__(self, offset: int) -> NDArray[np.int64]:
        four = [
            self._bytes[offset + k : offset + k + self._count].astype(np.int64) for k in range(4)
        ]
        a, b, c, d = four if self._order == ">" else four[::-1]
        return a << 24 | b << 16 | c << 8 | d


@dataclass(frozen=True, slots=True)
class Shape:
    """What the magic number of a pcap file says of its record headers."""

    order: str  # "<" or ">"
    header: int  # bytes
    parts: int  # to a second

    def plausible(self, words: Words) -> NDArray[np.bool_]:
        """Return at which places a header may stand."""
        second, part, length, wire = words(0), words(4), words(8), words(12)
        fits: NDArray[np.bool_] = (length > 0) & (length <= wire) & (wire <= _LONGEST)
        return fits & (second > 0) & (part < self.parts)


def record(data: bytes, at: int, shape: Shape, near_s: int | None) -> int | None:
    """Return where the first believable pcap record at or after `at` begins, None for none.

    near_s  Unix time of a packet before the damage, None where there is none
    """
    found = record_near(data, at, shape, near_s, len(data))
    # A clock that was wrong before the damage must not hide all that follows.
    return record_near(data, at, shape, None, len(data)) if found is None else found


def record_near(data: bytes, at: int, shape: Shape, near_s: int | None, until: int) -> int | None:
    """Return the same within a day of a time and before `until`."""
    for begin, words in _windows(data, at, shape.order, shape.header, until):
        fits = shape.plausible(words)
        if near_s is not None:
            fits &= np.abs(words(0) - near_s) <= DAY_S
        for place in np.flatnonzero(fits).tolist():
            if chained(data, begin + place, shape):
                return int(begin + place)
    return None


def chained(data: bytes, at: int, shape: Shape, within_s: float = DAY_S) -> bool:
    """Return whether records follow one another from `at` on, with times so near one another."""
    layout, first_s = struct.Struct(shape.order + "4I"), None
    for _ in range(_CHAIN):
        if at == len(data):
            return True
        if at + shape.header > len(data):
            return False
        second, part, length, wire = layout.unpack_from(data, at)
        first_s = second if first_s is None else first_s
        if not (second or part or length):  # zeros where nothing was written
            return False
        if part >= shape.parts or abs(second - first_s) > within_s:
            return False
        if length > min(wire, _LONGEST):
            return False
        at += shape.header + length
    return at <= len(data)


def block(data: bytes, at: int, order: str) -> int | None:
    """Return where the first believable pcapng block at or after `at` begins, None for none."""
    layout = struct.Struct(order + "I")
    for begin, words in _windows(data, at, order, 12, len(data)):
        kind, total = words(0), words(4)
        # A section says its own byte order; its type reads the same in both.
        fits = np.isin(kind, _KINDS) & ((kind == _KINDS[-1]) | (total % 4 == 0) & (total >= 12))
        for place in np.flatnonzero(fits).tolist():
            here = int(begin + place)
            if kind[place] == _KINDS[-1]:
                if data[here + 8 : here + 12] in ORDER:
                    return here
                continue
            last = here + int(total[place]) - 4
            if last + 4 <= len(data) and layout.unpack_from(data, last)[0] == total[place]:
                return here
    return None


def _windows(
    data: bytes, at: int, order: str, header: int, until: int
) -> Iterator[tuple[int, Words]]:
    """Yield places and the words from them on, a window at a time."""
    end = min(len(data) - header + 1, until)  # of where a header may begin
    step = _FIRST_STEP  # most damage is short
    while at < end:
        count = min(step, end - at)
        window = np.frombuffer(data, np.uint8, count + header - 1, at)
        yield at, Words(window, order, count)
        at, step = at + count, min(2 * step, _STEP)
