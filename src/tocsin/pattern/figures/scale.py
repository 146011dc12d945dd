"""What runs along an axis: its range, where its ticks stand, and what they say.

Ticks stand at 1, 2 or 5 times a power of ten, at decades of a logarithmic axis, and at calendar
boundaries of an axis of days since 1970-01-01 (UTC).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of values and its ticks as (value, label)."""

    lo: float
    hi: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lo) and math.isfinite(self.hi) and self.lo < self.hi):
            raise ValueError(
                f"an axis runs from a lower to a higher number, not {self.lo}..{self.hi}"
            )
        if self.log and self.lo <= 0:
            raise ValueError(f"a logarithmic axis begins above 0, not at {self.lo}")

    def share(self, value: float) -> float:
        """Return where a value stands between the ends, 0 to 1, cut off a little beyond them."""
        if self.log:
            if value <= 0:
                return -0.05
            share = math.log(value / self.lo) / math.log(self.hi / self.lo)
        else:
            share = (value - self.lo) / (self.hi - self.lo)
        return min(max(share, -0.05), 1.05)


def linear(lo: float, hi: float, *, most: int = 7, tight: bool = False) -> Scale:
    """Return a linear scale that holds lo..hi and ends on ticks, or exactly there if `tight`."""
    if not hi > lo:
        lo, hi = lo - 0.5, hi + 0.5
    step = nice((hi - lo) / max(most - 1, 1))
    first = math.ceil(lo / step - 1e-9) if tight else math.floor(lo / step + 1e-9)
    last = math.floor(hi / step + 1e-9) if tight else math.ceil(hi / step - 1e-9)
    ticks = tuple((k * step, number(k * step, step)) for k in range(first, last + 1))
    return Scale(lo, hi, ticks) if tight else Scale(first * step, last * step, ticks)


def years(lo: float, hi: float) -> Scale:
    """Return a scale of calendar years, exactly from lo to hi."""
    scale = linear(lo, hi, tight=True)
    return Scale(lo, hi, tuple((v, f"{v:.10g}") for v, _ in scale.ticks))


def counts(most_seen: float, *, most: int = 6) -> Scale:
    """Return a scale from 0 for counts, with whole numbers at its ticks."""
    top = max(1.0, most_seen)
    step = max(1.0, nice(top / max(most - 1, 1)))
    last = max(1, math.ceil(top / step - 1e-9))
    return Scale(
        0.0, last * step, tuple((k * step, number(k * step, step)) for k in range(last + 1))
    )


def logarithmic(lo: float, hi: float) -> Scale:
    """Return a logarithmic scale that holds lo..hi, with ticks at 1, 2, 5 or at decades."""
    if not 0 < lo <= hi:
        raise ValueError(f"a logarithmic axis needs 0 < lo <= hi, not {lo}..{hi}")
    lo, hi = (lo / 2, hi * 2) if lo == hi else (lo, hi)
    first, last = math.floor(math.log10(lo)), math.ceil(math.log10(hi))
    marks = (1.0,) if last - first > 3 else (1.0, 2.0, 5.0)
    at = [m * 10.0**k for k in range(first, last + 1) for m in marks]
    ticks = tuple((v, number(v, v)) for v in at if lo * 0.999 <= v <= hi * 1.001)
    return Scale(lo, hi, ticks, log=True)


def days(lo: float, hi: float, *, most: int = 7) -> Scale:
    """Return a scale of days since 1970-01-01 whose ticks are days, months or years."""
    if not hi > lo:
        lo, hi = lo - 1.0, hi + 1.0
    span = hi - lo
    if span / 365.25 >= most - 1:
        step = max(1, int(nice(span / 365.25 / (most - 1))))
        return Scale(lo, hi, tuple((d, text) for d, text in _years(lo, hi, step)))
    months = next((m for m in (1, 2, 3, 6, 12) if span / 30.44 / m <= most), 12)
    if span >= 45:
        return Scale(lo, hi, tuple(_months(lo, hi, months)))
    step = next((s for s in (1, 2, 5, 7, 14) if span / s <= most), 14)
    first = math.ceil(lo / step) * step
    at = [float(first + k * step) for k in range(int((hi - first) / step) + 1)]
    return Scale(lo, hi, tuple((d, (EPOCH + timedelta(days=d)).strftime("%d %b %Y")) for d in at))


def number(value: float, step: float) -> str:
    """Return a tick's text: as many decimals as its step needs, a true minus sign."""
    places = max(0, -math.floor(math.log10(abs(step)) + 1e-9)) if step else 0
    if places > 5 or abs(value) >= 1e7:
        return f"{value:.3g}".replace("-", MINUS)
    return f"{value + 0.0:,.{places}f}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(
        "-", MINUS
    )


def nice(step: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= step * (1 - 1e-9))


def _years(lo: float, hi: float, step: int) -> list[tuple[float, str]]:
    first = (EPOCH + timedelta(days=math.floor(lo))).year
    last = (EPOCH + timedelta(days=math.ceil(hi))).year
    at = [
        (float((date(y, 1, 1) - EPOCH).days), str(y))
        for y in range(first, last + 1)
        if y % step == 0
    ]
    return [(d, text) for d, text in at if lo <= d <= hi]


def _months(lo: float, hi: float, step: int) -> list[tuple[float, str]]:
    at = EPOCH + timedelta(days=math.floor(lo))
    year, month, ticks = at.year, at.month, []
    while (day := float((date(year, month, 1) - EPOCH).days)) <= hi:
        if day >= lo and (month - 1) % step == 0:
            ticks.append((day, date(year, month, 1).strftime("%b %Y" if step < 12 else "%Y")))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return ticks
