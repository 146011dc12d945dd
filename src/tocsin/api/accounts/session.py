"""Sessions of browsers: begun with a password, ended by leaving, by idleness, and by age.

The cookie is 32 random bytes; the file keeps their SHA-256, so that a stolen copy opens nothing.
A sign-in always makes a new one, and ends the one that came with it: a cookie that somebody
planted before is worth nothing after.
"""

from __future__ import annotations

import hashlib
import secrets
import time

from sqlalchemy import delete, select, update

from tocsin.api.accounts import people
from tocsin.api.accounts.audit import Deed, record
from tocsin.api.accounts.file import AccountsFile
from tocsin.api.accounts.password import right
from tocsin.api.accounts.people import Account
from tocsin.api.accounts.tables import ACCOUNT, SESSION
from tocsin.register.workflow import person_key

IDLE_NS = 3600 * 10**9
AGE_NS = 12 * 3600 * 10**9
_TOUCH_NS = 60 * 10**9  # a session that is in use is noted so often, not at each request
_C = SESSION.c


def begin(
    accounts: AccountsFile, name: str, password: str, address: str, planted: str | None = None
) -> str | None:
    """Return the secret of a new session, or None where name and password are no pair."""
    with accounts.reading() as connection:
        found = people.find(connection, name)
    known = None if found is None or found[0].disabled else found[1]
    if not right(password, known) or found is None:
        with accounts.writing() as connection:
            subject = found[0].name if found else "unknown"  # what was typed may be a password
            record(
                connection,
                Deed(by="nobody", what="session.refused", subject=subject, address=address),
            )
        return None
    account, secret, now_ns = found[0], secrets.token_urlsafe(32), time.time_ns()
    with accounts.writing() as connection:
        if planted is not None:
            connection.execute(delete(SESSION).where(_C.hash == _mark(planted)))
        connection.execute(delete(SESSION).where(_C.begun_ns < now_ns - AGE_NS))
        connection.execute(
            SESSION.insert().values(
                hash=_mark(secret), key=person_key(account.name), begun_ns=now_ns, seen_ns=now_ns
            )
        )
        record(
            connection,
            Deed(by=account.name, what="session.begin", subject=account.name, address=address),
        )
    return secret


def holder(accounts: AccountsFile, secret: str) -> Account | None:
    """Return whose session a cookie is; None for one that is over or never was."""
    now_ns = time.time_ns()
    with accounts.reading() as connection:
        row = connection.execute(
            select(ACCOUNT.c.name, _C.begun_ns, _C.seen_ns)
            .join(ACCOUNT, ACCOUNT.c.key == _C.key)
            .where(_C.hash == _mark(secret), ACCOUNT.c.disabled == 0)
        ).one_or_none()
        if row is None or now_ns - row.begun_ns > AGE_NS or now_ns - row.seen_ns > IDLE_NS:
            return None
        found = people.find(connection, row.name)
    if now_ns - row.seen_ns > _TOUCH_NS:
        with accounts.writing() as connection:
            connection.execute(
                update(SESSION).where(_C.hash == _mark(secret)).values(seen_ns=now_ns)
            )
    return found[0] if found else None


def end(accounts: AccountsFile, secret: str, by: str, address: str) -> None:
    """End a session."""
    with accounts.writing() as connection:
        connection.execute(delete(SESSION).where(_C.hash == _mark(secret)))
        record(connection, Deed(by=by, what="session.end", subject=by, address=address))


def _mark(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
