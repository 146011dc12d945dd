"""What each sample of a flight does inside a volume, in one window of time.

A sample is a whole trajectory, and distance from the limit is taken as linear along each of its
steps: it enters and leaves between two times of the grid, and steps of which either end was not
observed count for nothing.  `stays.c` holds the same loops compiled.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin import compiled, geo
from tocsin.compiled import at
from tocsin.schema import Floats

SOURCE = Path(__file__).with_name("stays.c")
_ROWS = 64  # samples at a time: what fits in cache
_LONG, _AT, _REAL = ctypes.c_long, ctypes.c_void_p, ctypes.c_double


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """The samples that are ever inside in a window, m of M, and what each of them does there."""

    ever: NDArray[np.bool_]  # (M,)
    duration_s: Floats  # (m,)
    path_m: Floats  # (m,)
    every_m: Floats  # (m,) greatest depth, by every edge
    depth_m: Floats  # (m,) greatest depth, from the outward limit
    entry_s: Floats  # (m,) first inside, on the clock of the grid; NaN: inside from the beginning
    exit_s: Floats  # (m,) last inside; NaN: inside to the end


@cache
def library() -> ctypes.CDLL | None:
    """Return the compiled loops; None where there are none."""
    found = compiled.library(SOURCE)
    if found is None or ctypes.sizeof(_LONG) != 8:
        return None
    found.tocsin_stays.argtypes = [_LONG] * 4 + [_AT] * 4 + [_REAL] * 2 + [_AT] * 5
    found.tocsin_stays.restype = _LONG
    return found


def stays(
    signed_m: Floats,
    far_m: Floats | None,
    lon_deg: Floats,
    lat_deg: Floats,
    seen: NDArray[np.bool_],
    t_s: Floats,
    window: tuple[int, int],
) -> Stays:
    """Return what samples do between two times of the grid, both of them in it.

    signed_m          (M, K) distance from the limit, positive inside
    far_m             (M, K) depth where inside; None: as `signed_m`
    lon_deg, lat_deg  (M, K) where it is: a path is the sum of the chords of its steps
    seen              (K,) times at which the flight was observed
    t_s               (K,)
    """
    lib = library()
    if lib is None:
        return _stays(signed_m, far_m, lon_deg, lat_deg, seen, t_s, window)
    rows, times = signed_m.shape
    signed, lon, lat, t = (
        np.ascontiguousarray(each, np.float64) for each in (signed_m, lon_deg, lat_deg, t_s)
    )
    far = None if far_m is None else np.ascontiguousarray(far_m)
    was = np.ascontiguousarray(seen)
    ever, room, out = np.empty(rows, np.bool_), np.empty(times + 3), np.empty((6, rows))
    count = lib.tocsin_stays(
        rows,
        times,
        *window,
        at(signed),
        None if far is None else at(far),
        *map(at, (lon, lat)),
        geo.A_M,
        geo.E2,
        *map(at, (was, t, ever, room, out)),
    )
    return Stays(ever, *out[:, :count])


def _stays(
    signed_m: Floats,
    far_m: Floats | None,
    lon_deg: Floats,
    lat_deg: Floats,
    seen: NDArray[np.bool_],
    t_s: Floats,
    window: tuple[int, int],
) -> Stays:
    begin, end = window
    within = slice(begin, end + 1)
    d, t, was = signed_m[:, within], t_s[within], seen[within]
    inside = (d > 0) & was
    ever: NDArray[np.bool_] = np.asarray(inside.any(axis=1))
    d, inside = d[ever], inside[ever]
    share = share_inside(d) * (was[1:] & was[:-1])  # of each step
    every = depth = np.where(inside, d, -np.inf).max(axis=1)
    if far_m is not None:
        depth = np.where(inside, far_m[:, within][ever], -np.inf).max(axis=1)
    entry, leave = _ends(d, t, inside)
    path = _path_m(share, lon_deg[ever][:, within], lat_deg[ever][:, within])
    return Stays(ever, share @ np.diff(t), path, every, depth, entry, leave)


def _path_m(share: Floats, lon_deg: Floats, lat_deg: Floats) -> Floats:
    """Return how far each sample moves inside, (m,)."""
    out = np.empty(len(share))
    for row in range(0, len(share), _ROWS):
        some = slice(row, row + _ROWS)
        step = np.diff(geo.ecef(lon_deg[some], lat_deg[some]), axis=1)
        out[some] = (share[some] * np.sqrt(geo.dot(step, step))).sum(axis=1)
    return out


def share_inside(d: Floats) -> Floats:
    """Return which share of each step is inside, distance taken as linear along it."""
    a, b = d[:, :-1], d[:, 1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        cut = np.where(a != b, a / (a - b), 0.0)
    return np.where(
        (a > 0) & (b > 0), 1.0, np.where((a <= 0) & (b <= 0), 0.0, np.where(a > 0, cut, 1 - cut))
    )


def _ends(d: Floats, t: Floats, inside: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return when each sample is first and last inside, to a fraction of a step."""
    rows = np.arange(len(d))
    first = np.argmax(inside, axis=1)
    last = inside.shape[1] - 1 - np.argmax(inside[:, ::-1], axis=1)

    def crossing(k: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
        a, b = d[rows, k], d[rows, other]
        f = np.where(b <= 0, a / np.where(a != b, a - b, 1.0), 0.0)
        return np.asarray(t[k] + f * (t[other] - t[k]))

    entry = crossing(first, np.maximum(first - 1, 0))
    leave = crossing(last, np.minimum(last + 1, len(t) - 1))
    return (
        np.where(first > 0, entry, np.nan),
        np.where(last < len(t) - 1, leave, np.nan),
    )
