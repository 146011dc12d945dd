"""The inputs of a bundle laid out to be run again: in a folder of their own, under no name of its.

Where a file goes is counted, not read from the archive, so no name can lead out of the folder;
only the last part of the path that the case writes is kept, for a reader may name a feed by it.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tocsin.airspace.bundled import bundled, listing
from tocsin.dossier import bundlezip
from tocsin.dossier.bagit import sha256
from tocsin.errors import IntegrityError, UsageError
from tocsin.run.bundleread import Opened, open_bundle

Json = dict[str, Any]
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the inputs lie now."""

    case: Path
    moved: Mapping[str, Path]  # by the path that the case writes
    withheld: Sequence[Json]  # rows of run.json that nobody gave


def placed(opened: Opened, room: Path, inputs: Path | None) -> Placed:
    """Write the inputs of a bundle into a folder and return where they are.

    inputs  the full bundle, or the folder of the case, for what was withheld

    Raises IntegrityError for a file that is not the one the bundle names.
    """
    beside = _beside(inputs)
    moved: dict[str, Path] = {}
    withheld = []
    case = room / "nothing"
    for number, row in enumerate(opened.run["files"]):
        if "missing" in row:
            continue
        data = _content(opened, row, beside)
        if data is None:
            withheld.append(row)
            continue
        _bounded(data, opened.path, str(row["path"]))
        folder = room / f"{number:05d}"
        folder.mkdir()
        where = folder / _last(str(row["path"]), opened.path)
        where.write_bytes(data)
        if row["role"] == "case":
            case = where
        else:
            moved[str(row["path"])] = where
    return Placed(case, moved, withheld)


def check_shipped(opened: Opened) -> list[str]:
    """Return a note for each shipped file that is another one here than it was then."""
    files = {one.file: one.name for one in listing()}
    notes = []
    for row in opened.run["shipped"]:
        name = files.get(str(row.get("file")))
        if name is None:
            notes.append(f"{row['path']} does not ship with this tocsin")
        elif sha256(bundled(name)) != row.get("sha256"):
            notes.append(f"{row['path']} is another file in this tocsin than in that one")
    return notes


def _beside(inputs: Path | None) -> Opened | Path | None:
    if inputs is None or inputs.is_dir():
        return inputs
    if not inputs.exists():
        raise UsageError(f"--inputs {inputs}: no such file or folder")
    return open_bundle(inputs)


def _content(opened: Opened, row: Json, beside: Opened | Path | None) -> bytes | None:
    """Return the bytes of an input: from the bundle, else from what was given beside it."""
    if "bag" in row:
        return opened.files[str(row["bag"])]
    if beside is None:
        return None
    if isinstance(beside, Path):
        if "sha256" not in row and "/" in str(row["path"]):
            return None  # the case: a name in that folder, whatever the bundle says
        where = beside / str(row["path"])
        data = where.read_bytes() if where.is_file() else None
    else:
        bag = next((one["bag"] for one in beside.run["files"]
                    if one["path"] == row["path"] and "bag" in one), None)  # fmt: skip
        data = None if bag is None else beside.files[bag]
    if data is not None and "sha256" in row and sha256(data) != row["sha256"]:
        raise IntegrityError(
            "is not the file that was withheld: its sha256 differs",
            path=opened.path,
            place=str(row["path"]),
        )
    return data


def _last(path: str, bundle: str) -> str:
    name = PurePosixPath(path).name
    if name in ("", ".", "..") or "\0" in name or len(name.encode()) > 255:
        raise IntegrityError("names an input that is no file", path=bundle, place=ascii(path))
    return name


def _bounded(data: bytes, bundle: str, path: str) -> None:
    """Raise IntegrityError for a gzip file that unpacks past the limit of a whole bundle."""
    if not data.startswith(GZIP_MAGIC):
        return
    inflate, size, rest = zlib.decompressobj(31), 0, data
    try:
        while rest and not inflate.eof:
            size += len(inflate.decompress(rest, 1 << 24))
            rest = inflate.unconsumed_tail
            if size > bundlezip.MAX_BYTES:
                raise IntegrityError("unpacks past every limit: a bomb", path=bundle, place=path)
    except zlib.error:
        return  # damaged: the reader of the feed says so, as it did when the case was run
