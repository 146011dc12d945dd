"""The register in a database: `Store` over SQLAlchemy Core, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, select, update
from sqlalchemy import Row as SqlRow

from tocsin.errors import RegisterError
from tocsin.register.coverage import gaps
from tocsin.register.ledger import REVISION, Entry, Head, enter
from tocsin.register.link import Link
from tocsin.register.query import NOW, Counted, Filter, Row, Standing, Times
from tocsin.register.record import COVERAGE, Note, Record, seal_note
from tocsin.register.revision import Draft, Revision, seal
from tocsin.register.sql import search, tables
from tocsin.register.sql.engine import refusals
from tocsin.register.sql.facts import PAST, facts_of
from tocsin.register.workflow import APPROVALS, Action, check_approver, person_key

_CHUNK = 5000
_OPENED = 500  # incidents opened at once
_ENDING, _ENTRY, _FACT = tables.ENDING.c, tables.ENTRY.c, tables.FACT.c
_RECORD, _REVISION = tables.RECORD.c, tables.REVISION.c
_OF_REVISION = [_REVISION[name] for name in Revision.__dataclass_fields__]

# Built once: a write takes six statements, and building them costs more than running them.
_AT_END = select(tables.ENDING)
_LOCKED = _AT_END.with_for_update()
_HISTORY = (
    select(*_OF_REVISION)
    .where(_REVISION.incident == bindparam("incident"))
    .order_by(_REVISION.number)
)
_NEWEST = _HISTORY.order_by(None).order_by(_REVISION.number.desc()).limit(1)
_ONE = _HISTORY.where(_REVISION.number == bindparam("number"))
_SEVERAL = select(*_OF_REVISION).where(_REVISION.incident.in_(bindparam("names", expanding=True)))
_INSERT_ENTRY, _INSERT_FACT = tables.ENTRY.insert(), tables.FACT.insert()
_INSERT_RECORD, _INSERT_REVISION = tables.RECORD.insert(), tables.REVISION.insert()
_SET_END = update(tables.ENDING)
_OLDER = (
    update(tables.FACT)
    .where(_FACT.incident == bindparam("of"), _FACT.head == 1)
    .values(head=0, live=PAST)
)


class SqlStore:
    """A store in a database; made by `open_store`."""

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where

    def __enter__(self) -> SqlStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.engine.dispose()

    def append(self, items: Sequence[Draft | Note], at_ns: int) -> list[Revision | Record]:
        """Seal and write all items in one transaction, or nothing."""
        done: list[Entry] = []
        with refusals(self.where), _writing(self.engine) as connection:
            head = start = self._lock(connection)
            newest: dict[str, Revision | None] = {}
            waiting: list[Entry] = []
            for item in items:
                now_ns = max(at_ns, head.recorded_ns)  # the ledger's clock never runs back
                if isinstance(item, Note):
                    entry, head = enter(seal_note(item, now_ns), head)
                else:
                    if item.action in APPROVALS:  # who wrote it must be in the tables by now
                        self._insert(connection, waiting)
                        waiting = []
                    entry, head = enter(self._seal(connection, item, newest, now_ns), head)
                waiting.append(entry)
                done.append(entry)
            self._insert(connection, waiting)
            if head != start:
                self._end(connection, head)
        return [entry.item for entry in done if entry.item is not None]

    def load(self, entries: Iterable[Entry]) -> Head:
        """Write another store's entries, as they are, into this empty one."""
        with refusals(self.where), _writing(self.engine) as connection:
            head = self._lock(connection)
            if head.seq:
                raise RegisterError(
                    f"already holds {head.seq} entries", path=self.where, hint="name an empty store"
                )
            # Rows that come in no order are indexed faster all at once.
            for index in tables.FACT_INDEXES:
                index.drop(connection)
            rest = iter(entries)
            while chunk := list(islice(rest, _CHUNK)):
                self._insert(connection, chunk)
                item = chunk[-1].item
                assert item is not None  # what is gone cannot be inserted
                head = Head(chunk[-1].seq, chunk[-1].seal, item.recorded_ns)
            for index in tables.FACT_INDEXES:
                index.create(connection)
            if head.seq:
                self._end(connection, head)
        return head

    def tidy(self) -> None:
        """Let PostgreSQL see what is in its tables, after very much was written at once.

        SQLite is left without statistics on purpose: nearly all rows are of one class of `live`,
        and a planner that knows so reads the table where the few others are asked for.
        """
        if self.engine.dialect.name == "postgresql":
            with refusals(self.where), self.engine.connect() as connection:
                # VACUUM refuses to run inside a transaction.
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                alone.exec_driver_sql("VACUUM ANALYZE")

    def revision(self, link: Link, times: Times = NOW) -> Revision | None:
        with refusals(self.where), self.engine.connect() as connection:
            if link.number is not None:
                found = connection.execute(
                    _ONE, {"incident": link.incident, "number": link.number}
                ).first()
                return _revision(found) if found else None
            if times == NOW:
                return self._newest(connection, link.incident)
        known = [
            revision
            for revision in self.history(link.incident)
            if (times.recorded_ns is None or revision.recorded_ns <= times.recorded_ns)
        ]
        return _as_of(known, times)

    def history(self, incident: str) -> list[Revision]:
        with refusals(self.where), self.engine.connect() as connection:
            return [_revision(row) for row in connection.execute(_HISTORY, {"incident": incident})]

    def records(self, kind: str, subject: str | None = None) -> list[Record]:
        wanted = select(tables.RECORD).where(_RECORD.kind == kind).order_by(_RECORD.seq)
        if subject is not None:
            of_it = _RECORD.subject.like(_escaped(subject) + "@%", escape="\\")
            wanted = wanted.where((_RECORD.subject == subject) | of_it)
        with refusals(self.where), self.engine.connect() as connection:
            return [_record(row) for row in connection.execute(wanted)]

    def count(self, wanted: Filter, times: Times = NOW, most_rows: int = 1000) -> Counted:
        asked = search.question(wanted, times)
        with refusals(self.where), self.engine.connect() as connection:
            sure, possible = connection.execute(search.counting(asked)).one()
            rows = connection.execute(search.finding(asked, most_rows, int(possible))).all()
            excluded = connection.execute(search.excluding(asked, most_rows)).all()
        held = [
            record
            for record in self.records(COVERAGE)
            if times.recorded_ns is None or record.recorded_ns <= times.recorded_ns
        ]
        return Counted(
            count=int(possible if sure is None else sure),
            undecided=0 if sure is None else int(possible) - int(sure),
            rows=tuple(_row(row) for row in rows),
            excluded=tuple(_row(row) for row in excluded),
            coverage_gaps=gaps(held, wanted),
        )

    def find(self, wanted: Filter, times: Times = NOW, limit: int | None = None) -> Iterator[Row]:
        asked = search.question(wanted, times)
        with refusals(self.where), self.engine.connect() as connection:
            streamed = connection.execution_options(stream_results=True, yield_per=_CHUNK)
            for row in streamed.execute(search.finding(asked, limit)):
                yield _row(row)

    def opened(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Revision]]:
        rest = iter(rows)
        while chunk := list(islice(rest, _OPENED)):
            names = list({row.incident for row in chunk})
            with refusals(self.where), self.engine.connect() as connection:
                found = connection.execute(_SEVERAL, {"names": names})
                by_link = {(row.incident, row.number): _revision(row) for row in found}
            for row in chunk:
                yield row, by_link[row.incident, row.number]

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Yield the ledger; read in chunks, so a long audit keeps no writer waiting."""
        while True:
            with refusals(self.where), self.engine.connect() as connection:
                chunk = list(self.chunk(connection, after))
            yield from chunk
            if len(chunk) < _CHUNK:
                return
            after = chunk[-1].seq

    def head(self) -> Head:
        with refusals(self.where), self.engine.connect() as connection:
            return _head(connection.execute(_AT_END).one())

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that sees one state, however much is written meanwhile."""
        with refusals(self.where), self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    def _lock(self, connection: Connection) -> Head:
        return _head(connection.execute(_LOCKED).one())

    def _seal(
        self,
        connection: Connection,
        draft: Draft,
        newest: dict[str, Revision | None],
        now_ns: int,
    ) -> Revision:
        name = draft.incident
        if name not in newest:
            newest[name] = self._newest(connection, name)
        sealed = seal(draft, newest[name], now_ns)
        if draft.action in APPROVALS:
            writers = _writers(connection.execute(_HISTORY, {"incident": name}))
            check_approver(Action(sealed.action), sealed.author, writers, name)
        newest[name] = sealed
        return sealed

    def _newest(self, connection: Connection, incident: str) -> Revision | None:
        found = connection.execute(_NEWEST, {"incident": incident}).first()
        return _revision(found) if found else None

    def _insert(self, connection: Connection, entries: list[Entry]) -> None:
        if not entries:
            return
        lines = [{name: getattr(e, name) for name in _ENTRY.keys()} for e in entries]  # noqa: SIM118
        connection.execute(_INSERT_ENTRY, lines)
        revisions = [(e.seq, e.item) for e in entries if isinstance(e.item, Revision)]
        records = [(e.seq, e.item) for e in entries if isinstance(e.item, Record)]
        if records:
            rows = [
                {**{k: getattr(r, k) for k in ("kind", "subject", "hash", "recorded_ns")}}
                | {"seq": seq, "body": r.text}
                for seq, r in records
            ]
            connection.execute(_INSERT_RECORD, rows)
        if revisions:
            connection.execute(_INSERT_REVISION, [_revision_row(seq, r) for seq, r in revisions])
            self._project(connection, [r for _, r in revisions])

    def _project(self, connection: Connection, revisions: list[Revision]) -> None:
        later = [{"of": each.incident} for each in revisions if each.number > 1]
        if later:
            connection.execute(_OLDER, later)
        newest = {each.incident: each.number for each in revisions}
        rows = [
            row
            for each in revisions
            for row in facts_of(each, head=each.number == newest[each.incident])
        ]
        connection.execute(_INSERT_FACT, rows)

    def _end(self, connection: Connection, head: Head) -> None:
        values = {"seq": head.seq, "seal": head.seal, "recorded_ns": head.recorded_ns}
        connection.execute(_SET_END, values)

    def chunk(self, connection: Connection, after: int) -> Iterator[Entry]:
        """Yield the next entries as one connection sees them."""
        join = tables.ENTRY.outerjoin(tables.REVISION, _REVISION.seq == _ENTRY.seq).outerjoin(
            tables.RECORD, _RECORD.seq == _ENTRY.seq
        )
        columns = [*_ENTRY, *_OF_REVISION, *_RECORD]
        wanted = select(*columns).select_from(join).where(_ENTRY.seq > after)
        n, m = len(_ENTRY), len(_ENTRY) + len(_OF_REVISION)
        for row in connection.execute(wanted.order_by(_ENTRY.seq).limit(_CHUNK)):
            seq, kind, subject, hash_, previous, mark = row[:n]
            item: Revision | Record | None = None
            if kind == REVISION and row[n] is not None:
                item = Revision(*row[n:m])
            elif kind != REVISION and row[m] is not None:
                _, of_kind, about, _, body, recorded_ns = row[m:]
                item = Record(of_kind, about, body, recorded_ns)
            yield Entry(seq, kind, subject, hash_, previous, mark, item)


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    """Hold the writers' lock from begin to commit; roll back whatever goes wrong."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


def _revision(row: SqlRow[Any]) -> Revision:
    return Revision(*tuple(row))


def _revision_row(seq: int, revision: Revision) -> dict[str, Any]:
    row = {name: getattr(revision, name) for name in Revision.__dataclass_fields__}
    key = person_key(revision.author)
    return {**row, "seq": seq, "hash": revision.hash, "author_key": key}


def _record(row: SqlRow[Any]) -> Record:
    return Record(row.kind, row.subject, row.body, row.recorded_ns)


def _head(row: SqlRow[Any]) -> Head:
    return Head(row.seq, row.seal, row.recorded_ns)


def _row(row: SqlRow[Any]) -> Row:
    incident, number, sure, standing = tuple(row)
    return Row(incident, number, bool(sure), Standing(standing))


def _writers(rows: Iterable[SqlRow[Any]]) -> frozenset[str]:
    """Return the keys of everybody who changed content."""
    writers, before = set(), ""
    for row in rows:
        if row.content_sha256 != before:
            writers.add(person_key(row.author))
        before = row.content_sha256
    return frozenset(writers)


def _as_of(revisions: list[Revision], times: Times) -> Revision | None:
    from tocsin.register.sql.facts import known

    if times.as_of_ns is None:
        return revisions[-1] if revisions else None
    sure = [r for r in revisions if known(r)[1] <= times.as_of_ns]
    return sure[-1] if sure else None


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
