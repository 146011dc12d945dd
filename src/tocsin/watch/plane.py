"""Pieces of a boundary in the plane about a place: distance, side, crossings.

A point at (dlon, dlat) from the place stands at

    x = dlon N cos(lat + dlat),    y = dlat M + x^2 tan(lat) / 2 N

with N, M the ellipsoid's radii of curvature at the place.  The last term is what a geodesic falls
behind its parallel, 14 m at 10 km and 60 degrees north: with it geodesics near the place are
straight.  What is left out grows as d^3 / R^2: centimetres at 10 km, 10 m at 75 km; beyond some
500 km only bounds are asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.geo import A_M, E2
from tocsin.schema import Floats

Bools = NDArray[np.bool_]
_RAD = np.pi / 180.0
#: Of the sine, from the end: 1 / 21!, -1 / 19! and so on to -1 / 3!.
_SERIES = tuple((-1) ** (n // 2) / math.factorial(n) for n in range(21, 1, -2))


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One place or many: what the plane about it needs."""

    lon_deg: Floats
    lat_deg: Floats
    sin: Floats
    cos: Floats
    n_m: Floats  # metres per radian of longitude at the equator of the plane, less the cosine
    m_m: Floats  # metres per radian of latitude
    bend: Floats  # tan(lat) / 2 N: what a geodesic to the east falls behind the parallel, per m2

    def take(self, index: NDArray[np.int64]) -> Place:
        """Return some of the places, or one of them several times."""
        return Place(
            self.lon_deg[index],
            self.lat_deg[index],
            self.sin[index],
            self.cos[index],
            self.n_m[index],
            self.m_m[index],
            self.bend[index],
        )


def sine(x: Floats) -> Floats:
    """Return the sine of angles of a quarter turn and less, in radians.

    By its series, whose next term is below a hundredth of the last bit: every processor and every
    compiled loop has the same bits of it, which those of a library are not.
    """
    q = x * x
    s = q * _SERIES[0] + _SERIES[1]
    for term in _SERIES[2:]:
        s = s * q + term
    return np.asarray(x + x * (q * s))


def place(lon_deg: Floats | float, lat_deg: Floats | float) -> Place:
    """Return the planes about places, (N,) or one."""
    lon, lat = np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64)
    sin = sine(lat * _RAD)
    sin2 = sin * sin
    cos = np.sqrt(np.maximum(1 - sin2, 0.0))
    e = E2 * sin2
    n = A_M * (1 + e * (0.5 + e * (0.375 + e * 0.3125)))  # a / sqrt(1 - e), to 1e-9
    m = A_M * (1 - E2) * (1 + e * (1.5 + e * (1.875 + e * 2.1875)))  # a (1 - e2) (1 - e)^-1.5
    bend = sin / (np.maximum(cos, 1e-3) * (2 * A_M))
    return Place(lon, lat, sin, cos, n, m, bend)


def xy(at: Place, lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
    """Return points in the planes, east and north in metres; the longitude the short way."""
    dlon = lon_deg - at.lon_deg
    dlon = dlon - 360.0 * np.round(dlon / 360.0)
    return _project(at, dlon, lat_deg)


def ends(
    at: Place, a_lon: Floats, a_lat: Floats, b_lon: Floats, b_lat: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return both ends of pieces in the planes; b lies where it does beside a."""
    dlon = a_lon - at.lon_deg
    dlon = dlon - 360.0 * np.round(dlon / 360.0)
    ax, ay = _project(at, dlon, a_lat)
    bx, by = _project(at, dlon + (b_lon - a_lon), b_lat)
    return ax, ay, bx, by


def _project(at: Place, dlon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
    rise = (lat_deg - at.lat_deg) * _RAD
    cos = at.cos * (1 - rise * rise / 2) - at.sin * rise  # of the point, to rise^3 / 6
    x = dlon_deg * _RAD * at.n_m * cos
    return x, rise * at.m_m + at.bend * x * x


def away(at: Place, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
    """Return longitude and latitude of points in the planes: where a straight flight leads.

    The inverse of `xy`.
    """
    rise = (y_m - at.bend * x_m * x_m) / at.m_m
    lat = at.lat_deg + rise / _RAD
    cos = np.maximum(at.cos * (1 - rise * rise / 2) - at.sin * rise, 1e-6)
    lon = at.lon_deg + x_m / (at.n_m * cos) / _RAD
    return lon - 360.0 * np.round(lon / 360.0), np.clip(lat, -90.0, 90.0)


def squared_m2(ax: Floats, ay: Floats, bx: Floats, by: Floats) -> Floats:
    """Return the squared distance of the place from pieces."""
    sx, sy = bx - ax, by - ay
    length2 = sx * sx + sy * sy
    t = np.clip(-(ax * sx + ay * sy) / np.maximum(length2, 1e-9), 0.0, 1.0)
    x, y = ax + t * sx, ay + t * sy
    return np.asarray(x * x + y * y)


def crossed(
    ax: Floats, ay: Floats, bx: Floats, by: Floats, qx: Floats | float, qy: Floats | float
) -> Bools:
    """Return which pieces the way from the place to q crosses.

    A vertex on the way belongs to one side, always the same: two pieces that meet there count
    once or twice, as the boundary crosses or touches.
    """
    left = qx * ay - qy * ax > 0
    right = qx * by - qy * bx > 0
    sx, sy = bx - ax, by - ay
    here = sy * ax - sx * ay > 0
    there = sx * (qy - ay) - sy * (qx - ax) > 0
    return np.asarray((left != right) & (here != there))


def ray(ax: Floats, ay: Floats, bx: Floats, by: Floats) -> Bools:
    """Return which pieces lie across the ray from the place to the east."""
    up, upper = ay > 0, by > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        x = ax - ay * (bx - ax) / (by - ay)
    return np.asarray((up != upper) & (x > 0))
