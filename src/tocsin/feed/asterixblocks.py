"""ASTERIX data blocks in files: raw, captured, in Final Format, from a GPS recorder, as text.

A block is a category, a length that counts itself and the category, and records (EUROCONTROL
SPEC-0149-1).  How blocks are packed is told from content:

    raw     block after block
    pcap    UDP payloads of pcap and pcapng, each a run of blocks; packet times are kept
    final   IOSS Final Format: length (2), error, board, day, time (3, 10 ms), blocks, A5A5A5A5
    gps     2200 bytes of one value, then blocks with 10 bytes of recorder time after each
    hex     lines of hexadecimal digits, each a run of blocks

Every byte is accounted for: it lies in a block, in the packing, or in a stretch that was lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tocsin.feed import asterixudp, capture, parse
from tocsin.feed.asterixruns import ASSIGNED, CHAIN, SHORTEST, chain, length_at, resume, run
from tocsin.feed.frames import Ints

HEAD = 65_536  # bytes that a sniffer sees
_TRAILER = b"\xa5\xa5\xa5\xa5"
_FINAL_HEADER, _GPS_HEADER, _GPS_TRAILER = 8, 2200, 10
_PROBED = 64  # datagrams that a sniffer looks at
_MANY = 8  # blocks of a damaged file that show what it is
_LOST_SHARE = 0.1  # of a damaged file may be lost for it still to be told


@dataclass(frozen=True, slots=True)
class Lost:
    """Bytes in which no block stands."""

    place: int
    span: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """The blocks of a file in order."""

    data: bytes  # what offsets count in: the file, or the bytes that its digits stand for
    offset: Ints  # (N,) in `data`
    length: Ints  # (N,) header included
    category: Ints  # (N,)
    t_ns: Ints  # (N,) time of the packet, parse.NAT where unknown
    place: Ints  # (N,) byte of the file
    span: Ints  # (N,) bytes of the file
    packing: str
    lost: tuple[Lost, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    data: bytes
    offset: list[int] = field(default_factory=list)
    t_ns: list[int] = field(default_factory=list)
    shift: list[int] = field(default_factory=list)  # hex: place = 2 * offset + shift
    lost: list[Lost] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, offsets: list[int], t_ns: int = parse.NAT) -> None:
        self.offset += offsets
        self.t_ns += [t_ns] * len(offsets)

    def lose(self, place: int, span: int, reason: str, detail: str) -> None:
        self.lost.append(Lost(place, span, reason, detail))


def split(data: bytes) -> Blocks:
    """Return the blocks of a file."""
    name = packing(data[:HEAD], len(data) > HEAD) or "raw"
    found = _SPLITTERS[name](data)
    offset = np.array(found.offset, np.int64)
    buffer = np.frombuffer(found.data, np.uint8).astype(np.int64)
    length = buffer[offset + 1] << 8 | buffer[offset + 2]
    place, span = offset, length
    if name == "hex":
        place, span = 2 * offset + np.array(found.shift, np.int64), 2 * length
    notes = tuple(f"{n:,} x packet {_SKIPPED[why]}" for why, n in sorted(found.skipped.items()))
    return Blocks(
        found.data, offset, length, buffer[offset], np.array(found.t_ns, np.int64),
        place, span, name, tuple(found.lost), notes,
    )  # fmt: skip


def packing(head: bytes, cut: bool) -> str | None:
    """Return how the blocks of a file are packed, from its first bytes; None: no ASTERIX.

    cut   the file goes on after these bytes
    """
    if capture.is_capture(head):
        return "pcap" if _is_capture(head) else None
    if _is_final(head):
        return "final"
    if len(head) > _GPS_HEADER + SHORTEST and _same(head[:_GPS_HEADER]):
        return "gps" if _follows(head, _GPS_HEADER, _GPS_TRAILER) else None
    if _is_hex(head):
        return "hex"
    return "raw" if _is_raw(head, cut) or _is_damaged(head) else None


def _is_raw(head: bytes, cut: bool) -> bool:
    """Return whether assigned categories follow one another to the end, or to the cut."""
    found, at = chain(head, 0, len(head))
    if not found or any(head[place] not in ASSIGNED for place in found):
        return False
    if at == len(head):
        return True
    # The last one may be cut, by the sniffer's window or by whoever recorded it.
    return head[at] in ASSIGNED and (cut or len(head) == HEAD or len(found) > CHAIN)


def _is_damaged(head: bytes) -> bool:
    """Return whether all but a few stretches of a longer recording are runs of blocks.

    One wrong byte in a length breaks the chain of blocks; what follows is still a recording.
    """
    found = _raw(head)
    lost = sum(one.span for one in found.lost if one.place + one.span < len(head))
    known = sum(head[place] in ASSIGNED for place in found.offset)
    most = (1 - _LOST_SHARE) * len(found.offset)
    return known >= max(_MANY, most) and lost <= _LOST_SHARE * len(head)


def _same(header: bytes) -> bool:
    """Return whether all bytes are the same, but for some that were damaged."""
    return header.count(max(set(header), key=header.count)) > (1 - _LOST_SHARE) * len(header)


def _follows(data: bytes, at: int, gap: int) -> bool:
    """Return whether blocks begin at a place or, where that one is damaged, soon after it."""
    return data[at] in ASSIGNED or resume(data, at, len(data), gap) < len(data)


def _is_final(head: bytes) -> bool:
    """Return whether the first frame is whole, or else two in a row after the next end mark."""
    if _frame(head, 0):
        return True
    after = head.find(_TRAILER)
    at = after + len(_TRAILER)
    return after >= 0 and (first := _frame(head, at)) > 0 and _frame(head, at + first) > 0


def _frame(data: bytes, at: int) -> int:
    """Return the length of the Final Format frame at a place; 0 where there is none."""
    length = int.from_bytes(data[at : at + 2], "big")
    ends = data[at + length - len(_TRAILER) : at + length] == _TRAILER
    return length if 12 < length <= len(data) - at and ends else 0


_DIGITS = re.compile(rb"\s*([0-9a-fA-F]{8,})[ \t]*(?:\r?\n|$)")


def _is_hex(head: bytes) -> bool:
    first = _DIGITS.match(head)
    if first is None or len(first.group(1)) % 2:
        return False
    return _is_raw(bytes.fromhex(first.group(1).decode("ascii")), False)


def _is_capture(head: bytes) -> bool:
    """Return whether most of the first UDP payloads are blocks of assigned categories."""
    good = seen = 0
    found = capture.packets(head)
    for offset, length, link in zip(
        found.offset.tolist(), found.length.tolist(), found.linktype.tolist(), strict=True
    ):
        place = asterixudp.payload(head, offset, length, link)
        if isinstance(place, str):
            continue
        offsets, at = chain(head, *place)
        good += bool(offsets) and at == place[1] and all(head[o] in ASSIGNED for o in offsets)
        seen += 1
        if seen == _PROBED:
            break
    return good > 0 and 2 * good >= seen


def _raw(data: bytes, at: int = 0, gap: int = 0) -> _Found:
    """Return blocks one after another, from a place on, with a gap after each.

    A block of no known category, one whose successor makes no sense, and the first one after a
    loss may have a wrong length: if a sure run of blocks lies inside, that is what was damaged.
    """
    found = _Found(data)
    end, wary = len(data), False
    while at < end:
        length = length_at(data, at)
        after = at + length
        if length:
            inside, following = after, after + gap
            wary |= data[at] not in ASSIGNED
            if wary or (following < end and not run(data, following, end, CHAIN, gap)):
                inside = resume(data, at + 1, after, gap)
            if inside >= after:
                found.add([at])
                at, wary = following, False
                continue
            then = inside
        else:
            then = resume(data, at + 1, end, gap)
        told = int.from_bytes(data[at + 1 : at + 3], "big")
        if then == end and told >= SHORTEST:
            detail = f"the block of {told} bytes is cut after {end - at}"
            found.lose(at, then - at, "truncated", detail)
        else:
            detail = f"no block: category {data[at]}, length {told}; {then - at} bytes skipped"
            found.lose(at, then - at, "garbage", detail)
        at, wary = then, True
    return found


def _captured(data: bytes) -> _Found:
    found = _Found(data)
    seen = capture.packets(data)
    fields = (seen.offset, seen.length, seen.linktype, seen.t_ns)
    for offset, length, link, t_ns in zip(*(f.tolist() for f in fields), strict=True):
        place = asterixudp.payload(data, offset, length, link)
        if isinstance(place, str):
            if place in ("truncated", "fragment"):
                found.lose(offset, length, place, _CUT if place == "truncated" else _FRAGMENT)
            else:
                found.skipped[place] += 1
            continue
        offsets, stop = chain(data, *place)
        found.add(offsets, t_ns)
        if stop < place[1]:
            detail = f"a datagram of {place[1] - place[0]} bytes that is no run of blocks"
            found.lose(stop, place[1] - stop, "no-asterix", detail)
    for damage in seen.damage:
        found.lose(damage.offset, damage.span, damage.reason, damage.detail)
    return found


_CUT = "a packet that was captured only in part; record with the full length (tcpdump -s 0)"
_FRAGMENT = "a fragment of an IP packet; tocsin does not put fragments together"
_SKIPPED = {"not-udp": "without UDP, not looked at"}


def _final(data: bytes) -> _Found:
    found = _Found(data)
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        end = at + length - len(_TRAILER)
        if length <= 12 or data[end : at + length] != _TRAILER:
            after = data.find(_TRAILER, at)
            then = len(data) if after < 0 else after + len(_TRAILER)
            last = then == len(data) and at + length > len(data)
            detail = f"a frame of {length} bytes without its end mark A5A5A5A5"
            found.lose(at, then - at, "truncated" if last else "garbage", detail)
            at = then
            continue
        offsets, stop = chain(data, at + _FINAL_HEADER, end)
        found.add(offsets)
        if stop < end:
            detail = f"{end - stop} bytes of a frame that are no block"
            found.lose(stop, end - stop, "garbage", detail)
        at += length
    return found


def _recorder(data: bytes) -> _Found:
    return _raw(data, _GPS_HEADER, _GPS_TRAILER)


def _hexadecimal(data: bytes) -> _Found:
    made, found, at = bytearray(), _Found(b""), 0
    for line in data.splitlines(keepends=True):
        text = line.strip()
        lead = at + len(line) - len(line.lstrip())
        at += len(line)
        if not text:
            continue
        if len(text) % 2 or not _HEX.fullmatch(text):
            found.lose(lead, len(text), "bad-hex", "a line that is no even row of hex digits")
            continue
        begin = len(made)
        made += bytes.fromhex(text.decode("ascii"))
        offsets, stop = chain(bytes(made[begin:]), 0, len(made) - begin)
        found.add([begin + o for o in offsets])
        found.shift += [lead - 2 * begin] * len(offsets)
        if begin + stop < len(made):
            detail = "a line that is no run of blocks"
            found.lose(lead + 2 * stop, 2 * (len(made) - begin - stop), "garbage", detail)
    found.data = bytes(made)
    return found


_HEX = re.compile(rb"[0-9a-fA-F]+")
_SPLITTERS: dict[str, Callable[[bytes], _Found]] = {
    "raw": _raw,
    "pcap": _captured,
    "final": _final,
    "gps": _recorder,
    "hex": _hexadecimal,
}
