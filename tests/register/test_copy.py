"""Backups, restores, and a move from one kind of store to the other: the same hashes."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.register.conftest import fresh_database, sqlite_url
from tests.register.made import CLOCK_NS, act, add, edit, incident, verified
from tocsin.errors import IntegrityError, RegisterError, UsageError
from tocsin.register.coverage import gap
from tocsin.register.query import Filter
from tocsin.register.sign import dissent_note, load_key, new_key, signature_note
from tocsin.register.sql import open_store
from tocsin.register.sql.check import projection
from tocsin.register.sql.copy import backup, move, restore
from tocsin.register.sql.store import SqlStore
from tocsin.register.workflow import Action


def fill(store: SqlStore, tmp_path: Path) -> None:
    """Write one of everything."""
    for n in range(20):
        add(
            store,
            incident(f"EE-{n}", what=f"näide {n} 😀", where={"lat_deg": 59.83, "lon_deg": 26}),
        )
    edit(store, incident("EE-3", what="changed", actors=[{"name": "Russia"}], states=["EE", "FI"]))
    revision = act(store, "EE-3", Action.APPROVE, "bob")
    new_key(tmp_path / "key")
    key = load_key(tmp_path / "key")
    at = "2025-11-01T00:00:00Z"
    store.append([signature_note(revision, key, "bob", at)], CLOCK_NS)
    store.append([dissent_note(revision, key, "carl", "no", at)], CLOCK_NS)
    store.append([gap("2023", "not searched")], CLOCK_NS)


def same(one: SqlStore, two: SqlStore) -> None:
    assert one.head() == two.head()
    assert list(one.entries()) == list(two.entries())
    assert verified(two).broken is None and projection(two) is None
    assert one.count(Filter()) == two.count(Filter())


@pytest.mark.parametrize("dump", [False, True])
def test_a_backup_is_restored_with_the_same_hashes(
    store: SqlStore, tmp_path: Path, dump: bool
) -> None:
    fill(store, tmp_path)
    path = tmp_path / "backup"
    assert backup(store, path, dump=dump) == store.head()
    before = path.read_bytes()
    with open_store(sqlite_url(tmp_path / "again.db")) as again:
        assert restore(path, again) == store.head()
        same(store, again)
        add(again, incident("EE-99"))  # and it goes on from there
        assert verified(again).broken is None
    assert path.read_bytes() == before  # what is restored from is only read
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("backup")) == ["backup"]


def test_a_backup_restores_into_postgresql(sqlite: SqlStore, postgres: str, tmp_path: Path) -> None:
    fill(sqlite, tmp_path)
    backup(sqlite, tmp_path / "backup")
    with open_store(fresh_database(postgres)) as again:
        restore(tmp_path / "backup", again)
        same(sqlite, again)


def test_a_move_there_and_back_keeps_every_hash(
    sqlite: SqlStore, postgres: str, tmp_path: Path
) -> None:
    fill(sqlite, tmp_path)
    there = fresh_database(postgres)
    with open_store(there) as server, open_store(sqlite_url(tmp_path / "back.db")) as back:
        move(sqlite, server)
        same(sqlite, server)
        move(server, back)
        same(sqlite, back)
        with pytest.raises(RegisterError, match="already holds 25 entries"):
            move(sqlite, server)


def test_a_backup_is_consistent_while_others_write(store: SqlStore, tmp_path: Path) -> None:
    fill(store, tmp_path)
    stop = threading.Event()

    def go_on() -> None:
        with open_store(store.engine.url.render_as_string(hide_password=False)) as other:
            n = 0
            while not stop.is_set() and n < 500:
                add(other, incident(f"W-{n}"))
                n += 1

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        heads = [backup(store, tmp_path / f"backup-{n}") for n in range(3)]
    finally:
        stop.set()
        thread.join()
    for n, head in enumerate(heads):
        with open_store(sqlite_url(tmp_path / f"again-{n}.db")) as again:
            assert restore(tmp_path / f"backup-{n}", again) == head
            assert verified(again).broken is None and projection(again) is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("changed", "altered", "is not what was hashed"),
        ('"seq":3', '"seq":4', "is out of order|is missing"),
        ('"entries":25', '"entries":26', "the store noted 26 entries"),
        ('"kind":"revision"', '"kind":"figure"', "damaged"),
    ],
)
def test_a_damaged_dump_is_refused_and_nothing_is_kept(
    store: SqlStore, tmp_path: Path, old: str, new: str, says: str
) -> None:
    fill(store, tmp_path)
    path = tmp_path / "backup"
    backup(store, path, dump=True)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with open_store(sqlite_url(tmp_path / "again.db")) as again:
        with pytest.raises(IntegrityError, match=says):
            restore(path, again)
        assert again.head().seq == 0 and again.count(Filter()).count == 0
        add(again, incident())  # still a whole store


def test_a_dump_cut_short_is_refused(store: SqlStore, tmp_path: Path) -> None:
    fill(store, tmp_path)
    path = tmp_path / "backup"
    backup(store, path, dump=True)
    lines = path.read_bytes().splitlines(keepends=True)
    for damaged in (b"".join(lines[:-1]), b"".join(lines)[:-40], b"[]\n", b"", lines[0]):
        path.write_bytes(damaged)
        with open_store(sqlite_url(tmp_path / "again.db")) as again:
            with pytest.raises(IntegrityError):
                restore(path, again)
            assert again.head().seq == 0


def test_a_damaged_file_is_refused(sqlite: SqlStore, tmp_path: Path) -> None:
    fill(sqlite, tmp_path)
    path = tmp_path / "backup"
    backup(sqlite, path)
    raw = path.read_bytes()
    path.write_bytes(raw.replace("näide 7".encode(), "näide 8".encode()))
    with (
        open_store(sqlite_url(tmp_path / "again.db")) as again,
        pytest.raises(IntegrityError, match="is not what was hashed"),
    ):
        restore(path, again)
    path.write_bytes(raw[: len(raw) // 2])
    with (
        open_store(sqlite_url(tmp_path / "more.db")) as again,
        pytest.raises((IntegrityError, RegisterError)),
    ):
        restore(path, again)


def test_a_backup_overwrites_nothing(sqlite: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("keep")
    with pytest.raises(UsageError, match="exists"):
        backup(sqlite, tmp_path / "backup")
    with pytest.raises(RegisterError, match="no backup"):
        backup(sqlite, tmp_path / "nowhere" / "backup", dump=True)
    with pytest.raises(UsageError, match="no backup"):
        restore(tmp_path / "none", sqlite)
    assert (tmp_path / "backup").read_text() == "keep"


def test_a_dump_is_lines_of_json_that_anybody_can_read(sqlite: SqlStore, tmp_path: Path) -> None:
    fill(sqlite, tmp_path)
    backup(sqlite, tmp_path / "dump", dump=True)
    text = (tmp_path / "dump").read_text(encoding="utf-8")
    head, *lines = (json.loads(line) for line in text.splitlines())
    assert head["entries"] == len(lines) == 25 and head["seal"] == lines[-1]["seal"]
    assert json.loads(lines[0]["item"]["content"])["what"] == "näide 0 😀"
