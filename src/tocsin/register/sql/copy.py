"""Whole stores: a consistent copy while others write, and the way back.

A SQLite store is copied page by page (its online backup) into one file.  Any store can be
written as a *dump*: lines of JSON, the first saying what follows and where the ledger ends, then
an entry each.  Both hold the same hashes, and either is read into either kind of store; what is
read is verified before it is kept.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

from tocsin.errors import IntegrityError, RegisterError, UsageError
from tocsin.register.canonical import canonical
from tocsin.register.chain import Walk
from tocsin.register.ledger import REVISION, Entry, Head
from tocsin.register.record import DISSENT, SIGNATURE, Record
from tocsin.register.revision import Revision
from tocsin.register.sql.engine import open_copy, refusals
from tocsin.register.sql.store import SqlStore

FORMAT = "tocsin register dump"
_SQLITE = b"SQLite format 3\x00"


def backup(store: SqlStore, path: Path, *, dump: bool = False) -> Head:
    """Write a copy of a store to a new file, complete or not at all; return where it ends."""
    if path.exists():
        raise UsageError("exists", path=str(path), hint="name a new file for the backup")
    beside = path.with_name(path.name + ".part")
    try:
        if store.engine.dialect.name == "sqlite" and not dump:
            _copy_pages(store, beside)
            with open_copy(beside) as copied:
                head = copied.head()
        else:
            head = _write_dump(store, beside)
        beside.replace(path)
    except OSError as error:
        raise RegisterError(f"no backup: {error.strerror}", path=str(path)) from None
    finally:
        for left in (beside, Path(f"{beside}-wal"), Path(f"{beside}-shm")):
            left.unlink(missing_ok=True)
    return head


def restore(path: Path, store: SqlStore) -> Head:
    """Read a backup of either kind into an empty store; raise IntegrityError where it is damaged.

    Nothing is kept unless all of it verifies.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_SQLITE))
    except OSError as error:
        raise UsageError(f"no backup: {error.strerror}", path=str(path)) from None
    if start != _SQLITE:
        return _restore_dump(path, store)
    with open_copy(path) as source:
        return move(source, store)


def move(source: SqlStore, target: SqlStore) -> Head:
    """Write all of a store into another, empty one, verifying each entry; hashes stay."""
    walk = Walk(lookup=source.revision)
    head = source.head()
    entries = takewhile(lambda entry: entry.seq <= head.seq, source.entries())
    return target.load(_checked(entries, walk, head, source.where))


def _restore_dump(path: Path, store: SqlStore) -> Head:
    head, entries = _read_dump(path)
    wanted = {entry.subject for entry in entries if entry.kind in (SIGNATURE, DISSENT)}
    kept: dict[str, Revision] = {}  # the revisions that somebody signed
    head, entries = _read_dump(path)

    def keeping() -> Iterator[Entry]:
        for entry in entries:
            if isinstance(entry.item, Revision) and entry.subject in wanted:
                kept[entry.subject] = entry.item
            yield entry

    walk = Walk(lookup=lambda link: kept.get(str(link)))
    return store.load(_checked(keeping(), walk, head, str(path)))


def _checked(entries: Iterable[Entry], walk: Walk, head: Head, where: str) -> Iterator[Entry]:
    """Yield entries as long as they hold; raise IntegrityError at the first that does not."""
    for entry in entries:
        walk.check(entry)
        if walk.broken is not None:
            raise IntegrityError(str(walk.broken), path=where)
        yield entry
    done = walk.done(head)
    if done.broken is not None:
        raise IntegrityError(str(done.broken), path=where)


def _copy_pages(store: SqlStore, path: Path) -> None:
    with refusals(store.where), store.engine.connect() as connection:
        source: Any = connection.connection.driver_connection
        target = sqlite3.connect(path)
        try:
            source.backup(target)
            # One file, complete in itself: no log beside it that could be forgotten.
            target.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise RegisterError(f"no backup: {error}", path=str(path)) from None
        finally:
            target.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write_dump(store: SqlStore, path: Path) -> Head:
    head = store.head()  # the ledger only grows: what is there by now is a consistent copy
    with path.open("w", encoding="utf-8", newline="\n") as file:
        first = {"format": FORMAT, "version": 1, "entries": head.seq, "seal": head.seal}
        file.write(canonical(first) + "\n")
        for entry in store.entries():
            if entry.seq > head.seq:
                break
            file.write(canonical(_entry_dict(entry)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return head


def _entry_dict(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] | None = None
    if entry.item is not None:
        names = list(entry.item.__dataclass_fields__)
        # Nanoseconds are past 2^53, where JSON numbers stop being exact.
        item = {name: str(getattr(entry.item, name)) for name in names}
    line = {name: getattr(entry, name) for name in ("kind", "subject", "hash", "previous", "seal")}
    return {"seq": entry.seq, **line, "item": item}


def _read_dump(path: Path) -> tuple[Head, Iterator[Entry]]:
    lines = _lines(path)
    first = next(lines, (1, {}))[1]
    if first.get("format") != FORMAT or first.get("version") != 1:
        raise IntegrityError("is no backup of a register", path=str(path))
    return Head(first["entries"], first["seal"]), (_entry(path, n, line) for n, line in lines)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open("rb") as file:
        for n, raw in enumerate(file, 1):
            try:
                line = json.loads(raw)
            except ValueError:
                raise IntegrityError(
                    "is no JSON: the backup is damaged", path=str(path), place=f"line {n}"
                ) from None
            if not isinstance(line, dict):
                raise IntegrityError("is no entry", path=str(path), place=f"line {n}")
            yield n, line


def _entry(path: Path, n: int, line: dict[str, Any]) -> Entry:
    try:
        told = dict(line["item"])
        told["recorded_ns"] = int(told["recorded_ns"])
        if line["kind"] == REVISION:
            item: Revision | Record = Revision(**{**told, "number": int(told["number"])})
        else:
            item = Record(**told)
        names = ("seq", "kind", "subject", "hash", "previous", "seal")
        return Entry(**{name: line[name] for name in names}, item=item)
    except (KeyError, TypeError, ValueError):
        raise IntegrityError(
            "is no entry: the backup is damaged", path=str(path), place=f"line {n}"
        ) from None
