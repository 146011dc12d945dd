"""Whose plot is it?  Plots without any name, matched to tracks by place.

Gated nearest neighbour: a plot may belong to a track whose predicted place is within four sigma
of the difference, and `SLACK_M` more for a turn; of all such pairs the closest, measured in
sigmas, is taken first, and each plot and each track once.  A plot that fits none begins a track.
Dense traffic asks for more (a track may swap its plots where two primary targets cross).
"""

from __future__ import annotations

import numpy as np

from tocsin.schema import Floats
from tocsin.watch import fold, plane
from tocsin.watch.batch import Ints
from tocsin.watch.tracks import LAT, LON, T, Tracks

GATE = 4.0
SLACK_M = 200.0
FRESH_S = 40.0  # three turns of a slow antenna
_FAR_DEG = 1.0


def matched(
    tracks: Tracks,
    t_s: Floats,
    lon_deg: Floats,
    lat_deg: Floats,
    variance_m2: Floats,
    clock_s: float,
    accel_psd: float,
) -> Ints:
    """Return the rows of plots (N,); -1 where none fits."""
    out = np.full(len(t_s), -1, np.int64)
    rows = tracks.rows()
    rows = rows[clock_s - tracks.placed_at[rows] <= FRESH_S]
    if not len(rows) or not len(t_s):
        return out
    plot, k, off = pairs(tracks, rows, t_s, lon_deg, lat_deg, variance_m2, accel_psd)
    order = np.lexsort((k, plot, off))
    taken: set[tuple[int, float]] = set()
    for n in order.tolist():
        p, row = int(plot[n]), int(rows[k[n]])
        # Plots of one scan are of different aircraft; those of two scans in one batch are not.
        if out[p] < 0 and (row, float(t_s[p])) not in taken:
            out[p] = row
            taken.add((row, float(t_s[p])))
    return out


def pairs(
    tracks: Tracks,
    rows: Ints,
    t_s: Floats,
    lon_deg: Floats,
    lat_deg: Floats,
    variance_m2: Floats,
    accel_psd: float,
) -> tuple[Ints, Ints, Floats]:
    """Return which plots and which of the rows may belong together, and how far off in sigmas."""
    m = tracks.motion[rows].T
    order = np.argsort(m[LAT], kind="stable")
    sorted_lat = m[LAT][order]
    low = np.searchsorted(sorted_lat, lat_deg - _FAR_DEG)
    high = np.searchsorted(sorted_lat, lat_deg + _FAR_DEG)
    count = high - low
    plot = np.repeat(np.arange(len(t_s)), count)
    first = np.cumsum(count) - count
    k = order[low[plot] + np.arange(len(plot)) - first[plot]]
    dlon = lon_deg[plot] - m[LON][k]
    near = np.abs(dlon - 360.0 * np.round(dlon / 360.0)) < 3 * _FAR_DEG
    plot, k = plot[near], k[near]
    mine = m[:, k]
    dt = np.clip(t_s[plot] - mine[T], -FRESH_S, 2 * FRESH_S)
    east, north, variance = fold.ahead(mine, np.abs(dt), accel_psd)
    back = np.sign(dt)
    x, y = plane.xy(plane.place(mine[LON], mine[LAT]), lon_deg[plot], lat_deg[plot])
    off_m = np.hypot(x - back * east, y - back * north)
    sigma = np.sqrt(variance + variance_m2[plot])
    fits = off_m <= GATE * sigma + SLACK_M
    return plot[fits], k[fits], (off_m / sigma)[fits]
