"""Positions into tracks: a Kalman filter at constant velocity, all rows of a batch at once.

Both axes share one covariance (PP, PV, VV), as the error of a position is taken as a circle:

    predict by dt    PP += 2 dt PV + dt^2 VV + q dt^3 / 3,  PV += dt VV + q dt^2 / 2,  VV += q dt
    position         K = (PP, PV) / (PP + R)
    velocity         K = (PV, VV) / (VV + Rv), where the source tells it

with q the density of white acceleration.  A manoeuvre shows as an innovation that q does not
explain and opens the covariance.  What is not used, and counted: a position told before or
older than what is known, and one that no aircraft reaches.  Three of the latter in a row that
agree with each other, or three older ones by more than `BACK_S` in order, are believed: the
track (or its clock) is elsewhere, and starts anew there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.watch import plane
from tocsin.watch.batch import Bools, Ints
from tocsin.watch.tracks import (
    COUNT,
    FLAT,
    FLON,
    GAP,
    LAT,
    LON,
    NEVER,
    PP,
    PV,
    VE,
    VN,
    VV,
    R,
    T,
    Tracks,
)

BACK_S = 10.0  # a clock that is this much behind has been set back
AGREE = 3  # positions that agree against what is known
SAME_S = 10.0  # the same coordinates within this time are a copy
NEAR_DEG = (
    1e-5  # and within a second, coordinates this close (1 m): two receivers heard one message
)
UNKNOWN_V_MPS = 150.0  # one-sigma speed per axis of an aircraft of which nothing is known
V_SIGMA_MPS = 5.0  # of a reported velocity: whole knots, and half a second old
FASTEST_MPS = 1_000.0
LIKELY_MPS = 400.0  # between two positions that stand against all others
_RAD = np.pi / 180.0


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """What became of the positions, (N,) each."""

    used: Bools
    counts: dict[str, int]  # of what was not used, by reason
    motion: Floats | None  # (columns, used) of the rows used, where every row came once


def fold(
    tracks: Tracks,
    row: Ints,
    t_s: Floats,
    lon_deg: Floats,
    lat_deg: Floats,
    variance_m2: Floats,
    ve_mps: Floats,
    vn_mps: Floats,
    clock_s: float,
    accel_psd: float,
    *,
    alone: bool = False,
) -> Folded:
    """Take in positions (N,), sorted by row and then by time; return which were used.

    alone   every row comes once only, in any order
    """
    used = np.zeros(len(row), bool)
    counts: dict[str, int] = {}
    if alone:
        told = (row, t_s, lon_deg, lat_deg, variance_m2, ve_mps, vn_mps, clock_s, accel_psd)
        use, m = _round(tracks, *told, counts)
        return Folded(use, counts, m)
    first = np.flatnonzero(np.diff(row, prepend=-1) != 0)
    nth = np.arange(len(row)) - np.repeat(first, np.diff(np.append(first, len(row))))
    most = int(nth.max(initial=-1))
    for turn in range(most + 1):
        k = np.flatnonzero(nth == turn) if most else np.arange(len(row))
        used[k], _ = _round(
            tracks,
            row[k],
            t_s[k],
            lon_deg[k],
            lat_deg[k],
            variance_m2[k],
            ve_mps[k],
            vn_mps[k],
            clock_s,
            accel_psd,
            counts,
        )
    return Folded(used, counts, None)


def _round(
    tracks: Tracks,
    row: Ints,
    t_s: Floats,
    lon: Floats,
    lat: Floats,
    r: Floats,
    ve: Floats,
    vn: Floats,
    clock_s: float,
    q: float,
    counts: dict[str, int],
) -> tuple[Bools, Floats]:
    """Take in one position of each of some rows; return which were used, and their motion."""
    m = tracks.motion.take(row, axis=0).T.copy()  # (columns, N): one contiguous line a column
    new = m[COUNT] == 0
    dt = t_s - m[T]
    copy = np.abs(lat - m[FLAT]) <= NEAR_DEG
    if copy.any():
        copy &= np.abs(lon - m[FLON]) <= 2 * NEAR_DEG
        same = (lat == m[FLAT]) & (lon == m[FLON]) & (np.abs(dt) < SAME_S)
        copy &= ((np.abs(dt) < 1.0) | same) & ~new
    late = (dt < 0) & ~(new | copy)

    at = plane.place(m[LON], m[LAT])
    x, y = plane.xy(at, lon, lat)  # from where it was
    far = _unreachable(m, x, y, dt, r)
    if far.any():
        far &= ~(new | copy | late)

    anew = new
    if late.any():
        anew = anew | _set_back(tracks, row, late, t_s, dt)
        counts["late"] = counts.get("late", 0) + int(late.sum())
    if copy.any():
        counts["repeated"] = counts.get("repeated", 0) + int(copy.sum())
    if far.any():
        moved = _elsewhere(tracks, row, far, t_s, lon, lat, r)
        anew = anew | moved
        tracks.moved_at[row[moved]] = clock_s
        tracks.judged_at[row[moved]] = NEVER  # in doubt from now on
        tracks.leapt_at[row[far]], tracks.suspect[row[far]] = clock_s, 1
        counts["unreachable"] = counts.get("unreachable", 0) + int(far.sum())
    use = anew | ~(late | copy | far)
    if not use.all():
        whole = np.flatnonzero(use)
        m, row, at = m[:, whole], row[whole], at.take(whole)
        t_s, dt, lon, lat, r = t_s[whole], dt[whole], lon[whole], lat[whole], r[whole]
        ve, vn, x, y, anew = ve[whole], vn[whole], x[whole], y[whole], anew[whole]

    _filtered(m, at, dt, x, y, r, ve, vn, q)
    m[GAP] += (np.minimum(dt, 60.0) - m[GAP]) * np.where(m[COUNT] > 1, 0.2, 1.0)
    if anew.any():
        _started(m, np.flatnonzero(anew), lon, lat, r, ve, vn)
    m[T], m[R], m[FLON], m[FLAT] = t_s, r, lon, lat
    m[COUNT] += 1.0
    tracks.leaps[row] = 0
    tracks.lates[row] = 0
    tracks.motion[row] = m.T
    return np.asarray(use), m


def _unreachable(m: Floats, x: Floats, y: Floats, dt: Floats, r: Floats) -> Bools:
    """Return which positions, x and y from where the tracks were, no aircraft reaches in dt."""
    off2 = x * x + y * y
    span = np.maximum(dt, 0.0) + 1.5
    # First what is plainly in reach, by less than the whole rule: nearly all.
    speed2 = m[VE] * m[VE] + m[VN] * m[VN]
    far = off2 > (1.69 * speed2 + 2_500.0) * (span * span) + 90_000.0
    k = np.flatnonzero(far)
    if len(k):
        span = span[k]
        pace = 1.3 * np.sqrt(speed2[k]) + 3 * np.sqrt(m[VV, k]) + 50.0 + 5.0 * span
        reach = np.minimum(pace, FASTEST_MPS) * span + 4 * np.sqrt(r[k] + m[R, k]) + 300.0
        far[k] = off2[k] > reach * reach
    return np.asarray(far)


def _filtered(
    m: Floats,
    at: plane.Place,
    dt: Floats,
    x: Floats,
    y: Floats,
    r: Floats,
    ve: Floats,
    vn: Floats,
    q: float,
) -> None:
    """Predict and update in place; x, y is the position from where the track was."""
    dt2 = dt * dt
    pp = m[PP] + 2 * dt * m[PV] + dt2 * m[VV] + (q / 3) * dt2 * dt
    pv = m[PV] + dt * m[VV] + (q / 2) * dt2
    vv = m[VV] + q * dt
    east, north = m[VE] * dt, m[VN] * dt
    ex, ey = x - east, y - north
    # A turn that q does not explain: the error is taken as true, 3 sigma out and beyond.
    off2 = ex * ex + ey * ey
    turned = off2 > 18.0 * (pp + r)
    if turned.any():
        more = np.where(turned, off2 / 4, 0.0)
        pp = pp + more
        pv = pv + more / np.maximum(dt, 1.0)
        vv = vv + 2 * more / np.maximum(dt2, 1.0)
    s = pp + r
    k0, k1 = pp / s, pv / s
    px, py = east + k0 * ex, north + k0 * ey
    vx, vy = m[VE] + k1 * ex, m[VN] + k1 * ey
    vv = vv - k1 * pv
    pv = pv * (1 - k0)
    pp = pp * (1 - k0)
    told = ~np.isnan(ve + vn)
    if told.any():
        sv = vv + V_SIGMA_MPS**2
        k0, k1, ux, uy = pv / sv, vv / sv, ve - vx, vn - vy
        if not told.all():
            k0, k1, ux, uy = (np.where(told, each, 0.0) for each in (k0, k1, ux, uy))
        px, py = px + k0 * ux, py + k0 * uy
        vx, vy = vx + k1 * ux, vy + k1 * uy
        pp = pp - k0 * pv
        pv = pv * (1 - k1)
        vv = vv * (1 - k1)
    m[LON], m[LAT] = plane.away(at, px, py)
    m[VE], m[VN], m[PP], m[PV], m[VV] = vx, vy, pp, pv, vv


def _started(
    m: Floats, k: Ints, lon: Floats, lat: Floats, r: Floats, ve: Floats, vn: Floats
) -> None:
    """Start the tracks of some columns at what is told."""
    told = ~np.isnan(ve[k] + vn[k])
    m[LON, k], m[LAT, k] = lon[k], lat[k]
    m[VE, k], m[VN, k] = np.where(told, ve[k], 0.0), np.where(told, vn[k], 0.0)
    m[PP, k], m[PV, k], m[GAP, k] = r[k], 0.0, 0.0
    m[VV, k] = np.where(told, V_SIGMA_MPS**2, UNKNOWN_V_MPS**2)


def _set_back(tracks: Tracks, row: Ints, late: Bools, t_s: Floats, dt: Floats) -> Bools:
    """Note positions that are too old; return those whose clock has been set back."""
    k = np.flatnonzero(late & (dt < -BACK_S))
    r = row[k]
    in_order = t_s[k] > tracks.late_t[r]
    run = np.where(in_order, np.minimum(tracks.lates[r] + 1, 100), 1)
    tracks.late_t[r], tracks.lates[r] = t_s[k], run
    out = np.zeros(len(row), bool)
    out[k] = in_order & (run >= AGREE)
    return out


def _elsewhere(
    tracks: Tracks,
    row: Ints,
    far: Bools,
    t_s: Floats,
    lon: Floats,
    lat: Floats,
    r: Floats,
) -> Bools:
    """Note positions that cannot be reached; return those that agree with the ones before."""
    k = np.flatnonzero(far)
    who = row[k]
    at = plane.place(tracks.odd_lon[who], tracks.odd_lat[who])
    x, y = plane.xy(at, lon[k], lat[k])
    dt = t_s[k] - tracks.odd_t[who]
    reach = LIKELY_MPS * (np.abs(dt) + 1.5) + 8 * np.sqrt(r[k]) + 300.0
    agree = (tracks.leaps[who] > 0) & (x * x + y * y <= reach * reach) & (dt >= 0)
    run = np.where(agree, np.minimum(tracks.leaps[who] + 1, 100), 1)
    tracks.leaps[who] = run
    tracks.odd_t[who], tracks.odd_lon[who], tracks.odd_lat[who] = t_s[k], lon[k], lat[k]
    out = np.zeros(len(row), bool)
    out[k] = run >= AGREE
    return out


def ahead(m: Floats, dt: Floats, q: float) -> tuple[Floats, Floats, Floats]:
    """Return east, north and position variance of tracks `dt` seconds on; m is (columns, N)."""
    pp = m[PP] + 2 * dt * m[PV] + dt * dt * m[VV] + (q / 3) * (dt * dt * dt)
    return m[VE] * dt, m[VN] * dt, pp


def sorted_by(row: Ints, t_s: Floats, lon: Floats, lat: Floats) -> NDArray[np.int64]:
    """Return the order by row, time and, so that no order of arrival matters, place."""
    if not len(row):
        return np.zeros(0, np.int64)
    base = t_s.min()
    within = np.clip((t_s - base) * 1e6, 0, (1 << 40) - 1).astype(np.int64)
    code = (row << 40) | within
    order = np.argsort(code)
    ranked = code[order]
    if (ranked[1:] == ranked[:-1]).any():
        order = np.lexsort((lat, lon, t_s, row))
    return order
