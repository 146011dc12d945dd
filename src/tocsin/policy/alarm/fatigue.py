"""Fatigue as a state: R in [0, 1], the strength of the response that a ring still finds.

Between rings R recovers, dR = rho (1 - R) dt; a false ring leaves (1 - phi) R.  With false rings
a Poisson stream of nu a year, f = R^n in the generator gives

    E R^n = n rho E R^(n-1) / (n rho + nu (1 - (1 - phi)^n)),

so E R = rho / (rho + nu phi) and E R^2 = 2 rho E R / (2 rho + nu (2 phi - phi^2)); the mean moves
towards its limit at rate rho + nu phi.  Per year throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, sqrt

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.alarm.given import Given, at_least_zero, positive, share
from tocsin.schema import Floats


@dataclass(frozen=True, slots=True)
class Fatigue:
    """How fast response recovers and what a false ring takes from it."""

    recovery_per_year: float  # rho
    loss: float  # phi, the share that one false ring takes
    false_per_year: float  # nu

    def moment(self, n: int) -> float:
        """Return E R^n, long after the start."""
        out = 1.0
        for j in range(1, n + 1):
            lost = self.false_per_year * (1 - (1 - self.loss) ** j)
            out *= j * self.recovery_per_year / (j * self.recovery_per_year + lost)
        return out

    @property
    def mean(self) -> float:
        return self.moment(1)

    @property
    def sd(self) -> float:
        return sqrt(max(0.0, self.moment(2) - self.mean**2))

    def mean_at(self, years: float, start: float = 1.0) -> float:
        """Return E R after some years, from a known strength."""
        rate = self.recovery_per_year + self.false_per_year * self.loss
        return float(self.mean + (start - self.mean) * np.exp(-rate * years))

    def second_at(self, years: float, start: float = 1.0) -> float:
        """Return E R^2 after some years.

        It is forced by the mean: m2' = 2 rho m1 - b m2, m1 as in `mean_at`.
        """
        rho, nu, phi = self.recovery_per_year, self.false_per_year, self.loss
        a, b = rho + nu * phi, 2 * rho + nu * (2 * phi - phi * phi)
        gap = start - self.mean
        # (e^{-a t} - e^{-b t}) / (b - a); b > a since b - a = rho + nu phi (1 - phi)
        forced = np.exp(-a * years) * -expm1(-(b - a) * years) / (b - a)
        settled = self.moment(2)
        kept = np.exp(-b * years)
        return float(settled + (start * start - settled) * kept + 2 * rho * gap * forced)


def fatigue(recovery_per_year: Given, loss: Given, false_per_year: Given) -> Fatigue:
    """Return the model; what has no meaning is refused."""
    return Fatigue(
        positive(
            "the recovery rate rho", recovery_per_year, "what never recovers wears to nothing"
        ),
        share("the fatigue phi", loss),
        at_least_zero("the rate of false rings", false_per_year),
    )


def path(
    t_years: Floats, false_years: Floats, recovery_per_year: float, loss: float, start: float = 1.0
) -> Floats:
    """Return R exactly at times (N,), from R = `start` at time 0.

    t_years      (N,)  from 0 up
    false_years  (M,)  times of false rings, increasing; at such a time R is that after the ring
    """
    if np.any(np.diff(false_years) < 0) or np.any(np.asarray(false_years) < 0):
        raise UsageError("times of false rings must increase from 0", hint="sort them")
    after = np.empty(len(false_years) + 1)
    after[0] = start
    before = 0.0
    for i, at in enumerate(false_years):
        after[i + 1] = (1 - loss) * _recovered(after[i], at - before, recovery_per_year)
        before = at
    since = np.concatenate([[0.0], false_years])
    last = np.searchsorted(false_years, t_years, side="right")
    return _recovered(after[last], t_years - since[last], recovery_per_year)


def _recovered(strength: Floats, years: Floats, rate: float) -> Floats:
    return np.asarray(1 - (1 - strength) * np.exp(-rate * years))
