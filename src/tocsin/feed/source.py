"""A file as the readers see it: its bytes, where they came from, and their hash."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tocsin.errors import FeedError

GZIP_MAGIC = b"\x1f\x8b"
PIECE = 512  # bytes at a time up to the damage: that much of what is good may be lost


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one file.

    `sha256` is that of the file as it lies on disk, so that it can be checked with any tool;
    `data` is unpacked when the file was gzipped, and offsets count in the unpacked bytes.
    """

    path: str
    data: bytes
    sha256: bytes  # 32 bytes
    gzipped: bool = False
    damage: str = ""  # of a gzip stream that broke off: what came before is in `data`

    @property
    def head(self) -> bytes:
        """The first bytes, enough to tell one format from another."""
        return self.data[:65536]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader cannot know from the bytes alone."""

    date: date | None = None  # the UTC day of formats that carry a time of day only
    reference: tuple[float, float] | None = None  # (lat_deg, lon_deg) of receiver or airport
    mapping: Path | None = None  # TOML that names the columns of an unknown table
    source_id: str = ""  # the name of the feed; the file's name when empty
    assume_utc: bool = False  # times without a zone are asserted to be UTC
    #: ASTERIX editions by category, or by category and source: {"048": "1.32", "062@25/10": "1.15"}
    editions: Mapping[str, str] = field(default_factory=dict, hash=False)
    operators: bool = False  # positions of drone operators too: personal data, redacted otherwise


def open_source(path: str | Path) -> Source:
    """Return the bytes of a file, unpacked if gzipped.

    Of a gzip stream that is damaged, what comes before the damage is kept.

    Raises FeedError for a directory, a file that is not there, an empty one, and a gzip
    stream that holds nothing, or nothing before its damage.
    """
    where = Path(path)
    name = str(path)
    if where.is_dir():
        raise FeedError("is a directory", path=name, hint="name the files in it")
    try:
        stored = where.read_bytes()
    except FileNotFoundError:
        raise FeedError("no such file", path=name) from None
    except OSError as error:
        raise FeedError(f"cannot be read: {error.strerror}", path=name) from error
    if not stored:
        raise FeedError("is empty (0 bytes)", path=name, hint="fetch or record it again")
    digest = hashlib.sha256(stored).digest()
    if not stored.startswith(GZIP_MAGIC):
        return Source(name, stored, digest)
    damage = ""
    try:
        data = gzip.decompress(stored)
    except (OSError, EOFError, zlib.error) as error:
        data, damage = _whole_part(stored), str(error).lower().removesuffix(".")
    if not data and damage:
        raise damaged(name, damage)
    if not data:
        raise FeedError("is a gzip file that holds 0 bytes", path=name, hint="fetch it again")
    return Source(name, data, digest, gzipped=True, damage=damage)


def damaged(path: str, damage: str) -> FeedError:
    """Return the error for a gzip file of which nothing is left."""
    return FeedError(
        f"is a damaged gzip file: {damage}",
        path=path,
        hint="unpack it by hand or fetch it again",
    )


def _whole_part(stored: bytes) -> bytes:
    """Return what a gzip stream holds before its damage, but for the last piece."""
    out: list[bytes] = []
    stream = zlib.decompressobj(wbits=31)
    for at in range(0, len(stored), PIECE):
        piece = stored[at : at + PIECE]
        try:
            while piece:
                out.append(stream.decompress(piece))
                piece = stream.unused_data
                if stream.eof:
                    stream = zlib.decompressobj(wbits=31)
        except zlib.error:
            break
    return b"".join(out)
