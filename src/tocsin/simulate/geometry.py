"""Points above the ellipsoid, and what a radar measures of them: slant range and azimuth.

Azimuth is that of the straight line of sight in the local horizontal frame at the radar, clockwise
from true north (Torge and Mueller, Geodesy, 4th ed., section 2.4); range is the length of that
line.  Rays are taken as straight: refraction bends them in elevation, which neither is sensitive
to, and delays them by 10 to 30 m at 100 km, which is left out.  For what can be seen at all the
usual effective Earth of 4/3 radius is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tocsin.geo import A_M, E2, R_MEAN_M
from tocsin.schema import Floats

EFFECTIVE_EARTH = 4 / 3  # Rec. ITU-R P.310: effective radius factor of a standard atmosphere


def to_ecef(lon_deg: Floats, lat_deg: Floats, h_hae_m: Floats) -> Floats:
    """Return geocentric coordinates, (..., 3) in metres."""
    lon, lat, h = np.radians(lon_deg), np.radians(lat_deg), np.asarray(h_hae_m, np.float64)
    n = A_M / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    across = (n + h) * np.cos(lat)
    return np.stack(
        [across * np.cos(lon), across * np.sin(lon), (n * (1 - E2) + h) * np.sin(lat)], axis=-1
    )


def to_geodetic(xyz_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return longitude, latitude (degrees) and height above the ellipsoid (m).

    Fixed-point iteration on the latitude: it contracts by e^2 a step, so that six steps leave
    less than 1e-9 m for heights of aircraft.
    """
    x, y, z = xyz_m[..., 0], xyz_m[..., 1], xyz_m[..., 2]
    across = np.hypot(x, y)
    lat = np.arctan2(z, across * (1 - E2))
    for _ in range(6):
        n = A_M / np.sqrt(1 - E2 * np.sin(lat) ** 2)
        lat = np.arctan2(z + E2 * n * np.sin(lat), across)
    n = A_M / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    h = across * np.cos(lat) + z * np.sin(lat) - n * (1 - E2 * np.sin(lat) ** 2)
    return np.degrees(np.arctan2(y, x)), np.degrees(lat), h


def axes(lon_deg: Floats, lat_deg: Floats) -> Floats:
    """Return the unit vectors east, north and up, (..., 3, 3), one a row."""
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    sin_lon, cos_lon, sin_lat, cos_lat = np.sin(lon), np.cos(lon), np.sin(lat), np.cos(lat)
    zero = np.zeros_like(sin_lon)
    east = np.stack([-sin_lon, cos_lon, zero], axis=-1)
    north = np.stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat], axis=-1)
    up = np.stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat], axis=-1)
    return np.stack([east, north, up], axis=-2)


@dataclass(frozen=True)
class Site:
    """Where a sensor stands: the electrical centre of its antenna."""

    lon_deg: float
    lat_deg: float
    h_hae_m: float

    @cached_property
    def origin_m(self) -> Floats:
        return to_ecef(*(np.asarray(v) for v in (self.lon_deg, self.lat_deg, self.h_hae_m)))

    @cached_property
    def axes(self) -> Floats:
        return axes(np.asarray(self.lon_deg), np.asarray(self.lat_deg))

    def enu(self, xyz_m: Floats) -> Floats:
        """Return points (..., 3) in the local frame, east, north and up in metres."""
        return np.asarray((xyz_m - self.origin_m) @ self.axes.T)

    def polar(self, xyz_m: Floats) -> tuple[Floats, Floats, Floats]:
        """Return slant range (m), azimuth in 0..360 and elevation (degrees) of points (..., 3)."""
        enu = self.enu(xyz_m)
        level = np.hypot(enu[..., 0], enu[..., 1])
        azimuth = np.degrees(np.arctan2(enu[..., 0], enu[..., 1])) % 360.0
        return (
            np.asarray(np.linalg.norm(enu, axis=-1)),
            azimuth,
            np.degrees(np.arctan2(enu[..., 2], level)),
        )

    def place(self, range_m: Floats, azimuth_deg: Floats, h_hae_m: Floats) -> Floats:
        """Return the geocentric point (N, 3) with this range and azimuth at this height.

        Newton on the elevation; where the range is shorter than the height above the site the
        point is put overhead.
        """
        r, h = np.asarray(range_m, np.float64), np.asarray(h_hae_m, np.float64)
        azimuth = np.radians(azimuth_deg)
        rise = np.clip((h - self.h_hae_m) / r - r / (2 * R_MEAN_M), -1.0, 1.0)
        elevation = np.arcsin(rise)
        point = self.origin_m
        for _ in range(6):
            level = r * np.cos(elevation)
            enu = np.stack(
                [level * np.sin(azimuth), level * np.cos(azimuth), r * np.sin(elevation)], axis=-1
            )
            point = self.origin_m + enu @ self.axes
            _, _, height = to_geodetic(point)
            step = (h - height) / np.maximum(level, 1.0)
            elevation = np.clip(elevation + np.clip(step, -0.2, 0.2), -np.pi / 2, np.pi / 2)
        return np.asarray(point)

    def horizon_m(self, h_hae_m: Floats, geoid_m: float) -> Floats:
        """Return how far a target at a height is above the radio horizon, metres over ground."""
        mine = max(self.h_hae_m - geoid_m, 0.0)
        theirs = np.maximum(np.asarray(h_hae_m) - geoid_m, 0.0)
        twice = 2 * EFFECTIVE_EARTH * R_MEAN_M
        return np.asarray(np.sqrt(twice * mine) + np.sqrt(twice * theirs))
