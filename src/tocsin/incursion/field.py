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
        raise ValueError(
            f"samples spread over {wide * high:.2g} cells of {spacing_m:.0f} m; judge shorter tracks"
        )
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


def _exact(lon: Floats, lat: Floats, volume: int, boundary: Boundary) -> Floats:
    asked = np.full(len(lon), volume)
    d, _ = nearest(geo.ecef(lon, lat), asked, balls(boundary, asked[:1]), boundary)
    point, which = inside(lon, lat, boundary)
    signed = -d
    signed[point[which == volume]] *= -1.0
    return signed
