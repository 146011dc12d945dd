"""Is this year above the years before: exact tests, intervals, and how weak they are.

Under equal rates the current count, given the sum of both, is binomial with the current share of
the exposure (Przyborowski and Wilenski, Biometrika 31, 1940): p = P(Y1 >= y1 | y0 + y1), exact.
The ratio of the rates has a Gamma-Poisson posterior, a beta prime with shapes a + y1 and a + y0
(a = 1/2, Jeffreys).  Exposure runs to `as_of`.  Each window of years before is a baseline of its
own, for the answer hangs on the choice; `passage` tells what having looked because the k-th came
costs.  Several sets of counts (imputed draws, sources that differ) are pooled as a mixture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.errors import UsageError
from tocsin.pattern.passage import passage
from tocsin.pattern.periods import Period
from tocsin.pattern.special import (
    beta_cdf,
    beta_quantile,
    binomial_tail,
    gamma_quantile,
    garwood,
    solve,
)
from tocsin.pattern.words import LEAST, NoClaim, too_few

ALPHA = 0.05  # one-sided
POWER = 0.8
LEVEL = 0.9
SPANS = (1, 2, 3, 5, 10)  # full years before; the whole record is one more

Counts = tuple[int, int]  # y0 before, y1 now


@dataclass(frozen=True, slots=True)
class Baseline:
    """The current year against one window of years before; None where fewer than five carry it."""

    label: str
    y0: tuple[int, int]  # lowest and highest count before
    y1: tuple[int, int]
    e0: float  # years
    unreported: str  # "", "left out", "counted as quiet": years of which nobody said anything
    p: float | None  # one-sided, at the date of as_of
    p_range: tuple[float, float] | None  # over the draws or sources
    p_full_year: float | None  # had the same count taken the whole year
    p_looked: float | None  # corrected for looking at every date to the year's end
    p_looked_so_far: float | None  # to as_of
    ratio: tuple[float, float, float] | None  # of the rates: lower end, median, upper end
    p_higher: float | None  # posterior chance that the rate is higher now
    needed: int  # the least count in a whole year that is significant at ALPHA
    detectable: float  # the rate a year that would be found with chance POWER in a whole year


@dataclass(frozen=True, slots=True)
class Rate:
    """The current year, and each baseline; in words by `rate_words`."""

    current: Period
    count: tuple[int, int]
    rate: tuple[float, float, float]  # a year: lower end, estimate, upper end (Garwood)
    baselines: tuple[Baseline, ...]
    before: tuple[Period, ...]
    level: float
    draws: int


def binomial_p(y0: int, e0: float, y1: int, e1: float) -> float:
    """Return P(Y1 >= y1 | y0 + y1) under equal rates with exposures e0 and e1, exact."""
    if not (e0 > 0 and e1 > 0):
        raise UsageError(f"both exposures lie above 0, not at {e0} and {e1}")
    if y0 < 0 or y1 < 0:
        raise UsageError(f"counts run from 0 up, not {y0} and {y1}")
    return binomial_tail(y1, y0 + y1, e1 / (e0 + e1))


def needed(y0: int, e0: float, e1: float = 1.0, alpha: float = ALPHA) -> int:
    """Return the least y1 in e1 years that is significant at `alpha`, one-sided."""
    y1 = 1
    while binomial_p(y0, e0, y1, e1) > alpha:
        y1 += 1
    return y1


def detectable(
    y0: int, e0: float, e1: float = 1.0, *, power: float = POWER, alpha: float = ALPHA
) -> float:
    """Return the rate a year at which e1 years give a significant count with chance `power`."""
    return gamma_quantile(power, needed(y0, e0, e1, alpha)) / e1


def ratio(
    y0: int, e0: float, y1: int, e1: float, p: float, *, shape: float = 0.5, rate: float = 0.0
) -> float:
    """Return the p-quantile of rate1 / rate0, both Gamma(shape, rate) beforehand."""
    x = beta_quantile(p, shape + y1, shape + y0)
    return x / (1 - x) * (rate + e0) / (rate + e1) if x < 1 else math.inf


def ratio_cdf(
    r: float, y0: int, e0: float, y1: int, e1: float, *, shape: float = 0.5, rate: float = 0.0
) -> float:
    """Return the posterior chance that rate1 / rate0 is at most r."""
    scaled = r * (rate + e1) / (rate + e0)
    return beta_cdf(scaled / (1 + scaled), shape + y1, shape + y0)


def rate(
    draws: Sequence[tuple[Period, Sequence[Period]]],
    *,
    spans: Sequence[int] = SPANS,
    level: float = LEVEL,
) -> Rate | NoClaim:
    """Return the current year against each window of full years before it.

    draws  one (current year, years before, the latest first) for each set of counts that may be
           true: one where all is certain.  Labels and exposures are the same in all of them.
    """
    current, before = draws[0]
    if not before:
        return NoClaim(current.count, "there is no full year before to compare with")
    if not current.exposure > 0:
        return NoClaim(0, f"nobody watched in {current.label}")
    most = max(c.most + sum(b.most for b in bs) for c, bs in draws)
    if most < LEAST:
        return too_few(most)
    rows = []
    for span in sorted({min(s, len(before)) for s in (*spans, len(before))}):
        rows += _rows(draws, span, level)
    low = min(c.count for c, _ in draws)
    high = max(c.most for c, _ in draws)
    mean = sum((c.count + c.most) / 2 for c, _ in draws) / len(draws)
    ends = garwood(low, current.exposure, level)[0], garwood(high, current.exposure, level)[1]
    spread = (ends[0], mean / current.exposure, ends[1])
    return Rate(current, (low, high), spread, tuple(rows), tuple(before), level, len(draws))


def _rows(
    draws: Sequence[tuple[Period, Sequence[Period]]], span: int, level: float
) -> list[Baseline]:
    """Return the baseline of one span; two of them if years in it are unreported."""
    some = list(draws[0][1][:span])
    silent = [p for p in some if not p.reported]
    rows = []
    for unreported in ("left out", "counted as quiet") if silent else ("",):
        quiet = unreported == "counted as quiet"
        e0 = math.fsum(p.whole if quiet and not p.reported else p.exposure for p in some)
        if not e0 > 0:
            continue
        cells = [cell for c, bs in draws for cell in _readings(c, bs[:span])]
        rows.append(_baseline(_label(some), cells, e0, draws[0][0], unreported, level))
    return rows


def _readings(current: Period, before: Sequence[Period]) -> list[Counts]:
    """Return the counts by the lowest and by the highest reading of the sources."""
    low = sum(p.count for p in before)
    high = sum(p.most for p in before)
    return sorted({(y0, y1) for y0 in (low, high) for y1 in (current.count, current.most)})


def _baseline(
    label: str,
    cells: Sequence[Counts],
    e0: float,
    current: Period,
    unreported: str,
    level: float,
) -> Baseline:
    y0, y1 = ([c[k] for c in cells] for k in (0, 1))
    e1, whole = current.exposure, current.whole
    middle = sorted(y0)[len(y0) // 2]
    about = (
        label,
        (min(y0), max(y0)),
        (min(y1), max(y1)),
        e0,
        unreported,
    )
    limits = needed(middle, e0, whole), detectable(middle, e0, whole)
    if max(a + b for a, b in cells) < LEAST:
        return Baseline(*about, None, None, None, None, None, None, None, *limits)
    ps = [binomial_p(a, e0, b, e1) for a, b in cells]
    full = _mean([binomial_p(a, e0, b, whole) for a, b in cells])
    looked = _mean([passage(p, a, e0, whole) for p, (a, _) in zip(ps, cells, strict=True)])
    so_far = _mean([passage(p, a, e0, e1) for p, (a, _) in zip(ps, cells, strict=True)])
    tail = (1 - level) / 2
    low, mid, high = (_ratio(cells, e0, e1, q) for q in (tail, 0.5, 1 - tail))
    higher = 1 - _mean([ratio_cdf(1.0, a, e0, b, e1) for a, b in cells])
    spread = (min(ps), max(ps))
    return Baseline(
        *about, _mean(ps), spread, full, looked, so_far, (low, mid, high), higher, *limits
    )


def _ratio(cells: Sequence[Counts], e0: float, e1: float, q: float) -> float:
    """Return a quantile of the ratio over the mixture of what the counts may be."""
    if len(set(cells)) == 1:
        return ratio(cells[0][0], e0, cells[0][1], e1, q)
    ends = [math.log(max(ratio(a, e0, b, e1, q), 1e-12)) for a, b in set(cells)]

    def short(x: float) -> float:
        return _mean([ratio_cdf(math.exp(x), a, e0, b, e1) for a, b in cells]) - q

    return math.exp(solve(short, min(ends), max(ends)))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _label(some: Sequence[Period]) -> str:
    first, last = some[-1].label, some[0].label
    return last if first == last else f"{first} to {last}"
