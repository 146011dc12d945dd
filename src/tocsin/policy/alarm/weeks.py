"""Campaigns, rings and fatigue week by week, as one exact chain: no simulation is needed.

Each week, in this order:

1. response recovers, R <- 1 - (1 - R) e^(-rho/52);
2. in noise a campaign begins with chance 1 - e^(-r_c/52), this week's count already its own;
3. the count X comes, S <- max(0, S + X - k); at S >= h the bell rings and S starts anew.
   A ring in noise is false, R <- (1 - phi) R.  A ring in a campaign ends it;
4. a campaign not rung by the end of its week D is over: missed.  S stays as it is.

S lives on the lattice of k, the age of a campaign on 1..D, and R enters through its moments
E[R; S] and E[R^2; S], which obey linear equations because each step is affine in R.  So every
stationary number is exact (a 65 x 65 system for the worked example), where a Monte Carlo run
of 1e8 policy-years would still carry its sampling error.  `simulate` draws the same weeks.

Against the closed forms of `objective`: false rings are not quite Poisson (the bell cannot ring
again before S has climbed), time in campaigns has no false rings, and R recovers meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.alarm.cusum import PoissonCusum, poisson_cusum
from tocsin.policy.alarm.given import Given
from tocsin.policy.alarm.lattice import Lattice
from tocsin.policy.alarm.terms import WEEKS_PER_YEAR, Terms
from tocsin.schema import Floats

MOST_VALUES = 3_000


@dataclass(frozen=True, slots=True)
class Stationary:
    """A year, long after the start.  R is read at the end of each week."""

    false_per_year: float
    rung_per_year: float  # campaigns that the bell caught
    missed_per_year: float
    delay_weeks: float  # of those caught, the alarm week counted
    mean_response: float  # E R over all weeks
    second_response: float  # E R^2
    response_at_ring: float  # E R when a true ring comes: what the ring finds

    @property
    def alarms_per_year(self) -> float:
        return self.false_per_year + self.rung_per_year


def chart_of(terms: Terms, h: Given) -> PoissonCusum:
    """Return the chart that these terms and a threshold make."""
    return poisson_cusum(terms.k, h, terms.head_start)


def stationary(terms: Terms, h: Given) -> Stationary:
    """Return the exact stationary numbers of a year under the CUSUM with threshold h."""
    chart = chart_of(terms, h)
    noise, campaign = chart.under(terms.quiet_rate), chart.under(terms.campaign_rate)
    if noise.size > MOST_VALUES:
        raise UsageError(
            f"h {float(chart.h):g} with k {chart.k} makes {noise.size} values of S",
            hint="give a k with a smaller denominator",
        )
    return _Week(terms, noise, campaign).stationary()


class _Week:
    """The maps of one week and of one campaign, on row vectors over S at the start of a week."""

    def __init__(self, terms: Terms, noise: Lattice, campaign: Lattice) -> None:
        self.terms = terms
        self.p, self.longest = terms.onset, terms.campaign_weeks
        self.g = exp(-terms.recovery_per_year / WEEKS_PER_YEAR)
        self.quiet, self.false = noise.advance(np.eye(noise.size)), noise.leave
        step = campaign.advance(np.eye(noise.size))
        # caught[a - 1]: chance, by S at the onset, of a ring in week a; there: still going on
        caught, there = [campaign.leave], [np.ones(noise.size)]
        for _ in range(self.longest - 1):
            caught.append(step @ caught[-1])
            there.append(step @ there[-1])
        self.caught, self.there = np.array(caught), np.array(there)
        self.past = np.linalg.matrix_power(step, self.longest)
        self.start = np.zeros(noise.size)
        self.start[noise.start] = 1.0
        self.age = np.arange(1, self.longest + 1)

    def map(self, n: int) -> Floats:
        """Return what a week or a campaign does to E[R^n; S] at the start of noise weeks."""
        left = (1 - self.terms.fatigue) ** n
        ring = np.outer(left * self.false, self.start)
        caught = (self.g ** (n * self.age)) @ self.caught
        campaign = np.outer(caught, self.start) + self.g ** (n * self.longest) * self.past
        return (1 - self.p) * self.g**n * (self.quiet + ring) + self.p * campaign

    def stationary(self) -> Stationary:
        size = len(self.start)
        system = np.eye(size) - self.map(0)
        system[:, 0] = 1.0  # the equations are one short; the mass of noise weeks is one
        x = _row_solve(system, np.eye(size)[0])
        y1 = _row_solve(np.eye(size) - self.map(1), self._gain(x, None))
        y2 = _row_solve(np.eye(size) - self.map(2), self._gain(x, y1))
        weeks = 1 - self.p + self.p * float((self.there @ x).sum())
        per_year = WEEKS_PER_YEAR / weeks
        caught = self.p * (self.caught @ x)
        rung = float(caught.sum())
        found = self.p * float(np.einsum("as,as->", self.caught, self._aged(x, y1)))
        return Stationary(
            false_per_year=(1 - self.p) * float(x @ self.false) * per_year,
            rung_per_year=rung * per_year,
            missed_per_year=self.p * float((x @ self.past).sum()) * per_year,
            delay_weeks=float(self.age @ caught) / rung,
            mean_response=self._mean(x, y1, None) / weeks,
            second_response=self._mean(x, y1, y2) / weeks,
            response_at_ring=found / rung,
        )

    def _gain(self, x: Floats, y1: Floats | None) -> Floats:
        """Return the part of the next moment that lower moments feed, one noise week to the next.

        After a weeks R = (1 - g^a) + g^a R0, so E R gains 1 - g^a from the mass and E R^2 gains
        (1 - g^a)^2 from the mass and 2 g^a (1 - g^a) from E R0.
        """
        n = 1 if y1 is None else 2
        left = (1 - self.terms.fatigue) ** n
        week = self._fed(x, y1, self.g)
        ring = left * (week @ self.false) * self.start
        out = (1 - self.p) * (week @ self.quiet + ring)
        fed = np.array([self._fed(x, y1, self.g**a) for a in self.age])
        rung = float(np.einsum("as,as->", self.caught, fed))
        return np.asarray(out + self.p * (rung * self.start + fed[-1] @ self.past))

    @staticmethod
    def _fed(x: Floats, y1: Floats | None, kept: float) -> Floats:
        if y1 is None:
            return (1 - kept) * x
        return (1 - kept) ** 2 * x + 2 * kept * (1 - kept) * y1

    def _aged(self, x: Floats, y1: Floats) -> Floats:
        """Return E[R after a weeks; S at the onset], (D, size)."""
        kept = self.g ** self.age[:, None]
        return np.asarray((1 - kept) * x + kept * y1)

    def _mean(self, x: Floats, y1: Floats, y2: Floats | None) -> float:
        """Return the sum over weeks of E R, or of E R^2, at the end of each."""
        n, lower, own = (1, None, y1) if y2 is None else (2, y1, y2)
        left = (1 - self.terms.fatigue) ** n
        week = self._fed(x, lower, self.g) + self.g**n * own
        quiet = (1 - self.p) * float(week @ (1 - (1 - left) * self.false))
        aged = [self._fed(x, lower, self.g**a) + self.g ** (n * a) * own for a in self.age]
        return quiet + self.p * float(np.einsum("as,as->", self.there, np.array(aged)))


def _row_solve(a: Floats, b: Floats) -> Floats:
    """Return the row x with x a = b."""
    return np.asarray(np.linalg.solve(a.T, b), dtype=np.float64)
