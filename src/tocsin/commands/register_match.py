"""`tocsin register match, merge, split`: one incident reported twice, and two taken for one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import (
    AsOf,
    By,
    DomainOption,
    RecordedAsOf,
    State,
    Store,
    Text,
    Year,
    filter_of,
    opened,
    put,
)
from tocsin.errors import UsageError

Reason = Annotated[str, typer.Option("--reason", help="Why; shown in the history.")]
Kept = Annotated[str, typer.Argument(help="ID that stays; with @REV refused if it moved on.")]
Other = Annotated[str, typer.Argument(help="ID that goes into it, and is superseded.")]


def add(app: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (match, merge, split):
        app.command()(verb)


def match(
    state: State = None,
    domain: DomainOption = None,
    year: Year = None,
    text: Text = None,
    at_least: Annotated[
        float, typer.Option("--at-least", min=0.0, max=1.0, help="Chance from which to propose.")
    ] = 0.5,
    as_of: AsOf = None,
    recorded_as_of: RecordedAsOf = None,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Propose pairs that are likely one incident reported twice, with reasons; merge nothing."""
    from tocsin.run.matching import propose
    from tocsin.run.register import times_of

    wanted = filter_of(state, domain, year, None, None, None, None, text, None, None)
    with opened(store) as found:
        answer = propose(found, wanted, times_of(as_of, recorded_as_of), at_least)
    if as_json:
        put(answer)
        return 0
    for row in answer["proposals"]:
        typer.echo(f"{row['a']} {row['b']} {_chance(row['chance'])}")
        for reason in row["reasons"]:
            typer.echo(f"  {reason['bans']:+.1f} {reason['field']}: {reason['says']}")
    if not answer["proposals"]:
        typer.echo(f"no pair among {answer['compared']} incidents")
    return 0


def merge(
    kept: Kept,
    other: Other,
    by: By,
    reason: Reason = "",
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Make one incident of two: what they differ in is kept as statements of both."""
    from tocsin.run.matching import merge as merged
    from tocsin.run.register import parse_link, revision_dict

    with opened(store) as found:
        written = merged(found, parse_link(kept), parse_link(other), by, reason)
    if as_json:
        put({"written": [revision_dict(revision) for revision in written]})
    else:
        typer.echo(f"{written[0].link} holds {written[1].link}, which is superseded")
    return 0


def split(
    incident: Kept,
    by: By,
    into: Annotated[
        Path | None, typer.Option("--into", help="TOML or JSON with two incidents or more.")
    ] = None,
    take_out: Annotated[
        str | None, typer.Option("--take-out", help="ID that was merged into it by mistake.")
    ] = None,
    reason: Reason = "",
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Make several incidents of one, or take a merge back."""
    from tocsin.run import matching
    from tocsin.run.register import parse_link, read_incidents, revision_dict

    if (into is None) == (take_out is None):
        raise UsageError("what to split it into?", hint="give --into FILE, or --take-out ID")
    parts = read_incidents(into) if into is not None else []
    with opened(store) as found:
        link = parse_link(incident)
        if take_out is not None:
            written = matching.take_out(found, link, parse_link(take_out), by, reason)
        else:
            written = matching.split(found, link, parts, by, reason)
    if as_json:
        put({"written": [revision_dict(revision) for revision in written]})
        return 0
    for revision in written:
        typer.echo(f"{revision.link} {revision.state}")
    return 0


def _chance(p: float) -> str:
    return ">99 %" if p > 0.99 else "<1 %" if p < 0.01 else f"{100 * p:.0f} %"
