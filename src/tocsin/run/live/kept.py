"""Checkpoints: the state of a watch after a record, beside its journal."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

from tocsin.errors import IntegrityError, UsageError
from tocsin.run.live import segment
from tocsin.run.live.core import Core
from tocsin.run.live.journal import FULL, paths

SUFFIX = ".checkpoint"
_NEWEST = 2  # kept whatever else is


def write(folder: Path, seq: int, data: bytes) -> bool:
    """Write a checkpoint whole or not at all; return whether there was room."""
    path = folder / f"{seq:020d}{SUFFIX}"
    try:
        atomically(path, data)
    except OSError as error:
        if error.errno not in FULL:
            raise
        return False
    return True


def atomically(path: Path, data: bytes) -> None:
    """Write a file so that after any crash it is the old one or the new one."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    fd = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints of a journal, the oldest first."""
    return sorted(folder.glob(f"{'[0-9]' * 20}{SUFFIX}"))


def seq_of(path: Path) -> int:
    """Return the number of the last record that a checkpoint holds."""
    return int(path.name.removesuffix(SUFFIX))


def newest(core: Core, folder: Path) -> tuple[int, tuple[str, ...]]:
    """Load the newest checkpoint that can be used; return its record's number, and what is said.

    0 where there is none: then the whole journal is replayed.
    """
    said: list[str] = []
    for path in reversed(checkpoints(folder)):
        try:
            core.load(path.read_bytes(), str(path))
        except IntegrityError as error:
            said.append(str(error))
            continue
        except UsageError as error:
            said.append(str(error))
            break
        return core.seq, tuple(said)
    return 0, tuple(said)


def oldest(core: Core, folder: Path) -> int:
    """Load the state from which the records that are left can be replayed; return its record.

    Raises IntegrityError where the first records were deleted and no checkpoint stands for them.
    """
    files = paths(folder)
    first = segment.first_of(files[0]) if files else 1
    if first == 1:
        return 0
    for path in checkpoints(folder):
        if seq_of(path) >= first - 1:
            core.load(path.read_bytes(), str(path))
            return core.seq
    raise IntegrityError(
        f"begins at record {first}, and no checkpoint stands for those before",
        path=str(folder),
        hint="restore the files that are missing",
    )


def thin(folder: Path) -> None:
    """Delete checkpoints that nobody needs: all but one a file of the journal and the newest."""
    starts = [segment.first_of(path) for path in paths(folder)] or [1]
    found = checkpoints(folder)

    def in_file(path: Path) -> int:
        return sum(start <= seq_of(path) + 1 for start in starts)

    for path, after in pairwise(found):
        if path in found[-_NEWEST:]:
            continue
        if seq_of(path) < starts[0] - 1 or in_file(path) == in_file(after):
            path.unlink(missing_ok=True)
