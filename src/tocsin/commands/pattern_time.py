"""`tocsin pattern rate, change, excite, coordinate`: incidents as points in time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import Json, Strict
from tocsin.commands.telling import progress, say, tell_inputs, tell_refusals
from tocsin.errors import SourceError, UsageError

if TYPE_CHECKING:
    from tocsin.run.pattern import Gathered
    from tocsin.run.pattern_time import Told
    from tocsin.schema import Input, Refusal

EventsOption = Annotated[
    str | None, typer.Option("--events", help="CSV or Parquet with one incident a row.")
]
Time = Annotated[
    str | None,
    typer.Option("--time", help="Its column of times: dates (ISO 8601) or numbers of --unit."),
]
UnitOption = Annotated[str, typer.Option("--unit", help="What a number counts: day or year.")]
StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="Instead: a register, sqlite:///FILE or postgresql://…"),
]
Domain = Annotated[
    str | None, typer.Option("--domain", help="With --store: air, drone, missile, balloon, ….")
]
State = Annotated[
    str | None,
    typer.Option("--state", help="The column of states; with --store, the state: EE."),
]
Latest = Annotated[
    str | None,
    typer.Option("--latest", help="Column of the latest possible time; --time is the earliest."),
]
Weight = Annotated[
    str | None, typer.Option("--weight", help="Column of the chance that a row counts, 0 to 1.")
]
Id = Annotated[str | None, typer.Option("--id", help="Column that names the incident.")]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="COLUMN=TEXT: only such rows. May be repeated."),
]
From = Annotated[str | None, typer.Option("--from", help="When the record begins.")]
To = Annotated[str | None, typer.Option("--to", help="When the record ends.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Until when it is known: 2025-09-19.")]
Gap = Annotated[
    list[str] | None,
    typer.Option("--gap", help="A/B in which nobody reported. May be repeated."),
]
Draws = Annotated[int, typer.Option(min=1, max=1000, help="Of uncertain dates and disputed rows.")]
Seed = Annotated[int, typer.Option(min=0, help="Of all that is drawn.")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="The picture, as FILE.svg.")]


def add(app: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (rate, change, excite, coordinate):
        app.command()(verb)


def rate(
    events: EventsOption = None,
    time: Time = None,
    unit: UnitOption = "day",
    counts: Annotated[
        str | None,
        typer.Option(help="Instead: CSV of yearly counts with columns year and count."),
    ] = None,
    span: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Full years before to compare with. May be repeated."),
    ] = None,
    state: State = None,
    store: StoreOption = None,
    domain: Domain = None,
    latest: Latest = None,
    weight: Weight = None,
    id_: Id = None,
    where: Where = None,
    begin: From = None,
    end: To = None,
    as_of: AsOf = None,
    gap: Gap = None,
    draws: Draws = 20,
    seed: Seed = 0,
    out: Out = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Is this year above the years before? Several baselines, and what having looked costs."""
    import numpy as np

    from tocsin.run import pattern_time

    if counts is not None:
        from tocsin.run.pattern_counts import periods_from_counts

        if events is not None or as_of is None:
            raise UsageError("--counts stands alone and needs --as-of", hint="--as-of 2025-09-19")
        current, before, done, refusals = periods_from_counts(counts, as_of)
        told = pattern_time.tell_rate([(current, before)], span)
        return _answer(told, done, refusals, (), {}, out, strict, as_json)
    asked = (events, time, unit, state, latest, weight, id_, where, begin, end, as_of, gap)
    gathered = _gather(store, domain, *asked)
    rng = np.random.default_rng(seed)
    told = pattern_time.tell_rate_of(gathered, rng, draws, span)
    if store is not None:
        told = _reported(told, store, state, domain, as_of, gathered.as_of, span)
    return _told(told, gathered, seed, out, strict, as_json)


def change(
    events: EventsOption = None,
    time: Time = None,
    unit: UnitOption = "day",
    size: Annotated[
        str, typer.Option("--bin", help="year, month, none (any time), or auto.")
    ] = "auto",
    prior: Annotated[
        str | None, typer.Option(help="SHAPE,YEARS of the gamma prior of both rates.")
    ] = None,
    state: State = None,
    store: StoreOption = None,
    domain: Domain = None,
    latest: Latest = None,
    weight: Weight = None,
    id_: Id = None,
    where: Where = None,
    begin: From = None,
    end: To = None,
    as_of: AsOf = None,
    gap: Gap = None,
    draws: Draws = 20,
    seed: Seed = 0,
    out: Out = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Did the rate change, and when? Exact Bayesian change-point, in bins or at any time."""
    import numpy as np

    from tocsin.run import pattern_time

    if size not in ("auto", "year", "month", "none"):
        raise UsageError(f'--bin "{size}" is unknown', hint="use year, month, none or auto")
    gamma = pattern_time.prior_of(prior)
    asked = (events, time, unit, state, latest, weight, id_, where, begin, end, as_of, gap)
    gathered = _gather(store, domain, *asked)
    rng = np.random.default_rng(seed)
    told = pattern_time.tell_change(gathered, rng, draws, size=size, prior=gamma)
    return _told(told, gathered, seed, out, strict, as_json)


def excite(
    events: EventsOption = None,
    time: Time = None,
    unit: UnitOption = "day",
    replicates: Annotated[
        int, typer.Option(min=39, max=9999, help="Simulated series for the residuals.")
    ] = 199,
    state: State = None,
    store: StoreOption = None,
    domain: Domain = None,
    latest: Latest = None,
    weight: Weight = None,
    id_: Id = None,
    where: Where = None,
    begin: From = None,
    end: To = None,
    as_of: AsOf = None,
    gap: Gap = None,
    draws: Draws = 20,
    seed: Seed = 0,
    out: Out = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Do incidents bring on further ones? Self-excitation against trends, changes and periods."""
    import numpy as np

    from tocsin.run import pattern_time

    asked = (events, time, unit, state, latest, weight, id_, where, begin, end, as_of, gap)
    gathered = _gather(store, domain, *asked)
    rng = np.random.default_rng(seed)
    with progress() as tell:
        tell("weighing explanations")
        told = pattern_time.tell_excite(gathered, rng, draws, replicates)
    return _told(told, gathered, seed, out, strict, as_json)


def coordinate(
    events: EventsOption = None,
    time: Time = None,
    unit: UnitOption = "day",
    near: Annotated[float, typer.Option(help="Days within which two incidents are a pair.")] = 7.0,
    shifts: Annotated[
        int, typer.Option(min=99, max=1_000_000, help="Where they are too many to try all.")
    ] = 9999,
    state: State = None,
    store: StoreOption = None,
    domain: Domain = None,
    latest: Latest = None,
    weight: Weight = None,
    id_: Id = None,
    where: Where = None,
    begin: From = None,
    end: To = None,
    as_of: AsOf = None,
    gap: Gap = None,
    draws: Draws = 20,
    seed: Seed = 0,
    out: Out = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Do incidents of different states fall together? Circular shifts of whole series."""
    import numpy as np

    from tocsin.run import pattern_time

    if state is None and store is None:
        raise UsageError("pairs need states", hint="name their column with --state")
    asked = (events, time, unit, state, latest, weight, id_, where, begin, end, as_of, gap)
    gathered = _gather(store, domain, *asked)
    rng = np.random.default_rng(seed)
    with progress() as tell:
        tell("shifting series")
        told = pattern_time.tell_coordinate(gathered, rng, draws, near, shifts)
    return _told(told, gathered, seed, out, strict, as_json)


def _gather(
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


def _reported(
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


def _told(
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
    return _answer(
        told, gathered.input, gathered.refusals, gathered.notes, about, out, strict, as_json
    )


def _answer(
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
