"""`tocsin diff`: what changed between two runs, and why."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json

SHOWN = 60  # characters of a value


def diff(
    old: Annotated[Path, typer.Argument(help="The directory of a run, or its bundle.zip.")],
    new: Annotated[Path, typer.Argument(help="Another.")],
    as_json: Json = False,
) -> int:
    """Say what changed between two runs: inputs, case, settings, program, then every number."""
    from tocsin.run.bundleread import open_results
    from tocsin.run.diff import diff as compared
    from tocsin.run.output import dumps

    causes, changes = compared(open_results(old), open_results(new))
    if as_json:
        told = {
            "old": str(old),
            "new": str(new),
            "causes": [asdict(one) for one in causes],
            "changes": [asdict(one) for one in changes],
        }
        typer.echo(dumps(told), nl=False)
        return 0
    if not causes and not changes:
        typer.echo("nothing changed")
        return 0
    typer.echo("changed before the numbers:" if causes else "changed before the numbers: nothing")
    for cause in causes:
        shown = cause.old is not None or cause.new is not None
        values = f": {_short(cause.old)} -> {_short(cause.new)}" if shown else ""
        typer.echo(f"  {cause.what}{values}")
    typer.echo("numbers:" if changes else "numbers: none changed")
    subject = None
    for change in changes:
        if (change.part, change.subject) != subject:
            subject = (change.part, change.subject)
            typer.echo(f"  {change.part}{': ' if change.subject else ''}{change.subject}")
        name = change.field or "itself"
        why = "; ".join(change.causes) or "no recorded change explains it"
        typer.echo(f"    {name}: {_short(change.old)} -> {_short(change.new)}")
        typer.echo(f"      likely: {why}")
    return 0


def _short(value: object) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
