"""Circles and arcs about a centre as points on the true geodesic circle.

A circle is the set of points at one geodesic distance r from its centre (AIP usage; FORMATS:
"arcs are geodesic").  Points on it joined by geodesics leave it by the sagitta

    e = r (1 - cos(step / 2)) <= max_error_m

which bounds the error on the ellipsoid too: the geodesic curvature of a circle of radius r is
at most 1/r up to a quarter of the globe.
"""

from __future__ import annotations

import math

import numpy as np

from tocsin.airspace.refused import Refused
from tocsin.geo import WGS84
from tocsin.schema import Floats

MAX_ERROR_M = 0.1  # with the 0.05 m of densified lines well under the 0.5 m that is promised
MIN_STEPS = 72  # a full turn keeps its area to 0.13 % however small it is
MAX_RADIUS_M = 1_000_000.0  # the widest published arcs are a few hundred NM

Place = tuple[float, float]  # (lon_deg, lat_deg)


def circle(
    centre: Place, radius_m: float, max_error_m: float = MAX_ERROR_M
) -> tuple[Floats, Floats]:
    """Return lon_deg, lat_deg (K,) of a full circle, clockwise from north, first not repeated."""
    lon, lat = sweep(centre, radius_m, radius_m, 0.0, 360.0, max_error_m)
    return lon[:-1], lat[:-1]


def arc_by_angles(
    centre: Place, radius_m: float, start_deg: float, end_deg: float, clockwise: bool
) -> tuple[Floats, Floats]:
    """Return lon_deg, lat_deg (K,) from one true bearing to another, equal ones a full turn."""
    turn = _turn(start_deg, end_deg, clockwise)
    return sweep(centre, radius_m, radius_m, start_deg, turn)


def arc_between(
    centre: Place, start: Place, end: Place, clockwise: bool
) -> tuple[Floats, Floats, float]:
    """Return lon_deg, lat_deg (K,) from `start` to `end`, and by how much their radii differ (m).

    Listed points are rounded, so they seldom lie on one circle; both are kept exactly and the
    radius runs evenly from one to the other.
    """
    azimuth, _, radius = WGS84.inv(
        [centre[0]] * 2, [centre[1]] * 2, [start[0], end[0]], [start[1], end[1]]
    )
    turn = _turn(azimuth[0], azimuth[1], clockwise)
    if start == end:
        turn = 360.0 if clockwise else -360.0
    lon, lat = sweep(centre, radius[0], radius[1], azimuth[0], turn)
    lon[0], lat[0] = start
    lon[-1], lat[-1] = end
    return lon, lat, float(abs(radius[0] - radius[1]))


def sweep(
    centre: Place,
    radius0_m: float,
    radius1_m: float,
    start_deg: float,
    turn_deg: float,
    max_error_m: float = MAX_ERROR_M,
) -> tuple[Floats, Floats]:
    """Return lon_deg, lat_deg (K,) of an arc that turns by `turn_deg` (clockwise positive)."""
    largest = max(radius0_m, radius1_m)
    if not 0 < min(radius0_m, radius1_m) <= largest <= MAX_RADIUS_M:
        raise Refused(
            "bad-arc",
            f"radius {largest:.6g} m of an arc is not between 0 and {MAX_RADIUS_M / 1000:g} km",
        )
    step = 2 * math.acos(max(0.0, 1 - max_error_m / largest))
    step = min(step, 2 * math.pi / MIN_STEPS)
    count = max(1, math.ceil(math.radians(abs(turn_deg)) / step))
    fraction = np.linspace(0.0, 1.0, count + 1)
    lon, lat, _ = WGS84.fwd(
        np.full(count + 1, centre[0]),
        np.full(count + 1, centre[1]),
        start_deg + fraction * turn_deg,
        radius0_m + fraction * (radius1_m - radius0_m),
    )
    return np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)


def _turn(start_deg: float, end_deg: float, clockwise: bool) -> float:
    turn = (end_deg - start_deg) % 360.0 if clockwise else -((start_deg - end_deg) % 360.0)
    return turn or (360.0 if clockwise else -360.0)
