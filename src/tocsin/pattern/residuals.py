"""Does the self-exciting model fit: time rescaling, with a bootstrap that estimates anew.

Under the right model the rate integrated between incidents of a state is exponential with mean 1
(Ogata, J. Amer. Statist. Assoc. 83, 1988; Brown et al., Neural Comput. 14, 2002).  With parameters
estimated from the same incidents the tables of Kolmogorov and Smirnov do not hold, so p comes from
incidents simulated by the estimate, each estimated again.  The same simulations tell how strong a
period self-excitation alone can feign.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tocsin.pattern import grid
from tocsin.pattern.branching import simulate
from tocsin.pattern.events import Events, Floats
from tocsin.pattern.periodic import stated, strength
from tocsin.pattern.streams import Streams, excited

REPLICATES = 199
#: Where the band of residuals is known: finer at the end, where the longest gaps stand out.
PROBS = np.concatenate([np.arange(1, 40) / 40, [0.98, 0.985, 0.99, 0.995]])
_COARSE = (8, 12, 3)


@dataclass(frozen=True, slots=True)
class Model:
    """Point estimates of a self-exciting process, per unit of time."""

    mu: tuple[float, ...]  # by state
    n: float
    share: float  # of n across states
    beta: float


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """How well the model fits."""

    model: Model
    residuals: Floats  # (N,) sorted, exponential with mean 1 if the model is right
    distance: float  # Kolmogorov and Smirnov's
    p: float  # by the bootstrap: small where the model does not fit
    band: tuple[Floats, Floats]  # 5 and 95 % of simulated residuals at PROBS
    p_period: float | None  # of the strongest stated period, were the model right
    replicates: int


def fitted(
    events: Events,
    data: Streams,
    beta: tuple[float, float],
    rng: np.random.Generator,
    *,
    replicates: int = REPLICATES,
    resolution: float = 0.0,
) -> Fitted:
    """Return the fit of certain incidents; fewer replicates are run where they are many."""
    model = estimate(data, beta)
    own = rescaled(data, model)
    distance = _distance(own)
    periods = stated(events, resolution)
    seen = float(strength(data.t, periods).max()) if periods else math.nan
    worse, period, bands = 0, 0, []
    most = int(min(replicates, max(39, 60_000 // len(data.t))))
    for _ in range(most):
        drawn = _simulated(data, model, rng)
        again = rescaled(drawn, estimate(drawn, beta))
        worse += _distance(again) >= distance
        bands.append(np.quantile(again, PROBS))
        if periods:
            period += bool(strength(drawn.t, periods).max() >= seen)
    low, high = np.quantile(np.array(bands), [0.05, 0.95], axis=0)
    p_period = (1 + period) / (1 + most) if periods else None
    p = (1 + worse) / (1 + most)
    return Fitted(model, np.sort(own), distance, p, (low, high), p_period, most)


def estimate(data: Streams, beta: tuple[float, float]) -> Model:
    """Return the posterior means on a coarse grid, and the rates that balance the counts."""
    size = _COARSE if data.count > 1 else (_COARSE[0], _COARSE[1], 1)
    post = grid.posterior(data, beta, size=size, refine=len(data.t) > 500)
    n, share, mean = post.mean()
    (came, every) = data.numbers, len(data.t)
    sums = excited(data, mean)
    seen = sums.offspring / max(every, 1)  # mean share of an incident's offspring that is seen
    across = n * share / max(data.count - 1, 1)
    born = (n * (1 - share) * came + across * (every - came)) * seen
    mu = np.maximum(came - born, 0.5) / data.exposure
    return Model(tuple(mu.tolist()), n, share, mean)


def rescaled(data: Streams, model: Model) -> Floats:
    """Return the integrated rate between incidents of each state, all states together, (N,)."""
    sums = excited(data, model.beta)
    own, across = model.n * (1 - model.share), model.n * model.share / max(data.count - 1, 1)
    lost = [_lost(data, model.beta, s) for s in range(data.count)] if data.gaps else None
    watched = _watched(data)
    before = np.arange(len(data.t))
    out = []
    for s in range(data.count):
        mine = np.flatnonzero(data.state == s)
        same = np.arange(len(mine))
        # What each earlier incident has given off so far: all of it less what is still to come.
        given = own * (same - sums.own[mine]) + across * (before[mine] - same - sums.cross[mine])
        if lost is not None:
            every = np.sum(lost, axis=0)
            given -= own * lost[s][mine] + across * (every - lost[s])[mine]
        out.append(np.diff(model.mu[s] * watched[mine] + given, prepend=0.0))
    return np.maximum(np.concatenate(out), 0.0)


def _watched(data: Streams) -> Floats:
    """Return the time watched up to each incident."""
    out = data.t - data.begin
    for a, b in data.gaps:
        out = out - np.clip(data.t - a, 0.0, b - a)
    return np.asarray(out)


def _lost(data: Streams, beta: float, state: int) -> Floats:
    """Return how much of the offspring of a state's incidents fell into gaps before each time."""
    mine = data.t[data.state == state]
    out = np.zeros(len(data.t))
    for a, b in data.gaps:
        earlier = mine[mine < a]
        amount = float((np.exp(-beta * (a - earlier)) - np.exp(-beta * (b - earlier))).sum())
        out[data.t >= b] += amount
    return out


def _simulated(data: Streams, model: Model, rng: np.random.Generator) -> Streams:
    """Return incidents of the model in the same window; what falls into gaps is not seen."""
    while True:
        t, where = simulate(
            rng,
            model.mu,
            model.n * (1 - model.share),
            model.beta,
            data.end - data.begin,
            n_cross=model.n * model.share / max(data.count - 1, 1),
        )
        t = t + data.begin
        seen = np.ones(len(t), dtype=bool)
        for a, b in data.gaps:
            seen &= ~((t > a) & (t < b))
        if np.count_nonzero(seen) >= 2:
            return replace(data, t=t[seen], state=where[seen])


def _distance(residuals: Floats) -> float:
    """Return Kolmogorov and Smirnov's distance from the exponential with mean 1."""
    u = -np.expm1(-np.sort(residuals))
    n = len(u)
    k = np.arange(n)
    return float(max((u - k / n).max(), ((k + 1) / n - u).max()))
