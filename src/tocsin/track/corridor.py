"""The corridor of a track: how far to either side of its mean path the joint samples lie.

At each time the samples' offsets across the course are put in order; the corridor of 50 % runs
between their quarters, that of 95 % between 2.5 and 97.5 %.  It is a statement for each instant
(the share of samples inside it *then*), not for a whole trajectory.  Along the course nothing is
drawn: an error along it is one of time.  The ellipse at each time is the Gaussian of the same
mean and covariance.  Samples must lie within tens of kilometres of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin import geo
from tocsin.schema import Floats, Posterior

SHARES = (0.50, 0.95)
MOST_SAMPLES = 500  # a 2.5 % point is then known to an eighth of a sigma
NEAR_180_DEG = 170.0  # nearer to 180 degrees than this, samples may lie on both sides of it
LEAST_MPS = 1.0  # slower than this has no course: the offsets are taken across the last one


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """A path with its spread, on one grid of K times."""

    lon_deg: Floats  # (K,) of the mean
    lat_deg: Floats  # (K,)
    course_deg: Floats  # (K,) of the mean path over ground, from true north
    speed_mps: Floats  # (K,)
    cov_m2: Floats  # (K, 2, 2) east and north
    left_m: dict[float, Floats]  # by share: (K,) offset of the left edge, positive to the left
    right_m: dict[float, Floats]  # by share: (K,) of the right edge, negative to the right


def corridor(posterior: Posterior, columns: slice = slice(None)) -> Corridor:
    """Return the corridor of a posterior at some of its times."""
    lon, lat = posterior.lon_deg[:, columns], posterior.lat_deg[:, columns]
    t_s = (posterior.t_ns[columns] - posterior.t_ns[0]) / 1e9
    if np.abs(lon[0]).max(initial=0.0) > NEAR_180_DEG:
        lon = lon[0] + geo.wrap_deg(lon - lon[0])  # next to each other, whatever they are called
    mean_lon, mean_lat = lon.mean(axis=0), lat.mean(axis=0)
    east_m, north_m = scale_m(mean_lat)
    rows = slice(None, None, max(1, len(lon) // MOST_SAMPLES))
    east = (lon[rows] - mean_lon) * east_m
    north = (lat[rows] - mean_lat) * north_m
    cov = np.empty((len(t_s), 2, 2))
    cov[:, 0, 0], cov[:, 1, 1] = (east**2).mean(axis=0), (north**2).mean(axis=0)
    cov[:, 0, 1] = cov[:, 1, 0] = (east * north).mean(axis=0)
    course, speed = over_ground(t_s, mean_lon, mean_lat)
    a = np.radians(course)
    left = np.sort(north * np.sin(a) - east * np.cos(a), axis=0)
    edges = {
        share: np.quantile(left, ((1 - share) / 2, (1 + share) / 2), axis=0) for share in SHARES
    }
    return Corridor(
        lon_deg=geo.wrap_deg(mean_lon),
        lat_deg=mean_lat,
        course_deg=course,
        speed_mps=speed,
        cov_m2=cov,
        left_m={share: high for share, (_, high) in edges.items()},
        right_m={share: low for share, (low, _) in edges.items()},
    )


def beside(
    lon_deg: Floats, lat_deg: Floats, course_deg: Floats, left_m: Floats
) -> tuple[Floats, Floats]:
    """Return positions so many metres to the left of a path, all of one shape."""
    east_m, north_m = scale_m(lat_deg)
    a = np.radians(course_deg)
    lon = lon_deg - left_m * np.cos(a) / east_m
    return geo.wrap_deg(lon), lat_deg + left_m * np.sin(a) / north_m


def axes_of(cov_m2: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the one-sigma half axes in metres, the long one first, and its bearing, (K,) each."""
    ee, nn, en = cov_m2[:, 0, 0], cov_m2[:, 1, 1], cov_m2[:, 0, 1]
    middle, off = (ee + nn) / 2, np.hypot((ee - nn) / 2, en)
    bearing = np.degrees(0.5 * np.arctan2(2 * en, nn - ee)) % 180.0
    return np.sqrt(middle + off), np.sqrt(np.maximum(middle - off, 0.0)), bearing


def over_ground(t_s: Floats, lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
    """Return course in degrees and speed in m/s along a path, (K,) each."""
    if len(t_s) < 2:
        return np.zeros(len(t_s)), np.zeros(len(t_s))
    east_m, north_m = scale_m(lat_deg)
    lon = np.unwrap(lon_deg, period=360.0)
    ve, vn = np.gradient(lon, t_s) * east_m, np.gradient(lat_deg, t_s) * north_m
    speed = np.hypot(ve, vn)
    course = np.degrees(np.arctan2(ve, vn)) % 360.0
    moving = np.maximum.accumulate(np.where(speed >= LEAST_MPS, np.arange(len(t_s)), -1))
    return np.where(moving >= 0, course[np.maximum(moving, 0)], course), speed


def scale_m(lat_deg: Floats) -> tuple[Floats, Floats]:
    """Return metres in a degree of longitude and of latitude on the ellipsoid."""
    s2 = np.sin(np.radians(lat_deg)) ** 2
    w = 1.0 - geo.E2 * s2
    east = np.radians(geo.A_M * np.cos(np.radians(lat_deg)) / np.sqrt(w))
    return np.asarray(east), np.asarray(np.radians(geo.A_M * (1 - geo.E2) / w**1.5))
