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

    def z_at(self, share: Floats) -> Floats:
        """Return how many spreads from the median these shares of the prior lie below."""
        flat = [NormalDist().inv_cdf(float(x)) for x in share.ravel()]
        return np.array(flat).reshape(share.shape)

    def at_z(self, z: Floats) -> Floats:
        """Return the heights so many spreads from the median, none below the ellipsoid."""
        low, high = self.median_m - self.q05_m, self.q95_m - self.median_m
        return np.maximum(self.median_m + z / _Z95 * np.where(z < 0, low, high), 0.0)

    def at(self, share: Floats) -> Floats:
        """Return the heights below which these shares of the prior lie."""
        return self.at_z(self.z_at(share))

    def z_of(self, h_m: Floats) -> Floats:
        """Return how many spreads from the median heights are."""
        low, high = self.median_m - self.q05_m, self.q95_m - self.median_m
        return _Z95 * (h_m - self.median_m) / np.where(h_m < self.median_m, low, high)

    def share_below(self, h_m: float) -> float:
        """Return the share of the prior that lies below a height."""
        return NormalDist().cdf(float(self.z_of(np.array(h_m))))
