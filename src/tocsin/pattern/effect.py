"""What the likelihood says of an effect: the rate after responses over the rate elsewhere.

If events are Poisson at a rate l, and at r l within a window after a response, and responses depend
on nothing later than themselves, then whatever rule triggers them drops out of the likelihood
(Andersen et al., Statistical Models Based on Counting Processes, 1993, II.7):

    L(l, r) = l^N r^A exp(-l (O + r E))

with A of N events in the exposed time E, and O the time elsewhere.  With the prior 1/l on the rate,
p(r) is proportional to r^A (O + r E)^-N times its prior, even in ln r from 1/16 to 16: an effect
beyond that is not considered.  Bursts that are not Poisson make it too narrow.
"""

from __future__ import annotations

import math

import numpy as np

PRIOR = 16.0  # r is between 1/16 and 16
_CELLS = 4001


def posterior(
    after: int, exposed: float, events: int, whole: float, level: float = 0.9
) -> tuple[float, float, float]:
    """Return the equal-tailed interval of r and its median between: (low, median, high)."""
    elsewhere = whole - exposed
    if not (exposed > 0 and elsewhere > 0 and 0 <= after <= events):
        raise ValueError(f"{after} of {events} events in {exposed:g} of {whole:g} is no comparison")
    log_r = np.linspace(-math.log(PRIOR), math.log(PRIOR), _CELLS)
    log_p = after * log_r - events * np.log(elsewhere + np.exp(log_r) * exposed)
    p = np.exp(log_p - log_p.max())
    steps = (p[1:] + p[:-1]) / 2
    below = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    tail = (1 - level) / 2
    low, middle, high = np.exp(np.interp([tail, 0.5, 1 - tail], below, log_r))
    return float(low), float(middle), float(high)
