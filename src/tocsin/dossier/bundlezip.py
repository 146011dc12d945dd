"""A zip that is the same bytes for the same files, and a reader that trusts nothing in one.

Files are stored, not compressed: the output of deflate differs between builds of zlib, and a
bundle has one hash on every machine.  Times are 1980-01-01, modes 0644, names sorted.

The reader takes no path out of the archive to a disk; it returns bytes by name.  It reads what
`pack` writes and what other tools make of the same files (deflate, entries of folders), and
refuses everything that two readers could read differently: gaps, comments, extra fields, double
names, a local header that differs from the central one (APPNOTE.TXT 6.3, sections 4.3 and 4.4).
"""

from __future__ import annotations

import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tocsin.errors import IntegrityError

MAX_BYTES = 1 << 31  # of all files together, and of the archive: what fits in memory twice
MAX_ENTRIES = 10_000
MAX_RATIO = 100  # of a deflated file larger than RATIO_FROM: text shrinks 20 times, a bomb 1000
RATIO_FROM = 1 << 20
MAX_NAME = 1024

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UTF8, _KNOWN_FLAGS = 0x800, 0x806  # bits 1 and 2 only tell how hard deflate tried
_STORED, _DEFLATED = 0, 8


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return files as one zip archive, a function of their names and bytes alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # the same on every system
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of the central directory."""

    name: str
    raw_name: bytes
    version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    look: tuple[int, ...]  # what stands in the central directory only: it differs in no entry
    offset: int

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files of an archive by name, in its order.

    Raises IntegrityError, with the entry as its place, for anything that is not a plain archive
    of plain files: nothing is read past the limits of this module.
    """
    entries = list(_directory(data))
    _distinct(entries)
    _alike(entries)
    total = sum(entry.size for entry in entries)
    if total > MAX_BYTES:
        raise IntegrityError(f"unpacks to {total:,} bytes; the limit is {MAX_BYTES:,}")
    found = {}
    at = 0
    end = len(data) - _END.size - sum(_CENTRAL.size + len(e.raw_name) for e in entries)
    for entry in sorted(entries, key=lambda one: one.offset):
        if entry.offset != at:
            raise IntegrityError(
                f"stands at byte {entry.offset}, where {at} was due", place=entry.name
            )
        begin = _local(data, entry)
        at = begin + entry.packed
        if at > end:
            raise IntegrityError("runs past the end of the files", place=entry.name)
        content = _content(data[begin:at], entry)
        if zlib.crc32(content) != entry.crc:
            raise IntegrityError("differs from its checksum (CRC-32)", place=entry.name)
        if not entry.folder:
            found[entry.name] = content
    if at != end:
        raise IntegrityError(f"has {end - at:,} bytes between its files and its directory")
    return found


def _directory(data: bytes) -> Iterator[_Entry]:
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise IntegrityError("is no zip archive" if data else "is empty (0 bytes)")
    if len(data) > MAX_BYTES:
        raise IntegrityError(f"has {len(data):,} bytes; the limit is {MAX_BYTES:,}")
    if len(data) < _END.size or data[-_END.size :][:4] != b"PK\x05\x06":
        raise IntegrityError("has no directory at its end: it is cut short, or something follows")
    _, disk, first, here, count, size, begin, comment = _END.unpack(data[-_END.size :])
    if disk or first or comment or here != count:
        raise IntegrityError("has a damaged end record")
    if count > MAX_ENTRIES:
        raise IntegrityError(f"has {count:,} entries; the limit is {MAX_ENTRIES:,}")
    if begin + size != len(data) - _END.size:
        raise IntegrityError("has a directory that is not where its end record says")
    at = begin
    for number in range(count):
        if at + _CENTRAL.size > len(data) - _END.size:
            raise IntegrityError(f"has a directory that ends before entry {number + 1} of {count}")
        entry, at = _central(data, at, number)
        yield entry
    if at != len(data) - _END.size:
        raise IntegrityError(f"has a directory with more than the {count} entries it counts")


def _central(data: bytes, at: int, number: int) -> tuple[_Entry, int]:
    (
        mark, made, version, flags, method, time, date, crc, packed, size, name_length, extra,
        comment, disk, internal, external, offset,
    ) = _CENTRAL.unpack_from(data, at)  # fmt: skip
    raw = data[at + _CENTRAL.size : at + _CENTRAL.size + name_length]
    name = _name(raw, flags, number)
    if mark != b"PK\x01\x02" or extra or comment or disk:
        raise IntegrityError("has a damaged line in the directory, or extra fields", place=name)
    if flags & ~_KNOWN_FLAGS:
        raise IntegrityError("is encrypted or streamed", place=name)
    mode = external >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        kind = "a symbolic link" if stat.S_ISLNK(mode) else "no plain file"
        raise IntegrityError(f"is {kind}; a bundle has plain files only", place=name)
    if stat.S_ISDIR(mode) and not name.endswith("/"):
        raise IntegrityError("is marked as a folder and named as a file", place=name)
    look = (made, internal, external)
    entry = _Entry(
        name, raw, version, flags, method, time, date, crc, packed, size, look, offset
    )  # fmt: skip
    return entry, at + _CENTRAL.size + name_length


def _name(raw: bytes, flags: int, number: int) -> str:
    """Return the name of an entry; raise IntegrityError for one that leads out, or might."""
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        raise IntegrityError("has a name that is no UTF-8", place=f"entry {number + 1}") from None
    parts = name.removesuffix("/").split("/")
    shown = ascii(name)[1:-1][:200]
    if len(raw) > MAX_NAME:
        raise IntegrityError("has a name that is too long", place=shown)
    if name.startswith("/") or ".." in parts or "\\" in name or name[1:2] == ":":
        raise IntegrityError("leads out of the bundle; nothing was unpacked", place=shown)
    if any(part in ("", ".") for part in parts) or not name.isprintable():
        raise IntegrityError("has a name that is no plain path", place=shown)
    return name


def _distinct(entries: list[_Entry]) -> None:
    seen: dict[str, str] = {}
    for entry in entries:
        key = unicodedata.normalize("NFC", entry.name.removesuffix("/")).casefold()
        if key in seen:
            other = seen[key]
            same = "twice" if other == entry.name else f"beside {other}"
            raise IntegrityError(f"stands in the archive {same}", place=entry.name)
        seen[key] = entry.name


def _alike(entries: list[_Entry]) -> None:
    """Raise IntegrityError where one entry was made otherwise than the rest.

    These fields stand in the directory only and say nothing of the content: a bit that flips in
    one shows as the one entry that differs.
    """
    for folder in (False, True):
        looks = [(entry.look, entry.name) for entry in entries if entry.folder == folder]
        kinds = {look for look, _ in looks}
        if len(kinds) > 1:
            rare = min(kinds, key=lambda kind: sum(look == kind for look, _ in looks))
            name = next(name for look, name in looks if look == rare)
            raise IntegrityError("has a header unlike that of the other files", place=name)


def _local(data: bytes, entry: _Entry) -> int:
    """Return where the content of an entry begins, its own header checked against the directory."""
    begin = entry.offset + _LOCAL.size
    if begin > len(data):
        raise IntegrityError("runs past the end of the archive", place=entry.name)
    found = _LOCAL.unpack_from(data, entry.offset)
    wanted = (
        b"PK\x03\x04", entry.version, entry.flags, entry.method, entry.time, entry.date,
        entry.crc, entry.packed, entry.size, len(entry.raw_name), 0,
    )  # fmt: skip
    end = begin + len(entry.raw_name)
    if found != wanted or data[begin:end] != entry.raw_name:
        raise IntegrityError("has a header that differs from the directory", place=entry.name)
    if entry.version not in (10, 20):
        raise IntegrityError(f"asks for version {entry.version / 10} of zip", place=entry.name)
    return end


def _content(packed: bytes, entry: _Entry) -> bytes:
    if entry.method == _STORED:
        if entry.packed != entry.size:
            raise IntegrityError("is stored with two sizes", place=entry.name)
        return packed
    if entry.method != _DEFLATED:
        raise IntegrityError(f"is packed with method {entry.method}", place=entry.name)
    if entry.size > RATIO_FROM and entry.size > MAX_RATIO * entry.packed:
        raise IntegrityError(
            f"unpacks {entry.packed:,} bytes to {entry.size:,}: a zip bomb", place=entry.name
        )
    inflate = zlib.decompressobj(-15)
    try:
        content = inflate.decompress(packed, entry.size + 1)
    except zlib.error:
        raise IntegrityError("does not unpack", place=entry.name) from None
    if len(content) != entry.size or not inflate.eof or inflate.unused_data:
        raise IntegrityError("does not unpack to the size it states", place=entry.name)
    return content
