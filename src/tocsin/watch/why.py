"""The sentences of alerts, in the units of the trade and no sharper than they are known."""

from __future__ import annotations

import math

from tocsin.schema.live import Interval
from tocsin.units import FL_M, FT_M, KT_MPS, NM_M

_DATUMS = {"msl": "AMSL", "hae": "above the ellipsoid", "agl": "AGL"}


def share(p: float | None) -> str:
    """Return a probability as people are told it; never 0 % and never 100 %."""
    if p is None or math.isnan(p):
        return "cannot be told"
    if p > 0.99:
        return ">99 %"
    if p < 0.01:
        return "<1 %"
    return f"{100 * p:.0f} %"


def cut(value: float, sigma: float) -> str:
    """Return a number with no digit below its sigma."""
    if not sigma > 0:
        return f"{value:g}"
    digits = -math.floor(math.log10(sigma))
    rounded = round(value, digits)
    return f"{rounded:.{max(digits, 0)}f}"


def distance(m: float, sigma_m: float) -> str:
    """Return a length in NM, cut to its sigma."""
    return f"{cut(abs(m) / NM_M, sigma_m / NM_M)} NM"


def height(h_m: float, datum: str, sigma_m: float) -> str:
    """Return a height: a flight level where it is measured from the standard pressure, else ft."""
    if datum == "pressure":
        return f"FL{max(round(h_m / FL_M), 0):03d}"
    feet = cut(h_m / FT_M, max(sigma_m / FT_M, 10.0))
    return f"{feet} ft {_DATUMS[datum]}"


def speed(mps: float) -> str:
    """Return a speed in kt."""
    return f"{round(mps / KT_MPS, -1):.0f} kt"


def span(s: float) -> str:
    """Return a time in s or min."""
    return f"{s:.0f} s" if s < 120 else f"{s / 60:.0f} min"


def eta(told: Interval) -> str:
    """Return when, with its interval."""
    if told.q95 < 120:
        return f"in {told.q50:.0f} s ({told.q05:.0f} to {told.q95:.0f} s)"
    return f"in {told.q50 / 60:.1f} min ({told.q05 / 60:.1f} to {told.q95 / 60:.1f} min)"
