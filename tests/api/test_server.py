"""A server that is really started: the demo, its watch, its end; users and where it listens."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.made import PASSWORDS, filled_accounts, filled_register

TOCSIN = [sys.executable, "-m", "tocsin"]
PATIENCE_S = 90  # on a machine that does much else at once


@contextmanager
def started(*arguments: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield a server and its address; it is ended, and has not complained of itself."""
    own = dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR"), str(folder))
    environment = {**os.environ, **own}
    environment.pop("TOCSIN_STORE", None)
    process = subprocess.Popen(
        [*TOCSIN, "serve", "--port", "0", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines: list[str] = []
    found = threading.Event()

    def listen() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if "http://" in line:
                found.set()
        found.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        found.wait(PATIENCE_S)
        told = "".join(lines)
        address = re.search(r"http://\S+", told)
        assert address is not None, f"it did not start: {told}"
        yield process, address.group()
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        listener.join(10)
        for pipe in (process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()
        assert "Traceback" not in "".join(lines), "".join(lines)


def get(base: str, path: str, **more: Any) -> httpx2.Response:
    return httpx2.get(base + path, timeout=60, trust_env=False, **more)


def wait_for(base: str, path: str, until: Any) -> Any:
    """Return the first answer that is as wanted."""
    end_s = time.monotonic() + PATIENCE_S
    while True:
        answer = get(base, path).json()
        if until(answer) or time.monotonic() > end_s:
            return answer
        time.sleep(0.2)


def test_the_demo_shows_the_reference_case_and_an_hour_and_ends_when_told(tmp_path: Path) -> None:
    with started("--demo", folder=tmp_path) as (process, base):
        case = get(base, "/api/cases").json()["cases"][0]
        assert (case["id"], case["synthetic"]) == ("EE-2025-09-19", True)
        verdicts = {
            c["id"]: c["verdict"] for c in get(base, f"/api/cases/{case['id']}").json()["claims"]
        }
        assert verdicts["ru-1"] == "contradicted"
        assert get(base, f"/api/cases/{case['id']}/view").json()["case"]["id"] == case["id"]
        for file, kind in (("dossier.html", "text/html"), ("dossier.pdf", "application/pdf"),
                           ("bundle.zip", "application/zip")):  # fmt: skip
            answer = get(base, f"/api/cases/{case['id']}/{file}")
            assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
        state = wait_for(base, "/api/live", lambda told: told["tracks"]["rows"])
        assert state["synthetic"] and state["tracks"]["rows"] and state["areas"]
        assert {feed["kind"] for feed in state["feeds"]} == {"replay"}
        assert get(base, "/readyz").json() == {"status": "ready", "register": "ok", "watch": "ok"}
        metrics = get(base, "/metrics").text
        assert "tocsin_event_streams" in metrics and "tocsin_register_entries" in metrics
        assert get(base, "/watch").status_code == 200
        part = get(base, "/map/base.pmtiles", headers={"range": "bytes=0-6"})
        assert part.status_code == 206 and part.content == b"PMTiles"
        assert "content-encoding" not in part.headers
        with httpx2.stream("GET", f"{base}/api/live/events", timeout=60, trust_env=False) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            events = stream.iter_lines()
            assert next(events) == "event: reset"
            seq = int(next(events).removeprefix("id: "))
            assert json.loads(next(events).removeprefix("data: "))["seq"] == seq
            assert next(events) == ""
            assert next(line for line in events if line.startswith("event")) == "event: change"
            begun_s = time.monotonic()
            process.send_signal(signal.SIGTERM)  # with a reader connected
            process.wait(5)
            assert time.monotonic() - begun_s < 5
        assert process.returncode == 0
        assert not list(tmp_path.glob("tocsin-demo-*"))  # what it wrote is gone


def test_users_are_made_at_the_machine_and_sign_in_over_http(tmp_path: Path) -> None:
    filled_register(tmp_path / "register.db")
    filled_accounts(tmp_path / "accounts.db")
    store = f"sqlite:///{tmp_path / 'register.db'}"
    with started("--store", store, folder=tmp_path) as (process, base):  # the file lies beside it
        assert get(base, "/api/incidents").status_code == 401
        assert get(base, "/collections").status_code == 200
        for host in ("evil.example", f"evil.example:{base.rpartition(':')[2]}"):
            assert get(base, "/healthz", headers={"host": host}).status_code == 421
        told = {"name": "Ana", "password": PASSWORDS["Ana"]}
        with httpx2.Client(base_url=base, timeout=60, trust_env=False) as client:
            assert client.post("/api/session", json=told).status_code == 204
            assert client.get("/api/incidents").json()["audience"] == "AMBER+STRICT"
        raw = b"GET /assets/../../cli.py HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        assert b" 404 " in plain(base, raw).split(b"\r\n")[0]
        assert (
            b" 400 "
            in plain(base, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").split(b"\r\n")[0]
        )
        process.send_signal(signal.SIGTERM)
        process.wait(5)
        assert process.returncode == 0


def plain(base: str, data: bytes) -> bytes:
    """Return the answer to bytes that no client would send."""
    import socket

    host, _, port = base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "there are no users"),  # noqa: S104
        (["--host", "0.0.0.0", "--demo"], "this machine only"),  # noqa: S104
        (["--demo", "--store", "sqlite:///x.db"], "leave out --store"),
        (["--watch", "none.toml"], "is not there"),
        (["--cases", "none"], "is not there"),
        (["--store", "nonsense"], "is no address"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    arguments: list[str], said: str,
) -> None:  # fmt: skip
    from tocsin.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["tocsin", "serve", "--port", "0", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    error = capfd.readouterr().err
    assert ended.value.code == 2 and said in error and error.count("\n") == 1
    assert not (tmp_path / "tocsin" / "accounts.db").exists()


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        from tocsin.api.server import _listen
        from tocsin.api.serving import Serving
        from tocsin.errors import TocsinError

        with pytest.raises(TocsinError, match="cannot be listened on"):
            _listen(Serving(port=port))
