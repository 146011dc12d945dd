"""Stretches in which the reported velocity and the flown way contradict each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.track.limits import IntegritySettings
from tocsin.track.motion import Bools, Legs, Motion, track_starts

BIN_S = 60.0  # long enough that a time wrong by 1 s at 250 m/s is worth 4 m/s
LEG_S = 15.0  # velocity says little about longer legs
TURN_DEG = 20.0
UNKNOWN = 5
SUSTAINED = 3  # minutes in a row: a turn, a report that lags or is held does not last


def mismatched(m: Motion, leg: Legs, bad: Bools, settings: IntegritySettings) -> Bools:
    """Return which fixes lie in minutes whose drift is not the reported velocity, (N,).

    Over each minute the flown way less the sum of reported velocity times time is divided by
    the time.  More than `mismatch_mps` and 6 % of the speed, three minutes in a row, is a
    contradiction, provided that the same track agrees with its reports most of the time:
    some sources give the heading for the track, or airspeed for ground speed, all along.
    """
    wrong = np.zeros(len(m), np.bool_)
    course = np.radians(m.track_deg)
    ve, vn = m.gs_mps * np.sin(course), m.gs_mps * np.cos(course)
    dt = leg.dt_s
    usable = leg.same & (dt > 0) & (dt <= LEG_S) & ~bad & np.isfinite(ve[1:]) & np.isfinite(ve[:-1])
    turn = np.abs((m.track_deg[1:] - m.track_deg[:-1] + 180.0) % 360.0 - 180.0)
    usable &= turn <= TURN_DEG  # within a sharp turn two reports do not tell the way
    usable &= ~(m.on_ground[1:] | m.on_ground[:-1])
    if not usable.any():
        return wrong
    rest_e = np.where(usable, leg.east_m - (ve[1:] + ve[:-1]) / 2 * dt, 0.0)
    rest_n = np.where(usable, leg.north_m - (vn[1:] + vn[:-1]) / 2 * dt, 0.0)
    time_s = np.where(usable, dt, 0.0)
    way_m = np.where(usable, (m.gs_mps[1:] + m.gs_mps[:-1]) / 2 * dt, 0.0)

    minute = np.floor(m.t_s / BIN_S)
    begin = track_starts(m.track)
    head = np.flatnonzero(np.r_[True, (minute[1:] != minute[:-1]) | ~leg.same])
    cuts = head[head < len(dt)]
    total_s = np.add.reduceat(time_s, cuts)
    with np.errstate(invalid="ignore", divide="ignore"):
        drift = np.hypot(np.add.reduceat(rest_e, cuts), np.add.reduceat(rest_n, cuts)) / total_s
        limit = settings.mismatch_mps + 0.06 * np.add.reduceat(way_m, cuts) / total_s
    drift[total_s < BIN_S / 2] = np.nan
    with np.errstate(invalid="ignore"):
        over, poor = drift > limit, drift > 0.4 * limit
    if not over.any():
        return wrong
    owner, known = begin[cuts], np.isfinite(drift)
    over[known] &= _sustained(over[known], owner[known], minute[cuts][known])
    half = np.bincount(owner, weights=known) / 2
    over &= (np.bincount(owner, weights=poor) <= half)[owner]  # else its reports mean another thing
    together = owner[1:] == owner[:-1]
    for _ in range(UNKNOWN):  # minutes beside, of which nothing is known, are not known to be good
        over[1:] |= over[:-1] & together & ~known[1:]
        over[:-1] |= over[1:] & together & ~known[:-1]
    span = np.diff(np.append(cuts, len(m)))
    wrong[cuts[0] :] = np.repeat(over, span)
    return wrong


def _sustained(over: Bools, owner: NDArray[np.int32], minute: NDArray[np.float64]) -> Bools:
    """Return which bins belong to runs of `SUSTAINED` or more neighbouring bins that are over."""
    joins = np.r_[False, (owner[1:] == owner[:-1]) & (minute[1:] <= minute[:-1] + 3)]
    begins = over & ~(np.r_[False, over[:-1]] & joins)
    run = np.cumsum(begins)
    length = np.bincount(run[over], minlength=run[-1] + 1)
    kept: Bools = over & (length[run] >= SUSTAINED)
    return kept
