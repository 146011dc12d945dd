"""The four questions about time, from gathered incidents to words, JSON and a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.errors import UsageError
from tocsin.pattern import change_words, coordinate_words, excite_words, rate_words
from tocsin.pattern.bins import bins, counted
from tocsin.pattern.change import Change, change
from tocsin.pattern.coordinate import coordinate
from tocsin.pattern.events import Unit, barred
from tocsin.pattern.excite import excite
from tocsin.pattern.figures.change import changed, turned
from tocsin.pattern.figures.coordinate import pairs_chart
from tocsin.pattern.figures.excite import excitement
from tocsin.pattern.figures.rate import run_chart
from tocsin.pattern.impute import draws
from tocsin.pattern.periods import Period, periods
from tocsin.pattern.rate import SPANS, rate
from tocsin.pattern.turn import turn
from tocsin.pattern.words import NoClaim
from tocsin.run.pattern import Gathered

LONG_YEARS = 8.0  # of dates, from which changes are looked for in yearly counts


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: for people, for machines, and as a picture where there is one."""

    words: tuple[str, ...]
    json: dict[str, Any]
    svg: str | None


def tell_rate(
    sets: Sequence[tuple[Period, Sequence[Period]]], spans: Sequence[int] | None = None
) -> Told:
    """Answer whether the current year is above the years before."""
    answer = rate(sets, spans=tuple(spans) if spans else SPANS)
    if isinstance(answer, NoClaim):
        return _none(answer)
    return Told(tuple(rate_words.words(answer)), rate_words.as_json(answer), run_chart(answer))


def tell_rate_of(
    gathered: Gathered, rng: np.random.Generator, count: int, spans: Sequence[int] | None = None
) -> Told:
    """Answer the same from incidents; each draw of them has its own counts."""
    drawn = draws(gathered.events, rng, count)
    nothing = barred(drawn)
    if nothing is not None:
        return _none(nothing)
    sets: list[tuple[Period, Sequence[Period]]] = [periods(draw, gathered.as_of) for draw in drawn]
    return tell_rate(sets[:1] if all(one == sets[0] for one in sets) else sets, spans)


def tell_change(
    gathered: Gathered,
    rng: np.random.Generator,
    count: int,
    *,
    size: str = "auto",
    prior: tuple[float, float] | None = None,
) -> Told:
    """Answer whether the rate changed; in bins of a size, or at any time ("none")."""
    e = gathered.events
    drawn = draws(e, rng, count)
    nothing = barred(drawn)
    if nothing is not None:
        return _none(nothing)
    if size == "auto":
        long = (e.end - e.begin) * e.unit.days / 365.25 >= LONG_YEARS
        size = "year" if e.unit is Unit.YEAR or (e.calendar and long) else "none"
    shape, b = prior or (1.0, None)
    if size == "none":
        found = turn(drawn, shape=shape, rate=b)
        if isinstance(found, NoClaim):
            return _none(found)
        return Told(tuple(change_words.words(found)), change_words.as_json(found), turned(found))
    cut = bins(e, size)
    each = np.unique(np.array([counted(draw, cut) for draw in drawn]), axis=0, return_counts=True)
    sets = [row for row, often in zip(*each, strict=True) for _ in range(often)]
    sets = sets[:1] if len(each[0]) == 1 else sets
    answer: Change | NoClaim = change(
        sets, cut.exposure, edges=cut.edges, labels=cut.labels, shape=shape, rate=b or 1.0
    )
    if isinstance(answer, NoClaim):
        return _none(answer)
    svg = changed(answer, e.unit, e.calendar)
    return Told(tuple(change_words.words(answer)), change_words.as_json(answer), svg)


def tell_excite(gathered: Gathered, rng: np.random.Generator, count: int, replicates: int) -> Told:
    """Answer whether incidents excite further ones."""
    drawn = draws(gathered.events, rng, count)
    answer = excite(drawn, rng, resolution=gathered.resolution, replicates=replicates)
    if isinstance(answer, NoClaim):
        return _none(answer)
    return Told(tuple(excite_words.words(answer)), excite_words.as_json(answer), excitement(answer))


def tell_coordinate(
    gathered: Gathered, rng: np.random.Generator, count: int, near_days: float, shifts: int
) -> Told:
    """Answer whether incidents of different states fall together."""
    drawn = draws(gathered.events, rng, count)
    whole = gathered.whole_days
    answer = coordinate(
        drawn[:1] if whole and bool((gathered.events.p == 1).all()) else drawn,
        rng,
        near_days=near_days,
        shifts=shifts,
        whole_days=whole,
    )
    if isinstance(answer, NoClaim):
        return _none(answer)
    return Told(
        tuple(coordinate_words.words(answer)),
        coordinate_words.as_json(answer),
        pairs_chart(answer),
    )


def finite(value: Any) -> Any:
    """Return JSON without numbers that JSON does not have: these become null."""
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def prior_of(text: str | None) -> tuple[float, float] | None:
    """Return shape and rate of `--prior SHAPE,YEARS`."""
    if text is None:
        return None
    try:
        shape, years = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f'--prior "{text}" is no pair', hint="write SHAPE,YEARS as 1,1") from None
    if not (shape > 0 and years > 0 and math.isfinite(shape + years)):
        raise UsageError(f'--prior "{text}" is no gamma', hint="both numbers lie above 0")
    return shape, years


def _none(answer: NoClaim) -> Told:
    return Told(answer.words, answer.as_json(), None)
