"""Local tracks as a radar station keeps them: numbers, and a velocity from the last plots.

Only what was measured goes in.  The velocity is that of a straight line through the last plots
in the radar plane (no slant range correction), so that its errors are those of real stations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.simulate.radar import CLUTTER, Plots
from tocsin.simulate.scenario import Radar

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FORGET_TURNS = 5.5  # a track without a plot for longer is ended; what comes back is a new one
CONFIRM_PLOTS = 3
SMOOTHED_PLOTS = 5
NUMBERS = 4095


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """What a station adds to each of P plots."""

    track_no: Ints  # (P,) 0 for a plot without a track
    tentative: Bools  # (P,)
    ended: Bools  # (P,) the last report of its track
    gs_mps: Floats  # (P,) NaN until there are three plots
    heading_deg: Floats  # (P,)


def keep(radar: Radar, plots: Plots) -> Station:
    """Return the tracks of a radar's plots, numbered from 1 in the order of their birth."""
    count = len(plots)
    number = np.zeros(count, np.int64)
    tentative, ended = np.zeros(count, bool), np.zeros(count, bool)
    gs, heading = np.full(count, np.nan), np.full(count, np.nan)
    theta = np.radians(plots.azimuth_deg)
    x, y = plots.range_m * np.sin(theta), plots.range_m * np.cos(theta)
    births = []
    for which in np.unique(plots.target[plots.target != CLUTTER]).tolist():
        rows = np.flatnonzero(plots.target == which)
        # Two plots of one turn are two members of a formation told apart: tracks of their own.
        for own in _strands(plots, rows, radar.rotation_s):
            gap = np.diff(plots.t_s[own]) > FORGET_TURNS * radar.rotation_s
            births += np.split(own, np.flatnonzero(gap) + 1)
    for born, own in enumerate(sorted(births, key=lambda rows: int(rows[0])), 1):
        number[own] = (born - 1) % NUMBERS + 1
        tentative[own[: CONFIRM_PLOTS - 1]] = True
        ended[own[-1]] = True
        for k in range(CONFIRM_PLOTS - 1, len(own)):
            last = own[max(k + 1 - SMOOTHED_PLOTS, 0) : k + 1]
            t = plots.t_s[last] - plots.t_s[last].mean()
            vx, vy = (float(t @ c[last] / (t @ t)) for c in (x, y))
            gs[own[k]], heading[own[k]] = np.hypot(vx, vy), np.degrees(np.arctan2(vx, vy)) % 360
    return Station(number, tentative, ended, gs, heading)


def _strands(plots: Plots, rows: Ints, rotation_s: float) -> list[Ints]:
    strands: list[list[int]] = []
    for row in rows.tolist():
        free = [s for s in strands if plots.t_s[row] - plots.t_s[s[-1]] > 0.5 * rotation_s]
        if free:
            near = min(free, key=lambda s: abs(plots.range_m[s[-1]] - plots.range_m[row]))
            near.append(row)
        else:
            strands.append([row])
    return [np.array(strand, np.int64) for strand in strands]
