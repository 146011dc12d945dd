"""Crossings and starting sides to stretches inside: where each begins and ends, seen or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.geo import wrap_deg
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.crossing import hits
from tocsin.incursion.grid import cell_deg, pairs
from tocsin.incursion.inside import inside
from tocsin.incursion.path import Ints, Path
from tocsin.schema import Floats

_HITS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Unbroken stretches of a path inside a volume, in order of volume, run and time.

    An end that is not `seen` is where observation begins or stops, not a boundary.
    """

    volume: Ints  # (S,)
    leg0: Ints  # (S,) leg, or point, where it begins
    s0: Floats  # (S,) fraction of that leg
    leg1: Ints
    s1: Floats
    seen0: NDArray[np.bool_]  # (S,) the beginning is an observed crossing
    seen1: NDArray[np.bool_]
    piece0: Ints  # (S,) boundary piece crossed there; -1 where none is
    piece1: Ints
    closing0: Floats  # (S,) metres towards the limit covered over leg0; NaN if not seen
    closing1: Floats
    by_height0: NDArray[np.bool_]  # (S,) the limit crossed is a vertical one
    by_height1: NDArray[np.bool_]
    lost: NDArray[np.bool_]  # (S,) whether it is inside at all cannot be told (no height)

    def take(self, index: Ints | NDArray[np.bool_]) -> Stretches:
        """Return some of the stretches."""
        return replace(self, **{name: getattr(self, name)[index] for name in self.__slots__})


def joined(parts: Sequence[Stretches]) -> Stretches:
    """Return stretches of several lists as one, in order of volume and place."""
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in Stretches.__slots__
    }
    every = Stretches(**columns)
    return every.take(np.lexsort((every.s0, every.leg0, every.volume)))


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Crossings of legs and boundary pieces, in order of volume, leg and fraction."""

    volume: Ints
    leg: Ints
    s: Floats
    piece: Ints
    closing: Floats


def crossings(path: Path, boundary: Boundary) -> Crossings:
    """Return every crossing of every leg with every piece."""
    legs = path.legs
    lon0, lat0 = path.lon_deg[legs], path.lat_deg[legs]
    lon1 = lon0 + wrap_deg(path.lon_deg[legs + 1] - lon0)
    lat1 = path.lat_deg[legs + 1]
    edges = (boundary.a_lon_deg, boundary.a_lat_deg, boundary.b_lon_deg, boundary.b_lat_deg)
    cell = cell_deg(lon0, lat0, lon1, lat1)
    at, piece = pairs((lon0, lat0, lon1, lat1), edges, cell)
    at = legs[at]
    kept = []
    for start in range(0, len(at), _HITS_AT_ONCE):
        k, e = at[start : start + _HITS_AT_ONCE], piece[start : start + _HITS_AT_ONCE]
        hit = hits(path.xyz_m[k], path.xyz_m[k + 1], boundary.a_m[e], boundary.b_m[e])
        kept.append((k[hit.pair], e[hit.pair], hit.s, hit.closing))
    if not kept:
        none = np.zeros(0, np.int64)
        return Crossings(none, none, np.zeros(0), none, np.zeros(0))
    leg, piece, s, closing = (np.concatenate(part) for part in zip(*kept, strict=True))
    # A pair that shares several cells was tested several times.
    _, once = np.unique(np.stack([leg, piece]), axis=1, return_index=True)
    leg, piece, s, closing = leg[once], piece[once], s[once], closing[once]
    volume = boundary.volume[piece]
    order = np.lexsort((piece, s, leg, volume))
    return Crossings(volume[order], leg[order], s[order], piece[order], closing[order])


def stretches(path: Path, boundary: Boundary) -> Stretches:
    """Return every stretch of every run inside every volume."""
    if not len(path.t_s):
        return _nothing()
    cuts = crossings(path, boundary)
    first = np.flatnonzero(np.diff(path.run, prepend=-1) != 0)  # first point of every run
    last = np.append(first[1:], len(path.run)) - 1
    begun, begun_in = inside(path.lon_deg[first], path.lat_deg[first], boundary)

    # Every run and volume that matters: those that begin inside and those with a crossing.
    runs = len(first)
    cut_run = path.run[cuts.leg]
    cut_key = cuts.volume * runs + cut_run
    begun_key = begun_in * runs + begun
    ends_inside = _parity(cut_key, begun_key)
    # Pseudo-crossings at the ends of a run pair up what is open there.
    key = np.concatenate([cut_key, begun_key, ends_inside])
    leg = np.concatenate([cuts.leg, first[begun], last[ends_inside % runs]])
    s = np.concatenate([cuts.s, np.zeros(len(begun)), np.zeros(len(ends_inside))])
    rank = np.concatenate(
        [np.ones(len(cuts.leg)), np.zeros(len(begun)), np.full(len(ends_inside), 2)]
    )
    seen = np.concatenate(
        [~boundary.clip[cuts.piece], np.zeros(len(begun) + len(ends_inside), bool)]
    )
    pseudo = len(begun) + len(ends_inside)
    closing = np.concatenate([cuts.closing, np.full(pseudo, np.nan)])
    piece = np.concatenate([cuts.piece, np.full(pseudo, -1)])
    order = np.lexsort((s, leg, rank, key))
    key, leg, s, seen = key[order], leg[order], s[order], seen[order]
    closing, piece = closing[order], piece[order]
    if len(key) % 2 or np.any(key[0::2] != key[1::2]):
        raise AssertionError("crossings do not pair up; a boundary ring is not closed")
    made = Stretches(
        volume=key[0::2] // runs,
        leg0=leg[0::2],
        s0=s[0::2],
        leg1=leg[1::2],
        s1=s[1::2],
        seen0=seen[0::2],
        seen1=seen[1::2],
        piece0=piece[0::2],
        piece1=piece[1::2],
        closing0=closing[0::2],
        closing1=closing[1::2],
        by_height0=np.zeros(len(key) // 2, bool),
        by_height1=np.zeros(len(key) // 2, bool),
        lost=np.zeros(len(key) // 2, bool),
    )
    # Touching a corner from outside leaves two crossings at one instant: nobody was inside.
    length = path.time(made.leg1, made.s1) - path.time(made.leg0, made.s0)
    return made.take((length > 0) | ~made.seen0 | ~made.seen1)


def _parity(cut_key: Ints, begun_key: Ints) -> Ints:
    """Return the keys of runs that end inside: an odd number of changes of side in all."""
    keys, n = np.unique(np.concatenate([cut_key, begun_key]), return_counts=True)
    return np.asarray(keys[n % 2 == 1])


def _nothing() -> Stretches:
    none, empty, never = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool)
    return Stretches(
        volume=none,
        leg0=none,
        s0=empty,
        leg1=none,
        s1=empty,
        seen0=never,
        seen1=never,
        piece0=none,
        piece1=none,
        closing0=empty,
        closing1=empty,
        by_height0=never,
        by_height1=never,
        lost=never,
    )
