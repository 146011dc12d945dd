"""How little a change in reporting undoes a finding, and how many incidents nobody reported.

Tipping point.  If a share f times as large of what happens is reported now as before, the current
count is Binomial(y0 + y1, f e1 / (f e1 + e0)) under equal rates.  The smallest f whose one-sided p
exceeds .05 is an exact limit of the ratio of two Poisson rates (Clopper and Pearson 1934, through
the beta quantile), and so is its Gamma-Poisson companion, the f at which the posterior chance of a
higher rate falls to .95.  No data of the register can tell f from a true change.

Capture and recapture.  From two lists of n1 and n2 incidents with m in both, Chapman (1951):

    N = (n1 + 1)(n2 + 1)/(m + 1) - 1 = n1 + n2 - m + phi (n1 - m)(n2 - m)/(m + 1),  phi = 1

with phi the odds ratio by which being on one list goes with being on the other.  Two lists cannot
tell phi, and press lists copy each other (phi > 1): then N is higher than Chapman's, and the answer
is the range over phi.  Var N by Seber (1970) for phi = 1; the interval is lognormal in the number
unseen (Rexstad and Burnham 1991), so that it never falls below what was seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tocsin.errors import UsageError
from tocsin.pattern.rate import binomial_p, ratio
from tocsin.pattern.special import beta_quantile
from tocsin.pattern.words import LEAST, NO_CLAIM, NoClaim, chance, percent, too_few, value

ALPHA = 0.05
_Z90 = 1.6448536269514722  # normal quantile of .95: a 90 % interval


@dataclass(frozen=True, slots=True)
class Tipping:
    """The change of reporting that removes a finding; factors are now over before."""

    y0: int
    e0: float  # years
    y1: int
    e1: float
    more: bool  # the finding would be an increase, else a decrease
    p: float  # one-sided, with equal reporting
    factor: float | None  # None: there is no finding to remove
    factor_bayes: float | None  # by the Gamma-Poisson posterior
    unreported: int | None  # incidents missed in the poorer period that remove it as well

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(_tipping_words(self))

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": "no finding" if self.factor is None else "finding hangs on reporting",
            "y0": self.y0,
            "e0": self.e0,
            "y1": self.y1,
            "e1": self.e1,
            "direction": "more" if self.more else "less",
            "p": self.p,
            "factor": self.factor,
            "factor_bayes": self.factor_bayes,
            "unreported": self.unreported,
            "words": list(self.words),
        }


@dataclass(frozen=True, slots=True)
class Total:
    """How many there were, for one odds ratio."""

    odds: float
    n: float
    lo: float  # 90 %
    hi: float


@dataclass(frozen=True, slots=True)
class Recaptured:
    """How many incidents there were in all, by two lists, over a range of dependence."""

    n1: int
    n2: int
    both: int
    totals: tuple[Total, ...]  # by odds ratio, rising; phi = 1 among them

    @property
    def seen(self) -> int:
        return self.n1 + self.n2 - self.both

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(_recapture_words(self))

    def as_json(self) -> dict[str, Any]:
        chapman = next(one for one in self.totals if one.odds == 1.0)
        return {
            "verdict": "range" if 0 < self.both < min(self.n1, self.n2) else "cannot tell",
            "n1": self.n1,
            "n2": self.n2,
            "both": self.both,
            "seen": self.seen,
            "chapman": chapman.n,
            "totals": [
                {"odds_ratio": one.odds, "n": one.n, "lo": one.lo, "hi": one.hi}
                for one in self.totals
            ],
            "lo": min(one.lo for one in self.totals),
            "hi": max(one.hi for one in self.totals),
            "words": list(self.words),
        }


def tipping(y0: int, e0: float, y1: int, e1: float, *, alpha: float = ALPHA) -> Tipping | NoClaim:
    """Return the smallest change in reporting that removes a change from y0/e0 to y1/e1.

    e0, e1  exposures in years, above 0
    """
    if not 0 < alpha < 1:
        raise UsageError(f"a level lies between 0 and 1, not at {alpha}")
    equal = binomial_p(y0, e0, y1, e1)  # refuses negative counts and exposures
    if y0 + y1 < LEAST:
        return too_few(y0 + y1)
    more = y1 * e0 >= y0 * e1
    # A decrease is an increase read backwards.
    a, ea, b, eb = (y0, e0, y1, e1) if more else (y1, e1, y0, e0)
    p = equal if more else binomial_p(a, ea, b, eb)
    if p > alpha:
        return Tipping(y0, e0, y1, e1, more, p, None, None, None)
    share = beta_quantile(alpha, b, a + 1)
    factor = share / (1 - share) * ea / eb
    bayes = ratio(a, ea, b, eb, alpha)
    missed = 1
    while binomial_p(a + missed, ea, b, eb) <= alpha:
        missed += 1
    turned = (factor, bayes) if more else (1 / factor, 1 / bayes)
    held = bayes > 1  # the posterior may not call it a finding at this level
    return Tipping(y0, e0, y1, e1, more, p, turned[0], turned[1] if held else None, missed)


def recapture(
    n1: int, n2: int, both: int, *, odds: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0)
) -> Recaptured | NoClaim:
    """Return the number in all for each odds ratio of being on both lists; 1 is always among them.

    Raises UsageError where the counts contradict each other.
    """
    if min(n1, n2, both) < 0 or both > min(n1, n2):
        raise UsageError(
            f"{both} cannot be on both of two lists of {n1} and {n2}",
            hint="the overlap is at most the shorter list",
        )
    if any(not (math.isfinite(phi) and phi > 0) for phi in odds):
        raise UsageError("an odds ratio lies above 0; 1 is independence")
    if n1 + n2 - both < LEAST:
        return too_few(n1 + n2 - both)
    totals = [_total(n1, n2, both, phi) for phi in sorted({1.0, *odds})]
    return Recaptured(n1, n2, both, tuple(totals))


def chapman(n1: int, n2: int, both: int) -> tuple[float, float]:
    """Return Chapman's estimate of N and its variance (Seber 1970)."""
    n = (n1 + 1) * (n2 + 1) / (both + 1) - 1
    spare = (n1 + 1) * (n2 + 1) * (n1 - both) * (n2 - both)
    return n, spare / ((both + 1) ** 2 * (both + 2))


def _total(n1: int, n2: int, both: int, phi: float) -> Total:
    seen = n1 + n2 - both
    n, variance = chapman(n1, n2, both)
    unseen, sd = phi * (n - seen), phi * math.sqrt(variance)
    if unseen <= 0:
        return Total(phi, float(seen), float(seen), float(seen))
    spread = math.exp(_Z90 * math.sqrt(math.log1p((sd / unseen) ** 2)))
    return Total(phi, seen + unseen, seen + unseen / spread, seen + unseen * spread)


def _tipping_words(one: Tipping) -> Iterator[str]:
    change = "an increase" if one.more else "a decrease"
    yield (
        f"{one.y0} in {value(one.e0)} years before, {one.y1} in {value(one.e1)} now: if reporting "
        f"did not change, p for {change} is {chance(one.p)}."
    )
    if one.factor is None:
        yield "There is no finding that a change in reporting could remove."
        return
    if one.more:
        yield (
            f"It is gone if {value(one.factor)} times as large a share is reported now as before, "
            f"that is if at most {percent(1 / one.factor)} was reported before of what is now."
        )
    else:
        yield (
            f"It is gone if the share reported fell to {percent(one.factor)} of what it was before."
        )
    if one.factor_bayes is None:
        yield "By the Gamma-Poisson posterior there is no finding at this level to begin with."
    else:
        yield f"By the Gamma-Poisson posterior the factor is {value(one.factor_bayes)}."
    period = "before" if one.more else "now"
    plural = "incident" if one.unreported == 1 else "incidents"
    yield f"{one.unreported} unreported {plural} {period} would do the same."
    yield "The register cannot tell a change in reporting from a change in what happens."


def _recapture_words(one: Recaptured) -> Iterator[str]:
    yield (
        "Two lists cannot show whether they depend on each other; press lists copy each other, so "
        "the true number is likelier above Chapman's than below."
    )
    if not one.both:
        yield (
            f"{one.seen} incidents on two lists, none on both: {NO_CLAIM} on how many there were; "
            "at least those seen."
        )
        return
    if one.both == min(one.n1, one.n2):
        yield (
            f"One list lies wholly in the other: {one.seen} were seen. That is what copying "
            "looks like, and no sign of completeness: how many there were cannot be told."
        )
        return
    for total in one.totals:
        yield (
            f"odds ratio {total.odds:g}: {total.n:.1f} in all (90 %: {total.lo:.1f} to "
            f"{total.hi:.1f}), {one.seen} seen"
        )
