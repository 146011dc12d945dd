"""Geometry on the WGS-84 ellipsoid in geocentric coordinates.

A line between two points is taken as the *great ellipse*: the section of the ellipsoid with
the plane through both points and the centre.  It keeps every test a triple product, knows no
antimeridian, and for lines up to `PIECE_M` lies within 2 mm of the geodesic: the plane leans by
up to 0.19 degrees against the plumb line, which shifts the middle of a line of length L by
0.0033 L^2 / 8R (measured in tests/test_geo.py).  Longer lines are cut on the true geodesic.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from tocsin import compiled
from tocsin.compiled import at
from tocsin.schema import Floats

SOURCE = Path(__file__).with_name("geo.c")

#: WGS-84 (NIMA TR8350.2, table 3.1).
A_M = 6378137.0
F = 1 / 298.257223563
E2 = F * (2 - F)
R_MEAN_M = 6371008.8  # IUGG mean radius, for bounds and for turning chords into arcs

NEAR_M = 1e-7  # how near Newton's method comes to the height of a plot
PIECE_M = 5_000.0  # longest line that may stand for its geodesic

WGS84 = Geod(ellps="WGS84")


@cache
def library() -> ctypes.CDLL | None:
    """Return what was compiled; None where there is none."""
    found = compiled.library(SOURCE)
    if found is None or ctypes.sizeof(ctypes.c_long) != 8:
        return None
    found.tocsin_ecef.argtypes = [ctypes.c_long, *[ctypes.c_void_p] * 3]
    found.tocsin_ecef.restype = None
    return found


def ecef(lon_deg: Floats, lat_deg: Floats) -> Floats:
    """Return geocentric coordinates of points on the ellipsoid, (N, 3) in metres.

    Compiled (`geo.c`) where a compiler was at hand at install, to some nanometres the same.
    """
    lib = library()
    if lib is not None and np.shape(lon_deg) == np.shape(lat_deg):
        out = np.empty((*np.shape(lon_deg), 3))
        given = [np.ascontiguousarray(one, np.float64) for one in (lon_deg, lat_deg)]
        lib.tocsin_ecef(given[0].size, *map(at, given), at(out))
        return out
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    n = A_M / np.sqrt(1 - E2 * sin_lat**2)  # prime vertical radius
    out = np.empty((*lon.shape, 3))
    out[..., 0] = n * cos_lat * np.cos(lon)
    out[..., 1] = n * cos_lat * np.sin(lon)
    out[..., 2] = n * (1 - E2) * sin_lat
    return out


def lonlat(xyz_m: Floats) -> tuple[Floats, Floats]:
    """Return longitude and geodetic latitude of the rays from the centre through `xyz_m`.

    The point need not lie on the ellipsoid: a point of a chord is carried out along its ray,
    which keeps it in the plane of its great ellipse.
    """
    x, y, z = xyz_m[..., 0], xyz_m[..., 1], xyz_m[..., 2]
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, (1 - E2) * np.hypot(x, y)))


def distance_m(lon0_deg: Floats, lat0_deg: Floats, lon1_deg: Floats, lat1_deg: Floats) -> Floats:
    """Return geodesic distances, (N,) in metres (Karney 2013, through PROJ)."""
    _, _, s = WGS84.inv(lon0_deg, lat0_deg, lon1_deg, lat1_deg)
    return np.asarray(s, dtype=np.float64)


def arc_m(chord_m: Floats) -> Floats:
    """Return the length along the surface of a straight chord, from the mean radius."""
    return np.asarray(
        2 * R_MEAN_M * np.arcsin(np.clip(chord_m / (2 * R_MEAN_M), 0, 1)), dtype=np.float64
    )


def wrap_deg(lon_deg: Floats) -> Floats:
    """Return longitudes or their differences in -180..180."""
    return np.asarray(lon_deg - 360.0 * np.round(lon_deg / 360.0), dtype=np.float64)


def between(
    lon0_deg: Floats, lat0_deg: Floats, lon1_deg: Floats, lat1_deg: Floats, count: NDArray[np.int64]
) -> tuple[Floats, Floats, NDArray[np.int64], Floats]:
    """Return the points that cut each geodesic into `count` equal parts.

    Gives lon, lat, the index of the line and the fraction along it for the count - 1 inner
    points of every line, in order.
    """
    az, _, s = WGS84.inv(lon0_deg, lat0_deg, lon1_deg, lat1_deg)
    inner = count - 1
    line = np.repeat(np.arange(len(count)), inner)
    step = np.arange(len(line)) - np.repeat(np.cumsum(inner) - inner, inner) + 1
    fraction = step / count[line]
    lon, lat, _ = WGS84.fwd(
        np.asarray(lon0_deg)[line],
        np.asarray(lat0_deg)[line],
        np.asarray(az)[line],
        np.asarray(s)[line] * fraction,
    )
    return np.asarray(lon), np.asarray(lat), line, fraction


def cross(u: Floats, v: Floats) -> Floats:
    """Return u x v for vectors on the last axis; several times faster than numpy.cross."""
    out = np.empty(np.broadcast_shapes(u.shape, v.shape))
    out[..., 0] = u[..., 1] * v[..., 2] - u[..., 2] * v[..., 1]
    out[..., 1] = u[..., 2] * v[..., 0] - u[..., 0] * v[..., 2]
    out[..., 2] = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    return out


def dot(u: Floats, v: Floats) -> Floats:
    """Return u . v for vectors on the last axis."""
    return np.asarray(u[..., 0] * v[..., 0] + u[..., 1] * v[..., 1] + u[..., 2] * v[..., 2])


def axes(lon_deg: float, lat_deg: float) -> Floats:
    """Return the east, north and up unit vectors at a place, as rows of a (3, 3) matrix."""
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    east = [-np.sin(lon), np.cos(lon), 0.0]
    north = [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)]
    up = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    return np.array([east, north, up])


def at_height(lon_deg: Floats, lat_deg: Floats, h_hae_m: Floats) -> Floats:
    """Return geocentric coordinates of points at a height above the ellipsoid, (N, 3)."""
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    return np.asarray(ecef(lon_deg, lat_deg) + np.asarray(h_hae_m)[..., None] * up)


def place(xyz_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return longitude, latitude and height above the ellipsoid of any point (Bowring 1976).

    One step of Bowring's formula: below 1e-9 degrees and 1 mm up to 20 km of height.
    """
    x, y, z = xyz_m[..., 0], xyz_m[..., 1], xyz_m[..., 2]
    p = np.hypot(x, y)
    b = A_M * (1 - F)
    beta = np.arctan2(z * A_M, p * b)
    ep2 = E2 / (1 - E2)
    lat = np.arctan2(z + ep2 * b * np.sin(beta) ** 3, p - E2 * A_M * np.cos(beta) ** 3)
    n = A_M / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    h = p * np.cos(lat) + z * np.sin(lat) - A_M**2 / n
    return np.degrees(np.arctan2(y, x)), np.degrees(lat), np.asarray(h)


def from_polar(
    range_m: Floats,
    azimuth_deg: Floats,
    h_hae_m: Floats,
    site: tuple[float, float, float],
) -> tuple[Floats, Floats]:
    """Return longitude and latitude of a plot: slant range, azimuth, and the target's height.

    site  (lon_deg, lat_deg, h_hae_m) of the radar; azimuth from true north, clockwise

    The elevation is found by Newton's method so that the point has the height asked for; a height
    that the range cannot reach gives NaN.  Refraction is not corrected: it lengthens the path by
    about 1e-4 of it at low elevation, 20 m at 200 km, less than any range bias.
    """
    lon0, lat0, h0 = site
    east, north, up = axes(lon0, lat0)
    origin = at_height(np.array(lon0), np.array(lat0), np.array(h0))
    a = np.radians(azimuth_deg)
    flat = np.sin(a)[..., None] * east + np.cos(a)[..., None] * north
    rho = np.asarray(range_m, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        e = np.arcsin((np.asarray(h_hae_m) - h0) / rho - rho / (2 * R_MEAN_M))
    lon = lat = np.full(rho.shape, np.nan)
    for _ in range(8):
        point = origin + rho[..., None] * (np.cos(e)[..., None] * flat + np.sin(e)[..., None] * up)
        lon, lat, h = place(point)
        miss = h - h_hae_m
        if np.nanmax(np.abs(miss), initial=0.0) < NEAR_M:
            break
        e = e - miss / (rho * np.cos(e + rho * np.cos(e) / R_MEAN_M))  # up is another way there
    off = np.abs(h - h_hae_m) > 1.0
    return np.where(off, np.nan, lon), np.where(off, np.nan, lat)


def to_polar(
    lon_deg: Floats, lat_deg: Floats, h_hae_m: Floats, site: tuple[float, float, float]
) -> tuple[Floats, Floats, Floats]:
    """Return slant range in m, azimuth and elevation in degrees of points seen from a site."""
    lon0, lat0, h0 = site
    origin = at_height(np.array(lon0), np.array(lat0), np.array(h0))
    d = at_height(lon_deg, lat_deg, h_hae_m) - origin
    e, n, u = np.moveaxis(d @ axes(lon0, lat0).T, -1, 0)
    azimuth = np.degrees(np.arctan2(e, n)) % 360.0
    return np.linalg.norm(d, axis=-1), azimuth, np.degrees(np.arctan2(u, np.hypot(e, n)))
