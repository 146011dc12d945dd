"""A normal CUSUM by its integral equation, to about 1e-12 of the value.

With S <- max(0, S + X - k), X ~ N(mu, 1), alarm when S >= h, the mean run length from S = s is

    L(s) = 1 + Phi(k - mu - s) L(0) + integral_0^h phi(t - s + k - mu) L(t) dt

(Page 1954; solved by quadrature as in Brook and Evans 1972 and Lucas and Crosier 1982).  The atom
at zero is a state of its own; the rest is Gauss-Legendre on panels at most one standard
deviation wide.  The kernel is entire, so the error of 16 nodes a panel is below rounding; the
discretised equation is a Markov chain and is solved without subtractions.
"""

from __future__ import annotations

from math import ceil, erfc, sqrt

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.alarm.dense import Dense
from tocsin.schema import Floats

NODES = 16  # on each panel
WIDEST_H = 50.0


def chart(mu: float, k: float, h: float, head_start: float = 0.0) -> Dense:
    """Return the chart as a chain: 0, the nodes of (0, h), and the head start as a last state.

    All in standard deviations of X.  The head start is the chart's own first state, left at
    the first step for good, so that it need not be a node.
    """
    if h > WIDEST_H:
        raise UsageError(
            f"h {h:g} is more than {WIDEST_H:g} standard deviations",
            hint="give mu, k and h in units of the standard deviation",
        )
    t, weight = panels(0.0, h, ceil(h))
    s = np.concatenate([[0.0], t, [head_start]])
    among = np.zeros((len(s), len(s)))
    among[:, 0] = below(k - mu - s)
    among[:, 1:-1] = weight * density(t[None] - s[:, None] + k - mu)
    leave = below(-(h - s + k - mu))
    return Dense(among, leave, len(s) - 1 if head_start > 0 else 0)


def panels(low: float, high: float, count: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of Gauss-Legendre quadrature on equal panels."""
    x, w = np.polynomial.legendre.leggauss(NODES)
    half = (high - low) / (2 * count)
    middle = low + half * (2 * np.arange(count) + 1)
    return (middle[:, None] + half * x).ravel(), np.tile(half * w, count)


def density(z: Floats) -> Floats:
    """Return the standard normal density."""
    return np.asarray(np.exp(-0.5 * z * z) / sqrt(2 * np.pi))


def below(z: Floats) -> Floats:
    """Return P(Z <= z), with all digits in the lower tail."""
    return np.array([0.5 * erfc(-each / sqrt(2)) for each in np.ravel(z)]).reshape(np.shape(z))
