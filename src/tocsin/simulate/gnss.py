"""Where an aircraft believes itself to be: correlated satellite error, and lies told to it.

The error per axis is a first-order Gauss-Markov process with the standard deviation that its
NACp stands for, EPU95 / 2.448, and a correlation time of minutes (Kaplan and Hegarty,
Understanding GPS/GNSS, 3rd ed., chapter 10, for why it is not white).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.geo import WGS84
from tocsin.schema import Floats
from tocsin.simulate.target import Target

#: NACp to EPU, the 95 % radius in metres (DO-260B, table A-13); 0 is unknown.
EPU95_M = (
    37_040.0,
    18_520.0,
    7_408.0,
    3_704.0,
    1_852.0,
    926.0,
    555.6,
    185.2,
    92.6,
    30.0,
    10.0,
    3.0,
)
PER_AXIS = 2.448  # 95 % radius of a circular Gaussian in sigmas: sqrt(-2 ln 0.05)
GRID_S = 1.0
M_PER_DEG = 111_320.0  # of latitude, for turning errors of metres into degrees


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What the navigation aboard gives over time."""

    target: Target
    grid_s: Floats  # (G,)
    east_m: Floats  # (G,) error
    north_m: Floats
    up_m: Floats

    def place(self, t_s: Floats) -> tuple[Floats, Floats, Floats]:
        """Return longitude, latitude and height above the ellipsoid, errors and lies in it."""
        lon, lat, h = self.lied(t_s)
        east, north, up = (
            np.interp(t_s, self.grid_s, error) for error in (self.east_m, self.north_m, self.up_m)
        )
        return (
            lon + east / (M_PER_DEG * np.cos(np.radians(lat))),
            lat + north / M_PER_DEG,
            h + up,
        )

    def lied(self, t_s: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the place as the lies have it, without the error."""
        lon, lat, h = self.target.members[0].geodetic(t_s)
        for spoof in self.target.aircraft.spoof:
            told = (t_s >= spoof.begin) & (t_s < spoof.end)
            if spoof.east_m is not None and spoof.north_m is not None:
                azimuth = float(np.degrees(np.arctan2(spoof.east_m, spoof.north_m)))
                far = float(np.hypot(spoof.east_m, spoof.north_m))
                n = int(told.sum())
                lon[told], lat[told], _ = WGS84.fwd(
                    lon[told], lat[told], np.full(n, azimuth), np.full(n, far)
                )
            elif spoof.lon_deg is not None and spoof.lat_deg is not None:
                share = np.clip((t_s - spoof.begin) / spoof.drift_s, 0, 1)
                lon = np.where(told, lon + share * (spoof.lon_deg - lon), lon)
                lat = np.where(told, lat + share * (spoof.lat_deg - lat), lat)
        return lon, lat, h

    def velocity(self, t_s: Floats) -> tuple[Floats, Floats, Floats]:
        """Return east, north and up in m/s: the receiver differentiates what it is told."""
        half = 0.5
        begin, end = float(self.target.flown.t_s[0]), float(self.target.flown.t_s[-1])
        before, after = np.maximum(t_s - half, begin), np.minimum(t_s + half, end)
        lon0, lat0, _ = self.lied(before)
        lon1, lat1, _ = self.lied(after)
        azimuth, _, far = WGS84.inv(lon0, lat0, lon1, lat1)
        speed = np.asarray(far) / np.maximum(after - before, 1e-3)
        _, _, up = self.target.members[0].motion(t_s)
        course = np.radians(azimuth)
        return speed * np.sin(course), speed * np.cos(course), up


def believe(target: Target, length_s: float, rng: np.random.Generator) -> Belief:
    """Return what a target's navigation gives, its errors drawn."""
    aircraft = target.aircraft
    sigma = EPU95_M[aircraft.nacp] / PER_AXIS
    grid = np.arange(-GRID_S, length_s + 2 * GRID_S, GRID_S)
    tau = aircraft.gnss_tau_s
    east, north, up = (gauss_markov(rng, len(grid), GRID_S, s, tau) for s in (sigma, sigma, sigma))
    return Belief(target, grid, east, north, 1.5 * up)  # vertical dilution is about half again


def gauss_markov(
    rng: np.random.Generator, count: int, step_s: float, sigma: float, tau_s: float
) -> Floats:
    """Return a stationary first-order Gauss-Markov process: x' = a x + w, a = exp(-step / tau)."""
    a = np.exp(-step_s / tau_s)
    kick = sigma * np.sqrt(1 - a * a) * rng.standard_normal(count)
    out = np.empty(count)
    now = sigma * float(rng.standard_normal())
    for k, w in enumerate(kick.tolist()):
        now = a * now + w
        out[k] = now
    return out
