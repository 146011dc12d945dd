"""`tocsin bell believe`, `deter` and `levers`: two views, four games, five options."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.commands.options import Json
from tocsin.commands.telling import say

Figure = Annotated[Path | None, typer.Option("--figure", help="Write the figure there, as SVG.")]


def add(app: typer.Typer) -> None:
    """Put the three verbs into the group `bell`."""
    for verb in (believe, deter, levers):
        app.command()(verb)


def believe(
    positions: Annotated[
        str, typer.Argument(help="TOML with two positions, or bundled:september-2025.")
    ] = "bundled:september-2025",
    weeks_saved: Annotated[
        float | None, typer.Option(help="Weeks by which a ring makes a campaign known earlier.")
    ] = None,
    delay_cost_per_week: Annotated[
        float | None, typer.Option(help="Cost of a week of delay.")
    ] = None,
    response_value: Annotated[
        float | None, typer.Option(help="Loss in a campaign that meets no response.")
    ] = None,
    campaigns_per_year: Annotated[float | None, typer.Option(help="Campaigns a year.")] = None,
    false_rings_per_year: Annotated[
        float | None, typer.Option(help="Other false rings a year, from the policy in force.")
    ] = None,
    strength: Annotated[
        float | None, typer.Option(help="Strength of the response now, above 0, at most 1.")
    ] = None,
    figure: Figure = None,
    as_json: Json = False,
) -> int:
    """Compare two positions on ringing: what each must believe, and what turns it."""
    from tocsin.run.believe import compared, read_dispute
    from tocsin.run.policy_told import believe_lines, believe_row

    dispute = read_dispute(positions)
    found = compared(
        dispute,
        weeks_saved=weeks_saved,
        delay_cost_per_week=delay_cost_per_week,
        response_value=response_value,
        campaigns_per_year=campaigns_per_year,
        false_rings_per_year=false_rings_per_year,
        strength=strength,
    )
    if figure is not None:
        from tocsin.run.policy_figures import beliefs

        _write(figure, beliefs(found, illustrative=dispute.illustrative))
    told = believe_lines(found, dispute.illustrative)
    _answer(as_json, lambda: believe_row(found, dispute.illustrative), told)
    return 0


def deter(
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", help="GAME.NAME=VALUE, such as inspection.a=3. May be repeated."),
    ] = None,
    figure: Figure = None,
    as_json: Json = False,
) -> int:
    """Play four small games of ringing and being believed; each says where it stops."""
    from tocsin.run import deter as games
    from tocsin.run.policy_told import deter_lines, deter_row

    found = games.play(assign or ())
    if figure is not None:
        _write(figure, games.figure(found))
    _answer(as_json, lambda: deter_row(found), deter_lines(found))
    return 0


def levers(
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE of the setting, such as phi=0.2. May be repeated."),
    ] = None,
    horizon: Annotated[float, typer.Option(help="Years over which a lever is judged.")] = 5.0,
    figure: Figure = None,
    as_json: Json = False,
) -> int:
    """Pull each response option alone: cost and deterrence before and after."""
    from tocsin.errors import UsageError
    from tocsin.policy.levers import Setting, effects
    from tocsin.run.policy_told import levers_lines, levers_row

    values: dict[str, float] = {}
    for text in assign or ():
        name, equals, value = text.partition("=")
        try:
            values[name.strip()] = float(value)
        except ValueError:
            shown = f'"{value}" is not a number' if equals else "is no assignment"
            raise UsageError(f'--set "{text}": {shown}', hint="write phi=0.2") from None
    found = effects(Setting().changed(**values), horizon_years=horizon)
    if figure is not None:
        from tocsin.run.policy_figures import lever_effects

        _write(figure, lever_effects(found))
    _answer(as_json, lambda: levers_row(found), levers_lines(found))
    return 0


def _answer(as_json: bool, row: Any, lines: Iterable[str]) -> None:
    if as_json:
        typer.echo(json.dumps(row(), indent=1, ensure_ascii=False, allow_nan=False))
        return
    for line in lines:
        typer.echo(line)


def _write(target: Path, svg: str) -> None:
    from tocsin.run.output import write_file
    from tocsin.run.policy_figures import as_file

    write_file(target, as_file(svg))
    say(f"tocsin: wrote {target}")
