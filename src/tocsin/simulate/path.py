"""What is flown: waypoints, listed points or chance to a smooth path in three dimensions.

A path is a list of knots a fixed time apart with positions and velocities in geocentric
coordinates; between knots it is the cubic through both (error below 1 mm at half a second and
1 g).  Waypoints are flown by: geodesic legs at constant acceleration along the path, joined by
coordinated turns of radius

    R = v^2 / (g tan(bank)),   begun R tan(|turn| / 2) before the waypoint,

with height changed along the legs only, smoothly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.geo import WGS84, wrap_deg
from tocsin.schema import Floats
from tocsin.simulate.geometry import axes, to_ecef, to_geodetic

KNOT_S = 0.5
GRAVITY_MPS2 = 9.80665  # ISO 80000-3
SHARPEST_DEG = 170.0  # a sharper turn has no fly-by circle worth the name


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A point that is flown by, with the height and the speed there."""

    lat_deg: float
    lon_deg: float
    h_hae_m: float
    speed_mps: float  # over the ellipsoid; in the air it is h / R greater, 0.1 % at 6 km


@dataclass(frozen=True, slots=True, eq=False)
class Flown:
    """A path: knots at t_s[0] + k KNOT_S, seconds since the scenario's start."""

    t_s: Floats  # (N,)
    xyz_m: Floats  # (N, 3)
    v_mps: Floats  # (N, 3)

    def at(self, t_s: Floats) -> tuple[Floats, Floats]:
        """Return positions and velocities (K, 3) at times (K,); NaN outside the path."""
        t = np.asarray(t_s, np.float64)
        inside = (t >= self.t_s[0]) & (t <= self.t_s[-1])
        step = self.t_s[1] - self.t_s[0]
        k = np.clip(((t - self.t_s[0]) / step).astype(np.int64), 0, len(self.t_s) - 2)
        u = ((t - self.t_s[k]) / step)[:, None]
        p0, p1 = self.xyz_m[k], self.xyz_m[k + 1]
        m0, m1 = self.v_mps[k] * step, self.v_mps[k + 1] * step
        a, b = 2 * (p0 - p1) + m0 + m1, 3 * (p1 - p0) - 2 * m0 - m1
        xyz = ((a * u + b) * u + m0) * u + p0
        v = ((3 * a * u + 2 * b) * u + m0) / step
        xyz[~inside] = np.nan
        v[~inside] = np.nan
        return xyz, v

    def geodetic(self, t_s: Floats) -> tuple[Floats, Floats, Floats]:
        """Return longitude, latitude (degrees) and height above the ellipsoid (m), (K,) each."""
        return to_geodetic(self.at(t_s)[0])

    def motion(self, t_s: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the velocity east, north and up, (K,) each in m/s."""
        xyz, v = self.at(t_s)
        lon, lat, _ = to_geodetic(xyz)
        enu = np.einsum("kij,kj->ki", axes(lon, lat), v)
        return enu[:, 0], enu[:, 1], enu[:, 2]


def from_samples(t_s: Floats, lon_deg: Floats, lat_deg: Floats, h_hae_m: Floats) -> Flown:
    """Return the path through samples a fixed time apart; velocities by central differences."""
    xyz = to_ecef(lon_deg, lat_deg, h_hae_m)
    return Flown(t_s, xyz, np.gradient(xyz, t_s, axis=0, edge_order=2))


def through(t_s: Floats, lon_deg: Floats, lat_deg: Floats, h_hae_m: Floats) -> Flown:
    """Return the path through listed points at their times.

    Cubic in longitude, latitude and height between points, with slopes by differences of the
    neighbours (Catmull and Rom 1974): it passes through every point without a corner.

    t_s  (N,)  increasing, at least two
    """
    knots = clock(float(t_s[0]), float(t_s[-1]))
    unwrapped = np.unwrap(lon_deg, period=360.0)
    columns = [_cubic(t_s, column, knots) for column in (unwrapped, lat_deg, h_hae_m)]
    return from_samples(knots, columns[0], columns[1], columns[2])


def fly(waypoints: Sequence[Waypoint], bank_deg: float, start_s: float) -> Flown:
    """Return the path by waypoints, the first left at `start_s`.

    Raises ValueError, naming the waypoint by its number from 1, where a turn is too sharp or
    two turns need more room than the leg between them has.
    """
    lon, lat = ([getattr(w, name) for w in waypoints] for name in ("lon_deg", "lat_deg"))
    h = np.array([w.h_hae_m for w in waypoints])
    v = np.array([w.speed_mps for w in waypoints])
    azimuth, back, distance = (
        np.asarray(column) for column in WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    )
    arrival = np.asarray(back) + 180.0
    turn = np.zeros(len(waypoints))
    turn[1:-1] = wrap_deg(azimuth[1:] - arrival[:-1])
    radius = v**2 / (GRAVITY_MPS2 * np.tan(np.radians(bank_deg)))
    _check_turns(turn, radius, distance)
    tangent = radius * np.tan(np.radians(np.abs(turn)) / 2)
    begin, end = tangent[:-1], distance - tangent[1:]
    leg_s = 2 * (end - begin) / (v[:-1] + v[1:])
    turn_s = radius * np.radians(np.abs(turn)) / v
    pieces = np.empty(2 * len(leg_s) - 1)  # leg, turn, leg, ..., leg
    pieces[0::2], pieces[1::2] = leg_s, turn_s[1:-1]
    since = np.concatenate([[0.0], np.cumsum(pieces)])
    knots = clock(0.0, float(since[-1]))
    piece = np.clip(np.searchsorted(since, knots, "right") - 1, 0, len(pieces) - 1)
    out = np.empty((3, len(knots)))
    for k in range(len(pieces)):
        rows = np.flatnonzero(piece == k)
        t = knots[rows] - since[k]
        i = k // 2
        if k % 2 == 0:
            rate = (v[i + 1] - v[i]) / leg_s[i]
            along = begin[i] + v[i] * t + rate * t**2 / 2
            at_lon, at_lat = ahead(lon[i], lat[i], np.full(len(t), azimuth[i]), along)
            share = np.clip((along - begin[i]) / (end[i] - begin[i]), 0, 1)
            height = h[i] + (h[i + 1] - h[i]) * share**2 * (3 - 2 * share)
        else:
            i += 1
            at_lon, at_lat = _around(
                lon[i], lat[i], arrival[i - 1], float(turn[i]), radius[i], tangent[i], v[i] * t
            )
            height = np.full(len(t), h[i])
        out[:, rows] = at_lon, at_lat, height
    return from_samples(knots + start_s, out[0], out[1], out[2])


def _check_turns(turn: Floats, radius: Floats, distance: Floats) -> None:
    for k in np.flatnonzero(np.abs(turn) > SHARPEST_DEG).tolist():
        raise ValueError(
            f"waypoint {k + 1} asks for a turn of {abs(turn[k]):.0f} degrees; "
            "make it of two waypoints"
        )
    tangent = radius * np.tan(np.radians(np.abs(turn)) / 2)
    for k in np.flatnonzero(tangent[:-1] + tangent[1:] >= distance).tolist():
        raise ValueError(
            f"between waypoints {k + 1} and {k + 2} the turns need "
            f"{tangent[k] + tangent[k + 1]:.0f} m and the leg has {distance[k]:.0f} m; "
            "fly slower, bank more, or move them apart"
        )


def _around(
    lon: float, lat: float, inbound: float, turn: float, radius: float, tangent: float, s: Floats
) -> tuple[Floats, Floats]:
    """Return points a length `s` into the circle that rounds a waypoint.

    Worked in the azimuthal equidistant plane about the waypoint, where both legs are straight.
    """
    course = np.radians(inbound)
    inward = np.array([np.sin(course), np.cos(course)])
    aside = np.sign(turn) * np.array([np.cos(course), -np.sin(course)])
    phi = s / radius
    east, north = (
        -tangent * inward[:, None]
        + radius * np.sin(phi) * inward[:, None]
        + radius * (1 - np.cos(phi)) * aside[:, None]
    )
    return ahead(lon, lat, np.degrees(np.arctan2(east, north)), np.hypot(east, north))


def ahead(lon: float, lat: float, azimuth: Floats, distance: Floats) -> tuple[Floats, Floats]:
    n = len(distance)
    at_lon, at_lat, _ = WGS84.fwd(np.full(n, lon), np.full(n, lat), azimuth, distance)
    return np.asarray(at_lon), np.asarray(at_lat)


def clock(begin_s: float, end_s: float) -> Floats:
    """Return knots from begin to end: the last is cut off to a whole step, two at the least."""
    count = max(int(np.floor((end_s - begin_s) / KNOT_S + 1e-9)) + 1, 2)
    return np.asarray(begin_s + KNOT_S * np.arange(count), np.float64)


def _cubic(t: Floats, x: Floats, at: Floats) -> Floats:
    slope = np.gradient(x, t) if len(t) > 2 else np.full(2, (x[1] - x[0]) / (t[1] - t[0]))
    k = np.clip(np.searchsorted(t, at, "right") - 1, 0, len(t) - 2)
    step = t[k + 1] - t[k]
    u = (at - t[k]) / step
    m0, m1 = slope[k] * step, slope[k + 1] * step
    a, b = 2 * (x[k] - x[k + 1]) + m0 + m1, 3 * (x[k + 1] - x[k]) - 2 * m0 - m1
    return np.asarray(((a * u + b) * u + m0) * u + x[k])
