"""`tocsin simulate`: synthetic sensors over a flown path, with the truth beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.telling import progress


def simulate(
    scenario: Annotated[str, typer.Argument(help="The scenario (TOML).")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Directory for the recordings.")],
    seed: Annotated[
        int | None, typer.Option(min=0, help="Draw by this seed in place of the scenario's own.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Simulate sensors over a flown path: recordings, and the truth in truth.json."""
    from tocsin.run.simulate import simulate_file, summary

    with progress() as say:
        done = simulate_file(scenario, out, seed, say)
    told = summary(done)
    if as_json:
        typer.echo(json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False))
        return 0
    typer.echo(f"{told['scenario']} (SYNTHETIC): seed {told['seed']}, {len(told['files'])} files")
    for volume, rows in told["passages"].items():
        for row in rows:
            entry, leave = row["entry_utc"] or "open", row["exit_utc"] or "open"
            typer.echo(f"  {row['aircraft']} {volume}: in {entry}, out {leave}")
    for name in told["files"]:
        typer.echo(f"  {done.directory / name}")
    return 0
