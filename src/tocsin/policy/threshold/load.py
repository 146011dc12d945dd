"""How much earlier incidents weigh today: sum of s_i exp(-(t - t_i) / tau).

Nobody has measured tau.  The load is therefore given for 30, 90 and 365 days, and the factor made
of it spans all three.  A severity of 1 is an ordinary brief violation, answered by a summons.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, fsum, isfinite

from tocsin.errors import UsageError
from tocsin.policy.threshold.scale import HIGHEST

TAUS_D = (30.0, 90.0, 365.0)


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier incident: how long ago, in days, and how severe; each may be an interval."""

    id: str
    age_d: tuple[float, float]  # least and most; a month without a day is 30 wide
    severity: tuple[float, float]

    def __post_init__(self) -> None:
        for what, (low, high) in (("age", self.age_d), ("severity", self.severity)):
            if not (isfinite(low) and isfinite(high) and low <= high):
                raise UsageError(f"{self.id}: {what} [{low}, {high}] is no interval")
        if self.severity[0] < 0:
            raise UsageError(f"{self.id}: severity {self.severity[0]:g} is negative")


@dataclass(frozen=True, slots=True)
class Load:
    """The load for one tau, as an interval, and what it was made of."""

    tau_d: float
    low: float
    high: float
    counted: tuple[str, ...]
    later: tuple[str, ...]  # certainly after the moment asked about: not counted


def load(earlier: Iterable[Earlier], tau_d: float) -> Load:
    """Return the cumulative load; an incident of the same moment has its full severity.

    An incident that may lie before or after the moment counts nothing in the low end.
    """
    if not (isfinite(tau_d) and tau_d > 0):
        raise UsageError(f"tau = {tau_d} d is no time to fade", hint="give days above 0")
    items = list(earlier)
    past = [item for item in items if item.age_d[1] >= 0]
    low = [item.severity[0] * exp(-item.age_d[1] / tau_d) for item in past if item.age_d[0] >= 0]
    high = [item.severity[1] * exp(-max(item.age_d[0], 0.0) / tau_d) for item in past]
    later = tuple(item.id for item in items if item.age_d[1] < 0)
    return Load(tau_d, fsum(low), fsum(high), tuple(item.id for item in past), later)


def loads(earlier: Iterable[Earlier], taus_d: Sequence[float] = TAUS_D) -> tuple[Load, ...]:
    """Return the load for each tau."""
    items = list(earlier)
    return tuple(load(items, tau_d) for tau_d in taus_d)


def as_score(found: Sequence[Load]) -> tuple[float, float]:
    """Return the interval of the factor "cumulative": over every tau, cut at the scale's end."""
    low, high = min(each.low for each in found), max(each.high for each in found)
    return min(low, HIGHEST), min(high, HIGHEST)
