"""Accounts: added, given a role, a password, taken out of service.  Each change is audited."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update

from tocsin.api.accounts import password as passwords
from tocsin.api.accounts.audit import Deed, record
from tocsin.api.accounts.file import AccountsFile
from tocsin.api.accounts.tables import ACCOUNT, SESSION
from tocsin.api.role import Role
from tocsin.errors import TocsinError, UsageError
from tocsin.register.workflow import person, person_key

_C = ACCOUNT.c


@dataclass(frozen=True, slots=True)
class Account:
    """One account, without its secret."""

    name: str
    role: Role
    disabled: bool
    created_ns: int


def add(accounts: AccountsFile, name: str, role: Role, password: str, by: str) -> Account:
    """Make an account; raise UsageError for a name that is taken or a password that is none."""
    name = person(name)
    kept = passwords.hashed(password, name)
    made = Account(name, role, False, time.time_ns())
    with accounts.writing() as connection:
        if _row(connection, name) is not None:
            raise UsageError(f'"{name}" has an account', hint="see tocsin user list")
        connection.execute(
            ACCOUNT.insert().values(
                key=person_key(name),
                name=name,
                role=role.value,
                password=kept,
                disabled=0,
                created_ns=made.created_ns,
            )
        )
        deed = Deed(by=by, what="account.add", subject=name, after={"role": role.value})
        record(connection, deed)
    return made


def set_password(accounts: AccountsFile, name: str, password: str, by: str) -> None:
    """Give an account a new password, and end its sessions."""
    with accounts.writing() as connection:
        found = _found(connection, name)
        kept = passwords.hashed(password, found.name)
        _change(connection, found.name, password=kept)
        _end_sessions(connection, found.name)
        record(connection, Deed(by=by, what="account.password", subject=found.name))


def set_role(accounts: AccountsFile, name: str, role: Role, by: str) -> None:
    """Give an account another role; refuse to leave nobody who could give it back."""
    with accounts.writing() as connection:
        found = _found(connection, name)
        if found.role is Role.ADMIN and role is not Role.ADMIN:
            _not_the_last(connection, found)
        _change(connection, found.name, role=role.value)
        _end_sessions(connection, found.name)
        record(
            connection,
            Deed(
                by=by,
                what="account.role",
                subject=found.name,
                before={"role": found.role.value},
                after={"role": role.value},
            ),
        )


def disable(accounts: AccountsFile, name: str, by: str, *, disabled: bool = True) -> None:
    """Let an account sign in no more, its tokens included; or let it again.

    Nothing is deleted: who wrote what stays told.
    """
    with accounts.writing() as connection:
        found = _found(connection, name)
        if disabled and found.role is Role.ADMIN:
            _not_the_last(connection, found)
        _change(connection, found.name, disabled=int(disabled))
        _end_sessions(connection, found.name)
        record(
            connection,
            Deed(
                by=by,
                what="account.disable" if disabled else "account.enable",
                subject=found.name,
                before={"disabled": found.disabled},
                after={"disabled": disabled},
            ),
        )


def listed(accounts: AccountsFile) -> list[Account]:
    """Return every account, by name."""
    with accounts.reading() as connection:
        return [_account(row) for row in connection.execute(select(ACCOUNT).order_by(_C.key))]


def can_sign_in(accounts: AccountsFile) -> int:
    """Return how many accounts are in service."""
    with accounts.reading() as connection:
        count = select(func.count()).select_from(ACCOUNT).where(_C.disabled == 0)
        return int(connection.execute(count).scalar_one())


def find(connection: Connection, name: str) -> tuple[Account, str] | None:
    """Return an account and the hash of its password."""
    row = _row(connection, name)
    return None if row is None else (_account(row), str(row.password))


def _row(connection: Connection, name: str):  # type: ignore[no-untyped-def]
    return connection.execute(select(ACCOUNT).where(_C.key == person_key(name))).one_or_none()


def _found(connection: Connection, name: str) -> Account:
    row = _row(connection, name)
    if row is None:
        raise TocsinError(f'"{name}" has no account', hint="see tocsin user list")
    return _account(row)


def _account(row) -> Account:  # type: ignore[no-untyped-def]
    return Account(row.name, Role(row.role), bool(row.disabled), row.created_ns)


def _change(connection: Connection, name: str, **values: str | int) -> None:
    connection.execute(update(ACCOUNT).where(_C.key == person_key(name)).values(**values))


def _end_sessions(connection: Connection, name: str) -> None:
    connection.execute(delete(SESSION).where(SESSION.c.key == person_key(name)))


def _not_the_last(connection: Connection, found: Account) -> None:
    others = select(func.count()).select_from(ACCOUNT)
    others = others.where(
        _C.role == Role.ADMIN.value, _C.disabled == 0, _C.key != person_key(found.name)
    )
    if not found.disabled and not connection.execute(others).scalar_one():
        raise TocsinError(
            f'"{found.name}" is the last administrator', hint="make another one first"
        )
