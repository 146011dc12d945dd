"""What the verbs about time share: incidents from a file or a register, and an answer told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tocsin.commands.telling import say, tell_inputs, tell_refusals
from tocsin.errors import SourceError, UsageError

if TYPE_CHECKING:
    from tocsin.run.pattern import Gathered
    from tocsin.run.pattern_time import Told
    from tocsin.schema import Input, Refusal


def gather(
    store: str | None,
    domain: str | None,
    events: str | None,
    time: str | None,
    unit: str,
    state: str | None,
    latest: str | None,
    weight: str | None,
    id_: str | None,
    where: list[str] | None,
    begin: str | None,
    end: str | None,
    as_of: str | None,
    gap: list[str] | None,
) -> Gathered:
    from tocsin.pattern.events import Unit
    from tocsin.run.pattern import EventFile, events_from_file

    if store is not None:
        if any(x is not None for x in (events, time, latest, weight, id_)) or where:
            raise UsageError("--store and the columns of a file do not go together")
        return _registered(store, state, domain, (begin, end, as_of), tuple(gap or ()))
    if domain is not None:
        raise UsageError("--domain asks a register", hint="use --where COLUMN=TEXT for a file")
    if events is None or time is None:
        raise UsageError(
            "no incidents are named", hint="give --events FILE --time COLUMN, or --store"
        )
    if unit not in ("day", "year"):
        raise UsageError(f'--unit "{unit}" is unknown', hint="use day or year")
    pairs = []
    for pair in where or ():
        column, equals, text = pair.partition("=")
        if not equals or not column:
            raise UsageError(f'--where "{pair}" is no pair', hint="write COLUMN=TEXT")
        pairs.append((column, text))
    return events_from_file(
        EventFile(
            events,
            time,
            Unit(unit),
            state,
            latest,
            weight,
            id_,
            tuple(pairs),
            begin,
            end,
            as_of,
            tuple(gap or ()),
        )
    )


def with_reported(
    told: Told,
    store: str,
    state: str | None,
    domain: str | None,
    as_of: str | None,
    as_of_day: float,
    span: list[int] | None,
) -> Told:
    from tocsin.commands.register_options import filter_of, opened
    from tocsin.run.pattern_reported import with_reports
    from tocsin.run.register import times_of

    nothing = (None,) * 7
    wanted = filter_of(state, domain, *nothing, include=None)
    with opened(store) as found:
        return with_reports(told, found, wanted, times_of(as_of, None), as_of_day, span)


def _registered(
    store: str,
    state: str | None,
    domain: str | None,
    edges: tuple[str | None, str | None, str | None],
    gaps: tuple[str, ...],
) -> Gathered:
    from tocsin.commands.register_options import filter_of, opened
    from tocsin.run.pattern_store import events_from_register
    from tocsin.run.register import times_of

    nothing = (None,) * 7
    wanted = filter_of(state, domain, *nothing, include=None)
    begin, end, as_of = edges
    with opened(store) as found:
        return events_from_register(
            found,
            wanted,
            times_of(as_of, None),
            where=store,
            begin=begin,
            end=end,
            as_of=as_of,
            gaps=gaps,
        )


def told_of(
    told: Told, gathered: Gathered, seed: int, out: Path | None, strict: bool, as_json: bool
) -> int:
    e = gathered.events
    about = {
        "seed": seed,
        "unit": e.unit.value,
        "window": [e.begin, e.end],
        "as_of": gathered.as_of,
        "gaps": [list(gap) for gap in e.gaps],
    }
    _tell_future(gathered)
    return answer_of(
        told, gathered.input, gathered.refusals, gathered.notes, about, out, strict, as_json
    )


def _tell_future(gathered: Gathered) -> None:
    """Say on stderr how many incidents are dated after today; the answer itself has no clock."""
    from datetime import UTC, datetime

    from tocsin.pattern.events import Unit
    from tocsin.pattern.periods import EPOCH

    e, today = gathered.events, datetime.now(UTC).date()
    if not e.calendar:
        return
    edge = (today - EPOCH).days + 1.0 if e.unit is Unit.DAY else today.year + 1.0
    late = int((e.lo >= edge).sum())
    if late:
        say(f"tocsin: {late} incidents are dated after today, {today}: are these dates right?")


def answer_of(
    told: Told,
    done: Input,
    refusals: tuple[Refusal, ...],
    notes: tuple[str, ...],
    about: dict[str, Any],
    out: Path | None,
    strict: bool,
    as_json: bool,
) -> int:
    """Print an answer, write its picture, and return the exit code."""
    from tocsin.run.findings import input_row
    from tocsin.run.output import write_file
    from tocsin.run.pattern_time import finite

    if out is not None and out.suffix != ".svg":
        raise UsageError(f'-o "{out}" is no picture', hint="name a file that ends in .svg")
    tell_inputs((done,))
    tell_refusals(refusals)
    for note in notes:
        say(f"tocsin: {note}")
    if out is not None and told.svg is not None:
        write_file(out, told.svg.encode())
    elif out is not None:
        say(f"tocsin: {out} is not written: without a claim there is nothing to draw")
    if as_json:
        answer = {**told.json, "input": input_row(done), "assumed": list(notes), **about}
        typer.echo(json.dumps(finite(answer), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        for line in told.words:
            typer.echo(line)
    return SourceError.exit_code if strict and refusals else 0
