"""Height where nobody reports one: a prior on a grid, weighed by what two radars make of it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tocsin.schema import Floats

_Z95 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class HeightPrior:
    """A prior by its median and its 5 % and 95 % points, in metres above the ellipsoid.

    Two half-normals, each with half the mass, meet at the median: the three points are met
    exactly, and nothing more is claimed of the shape.
    """

    median_m: float
    q05_m: float
    q95_m: float

    def __post_init__(self) -> None:
        if not self.q05_m < self.median_m < self.q95_m:
            raise ValueError(
                f"a height prior needs q05 < median < q95, not {self.q05_m}, {self.median_m}, "
                f"{self.q95_m}"
            )

    def at(self, share: Floats) -> Floats:
        """Return the heights below which these shares of the prior lie."""
        z = np.array([NormalDist().inv_cdf(float(x)) for x in share])
        low, high = self.median_m - self.q05_m, self.q95_m - self.median_m
        return np.maximum(self.median_m + z / _Z95 * np.where(z < 0, low, high), 0.0)

    def share_below(self, h_m: float) -> float:
        """Return the share of the prior that lies below a height."""
        side = self.median_m - self.q05_m if h_m < self.median_m else self.q95_m - self.median_m
        return NormalDist().cdf(_Z95 * (h_m - self.median_m) / side)
