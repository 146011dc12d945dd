"""A server from start to end: opened, told where it listens, ended within seconds.

A SIGTERM closes the event streams first, for they never end by themselves.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from tocsin.api.accounts import people
from tocsin.api.accounts.file import AccountsFile
from tocsin.api.app import make
from tocsin.api.held import Held, Say, open_all
from tocsin.api.serving import Serving
from tocsin.errors import TocsinError, UsageError

_END_S = 3  # for requests that are under way
_WATCH_END_S = 2.0


class Server(uvicorn.Server):
    """uvicorn's, which tells the streams that the end has come."""

    def __init__(self, config: uvicorn.Config, held: Held) -> None:
        super().__init__(config)
        self._held = held

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._held.herald is not None:
            self._held.herald.closing = True  # seen within half a second; no lock is taken here
        # uvicorn's own would raise the signal once more when it has ended, and the process would
        # be gone before the watch has stopped and its files are closed.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def serve(serving: Serving, ready: Callable[[str, Held], None], say: Say) -> None:
    """Serve until SIGTERM or SIGINT.

    ready  told the address, when it listens
    say    told in sentences what an operator should know
    """
    if not serving.private:
        serving.check(_users(serving))
    held = open_all(serving, say)
    try:
        listening = _listen(serving)
        try:
            if held.watch is not None:
                held.watch.start()
            config = uvicorn.Config(
                make(held),
                log_level="warning",
                access_log=False,
                server_header=False,
                # What a header says of the address is believed of a proxy on this machine alone.
                proxy_headers=serving.proxy,
                forwarded_allow_ips="127.0.0.1,::1",
                timeout_graceful_shutdown=_END_S,
                timeout_keep_alive=15,
                limit_concurrency=1024,
                ws="none",
            )
            host, port = listening.getsockname()[:2]
            ready(f"http://{f'[{host}]' if ':' in host else host}:{port}", held)
            Server(config, held).run([listening])
        finally:
            listening.close()
    finally:
        if held.watch is not None:
            held.watch.stop(_WATCH_END_S)
        held.close()


def _users(serving: Serving) -> int:
    """Return how many can sign in; a file that is not there holds nobody, and is not made."""
    if serving.demo or serving.accounts is None or not serving.accounts.is_file():
        return 0
    accounts = AccountsFile(serving.accounts, create=False)
    try:
        return people.can_sign_in(accounts)
    finally:
        accounts.close()


def _listen(serving: Serving) -> socket.socket:
    """Return a socket that listens; raise where the address is none or is taken."""
    try:
        found = socket.getaddrinfo(
            serving.host.strip("[]"), serving.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise UsageError(f'--host "{serving.host}" is no address: {error.strerror}') from None
    family, kind, protocol, _, address = found[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(512)
    except OSError as error:
        made.close()
        raise TocsinError(
            f"{serving.host}:{serving.port} cannot be listened on: "
            f"{(error.strerror or str(error)).lower()}",
            hint="another port: --port 8081",
        ) from None
    return made
