"""What is told by absence: an aircraft that does not answer, and one that is no longer seen.

*Dark*: only primary radar sees it, three times at least, no plan is known, it flies, and no
aircraft that answers is where it is (a radar that gives its plots numbers of its own shows
every airliner as a second track).

*Lost*: a witness that has seen the track before should see it still and does not, for
`lost_sights` of its turns: the predicted place, three sigma towards the edge, lies within nine
tenths of its range and above its horizon (4/3 Earth, the height three sigma lower, or the low end
of the prior where none is told), the witness is well, and the aircraft has not landed as far as
can be told.  Without the coverage of a sensor nothing is lost: it is only not seen.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from tocsin.geo import R_MEAN_M
from tocsin.schema import Floats
from tocsin.watch import fold, plane
from tocsin.watch.batch import Bools, Ints
from tocsin.watch.judge import Judge
from tocsin.watch.match import pairs
from tocsin.watch.settings import Coverage, WatchSettings
from tocsin.watch.tracks import COUNT, GAP, LAT, LON, PP, VE, VN, R, T, Tracks

SEEN_S = 30.0  # a dark track not seen for this long is neither dark nor lit
EDGE = 0.9
SIGMAS = 3.0
ALIKE_MPS = 80.0  # two tracks of one aircraft differ by less
SLOW_MPS = 80.0
BESIDE_DEG = 1.1  # of latitude: further off than `match.pairs` looks
LEAST_S = 10.0  # nothing is lost sooner


def dark(tracks: Tracks, rows: Ints, clock_s: float, accel_psd: float) -> tuple[Ints, Floats]:
    """Return those of the rows that nothing answers from, and whether each is dark.

    1, 0, or NaN while it is not seen.
    """
    bare = (tracks.answers(rows, clock_s) == 0) & (tracks.plan[rows] != 1)
    bare &= tracks.grounded[rows] != 1
    rows = rows[bare]
    out = np.ones(len(rows))
    if len(rows):
        out[_shown(tracks, rows, clock_s, accel_psd)] = 0.0
        out[clock_s - tracks.placed_at[rows] > SEEN_S] = np.nan
    return rows, out


def _shown(tracks: Tracks, rows: Ints, clock_s: float, accel_psd: float) -> Bools:
    """Return which tracks have an aircraft that answers where they are, at their speed."""
    lit = tracks.rows()
    lit = lit[tracks.answers(lit, clock_s) == 1]
    lat, high = tracks.motion[lit, LAT], np.sort(tracks.motion[rows, LAT])
    north, south = np.searchsorted(high, lat + BESIDE_DEG), np.searchsorted(high, lat - BESIDE_DEG)
    lit = lit[north > south]
    found = np.zeros(len(rows), bool)
    if len(lit):
        m = tracks.motion[rows].T
        mine, other, _ = pairs(tracks, lit, m[T], m[LON], m[LAT], m[PP] + m[R], accel_psd)
        theirs = tracks.motion[lit[other]].T
        off = np.hypot(m[VE][mine] - theirs[VE], m[VN][mine] - theirs[VN])
        found[mine[off <= ALIKE_MPS]] = True
    return found


def lost(
    judge: Judge, tracks: Tracks, rows: Ints, well: Collection[str], clock_s: float
) -> tuple[Ints, Bools, list[str]]:
    """Return those of the rows that nobody sees, which are lost, and the witness that misses each.

    well   the witnesses that are in order
    """
    settings = judge.settings
    rows = rows[clock_s - tracks.placed_at[rows] >= LEAST_S]
    rows = rows[(tracks.motion[rows, COUNT] >= 3) & (tracks.grounded[rows] != 1)]
    missed, by = np.zeros(len(rows), bool), [""] * len(rows)
    if not len(rows) or not settings.sensors:
        return rows, missed, by
    rows_flying = ~_landed(tracks, rows, settings)
    silent_s = clock_s - tracks.placed_at[rows]
    low_m = _low_m(judge, tracks, rows, clock_s)
    for sensor in settings.sensors:
        if sensor.witness not in well or sensor.witness not in tracks.witnesses:
            continue
        bit = tracks.witness(sensor.witness)
        every_s = np.maximum(sensor.interval_s, np.minimum(tracks.motion[rows, GAP], 60.0))
        asked = (tracks.by_ever[rows] & bit) != 0
        asked &= silent_s >= np.maximum(settings.lost_sights * every_s, LEAST_S)
        asked &= rows_flying
        asked &= _covered(sensor, tracks, rows, silent_s, low_m, settings)
        for k in np.flatnonzero(asked & ~missed):
            by[k] = sensor.witness
        missed |= asked
    return rows, missed, by


def _covered(
    sensor: Coverage,
    tracks: Tracks,
    rows: Ints,
    silent_s: Floats,
    low_m: Floats,
    settings: WatchSettings,
) -> Bools:
    """Return whether the sensor should see the tracks where they must be by now."""
    m = tracks.motion[rows].T
    east, north, variance = fold.ahead(m, np.minimum(silent_s, 120.0), settings.accel_psd)
    x0, y0 = plane.xy(plane.place(sensor.lon_deg, sensor.lat_deg), m[LON], m[LAT])
    away_m = np.hypot(x0 + east, y0 + north) + SIGMAS * np.sqrt(variance)
    radius = 4 / 3 * R_MEAN_M
    horizon_m = np.sqrt(2 * radius * max(sensor.h_msl_m, 0.0))
    horizon_m = horizon_m + np.sqrt(2 * radius * np.maximum(low_m, 0.0))
    return np.asarray(away_m <= EDGE * np.minimum(sensor.range_m, horizon_m))


def _low_m(judge: Judge, tracks: Tracks, rows: Ints, clock_s: float) -> Floats:
    """Return the least height that the tracks may have, any datum taken for another."""
    h_m, sigma_m = judge.height_of(tracks, rows, clock_s)
    known = ~np.isnan(h_m)
    lowest = np.where(known, h_m, np.inf).min(axis=1) - SIGMAS * np.minimum(sigma_m, 1_000.0)
    return np.where(known.any(axis=1), lowest, judge.settings.height.q05_m)


def _landed(tracks: Tracks, rows: Ints, settings: WatchSettings) -> Bools:
    """Return which may have landed: low, and slow or going down."""
    h_m = tracks.h_m[rows]
    known = ~np.isnan(h_m)
    h = np.where(known, h_m, np.inf).min(axis=1)
    slow = np.hypot(tracks.motion[rows, VE], tracks.motion[rows, VN]) < SLOW_MPS
    down = tracks.vrate_mps[rows] < 0
    low = np.where(known.any(axis=1), h < settings.landed_h_m, slow)
    return np.asarray(low & (slow | down | np.isnan(tracks.vrate_mps[rows])))
