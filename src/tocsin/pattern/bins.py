"""Incidents counted in years or months, with the time watched in each."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tocsin.errors import UsageError
from tocsin.pattern.events import YEAR_DAYS, Events, Floats, Unit, watched
from tocsin.pattern.periods import EPOCH

MOST = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Edges in the unit of the series, the name of each bin, and its exposure."""

    edges: Floats  # (n + 1,)
    labels: tuple[str, ...]
    exposure: Floats  # (n,) years; a whole calendar year is 1


def bins(events: Events, size: str) -> Bins:
    """Return the years or months ("year", "month") of the window; its ends may cut the outer ones.

    Raises UsageError where months are asked of a series that has none.
    """
    if size == "year":
        inner, labels, whole = _years(events)
    elif size == "month" and events.calendar and events.unit is Unit.DAY:
        inner, labels, whole = _months(events)
    else:
        raise UsageError(
            f'bins of a "{size}" cannot be made of these times',
            hint="use year, or month for dates",
        )
    edges = np.clip(np.array(inner), events.begin, events.end)
    if len(labels) > MOST:
        raise UsageError(f"{len(labels)} bins are too many", hint="use larger ones")
    spans = [watched(a, b, events.gaps) for a, b in itertools.pairwise(edges.tolist())]
    return Bins(edges, labels, np.array(spans) / whole)


def counted(events: Events, bins: Bins) -> Floats:
    """Return how many certain incidents fall into each bin, (n,)."""
    return np.histogram(events.t, bins.edges)[0].astype(np.float64)


def _years(events: Events) -> tuple[list[float], tuple[str, ...], float | Floats]:
    if not events.calendar:
        year = YEAR_DAYS / events.unit.days
        count = max(1, math.ceil((events.end - events.begin) / year - 1e-9))
        labels = tuple(f"year {k + 1}" for k in range(count))
        return [events.begin + k * year for k in range(count + 1)], labels, year
    if events.unit is Unit.YEAR:
        first, last = math.floor(events.begin), math.ceil(events.end)
        edges = [float(y) for y in range(first, last + 1)]
        return edges, tuple(str(y) for y in range(first, last)), 1.0
    first, last = _date(events.begin).year, _date(math.ceil(events.end) - 1).year
    edges = [_day(date(y, 1, 1)) for y in range(first, last + 2)]
    return edges, tuple(str(y) for y in range(first, last + 1)), np.diff(edges)


def _months(events: Events) -> tuple[list[float], tuple[str, ...], float | Floats]:
    at, stop = _date(events.begin).replace(day=1), _date(math.ceil(events.end) - 1)
    edges, labels, years = [_day(at)], [], []
    while at <= stop:
        after = (at + timedelta(days=31)).replace(day=1)
        edges.append(_day(after))
        labels.append(at.strftime("%Y-%m"))
        years.append(float((date(at.year + 1, 1, 1) - date(at.year, 1, 1)).days))
        at = after
    return edges, tuple(labels), np.array(years)


def _date(day: float) -> date:
    return EPOCH + timedelta(days=math.floor(day))


def _day(at: date) -> float:
    return float((at - EPOCH).days)
