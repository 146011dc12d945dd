"""Filters of the register that a user named, to come back to."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from tocsin.api.accounts.file import AccountsFile
from tocsin.api.accounts.tables import SAVED
from tocsin.errors import UsageError
from tocsin.register.workflow import person_key

MOST = 50
_C = SAVED.c


def keep(accounts: AccountsFile, user: str, name: str, query: str) -> None:
    """Keep a filter under a name; the same name again replaces it."""
    tidy = " ".join(name.split())
    if not 1 <= len(tidy) <= 80 or not tidy.isprintable():
        raise UsageError("a filter is saved under a name of up to 80 letters")
    if len(query) > 2000 or not query.isascii() or any(c.isspace() for c in query):
        raise UsageError("this filter cannot be kept")
    key = person_key(user)
    with accounts.writing() as connection:
        connection.execute(delete(SAVED).where(_C.key == key, _C.name == tidy))
        held = select(func.count()).select_from(SAVED).where(_C.key == key)
        if connection.execute(held).scalar_one() >= MOST:
            raise UsageError(f"{MOST} filters are kept already", hint="forget one first")
        connection.execute(SAVED.insert().values(key=key, name=tidy, query=query))


def forget(accounts: AccountsFile, user: str, name: str) -> None:
    with accounts.writing() as connection:
        connection.execute(delete(SAVED).where(_C.key == person_key(user), _C.name == name))


def listed(accounts: AccountsFile, user: str) -> list[tuple[str, str]]:
    """Return (name, query) of a user, by name."""
    wanted = select(_C.name, _C.query).where(_C.key == person_key(user)).order_by(_C.name)
    with accounts.reading() as connection:
        return [(row.name, row.query) for row in connection.execute(wanted)]
