"""The nearest boundary piece to a point of a volume, exactly, without looking at every piece.

Neighbouring pieces share an enclosing ball.  A ball that begins further away than the nearest
piece found so far cannot hold a nearer one; what is left is looked at piece by piece.
Distances are along the surface to about 1e-6 of themselves, which is enough to choose; the
chosen one is measured again on the ellipsoid (`foot`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin import geo
from tocsin.incursion import distance_native
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.path import Ints
from tocsin.schema import Floats

_BLOCK = 16  # pieces in a ball: small enough to be tight, large enough to skip many at once
_AT_ONCE = 400_000  # pairs of points and balls: what fits in cache
_PIECES_AT_ONCE = 4_000  # balls to be looked into at a time


@dataclass(frozen=True, slots=True, eq=False)
class Balls:
    """Balls over neighbouring pieces; clipped edges are no boundary and are left out."""

    pieces: Ints  # (C, _BLOCK) piece numbers, the last ball of a volume padded
    centre_m: Floats  # (C, 3)
    radius_m: Floats  # (C,)
    first: Ints  # (V + 1,) where the balls of each volume begin


def balls(boundary: Boundary, volumes: Ints) -> Balls:
    """Return the balls of the volumes named; the others have none."""
    parts, counts = [], np.zeros(len(boundary.first) - 1, np.int64)
    for v in np.unique(volumes):
        piece = np.arange(boundary.first[v], boundary.first[v + 1])
        piece = piece[~boundary.clip[piece]]
        counts[v] = -(-len(piece) // _BLOCK)
        if counts[v]:
            missing = counts[v] * _BLOCK - len(piece)
            parts.append(np.append(piece, np.full(missing, piece[-1])).reshape(-1, _BLOCK))
    pieces = np.concatenate(parts) if parts else np.zeros((0, _BLOCK), np.int64)
    middle = boundary.middle_m[pieces]
    centre = (middle.min(axis=1) + middle.max(axis=1)) / 2 if len(pieces) else np.zeros((0, 3))
    off = middle - centre[:, None]
    radius = (np.sqrt(geo.dot(off, off)) + boundary.half_m[pieces]).max(axis=1, initial=0.0)
    return Balls(pieces, centre, radius, np.concatenate([[0], np.cumsum(counts)]))


def nearest(
    points_m: Floats, volume: Ints, within: Balls, boundary: Boundary
) -> tuple[Floats, Ints]:
    """Return distance in metres and nearest piece of its volume for every point.

    points_m  (N, 3) geocentric
    volume    (N,) index of the volume each point is asked about

    A volume without pieces gives inf and -1.
    """
    count = len(points_m)
    best, which = np.full(count, np.inf), np.full(count, -1, np.int64)
    lib = distance_native.library()
    if lib is not None:
        for one in np.unique(volume):
            mine = np.flatnonzero(volume == one)
            own = slice(within.first[one], within.first[one + 1])
            held = within.centre_m[own], within.radius_m[own], within.pieces[own]
            points = np.ascontiguousarray(points_m[mine])
            best[mine], which[mine] = distance_native.nearest(lib, points, held, boundary)
        return best, which
    order = np.argsort(volume, kind="stable")
    size = within.first[volume[order] + 1] - within.first[volume[order]]
    pairs = np.cumsum(size)
    start = 0
    while start < count:
        before = pairs[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(pairs, before + _AT_ONCE)))
        some = order[start:stop]
        best[some], which[some] = _batch(points_m[some], volume[some], within, boundary)
        start = stop
    return best, which


def _batch(
    points_m: Floats, volume: Ints, within: Balls, boundary: Boundary
) -> tuple[Floats, Ints]:
    """Return what `nearest` does for points in order of volume."""
    best, which = np.full(len(points_m), np.inf), np.full(len(points_m), -1, np.int64)
    lead = np.flatnonzero(np.diff(volume, prepend=-1) != 0)
    groups, likely = [], np.full(len(points_m), -1, np.int64)
    for begin, end in zip(lead, np.append(lead[1:], len(volume)), strict=True):
        b0, b1 = within.first[volume[begin]], within.first[volume[begin] + 1]
        if b1 > b0:
            gap = np.sqrt(_squared(points_m[begin:end], within.centre_m[b0:b1]))
            likely[begin:end] = b0 + np.argmin(gap + within.radius_m[b0:b1], axis=1)
            gap -= within.radius_m[b0:b1]
            groups.append((begin, b0, gap))
    # The likeliest ball first: what it gives excludes most of the others.
    asked = np.flatnonzero(likely >= 0)
    _closer(points_m, asked, likely[asked], within, boundary, best, which)
    point, ball = [], []
    for begin, b0, gap in groups:
        p, b = np.nonzero(gap < best[begin : begin + len(gap), None])
        point.append(p + begin)
        ball.append(b + b0)
    if point:
        p, b = np.concatenate(point), np.concatenate(ball)
        other = b != likely[p]
        p, b = p[other], b[other]
        for at in range(0, len(p), _PIECES_AT_ONCE):
            part = slice(at, at + _PIECES_AT_ONCE)
            _closer(points_m, p[part], b[part], within, boundary, best, which)
    return best, which


def _closer(
    points_m: Floats,
    point: Ints,
    ball: Ints,
    within: Balls,
    boundary: Boundary,
    best: Floats,
    which: Ints,
) -> None:
    """Look into some balls for some points, ascending; what is nearer is taken over."""
    p, e = np.repeat(point, _BLOCK), within.pieces[ball].ravel()
    # A piece lies within half its length of its middle: cheaper to ask, and mostly enough.
    off = points_m[p] - boundary.middle_m[e]
    reach = best[p] + boundary.half_m[e]
    some = np.flatnonzero(geo.dot(off, off) < reach * reach)
    p, e = p[some], e[some]
    if not len(p):
        return
    d = along(points_m[p], e, boundary)
    lead = np.flatnonzero(np.diff(p, prepend=-1) != 0)
    closest = np.minimum.reduceat(d, lead)
    at_closest = np.flatnonzero(d == np.repeat(closest, np.diff(np.append(lead, len(p)))))
    lead = at_closest[np.flatnonzero(np.diff(p[at_closest], prepend=-1) != 0)]
    lead = lead[d[lead] < best[p[lead]]]
    best[p[lead]] = d[lead]
    which[p[lead]] = e[lead]


def along(p: Floats, piece: Ints, boundary: Boundary) -> Floats:
    """Return distances along the surface of points (N, 3) to pieces, (N,) in metres."""
    a, b = boundary.a_m[piece], boundary.b_m[piece]
    side = b - a
    from_a = p - a
    t = geo.dot(from_a, side)
    length2 = geo.dot(side, side)
    ends = np.where(2 * t > length2, geo.dot(p - b, p - b), geo.dot(from_a, from_a))
    beside = (t > 0) & (t < length2)  # a piece of no length has no side: its end is the piece
    across = np.abs(geo.dot(from_a, boundary.normal[piece]))
    r = geo.R_MEAN_M
    half = np.clip(np.sqrt(ends) / (2 * r), 0, 1)
    return np.asarray(
        np.where(beside, r * np.arcsin(np.clip(across / r, 0, 1)), 2 * r * np.arcsin(half))
    )


def foot(
    p_lon: Floats, p_lat: Floats, piece: Ints, boundary: Boundary
) -> tuple[Floats, Floats, Floats]:
    """Return the geodesic distance to a piece, and longitude and latitude of its nearest point.

    The foot comes from the chord; an error of the foot enters the distance to second order only.
    """
    a, b = boundary.a_m[piece], boundary.b_m[piece]
    p = geo.ecef(p_lon, p_lat)
    side = b - a
    length2 = np.maximum(geo.dot(side, side), 1e-12)
    u = np.clip(geo.dot(p - a, side) / length2, 0, 1)
    lon, lat = geo.lonlat(a + u[:, None] * side)
    return geo.distance_m(p_lon, p_lat, lon, lat), lon, lat


def _squared(points: Floats, centres: Floats) -> Floats:
    """Return squared distances (N, C), by components: no (N, C, 3) array is made."""
    out = np.zeros((len(points), len(centres)))
    for axis in range(3):
        d = points[:, axis, None] - centres[None, :, axis]
        out += d * d
    return out
