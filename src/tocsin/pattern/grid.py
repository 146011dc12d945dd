"""The posterior of a self-exciting process with three numbers, on a grid, and its Bayes factor.

The rate of state s is mu_s + beta sum_j w_j exp(-beta (t - t_j)), w_j = n_s for incidents of the
same state and n_x for those of the S - 1 others.  Beforehand the branching ratio
n = n_s + (S - 1) n_x falls as 3 (1 - n)^2 over 0..1, its cross-state share is uniform (0 with one
stream), ln beta is uniform over the range of [1/60, 2] per day, and each mu_s is scale-free,
1 / mu_s, integrated out: by the trapezoid rule in sqrt(mu), in which a Poisson rate has about the
same spread everywhere, and by Laplace's method in the same variable for states of many incidents.
The Bayes factor is against n = 0 with the same prior of mu_s.  Where all the mass falls into a few
cells the grid is drawn again around them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tocsin.pattern.events import Floats
from tocsin.pattern.streams import Excited, Streams, excited

BETA_DAYS = (1 / 60, 2.0)  # per day
MANY = 300  # incidents of a state from which Laplace's method serves
_STEP = 0.45  # in sqrt(expected immigrants), whose posterior has a spread of about 1/2 or more
_FEW = 6.0  # cells of n: below it the grid is refined


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Weights over (beta, n, cross-state share); they sum to 1."""

    beta: Floats  # (B,) per unit of time, middles of cells
    n: Floats  # (K,)
    share: Floats  # (W,) of n that is cross-state
    weights: Floats  # (B, K, W)
    log_bf: float  # ln of the Bayes factor against n = 0
    n_edges: Floats  # (K + 1,)

    def mean(self) -> tuple[float, float, float]:
        """Return (n, share, beta), the last as the exponential of its mean logarithm."""
        w = self.weights
        beta = math.exp(float(np.einsum("bkw,b->", w, np.log(self.beta))))
        n = float(np.einsum("bkw,k->", w, self.n))
        return n, float(np.einsum("bkw,w->", w, self.share)), beta


def posterior(
    data: Streams,
    beta: tuple[float, float],
    *,
    size: tuple[int, int, int] = (20, 40, 8),
    mu: tuple[float, float] | None = None,
    refine: bool = True,
) -> Posterior:
    """Return the posterior on a grid.

    beta  range of its prior, per unit of time of the streams
    size  cells of (beta, n, share); one share only with one stream
    mu    ends of the prior of each mu_s if it is to be proper: a simulation study needs that
    """
    ln_b = np.linspace(math.log(beta[0]), math.log(beta[1]), size[0] + 1)
    n_edges = np.linspace(0.0, 1.0, size[1] + 1)
    shares = (np.arange(size[2]) + 0.5) / size[2] if data.count > 1 else np.zeros(1)
    span = ln_b[-1] - ln_b[0]
    for _ in range(4 if refine else 1):
        logs, middle_b, middle_n = _log_joint(data, ln_b, n_edges, shares, span, mu)
        top = logs.max()
        weights = np.exp(logs - top)
        mass = weights.sum()
        by_n = weights.sum(axis=(0, 2)) / mass
        if not refine or 1 / (by_n**2).sum() >= _FEW:
            break
        n_edges = _closer(n_edges, by_n, 1e-5)
        ln_b = _closer(ln_b, weights.sum(axis=(1, 2)) / mass, 1e-5)
    alone = sum(_constant(int(k), data.exposure, mu) for k in data.numbers.tolist())
    log_bf = float(top + math.log(mass)) - alone
    return Posterior(np.exp(middle_b), middle_n, shares, weights / mass, log_bf, n_edges)


def _log_joint(
    data: Streams,
    ln_b: Floats,
    n_edges: Floats,
    shares: Floats,
    span: float,
    mu: tuple[float, float] | None,
) -> tuple[Floats, Floats, Floats]:
    """Return ln of likelihood times prior mass in each cell, (B, K, W), and the middles."""
    middle_b, middle_n = (ln_b[1:] + ln_b[:-1]) / 2, (n_edges[1:] + n_edges[:-1]) / 2
    # The mass of 3 (1 - n)^2 between two edges, exactly: also for cells that are wide.
    prior = np.log((1 - n_edges[:-1]) ** 3 - (1 - n_edges[1:]) ** 3)[:, None]
    prior = prior + math.log((ln_b[1] - ln_b[0]) / span / len(shares))
    logs = np.empty((len(middle_b), len(middle_n), len(shares)))
    for k, x in enumerate(middle_b.tolist()):
        sums = excited(data, math.exp(x))
        for j, share in enumerate(shares.tolist()):
            logs[k, :, j] = _log_lik(data, sums, middle_n, share, mu)
    return logs + prior, middle_b, middle_n


def _log_lik(
    data: Streams, sums: Excited, n: Floats, share: float, mu: tuple[float, float] | None
) -> Floats:
    """Return ln L with every mu_s integrated out, (K,)."""
    gain = sums.own * (1 - share) + sums.cross * (share / max(data.count - 1, 1))
    gain = gain * sums.beta
    total = -n * sums.offspring
    for s in range(data.count):
        g = gain[data.state == s]
        if len(g) >= MANY and mu is None:
            total = total + _laplace(g, n, data.exposure)
        else:
            total = total + _trapezoid(g, n, data.exposure, mu)
    return total


def _trapezoid(g: Floats, n: Floats, exposure: float, mu: tuple[float, float] | None) -> Floats:
    """Return ln of the integral of prod(mu + n g) exp(-mu E) d ln mu, (K,)."""
    y, w = _nodes(len(g), exposure, mu)
    rates = y * y / exposure
    out = np.empty(len(n))
    # As many logarithms at a time as stay in the cache.
    width = max(1, 200_000 // max(1, len(y) * len(g)))
    for k in range(0, len(n), width):
        grown = rates[None, :, None] + n[k : k + width, None, None] * g
        logs = _log_product(grown) - y * y + w
        top = logs.max(axis=1)
        out[k : k + width] = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
    return out


def _log_product(rates: Floats) -> Floats:
    """Return the sum of logarithms over the last axis.

    Eight rates are multiplied before one logarithm is taken, which costs ten times a product;
    rates of 1e-38 to 1e38 neither vanish nor overflow so.
    """
    m = rates.shape[-1] // 8
    some = rates[..., : 4 * m] * rates[..., 4 * m : 8 * m]
    some = some[..., : 2 * m] * some[..., 2 * m :]
    some = some[..., :m] * some[..., m:]
    return np.asarray(np.log(some).sum(axis=-1) + np.log(rates[..., 8 * m :]).sum(axis=-1))


def _nodes(count: int, exposure: float, mu: tuple[float, float] | None) -> tuple[Floats, Floats]:
    """Return nodes of sqrt(mu E) and ln of their weights: d ln mu = 2 dy / y."""
    if mu is None:
        top = math.sqrt(count) + 4.0
        y = np.arange(1.0, math.ceil(top / _STEP) + 1) * _STEP
        return y, np.asarray(np.log(2 * _STEP / y))
    low, high = (math.sqrt(m * exposure) for m in mu)
    y = np.linspace(low, high, max(3, math.ceil((high - low) / (_STEP / 2)) + 1))
    w = np.full(len(y), y[1] - y[0])
    w[[0, -1]] /= 2
    return y, np.log(2 * w / y / math.log(mu[1] / mu[0]))


def _laplace(g: Floats, n: Floats, exposure: float) -> Floats:
    """Return the same integral by Laplace's method in y = sqrt(mu E)."""
    excess = (n[:, None] * g) * exposure  # (K, N): rates in units of 1 / E
    y = np.full(len(n), math.sqrt(len(g) / 2))
    for _ in range(40):
        inverse = 1.0 / (y[:, None] ** 2 + excess)
        s1, s2 = inverse.sum(axis=1), (inverse * inverse).sum(axis=1)
        slope = 2 * y * s1 - 2 * y - 1 / y
        bend = 2 * s1 - 4 * y * y * s2 - 2 + 1 / y**2
        step = np.where(bend < 0, -slope / np.minimum(bend, -1e-9), np.sign(slope) * 0.5)
        step = np.clip(step, -0.5 * y, 0.5 * y + 0.5)
        y = y + step
        if np.abs(step).max() < 1e-6 * y.min():
            break
    bend = np.minimum(bend, -1e-9)
    logs = np.log((y[:, None] ** 2 + excess) / exposure).sum(axis=1) - y * y - np.log(y)
    return np.asarray(logs + math.log(2.0) + 0.5 * np.log(2 * math.pi / -bend))


def _constant(count: int, exposure: float, mu: tuple[float, float] | None) -> float:
    """Return ln of the marginal of one state without excitation."""
    if mu is None:
        # Exactly G(N) / E^N; a state without incidents has no proper marginal under 1 / mu, and
        # the same one with and without excitation, so its nodes are summed as they are there.
        if count:
            return math.lgamma(count) - count * math.log(exposure)
        y, w = _nodes(0, exposure, None)
        return float(np.log(np.exp(w - y * y).sum()))
    return float(_trapezoid(np.zeros(count), np.zeros(1), exposure, mu)[0])


def _closer(edges: Floats, mass: Floats, least: float) -> Floats:
    """Return as many edges around the cells that hold any mass, with one to spare at each end."""
    some = np.flatnonzero(mass > least)
    low, high = max(int(some[0]) - 1, 0), min(int(some[-1]) + 2, len(mass))
    return np.linspace(edges[low], edges[high], len(edges))
