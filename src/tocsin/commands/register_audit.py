"""`tocsin register audit, backup, restore, move`: whether a store holds, and copies of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import Store, opened, put
from tocsin.commands.telling import progress
from tocsin.errors import IntegrityError

File = Annotated[Path, typer.Argument(help="The backup.")]


def add(app: typer.Typer) -> None:
    """Add the verbs about whole stores."""
    for verb in (audit, backup, restore, move):
        app.command()(verb)


def audit(
    expect: Annotated[
        str, typer.Option(help="SEQ:SEAL kept from an earlier audit: it must still be passed.")
    ] = "",
    trust: Annotated[
        Path | None, typer.Option(help="List of trusted keys: a signature by another fails.")
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Verify every hash, step, approval and signature; exit 4 at the first broken link."""
    from tocsin.register.chain import Break
    from tocsin.run.audit import audit as audited

    with opened(store) as found, progress() as tell:
        tell("verifying the ledger")
        result = audited(found, expect, trust)
    if as_json:
        put(result)
    elif result["ok"]:
        typer.echo(
            f"{result['entries']} entries hold: {result['incidents']} incidents, "
            f"{result['revisions']} revisions, {result['signatures']} signatures, "
            f"{result['dissents']} dissents; head {result['head']}"
        )
    if not result["ok"]:
        broken = Break(**result["broken"])
        raise IntegrityError(
            f"the first broken link is {broken}",
            hint="compare with a backup",
        )
    return 0


def backup(
    file: File,
    dump: Annotated[
        bool, typer.Option("--dump", help="Lines of JSON, as PostgreSQL stores always give.")
    ] = False,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Write a consistent copy while others go on writing."""
    from tocsin.register.sql.copy import backup as copied

    with opened(store) as found, progress() as tell:
        tell("copying")
        head = copied(found, file, dump=dump)
    _tell(as_json, str(file), head.seq, str(head))
    return 0


def restore(file: File, store: Store = None, as_json: Json = False) -> int:
    """Read a backup into an empty store of either kind, verifying all of it first."""
    from tocsin.register.sql.copy import restore as restored

    with opened(store, create=True) as found, progress() as tell:
        tell("verifying and restoring")
        head = restored(file, found)
    _tell(as_json, str(file), head.seq, str(head))
    return 0


def move(
    to: Annotated[str, typer.Option(help="The empty store that takes everything.")],
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Copy a whole store into another kind, with the same hashes; the old one stays as it is."""
    from tocsin.register.sql.copy import move as moved

    with opened(store) as source, opened(to, create=True) as target, progress() as tell:
        tell("verifying and copying")
        head = moved(source, target)
    _tell(as_json, target.where, head.seq, str(head))
    return 0


def _tell(as_json: bool, where: str, entries: int, head: str) -> None:
    if as_json:
        put({"where": where, "entries": entries, "head": head})
    else:
        typer.echo(f"{where}: {entries} entries; head {head}")
