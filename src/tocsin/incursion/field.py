"""Signed distance from a boundary for millions of points: exact at grid nodes, linear between.

Only nodes of cells that some point falls into are computed.  Distance is linear along straight
stretches of a boundary and off by at most spacing^2 / 8r near a corner seen from r away, and by
half a cell across the medial axis, where only the depth and never the side depends on it.
"""

from __future__ import annotations

import numpy as np

from tocsin import geo
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.inside import inside
from tocsin.incursion.nearest import balls, nearest
from tocsin.schema import Floats

SPACING_M = 50.0
MOST_CELLS = 200_000_000  # 800 MB of table: 1,000 km by 500 km


def signed_distance_m(
    lon_deg: Floats, lat_deg: Floats, volume: int, boundary: Boundary, spacing_m: float = SPACING_M
) -> Floats:
    """Return the distance from a volume's boundary in metres, positive inside, in the shape given.

    Raises ValueError for a position that is not finite.
    """
    lon, lat = np.ravel(lon_deg), np.ravel(lat_deg)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise ValueError("a sample has no position")
    if not len(lon):
        return np.zeros(np.shape(lon_deg))
    lon0, lat0 = float(lon[0]), float(lat[0])
    dlat = np.degrees(spacing_m / geo.R_MEAN_M)
    dlon = dlat / np.cos(np.radians(lat0))
    x = geo.wrap_deg(lon - lon0) / dlon
    y = (lat - lat0) / dlat
    i, j = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    wide = int(i.max() - i.min()) + 2
    low_i, low_j = int(i.min()), int(j.min())
    high = int(j.max() - j.min()) + 2
    if wide * high > MOST_CELLS:
        raise ValueError(f"samples spread over {wide * high:.2g} cells; judge shorter tracks")
    key = (j - low_j) * wide + (i - low_i)
    needed = np.zeros(wide * high, bool)
    needed[key] = True
    cells = np.flatnonzero(needed)
    for step in (1, wide, wide + 1):
        needed[cells + step] = True
    nodes = np.flatnonzero(needed)
    at_lon = lon0 + (nodes % wide + low_i) * dlon
    at_lat = lat0 + (nodes // wide + low_j) * dlat
    table = np.full(wide * high, np.nan, np.float32)
    table[nodes] = _exact(at_lon, at_lat, volume, boundary)

    fx, fy = x - i, y - j
    south = table[key] * (1 - fx) + table[key + 1] * fx
    north = table[key + wide] * (1 - fx) + table[key + wide + 1] * fx
    return np.asarray((south * (1 - fy) + north * fy).reshape(np.shape(lon_deg)), np.float64)


class Field:
    """The same for one volume asked again and again near one track: nodes are kept.

    Asked of a box about some positions, it computes a node when first needed and never twice;
    positions outside the box are answered without being kept.
    """

    def __init__(
        self,
        lon_deg: Floats,
        lat_deg: Floats,
        volume: int,
        boundary: Boundary,
        *,
        margin_m: float,
        spacing_m: float,
    ) -> None:
        self._volume, self._boundary, self._spacing_m = volume, boundary, spacing_m
        self._dlat = float(np.degrees(spacing_m / geo.R_MEAN_M))
        middle = float(np.mean(lat_deg))
        self._dlon = self._dlat / float(np.cos(np.radians(middle)))
        out = margin_m / spacing_m
        self._lon0 = float(lon_deg.flat[0])
        x = geo.wrap_deg(lon_deg - self._lon0)
        self._west = float(x.min()) - out * self._dlon
        self._south = float(lat_deg.min()) - out * self._dlat
        self._wide = int((float(x.max()) - self._west) / self._dlon + out) + 2
        self._high = int((float(lat_deg.max()) - self._south) / self._dlat + out) + 2
        self._table = np.full(self._wide * self._high, np.nan)

    def __call__(self, lon_deg: Floats, lat_deg: Floats) -> Floats:
        """Return the distance from the boundary in metres, positive inside, in the shape given."""
        x = (geo.wrap_deg(lon_deg - self._lon0) - self._west) / self._dlon
        y = (lat_deg - self._south) / self._dlat
        i, j = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        if i.min() < 0 or j.min() < 0 or i.max() > self._wide - 2 or j.max() > self._high - 2:
            return signed_distance_m(
                lon_deg, lat_deg, self._volume, self._boundary, self._spacing_m
            )
        key = j * self._wide + i
        steps = (0, 1, self._wide, self._wide + 1)
        new = np.flatnonzero(np.isnan(sum(self._table[key.ravel() + step] for step in steps)))
        if len(new):
            asked = np.unique(np.concatenate([key.ravel()[new] + step for step in steps]))
            nodes = asked[np.isnan(self._table[asked])]
            at_lon = self._lon0 + self._west + (nodes % self._wide) * self._dlon
            at_lat = self._south + (nodes // self._wide) * self._dlat
            place = (np.asarray(at_lon, np.float64), np.asarray(at_lat, np.float64))
            self._table[nodes] = _exact(*place, self._volume, self._boundary)
        fx, fy = x - i, y - j
        a, b, c, d = (self._table[key + step] for step in steps)
        south, north = a * (1 - fx) + b * fx, c * (1 - fx) + d * fx
        return np.asarray(south * (1 - fy) + north * fy)


def _exact(lon: Floats, lat: Floats, volume: int, boundary: Boundary) -> Floats:
    asked = np.full(len(lon), volume)
    d, _ = nearest(geo.ecef(lon, lat), asked, balls(boundary, asked[:1]), boundary)
    point, which = inside(lon, lat, boundary)
    signed = -d
    signed[point[which == volume]] *= -1.0
    return signed
