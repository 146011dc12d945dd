"""The plane a plan view is drawn in: metres east and north of its middle.

x = (lon - lon0) N(lat0) cos(lat0), y = (lat - lat0) M(lat0), with the WGS-84 radii of
curvature N and M (Torge, Geodesy, 3rd ed., eqs. 4.14 and 4.18).  True to scale in the middle
parallel; 500 km north of it, at 55 degrees, lengths east-west are drawn 12 % too long, which
a picture bears and a finding would not: no number in a dossier is measured here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tocsin.dossier.data import Floats
from tocsin.dossier.format import degree_minutes
from tocsin.units import NM_M

WGS84_A_M = 6_378_137.0
WGS84_E2 = 0.00669437999014

Ticks = list[tuple[float, str]]

GRATICULE_MIN = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800)
BAR_NM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class Plane:
    """A local equirectangular plane."""

    lon0_deg: float
    lat0_deg: float

    @property
    def x_m_per_deg(self) -> float:
        phi = math.radians(self.lat0_deg)
        n_m = WGS84_A_M / math.sqrt(1 - WGS84_E2 * math.sin(phi) ** 2)
        return math.radians(1) * n_m * max(math.cos(phi), 0.01)

    @property
    def y_m_per_deg(self) -> float:
        phi = math.radians(self.lat0_deg)
        w2 = 1 - WGS84_E2 * math.sin(phi) ** 2
        return math.radians(1) * WGS84_A_M * (1 - WGS84_E2) / (w2 * math.sqrt(w2))

    def xy(self, lon_deg: Floats, lat_deg: Floats) -> Floats:
        """Return (N, 2) metres; longitudes are carried over the date line without a leap."""
        lon_deg = np.asarray(lon_deg, dtype=np.float64)
        # Each point next to the middle: a track is short beside half the globe.
        lon_deg = (lon_deg - self.lon0_deg + 180.0) % 360.0 - 180.0
        lat_deg = np.asarray(lat_deg, dtype=np.float64) - self.lat0_deg
        return np.column_stack([lon_deg * self.x_m_per_deg, lat_deg * self.y_m_per_deg])

    def ring_xy(self, lon_deg: Floats, lat_deg: Floats) -> Floats:
        """Return the vertices of a ring, unwrapped along it, then brought beside the middle."""
        lon_deg = np.unwrap(np.asarray(lon_deg, dtype=np.float64), period=360.0)
        turns = np.round((np.mean(lon_deg) - self.lon0_deg) / 360.0)
        x_m = (lon_deg - 360.0 * turns - self.lon0_deg) * self.x_m_per_deg
        y_m = (np.asarray(lat_deg, dtype=np.float64) - self.lat0_deg) * self.y_m_per_deg
        return np.column_stack([x_m, y_m])

    def lon_deg(self, x_m: float) -> float:
        """Return the longitude of x, -180..180."""
        return (self.lon0_deg + x_m / self.x_m_per_deg + 180.0) % 360.0 - 180.0

    def lat_deg(self, y_m: float) -> float:
        """Return the latitude of y."""
        return self.lat0_deg + y_m / self.y_m_per_deg


@dataclass(frozen=True, slots=True)
class Frame:
    """What a plan view shows, in metres of its plane."""

    x0_m: float
    y0_m: float
    x1_m: float
    y1_m: float

    @property
    def width_m(self) -> float:
        return self.x1_m - self.x0_m

    @property
    def height_m(self) -> float:
        return self.y1_m - self.y0_m


def middle(lon_deg: Floats, lat_deg: Floats) -> Plane:
    """Return the plane in the middle of some positions, the date line notwithstanding."""
    if not len(lon_deg):
        return Plane(0.0, 0.0)
    lon_deg = np.unwrap(np.asarray(lon_deg, dtype=np.float64), period=360.0)
    lon0 = (float(lon_deg.min()) + float(lon_deg.max())) / 2
    return Plane((lon0 + 180.0) % 360.0 - 180.0, float((lat_deg.min() + lat_deg.max()) / 2))


def frame(xy_m: Floats, *, margin: float, least_m: float, aspect: tuple[float, float]) -> Frame:
    """Return a frame around points: margin as a share of the size, width/height in a range."""
    low, high = xy_m.min(axis=0), xy_m.max(axis=0)
    width = max(float(high[0] - low[0]) * (1 + 2 * margin), least_m)
    height = max(float(high[1] - low[1]) * (1 + 2 * margin), least_m)
    narrow, wide = aspect
    width = max(width, narrow * height)
    height = max(height, width / wide)
    x, y = (low + high) / 2
    return Frame(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def graticule(plane: Plane, shown: Frame) -> tuple[Ticks, Ticks]:
    """Return the meridians and parallels to draw, as (metres, label)."""
    across = shown.width_m / plane.x_m_per_deg * 60
    upward = shown.height_m / plane.y_m_per_deg * 60
    lon_step = next((s for s in GRATICULE_MIN if across / s <= 6), GRATICULE_MIN[-1])
    lat_step = next((s for s in GRATICULE_MIN if upward / s <= 6), GRATICULE_MIN[-1])
    meridians = [
        (x, degree_minutes(plane.lon_deg(x), "EW", int(lon_step < 1)))
        for x in _multiples(plane.lon0_deg, plane.x_m_per_deg, shown.x0_m, shown.x1_m, lon_step)
    ]
    parallels = [
        (y, degree_minutes(plane.lat_deg(y), "NS", int(lat_step < 1)))
        for y in _multiples(plane.lat0_deg, plane.y_m_per_deg, shown.y0_m, shown.y1_m, lat_step)
    ]
    return meridians, parallels


def _multiples(
    zero_deg: float, m_per_deg: float, low_m: float, high_m: float, step_min: float
) -> list[float]:
    low = math.ceil((zero_deg + low_m / m_per_deg) * 60 / step_min)
    high = math.floor((zero_deg + high_m / m_per_deg) * 60 / step_min)
    return [(k * step_min / 60 - zero_deg) * m_per_deg for k in range(low, high + 1)]


def bar(shown: Frame) -> tuple[float, str]:
    """Return the length of a scale bar, at most a fifth of the width, and what it says."""
    fits = [nm for nm in BAR_NM if nm * NM_M <= shown.width_m / 5]
    nm = fits[-1] if fits else BAR_NM[0]
    km = nm * NM_M / 1000
    return nm * NM_M, f"{nm:g} NM ({km:.{0 if km >= 10 else 1 if km >= 1 else 2}f} km)"
