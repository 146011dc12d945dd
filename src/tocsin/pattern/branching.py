"""Simulated incidents: the branching form of the Hawkes process, generation by generation.

Immigrants come by a constant rate in each state; each incident has a Poisson number of offspring
in its own state (mean n_s) and in each other (mean n_x), after exponential delays (Hawkes and
Oakes, J. Appl. Probab. 11, 1974).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.pattern.events import Floats

Ints = NDArray[np.int64]
_MOST = 5_000_000


def simulate(
    rng: np.random.Generator,
    mu: Sequence[float],
    n_own: float,
    beta: float,
    length: float,
    *,
    n_cross: float = 0.0,
) -> tuple[Floats, Ints]:
    """Return times (N,) in 0..length, sorted, and the state of each as an index into `mu`.

    Raises UsageError for a branching ratio of 1 or above: such a process has no bounded mean.
    """
    states = len(mu)
    n = n_own + (states - 1) * n_cross
    if not (n_own >= 0 and n_cross >= 0 and n < 1):
        raise UsageError(f"n_s + (S - 1) n_x lies between 0 and 1, not at {n}: incidents explode")
    if not (beta > 0 and length > 0 and min(mu, default=0.0) >= 0 and states):
        raise UsageError("beta and the length lie above 0, and each state has a rate from 0 up")
    came = rng.poisson(np.asarray(mu) * length)
    where = np.repeat(np.arange(states), came)
    t = rng.random(len(where)) * length
    all_t, all_where = [t], [where]
    means = np.full((states, states), n_cross)
    np.fill_diagonal(means, n_own)
    while len(t):
        born = rng.poisson(means[where])  # (parents, states)
        parent, state = np.nonzero(born)
        often = born[parent, state]
        parent, state = np.repeat(parent, often), np.repeat(state, often)
        later = t[parent] + rng.exponential(1 / beta, len(parent))
        keep = later < length
        t, where = later[keep], state[keep]
        all_t.append(t)
        all_where.append(where)
        if sum(map(len, all_t)) > _MOST:
            raise UsageError(
                f"more than {_MOST} incidents: choose a lower rate or a shorter window"
            )
    times, places = np.concatenate(all_t), np.concatenate(all_where)
    order = np.argsort(times, kind="stable")
    return times[order], places[order]
