"""Opening a store by its URL: `sqlite:///incidents.db`, `postgresql://host/name`.

SQLite: one file beside its write-ahead log; a commit is on the disk when it returns
(synchronous=FULL); a writer takes the lock as it begins (BEGIN IMMEDIATE) and others wait.
PostgreSQL: psycopg 3; writers queue for the row of `ending`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from tocsin.errors import RegisterError, UsageError

if TYPE_CHECKING:
    from tocsin.register.sql.store import SqlStore

WAIT_S = 30.0  # for other writers
NEWEST = "r0002"  # the migration that this code needs
#: Those whose tables are the same: a file that is only read need not be brought up to date.
READABLE = ("r0001", NEWEST)
_HINT = "write sqlite:///FILE or postgresql://USER@HOST/NAME"


def open_store(url: str, *, create: bool = True) -> SqlStore:
    """Return the store behind a URL, brought to the newest schema.

    create  False: raise RegisterError where there is none, as a question about it should
    """
    from tocsin.register.sql.store import SqlStore

    where = _url(url)
    if not create and where.get_backend_name() == "sqlite":
        path = Path(where.database or "")
        if not path.is_file():
            raise RegisterError("no such register", path=str(path), hint="`register add` makes one")
    engine = _engine(where)
    try:
        with refusals(shown(where)):
            _migrate(engine, create, shown(where))
    except RegisterError:
        engine.dispose()
        raise
    return SqlStore(engine, shown(where))


def open_copy(path: Path) -> SqlStore:
    """Return the store in a SQLite file that is only read: no log beside it, no migration."""
    from tocsin.register.sql.store import SqlStore

    address = f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true"
    engine = create_engine(address, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _no_autobegin)
    event.listen(engine, "begin", _begin)
    try:
        with refusals(str(path)), engine.connect() as connection:
            found = _version(connection)
        if found not in READABLE:
            what = "holds no register" if found is None else f"is of another schema ({found})"
            raise RegisterError(what, path=str(path), hint="name a backup, or a register's file")
    except RegisterError:
        engine.dispose()
        raise
    return SqlStore(engine, str(path))


def shown(url: URL) -> str:
    """Return a URL that may be printed: without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "sqlite"
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


@contextmanager
def refusals(where: str) -> Iterator[None]:
    """Turn what a database says no with into one line that says what to do."""
    try:
        yield
    except DBAPIError as error:
        problem, hint = _meaning(error)
        raise RegisterError(problem, path=where, hint=hint) from error


def _meaning(error: DBAPIError) -> tuple[str, str]:
    said = " ".join(str(error.orig).split("CONTEXT:")[0].split())
    if "tocsin: " in said:  # one of our triggers
        return said.partition("tocsin: ")[2], ""
    for sign, problem, hint in (
        ("database or disk is full", "the disk is full; nothing was written", "make room"),
        ("No space left", "the disk is full; nothing was written", "make room"),
        ("disk I/O error", "the disk refused the write; nothing was written", "see its space"),
        ("database is locked", "another process has been writing for too long", "try again"),
        ("readonly database", "is read-only; nothing was written", "see who owns the file"),
        ("unable to open", "cannot be opened", "see that its folder exists and is writable"),
        ("file is not a database", "is no SQLite file", _HINT),
        ("malformed", "is damaged", "restore it from a backup"),
        ("UNIQUE constraint", "somebody else wrote first; nothing was written", "try again"),
        ("duplicate key", "somebody else wrote first; nothing was written", "try again"),
    ):
        if sign in said:
            return problem, hint
    return said or type(error).__name__, ""


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise UsageError(f'--store "{text}" is no address', hint=_HINT) from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite") or not url.database:
        raise UsageError(f'--store "{text}" is no register', hint=_HINT)
    return url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": WAIT_S})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    try:
        # Commits are on the disk when they return, whatever the server's default.
        return create_engine(
            url, connect_args={"options": "-c synchronous_commit=on", "connect_timeout": 10}
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise UsageError(
            "PostgreSQL needs psycopg", hint="pip install 'tocsin[postgres]'"
        ) from None


def _no_autobegin(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own idea of transactions begins them too late


def _prepare(connection: sqlite3.Connection, record: Any) -> None:
    _no_autobegin(connection, record)
    for pragma in (
        f"busy_timeout = {int(WAIT_S * 1000)}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",  # so that REPLACE meets the triggers against DELETE
        # What a year of 1,000,000 incidents touches fits in (each row on a page of its own: 90 MB);
        # with half of it every question reads the file again.
        "cache_size = -131072",
        "wal_autocheckpoint = 4000",  # pages: a write touches some 25, each checkpoint waits twice
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _migrate(engine: Engine, create: bool, where: str) -> None:
    with engine.connect() as connection:
        found = _version(connection)
    if found == NEWEST:
        return
    if found is None and not create:
        raise RegisterError("holds no register", path=where, hint="`register add` makes one")
    if found is not None and found > NEWEST:
        raise RegisterError(f"was written by a newer tocsin ({found})", path=where, hint="update")
    from tocsin.register.migrations import upgrade

    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchall()
    return str(rows[0][0]) if rows else None
