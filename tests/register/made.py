"""Incidents and stores for tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tocsin.register.chain import Verified, Walk
from tocsin.register.revision import Draft, Revision
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore
from tocsin.register.workflow import Action
from tocsin.run.register_import import import_bundled
from tocsin.schema import Incident, Moment, incident_of

#: A clock for tests: 1 November 2025.
CLOCK_NS = Moment.of("2025-11-01").earliest_ns or 0
HOUR_NS = 3_600_000_000_000


def incident(name: str = "EE-1", **more: Any) -> Incident:
    """Return an incident; a keyword replaces a field of its dictionary form."""
    told = {
        "id": name,
        "what": "one aircraft",
        "domain": "air",
        "states": ["EE"],
        "when": {"begin": "2025-05-13"},
        "sources": [{"title": "a ministry", "date": "2025-05-14", "grade": "B2"}],
    }
    return incident_of({**told, **more})


def add(store: SqlStore, made: Incident, by: str = "ann", at_ns: int = CLOCK_NS) -> Revision:
    return write(store, Draft(made.id, Action.ADD, by, made), at_ns)


def edit(store: SqlStore, made: Incident, by: str = "ann", at_ns: int = CLOCK_NS) -> Revision:
    return write(store, Draft(made.id, Action.EDIT, by, made), at_ns)


def act(
    store: SqlStore, name: str, action: Action, by: str, reason: str = "", at_ns: int = CLOCK_NS
) -> Revision:
    return write(store, Draft(name, action, by, None, reason), at_ns)


def write(store: SqlStore, draft: Draft, at_ns: int = CLOCK_NS) -> Revision:
    (written,) = store.append([draft], at_ns)
    assert isinstance(written, Revision)
    return written


def verified(store: SqlStore, **how: Any) -> Verified:
    """Walk the whole ledger."""
    return Walk(lookup=store.revision, **how).follow(store.entries()).done(store.head())


@cache
def template() -> Path:
    """Return an empty store in one file, made once: a migration takes longer than a test."""
    folder = Path(tempfile.mkdtemp(prefix="tocsin-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "empty.db"
    with open_store(f"sqlite:///{path}") as store, store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@cache
def bundled() -> Path:
    """Return a store in one file with the register that ships, imported once a process."""
    path = template().with_name("bundled.db")
    shutil.copyfile(template(), path)
    with open_store(f"sqlite:///{path}") as store:
        import_bundled(store)
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path
