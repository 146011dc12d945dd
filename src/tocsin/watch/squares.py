"""For `limits`: sizes of squares on the Earth, circles about areas, and what is seen of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.geo import R_MEAN_M
from tocsin.schema import Floats
from tocsin.watch import plane
from tocsin.watch.area import Area

Ints = NDArray[np.int64]


DEGREE_M = 111_000.0  # of latitude, about


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Places beside areas, one row each pair that is not far apart."""

    point: Ints  # (K,)
    area: Ints  # (K,)
    d_m: Floats  # (K,) signed distance; see `exact`
    exact: NDArray[np.bool_]  # (K,) else the limit is at least that far
    rest_m: Floats  # (N,) of every place: areas without a row are at least this far


def index_of(value: Floats, step: float, most: int) -> Ints:
    """Return which of `most` steps each value lies in, the nearest where it lies in none."""
    return np.clip(np.floor(value / step), 0, most - 1).astype(np.int64)


def half_diagonal_m(lat_deg: float, step_deg: float) -> float:
    """Return how far the corners of a square are from its middle, a little more than less."""
    nearest = np.radians(max(abs(lat_deg) - step_deg / 2, 0.0))  # its edge towards the equator
    high = np.radians(step_deg / 2) * R_MEAN_M
    return float(np.hypot(high, 2 * high * np.cos(nearest)) * 1.01)


def around(lines: Iterable[tuple[Floats, Floats]], far_m: float) -> list[int]:
    """Return the squares of 1 by 2 degrees that lines pass through or not far from, ascending."""
    found: set[int] = set()
    up = math.ceil(far_m / DEGREE_M)
    for lon, lat in lines:
        cells = np.stack([index_of(lat + 90.0, 1.0, 180), index_of(lon + 180.0, 2.0, 180)])
        for i, j in np.unique(cells, axis=1).T.tolist():
            for row in range(max(i - up, 0), min(i + up, 179) + 1):
                nearest = min(abs(row - 90), abs(row - 89))  # its edge towards the pole: + 1
                wide_m = 2 * DEGREE_M * max(math.cos(math.radians(nearest + 1)), 1e-3)
                aside = min(math.ceil(far_m / wide_m), 90)
                found |= {row * 180 + (j + k) % 180 for k in range(-aside, aside + 1)}
    return sorted(found)


def circle_about(area: Area) -> tuple[float, float, float]:
    """Return the middle of an area and a radius that holds it all."""
    if not len(area.a_lon_deg):
        return 0.0, 0.0, 0.0
    lon, lat = area.a_lon_deg, area.a_lat_deg
    middle = float(lon.min() + lon.max()) / 2, float(lat.min() + lat.max()) / 2
    x, y = plane.xy(plane.place(*middle), lon, lat)
    # A piece bulges over its ends by no more than half its length.
    sx, sy = np.diff(x, append=x[:1]), np.diff(y, append=y[:1])
    return *middle, float((np.hypot(x, y) * 1.03 + np.minimum(np.hypot(sx, sy) / 2, 3e4)).max())


def joined(parts: Sequence[NDArray[np.generic]]) -> NDArray[np.float64]:
    """Return arrays one after the other."""
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)
