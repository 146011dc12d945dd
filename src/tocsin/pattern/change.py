"""Whether the rate of counts changed once, and after which bin: exact Bayes and most likely.

Counts in bins with exposures; the change comes after bin k, k uniform over 1..n-1; both rates are
Gamma(a, b) beforehand, so that a segment with S incidents in T has the marginal likelihood

    m(S, T) = b^a G(a + S) / (G(a) (b + T)^(a + S))

and BF10 = mean over k of m(S1, T1) m(S2, T2) / m(S, T); factors of the bins cancel.  The posterior
of k is exact, the rates are mixtures of gammas over it.  Raftery and Akman (Biometrika 73, 1986)
have the method and the coal-mining series.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.errors import UsageError
from tocsin.pattern.events import Floats
from tocsin.pattern.impute import pooled_odds
from tocsin.pattern.special import gamma_cdf
from tocsin.pattern.words import LEAST, NoClaim, too_few

LEVEL = 0.95
SHOWN = math.log(10)  # a Bayes factor that is called a change
DENIED = math.log(1 / 3)
SCALES = 4.0  # priors with a mean as many times the record's own rate, and one over it


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its equal-tailed interval."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One change of a rate, or none."""

    labels: tuple[str, ...]  # of the bins
    edges: Floats  # (n + 1,) of the bins, in the unit of the series
    counts: Floats  # (n,) the mean over the draws
    exposure: Floats  # (n,) years
    k: int  # most likely: the last bin before the change, from 1
    rates: tuple[float, float]  # most likely, before and after, a year
    two_log_lr: float
    log_bf: float  # ln of BF10, one change against none
    log_bf_span: tuple[float, float]  # the same with b at `other_rates`
    other_rates: tuple[float, float]  # years: the record's own exposure per incident, scaled
    posterior: Floats  # (n - 1,) of k = 1..n-1, if there was a change
    k_interval: tuple[int, int]
    before: Estimate  # of the rate a year, posterior
    after: Estimate
    level: float
    shape: float  # the prior's a and b
    rate: float
    draws: int

    @property
    def n(self) -> int:
        return round(float(self.counts.sum()))


def log_marginal(count: Floats, exposure: Floats, shape: float, rate: float) -> Floats:
    """Return ln m(S, T), elementwise; see the module."""
    log_gamma = np.array([math.lgamma(shape + s) for s in np.ravel(count)]).reshape(np.shape(count))
    front = shape * math.log(rate) - math.lgamma(shape)
    return np.asarray(front + log_gamma - (shape + count) * np.log(rate + exposure))


def change(
    counts: Sequence[Floats],
    exposure: Floats,
    *,
    edges: Floats | None = None,
    labels: Sequence[str] = (),
    shape: float = 1.0,
    rate: float = 1.0,
    level: float = LEVEL,
) -> Change | NoClaim:
    """Return the change of counts in bins.

    counts    one (n,) for each set of incidents that may be true; one where all is certain
    exposure  (n,) years watched in each bin, 0 where nobody looked
    shape, rate  the prior of both rates, Gamma(a, b) with b in years

    Raises UsageError for fewer than two bins, or incidents where nobody watched.
    """
    t = np.asarray(exposure, dtype=np.float64)
    ys = np.asarray(counts, dtype=np.float64).reshape(len(counts), -1)
    _check(ys, t, shape, rate)
    mean = ys.mean(axis=0)
    if ys.sum(axis=1).max() < LEAST:
        return too_few(int(ys.sum(axis=1).max()))
    if np.count_nonzero(t) < 2:
        return NoClaim(round(mean.sum()), "the record is one bin, and a change needs two")
    weights, log_bfs = zip(*(_posterior(y, t, shape, rate) for y in ys), strict=True)
    pooled = np.mean(weights, axis=0)
    own = shape * float(t.sum()) / float(mean.sum())  # b at which the prior's mean is the rate
    others = own / SCALES, own * SCALES
    spans = [pooled_odds([_posterior(y, t, shape, b)[1] for y in ys]) for b in others]
    k, rates, two_log_lr = most_likely(mean, t)
    before, after = (_rates(ys, weights, t, (shape, rate), level, side) for side in (0, 1))
    bounds = np.arange(len(t) + 1.0) if edges is None else np.asarray(edges, dtype=np.float64)
    return Change(
        labels=tuple(labels) or tuple(str(j + 1) for j in range(len(t))),
        edges=bounds,
        counts=mean,
        exposure=t,
        k=k,
        rates=rates,
        two_log_lr=two_log_lr,
        log_bf=pooled_odds(log_bfs),
        log_bf_span=(min(spans), max(spans)),
        other_rates=others,
        posterior=pooled,
        k_interval=ends(pooled, level),
        before=before,
        after=after,
        level=level,
        shape=shape,
        rate=rate,
        draws=len(ys),
    )


def most_likely(counts: Floats, exposure: Floats) -> tuple[int, tuple[float, float], float]:
    """Return k, the rates before and after it, and 2 ln of the likelihood ratio to one rate."""
    s, t = np.cumsum(counts), np.cumsum(exposure)
    s1, t1 = s[:-1], t[:-1]
    fits = _fit(s1, t1) + _fit(s[-1] - s1, t[-1] - t1) - _fit(s[-1:], t[-1:])
    fits[(t1 <= 0) | (t1 >= t[-1])] = -np.inf  # no time watched on one side
    k = int(np.argmax(fits))
    rates = float(s1[k] / t1[k]), float((s[-1] - s1[k]) / (t[-1] - t1[k]))
    return k + 1, rates, float(2 * fits[k])


def ends(posterior: Floats, level: float) -> tuple[int, int]:
    """Return the equal-tailed interval of k = 1.. : the quantiles of its distribution."""
    cdf, tail = np.cumsum(posterior), (1 - level) / 2
    low = int(np.searchsorted(cdf, tail * (1 + 1e-12)))
    high = int(np.searchsorted(cdf, (1 - tail) * (1 - 1e-12)))
    return low + 1, min(high, len(posterior) - 1) + 1


def mixture_quantile(p: float, weights: Floats, shapes: Floats, rates: Floats) -> float:
    """Return the quantile of a mixture of gammas, to eight digits: Newton's method, bracketed."""
    keep = weights > 1e-8 * weights.max()
    a, b = shapes[keep], rates[keep]
    w = weights[keep] / weights[keep].sum()
    parts = list(zip(w.tolist(), a.tolist(), b.tolist(), strict=True))
    front = np.log(w) + a * np.log(b) - np.array([math.lgamma(x) for x in a.tolist()])
    low, high, x = 0.0, math.inf, float((w * a / b).sum())
    for _ in range(200):
        over = math.fsum(share * gamma_cdf(x, shape, rate) for share, shape, rate in parts) - p
        low, high = (x, high) if over < 0 else (low, x)
        density = float(np.exp(front + (a - 1) * math.log(x) - b * x).sum())
        step = x - over / density if density > 0 else math.nan
        fresh = step if low < step < high else (2 * x if math.isinf(high) else (low + high) / 2)
        if abs(fresh - x) <= 1e-9 * x:
            return fresh
        x = fresh
    return x


def _posterior(counts: Floats, t: Floats, shape: float, rate: float) -> tuple[Floats, float]:
    s1, t1 = np.cumsum(counts)[:-1], np.cumsum(t)[:-1]
    s, total = counts.sum(), t.sum()
    logs = log_marginal(s1, t1, shape, rate) + log_marginal(s - s1, total - t1, shape, rate)
    logs -= log_marginal(np.array([s]), np.array([total]), shape, rate)
    top = logs.max()
    weights = np.exp(logs - top)
    return weights / weights.sum(), float(top + math.log(weights.mean()))


def _rates(
    ys: Floats,
    weights: Sequence[Floats],
    t: Floats,
    prior: tuple[float, float],
    level: float,
    side: int,
) -> Estimate:
    """Return the posterior of the rate before (side 0) or after (1), mixed over k and draws."""
    s1 = np.cumsum(ys, axis=1)[:, :-1]
    t1 = np.broadcast_to(np.cumsum(t)[:-1], s1.shape)
    s = s1 if side == 0 else ys.sum(axis=1, keepdims=True) - s1
    e = t1 if side == 0 else t.sum() - t1
    parts = np.concatenate(list(weights)), prior[0] + s.ravel(), prior[1] + e.ravel()
    tail = (1 - level) / 2
    low, median, high = (mixture_quantile(p, *parts) for p in (tail, 0.5, 1 - tail))
    return Estimate(low, median, high)


def _fit(s: Floats, t: Floats) -> Floats:
    """Return S ln(S / T), the kernel of a Poisson segment's greatest log-likelihood."""
    safe = np.where((s > 0) & (t > 0), s, 1.0) / np.where(t > 0, t, 1.0)
    return np.where(s > 0, s * np.log(safe), 0.0)


def _check(ys: Floats, t: Floats, shape: float, rate: float) -> None:
    if ys.shape[1] != len(t):
        raise UsageError(f"{ys.shape[1]} counts, but {len(t)} exposures")
    if not (shape > 0 and rate > 0):
        raise UsageError(f"the prior's shape and rate lie above 0, not at {shape} and {rate}")
    if not (np.isfinite(t).all() and (t >= 0).all() and np.isfinite(ys).all() and (ys >= 0).all()):
        raise UsageError("counts and exposures are finite and not below 0")
    blind = np.flatnonzero((t == 0) & (ys > 0).any(axis=0))
    if len(blind):
        raise UsageError(f"bin {blind[0] + 1} has incidents, but nobody watched in it")
