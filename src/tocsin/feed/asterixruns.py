"""Runs of ASTERIX blocks in bytes: what makes a place credible, and where to go on after damage."""

from __future__ import annotations

import re

#: Categories that are assigned (EUROCONTROL, list of categories) and met in recordings.
ASSIGNED = frozenset(
    {1, 2, 3, 4, 7, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 30, 31, 32, 34, 48}
    | {62, 63, 65, 129, 150, 205, 240, 247, 252, 253}
)
SHORTEST = 4  # header and a FSPEC
CHAIN = 3  # blocks in a row that bear out the length of the one before
SURE = 6  # blocks in a row that make a place credible after a loss
_CATEGORY = re.compile(b"[" + b"".join(b"\\x%02x" % c for c in sorted(ASSIGNED)) + b"]")


def chain(data: bytes, start: int, end: int) -> tuple[list[int], int]:
    """Return the offsets of the blocks from `start` on, and where they end: `end` if all fits."""
    found, at = [], start
    while at + 3 <= end:
        length = data[at + 1] << 8 | data[at + 2]
        if length < SHORTEST or at + length > end:
            break
        found.append(at)
        at += length
    return found, at


def length_at(data: bytes, at: int) -> int:
    """Return the length that a block at a place gives; 0 where it cannot be one."""
    length = int.from_bytes(data[at + 1 : at + 3], "big")
    return length if SHORTEST <= length <= len(data) - at else 0


def run(data: bytes, at: int, end: int, count: int, gap: int = 0) -> bool:
    """Return whether so many blocks of assigned categories follow, or fewer to the very end."""
    for done in range(count):
        if at >= end:
            return done > 0 and at - end in (0, gap)
        length = length_at(data, at)
        if not length or data[at] not in ASSIGNED:
            return False
        at += length + gap
    return at - gap <= end


def resume(data: bytes, at: int, end: int, gap: int = 0) -> int:
    """Return the next place from which credible blocks follow up to `end`, else the end.

    gap  bytes that stand between two blocks
    """
    while (candidate := _CATEGORY.search(data, at, end)) is not None:
        at = candidate.start()
        if run(data, at, end, SURE, gap):
            return at
        at += 1
    return end
