"""Samples of a flight measured from an outward limit: what `joint` takes for depth.

Where no sample can be as near to an edge left out as it is to the limit, both distances are one
and nothing is measured again: at each time the samples lie within a circle of radius r about c, so
an edge left out is no nearer to any of them than it is to c, less r.  What is left is interpolated
as `field` does, and measured exactly near the limit, where an unsigned distance bends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.field import ERROR_M, SPACING_M, Field
from tocsin.incursion.nearest import Balls, balls, foot, nearest
from tocsin.incursion.outward import Faced, Outward
from tocsin.schema import Floats

SIGMAS = 6.0  # a limit is not off by more: samples that far outside are never inside
_SAME_M = 5.0


@dataclass(frozen=True, slots=True)
class Deepest:
    """From which edge samples are measured where they are deepest."""

    faced: Faced  # of most samples
    share: float  # of the samples for which it is this edge
    lon_deg: float  # the nearest point of the limit, for the sample of median depth among them
    lat_deg: float


def field_of(
    lon0_deg: float,
    lat0_deg: float,
    outward: Outward,
    *,
    spacing_m: float = SPACING_M,
    error_m: float = ERROR_M,
) -> Field:
    """Return distances from an outward limit on a grid about a place, for `outward_m`."""
    line = outward.boundary(outward.parts)
    return Field(lon0_deg, lat0_deg, 0, line, spacing_m=spacing_m, error_m=error_m, sided=False)


def outward_m(
    lon_deg: Floats,
    lat_deg: Floats,
    flat_m: Floats,
    sigma_m: float,
    outward: Outward,
    field: Field | None = None,
    *,
    rough: bool = False,
) -> Floats | None:
    """Return the distance from the outward limit of samples that are inside, (M, K).

    flat_m   (M, K) distance from every edge, positive inside
    sigma_m  one-sigma error of the limit
    field    of `field_of`, where samples are measured more than once
    rough    whether what it says beside the limit is near enough

    Outside it is `flat_m`.  None where it is `flat_m` everywhere.  Raises ValueError for a position
    that is not finite.
    """
    if outward.every:
        return None
    if not (np.isfinite(lon_deg).all() and np.isfinite(lat_deg).all()):
        raise ValueError("a sample has no position")  # it would compare as far from every edge
    columns = _doubtful(lon_deg, lat_deg, flat_m, SIGMAS * sigma_m, outward)
    if not len(columns):
        return None
    out = flat_m.copy()
    row, k = np.nonzero(flat_m[:, columns] > -SIGMAS * sigma_m)
    k = columns[k]
    lon, lat = lon_deg[row, k], lat_deg[row, k]
    field = field or field_of(float(lon[0]), float(lat[0]), outward)
    away = field(lon, lat)
    close = np.flatnonzero(away < 3 * field.spacing_m) if not rough else np.zeros(0, np.int64)
    away[close] = field.exact(lon[close], lat[close])
    inside = flat_m[row, k]
    # Just outside of an edge left out a shifted limit may still have the sample inside; beside
    # the outward limit itself both distances are one, to what interpolation leaves.
    out[row, k] = np.where(away > np.abs(inside) + np.where(inside < 0, _SAME_M, 0.0), away, inside)
    return out


def deepest(lon_deg: Floats, lat_deg: Floats, depth_m: Floats, outward: Outward) -> Deepest:
    """Return from which edge samples are measured, each at its own deepest place, (M,)."""
    parts = outward.parts
    line = outward.boundary(parts)
    asked = np.zeros(len(lon_deg), np.int64)
    _, piece = nearest(geo.ecef(lon_deg, lat_deg), asked, balls(line, asked[:1]), line)
    part = parts[piece]
    # One kind of edge is of one neighbour, disputed or not.
    kind = 2 * outward.facing.beyond[part] + outward.facing.disputed[part]
    kinds, counts = np.unique(kind, return_counts=True)
    mine = np.flatnonzero(kind == kinds[np.argmax(counts)])
    middle = mine[np.argsort(depth_m[mine], kind="stable")[len(mine) // 2]]
    _, lon, lat = foot(
        lon_deg[middle : middle + 1],
        lat_deg[middle : middle + 1],
        piece[middle : middle + 1],
        line,
    )
    share = float(counts.max() / len(kind))
    return Deepest(outward.faced(int(part[middle])), share, float(lon[0]), float(lat[0]))


def _doubtful(
    lon_deg: Floats, lat_deg: Floats, flat_m: Floats, least_m: float, outward: Outward
) -> NDArray[np.int64]:
    """Return the times at which some sample inside may be nearer to an edge left out."""
    columns = np.flatnonzero((flat_m > -least_m).any(axis=0))
    if not len(columns):
        return columns
    some = slice(int(columns[0]), int(columns[-1]) + 1)  # nearly always all there are
    lon0 = lon_deg[0, columns[0]]
    lon = lon_deg[:, some]
    if float(lon.max()) - float(lon.min()) > 180.0:
        lon = geo.wrap_deg(lon - lon0) + lon0
    columns_of = columns - columns[0]
    west, east, south, north, most = (
        each[columns_of]
        for each in (
            lon.min(axis=0) - lon0,
            lon.max(axis=0) - lon0,
            lat_deg[:, some].min(axis=0),
            lat_deg[:, some].max(axis=0),
            flat_m[:, some].max(axis=0),
        )
    )
    most = np.maximum(most, least_m)
    rest = _left_out(outward)

    def near(sides: tuple[Floats, ...], most_m: Floats) -> NDArray[np.bool_]:
        west, south, east, north = sides
        corners = np.stack([geo.ecef(lon0 + x, y) for x in (west, east) for y in (south, north)])
        centre = corners.mean(axis=0)
        off = corners - centre
        # A parallel bulges beyond the corners of its box; a hundredth covers 5 degrees of it.
        radius = 1.01 * np.sqrt(geo.dot(off, off)).max(axis=0) + 1.0
        return np.asarray(_away_m(*geo.lonlat(centre), *rest) - radius <= 1.001 * most_m)

    box = tuple(np.array([v]) for v in (west.min(), south.min(), east.max(), north.max()))
    if not near(box, most.max(keepdims=True)).any():  # all times at once: the usual case
        return columns[:0]
    return columns[near((west, south, east, north), most)]


@lru_cache(maxsize=8)  # the same few limits are asked about hundreds of flights
def _left_out(outward: Outward) -> tuple[Boundary, Balls]:
    rest = outward.boundary(np.flatnonzero(~outward.counts))
    return rest, balls(rest, np.zeros(1, np.int64))


def _away_m(lon_deg: Floats, lat_deg: Floats, line: Boundary, of_line: Balls) -> Floats:
    asked = np.zeros(len(lon_deg), np.int64)
    return nearest(geo.ecef(lon_deg, lat_deg), asked, of_line, line)[0]
