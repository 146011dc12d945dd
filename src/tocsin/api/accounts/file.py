"""The file of accounts: opened, made where there is none, and written in whole transactions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from tocsin.api.accounts.tables import GUARDS, METADATA, VERSION
from tocsin.errors import TocsinError, UsageError

_WAIT_S = 10


class AccountsFile:
    """An open file of accounts; safe between threads and processes."""

    def __init__(self, path: Path, *, create: bool) -> None:
        if not create and not path.is_file():
            raise UsageError("no accounts", path=str(path), hint="tocsin user add NAME makes them")
        self.path = path
        self.engine = self._open(path)

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection whose changes are all written at the end, or none of them."""
        with self._told(), self.engine.connect() as connection:
            connection = connection.execution_options(writing=True)
            with connection.begin():
                yield connection

    def _open(self, path: Path) -> Engine:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Made for its owner only before anything is written into it.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise TocsinError(
                f"cannot be opened: {(error.strerror or '').lower()}", path=str(path)
            ) from None
        engine = create_engine(URL.create("sqlite", database=str(path)))
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        with self._told(), engine.connect() as connection:
            connection = connection.execution_options(writing=True)
            with connection.begin():
                found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                if found > VERSION:
                    raise UsageError(
                        f"was written by a newer tocsin ({found})", path=str(path), hint="update"
                    )
                METADATA.create_all(connection)
                for guard in GUARDS:
                    connection.exec_driver_sql(guard)
                connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
        return engine

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            said = " ".join(str(error.orig).split()).removeprefix("tocsin: ")
            raise TocsinError(said, path=str(self.path)) from error


def _prepare(connection: object, record: object) -> None:
    raw = connection
    raw.isolation_level = None  # type: ignore[attr-defined]
    for pragma in (
        f"busy_timeout = {_WAIT_S * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "recursive_triggers = ON",
    ):
        raw.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
