"""Bounds of chance: a right simulation leaves them once in some ten thousand runs."""

from __future__ import annotations

from collections.abc import Callable
from math import erf, sqrt

import numpy as np

from tocsin.schema import Floats

SIGMAS = 4.0  # a Gaussian leaves 4 sigmas with probability 6e-5
KOLMOGOROV = 2.23  # sqrt(n) D above it has probability 1e-4 (Kolmogorov 1933)


def departure(values: Floats, cdf: Callable[[Floats], Floats]) -> float:
    """Return sqrt(n) D, the scaled Kolmogorov-Smirnov distance from a distribution."""
    n = len(values)
    at = cdf(np.sort(values))
    ranks = np.arange(n + 1) / n
    return float(sqrt(n) * max(np.max(ranks[1:] - at), np.max(at - ranks[:-1])))


def normal(x: Floats) -> Floats:
    return np.array([0.5 * (1 + erf(value / sqrt(2))) for value in x.tolist()])


def student4(x: Floats) -> Floats:
    """Student's t with four degrees of freedom, in closed form."""
    r = x / np.sqrt(1 + x**2 / 4)
    return np.asarray(0.5 + 3 / 8 * r * (1 - r**2 / 12))


def uniform(x: Floats) -> Floats:
    return np.clip(x, 0, 1)


def share_bounds(count: int, share: float) -> tuple[float, float]:
    """Return bounds of a binomial count."""
    spread = SIGMAS * sqrt(count * share * (1 - share))
    return count * share - spread, count * share + spread
