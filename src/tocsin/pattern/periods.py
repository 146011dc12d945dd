"""The record cut into years: how many incidents, and how long somebody watched.

Calendar years where the series has a calendar; years of 365.25 days counted back from `as_of`
where it has its own clock.  Exposure is in years: a whole calendar year counts 1, leap or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tocsin.errors import UsageError
from tocsin.pattern.events import YEAR_DAYS, Events, Unit, watched

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """One year, or the part of it that is known."""

    label: str
    count: int
    exposure: float  # years watched
    whole: float = 1.0  # how long it is in full, in years
    reported: bool = True  # False: nobody said anything of it, which is not the same as 0
    high: int | None = None  # the highest count that a source gives, where they differ

    def __post_init__(self) -> None:
        if self.count < 0 or (self.high is not None and self.high < self.count):
            raise UsageError(f"{self.label}: counts run from 0 up, not {self.count} to {self.high}")
        if not (math.isfinite(self.exposure) and 0 <= self.exposure <= self.whole * (1 + 1e-9)):
            raise UsageError(f"{self.label}: watched {self.exposure} of {self.whole} years")
        if self.count and not self.exposure:
            raise UsageError(f"{self.label}: incidents were reported while nobody watched")

    @property
    def most(self) -> int:
        return self.count if self.high is None else self.high


def periods(events: Events, as_of: float) -> tuple[Period, tuple[Period, ...]]:
    """Return the current year up to `as_of`, and the full years before it, the latest first.

    events  certain ones (see `impute.draws`); as_of in their unit

    Raises UsageError where `as_of` lies outside the window.
    """
    if not events.begin < as_of <= events.end:
        raise UsageError(
            f"the record is known from {events.begin:g} to {events.end:g}, which does not hold "
            f"{as_of:g}",
            hint="give --from, --to and --as-of so that the last lies between the others",
        )
    edges = year_edges(events, as_of)
    label, start, end = edges[0]
    stop = min(as_of, end)
    current = _period(events, label, max(start, events.begin), stop, end - start)
    before = tuple(_period(events, name, a, b, b - a) for name, a, b in edges[1:])
    return current, before


def year_edges(events: Events, as_of: float) -> list[tuple[str, float, float]]:
    """Return (label, begin, end) of the year of `as_of` and of each full year before it."""
    if not events.calendar:
        year = YEAR_DAYS / events.unit.days
        full = int((as_of - events.begin) / year + 1e-9)
        first = ("the last year", max(as_of - year, events.begin), as_of)
        return [
            first,
            *(
                (f"{k} to {k + 1} years ago", as_of - (k + 1) * year, as_of - k * year)
                for k in range(1, full)
            ),
        ]
    now = year_of(as_of, events.unit, end=True)
    out = [(str(now), _new_year(now, events.unit), _new_year(now + 1, events.unit))]
    year_no = now - 1
    while _new_year(year_no, events.unit) >= events.begin - 1e-9:
        edges = _new_year(year_no, events.unit), _new_year(year_no + 1, events.unit)
        out.append((str(year_no), *edges))
        year_no -= 1
    return out


def year_of(at: float, unit: Unit, *, end: bool = False) -> int:
    """Return the calendar year of a time; `end`: a time at New Year ends the year before."""
    if unit is Unit.YEAR:
        return math.ceil(at) - 1 if end else math.floor(at)
    day = math.ceil(at) - 1 if end else math.floor(at)
    return (EPOCH + timedelta(days=day)).year


def _new_year(year: int, unit: Unit) -> float:
    return float(year) if unit is Unit.YEAR else float((date(year, 1, 1) - EPOCH).days)


def _period(events: Events, label: str, begin: float, end: float, whole: float) -> Period:
    seen = np.count_nonzero((events.t >= begin) & (events.t < end))
    if end == events.end:
        seen += np.count_nonzero(events.t == end)
    # A calendar year counts 1; on a clock of its own a year of exposure is 365.25 days.
    year = whole if events.calendar else YEAR_DAYS / events.unit.days
    exposure = watched(begin, end, events.gaps) / year
    return Period(label, int(seen), min(exposure, whole / year), whole / year, exposure > 0)
