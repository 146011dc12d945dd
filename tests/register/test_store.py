"""What a store keeps: revisions, two kinds of time, and nothing ever changed in place."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from tests.register.conftest import sqlite_url
from tests.register.made import CLOCK_NS, HOUR_NS, act, add, edit, incident, verified, write
from tocsin.errors import RegisterError, UsageError
from tocsin.register.link import Link, link_of
from tocsin.register.query import NOW, Times, window
from tocsin.register.record import Note
from tocsin.register.revision import Draft, Revision
from tocsin.register.sql import open_store
from tocsin.register.sql.copy import backup, restore
from tocsin.register.sql.store import SqlStore
from tocsin.register.sql.tables import METADATA
from tocsin.register.workflow import Action, State


def test_a_revision_is_what_was_written(store: SqlStore) -> None:
    made = incident(what="Su-27 – näide 😀")
    written = add(store, made)
    found = store.revision(Link("EE-1"))
    assert found == written and found is not None
    assert found.read() == made
    assert (found.number, found.previous, found.state, found.author) == (1, "", "draft", "ann")
    assert found.known_on == "2025-05-14" and found.recorded_ns == CLOCK_NS


def test_a_link_resolves_to_one_revision_for_good(store: SqlStore) -> None:
    first = add(store, incident())
    edit(store, incident(what="two aircraft"))
    edit(store, incident(what="three aircraft"))
    assert store.revision(link_of("EE-1@1")) == store.revision(link_of("/i/EE-1@1?t=0#z")) == first
    newest = store.revision(link_of("EE-1"))
    assert newest is not None and newest.record["what"] == "three aircraft"
    assert store.revision(link_of("EE-1@4")) is None and store.revision(link_of("EE-2")) is None


def test_revisions_are_chained(store: SqlStore) -> None:
    written = [add(store, incident())]
    written += [edit(store, incident(what=f"{n} aircraft")) for n in range(2, 6)]
    assert [r.previous for r in written] == ["", *(r.hash for r in written[:-1])]
    assert store.history("EE-1") == written
    done = verified(store)
    assert done.broken is None and (done.entries, done.incidents, done.revisions) == (5, 1, 5)


def test_all_that_is_given_is_written_or_nothing(store: SqlStore) -> None:
    add(store, incident())
    good, bad = incident("EE-2"), incident("EE-1")
    drafts = [Draft(each.id, Action.ADD, "ann", each) for each in (good, bad)]
    with pytest.raises(RegisterError, match="EE-1 is already in the register"):
        store.append(drafts, CLOCK_NS)
    assert store.revision(Link("EE-2")) is None and store.head().seq == 1


def test_an_incident_goes_through_several_steps_in_one_transaction(store: SqlStore) -> None:
    made = incident()
    steps: list[Draft | Note] = [
        Draft("EE-1", Action.ADD, "ann", made),
        Draft("EE-1", Action.APPROVE, "bob"),
        Note("figure", "EE 2025", {"n": 4}),
        Draft("EE-1", Action.ADJUDICATE, "bob"),
    ]
    store.append(steps, CLOCK_NS)
    assert [r.state for r in store.history("EE-1")] == ["draft", "reviewed", "adjudicated"]
    assert [r.body for r in store.records("figure")] == [{"n": 4}]
    assert verified(store).broken is None
    with pytest.raises(RegisterError, match="cannot approve"):
        store.append([Draft("EE-2", Action.ADD, "ann", incident("EE-2")),
                      Draft("EE-2", Action.APPROVE, "ann")], CLOCK_NS)  # fmt: skip


def test_a_writer_that_saw_an_older_revision_is_refused(store: SqlStore) -> None:
    add(store, incident())
    edit(store, incident(what="two aircraft"))
    late = Draft("EE-1", Action.EDIT, "bob", incident(what="none"), base=1)
    with pytest.raises(RegisterError, match="revision 2, not 1, is the newest"):
        store.append([late], CLOCK_NS)


def test_the_clock_of_the_ledger_never_runs_back(store: SqlStore) -> None:
    add(store, incident(), at_ns=CLOCK_NS)
    second = edit(store, incident(what="two aircraft"), at_ns=CLOCK_NS - HOUR_NS)
    assert second.recorded_ns == CLOCK_NS and verified(store).broken is None


def dated(what: str, *dates: str) -> object:
    return incident(what=what, sources=[{"title": f"source of {d}", "date": d} for d in dates])


def test_known_on_is_the_date_of_what_is_new(store: SqlStore) -> None:
    first = add(store, dated("one", "2025-05-16", "2025-05-14"))  # type: ignore[arg-type]
    assert first.known_on == "2025-05-14"
    same = edit(store, dated("one, corrected", "2025-05-16", "2025-05-14"))  # type: ignore[arg-type]
    assert same.known_on == "2025-05-14"
    later = edit(store, dated("two", "2025-05-16", "2025-05-14", "2025-09-02"))  # type: ignore[arg-type]
    assert later.known_on == "2025-09-02"
    assert act(store, "EE-1", Action.APPROVE, "bob").known_on == "2025-09-02"


def times(as_of: str | None = None, recorded: int | None = None) -> Times:
    return Times(window(as_of)[1] if as_of else None, recorded)


def test_as_of_asks_what_the_world_knew_and_recorded_what_the_register_held(
    store: SqlStore,
) -> None:
    add(store, dated("one", "2025-05-14"), at_ns=CLOCK_NS)  # type: ignore[arg-type]
    edit(store, dated("two", "2025-05-14", "2025-09-02"), at_ns=CLOCK_NS + HOUR_NS)  # type: ignore[arg-type]
    # A source found late, that the world had early: it reaches back.
    early = dated("three", "2025-05-14", "2025-09-02", "2025-06-01")
    edit(store, early, at_ns=CLOCK_NS + 2 * HOUR_NS)  # type: ignore[arg-type]

    def what(asked: Times) -> str | None:
        found = store.revision(Link("EE-1"), asked)
        return None if found is None else str(found.record["what"])

    assert what(NOW) == "three"
    assert what(times("2025-05-13")) is None
    assert what(times("2025-05-14")) == "one"
    assert what(times("2025-06-01")) == "three"
    assert what(times(recorded=CLOCK_NS - 1)) is None
    assert what(times(recorded=CLOCK_NS)) == "one"
    assert what(times(recorded=CLOCK_NS + HOUR_NS)) == "two"
    assert what(times("2025-08-01", CLOCK_NS + HOUR_NS)) == "one"
    assert what(times("2025-09-02", CLOCK_NS + HOUR_NS)) == "two"


APPROVED = "INSERT INTO revision SELECT {seq}, incident, number + 1, hash, '{hash}', content, " \
    "content_sha256, known_on, recorded_ns, '{author}', '{key}', 'approve', 'reviewed', '' " \
    "FROM revision WHERE incident = 'EE-1' AND number = 1"  # fmt: skip
LEDGER = (
    "INSERT INTO entry SELECT seq + 1, 'revision', 'EE-1@2', '{hash}', seal, '{seal}' FROM entry"
)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE revision SET reason = 'x'", "revision only grows"),
        ("DELETE FROM revision", "revision only grows"),
        ("UPDATE entry SET hash = 'x'", "entry only grows"),
        ("DELETE FROM entry WHERE seq = 1", "entry only grows"),
        ("UPDATE record SET body = 'x'", "record only grows"),
        ("DELETE FROM record", "record only grows"),
        ("DELETE FROM ending", "ending only grows"),
        ("UPDATE ending SET seq = 7", "where the ledger ends must be its end"),
        ("UPDATE ending SET seal = 'x'", "where the ledger ends must be its end"),
        ("INSERT INTO ending SELECT 2, seq, seal, recorded_ns FROM ending", "has one end"),
        ("INSERT INTO entry SELECT 9, kind, subject, hash, seal, seal FROM entry",
         "grows by one|not sealed"),
        ("INSERT INTO entry SELECT 3, kind, subject, hash, 'x', 'y' FROM entry WHERE seq = 2",
         "not sealed to the one before"),
        ("INSERT INTO record SELECT 7, kind, subject, hash, body, recorded_ns FROM record",
         "needs its line in the ledger"),
        (APPROVED.format(seq=3, hash="h", author="bob", key="bob"), "needs its line in the ledger"),
    ],
)  # fmt: skip
def test_nothing_is_changed_in_place_even_in_raw_sql(
    store: SqlStore, statement: str, says: str
) -> None:
    add(store, incident())
    store.append([Note("figure", "EE", {"n": 1})], CLOCK_NS)
    before = list(store.entries())
    with pytest.raises(DBAPIError, match=says), store.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert list(store.entries()) == before and verified(store).broken is None


@pytest.mark.parametrize(
    ("author", "key", "refused"),
    [("ann", "ann", True), ("Ann ", "other", True), ("ann", "x", True), ("bob", "bob", False)],
)
def test_an_approval_by_the_author_is_refused_in_raw_sql(
    store: SqlStore, author: str, key: str, refused: bool
) -> None:
    add(store, incident())
    with store.engine.connect() as connection:
        transaction = connection.begin()
        connection.exec_driver_sql(LEDGER.format(hash="h", seal="s"))
        statement = APPROVED.format(seq=2, hash="h", author=author, key=key)
        if refused:
            with pytest.raises(DBAPIError, match="whoever wrote an incident cannot approve it"):
                connection.exec_driver_sql(statement)
        else:
            connection.exec_driver_sql(statement)
        transaction.rollback()


def test_a_step_out_of_order_is_refused_in_raw_sql(store: SqlStore) -> None:
    add(store, incident())
    with store.engine.connect() as connection:
        transaction = connection.begin()
        connection.exec_driver_sql(LEDGER.format(hash="h", seal="s"))
        statement = APPROVED.format(seq=2, hash="h", author="bob", key="bob")
        with pytest.raises(DBAPIError, match="this step may not follow"):
            connection.exec_driver_sql(statement.replace("'reviewed'", "'released'"))
        transaction.rollback()


def test_replace_does_not_replace(sqlite: SqlStore) -> None:
    """SQLite's REPLACE deletes without asking: the triggers must ask."""
    add(sqlite, incident())
    with sqlite.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA recursive_triggers = OFF")  # as another program has it
        for table in ("revision", "entry", "ending"):
            with pytest.raises(DBAPIError, match="tocsin: "):
                connection.exec_driver_sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
    assert verified(sqlite).broken is None


def test_the_schema_after_all_migrations_is_the_one_of_the_code(store: SqlStore) -> None:
    found = inspect(store.engine)
    for table in METADATA.tables.values():
        columns = {c["name"]: bool(c["nullable"]) for c in found.get_columns(table.name)}
        assert columns == {c.name: bool(c.nullable) for c in table.columns}
        keys = found.get_pk_constraint(table.name)["constrained_columns"]
        assert keys == [c.name for c in table.primary_key]
        indexes = {i["name"]: i["column_names"] for i in found.get_indexes(table.name)}
        assert indexes == {i.name: [c.name for c in i.columns] for i in table.indexes}


def test_a_store_of_an_earlier_schema_is_brought_up_to_date_with_all_it_holds(
    url: str, tmp_path: Path
) -> None:
    with open_store(url) as made:
        add(made, incident(where={"text": "the island", "lat_deg": 59.8, "lon_deg": 26.4,
                                  "radius_m": 5_000}))  # fmt: skip
        edit(made, incident(what="two aircraft"))
        before = made.history("EE-1")
        with made.engine.begin() as connection:  # as r0001 left it
            for statement in (
                "DROP INDEX fact_by_time",
                "CREATE INDEX fact_by_time ON fact (live, vague, begin_from, incident, begin_by)",
                "UPDATE alembic_version SET version_num = 'r0001'",
            ):
                connection.exec_driver_sql(statement)
        backup(made, tmp_path / "old.backup")
    with open_store(url, create=False) as now:
        indexes = {i["name"]: i["column_names"] for i in inspect(now.engine).get_indexes("fact")}
        assert indexes["fact_by_time"][-4:] == ["south", "north", "west", "east"]
        assert now.history("EE-1") == before and verified(now).broken is None
    with open_store(sqlite_url(tmp_path / "copy.db")) as again:
        restore(tmp_path / "old.backup", again)
        assert again.history("EE-1") == before and verified(again).broken is None


def test_a_store_is_opened_again_and_two_open_it_at_once(url: str) -> None:
    with open_store(url) as one, open_store(url) as two:
        add(one, incident())
        assert two.revision(Link("EE-1")) == one.revision(Link("EE-1"))
        edit(two, incident(what="two aircraft"))
    with open_store(url, create=False) as again:
        assert [r.number for r in again.history("EE-1")] == [1, 2]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("sqlite:///nowhere/r.db", "cannot be opened"),
        ("sqlite://", "is no register"),
        ("mysql://host/name", "is no register"),
        ("nonsense", "is no address"),
        ("postgresql://tocsin:secret@127.0.0.1:1/none", "127.0.0.1"),
    ],
)
def test_what_is_no_store_says_so_without_a_password(address: str, says: str) -> None:
    with pytest.raises((UsageError, RegisterError), match=says) as caught:
        open_store(address)
    assert "secret" not in str(caught.value)


def test_a_question_makes_no_store(tmp_path: object) -> None:
    with pytest.raises(RegisterError, match="no such register"):
        open_store(f"sqlite:///{tmp_path}/typo.db", create=False)


def test_a_file_that_is_something_else_is_refused(tmp_path: object) -> None:
    path = f"{tmp_path}/letter.db"
    with open(path, "w") as file:  # noqa: PTH123
        file.write("Dear Sir, " * 900)
    with pytest.raises(RegisterError, match="is no SQLite file"):
        open_store(f"sqlite:///{path}")


def test_content_of_another_incident_is_refused(store: SqlStore) -> None:
    with pytest.raises(RegisterError, match="the content is that of EE-2"):
        write(store, Draft("EE-1", Action.ADD, "ann", incident("EE-2")))
    add(store, incident())
    with pytest.raises(RegisterError, match="nothing has changed"):
        edit(store, incident())
    with pytest.raises(UsageError, match="names nobody"):
        edit(store, incident(what="x"), by="  ")
    (found,) = store.history("EE-1")
    assert isinstance(found, Revision) and found.state == State.DRAFT
