"""Where polar plots lie on a plane at given heights, and how they move with range and azimuth.

Compiled (`polar.c`) where a compiler was at hand at install: what a pass over thousands of numbers
takes is then seen once and not in twenty temporaries.  The twin here is `geo.from_polar` and
PROJ's transverse Mercator; both agree to a micrometre.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin import compiled, geo
from tocsin.compiled import at
from tocsin.schema import Floats
from tocsin.track.plane import Plane

SOURCE = Path(__file__).with_name("polar.c")
STEP_M, STEP_DEG = 50.0, 0.02  # beside each plot: how it moves with range and azimuth
Site = tuple[float, float, float]  # lon_deg, lat_deg, h_hae_m


class Placed(NamedTuple):
    """Plots on a plane, (T, K, 2) each, NaN where a height is out of reach."""

    xy_m: Floats
    by_range: Floats  # m per m
    by_azimuth: Floats  # m per degree


@cache
def library() -> ctypes.CDLL | None:
    """Return what was compiled; None where there is none."""
    found = compiled.library(SOURCE)
    if found is None or ctypes.sizeof(ctypes.c_long) != 8:
        return None
    number, here = ctypes.c_double, ctypes.c_void_p
    found.tocsin_polar.argtypes = [
        *[ctypes.c_long] * 2,
        *[here] * 4,
        *[number] * 2,
        here,
        *[number] * 2,
        *[here] * 3,
    ]
    found.tocsin_polar.restype = None
    return found


def placed(
    range_m: Floats,
    azimuth_deg: Floats,
    h_hae_m: Floats,
    sites: Sequence[Site],
    of: NDArray[np.int64],
    plane: Plane,
) -> Placed:
    """Return plots of range and azimuth, (K,), at heights (T, K).

    of  (K,) the site of each; -1 leaves a plot out, NaN
    """
    shape = (*h_hae_m.shape, 2)
    xy, further, turned = (np.full(shape, np.nan) for _ in range(3))
    lib = library()
    if lib is not None:
        _compiled(lib, range_m, azimuth_deg, h_hae_m, sites, of, plane, (xy, further, turned))
    else:
        for number, site in enumerate(sites):
            k = np.flatnonzero(of == number)
            rho, theta = range_m[k], azimuth_deg[k]
            for out, near, round_ in (
                (xy, rho, theta),
                (further, rho + STEP_M, theta),
                (turned, rho, theta + STEP_DEG),
            ):
                h = h_hae_m[:, k]
                wide = np.broadcast_to(near, h.shape), np.broadcast_to(round_, h.shape)
                out[:, k] = plane.xy(*geo.from_polar(*wide, h, site))
    return Placed(xy, (further - xy) / STEP_M, (turned - xy) / STEP_DEG)


def _compiled(
    lib: ctypes.CDLL,
    range_m: Floats,
    azimuth_deg: Floats,
    h_hae_m: Floats,
    sites: Sequence[Site],
    of: NDArray[np.int64],
    plane: Plane,
    out: tuple[Floats, Floats, Floats],
) -> None:
    lon, lat = np.radians(plane.lon_deg), np.radians(plane.lat_deg)
    # Turned about the axis of the earth, so that the middle of the plane has longitude nought.
    turn = np.array([[np.cos(lon), np.sin(lon), 0], [-np.sin(lon), np.cos(lon), 0], [0, 0, 1]])
    rows = np.empty((len(sites), 13))
    for row, (lon_deg, lat_deg, h_m) in zip(rows, sites, strict=True):
        origin = geo.at_height(np.array(lon_deg), np.array(lat_deg), np.array(h_m))
        row[:3] = turn @ origin
        row[3:12] = (geo.axes(lon_deg, lat_deg) @ turn.T).ravel()
        row[12] = h_m
    given = [np.ascontiguousarray(one, np.float64) for one in (range_m, np.radians(azimuth_deg))]
    which, h = np.ascontiguousarray(of), np.ascontiguousarray(h_hae_m, np.float64)
    lib.tocsin_polar(
        *h.shape,
        *map(at, (*given, which, rows)),
        np.sin(lat),
        np.cos(lat),
        at(h),
        STEP_M,
        np.radians(STEP_DEG),
        *map(at, out),
    )
