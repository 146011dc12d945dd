"""`tocsin demo` and `tocsin doctor`: what it does, and whether it can do it here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import (
    Json,
)
from tocsin.commands.telling import (
    headlines,
    say,
)
from tocsin.errors import SourceError


def demo(
    out: Annotated[Path, typer.Option("-o", "--out", help="Directory for the results.")] = Path(
        "out/demo"
    ),
) -> int:
    """Run the example cases on real recordings and print where their dossiers are."""
    from tocsin.run.demo import demonstrate

    shown = demonstrate(out, say)
    for outcome in shown.outcomes:
        for line in headlines(outcome.findings):
            typer.echo(line)
        for name in outcome.files:
            typer.echo(f"  {outcome.directory / name}")
    for line in shown.left_out:
        say(f"tocsin: left out: {line}")
    return 0 if shown.outcomes else SourceError.exit_code


def doctor(as_json: Json = False) -> int:
    """Check this machine: parts, versions, and the data that ships."""
    from tocsin.run.doctor import examine

    found = examine()
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    else:
        typer.echo(f"tocsin {found['version']}")
        for check in found["checks"]:
            mark = "ok     " if check["ok"] else "MISSING"
            say = f"  ({check['say']})" if check["say"] else ""
            typer.echo(f"{mark} {check['what']:28} {check['found'] or '-'}{say}")
    return 0 if found["ok"] else 1
