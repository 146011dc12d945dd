"""The charts as a caller names them: k, h and a head start, checked once, under any rate.

    S <- max(0, S + X - k),  alarm when S >= h,  S = head start at the beginning

The head start (fast initial response) of Lucas and Crosier is usually h/2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tocsin.errors import UsageError
from tocsin.policy.alarm import runlength
from tocsin.policy.alarm.dense import Dense
from tocsin.policy.alarm.given import Given, at_least_zero, fraction, number, on_lattice, positive
from tocsin.policy.alarm.lattice import Lattice, lattice
from tocsin.policy.alarm.normal import chart
from tocsin.policy.alarm.twosided import TwoSided, two_sided


@dataclass(frozen=True, slots=True)
class PoissonCusum:
    """A CUSUM of counts; `upper` listens for a rise, its opposite S + k - X for a fall."""

    k: Fraction
    h: Fraction
    head_start: Fraction = Fraction(0)
    upper: bool = True

    def under(self, rate: Given) -> Lattice:
        """Return the chain when counts are Poisson with this mean."""
        mean = positive("the rate", rate, "a rate of 0 never gives a count: say how rare it is")
        if mean > 1e6:
            raise UsageError(f"the rate {mean:g} is above a million a week", hint="change the unit")
        return lattice(mean, self.k, self.h, self.head_start, upper=self.upper)

    def arl(self, rate: Given) -> float:
        """Return the mean number of weeks to the alarm, that of the alarm included."""
        return runlength.mean(self.under(rate))


@dataclass(frozen=True, slots=True)
class NormalCusum:
    """A one-sided CUSUM of normal values, all in their standard deviation."""

    k: float
    h: float
    head_start: float = 0.0

    def under(self, mu: Given) -> Dense:
        """Return the chain when values are normal with this mean."""
        return chart(number("mu", mu), self.k, self.h, self.head_start)

    def arl(self, mu: Given) -> float:
        """Return the mean number of values to the alarm."""
        return runlength.mean(self.under(mu))

    def two_sided(self, mu: Given) -> TwoSided:
        """Return the mean run lengths of this chart together with its mirror image."""
        return two_sided(number("mu", mu), self.k, self.h, self.head_start)


@dataclass(frozen=True, slots=True)
class RunLength:
    """A run length in short; it is skew, so its spread says less than its quantiles."""

    mean: float
    sd: float
    q05: int
    q50: int
    q95: int


def poisson_cusum(k: Given, h: Given, head_start: Given = 0, *, upper: bool = True) -> PoissonCusum:
    """Return the chart; k and the head start must be fractions, h may be any number."""
    positive("k", k, "k lies between the quiet rate and the rate to be heard")
    positive("h", h, "at h = 0 every week rings")
    at_least_zero("the head start", head_start)
    made = PoissonCusum(
        on_lattice("k", k), fraction("h", h), on_lattice("the head start", head_start), upper
    )
    _below(made.head_start, made.h)
    return made


def normal_cusum(k: Given, h: Given, head_start: Given = 0) -> NormalCusum:
    """Return the chart; k, h and the head start in standard deviations."""
    positive("h", h, "at h = 0 every value above k rings")
    made = NormalCusum(number("k", k), number("h", h), at_least_zero("the head start", head_start))
    _below(made.head_start, made.h)
    return made


def run_length(chain: runlength.Chain) -> RunLength:
    """Return mean, spread and quantiles of a run length."""
    mean, sd = runlength.spread(chain)
    law = runlength.law(chain)
    low, middle, high = (law.quantile(p) for p in (0.05, 0.5, 0.95))
    return RunLength(mean, sd, low, middle, high)


def _below(head_start: Fraction | float, h: Fraction | float) -> None:
    if head_start >= h:
        raise UsageError(
            f"the head start {float(head_start):g} is not below h {float(h):g}: "
            "the bell would ring before the first count",
            hint="h/2 is usual",
        )
