"""`tocsin assess`: what past cases look like this one, and on which factors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.telling import say
from tocsin.errors import UsageError


def assess(
    incident: Annotated[str, typer.Argument(help="Id of the incident.")],
    factors: Annotated[
        Path | None,
        typer.Option(help="TOML with its factors; left out: the bundled case of that id."),
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(help="YAML rule set; left out: bundled past practice.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option("--store", help="Take the incident from a register: sqlite:///FILE, …"),
    ] = None,
    count: Annotated[int, typer.Option(help="Past cases of each kind.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the permutation test.")] = 1,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Write the past cases there, as SVG.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Assess an incident: factors, level of past practice, past cases, consistency, dissent."""
    from tocsin.run.assess import (
        assess_incident,
        bundled_incident,
        read_factors,
        read_rules,
    )
    from tocsin.run.assess_told import assess_lines, assess_row

    if factors is not None and store is not None:
        raise UsageError("factors come from a file or from a register, not from both")
    if store is not None:
        from tocsin.commands.register_options import opened
        from tocsin.run.factors import assessed

        with opened(store) as held:
            about = assessed(held, incident)
    else:
        about = read_factors(factors, incident) if factors else bundled_incident(incident)
    rule_set = read_rules(rules) if rules else None
    found = assess_incident(about, rule_set, seed=seed, count=count)
    if figure is not None:
        from tocsin.run.output import write_file
        from tocsin.run.policy_figures import as_file, past_cases

        write_file(figure, as_file(past_cases(found)))
        say(f"tocsin: wrote {figure}")
    if as_json:
        row = assess_row(found, about.notes)
        typer.echo(json.dumps(row, indent=1, ensure_ascii=False, allow_nan=False))
        return 0
    for line in assess_lines(found, about.notes):
        typer.echo(line)
    return 0
