"""When the rate changed, from the times of the incidents: the exact posterior without bins.

As `change`, with the change at any watched time, uniform over it: between two incidents the
marginal likelihood m(S1, T1) m(S2, T2) is a smooth function of time, integrated there by Gauss
and Legendre's rule.  The prior of both rates is Gamma(a, b); where b is not given it is the
exposure per incident, so that a = 1 expects the overall rate and the answer has no unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.pattern.change import Estimate, mixture_quantile
from tocsin.pattern.events import YEAR_DAYS, Events, Floats, barred
from tocsin.pattern.impute import pooled_odds
from tocsin.pattern.watch import at_clock, clock
from tocsin.pattern.words import NoClaim

LEVEL = 0.95
CELLS = 400  # of the posterior, as it is shown and mixed
_NODES, _WEIGHTS = (np.asarray(x) for x in np.polynomial.legendre.leggauss(4))


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One change of a rate at some time, or none."""

    events: Events  # one draw, to show
    log_bf: float  # ln of BF10, one change against none
    at: Estimate  # the time of the change, in the unit of the series
    edges: Floats  # (CELLS + 1,) of cells of watched time, in the unit of the series
    posterior: Floats  # (CELLS,) chance of a change in each cell, if there was one
    before: Estimate  # rate a year
    after: Estimate
    level: float
    shape: float
    rate: float  # years
    draws: int


def turn(
    drawn: Sequence[Events],
    *,
    shape: float = 1.0,
    rate: float | None = None,
    level: float = LEVEL,
) -> Turn | NoClaim:
    """Return when the rate changed, pooled over draws of what may be true.

    rate  b of the prior in years; None for the exposure per incident
    """
    nothing = barred(drawn)
    if nothing is not None:
        return nothing
    first = drawn[0]
    years = YEAR_DAYS / first.unit.days
    total = first.exposure / years
    mean = sum(len(d) for d in drawn) / len(drawn)
    b = total / mean if rate is None else rate
    grid = np.linspace(0.0, total, CELLS + 1)
    cells, log_bfs, parts = np.zeros(CELLS), [], []
    for draw in drawn:
        u, w, s1, log_bf = posterior(clock(draw, draw.t) / years, total, shape, b, grid)
        cells += np.histogram(u, grid, weights=w)[0] / len(drawn)
        log_bfs.append(log_bf)
        parts.append((u, w, s1, np.full(len(u), float(len(draw)))))
    u, w, s1, n = (np.concatenate(column) for column in zip(*parts, strict=True))
    before = _rates(u, w, shape + s1, b + u, level)
    after = _rates(u, w, shape + n - s1, b + total - u, level)
    order = np.argsort(u)
    cdf = np.cumsum(w[order]) / w.sum()
    tail = (1 - level) / 2
    low, median, high = np.interp([tail, 0.5, 1 - tail], cdf, u[order])
    times = at_clock(first, np.array([low, median, high]) * years)
    return Turn(
        events=first,
        log_bf=pooled_odds(log_bfs),
        at=Estimate(*times.tolist()),
        edges=at_clock(first, grid * years),
        posterior=cells,
        before=before,
        after=after,
        level=level,
        shape=shape,
        rate=b,
        draws=len(drawn),
    )


def posterior(
    u: Floats, total: float, shape: float, rate: float, grid: Floats
) -> tuple[Floats, Floats, Floats, float]:
    """Return nodes of time, their weights (sum 1), the incidents before each, and ln BF10.

    u     (N,) times on the clock of watched time, sorted, 0 to `total`
    grid  edges of cells in which the posterior is to be shown
    """
    n = len(u)
    # Cut at the grid as well, so that each cell of it holds nodes of its own.
    edges = np.unique(np.concatenate([[0.0], u, grid, [total]]))
    half = np.diff(edges) / 2
    nodes = (edges[:-1] + half)[:, None] + half[:, None] * _NODES
    count = np.searchsorted(u, edges[:-1] + half)
    s1: Floats = np.broadcast_to(count[:, None].astype(np.float64), nodes.shape)
    gammas = np.array([math.lgamma(shape + k) for k in range(n + 1)])
    logs = (gammas + gammas[::-1])[count, None] + 2 * (shape * math.log(rate) - math.lgamma(shape))
    logs = logs - (shape + s1) * np.log(rate + nodes)
    logs = logs - (shape + n - s1) * np.log(rate + total - nodes)
    alone = shape * math.log(rate) - math.lgamma(shape) + gammas[n]
    logs -= alone - (shape + n) * math.log(rate + total)
    top = logs.max()
    weights = np.exp(logs - top) * half[:, None] * _WEIGHTS
    mass = weights.sum()
    flat = (nodes.ravel(), weights.ravel() / mass, np.asarray(s1.ravel()))
    return (*flat, float(top + math.log(mass / total)))


def _rates(u: Floats, w: Floats, shapes: Floats, rates: Floats, level: float) -> Estimate:
    """Return a rate's posterior; nodes are merged into cells of about equal chance before."""
    order = np.argsort(u)
    w, shapes, rates = w[order], shapes[order], rates[order]
    cdf = np.cumsum(w) / w.sum()
    cell = np.minimum((cdf * 150).astype(np.int64), 149)
    mass = np.bincount(cell, w).astype(np.float64)
    some = mass > 0
    a = np.bincount(cell, w * shapes)[some] / mass[some]
    b = np.bincount(cell, w * rates)[some] / mass[some]
    tail = (1 - level) / 2
    low, median, high = (mixture_quantile(p, mass[some], a, b) for p in (tail, 0.5, 1 - tail))
    return Estimate(low, median, high)
