"""A two-sided normal CUSUM: one chart that listens for a rise, one for a fall, the first to ring.

Without a head start 1/L = 1/L+ + 1/L-: when one side rings the other stands at zero, so that from
there each side's own run length begins anew.  Started at S > 0 on both sides this still holds if
2 S <= h + 2 k, and then (Lucas and Crosier 1982, appendix)

    L = [L+(S) L-(0) + L+(0) L-(S) - L+(0) L-(0)] / [L+(0) + L-(0)].

1/L = 1/L+(S) + 1/L-(S) is *not* true with a head start: both sides may ring early, but not both
in one run.  Beyond h/2 + k one side can ring while the other is still on its way down from S;
only steps n on which neither has met zero do so, where the two sums are S - nk + u and
S - nk - u with u the sum of X, and what the formula misses is integrated over u.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.alarm.dense import Dense
from tocsin.policy.alarm.normal import below, chart, density, panels
from tocsin.schema import Floats


@dataclass(frozen=True, slots=True)
class TwoSided:
    """Mean run lengths of the pair and of each side alone, from the same head start."""

    arl: float
    upper: float
    lower: float


def two_sided(mu: float, k: float, h: float, head_start: float = 0.0) -> TwoSided:
    """Return the mean run lengths; all in standard deviations of X."""
    if k < 0:
        raise UsageError(
            f"k {k:g} is below 0: the two sides of the chart would both climb at once",
            hint="give k of 0 or more, or ask for one side",
        )
    rise, fall = (_solved(sign * mu, k, h, head_start) for sign in (1.0, -1.0))
    plus0, minus0 = rise.mean[0], fall.mean[0]
    plus, minus = rise.mean[-1], fall.mean[-1]
    missed = _both_away(mu, k, h, head_start, rise, fall)
    # Each side's run is the pair's, and then its own again if the other rang first.
    quotient = plus / plus0 + minus / minus0 - 1 - missed
    arl = quotient / (1 / plus0 + 1 / minus0)
    return TwoSided(float(arl), float(plus), float(minus))


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    k: float
    mu: float
    nodes: Floats
    mean: Floats  # from 0, the nodes, the head start

    def ahead(self, s: Floats) -> Floats:
        """Return the mean run length from any s in [0, h), by the equation itself."""
        nodes, weight = self.nodes
        kernel = weight * density(nodes[None] - s[:, None] + self.k - self.mu)
        return np.asarray(1 + below(self.k - self.mu - s) * self.mean[0] + kernel @ self.mean[1:-1])


def _solved(mu: float, k: float, h: float, head_start: float) -> _Side:
    made: Dense = chart(mu, k, h, head_start)
    nodes = np.array(panels(0.0, h, ceil(h)))
    return _Side(k, mu, nodes, made.solve(np.ones(made.size)))


def _both_away(mu: float, k: float, h: float, head_start: float, rise: _Side, fall: _Side) -> float:
    """Return what the formula misses while neither side has met zero; 0 for 2 S <= h + 2 k.

    At such a step one side rings with the other at s > 0, whose run from there is not L(0).
    """
    missed, mass = 0.0, np.array([1.0])  # of u, on the nodes where both are inside
    u = np.array([0.0])
    level = head_start - k
    while level > h / 2 and mass.sum() > 1e-16:
        room = h - level  # how far u may go before a side rings
        t, weight = panels(room, level, ceil(level - room))
        for sign, other in ((1.0, fall), (-1.0, rise)):
            # |u| between `room` and `level`: this side rings, the other stands at level - |u|
            step = weight * density(sign * t[None] - u[:, None] - mu)
            missed += float(mass @ step @ (other.ahead(level - t) / other.mean[0] - 1))
        inside, weight = panels(-room, room, max(1, ceil(2 * room)))
        mass = (mass @ density(inside[None] - u[:, None] - mu)) * weight
        u, level = inside, level - k
    return missed
