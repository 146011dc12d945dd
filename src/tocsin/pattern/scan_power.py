"""The smallest cluster that a scan could have told from chance.

The replicates give the LLR that a cluster must exceed for p <= .05.  In a window with e cases
expected that takes a smallest whole number of cases (the LLR grows with c), hence a smallest
relative risk inside against outside, (c/e) / ((C - c)/(C - e)).  With relative risk r the count
is Binomial(C, r e / (C - e + r e)) given C, so the r that gets there four times in five is exact
for that window; other windows can only add to the chance, so it is an upper bound of the r needed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tocsin.pattern.scan_statistic import cases_needed
from tocsin.pattern.special import binomial_tail
from tocsin.schema import Floats

LEVEL = 0.05
POWER = 0.8
#: Cases expected in the windows that are reported, where such windows exist.
SIZES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Detectable:
    """What a cluster in a window with `expected` cases must hold to reach p <= .05."""

    expected: float
    cases: int
    relative_risk: float  # of those cases against the rest
    relative_risk_power: float | None  # that gets there four times in five; None: none, or unknown


def critical(maxima: Floats, level: float = LEVEL) -> float | None:
    """Return the LLR that must be exceeded for p <= level; None where M is too small."""
    allowed = math.floor(level * (len(maxima) + 1) + 1e-9)  # the data and those above it
    return float(np.sort(maxima)[-allowed]) if allowed >= 1 else None


def detectable(
    expected: Floats, total: int, threshold: float, most: Floats | None = None
) -> list[Detectable]:
    """Return what is needed where the fewest cases suffice, and at round window sizes.

    expected  of every cylinder, any shape; the first row is the smallest cluster in cases
    most      cases that each cylinder can hold at all, where margins are fixed; the chance to get
              there is then not given
    """
    possible = expected > 0
    if most is not None:
        possible &= cases_needed(expected, total, threshold) <= most
    e = np.unique(np.round(expected[possible], 9))
    needed = cases_needed(e, total, threshold)
    reachable = needed <= total
    e, needed = e[reachable], needed[reachable]
    if not len(e):
        return []
    # Windows where almost nothing is expected take the fewest cases; the largest of those
    # windows is the fairest to show.
    at = [int(np.flatnonzero(needed == needed.min())[-1])]
    for size in SIZES:
        k = int(np.argmin(np.abs(np.log(e / size))))
        if abs(math.log(e[k] / size)) < 0.2:
            at.append(k)
    free = most is None
    return [_detectable(float(e[k]), int(needed[k]), total, free) for k in sorted(set(at))]


def _detectable(expected: float, cases: int, total: int, free: bool) -> Detectable:
    rest = total - cases
    risk = math.inf if not rest else (cases / expected) / (rest / (total - expected))
    lo, hi = 0.0, math.log(1e6)
    if not free or _power(expected, cases, total, math.exp(hi)) < POWER:
        return Detectable(expected, cases, risk, None)
    for _ in range(50):
        middle = (lo + hi) / 2
        if _power(expected, cases, total, math.exp(middle)) < POWER:
            lo = middle
        else:
            hi = middle
    return Detectable(expected, cases, risk, math.exp(hi))


def _power(expected: float, cases: int, total: int, risk: float) -> float:
    share = risk * expected / (total - expected + risk * expected)
    return binomial_tail(cases, total, share)
