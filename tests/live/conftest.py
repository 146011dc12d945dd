"""A NATS server really started, and a watch that ends with its test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tocsin.run.live.service import Watch
from tocsin.schema.live import Alert, AlertKind

WAIT_S = 90.0  # a machine that does much else at the same time


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a NATS server of our own with JetStream, or a skip that names it."""
    program = shutil.which("nats-server") or "/usr/sbin/nats-server"
    if not Path(program).is_file():
        reason = "needs NATS (the program nats-server), which is not installed"
        if "services" in os.environ.get("TOCSIN_REQUIRE", "").split(","):
            pytest.fail(f"TOCSIN_REQUIRE names services, but this test {reason}")
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("nats")
    port = free_port()
    with (folder / "log").open("wb") as log:
        command = [program, "-js", "-sd", str(folder), "-a", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: answers(port), "nats-server answers")
        yield f"nats://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def until(holds: Callable[[], object], what: str, seconds: float = WAIT_S) -> None:
    """Wait until something holds; fail by name where it does not."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        if holds():
            return
        time.sleep(0.02)
    pytest.fail(f"waited {seconds:.0f} s in vain until {what}")


def alerts(watch: Watch, kind: AlertKind) -> list[Alert]:
    """Return the alerts of a kind that the screens see."""
    return [alert for alert in watch.board.alerts() if alert.kind == kind]
