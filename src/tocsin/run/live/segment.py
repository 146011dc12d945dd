"""One file of a journal: a header, then records that each prove themselves.

    header  "tocsinJ\\n", version (2), spare (2), number of the first record (8), crc (4)
    record  "\\xa5TJ\\x5a", length of the body (4), crc of the body (4), body
    body    kind (1), number (8), time in ns (8), length of the feed's name (1), name, payload

All numbers are big-endian, every crc is CRC-32 (ISO 3309).  A record is whole or it is not there:
what a crash tore off at the end of a file is cut away, and damage in the middle costs the records
that it touches and no others, because the next mark is looked for.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from tocsin.errors import IntegrityError

MAGIC = b"tocsinJ\n"
VERSION = 1  # what this program writes; it reads all that are older and none that are newer
MARK = b"\xa5TJ\x5a"
MOST_BYTES = 1 << 26  # of a body: anything longer is damage
SUFFIX = ".journal"

_HEADER = struct.Struct(">8sHHQ")
_CRC = struct.Struct(">I")
_FRAME = struct.Struct(">4sII")
_BODY = struct.Struct(">BQQB")
HEADER_BYTES = _HEADER.size + _CRC.size


class Kind(IntEnum):
    """What a record holds."""

    START = 1  # a run of the watch begins: JSON about it
    DATA = 2  # bytes of a feed as they came
    TICK = 3  # time passed
    SAID = 4  # what a person asked, JSON
    LINK = 5  # a feed connected or lost its connection, JSON
    LOAD = 6  # the watch about itself: disk, queue, clock, JSON
    ALERT = 7  # an alert that leaves, JSON: the outbox is a journal too


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a journal."""

    seq: int  # from 1, without gaps as long as nothing was lost
    t_ns: int  # when it came, by the clock of the watch: never less than the one before
    kind: Kind
    feed: str  # "" where it is of no feed
    data: bytes

    @property
    def size(self) -> int:
        """Bytes that the record takes in a file."""
        return _FRAME.size + _BODY.size + len(self.feed.encode()) + len(self.data)


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of a file that are no record."""

    path: str
    offset: int
    span: int
    torn: bool  # at the end of the file: the write that a crash cut short


def name_of(first: int) -> str:
    """Return the name of the file whose first record has this number."""
    return f"{first:020d}{SUFFIX}"


def first_of(path: Path) -> int:
    """Return the number of the first record of a file, from its name."""
    return int(path.name.removesuffix(SUFFIX))


def header(first: int, version: int = VERSION) -> bytes:
    """Return the header of a file."""
    head = _HEADER.pack(MAGIC, version, 0, first)
    return head + _CRC.pack(zlib.crc32(head))


def check_header(data: bytes, path: str) -> bool:
    """Return whether a file has its whole header.

    Raises IntegrityError for a file that is none of a journal, and one of a newer version.
    """
    if len(data) < HEADER_BYTES:
        return False
    magic, version, _, _ = _HEADER.unpack_from(data)
    if magic != MAGIC or _CRC.unpack_from(data, _HEADER.size)[0] != zlib.crc32(
        data[: _HEADER.size]
    ):
        raise IntegrityError(
            "is no file of a journal", path=path, hint="move it away, or name another directory"
        )
    if version > VERSION:
        raise IntegrityError(
            f"was written by a newer tocsin (journal version {version}, this one knows {VERSION})",
            path=path,
            hint="update this tocsin, or name another journal",
        )
    return True


def packed(record: Record) -> bytes:
    """Return a record as it stands in a file."""
    name = record.feed.encode()
    body = _BODY.pack(record.kind, record.seq, record.t_ns, len(name)) + name + record.data
    return _FRAME.pack(MARK, len(body), zlib.crc32(body)) + body


def records(data: bytes, path: str = "", start: int = HEADER_BYTES) -> Iterator[Record | Damage]:
    """Yield the records of a file in order, and what lies between them that is none."""
    at = start
    while at < len(data):
        found = _at(data, at)
        if found is not None:
            record, at = found
            yield record
            continue
        after = _next(data, at + 1)
        yield Damage(path, at, after - at, torn=after == len(data))
        at = after


def _at(data: bytes, at: int) -> tuple[Record, int] | None:
    """Return the record that begins here and where it ends; None where none does."""
    if at + _FRAME.size > len(data):
        return None
    mark, length, crc = _FRAME.unpack_from(data, at)
    begin = at + _FRAME.size
    if mark != MARK or not _BODY.size <= length <= MOST_BYTES or begin + length > len(data):
        return None
    body = data[begin : begin + length]
    if zlib.crc32(body) != crc:
        return None
    kind, seq, t_ns, width = _BODY.unpack_from(body)
    try:
        known = Kind(kind)
        feed = body[_BODY.size : _BODY.size + width].decode()
    except ValueError:  # a kind or a name that nobody wrote
        return None
    return Record(seq, t_ns, known, feed, body[_BODY.size + width :]), begin + length


def _next(data: bytes, at: int) -> int:
    """Return where the next whole record begins, else the end."""
    while (at := data.find(MARK, at)) >= 0:
        if _at(data, at) is not None:
            return at
        at += 1
    return len(data)
