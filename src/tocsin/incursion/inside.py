"""On which side of each volume a point lies: crossings of a meridian from there to outside.

A meridian is a geodesic and a great ellipse at any length, so the ray needs no cutting, and the
same predicate with the same tie-breaking counts its crossings as counts those of the track.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.crossing import hits
from tocsin.incursion.path import Ints
from tocsin.schema import Floats

_BIN_DEG = 0.05  # of longitude; a piece is listed in every bin that it spans
_BINS = round(360 / _BIN_DEG)
_BLOCK = 2_000_000  # pairs at a time


def inside(lon_deg: Floats, lat_deg: Floats, boundary: Boundary) -> tuple[Ints, Ints]:
    """Return the (point, volume) pairs where the point lies inside, in order of points."""
    count = len(boundary.first) - 1
    points, volumes = _boxed(lon_deg, lat_deg, boundary, count)
    if not len(points):
        return points, volumes
    top = np.minimum(_top(boundary, count)[volumes] + 0.5, 89.99)
    key, piece = _by_bin(boundary)
    wanted = volumes * _BINS + _bin(lon_deg[points])
    first = np.searchsorted(key, wanted, side="left")
    n = np.searchsorted(key, wanted, side="right") - first
    odd = np.zeros(len(points), bool)
    start = 0
    total = np.cumsum(n)
    while start < len(points):  # in blocks: many points over a long coast are many pairs
        before = total[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(total, before + _BLOCK)))
        odd[start:stop] = _odd(
            lon_deg[points[start:stop]],
            lat_deg[points[start:stop]],
            top[start:stop],
            first[start:stop],
            n[start:stop],
            piece,
            boundary,
        )
        start = stop
    return points[odd], volumes[odd]


def _odd(
    lon: Floats, lat: Floats, top: Floats, first: Ints, n: Ints, piece: Ints, boundary: Boundary
) -> NDArray[np.bool_]:
    ray = np.repeat(np.arange(len(lon)), n)
    k = np.arange(len(ray)) - np.repeat(np.cumsum(n) - n, n)
    hit_piece = piece[np.repeat(first, n) + k]
    # Pieces wholly south of the point cannot be met on the way north; their bulge is below 0.1 deg.
    north = (
        np.maximum(boundary.a_lat_deg[hit_piece], boundary.b_lat_deg[hit_piece]) + 0.1 >= lat[ray]
    )
    ray, hit_piece = ray[north], hit_piece[north]
    p, q = geo.ecef(lon, lat), geo.ecef(lon, top)
    hit = hits(p[ray], q[ray], boundary.a_m[hit_piece], boundary.b_m[hit_piece])
    return np.asarray(np.bincount(ray[hit.pair], minlength=len(lon)) % 2 == 1)


def _boxed(lon: Floats, lat: Floats, boundary: Boundary, count: int) -> tuple[Ints, Ints]:
    """Return the pairs of points and volumes whose latitude spans and longitude bins agree."""
    points, volumes = [], []
    where = _bin(lon)
    for v in range(count):
        part = slice(int(boundary.first[v]), int(boundary.first[v + 1]))
        south = np.minimum(boundary.a_lat_deg[part], boundary.b_lat_deg[part]).min(initial=91) - 0.1
        north = (
            np.maximum(boundary.a_lat_deg[part], boundary.b_lat_deg[part]).max(initial=-91) + 0.1
        )
        near = np.flatnonzero((lat >= south) & (lat <= north))
        if not len(near):
            continue
        spanned = np.zeros(_BINS + 1, np.int64)
        i0, i1 = _span(boundary, part)
        np.add.at(spanned, i0 % _BINS, 1)
        wraps = i1 // _BINS > i0 // _BINS
        np.add.at(spanned, (i1 % _BINS) + 1, -1)
        spanned[0] += int(wraps.sum())
        hit = near[np.cumsum(spanned)[where[near]] > 0]
        points.append(hit)
        volumes.append(np.full(len(hit), v))
    if not points:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    p, v_all = np.concatenate(points), np.concatenate(volumes)
    order = np.lexsort((v_all, p))
    return p[order], v_all[order]


def _top(boundary: Boundary, count: int) -> Floats:
    top = np.full(count, -90.0)
    np.maximum.at(top, boundary.volume, boundary.a_lat_deg)
    return top


def _bin(lon: Floats) -> Ints:
    return np.asarray(np.floor(lon / _BIN_DEG), dtype=np.int64) % _BINS


def _span(boundary: Boundary, part: slice) -> tuple[Ints, Ints]:
    """Return the first and last bin of each piece, unwrapped, one bin wider for rounding."""
    a, b = boundary.a_lon_deg[part], boundary.b_lon_deg[part]
    i0 = np.floor(np.minimum(a, b) / _BIN_DEG - 1e-9).astype(np.int64)
    i1 = np.floor(np.maximum(a, b) / _BIN_DEG + 1e-9).astype(np.int64)
    return i0, i1


def _by_bin(boundary: Boundary) -> tuple[Ints, Ints]:
    """Return (volume and bin) keys in order with the piece of each."""
    i0, i1 = _span(boundary, slice(None))
    n = i1 - i0 + 1
    piece = np.repeat(np.arange(len(n)), n)
    i = np.repeat(i0, n) + np.arange(len(piece)) - np.repeat(np.cumsum(n) - n, n)
    key = boundary.volume[piece] * _BINS + i % _BINS
    order = np.argsort(key, kind="stable")
    return key[order], piece[order]
