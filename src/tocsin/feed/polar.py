"""Slant range and azimuth of a radar to a place on the ellipsoid.

A target at slant range r and azimuth a from the radar, at height h above the ellipsoid, lies on
the line of elevation e for which

    x(e) = site + r (cos e sin a E + cos e cos a N + sin e U)

has height h; E, N, U are the axes at the radar.  The elevation is found by Newton's method from
the answer on a sphere, in geocentric coordinates (WGS-84).  The line is straight: the elevation
is not measured but solved for, so refraction enters only by the path being longer than the chord,
which is metres up to 400 km.

The height decides: at 50 km range, 5 km of height move the ground point by 250 m and 10 km by 1 km.
A pressure height taken for h is off by the day's pressure and the geoid, some 100 to 300 m, which
moves the point by h dh / r: 20 m at 50 km and 10 km.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.geo import A_M, E2, R_MEAN_M, F, dot
from tocsin.schema import Floats

_STEPS = 5  # Newton from the sphere's answer: converged to micrometres after 3


def place(
    site: tuple[float, float, float],
    range_m: Floats,
    azimuth_deg: Floats,
    h_hae_m: Floats,
) -> tuple[Floats, Floats]:
    """Return latitude and longitude (N,) in degrees of targets seen from a radar.

    site         latitude, longitude (degrees) and height above the ellipsoid (m) of the antenna
    range_m      (N,) slant range
    azimuth_deg  (N,) from true north, clockwise
    h_hae_m      (N,) height of the target above the ellipsoid

    NaN where anything is NaN, and where no point at that range has that height (a target higher
    above the radar than it is away, or one below the horizon of geometry).
    """
    lat0, lon0, h0 = site
    origin = geocentric(np.array(lat0), np.array(lon0), np.array(h0))
    east, north, up = _axes(lat0, lon0)
    a = np.radians(azimuth_deg)
    flat = np.sin(a)[..., None] * east + np.cos(a)[..., None] * north
    r0, r1 = R_MEAN_M + h0, R_MEAN_M + h_hae_m
    with np.errstate(invalid="ignore", divide="ignore"):
        sine = (r1**2 - r0**2 - range_m**2) / (2 * range_m * r0)
        reached = np.abs(sine) <= 1
        e = np.arcsin(np.where(reached, sine, np.nan))
        for _ in range(_STEPS):
            target = origin + range_m[..., None] * (
                np.cos(e)[..., None] * flat + np.sin(e)[..., None] * up
            )
            lat, lon, h = geodetic(target)
            outward = _up(lat, lon)
            turn = range_m[..., None] * (
                np.cos(e)[..., None] * up - np.sin(e)[..., None] * flat
            )  # dx / de
            slope = dot(turn, outward)
            # Straight overhead the height hardly depends on the elevation: the step is bounded.
            step = np.clip((h - h_hae_m) / slope, -0.05, 0.05)
            e = np.where(np.isfinite(step), e - step, e)
        target = origin + range_m[..., None] * (
            np.cos(e)[..., None] * flat + np.sin(e)[..., None] * up
        )
        lat, lon, h = geodetic(target)
        solved = np.abs(h - h_hae_m) < 1.0
    return np.where(solved, lat, np.nan), np.where(solved, lon, np.nan)


def polar(
    site: tuple[float, float, float], lat_deg: Floats, lon_deg: Floats, h_hae_m: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return slant range (m), azimuth and elevation (degrees) of points (N,) seen from a site."""
    lat0, lon0, h0 = site
    origin = geocentric(np.array(lat0), np.array(lon0), np.array(h0))
    east, north, up = _axes(lat0, lon0)
    away = geocentric(lat_deg, lon_deg, h_hae_m) - origin
    x, y, z = dot(away, east), dot(away, north), dot(away, up)
    level = np.hypot(x, y)
    azimuth = np.degrees(np.arctan2(x, y)) % 360.0
    return np.hypot(level, z), azimuth, np.degrees(np.arctan2(z, level))


def geocentric(lat_deg: Floats, lon_deg: Floats, h_hae_m: Floats) -> Floats:
    """Return geocentric coordinates (..., 3) in metres of geodetic ones."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    n = A_M / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    out = np.empty((*np.shape(lat), 3))
    out[..., 0] = (n + h_hae_m) * np.cos(lat) * np.cos(lon)
    out[..., 1] = (n + h_hae_m) * np.cos(lat) * np.sin(lon)
    out[..., 2] = (n * (1 - E2) + h_hae_m) * np.sin(lat)
    return out


def geodetic(xyz_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return latitude, longitude (degrees) and height (m) of geocentric coordinates (..., 3).

    Bowring (1976) with one further step: below 1e-9 m for heights up to 100 km.
    """
    x, y, z = xyz_m[..., 0], xyz_m[..., 1], xyz_m[..., 2]
    p = np.hypot(x, y)
    b = A_M * (1 - F)
    reduced = np.arctan2(z, (1 - F) * p)
    lat = np.zeros(np.shape(p))
    for _ in range(2):
        lat = np.arctan2(
            z + E2 / (1 - E2) * b * np.sin(reduced) ** 3, p - E2 * A_M * np.cos(reduced) ** 3
        )
        reduced = np.arctan2((1 - F) * np.sin(lat), np.cos(lat))
    n = A_M / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    h = p * np.cos(lat) + z * np.sin(lat) - n * (1 - E2 * np.sin(lat) ** 2)
    return np.degrees(lat), np.degrees(np.arctan2(y, x)), h


def _axes(
    lat_deg: float, lon_deg: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the unit vectors east, north and up at a place."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return east, north, up


def _up(lat_deg: Floats, lon_deg: Floats) -> Floats:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
