"""The labels closest in squares to those given that never fall where the order rises.

In a line the pool-adjacent-violators algorithm (Ayer, Brunk, Ewing, Reid and Silverman, Annals of
Mathematical Statistics 26, 1955).  For a partial order, blocks are split by the upper set that
gains most over the block's mean, a maximum closure and so a minimum cut, until no split gains
(Maxwell and Muckstadt, Operations Research 33, 1985; Luss, Rosset and Shahar, Annals of Applied
Statistics 6, 2012).  Both are exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.errors import UsageError
from tocsin.policy.threshold.flow import Network
from tocsin.schema import Floats

Bools = NDArray[np.bool_]


def pava(y: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Return the non-decreasing sequence closest to y (N,): PAVA(1, 3, 2, 4) = 1, 2.5, 2.5, 4."""
    values, weight = _checked(y, weights)
    means: list[float] = []
    masses: list[float] = []
    counts: list[int] = []
    for value, mass in zip(values, weight, strict=True):
        means.append(float(value))
        masses.append(float(mass))
        counts.append(1)
        while len(means) > 1 and means[-2] > means[-1]:
            total = masses[-2] + masses[-1]
            means[-2] = (masses[-2] * means[-2] + masses[-1] * means[-1]) / total
            masses[-2] = total
            counts[-2] += counts[-1]
            del means[-1], masses[-1], counts[-1]
    return np.repeat(np.array(means), counts)


def isotonic(y: ArrayLike, below: Bools, weights: ArrayLike | None = None) -> Floats:
    """Return the labels closest to y (N,) with label[i] <= label[j] wherever below[i, j].

    below  (N, N)  the order, transitive; two cases below each other get one label
    """
    values, weight = _checked(y, weights)
    if below.shape != (len(values), len(values)):
        raise UsageError(f"an order of shape {below.shape} does not fit {len(values)} labels")
    out = np.empty(len(values))
    blocks = [np.arange(len(values))] if len(values) else []
    while blocks:
        block = blocks.pop()
        mean = float(np.average(values[block], weights=weight[block]))
        upper = _upper(weight[block] * (values[block] - mean), below[np.ix_(block, block)])
        if upper.any() and not upper.all():
            blocks += [block[upper], block[~upper]]
        else:
            out[block] = mean
    return out


def _upper(gain: Floats, below: Bools) -> Bools:
    """Return the upper set with the greatest sum of gains, all False where none is above 0."""
    n = len(gain)
    net = Network(n + 2)
    source, sink = n, n + 1
    scale = float(np.abs(gain).sum())
    if scale <= 1e-12 * max(n, 1):  # every label is the mean: rounding is no gain
        return np.zeros(n, dtype=bool)
    for k in range(n):
        if gain[k] > 0:
            net.join(source, k, float(gain[k]))
        elif gain[k] < 0:
            net.join(k, sink, -float(gain[k]))
    for i, j in zip(*np.nonzero(below), strict=True):
        if i != j:
            net.join(int(i), int(j), float("inf"))  # to take i is to take all above it
    cut = net.flow(source, sink)
    if float(gain[gain > 0].sum()) - cut <= 1e-9 * scale:
        return np.zeros(n, dtype=bool)
    return np.array(net.reached(source)[:n])


def _checked(y: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    values = np.asarray(y, dtype=float)
    weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    if values.ndim != 1 or values.shape != weight.shape:
        raise UsageError(f"{values.shape} labels and {weight.shape} weights are no two lists")
    if not np.isfinite(values).all() or not (np.isfinite(weight) & (weight > 0)).all():
        raise UsageError("labels are finite numbers, and weights are above 0")
    return values, weight


def order(x: Sequence[ArrayLike] | Floats) -> Bools:
    """Return below (N, N): whether vector i is at most vector j in every part; x is (N, F)."""
    points = np.asarray(x, dtype=float)
    return np.asarray((points[:, None, :] <= points[None, :, :]).all(axis=2))
