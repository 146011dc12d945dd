"""Plots read at any height, from their being read at a few.

Where a plot lies on the ground is a smooth function of its height: sqrt(r^2 - h^2) and what the
ellipsoid adds, whose nearest singularity is at h = r.  With r 1.5 times the greatest height or
more, a polynomial through nine Chebyshev nodes is good to some centimetres (its error falls as
rho^-9, with rho = 3.7 for a singularity two half-widths from the middle: Trefethen 2013, th. 8.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.schema import Floats
from tocsin.track.imm import Measured
from tocsin.track.plots import Plots

NODES = 9
FAR = 1.5  # times the greatest height: the shortest slant range for which the polynomial is used


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Sets of plots, G of them, read at nodes between two heights."""

    nodes_m: Floats  # (N,)
    measured: Measured  # of G N tracks

    def at(self, heights_m: Floats) -> Measured:
        """Return the plots read at heights that are the same all along, (G, H)."""
        sets, many = heights_m.shape
        share = _lagrange(self.nodes_m, heights_m)  # (G, H, N)

        def mixed(values: Floats) -> Floats:
            flat = values.reshape(sets, len(self.nodes_m), -1)
            return (share @ flat).reshape(sets * many, *values.shape[1:])

        one = self.measured
        t_s = one.t_s.reshape(sets, len(self.nodes_m), -1)[:, :1]
        return Measured(
            np.broadcast_to(t_s, (sets, many, t_s.shape[-1])).reshape(sets * many, -1),
            mixed(one.z_m),
            mixed(one.cov_m2),
        )


def read(
    every: Sequence[Plots],
    low_m: float,
    high_m: float,
    measured: Callable[[Floats], Measured],
) -> Read | None:
    """Return plots read at nodes between heights; None where one is too near for a polynomial.

    measured  reads them at heights (G, H, K)
    """
    nearest_m = min(float(np.nanmin(plots.range_m)) for plots in every)
    if not high_m > low_m or nearest_m < FAR * high_m:
        return None
    x = np.cos((np.arange(NODES) + 0.5) * np.pi / NODES)
    nodes = (low_m + high_m) / 2 + (high_m - low_m) / 2 * x
    shape = len(every), NODES, len(every[0].t_s)
    return Read(nodes, measured(np.broadcast_to(nodes[:, None], shape)))


def _lagrange(nodes: Floats, x: Floats) -> Floats:
    """Return what each node counts, (..., N): barycentric weights (Berrut, Trefethen 2004)."""
    gap = nodes[:, None] - nodes
    np.fill_diagonal(gap, 1.0)
    weight = 1.0 / np.prod(gap / np.abs(nodes[0] - nodes[-1]), axis=1)
    off = x[..., None] - nodes
    exact = off == 0
    term = weight / np.where(exact, 1.0, off)
    share = term / term.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(exact.any(axis=-1, keepdims=True), exact.astype(np.float64), share))
