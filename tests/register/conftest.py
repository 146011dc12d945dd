"""A store of each kind: SQLite in a file, PostgreSQL really started."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.register.made import template
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, on the loopback, or a skip that names it."""
    programs = _programs()
    if programs is None:
        reason = "needs PostgreSQL (the programs initdb and postgres), which is not installed"
        if "services" in os.environ.get("TOCSIN_REQUIRE", "").split(","):
            pytest.fail(f"TOCSIN_REQUIRE names services, but this test {reason}")
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    who = _unprivileged(folder)
    data = folder / "data"
    log = folder / "log"
    try:
        with log.open("wb") as out:
            initdb = [str(programs / "initdb"), "-D", str(data), "-U", "tocsin", "-A", "trust"]
            initdb += ["--no-sync", "-E", "UTF8", "--locale=C"]
            how: dict[str, Any] = {"cwd": folder, "stdout": out, "stderr": out, **who}
            subprocess.run(initdb, check=True, **how)
            port = _free_port()
            server = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
            # Without fsync: what is killed here are processes, never the machine.
            server += ["-h", "127.0.0.1", "-k", str(folder), "-c", "fsync=off"]
            process: subprocess.Popen[bytes] = subprocess.Popen(server, **how)
        try:
            _wait(port, process, log)
            yield f"postgresql://tocsin@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store of each kind."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "register.db")
    return fresh_database(request.getfixturevalue("postgres"))


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """An open, empty store of each kind."""
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqlStore]:
    """An open, empty store in a file."""
    with open_store(sqlite_url(tmp_path / "register.db")) as opened:
        yield opened


def sqlite_url(path: Path) -> str:
    """Return the address of a new SQLite store, copied from one that is migrated."""
    shutil.copy(template(), path)
    return f"sqlite:///{path}"


def fresh_database(server: str, *, migrated: bool = True) -> str:
    """Return the address of a new database on a server: an empty store, or nothing at all."""
    import psycopg

    name = f"register_{os.getpid()}_{next(_NUMBERS)}"
    like = f" TEMPLATE {_migrated(server)} STRATEGY FILE_COPY" if migrated else ""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{like}".encode())
    return server.rpartition("/")[0] + "/" + name


@cache
def _migrated(server: str) -> str:
    """Return the name of a database to copy: a migration takes longer than a test."""
    url = fresh_database(server, migrated=False)
    with open_store(url) as store:
        store.engine.dispose()  # nobody may be connected to what is copied
    return url.rpartition("/")[2]


def _programs() -> Path | None:
    found = shutil.which("postgres")
    homes = [Path(found).resolve().parent] if found else []
    homes += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((home for home in homes if (home / "initdb").is_file()), None)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Return how to start a process that is not root: PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            os.chown(folder, user.pw_uid, user.pw_gid)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    pytest.skip("needs a user other than root to start PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            pytest.fail(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    pytest.fail("PostgreSQL did not answer within 30 s")
