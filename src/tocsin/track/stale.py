"""Old positions under a new time: the very same coordinates while the aircraft moves on."""

from __future__ import annotations

import numpy as np

from tocsin.track.limits import IntegritySettings
from tocsin.track.motion import Bools, Motion, distance_m, track_starts

LEAP_MPS = 80.0  # faster than a hovering helicopter sets off


def repeated(m: Motion, settings: IntegritySettings) -> Bools:
    """Return which fixes repeat the position before them although the aircraft moved, (N,).

    The first of equal positions stays.  A copy is refused once the aircraft should have moved
    `stale_m` (or two sigma) since the first, by the speed it reported all the while or, where
    it reports none, at the speed it then flew to its next new position; and that next one,
    if there is one, is as far away.  An aircraft that hovers, taxies or stands repeats its
    position truly, whatever it reports.
    """
    count = len(m)
    copy = np.zeros(count, np.bool_)
    if count < 2:
        return copy
    copy[1:] = (
        (m.track[1:] == m.track[:-1])
        & (m.lat_deg[1:] == m.lat_deg[:-1])
        & (m.lon_deg[1:] == m.lon_deg[:-1])
    )
    late = np.flatnonzero(copy)
    if not len(late):
        return copy
    here = np.arange(count)
    first = np.maximum.accumulate(np.where(copy, 0, here))[late]
    fresh = np.where(copy, count, here)
    after = np.minimum.accumulate(fresh[::-1])[::-1][late]  # the next new position, if any
    ends = np.minimum(after, count - 1)
    known = (after < count) & (track_starts(m.track)[ends] == track_starts(m.track)[late])
    onward_m = distance_m(m.lat_deg[late], m.lon_deg[late], m.lat_deg[ends], m.lon_deg[ends])
    since_s = m.t_s[late] - m.t_s[first]
    last = after - 1  # the last copy: from there to the next new position it may have to leap
    with np.errstate(invalid="ignore", divide="ignore"):
        flown = np.where(known, onward_m / (m.t_s[ends] - m.t_s[first]), np.nan)
        leap = onward_m / (m.t_s[ends] - m.t_s[last])
        moved = (flown > settings.stale_mps) | (leap > LEAP_MPS)
    flown = np.where(moved, flown, 0.0)
    step_m = (m.gs_mps[1:] + m.gs_mps[:-1]) / 2 * np.diff(m.t_s)
    way_m = np.r_[0.0, np.cumsum(np.nan_to_num(step_m))]
    silent = np.r_[0, np.cumsum(np.isnan(step_m))]
    reported_m = np.where(silent[late] == silent[first], way_m[late] - way_m[first], np.nan)
    moved_m = np.where(np.isnan(reported_m), flown * since_s, reported_m)
    limit_m = np.fmax(settings.stale_m, 2 * m.sigma_m[late])
    copy[late] = (moved_m > limit_m) & (~known | (onward_m > limit_m))
    return copy
