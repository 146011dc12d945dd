"""What must not be lost: processes killed while they write, two at once, a disk that is full."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.register.made import CLOCK_NS, act, add, edit, incident, verified
from tocsin.register.chain import Break, Walk
from tocsin.register.link import Link
from tocsin.register.record import Note
from tocsin.register.sql import open_store
from tocsin.register.sql.check import projection
from tocsin.register.sql.store import SqlStore
from tocsin.register.workflow import Action
from tocsin.run.audit import audit

ROOT = Path(__file__).resolve().parents[2]
KILLS = 1000 if os.environ.get("TOCSIN_FULL") else 50


class Writer:
    """The parent of the processes that are killed; see `writer`."""

    def __init__(self, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.register.writer", url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.line() == "ready"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def start(self, command: str) -> int:
        """Give a command; return the pid of the child that carries it out."""
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        word, pid = self.line().split()
        assert word == "born"
        return int(pid)

    def rest(self) -> list[str]:
        """Return what the child said up to its end."""
        return list(iter(self.line, "dead"))


@contextmanager
def writer(url: str) -> Iterator[Writer]:
    made = Writer(url)
    try:
        yield made
    finally:
        assert made.process.stdin is not None and made.process.stdout is not None
        made.process.stdin.close()
        made.process.wait(60)
        made.process.stdout.close()


def test_killed_while_writing_nothing_committed_is_lost(url: str, store: SqlStore) -> None:
    chance = random.Random(url.partition(":")[0])
    walk = Walk(lookup=store.revision)
    acknowledged = 0
    with writer(url) as parent:
        for n in range(KILLS):
            pid = parent.start(f"write K{n}")
            said = [parent.line()]  # it is at work
            time.sleep(chance.random() * 0.04)
            os.kill(pid, signal.SIGKILL)
            said += parent.rest()
            for line in said:
                word, name, number, digest = line.split()
                assert word == "ack"
                found = store.revision(Link(name, int(number)))
                assert found is not None and found.hash == digest, f"lost: {line}"
                acknowledged += 1
            walk.follow(store.entries(after=walk.head.seq))
            done = walk.done(store.head())
            assert done.broken is None, done.broken
    assert acknowledged >= KILLS
    assert done.revisions >= acknowledged
    assert projection(store) is None  # no half of a revision is found by any question
    # Three items go in one transaction: none of them is ever alone.
    alone = [h for n in range(KILLS) for h in store.history(f"K{n}-1") if h.action == "edit"]
    assert all(store.revision(Link(h.incident, 3)) is not None for h in alone)


def test_two_processes_write_one_incident_and_none_is_lost(url: str, store: SqlStore) -> None:
    add(store, incident())
    with writer(url) as one, writer(url) as two:
        one.start("edit EE-1 25 bob")
        two.start("edit EE-1 25 carl")
        said = one.rest() + two.rest()
    assert [line.split()[0] for line in said] == ["ack"] * 50
    history = store.history("EE-1")
    assert [r.number for r in history] == list(range(1, 52))
    assert {line.split()[3] for line in said} == {r.hash for r in history[1:]}
    for by in ("bob", "carl"):
        mine = [r.record["what"] for r in history if r.author == by]
        assert mine == [f"{by} {n}" for n in range(25)]
    assert verified(store).broken is None and projection(store) is None


def test_of_two_who_saw_the_same_revision_one_wins(url: str, store: SqlStore) -> None:
    add(store, incident())
    with writer(url) as one, writer(url) as two:
        for base in range(1, 6):
            one.start(f"once EE-1 {base} bob{base}")
            two.start(f"once EE-1 {base} carl{base}")
            said = one.rest() + two.rest()
            assert sorted(line.split()[0] for line in said) == ["ack", "refused"], said
            (why,) = (line for line in said if line.startswith("refused"))
            assert f"revision {base + 1}, not {base}, is the newest" in why
    assert len(store.history("EE-1")) == 6 and verified(store).broken is None


def test_a_full_disk_is_one_clear_line_and_harms_nothing(tmp_path: Path, sqlite: SqlStore) -> None:
    url = f"sqlite:///{tmp_path / 'register.db'}"
    add(sqlite, incident())
    with writer(url) as parent:
        parent.start("fill F 1200000")
        *acks, why = parent.rest()
    assert acks and why.startswith("refused ") and "nothing was written" in why
    assert "Traceback" not in why and "disk" in why
    for line in acks:
        _, name, number, digest = line.split()
        found = sqlite.revision(Link(name, int(number)))
        assert found is not None and found.hash == digest
    assert verified(sqlite).broken is None and projection(sqlite) is None
    add(sqlite, incident("EE-2"))  # and with room again it goes on


def test_a_server_that_crashes_loses_nothing_acknowledged(postgres: str) -> None:
    """A backend is killed in the middle of transactions; PostgreSQL recovers by itself."""
    import psycopg

    from tests.register.conftest import fresh_database

    url = fresh_database(postgres)
    with open_store(url) as store, writer(url) as parent:
        parent.start("write K")
        acks = [parent.line() for _ in range(5)]
        with psycopg.connect(postgres, autocommit=True) as connection:
            database = url.rpartition("/")[2]
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (database,),
            )
        said = parent.rest()
        acks += [line for line in said if line.startswith("ack")]
        assert said[-1].startswith("refused ")
        store.engine.dispose()  # its own connection was ended too
        for line in acks:
            _, name, number, digest = line.split()
            found = store.revision(Link(name, int(number)))
            assert found is not None and found.hash == digest
        assert verified(store).broken is None and projection(store) is None


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE revision SET content = replace(content, 'one', 'two') WHERE number = 1",
         "entry 1 (EE-1@1): its content is not what was hashed"),
        ("UPDATE revision SET author = 'zoe' WHERE number = 2",
         "entry 2 (EE-1@2): what it seals was changed"),
        ("DELETE FROM revision WHERE number = 2", "entry 2 (EE-1@2): what it seals is gone"),
        ("DELETE FROM entry WHERE seq = 2", "entry 3 (EE-1@3): entry 2 is missing"),
        ("UPDATE entry SET seal = 'x' WHERE seq = 2", "entry 2 (EE-1@2): its seal is wrong"),
        ("UPDATE record SET body = replace(body, '4', '5')", "entry 4 (EE 2025): what it seals"),
        ("DELETE FROM entry WHERE seq = 5; DELETE FROM revision WHERE seq = 5",
         "entry 5 (the end of the ledger): the store noted 5 entries"),
        ("DELETE FROM entry WHERE seq > 3; DELETE FROM revision WHERE seq > 3;"
         " DELETE FROM record; UPDATE ending SET seq = 3, seal = (SELECT seal FROM entry"
         " WHERE seq = 3)", "entry 4 (the end of the ledger): it never passed through 5:"),
        ("UPDATE revision SET recorded_ns = recorded_ns - 1 WHERE seq = 5", "was changed"),
        ("UPDATE fact SET state = 'FI' WHERE incident = 'EE-2'",
         "entry 5 (EE-2@1): what questions find is not what it says"),
        ("DELETE FROM fact WHERE incident = 'EE-1'", "what questions find is not what it says"),
        ("INSERT INTO fact SELECT 'ghost', number, state_n, actor_n, head, live, standing,"
         " workflow, domain, state, actor, verification, tlp, vague, begin_from, begin_by, reach,"
         " west, south, east, north, known_from, known_by, recorded_ns, words FROM fact"
         " WHERE incident = 'EE-2'", "table fact: holds 5 rows, of which the ledger knows 4"),
        ("INSERT INTO record SELECT 99, kind, subject, hash, body, recorded_ns FROM record",
         "table record: holds 2 rows"),
    ],
)  # fmt: skip
def test_an_audit_names_the_first_broken_link(store: SqlStore, damage: str, says: str) -> None:
    add(store, incident())
    edit(store, incident(what="one of two aircraft"))
    act(store, "EE-1", Action.APPROVE, "bob")
    store.append([Note("figure", "EE 2025", {"n": 4})], CLOCK_NS)
    add(store, incident("EE-2"))
    before = audit(store)
    assert before["ok"] and before["entries"] == 5
    without_guards(store)
    with store.engine.begin() as connection:
        for statement in damage.split("; "):
            connection.exec_driver_sql(statement)
    after = audit(store, expect=before["head"])
    assert not after["ok"]
    assert says in str(Break(**after["broken"]))


def without_guards(store: SqlStore) -> None:
    """Drop every trigger, as somebody who owns the database can."""
    with store.engine.begin() as connection:
        if store.engine.dialect.name == "sqlite":
            wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in connection.exec_driver_sql(wanted).fetchall():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for table in ("entry", "revision", "record", "ending"):
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
