"""How deep a passage went: the greatest distance from the boundary along it, exactly.

The maximum is found by branch and bound.  Distance from the boundary changes no faster than the
path is long, so between two points of it, at depths d0 and d1 and L apart along the path,

    depth <= (d0 + d1 + L) / 2.

Along a single leg there is a sharper bound: the distance to one and the same piece is convex,
so no point of the leg is deeper than the farther of its two ends is from that piece.  What
could still beat the best point found is halved, until nothing can by more than `TOLERANCE_M`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.nearest import Balls, along, balls, foot, nearest
from tocsin.incursion.passages import Stretches
from tocsin.incursion.path import Ints, Path
from tocsin.schema import Floats

TOLERANCE_M = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Deepest:
    """The deepest point of every stretch."""

    depth_m: Floats  # (S,) geodesic distance; NaN for a volume that has no boundary but clips
    piece: Ints  # (S,) the nearest piece there; -1 without one
    leg: Ints  # (S,)
    s: Floats  # (S,)
    lon_deg: Floats  # (S,)
    lat_deg: Floats  # (S,)


@dataclass(slots=True, eq=False)
class _Best:
    d: Floats
    piece: Ints
    x: Floats  # leg + fraction


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Parts of stretches between two points; x is leg plus fraction."""

    stretch: Ints
    x0: Floats
    x1: Floats
    d0: Floats
    d1: Floats
    e0: Ints
    e1: Ints

    def take(self, which: NDArray[np.bool_]) -> _Parts:
        return _Parts(*(getattr(self, name)[which] for name in self.__slots__))


def deepest(path: Path, found: Stretches, boundary: Boundary) -> Deepest:
    """Return the deepest point of each stretch."""
    count = len(found.volume)
    run_length = _run_length(path)
    best = _Best(np.full(count, -np.inf), np.full(count, -1, np.int64), np.zeros(count))
    _search(path, run_length, found, balls(boundary, found.volume), boundary, best)
    leg = np.minimum(np.floor(best.x).astype(np.int64), len(path.t_s) - 1)
    s = best.x - leg
    lon, lat = geo.lonlat(path.at(leg, s)) if count else (np.zeros(0), np.zeros(0))
    known = best.piece >= 0
    depth = np.full(count, np.nan)
    if known.any():
        depth[known], _, _ = foot(lon[known], lat[known], best.piece[known], boundary)
    return Deepest(depth, best.piece, leg, s, lon, lat)


def _search(
    path: Path,
    run_length: Floats,
    found: Stretches,
    within: Balls,
    boundary: Boundary,
    best: _Best,
) -> None:
    x0, x1 = found.leg0 + found.s0, found.leg1 + found.s1
    best.x[:] = x0
    mine = np.flatnonzero(np.diff(within.first)[found.volume] > 0)  # volumes with a boundary
    x0, x1, volume = x0[mine], x1[mine], found.volume
    # A crossing lies on its piece: depth 0, and no search.
    d0, e0 = np.zeros(len(mine)), found.piece0[mine]
    d1, e1 = np.zeros(len(mine)), found.piece1[mine]
    best.d[mine], best.piece[mine] = np.where(e0 < 0, -np.inf, 0.0), e0
    for x, d, e in ((x0, d0, e0), (x1, d1, e1)):
        k = np.flatnonzero((e < 0) | boundary.clip[e])
        d[k], e[k] = _evaluate(path, mine[k], volume, x[k], within, boundary, best)
    length = _length_at(path, run_length, x1) - _length_at(path, run_length, x0)
    some = (d0 + d1 + length) / 2 > best.d[mine] + TOLERANCE_M
    parts = _Parts(mine, x0, x1, d0, d1, e0, e1).take(some)
    while len(parts.stretch):
        parts = _halve(path, run_length, volume, parts, within, boundary, best)


def _halve(
    path: Path,
    run_length: Floats,
    volume: Ints,
    parts: _Parts,
    within: Balls,
    boundary: Boundary,
    best: _Best,
) -> _Parts:
    """Return the halves of parts that may still hold something deeper than the best."""
    middle = _middle(parts)
    p = _position(path, middle)
    to_e0, to_e1 = along(p, parts.e0, boundary), along(p, parts.e1, boundary)
    # The middle is no deeper than it is far from the pieces nearest to the ends: often that is
    # enough to dismiss both halves without a search for its own nearest piece.
    at_most = np.minimum(to_e0, to_e1)
    left = _bound(path, run_length, parts.x0, middle, parts.d0, at_most, to_e0)
    right = _bound(path, run_length, middle, parts.x1, at_most, parts.d1, to_e1)
    open_ = np.maximum(left, right) > best.d[parts.stretch] + TOLERANCE_M
    parts, middle = parts.take(open_), middle[open_]
    to_e0, to_e1 = to_e0[open_], to_e1[open_]
    d, e = _evaluate(path, parts.stretch, volume, middle, within, boundary, best)
    p0, p1 = _position(path, parts.x0), _position(path, parts.x1)
    left = _bound(path, run_length, parts.x0, middle, parts.d0, d, to_e0)
    left = np.minimum(left, _flat(parts.x0, middle, along(p0, e, boundary), d))
    right = _bound(path, run_length, middle, parts.x1, d, parts.d1, to_e1)
    right = np.minimum(right, _flat(middle, parts.x1, along(p1, e, boundary), d))
    enough = best.d[parts.stretch] + TOLERANCE_M
    halves = _Parts(
        np.concatenate([parts.stretch, parts.stretch]),
        np.concatenate([parts.x0, middle]),
        np.concatenate([middle, parts.x1]),
        np.concatenate([parts.d0, d]),
        np.concatenate([d, parts.d1]),
        np.concatenate([parts.e0, e]),
        np.concatenate([e, parts.e1]),
    )
    return halves.take(np.concatenate([left > enough, right > enough]))


def _middle(parts: _Parts) -> Floats:
    """Return where to halve: at a fix while there is one between, else in the middle."""
    middle = (parts.x0 + parts.x1) / 2
    node = np.round(middle)
    return np.asarray(np.where((node > parts.x0) & (node < parts.x1), node, middle))


def _bound(
    path: Path, run_length: Floats, x0: Floats, x1: Floats, d0: Floats, d1: Floats, far: Floats
) -> Floats:
    """Return how deep a part may go; `far` is an end's distance from the other end's piece."""
    length = _length_at(path, run_length, x1) - _length_at(path, run_length, x0)
    return np.minimum((d0 + d1 + length) / 2, _flat(x0, x1, far, np.maximum(d0, d1)))


def _flat(x0: Floats, x1: Floats, far: Floats, near: Floats) -> Floats:
    """Return the bound by convexity; it holds within one leg, which is straight."""
    single = np.ceil(x1) - np.floor(x0) <= 1
    return np.asarray(np.where(single, np.maximum(far, near), np.inf))


def _evaluate(
    path: Path,
    stretch: Ints,
    volume: Ints,
    x: Floats,
    within: Balls,
    boundary: Boundary,
    best: _Best,
) -> tuple[Floats, Ints]:
    """Return depth and nearest piece at some places, and keep what is the deepest."""
    d, e = nearest(_position(path, x), volume[stretch], within, boundary)
    if not len(stretch):
        return d, e
    order = np.lexsort((x, -d, stretch))  # the deepest first, the earliest of equals
    lead = order[np.flatnonzero(np.diff(stretch[order], prepend=-1) != 0)]
    better = lead[d[lead] > best.d[stretch[lead]]]
    best.d[stretch[better]] = d[better]
    best.piece[stretch[better]] = e[better]
    best.x[stretch[better]] = x[better]
    return d, e


def _position(path: Path, x: Floats) -> Floats:
    leg = np.minimum(np.floor(x).astype(np.int64), len(path.t_s) - 1)
    return path.at(leg, x - leg)


def _run_length(path: Path) -> Floats:
    """Return the length of the path up to each point, (N,); legs that nobody saw count nothing."""
    if not len(path.t_s):
        return np.zeros(0)
    step = geo.arc_m(np.linalg.norm(np.diff(path.xyz_m, axis=0), axis=1))
    step[path.run[1:] != path.run[:-1]] = 0.0
    return np.concatenate([[0.0], np.cumsum(step)])


def _length_at(path: Path, run_length: Floats, x: Floats) -> Floats:
    leg = np.minimum(np.floor(x).astype(np.int64), len(run_length) - 1)
    after = np.minimum(leg + 1, len(run_length) - 1)
    return np.asarray(run_length[leg] + (x - leg) * (run_length[after] - run_length[leg]))


def lengths(path: Path, found: Stretches) -> Floats:
    """Return the length of the path inside, (S,) in metres."""
    run_length = _run_length(path)
    if not len(run_length):
        return np.zeros(0)
    return np.asarray(
        _length_at(path, run_length, found.leg1 + found.s1)
        - _length_at(path, run_length, found.leg0 + found.s0)
    )
