"""The fewest labels to change so that a graver case never has a lower one.

Two cases clash where one is at least the other in every factor and has a lower level.  Clashing is
transitive, so the largest set without a clash is an antichain, found by matching (Koenig and
Dilworth; Rademaker, De Baets and De Meyer, Information Sciences 183, 2012).  All others are moved
to the nearest level that the kept ones allow.  Which labels were "wrong" is not settled by this:
another set of the same size may do as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.policy.threshold.flow import Network
from tocsin.policy.threshold.isotonic import Bools

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Relabelled:
    labels: Ints  # (N,) consistent with the order
    changed: tuple[int, ...]  # indices, the fewest possible


def clashes(labels: Ints, below: Bools) -> Bools:
    """Return (N, N): whether i is below j, or its equal, and yet has the higher label."""
    return np.asarray(below & (labels[:, None] > labels[None, :]))


def fewest(labels: Ints, below: Bools) -> Relabelled:
    """Return consistent labels that differ from the given ones in as few cases as possible."""
    n = len(labels)
    clash = clashes(labels, below)
    kept = _antichain(clash)
    lowest, highest = (int(labels.min()), int(labels.max())) if n else (0, 0)
    out = labels.copy()
    # From the bottom up, by how many lie below: each label may lean on those already set.
    for i in sorted(range(n), key=lambda k: int(below[:, k].sum())):
        if kept[i]:
            continue
        under = [int(labels[j]) for j in range(n) if kept[j] and below[j, i]]
        over = [int(labels[j]) for j in range(n) if kept[j] and below[i, j]]
        least, most = max(under, default=lowest), min(over, default=highest)
        out[i] = min(max(int(labels[i]), least), most)
    for i in sorted(range(n), key=lambda k: int(below[:, k].sum())):
        if not kept[i]:
            moved = [int(out[j]) for j in range(n) if not kept[j] and below[j, i]]
            out[i] = max([int(out[i]), *moved])
    return Relabelled(out, tuple(int(i) for i in np.flatnonzero(out != labels)))


def _antichain(clash: Bools) -> Bools:
    """Return (N,) a largest set of cases no two of which clash."""
    n = len(clash)
    net = Network(2 * n + 2)
    source, sink = 2 * n, 2 * n + 1
    for k in range(n):
        net.join(source, k, 1.0)
        net.join(n + k, sink, 1.0)
    for i, j in zip(*np.nonzero(clash), strict=True):
        net.join(int(i), n + int(j), float("inf"))
    net.flow(source, sink)
    near = np.array(net.reached(source))
    # A case is in the minimum vertex cover if its left copy is cut off or its right copy reached.
    return np.asarray(near[:n] & ~near[n : 2 * n])
