"""The most likely Hawkes process of one stream, by Newton's method with exact derivatives.

At the greatest likelihood mu E + n K = N, so with s the share of offspring the likelihood for a
given beta is concave in s alone; a coarse search over beta starts Newton's method in the logs of
(mu, n, beta).  Below about a hundred events the branching ratio so found degenerates as beta
falls, and is not for publication: `excite` has a posterior instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tocsin.errors import UsageError
from tocsin.pattern.events import Floats, watched
from tocsin.pattern.hawkes import Gaps, excitation, log_likelihood, offspring

PUBLISHABLE = 100  # events
_SCOUTED = 3000  # events that are enough to find the region of the maximum
_STARTS = 10


@dataclass(frozen=True, slots=True)
class Fit:
    """The most likely parameters, per unit of t; beta and n's error are nan where n is 0."""

    mu: float
    n: float
    beta: float
    log_lik: float
    sd: tuple[float, float, float]  # of mu, n, beta, from the observed information
    events: int

    @property
    def publishable(self) -> bool:
        return self.events >= PUBLISHABLE and self.n < 1

    @property
    def words(self) -> str:
        if self.events < PUBLISHABLE:
            return f"maximum likelihood is not publishable below about {PUBLISHABLE} events"
        if self.n >= 1:
            return "maximum likelihood puts the branching ratio at 1 or above: not publishable"
        return f"maximum likelihood: n {self.n:.3f} (sd {self.sd[1]:.3f}), beta {self.beta:.4g}"


def fit(t: Floats, begin: float, end: float, gaps: Gaps = ()) -> Fit:
    """Return the most likely process of events t, (N,) sorted, in a window.

    Raises UsageError for fewer than two events, or all at one time.
    """
    at = np.asarray(t, dtype=np.float64)
    if len(at) < 2 or at[-1] <= at[0]:
        raise UsageError(f"{len(at)} events at one time have no process to fit")
    exposure = watched(begin, end, gaps)
    part = at[:_SCOUTED] if len(at) > 2 * _SCOUTED else at
    stop = end if part is at else float(part[-1])
    most = 50 * len(part) / (part[-1] - part[0])
    least = min(2.0 / (part[-1] - part[0]), most / 10)
    found = [_share(part, b, begin, stop, gaps) for b in np.geomspace(least, most, _STARTS)]
    _, share, beta = max(found)
    if share <= 0:
        return _constant(at, exposure)
    (k,) = offspring(at, beta, begin, end, gaps)
    x = np.log([len(at) * (1 - share) / exposure, len(at) * share / k, beta])
    x, hessian = _newton(x, at, begin, end, gaps, exposure)
    mu, n, beta = np.exp(x).tolist()
    log_lik = log_likelihood(at, end, mu, n, beta, begin=begin, gaps=gaps)
    alone = _constant(at, exposure)
    if not log_lik > alone.log_lik or n < 1e-6:
        return alone
    spread = _deviations(np.exp(x), -hessian)
    low, middle, high = spread.tolist()
    return Fit(mu, n, beta, log_lik, (low, middle, high), len(at))


def _deviations(values: Floats, information: Floats) -> Floats:
    """Return standard deviations from the information in the logs; nan where it is not definite."""
    axes = np.linalg.eigvalsh(information)
    if axes[0] <= 1e-12 * axes[-1]:
        return np.full(3, math.nan)
    return np.asarray(values * np.sqrt(np.diag(np.linalg.inv(information))))


def _constant(t: Floats, exposure: float) -> Fit:
    n = len(t)
    mu = n / exposure
    nan = math.nan
    return Fit(mu, 0.0, nan, n * math.log(mu) - n, (math.sqrt(n) / exposure, nan, nan), n)


def _share(
    t: Floats, beta: float, begin: float, end: float, gaps: Gaps
) -> tuple[float, float, float]:
    """Return (log-likelihood, share of offspring, beta) at the best share for this beta."""
    exposure = watched(begin, end, gaps)
    (a,) = excitation(t, beta)
    (k,) = offspring(t, beta, begin, end, gaps)
    alone = 1.0 / exposure
    gain = beta * a / k - alone if k > 0 else np.zeros(len(t))
    if gain.sum() <= 0:  # the slope at 0: concave, so the best share is none
        return float(len(t) * math.log(alone)), 0.0, beta
    low, high, s = 0.0, 1.0, 0.5
    for _ in range(30):
        pull = gain / (alone + s * gain)
        slope = float(pull.sum())
        low, high = (s, high) if slope > 0 else (low, s)
        step = slope / float((pull * pull).sum())
        s = s + step if low < s + step < high else (low + high) / 2
        if abs(step) < 1e-3:
            break
    s = min(max(s, 1e-6), 1 - 1e-6)
    return float(np.log(alone + s * gain).sum()), s, beta


def _newton(
    x: Floats, t: Floats, begin: float, end: float, gaps: Gaps, exposure: float
) -> tuple[Floats, Floats]:
    """Return the logs of (mu, n, beta) at the maximum, and the second derivatives there."""
    value, slope, hessian = _derivatives(x, t, begin, end, gaps, exposure)
    for _ in range(60):
        spread, axes = np.linalg.eigh(hessian)
        # Uphill in every direction, also where the surface is not yet concave.
        step = axes @ ((axes.T @ slope) / np.maximum(np.abs(spread), 1e-6 * len(t)))
        step *= min(1.0, 1.5 / max(float(np.abs(step).max()), 1e-300))
        while True:
            fresh = x + step
            tried = _derivatives(fresh, t, begin, end, gaps, exposure)
            if tried[0] >= value - 1e-9 * abs(value) or np.abs(step).max() < 1e-9:
                break
            step = step / 4
        x, gained = fresh, tried[0] - value
        value, slope, hessian = tried
        if np.abs(step).max() < 1e-7 or (gained < 1e-8 and np.abs(step).max() < 1e-4):
            break
        if x[1] < -16 or abs(x[2]) > 60:  # n goes to 0: there is nothing to find
            break
    return x, hessian


def _derivatives(
    x: Floats, t: Floats, begin: float, end: float, gaps: Gaps, exposure: float
) -> tuple[float, Floats, Floats]:
    """Return ln L, its gradient and second derivatives in the logs of (mu, n, beta)."""
    mu, n, beta = np.exp(x).tolist()
    a, b, c = excitation(t, beta, 2)
    k, k1, k2 = offspring(t, beta, begin, end, gaps, 2)
    rate = mu + n * beta * a
    inverse = 1.0 / rate
    by_mu = mu * inverse
    by_n = 1.0 - by_mu
    by_beta = n * beta * (a - beta * b) * inverse
    bent = n * beta * (a - 3 * beta * b + beta**2 * c) * inverse  # d2 rate / d(ln beta)2
    g = np.array([by_mu.sum(), by_n.sum(), by_beta.sum()])
    first = np.stack([by_mu, by_n, by_beta])
    second = -(first @ first.T)
    second[0, 0] += g[0]
    second[1, 1] += g[1]
    second[2, 2] += bent.sum()
    second[1, 2] += g[2]
    second[2, 1] += g[2]
    loss = np.array([mu * exposure, n * k, n * beta * k1])
    g -= loss
    second[0, 0] -= loss[0]
    second[1, 1] -= loss[1]
    second[1, 2] -= loss[2]
    second[2, 1] -= loss[2]
    second[2, 2] -= n * (beta * k1 + beta**2 * k2)
    return float(np.log(rate).sum() - mu * exposure - n * k), g, second
