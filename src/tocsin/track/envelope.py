"""Fixes that move too slowly for their height and for what the same aircraft flies elsewhere."""

from __future__ import annotations

import numpy as np

from tocsin.track.limits import IntegritySettings, slowest_mps
from tocsin.track.motion import Bools, Legs, Motion, fast_mps


def too_slow(m: Motion, leg: Legs, settings: IntegritySettings) -> Bools:
    """Return which fixes lie under the floor of speed of their own aircraft, (N,).

    Speed is what was flown over the last and over the next legs.  Both must be too slow, or
    one of them and the report, if there is any: so a slow stretch begins with its first fix.
    The fast speed of an aircraft is one that it held before and after three fixes or more,
    and reported, if it reports: a leap makes no fast jet.
    """
    high = (m.h_m >= settings.envelope_h_m) & ~m.on_ground
    slow = np.zeros(len(m), np.bool_)
    if not high.any():
        return slow
    most, least = np.fmax(leg.before_mps, leg.after_mps), np.fmin(leg.before_mps, leg.after_mps)
    fast = fast_mps(m, leg, high)
    with np.errstate(invalid="ignore"):
        floor = slowest_mps(fast, m.h_m)
        half = (least < floor) & ~(m.gs_mps >= floor)
        slow[:] = high & ((most < floor) | half | (np.isnan(most) & (m.gs_mps < floor)))
    return slow
