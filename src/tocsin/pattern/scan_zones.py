"""Nested circles of places, and distances between places.

A circle is closed: around a centre it holds every place that is not farther than its radius, so
places at the same distance enter together.  Circles that hold the same people are one circle, the
smallest; a place where nobody lives may be a centre and may lie in a circle, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.geo import WGS84
from tocsin.schema import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Circles as rows of a matrix over places."""

    member: NDArray[np.bool_]  # (Z, P)
    centre: NDArray[np.int64]  # (Z,) the place in the middle
    radius_km: Floats  # (Z,) to the farthest place inside

    def __len__(self) -> int:
        return len(self.centre)


def geodesic_km(lon_deg: Floats, lat_deg: Floats) -> Floats:
    """Return distances between all places, (P, P) in km: geodesics on WGS-84 (Karney 2013)."""
    n = len(lon_deg)
    i, j = np.triu_indices(n, 1)
    out = np.zeros((n, n))
    if len(i):
        _, _, metres = WGS84.inv(lon_deg[i], lat_deg[i], lon_deg[j], lat_deg[j])
        out[i, j] = out[j, i] = np.asarray(metres) / 1000.0
    return out


def planar_km(x_km: Floats, y_km: Floats) -> Floats:
    """Return distances between all places of a plane, (P, P) in km."""
    return np.asarray(np.hypot(x_km[:, None] - x_km, y_km[:, None] - y_km))


def circles(
    distance_km: Floats,
    weight: Floats,
    *,
    share: float = 0.5,
    radius_km: float = np.inf,
    sizes: NDArray[np.int64] | None = None,
) -> Zones:
    """Return every circle that holds some weight, and at most a share of all of it.

    distance_km  (P, P)
    weight       (P,) of people, or of cases where no population is known
    radius_km    no circle is wider
    sizes        numbers of places to which circles are limited, where there are too many
    """
    limit = share * weight.sum() * (1 + 1e-12)  # a half that is summed in another order is a half
    inhabited = weight > 0
    rows: dict[bytes, tuple[float, int, NDArray[np.bool_]]] = {}
    for centre, distance in enumerate(distance_km):
        order = np.argsort(distance, kind="stable")
        reached = distance[order]
        last = np.append(reached[1:] > reached[:-1] * (1 + 1e-12) + 1e-9, True)  # of its ties
        held = np.cumsum(weight[order])
        wanted = last & (held > 0) & (held <= limit) & (reached <= radius_km)
        if sizes is not None:
            wanted &= np.isin(np.cumsum(inhabited[order]), sizes)
        for k in np.flatnonzero(wanted):
            inside = np.zeros(len(order), dtype=bool)
            inside[order[: k + 1]] = True
            key = np.packbits(inside[inhabited]).tobytes()
            # A circle around an outer place is never the smallest, so a tie is rare; then the
            # first centre stands for all.
            if key not in rows or reached[k] < rows[key][0]:
                rows[key] = (float(reached[k]), centre, inside)
    found = list(rows.values())
    return Zones(
        np.array([inside for _, _, inside in found]).reshape(len(found), len(weight)),
        np.array([centre for _, centre, _ in found], dtype=np.int64),
        np.array([radius for radius, _, _ in found], dtype=np.float64),
    )


def growing(most: int, growth: float) -> NDArray[np.int64]:
    """Return 1, 2, ... up to `most`, each at least a share larger than the one before."""
    sizes = [1]
    while sizes[-1] < most:
        sizes.append(max(sizes[-1] + 1, round(sizes[-1] * (1 + growth))))
    return np.array(sizes, dtype=np.int64)
