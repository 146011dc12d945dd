"""`tocsin register add`: new incidents, and new revisions of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import By, Store, opened, put


def add(app: typer.Typer) -> None:
    """Add the verbs that write."""
    app.command("add")(add_incidents)


def add_incidents(
    files: Annotated[list[Path], typer.Argument(help="TOML or JSON: one incident, or several.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    edit: Annotated[
        bool, typer.Option("--edit", help="New revisions of incidents that are there.")
    ] = False,
    base: Annotated[
        int | None, typer.Option(help="Refuse unless this is the newest revision.")
    ] = None,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Add incidents from files: all of them or, if one is refused, none."""
    from tocsin.run import register

    incidents = [each for path in files for each in register.read_incidents(path)]
    with opened(store, create=not edit) as found:
        written = register.add(found, incidents, by, reason=reason, edit=edit, base=base)
    if as_json:
        put({"written": [register.revision_dict(revision) for revision in written]})
    else:
        for revision in written:
            typer.echo(f"{revision.link} {revision.state} {revision.hash[:12]}")
    return 0
