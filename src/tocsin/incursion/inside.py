"""On which side of each volume a point lies: crossings of a meridian from there to outside.

A meridian is a geodesic and a great ellipse at any length, so the ray needs no cutting, and the
same predicate with the same tie-breaking counts its crossings as counts those of the track.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion import distance_native
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.crossing import hits
from tocsin.incursion.path import Ints
from tocsin.schema import Floats

_BIN_DEG = 0.05  # of longitude; a piece is listed in every bin that it spans
_BINS = round(360 / _BIN_DEG)
_BLOCK = 2_000_000  # pairs at a time
_BULGE_DEG = 0.1  # of a piece beyond its ends, at most


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """One volume laid out for the question on which side of it points lie, asked many times."""

    a_m: Floats  # (P, 3) where its pieces begin and end
    b_m: Floats
    reach_deg: Floats  # (P,) no piece bulges further north
    top_deg: float  # outside of it, to the north
    bottom_deg: float  # and to the south
    first: Ints  # (bins + 1,) where each bin of longitude begins in `piece`
    piece: Ints  # those over each bin, from 0 on


def sides(boundary: Boundary, volume: int) -> Sides:
    """Return one volume laid out."""
    part = slice(int(boundary.first[volume]), int(boundary.first[volume + 1]))
    i0, i1 = _span(boundary, part)
    n = i1 - i0 + 1
    piece = np.repeat(np.arange(len(n)), n)
    bins = (np.repeat(i0, n) + np.arange(len(piece)) - np.repeat(np.cumsum(n) - n, n)) % _BINS
    order = np.argsort(bins, kind="stable")
    a, b = boundary.a_lat_deg[part], boundary.b_lat_deg[part]
    return Sides(
        boundary.a_m[part],
        boundary.b_m[part],
        np.maximum(a, b) + _BULGE_DEG,
        min(float(a.max(initial=-90.0)) + 0.5, 89.99),
        float(a.min(initial=90.0)) - _BULGE_DEG,
        np.searchsorted(bins[order], np.arange(_BINS + 1)),
        piece[order],
    )


def within(lon_deg: Floats, lat_deg: Floats, xyz_m: Floats, of: Sides) -> NDArray[np.bool_]:
    """Return whether points lie inside one volume, (N,).

    xyz_m  (N, 3) `geo.ecef` of the points
    """
    lib = distance_native.library()
    if lib is None:
        return _within(lon_deg, lat_deg, of)
    points = [np.ascontiguousarray(one, np.float64) for one in (lon_deg, lat_deg, xyz_m)]
    laid = of.first, of.piece, of.a_m, of.b_m, of.reach_deg
    found = distance_native.inside(lib, points, of.top_deg, _BIN_DEG, laid)
    out = np.asarray(found == 1)
    tied = np.flatnonzero(found == distance_native.TIE)
    if len(tied):
        out[tied] = _within(lon_deg[tied], lat_deg[tied], of)
    return out


def _within(lon: Floats, lat: Floats, of: Sides) -> NDArray[np.bool_]:
    out = np.zeros(len(lon), bool)
    wanted = _bin(lon)
    n = of.first[wanted + 1] - of.first[wanted]
    some = np.flatnonzero(n > 0)
    total = np.cumsum(n[some])
    start = 0
    while start < len(some):  # in blocks: many points over a long coast are many pairs
        before = total[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(total, before + _BLOCK)))
        k = some[start:stop]
        top = np.full(len(k), of.top_deg)
        first = of.first[wanted[k]]
        out[k] = _odd(lon[k], lat[k], top, first, n[k], of)
        start = stop
    return out


def inside(lon_deg: Floats, lat_deg: Floats, boundary: Boundary) -> tuple[Ints, Ints]:
    """Return the (point, volume) pairs where the point lies inside, in order of points."""
    points, volumes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for volume in range(len(boundary.first) - 1):
        of = sides(boundary, volume)
        near = np.flatnonzero((lat_deg >= of.bottom_deg) & (lat_deg <= of.top_deg))
        if len(near):
            lon, lat = lon_deg[near], lat_deg[near]
            points.append(near[within(lon, lat, geo.ecef(lon, lat), of)])
            volumes.append(np.full(len(points[-1]), volume))
    point, which = np.concatenate(points), np.concatenate(volumes)
    order = np.lexsort((which, point))
    return point[order], which[order]


def _odd(
    lon: Floats, lat: Floats, top: Floats, first: Ints, n: Ints, of: Sides
) -> NDArray[np.bool_]:
    ray = np.repeat(np.arange(len(lon)), n)
    k = np.arange(len(ray)) - np.repeat(np.cumsum(n) - n, n)
    hit_piece = of.piece[np.repeat(first, n) + k]
    # Pieces wholly south of the point cannot be met on the way north.
    north = of.reach_deg[hit_piece] >= lat[ray]
    ray, hit_piece = ray[north], hit_piece[north]
    p, q = geo.ecef(lon, lat), geo.ecef(lon, top)
    hit = hits(p[ray], q[ray], of.a_m[hit_piece], of.b_m[hit_piece])
    return np.asarray(np.bincount(ray[hit.pair], minlength=len(lon)) % 2 == 1)


def _bin(lon: Floats) -> Ints:
    return np.asarray(np.floor(lon / _BIN_DEG), dtype=np.int64) % _BINS


def _span(boundary: Boundary, part: slice) -> tuple[Ints, Ints]:
    """Return the first and last bin of each piece, unwrapped, one bin wider for rounding."""
    a, b = boundary.a_lon_deg[part], boundary.b_lon_deg[part]
    i0 = np.floor(np.minimum(a, b) / _BIN_DEG - 1e-9).astype(np.int64)
    i1 = np.floor(np.maximum(a, b) / _BIN_DEG + 1e-9).astype(np.int64)
    return i0, i1
