"""`tocsin user`: who may sign in to `tocsin serve`, with what, and what they changed."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.serve import needed
from tocsin.commands.telling import say
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.api.accounts.file import AccountsFile
    from tocsin.api.accounts.token import Token
    from tocsin.api.role import Role

app = typer.Typer(
    name="user",
    help="Who may sign in to `tocsin serve`.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="The name they sign in with.")]
Accounts = Annotated[
    Path | None,
    typer.Option(help="The file of users; else beside the register, else the user's own."),
]
Store = Annotated[
    str | None, typer.Option("--store", help="The register that the file of users stands beside.")
]
RoleOption = Annotated[
    str, typer.Option("--role", help="reader, analyst, approver or admin; each may more.")
]


@app.command()
def add(
    name: Name, role: RoleOption = "reader", accounts: Accounts = None, store: Store = None
) -> int:
    """Add a user; the password is asked for, or read from a pipe, and never an argument."""
    wanted = _role(role)
    with _opened(accounts, store, create=True) as found:
        from tocsin.api.accounts import people

        made = people.add(found, name, wanted, _password(name), _me())
    typer.echo(f"{made.name} {made.role.value}")
    return 0


@app.command()
def password(name: Name, accounts: Accounts = None, store: Store = None) -> int:
    """Give a user a new password, and end their sessions."""
    with _opened(accounts, store) as found:
        from tocsin.api.accounts import people

        people.set_password(found, name, _password(name), _me())
    typer.echo(f"{name}: a new password; every session of theirs has ended")
    return 0


@app.command()
def roles(name: Name, role: RoleOption, accounts: Accounts = None, store: Store = None) -> int:
    """Give a user another role."""
    wanted = _role(role)
    with _opened(accounts, store) as found:
        from tocsin.api.accounts import people

        people.set_role(found, name, wanted, _me())
    typer.echo(f"{name} {wanted.value}")
    return 0


@app.command()
def disable(
    name: Name,
    again: Annotated[bool, typer.Option("--enable", help="Let them sign in again.")] = False,
    accounts: Accounts = None,
    store: Store = None,
) -> int:
    """Let a user sign in no more, their tokens included; what they wrote stays told."""
    with _opened(accounts, store) as found:
        from tocsin.api.accounts import people

        people.disable(found, name, _me(), disabled=not again)
    typer.echo(f"{name} {'enabled' if again else 'disabled'}")
    return 0


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="Whose token; with --revoke, its id.")],
    role: Annotated[
        str | None, typer.Option("--role", help="At most this role; left out: the user's.")
    ] = None,
    days: Annotated[int, typer.Option(help="How long it lasts, at most 366.")] = 90,
    about: Annotated[str, typer.Option(help="What it is for.")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="End the token with this id.")] = False,
    accounts: Accounts = None,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Make a token for a program: shown once, kept only as a hash."""
    with _opened(accounts, store) as found:
        from tocsin.api.accounts import token as tokens
        from tocsin.schema.moment import utc

        if revoke:
            tokens.revoke(found, name, _me())
            typer.echo(f"{name} revoked")
            return 0
        wanted = None if role is None else _role(role)
        made, text = tokens.issue(found, name, wanted, days, about, _me())
    if as_json:
        told = {"id": made.id, "role": made.role.value, "ends": utc(made.ends_ns, 0), "token": text}
        typer.echo(json.dumps(told, indent=1))
        return 0
    say(f"tocsin: {made.role.value} until {utc(made.ends_ns, 0)}; it is not shown again:")
    typer.echo(text)
    return 0


@app.command("list")
def list_users(accounts: Accounts = None, store: Store = None, as_json: Json = False) -> int:
    """List the users and their tokens, without what is secret."""
    with _opened(accounts, store) as found:
        from tocsin.api.accounts import people
        from tocsin.api.accounts import token as tokens
        from tocsin.schema.moment import utc

        rows = [
            (each, [_token(one, utc(one.ends_ns, 0)) for one in tokens.listed(found, each.name)])
            for each in people.listed(found)
        ]
    if as_json:
        users = [
            {
                "name": each.name,
                "role": each.role.value,
                "disabled": each.disabled,
                "created": utc(each.created_ns, 0),
                "tokens": held,
            }
            for each, held in rows
        ]
        typer.echo(json.dumps({"users": users}, indent=1, ensure_ascii=False))
        return 0
    for each, held in rows:
        typer.echo(f"{each.name} {each.role.value}{' disabled' if each.disabled else ''}")
        for one in held:
            state = "revoked" if one["revoked"] else f"until {one['ends']}"
            typer.echo(f"  token {one['id']} {one['role']} {state} {one['about']}".rstrip())
    return 0


@app.command()
def audit(
    accounts: Accounts = None,
    store: Store = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="NDJSON: one object a line, with before and after.")
    ] = False,
) -> int:
    """Show every change made over HTTP or here; exit 4 where the chain of hashes is broken."""
    with _opened(accounts, store) as found:
        from tocsin.api.accounts import audit as book

        last = ""
        for line in book.lines(found):
            last = line["hash"]
            if as_json:
                typer.echo(json.dumps(line, ensure_ascii=False))
            else:
                why = f": {line['why']}" if line["why"] else ""
                place = f" from {line['address']}" if line["address"] else ""
                typer.echo(
                    f"{line['seq']} {line['at'][:19]}Z {line['by']}{place} "
                    f"{line['what']} {line['subject']}{why}"
                )
    say(f"tocsin: the chain holds; its end is {last or 'empty'}")
    return 0


def _token(one: Token, ends: str) -> dict[str, str | bool]:
    return {
        "id": one.id,
        "role": one.role.value,
        "about": one.about,
        "ends": ends,
        "revoked": one.revoked,
    }


@contextmanager
def _opened(
    accounts: Path | None, store: str | None, *, create: bool = False
) -> Iterator[AccountsFile]:
    needed()
    from tocsin.api.accounts.file import AccountsFile
    from tocsin.api.accounts.place import accounts_path, named_store

    found = AccountsFile(accounts_path(accounts, store or named_store()), create=create)
    try:
        yield found
    finally:
        found.close()


def _role(text: str) -> Role:
    from tocsin.api.role import Role

    try:
        return Role(text)
    except ValueError:
        raise UsageError(
            f'--role "{text}" is unknown', hint=f"use {', '.join(each.value for each in Role)}"
        ) from None


def _password(name: str) -> str:
    """Return a password from the terminal, asked twice, or the first line of a pipe."""
    if not sys.stdin.isatty():
        text = sys.stdin.readline().rstrip("\r\n")
        if not text:
            raise UsageError("no password came in", hint="echo it into this command, or type it")
        return text
    first = getpass.getpass(f"Password of {name}: ", sys.stderr)
    if getpass.getpass("Again: ", sys.stderr) != first:
        raise UsageError("the two are not the same", hint="try again")
    return first


def _me() -> str:
    """Return who works at this machine, as the audit names them."""
    return f"{getpass.getuser()} at the machine"
