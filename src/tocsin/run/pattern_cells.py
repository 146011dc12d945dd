"""What one cell says: a time as an interval, a weight, the edge of a window."""

from __future__ import annotations

import math
from calendar import isleap
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tocsin.errors import IncidentError, UsageError
from tocsin.pattern.events import Unit
from tocsin.pattern.periods import EPOCH
from tocsin.schema import Moment

DAY_NS = 86_400 * 10**9
_SHARP_DAYS = 2 / 1440  # known to the minute or finer: a point for every purpose here
_FARTHEST = {Unit.DAY: 10_000_000.0, Unit.YEAR: 10_000.0}  # seconds taken for days lie beyond


@dataclass(frozen=True, slots=True)
class Span:
    """A time as written: [low, high) in the unit; dated if it came from a calendar."""

    low: float
    high: float
    dated: bool
    whole: bool = False  # a whole number, which may be known to its unit, or be exact


class Bad(Exception):
    """One value of one row that cannot be used."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason, self.detail = reason, detail


def text_of(value: Any) -> str:
    return "" if value is None else str(value).strip()


def span_of(value: Any, unit: Unit) -> Span:
    """Return the interval that a cell means."""
    if isinstance(value, datetime) and value.tzinfo is None:
        raise Bad("naive-time", f"{value} has no zone; store times in UTC")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return numbered(float(value), isinstance(value, int), unit)
    text = value.isoformat() if isinstance(value, date) else text_of(value)
    if not text:
        raise Bad("no-time", "the time is empty; an undated incident has no place in time")
    try:
        return numbered(float(text), text.lstrip("+-").isdigit(), unit)
    except ValueError:
        pass
    try:
        return dated_span(Moment.of(text), unit)
    except IncidentError as error:
        reason = "naive-time" if "zone" in error.problem else "bad-time"
        raise Bad(reason, f"{error.problem}; {error.hint}") from None


def numbered(value: float, whole: bool, unit: Unit) -> Span:
    if not math.isfinite(value):
        raise Bad("bad-time", f"{value} is no time; give a finite number or a date")
    if abs(value) > _FARTHEST[unit]:
        most = f"{_FARTHEST[unit]:,.0f}"
        raise Bad("bad-time", f"{value:g} is beyond {most} {unit.value}s; are these seconds?")
    return Span(value, value + 1 if whole else value, dated=False, whole=whole)


def dated_span(moment: Moment, unit: Unit) -> Span:
    if moment.earliest_ns is None or moment.latest_ns is None:
        raise Bad("open-time", f'"{moment}" has no begin or no end; give both as A/B')
    low, high = moment.earliest_ns / DAY_NS, moment.latest_ns / DAY_NS
    if high - low < _SHARP_DAYS:
        high = low
    if unit is Unit.YEAR:
        low, high = (_year(day) for day in (low, high))
    return Span(low, high, dated=True)


def _year(day: float) -> float:
    """Return a day since 1970 as a calendar year with its fraction."""
    at = date.fromordinal(EPOCH.toordinal() + math.floor(day))
    first = date(at.year, 1, 1).toordinal() - EPOCH.toordinal()
    return at.year + (day - first) / (366 if isleap(at.year) else 365)


def weight_of(value: Any) -> float:
    text = text_of(value)
    try:
        weight = float(text) if text else 1.0
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= 1:
        raise Bad("bad-weight", f'"{text}" is no chance; give 0 to 1')
    return weight


def edge_of(
    text: str | None, unit: Unit, option: str, dated: bool, *, late: bool = False
) -> float | None:
    if text is None:
        return None
    try:
        span = span_of(text, unit) if not dated else dated_span(Moment.of(text), unit)
    except Bad as bad:
        raise UsageError(f'{option} "{text}": {bad.detail}') from None
    except IncidentError as error:
        raise UsageError(f"{option}: {error.problem}", hint=error.hint) from None
    if span.dated and not dated and unit is Unit.DAY:
        raise UsageError(
            f"{option} is a date, but the times are numbers", hint="give a number of days"
        )
    # A whole number is that very time; a date ends with its day.
    return span.high if late and span.dated else span.low


def gap_of(
    text: str, unit: Unit, dated: bool, begin: float, end: float
) -> tuple[float, float] | None:
    """Return the part of a gap A/B that lies in the window, None where there is none."""
    first, slash, last = text.partition("/")
    low = edge_of(first, unit, "--gap", dated)
    high = edge_of(last if slash else first, unit, "--gap", dated, late=True)
    if low is None or high is None or not low < high:
        raise UsageError(f'--gap "{text}" is empty', hint="write A/B with A before B")
    low, high = max(low, begin), min(high, end)
    return (low, high) if low < high else None
