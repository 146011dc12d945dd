"""The real server with a board of our own, for the screens: no engine, no register to wait for.

python -m tests.web.stand --port 8090 --aircraft 300      (analyst / a-long-enough-word)
"""

from __future__ import annotations

import argparse
import socket
import tempfile
import threading
from pathlib import Path

import uvicorn

from tests.web.world import World
from tocsin.api.accounts import people
from tocsin.api.accounts.file import AccountsFile
from tocsin.api.app import make
from tocsin.api.held import herald_of, open_all
from tocsin.api.role import Role
from tocsin.api.serving import Serving
from tocsin.run.live.board import Board
from tocsin.schema import Tlp

WORD = "correct horse battery staple"
PEOPLE = (("reader", Role.READER), ("analyst", Role.ANALYST), ("approver", Role.APPROVER))


class Stand:
    """A server in a thread, and the world that it shows."""

    def __init__(
        self, folder: Path, aircraft: int, *, demo: bool = False, port: int = 0,
        store: str | None = None, cases: Path | None = None, ahead_s: int = 0,
    ) -> None:  # fmt: skip
        accounts = None if demo else folder / "accounts.db"
        serving = Serving(port=port, demo=demo, accounts=accounts, store=store, cases=cases)
        self.held = open_all(serving)
        if accounts is not None:
            file = AccountsFile(accounts, create=False)
            for name, role in PEOPLE:
                people.add(file, name, role, WORD, by="the test")
            file.close()
        self.board = Board(synthetic=True)
        self.world = World(self.board, aircraft)
        self.world.prepare(ahead_s)
        self.held.herald = herald_of(self.board, Tlp.CLEAR, serving)
        self._listening = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._server = self._made()
        self._end = threading.Event()
        self._threads: list[threading.Thread] = []

    def _made(self) -> uvicorn.Server:
        config = uvicorn.Config(
            make(self.held), log_level="warning", access_log=False, ws="none",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        return uvicorn.Server(config)

    def start(self) -> Stand:
        """Serve, and let the world go on at one second a second."""
        self._threads = [
            threading.Thread(target=self._server.run, args=([self._listening],), daemon=True),
            threading.Thread(target=self._go_on, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def _go_on(self) -> None:
        while True:
            self.world.step()
            if self._end.wait(1.0):
                return

    def cut(self) -> None:
        """End the server, as a machine would that is switched off; the world goes on."""
        if self.held.herald is not None:
            self.held.herald.close()
        self._server.should_exit = True
        self._threads[0].join(10)

    def again(self) -> None:
        """Start a server at the same address, after `cut`."""
        if self.held.herald is not None:
            self.held.herald.closing = False
        port = int(self.url.rpartition(":")[2])
        self._listening = socket.create_server(("127.0.0.1", port))
        self._server = self._made()
        thread = threading.Thread(target=self._server.run, args=([self._listening],), daemon=True)
        self._threads[0] = thread
        thread.start()

    def stop(self) -> None:
        """End all."""
        self._end.set()
        self.cut()
        self._threads[1].join(5)
        self.held.close()


def main() -> None:
    """Serve until interrupted."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--port", type=int, default=8090)
    ask.add_argument("--aircraft", type=int, default=120)
    ask.add_argument("--demo", action="store_true")
    asked = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(Path(folder), asked.aircraft, demo=asked.demo, port=asked.port).start()
        threading.Event().wait()
        stand.stop()


if __name__ == "__main__":
    main()
