"""Brownian paths from the sampler's own bridge.

The velocity of the straight mode is Brownian motion of volatility sqrt(q).  Given the velocity at
both ends and a place at the end that is drawn as those imply (mean (a + b) T / 2, variance
q T^3 / 12), the conditional bridge of the motion model leaves the velocity a Brownian bridge from
a to b.  So the code that samples between plots is put to numbers that are known in closed form.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from tocsin.schema import Floats, Posterior
from tocsin.track.bridge import _between
from tocsin.track.models import STATE, Modes


def bridges(begin: float, end: Floats, t_s: Floats, volatility: float, rng: Generator) -> Floats:
    """Return Brownian bridges (M, K) from `begin` to `end` (M,) on the times (K,)."""
    count, span = len(end), float(t_s[-1] - t_s[0])
    modes = Modes((0.0,), (volatility**2,), (1.0,))
    state, last = np.zeros((count, STATE)), np.zeros((count, STATE))
    state[:, 2], last[:, 2] = begin, end
    spread = volatility * np.sqrt(span**3 / 12)
    last[:, 0] = (begin + end) * span / 2 + spread * rng.standard_normal(count)
    out = np.empty((count, len(t_s)))
    out[:, 0] = begin
    left_s = np.append(t_s[-1] - t_s[1:-1], 0.0)
    gain, carry, root = (one[0] for one in _between(np.diff(t_s), left_s, modes))
    for k in range(1, len(t_s)):
        own = rng.standard_normal((count, STATE)) @ root[k - 1].T
        state = state @ carry[k - 1].T + last @ gain[k - 1].T + own
        out[:, k] = state[:, 2]
    return out


def motions(drift: float, t_s: Floats, volatility: float, count: int, rng: Generator) -> Floats:
    """Return Brownian motions (count, K) from 0 with a drift: bridges to ends that are drawn."""
    span = float(t_s[-1])
    free = bridges(
        0.0, volatility * np.sqrt(span) * rng.standard_normal(count), t_s, volatility, rng
    )
    return free + drift * t_s


def still(t_s: Floats, count: int) -> Posterior:
    """Return a posterior of `count` samples on a clock; where they are does not matter."""
    shape = (count, len(t_s))
    zero = np.broadcast_to(np.zeros(1), shape)
    return Posterior(
        track="x-1",
        t_ns=np.round(t_s * 1e9).astype(np.int64),
        lon_deg=zero,
        lat_deg=zero,
        h_hae_m=zero,
        observed=np.ones(len(t_s), bool),
    )
