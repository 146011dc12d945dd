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
from tocsin.feed.frames import Ints

#: Categories that are assigned (EUROCONTROL, list of categories) and met in recordings.
ASSIGNED = frozenset(
    {1, 2, 3, 4, 7, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 30, 31, 32, 34, 48}
    | {62, 63, 65, 129, 150, 205, 240, 247, 252, 253}
)
HEAD = 65_536  # bytes that a sniffer sees
_SHORTEST = 4  # header and a FSPEC
_TRAILER = b"\xa5\xa5\xa5\xa5"
_FINAL_HEADER, _GPS_HEADER, _GPS_TRAILER = 8, 2200, 10
_CHAIN = 3  # blocks in a row that make a place credible after a loss
_PROBED = 64  # datagrams that a sniffer looks at


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
    if len(head) > _GPS_HEADER + _SHORTEST and len(set(head[:_GPS_HEADER])) == 1:
        return "gps" if head[_GPS_HEADER] in ASSIGNED else None
    if _is_hex(head):
        return "hex"
    return "raw" if _is_raw(head, cut) else None


def chain(data: bytes, start: int, end: int) -> tuple[list[int], int]:
    """Return the offsets of the blocks from `start` on, and where they end: `end` if all fits."""
    found, at = [], start
    while at + 3 <= end:
        length = data[at + 1] << 8 | data[at + 2]
        if length < _SHORTEST or at + length > end:
            break
        found.append(at)
        at += length
    return found, at


def _is_raw(head: bytes, cut: bool) -> bool:
    """Return whether assigned categories follow one another to the end, or to the cut."""
    found, at = chain(head, 0, len(head))
    if not found or any(head[place] not in ASSIGNED for place in found):
        return False
    if at == len(head):
        return True
    # The last one may be cut, by the sniffer's window or by whoever recorded it.
    return head[at] in ASSIGNED and (cut or len(head) == HEAD or len(found) > _CHAIN)


def _is_final(head: bytes) -> bool:
    if len(head) < 12:
        return False
    length = int.from_bytes(head[0:2], "big")
    return 12 < length <= len(head) and head[length - 4 : length] == _TRAILER


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


def _raw(data: bytes) -> _Found:
    found = _Found(data)
    at = 0
    while at < len(data):
        offsets, stop = chain(data, at, len(data))
        found.add(offsets)
        if stop == len(data):
            break
        at = _resume(data, stop + 1)
        length = int.from_bytes(data[stop + 1 : stop + 3], "big")
        if at == len(data) and length >= _SHORTEST:
            detail = f"the block of {length} bytes is cut after {len(data) - stop}"
            found.lose(stop, at - stop, "truncated", detail)
        else:
            detail = f"no block: category {data[stop]}, length {length}; {at - stop} bytes skipped"
            found.lose(stop, at - stop, "garbage", detail)
    return found


def _resume(data: bytes, at: int) -> int:
    """Return the next place from which credible blocks follow, else the end."""
    while (candidate := _CATEGORY.search(data, at)) is not None:
        at = candidate.start()
        place, count = at, 0
        while count < _CHAIN and place + 3 <= len(data) and data[place] in ASSIGNED:
            length = data[place + 1] << 8 | data[place + 2]
            if length < _SHORTEST or place + length > len(data):
                break
            place += length
            count += 1
        if count == _CHAIN or (count and place == len(data)):
            return at
        at += 1
    return len(data)


_CATEGORY = re.compile(b"[" + b"".join(b"\\x%02x" % c for c in sorted(ASSIGNED)) + b"]")


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
            resume = len(data) if after < 0 else after + len(_TRAILER)
            last = resume == len(data) and at + length > len(data)
            detail = f"a frame of {length} bytes without its end mark A5A5A5A5"
            found.lose(at, resume - at, "truncated" if last else "garbage", detail)
            at = resume
            continue
        offsets, stop = chain(data, at + _FINAL_HEADER, end)
        found.add(offsets)
        if stop < end:
            detail = f"{end - stop} bytes of a frame that are no block"
            found.lose(stop, end - stop, "garbage", detail)
        at += length
    return found


def _recorder(data: bytes) -> _Found:
    found = _Found(data)
    at = _GPS_HEADER
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + 3], "big")
        if length < _SHORTEST or at + length > len(data):
            detail = f"no block: category {data[at]}, length {length}"
            found.lose(at, len(data) - at, "truncated", detail)
            break
        found.add([at])
        at += length + _GPS_TRAILER
    return found


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
