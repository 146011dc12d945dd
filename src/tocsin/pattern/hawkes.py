"""The exponential Hawkes process: its likelihood, exact, in a few passes over the events.

    rate(t) = mu + n beta sum_{t_j < t} exp(-beta (t - t_j))
    ln L = sum_i ln rate(t_i) - mu E - n K,   K = sum_j (share of t_j's offspring in watched time)

(Hawkes, Biometrika 58, 1971; Ozaki, Ann. Inst. Statist. Math. 31, 1979.)  The sum at an event
obeys A_i = exp(-beta (t_i - t_{i-1})) (1 + A_{i-1}), a linear recurrence solved by doubling
(Hillis and Steele, Comm. ACM 29, 1986): log2 of the memory in events, no loop over events, and no
exponent that could overflow.  In a gap the rate goes on, and what it produced there is unknown.
"""

from __future__ import annotations

import numpy as np

from tocsin.pattern.events import Floats, stretches

Gaps = tuple[tuple[float, float], ...]
_LOST = 1e-24  # decay from which nothing more is carried on


def excitation(t: Floats, beta: float, order: int = 0) -> tuple[Floats, ...]:
    """Return the sums over earlier events of tau^k exp(-beta tau), k = 0..order, at each event.

    t  (N,) sorted; each sum is (N,), tau in its unit to the k
    """
    n = len(t)
    if n < 2:
        return tuple(np.zeros(n) for _ in range(order + 1))
    lag = np.diff(t, prepend=t[0])
    decay = np.exp(-beta * lag)
    decay[0] = 0.0
    carried = _carriers(decay)
    a = _scan(decay.copy(), carried)
    sums = [a]
    if order >= 1:
        sums.append(_scan(lag * a, carried))
    if order >= 2:
        sums.append(_scan(2 * lag * sums[1] - lag**2 * a, carried))
    return tuple(sums)


def offspring(
    t: Floats, beta: float, begin: float, end: float, gaps: Gaps = (), order: int = 0
) -> tuple[float, ...]:
    """Return K of the module and its first `order` derivatives by beta."""
    out = [0.0, 0.0, 0.0]
    for a, b in stretches(begin, end, gaps):
        before = t[t < b]
        for lag, sign in ((np.maximum(a - before, 0.0), 1.0), (b - before, -1.0)):
            decay = np.exp(-beta * lag)
            out[0] += sign * float(decay.sum())
            if order >= 1:
                out[1] -= sign * float((lag * decay).sum())
            if order >= 2:
                out[2] += sign * float((lag * lag * decay).sum())
    return tuple(out[: order + 1])


def log_likelihood(
    t: Floats,
    end: float,
    mu: float,
    n: float,
    beta: float,
    *,
    begin: float = 0.0,
    gaps: Gaps = (),
) -> float:
    """Return ln L of events in a window; rates per unit of t.

    n is the branching ratio: the expected direct offspring of one event.  Minus infinity where
    an event has no rate.
    """
    if not (beta > 0 and mu >= 0 and n >= 0):
        raise ValueError(f"mu and n begin at 0 and beta above it, not {mu}, {n}, {beta}")
    at = np.asarray(t, dtype=np.float64)
    (a,) = excitation(at, beta)
    (k,) = offspring(at, beta, begin, end, gaps)
    rates = mu + n * beta * a
    exposure = sum(b - a for a, b in stretches(begin, end, gaps))
    if (rates <= 0).any():
        return -np.inf
    return float(np.log(rates).sum() - mu * exposure - n * k)


def _carriers(decay: Floats) -> list[Floats]:
    """Return the decay over 1, 2, 4, ... events, until nothing is carried any further."""
    levels = [decay]
    step = 1
    while step < len(decay):
        last = levels[-1]
        wider = last[step:] * last[:-step]
        if wider.max(initial=0.0) < _LOST:
            break
        grown = np.zeros(len(decay))
        grown[step:] = wider
        levels.append(grown)
        step *= 2
    return levels


def _scan(x: Floats, carried: list[Floats]) -> Floats:
    """Solve y_i = decay_i y_{i-1} + x_i in place, and return y."""
    step = 1
    for level in carried:
        x[step:] += level[step:] * x[:-step]
        step *= 2
        if step >= len(x):
            break
    return x
