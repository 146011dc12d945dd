"""A server in this process, over a register with incidents of each mark and users of each role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.api.made import PASSWORDS, filled_accounts, filled_register
from tocsin.api.app import make
from tocsin.api.held import Held, open_all
from tocsin.api.live import Herald
from tocsin.api.livemark import Marked
from tocsin.api.serving import Serving
from tocsin.run.live.board import Board
from tocsin.schema import Tlp

ORIGIN = "http://127.0.0.1"


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a register and a file of accounts, to be copied: passwords take time."""
    folder = tmp_path_factory.mktemp("api")
    filled_register(folder / "register.db")
    filled_accounts(folder / "accounts.db")
    return folder


@pytest.fixture
def serving(templates: Path, tmp_path: Path) -> Serving:
    """The settings of a server over copies of its own."""
    for path in templates.iterdir():
        shutil.copy(path, tmp_path / path.name)
    return Serving(store=f"sqlite:///{tmp_path / 'register.db'}", accounts=tmp_path / "accounts.db")


@pytest.fixture
def board() -> Board:
    """The board of a watch that nobody runs."""
    return Board()


@pytest.fixture
def held(serving: Serving, board: Board) -> Iterator[Held]:
    """What the server holds; its watch is marked AMBER and is not simulated."""
    found = open_all(serving)
    found.herald = Herald(board, Marked(Tlp.GREEN, False), serving.streams, serving.streams_each)
    yield found
    found.close()


@pytest.fixture(scope="session")
def apps() -> dict[Serving, tuple[Held, FastAPI]]:
    """Apps by their settings, each over what is put into it: to make one takes a quarter second."""
    return {}


@pytest.fixture
def client(held: Held, apps: dict[Serving, tuple[Held, FastAPI]]) -> Iterator[TestClient]:
    """Somebody who has not signed in."""
    settings = replace(held.serving, store=None, accounts=None)
    if settings not in apps:
        shell = Held(settings, None, None, held.cases)
        apps[settings] = shell, make(shell)
    shell, app = apps[settings]
    shell.__dict__ = vars(held)  # one and the same: a test may change what the server holds
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=True) as made:
        yield made


@pytest.fixture(scope="session")
def stranger(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Somebody who never signs in, at one server for all that only look."""
    folder = tmp_path_factory.mktemp("stranger")
    for path in templates.iterdir():
        shutil.copy(path, folder / path.name)
    store = f"sqlite:///{folder / 'register.db'}"
    held = open_all(Serving(store=store, accounts=folder / "accounts.db"))
    with TestClient(make(held), base_url=ORIGIN) as made:
        yield made
    held.close()


Sign = Callable[[str], TestClient]


@pytest.fixture
def sign(client: TestClient) -> Sign:
    """Sign in as a user; the client then sends cookie and token with each request."""

    def as_(name: str) -> TestClient:
        client.cookies.clear()
        client.headers.pop("x-csrf-token", None)
        told = {"name": name, "password": PASSWORDS[name]}
        assert client.post("/api/session", json=told).status_code == 204
        client.headers["x-csrf-token"] = client.get("/api/session").json()["csrf"]
        return client

    return as_


@pytest.fixture(scope="session")
def demo_client() -> Iterator[TestClient]:
    """A visitor of the demo; the hour that it replays is tried where a server is really started."""
    held = open_all(Serving(demo=True, demo_watch=False))
    with TestClient(make(held), base_url=ORIGIN) as made:
        yield made
    held.close()
