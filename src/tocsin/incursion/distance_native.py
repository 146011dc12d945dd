"""The loops of distance compiled, where a compiler was at hand when tocsin was installed.

`distance.c` does what `field`, `nearest` and `inside` do in numpy, piece by piece and without
arrays in between: ten times sooner, to rounding the same.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin import compiled, geo
from tocsin.compiled import at
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.path import Ints
from tocsin.schema import Floats

SOURCE = Path(__file__).with_name("distance.c")
TIE = 2
DONE, MISSING = 0, 1  # of `look`; else a position lies off the map, or nowhere
_LONG, _AT, _REAL = ctypes.c_long, ctypes.c_void_p, ctypes.c_double


@cache
def library() -> ctypes.CDLL | None:
    """Return the compiled loops; None where there are none."""
    found = compiled.library(SOURCE)
    if found is None or ctypes.sizeof(_LONG) != 8:
        return None
    found.tocsin_look.argtypes = [_LONG, _AT, _AT, *[_REAL] * 4, *[_LONG] * 4, *[_AT] * 4]
    found.tocsin_look.restype = _LONG
    found.tocsin_nearest.argtypes = [_LONG, _AT, _LONG, *[_AT] * 8, _REAL, _AT, _AT]
    found.tocsin_nearest.restype = None
    found.tocsin_inside.argtypes = [
        *(_LONG, _AT, _AT, _AT, _REAL, _REAL, _LONG),
        *[_AT] * 5,
        *(_REAL, _REAL, _AT),
    ]
    found.tocsin_inside.restype = None
    return found


def look(
    lib: ctypes.CDLL,
    lon_deg: Floats,
    lat_deg: Floats,
    frame: tuple[float, float, float, float],
    map_: tuple[Ints, NDArray[np.float32], int, int],
    out: Floats,
    missing: NDArray[np.bool_],
) -> int:
    """Fill `out` with interpolated distances, (N,); or mark which tiles that asks for first.

    frame  where the grid begins and its steps, in degrees
    map_   which of the tiles each place of the map is, the tiles, the map's first column and row
    """
    slot, values, *first = map_
    high, wide = slot.shape
    state: int = lib.tocsin_look(
        len(lon_deg),
        *map(at, (lon_deg, lat_deg)),
        *frame,
        *first,
        wide,
        high,
        at(slot),
        at(values),
        at(out),
        at(missing),
    )
    return state


def nearest(
    lib: ctypes.CDLL,
    points_m: Floats,
    balls: tuple[Floats, Floats, Ints],
    boundary: Boundary,
) -> tuple[Floats, Ints]:
    """Return distance and nearest piece of points, (N,), among balls (centre, radius, pieces)."""
    centre, radius, pieces = balls
    best, which = np.empty(len(points_m)), np.empty(len(points_m), np.int64)
    lib.tocsin_nearest(
        len(points_m),
        at(points_m),
        len(centre),
        *map(at, (centre, radius, pieces)),
        *map(at, (boundary.a_m, boundary.b_m, boundary.normal, boundary.middle_m, boundary.half_m)),
        geo.R_MEAN_M,
        *map(at, (best, which)),
    )
    return best, which


def inside(
    lib: ctypes.CDLL,
    points: Sequence[Floats],
    top_deg: float,
    bin_deg: float,
    laid: Sequence[NDArray[np.generic]],
) -> NDArray[np.uint8]:
    """Return 1 for points inside, 0 for those outside, TIE where a tie has to be broken.

    points  longitude, latitude and geocentric coordinates, (N,), (N,) and (N, 3)
    laid    first, piece, a_m, b_m and reach_deg of `inside.Sides`
    """
    out = np.empty(len(points[0]), np.uint8)
    lib.tocsin_inside(
        len(out),
        *map(at, points),
        top_deg,
        bin_deg,
        len(laid[0]) - 1,
        *map(at, laid),
        geo.A_M,
        geo.E2,
        at(out),
    )
    return out
