"""Tokens of programs: `tocsin_ID_SECRET`, shown once, with an end and a role at most.

A token acts for its account and can do no more than both the account and its own role allow.
The file keeps a SHA-256: 32 random bytes cannot be guessed, so nothing slower is needed.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import select, update

from tocsin.api.accounts import people
from tocsin.api.accounts.audit import Deed, record
from tocsin.api.accounts.file import AccountsFile
from tocsin.api.accounts.people import Account
from tocsin.api.accounts.tables import ACCOUNT, TOKEN
from tocsin.api.role import Role, least
from tocsin.errors import TocsinError, UsageError
from tocsin.register.workflow import person_key
from tocsin.schema.moment import utc

PREFIX = "tocsin_"
DAY_NS = 86_400 * 10**9
MOST_DAYS = 366
_C = TOKEN.c


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed: never its secret."""

    id: str
    role: Role
    about: str
    ends_ns: int
    revoked: bool


def issue(
    accounts: AccountsFile, name: str, role: Role | None, days: int, about: str, by: str
) -> tuple[Token, str]:
    """Return a new token and its text, which nobody can read again."""
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"a token lasts 1 to {MOST_DAYS} days, not {days}")
    now_ns, id_, secret = time.time_ns(), secrets.token_hex(6), secrets.token_urlsafe(32)
    with accounts.writing() as connection:
        found = people.find(connection, name)
        if found is None:
            raise TocsinError(f'"{name}" has no account', hint="see tocsin user list")
        account = found[0]
        made = Token(id_, role or account.role, about, now_ns + days * DAY_NS, False)
        if made.role.rank > account.role.rank:
            raise UsageError(f"{account.name} is no {made.role.value}")
        connection.execute(
            TOKEN.insert().values(
                id=id_,
                hash=_mark(secret),
                key=person_key(account.name),
                role=made.role.value,
                about=about,
                created_ns=now_ns,
                ends_ns=made.ends_ns,
            )
        )
        told = {"id": id_, "role": made.role.value, "about": about, "ends": utc(made.ends_ns, 0)}
        record(connection, Deed(by=by, what="token.issue", subject=account.name, after=told))
    return made, f"{PREFIX}{id_}_{secret}"


def revoke(accounts: AccountsFile, id_: str, by: str) -> None:
    """End a token now."""
    with accounts.writing() as connection:
        changed = connection.execute(
            update(TOKEN)
            .where(_C.id == id_, _C.revoked_ns.is_(None))
            .values(revoked_ns=time.time_ns())
        )
        if not changed.rowcount:
            raise TocsinError(f'no token "{id_}" is in force', hint="see tocsin user list")
        record(connection, Deed(by=by, what="token.revoke", subject=id_))


def holder(accounts: AccountsFile, text: str) -> tuple[Account, Role] | None:
    """Return whose token a text is and what it may do; None for one that is over or never was."""
    id_, line, secret = text.removeprefix(PREFIX).partition("_")
    if not text.startswith(PREFIX) or not line:
        return None
    with accounts.reading() as connection:
        row = connection.execute(
            select(_C.hash, _C.role, _C.ends_ns, _C.revoked_ns, ACCOUNT.c.name)
            .join(ACCOUNT, ACCOUNT.c.key == _C.key)
            .where(_C.id == id_)
        ).one_or_none()
        if row is None or not hmac.compare_digest(row.hash, _mark(secret)):
            return None
        found = people.find(connection, row.name)
    if found is None or found[0].disabled or row.revoked_ns or time.time_ns() >= row.ends_ns:
        return None
    return found[0], least(found[0].role, Role(row.role))


def listed(accounts: AccountsFile, name: str) -> list[Token]:
    """Return the tokens of an account, the newest first."""
    wanted = select(TOKEN).where(_C.key == person_key(name)).order_by(_C.created_ns.desc())
    with accounts.reading() as connection:
        return [
            Token(row.id, Role(row.role), row.about, row.ends_ns, row.revoked_ns is not None)
            for row in connection.execute(wanted)
        ]


def _mark(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
