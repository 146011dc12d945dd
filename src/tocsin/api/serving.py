"""What a server was told when it was started."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from tocsin.errors import UsageError


@dataclass(frozen=True, slots=True)
class Serving:
    """The settings of one server; all that decides who may do what is here."""

    host: str = "127.0.0.1"
    port: int = 8080
    store: str | None = None  # the register's address; None: there is none
    accounts: Path | None = None  # the file of users; None only with `demo`
    demo: bool = False
    demo_watch: bool = True  # whether a demo replays the simulated hour
    watch: Path | None = None
    cases: Path | None = None  # a folder of folders that `tocsin run` wrote
    hosts: tuple[str, ...] = ()  # names beside `host` that a request may ask for
    proxy: bool = False  # a proxy on this machine brings TLS, and says who asks
    body_bytes: int = 1 << 20  # the largest request
    streams: int = 256  # open event streams, in all
    streams_each: int = 16  # and of one user, or of one address

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)

    @property
    def private(self) -> bool:
        """Whether only who sits at this machine can ask; not so behind a proxy, or by a name."""
        return self.loopback and not self.proxy and not self.hosts

    @property
    def secure(self) -> bool:
        """Whether cookies travel over TLS only."""
        return not self.private

    def check(self, users: int) -> None:
        """Raise UsageError where this server would stand open to the world.

        users  accounts that can sign in
        """
        if self.private:
            return
        where = f"--host {self.host}" if not self.loopback else "a name or a proxy that leads here"
        if self.demo:
            raise UsageError(
                f"--demo needs no password: it is for this machine only, not for {where}",
                hint="leave out --host, --allow-host and --behind-proxy",
            )
        if not users:
            raise UsageError(
                f"with {where} it would be open to the world: there are no users",
                hint="first: tocsin user add NAME --role admin",
            )

    def knows(self, host: str) -> bool:
        """Return whether a Host header names this server: no other name may lead here.

        Without it a page of another site could reach the loopback by a name of its own
        (DNS rebinding).
        """
        name = _without_port(host)
        if self.loopback:
            return name in {"localhost", "127.0.0.1", "::1", _bare(self.host), *self.hosts}
        if self.hosts:
            return name in {_bare(self.host), *self.hosts}
        return _is_address(name) or name == _bare(self.host)


def is_loopback(host: str) -> bool:
    """Return whether an address or name is this machine's own."""
    name = _bare(host)
    return name == "localhost" or (_is_address(name) and ipaddress.ip_address(name).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _bare(host: str) -> str:
    return host.strip("[]").lower()


def _without_port(host: str) -> str:
    name = host.strip().lower()
    if name.startswith("["):
        inner, end, port = name[1:].partition("]")
        return inner if end and (not port or (port[0] == ":" and port[1:].isdigit())) else ""
    name, colon, port = name.partition(":")
    return name if not colon or port.isdigit() else ""
