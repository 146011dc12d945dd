"""The best belief threshold for a change of drift in Brownian motion: a closed form.

At an exponential time with rate `hazard` a Brownian motion gains a drift; gamma is the signal to
noise mu^2 / (2 sigma^2).  A false ring costs 1, each unit of delay c.  With the posterior pi of
the change, ringing at pi >= A* is best, where A* is the one root of

    (c / gamma) e^{-alpha(A)} int_0^A e^{alpha(r)} / (r (1-r)^2) dr = 1,
    alpha(r) = (hazard / gamma) (log(r / (1-r)) - 1/r)

(Peskir and Shiryaev, Optimal Stopping and Free-Boundary Problems, 2006, section 22).  The left
side is minus the slope of the value.  With y = (1-r)/r and y = Y e^w it becomes

    (c / gamma) int_0^inf exp(-b w - b Y (e^w - 1)) (1 + e^{-w} / Y) dw,  b = hazard / gamma,

which has no large exponents to cancel and is smooth at every Y.
"""

from __future__ import annotations

from math import ceil, exp, log1p

import numpy as np

from tocsin.policy.alarm.given import Given, positive, share
from tocsin.policy.alarm.normal import panels

SPENT = 45.0  # an exponent beyond which nothing is left


def threshold(c: Given, hazard: Given, gamma: Given) -> float:
    """Return A*, the belief at which to ring, to about 1e-14."""
    c, hazard, gamma = _checked(c, hazard, gamma)
    low, high = -600.0, 600.0  # of log Y; the slope falls in Y
    for _ in range(80):
        middle = (low + high) / 2
        if _slope(exp(middle), c, hazard, gamma) > 1:
            low = middle
        else:
            high = middle
    return 1 / (1 + exp((low + high) / 2))


def value(belief: Given, c: Given, hazard: Given, gamma: Given) -> float:
    """Return the expected cost under the best rule from a belief."""
    p, top = share("the belief", belief), threshold(c, hazard, gamma)
    c, hazard, gamma = _checked(c, hazard, gamma)
    if p >= top:
        return 1 - p
    at, weight = panels(p, top, 16)
    return (
        1
        - top
        + sum(
            float(w) * _slope((1 - float(r)) / float(r), c, hazard, gamma)
            for r, w in zip(at, weight, strict=True)
        )
    )


def _checked(c: Given, hazard: Given, gamma: Given) -> tuple[float, float, float]:
    return (
        positive("the cost of delay c", c, "at no cost one waits for ever"),
        positive("the hazard", hazard, "a change that never comes needs no bell"),
        positive("gamma", gamma, "without a signal there is nothing to hear"),
    )


def _slope(y: float, c: float, hazard: float, gamma: float) -> float:
    """Return minus the slope of the value at odds y against the change."""
    b = hazard / gamma
    reach = min(SPENT / b, log1p(SPENT / b / y))
    w, weight = panels(0.0, reach, max(8, ceil(reach)))
    inside = np.exp(-b * w - b * y * np.expm1(w)) * (1 + np.exp(-w) / y)
    return c / gamma * float(weight @ inside)
