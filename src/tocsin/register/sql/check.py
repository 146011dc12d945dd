"""Whether the tables that answer questions say what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from tocsin.register.chain import Break
from tocsin.register.ledger import Entry
from tocsin.register.revision import Revision
from tocsin.register.sql import tables
from tocsin.register.sql.facts import facts_of
from tocsin.register.sql.store import SqlStore

_CHUNK = 500
_KEY = ("incident", "number", "state_n", "actor_n")
_NAMES = [column.name for column in tables.FACT.c]
_FACTS = select(tables.FACT).where(tables.FACT.c.incident.in_(bindparam("names", expanding=True)))


def projection(store: SqlStore) -> Break | None:
    """Return the first revision whose facts are not those of its content, None if all are.

    Rows that no entry of the ledger speaks of are a break as well.
    """
    with store.snapshot() as connection:
        newest = _newest(connection)
        seen = after = 0
        while chunk := list(islice(store.chunk(connection, after), _CHUNK)):
            after = chunk[-1].seq
            revisions = [entry for entry in chunk if isinstance(entry.item, Revision)]
            found = _found(connection, revisions)
            for entry in revisions:
                wanted = list(_wanted(entry, newest))
                seen += len(wanted)
                for row in wanted:
                    if found.get(tuple(row[name] for name in _KEY)) != row:
                        return Break(
                            entry.seq, entry.subject, "what questions find is not what it says"
                        )
        return _extra(connection, seen)


def _newest(connection: Connection) -> dict[str, int]:
    revision = tables.REVISION.c
    wanted = select(revision.incident, func.max(revision.number)).group_by(revision.incident)
    return {incident: number for incident, number in connection.execute(wanted)}  # noqa: C416


def _found(connection: Connection, chunk: list[Entry]) -> dict[tuple[Any, ...], dict[str, Any]]:
    names = list({entry.item.incident for entry in chunk if isinstance(entry.item, Revision)})
    rows = (
        dict(zip(_NAMES, row, strict=True)) for row in connection.execute(_FACTS, {"names": names})
    )
    return {tuple(row[name] for name in _KEY): row for row in rows}


def _wanted(entry: Entry, newest: dict[str, int]) -> Iterator[dict[str, Any]]:
    assert isinstance(entry.item, Revision)
    yield from facts_of(entry.item, head=entry.item.number == newest[entry.item.incident])


def _extra(connection: Connection, seen: int) -> Break | None:
    for table, sealed in (
        (tables.ENTRY, connection.execute(select(tables.ENDING.c.seq)).scalar_one()),
        (tables.FACT, seen),
        (tables.REVISION, _entries(connection, revisions=True)),
        (tables.RECORD, _entries(connection, revisions=False)),
    ):
        held = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if held != sealed:
            return Break(
                0, f"table {table.name}", f"holds {held} rows, of which the ledger knows {sealed}"
            )
    return None


def _entries(connection: Connection, *, revisions: bool) -> int:
    is_one = tables.ENTRY.c.kind == "revision"
    wanted = select(func.count()).select_from(tables.ENTRY)
    count: int = connection.execute(wanted.where(is_one if revisions else ~is_one)).scalar_one()
    return count
