"""What a running server holds: its settings, the register, the accounts, the watch, the cases."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request

from tocsin.api.accounts import session, token
from tocsin.api.accounts.audit import Deed, record
from tocsin.api.accounts.file import AccountsFile
from tocsin.api.accounts.limit import Failures
from tocsin.api.cases import Cases
from tocsin.api.live import Herald
from tocsin.api.livemark import Marked
from tocsin.api.problem import Problem
from tocsin.api.role import Role
from tocsin.api.serving import Serving
from tocsin.api.who import Who, address_of
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore
from tocsin.run.examples import demo_watch
from tocsin.run.live.board import Board
from tocsin.schema import Tlp

if TYPE_CHECKING:
    from tocsin.run.live.service import Watch

Say = Callable[[str], None]
_WAIT_S = 20.0
_DEMO_SPEED = 8  # an hour in seven and a half minutes


def _nobody(_: str) -> None:
    """Nobody is told."""


class Held:
    """Opened by `open_all`, closed by `close`; also who knows the people."""

    def __init__(
        self,
        serving: Serving,
        store: SqlStore | None,
        accounts: AccountsFile | None,
        cases: Cases,
        watch: Watch | None = None,
        herald: Herald | None = None,
        scratch: Path | None = None,
    ) -> None:
        self.serving, self.accounts, self.cases = serving, accounts, cases
        self.watch, self.herald = watch, herald
        self.failures = Failures()
        self._store, self._scratch = store, scratch
        self._heavy = threading.BoundedSemaphore(2)

    @property
    def store(self) -> SqlStore:
        """The register; raise Problem where this server has none."""
        if self._store is None:
            raise Problem(404, "this server has no register", hint="start it with --store")
        return self._store

    @property
    def has_store(self) -> bool:
        return self._store is not None

    @property
    def live(self) -> Herald:
        """The watch; raise Problem where this server has none."""
        if self.herald is None:
            raise Problem(404, "this server has no watch", hint="start it with --watch CONFIG.toml")
        return self.herald

    @property
    def people(self) -> AccountsFile:
        """The accounts; raise Problem where this server has none."""
        if self.accounts is None:
            raise Problem(403, "this server has no accounts", hint="it is a demo")
        return self.accounts

    @contextmanager
    def heavy(self) -> Iterator[None]:
        """Wait for one of the places of work that takes seconds; raise Problem if none is free."""
        if not self._heavy.acquire(timeout=_WAIT_S):
            raise Problem(503, "too much is being computed", headers={"retry-after": "5"})
        try:
            yield
        finally:
            self._heavy.release()

    @property
    def cookie(self) -> str:
        return "__Host-tocsin" if self.serving.secure else "tocsin"

    def who(self, request: Request) -> Who:
        """Return who asks, by a token or by a cookie; raise Problem for a token that is none."""
        address = address_of(request)
        visitor = Who(role=Role.READER if self.serving.demo else None, address=address)
        if self.accounts is None:
            return visitor
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme:
            known = scheme.lower() == "bearer"
            found = token.holder(self.accounts, text.strip()) if known else None
            if found is None:
                raise Problem(
                    401, "this token is not in force", headers={"www-authenticate": "Bearer"}
                )
            return Who(found[0].name, found[1], None, address)
        secret = request.cookies.get(self.cookie)
        account = session.holder(self.accounts, secret) if secret else None
        if account is None or secret is None:
            return visitor
        return Who(account.name, account.role, secret, address)

    def audit(self, who: Who, what: str, subject: str, **told: object) -> None:
        """Write down a change that somebody made."""
        if self.accounts is None:
            return
        deed = Deed(
            by=who.name or "nobody",
            address=who.address,
            what=what,
            subject=subject,
            why=str(told.pop("why", "") or ""),
            before=told.get("before"),
            after=told.get("after"),
        )
        with self.accounts.writing() as connection:
            record(connection, deed)

    def close(self) -> None:
        for each in (self._store, self.accounts):
            if each is not None:
                each.close()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


def open_all(serving: Serving, say: Say = _nobody) -> Held:
    """Return all that a server needs, opened; the watch is started by `server`.

    say  told in sentences what an operator should know
    """
    scratch = Path(tempfile.mkdtemp(prefix="tocsin-demo-")) if serving.demo else None
    try:
        accounts = None
        if not serving.demo and serving.accounts is not None:
            accounts = AccountsFile(serving.accounts, create=True)
        store = open_store(serving.store, create=False) if serving.store is not None else None
        if store is None and scratch is not None:
            from tocsin.run.register_import import import_bundled

            store = open_store(f"sqlite:///{scratch / 'register.db'}")
            import_bundled(store)
        watch, herald = _watch(serving, scratch, say), None
        if watch is not None:
            herald = herald_of(watch.board, watch.config.tlp, serving)
    except BaseException:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
        raise
    cases = Cases(serving.cases, serving.demo)
    return Held(serving, store, accounts, cases, watch, herald, scratch)


def _watch(serving: Serving, scratch: Path | None, say: Say) -> Watch | None:
    """Return the watch that is configured; a demo has the simulated hour, told faster."""
    if serving.watch is not None:
        from tocsin.run.live.service import Watch

        return Watch.of(serving.watch, say=say)
    if scratch is None or not serving.demo_watch:
        return None
    from tocsin.run.live.config import read_config
    from tocsin.run.live.service import Watch

    path, journal = demo_watch(), scratch / "journal"
    feeds = read_config(path, journal=journal).feeds
    faster = [f"feed.{feed.name}.speed={_DEMO_SPEED}" for feed in feeds if feed.kind == "replay"]
    return Watch.of(path, faster, journal=journal, say=say)


def herald_of(board: Board, tlp: str, serving: Serving) -> Herald:
    """Return what tells the pages of a board; what is simulated may be seen by all."""
    marked = Marked(Tlp.CLEAR if board.synthetic else Tlp(tlp), board.synthetic)
    return Herald(board, marked, serving.streams, serving.streams_each)
