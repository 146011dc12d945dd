"""`tocsin pattern rate, change, excite, coordinate`: incidents as points in time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json, Strict
from tocsin.commands.pattern_answer import answer_of, gather, told_of, with_reported
from tocsin.commands.telling import progress
from tocsin.errors import UsageError

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
        return answer_of(told, done, refusals, (), {}, out, strict, as_json)
    asked = (events, time, unit, state, latest, weight, id_, where, begin, end, as_of, gap)
    gathered = gather(store, domain, *asked)
    rng = np.random.default_rng(seed)
    told = pattern_time.tell_rate_of(gathered, rng, draws, span)
    if store is not None:
        told = with_reported(told, store, state, domain, as_of, gathered.as_of, span)
    return told_of(told, gathered, seed, out, strict, as_json)


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
    gathered = gather(store, domain, *asked)
    rng = np.random.default_rng(seed)
    told = pattern_time.tell_change(gathered, rng, draws, size=size, prior=gamma)
    return told_of(told, gathered, seed, out, strict, as_json)


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
    gathered = gather(store, domain, *asked)
    rng = np.random.default_rng(seed)
    with progress() as tell:
        tell("weighing explanations")
        told = pattern_time.tell_excite(gathered, rng, draws, replicates)
    return told_of(told, gathered, seed, out, strict, as_json)


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
    gathered = gather(store, domain, *asked)
    rng = np.random.default_rng(seed)
    with progress() as tell:
        tell("shifting series")
        told = pattern_time.tell_coordinate(gathered, rng, draws, near, shifts)
    return told_of(told, gathered, seed, out, strict, as_json)
