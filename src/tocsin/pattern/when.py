"""A time of the series as people read it: a date, a year, or days of the file's own clock."""

from __future__ import annotations

import math
from datetime import timedelta

from tocsin.pattern.events import Unit
from tocsin.pattern.figures.scale import Scale, days, linear, years
from tocsin.pattern.periods import EPOCH
from tocsin.pattern.words import value


def said(at: float, unit: Unit, calendar: bool) -> str:
    """Return "2025-09-19", "1891.3" or "day 272.7"."""
    if unit is Unit.YEAR:
        return f"{at:.1f}"
    if calendar:
        return (EPOCH + timedelta(days=math.floor(at))).isoformat()
    return f"day {at:.1f}" if abs(at) < 1e5 else f"day {value(at)}"


def axis(unit: Unit, calendar: bool) -> str:
    """Return what stands under an axis of such times."""
    if unit is Unit.YEAR:
        return "time (calendar years)" if calendar else "time (years)"
    return "date (UTC)" if calendar else "time (days)"


def scale(lo: float, hi: float, unit: Unit, calendar: bool) -> Scale:
    """Return the axis from lo to hi of such times."""
    if unit is Unit.YEAR:
        return years(lo, hi)
    return days(lo, hi) if calendar else linear(lo, hi, tight=True)
