"""Chances of a Poisson count, each right to its own last digits: P(X = x), P(X <= x), P(X >= x).

Built outward from the mode by p(x+1) = p(x) rate / (x+1) and scaled to one, so that no term is
a difference and none needs the logarithm of a factorial.  Sums run from the small terms up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """The law of one week's count; every method takes integers of any size and sign."""

    rate: float
    _pmf: Floats
    _below: Floats  # P(X <= x)
    _above: Floats  # P(X >= x)

    def equal(self, x: Ints) -> Floats:
        """Return P(X = x)."""
        return np.where(x < 0, 0.0, self._pmf[np.clip(x, 0, len(self._pmf) - 1)])

    def at_most(self, x: Ints) -> Floats:
        """Return P(X <= x)."""
        return np.where(x < 0, 0.0, self._below[np.clip(x, 0, len(self._pmf) - 1)])

    def at_least(self, x: Ints) -> Floats:
        """Return P(X >= x)."""
        return np.where(x <= 0, 1.0, self._above[np.clip(x, 0, len(self._pmf) - 1)])


def poisson(rate: float) -> Counts:
    """Return the law of a Poisson count with this mean, which is positive and finite."""
    mode = int(rate)
    reach = int(40 * np.sqrt(rate)) + 200  # past 1e-300 on either side
    up = np.cumprod(rate / np.arange(mode + 1, mode + reach))
    down = np.cumprod(np.arange(mode, max(mode - reach, 0), -1) / rate)
    start = mode - len(down)
    weight = np.concatenate([np.zeros(start), down[::-1], [1.0], up, [0.0]])
    pmf = weight / np.sort(weight).sum()
    return Counts(rate, pmf, np.cumsum(pmf), np.cumsum(pmf[::-1])[::-1])
