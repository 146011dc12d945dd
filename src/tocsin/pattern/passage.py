"""What having looked costs: the chance of a p so small at any date one would have looked.

Nobody tests on a date fixed beforehand: one looks because the k-th incident came.  Let the rate
be unknown and the same in the y0 incidents of e0 years before.  Given these, the count of the
current year is a mixed Poisson process (rate ~ Gamma(y0 + 1, e0)): over a stretch from s to t it
grows, from j, by a negative binomial of size y0 + 1 + j and success chance (e0 + s) / (e0 + t).
The chance that it has reached k by a date fixed at t is exactly the conditional binomial p of
`rate`, I_q(k, y0 + 1) with q = t / (e0 + t).  The k-th is as surprising as what was observed if it
comes by t_k, where that p equals the observed one; the corrected p is the chance that the count
reaches some k by its t_k, found exactly by walking from one t_k to the next (Noe's recursion, Ann.
Math. Statist. 43, 1972, in the mixed Poisson case).
"""

from __future__ import annotations

import numpy as np

from tocsin.pattern.events import Floats
from tocsin.pattern.special import beta_quantile

_MOST = 2000  # incidents in the current period; above it one look and many are the same


def latest(p: float, k: int, y0: int, e0: float) -> float:
    """Return the latest time by which the k-th incident has a p of at most `p`, in years."""
    q = beta_quantile(p, k, y0 + 1)
    return e0 * q / (1 - q) if q < 1 else float("inf")


def passage(p: float, y0: int, e0: float, horizon: float) -> float:
    """Return the chance of a p at most `p` at some date up to `horizon` years, looking always.

    p        the observed p at its date
    y0, e0   incidents and years before
    horizon  until when one would have looked: the exposure to date, or the whole year
    """
    if not 0 < p < 1:
        return float(p >= 1)
    if not (e0 > 0 and horizon > 0):
        raise ValueError(f"exposures lie above 0, not at {e0} and {horizon}")
    at, s, chances, k = 0, 0.0, np.ones(1), 0
    while s < horizon:
        k += 1
        t = min(latest(p, k, y0, e0), horizon)
        if k > _MOST:
            break
        chances = _grow(chances, y0, e0, s, t)[:k]  # N(t) >= k is a crossing
        s = t
        at += 1
    return float(min(max(1.0 - chances.sum(), p if horizon >= s else 0.0), 1.0))


def _grow(chances: Floats, y0: int, e0: float, s: float, t: float) -> Floats:
    """Return the chances of each count at t from those at s; one more count than before is kept."""
    if t <= s:
        return np.append(chances, 0.0)
    n = len(chances)
    j = np.arange(n)[:, None]
    d = np.arange(n + 1)[None, :] - j
    r = y0 + 1 + j
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, y0 + 2 * n + 4)))])
    stay = np.log((e0 + s) / (e0 + t))
    grow = np.log((t - s) / (e0 + t))
    steps = np.maximum(d, 0)
    log_p = log_factorial[r + steps - 1] - log_factorial[r - 1] - log_factorial[steps]
    moved = np.where(d >= 0, np.exp(log_p + r * stay + steps * grow), 0.0)
    return np.asarray(chances @ moved)
