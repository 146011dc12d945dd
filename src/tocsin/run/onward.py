"""Tracks that may be one flight: one ends, another begins where the first could have flown to.

A track ends when nothing was seen of it for a minute, and an outage of the only radar ends every
track.  What follows is a new track, and by itself it says nothing of the time between.  A claim
speaks of the flight, so it is tested on both as one: the samples run through the gap as the motion
model lets them, and their times there are marked unobserved.

Two states `dt` apart are compared with what white acceleration would make of the first (Bar-Shalom,
Li and Kirubarajan 2001, 6.2.2): r = (dx - v dt, dv), d^2 = r' Q^-1 r in four dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from tocsin.run.heights import PRIOR_ONLY
from tocsin.run.radar import ANY_HEIGHT, DarkTrack
from tocsin.schema import Floats, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.branches import BiasPrior, SampleSettings
from tocsin.track.models import noise
from tocsin.track.plane import Plane
from tocsin.track.plots import Plots
from tocsin.track.posterior import posterior

LONGEST_S = 1800.0  # after half an hour nothing says that it is the same aircraft
FASTEST_MPS = 900.0
GATE = 25.0  # squared
DENSITY = 100.0  # m^2/s^3: a turn back within two minutes is in the gate
ENDS_S = 20.0  # of a track, from which its state at an end is taken
STEP_S = 4.0


def chain(tracks: Sequence[DarkTrack], target: int) -> list[int]:
    """Return the tracks that may be one flight with the target, itself among them, in time order.

    Of several that could follow, the likeliest does; it must have no likelier forerunner.
    """
    order = sorted(range(len(tracks)), key=lambda k: tracks[k].plots.t_s[0])
    far = np.full((len(tracks), len(tracks)), np.inf)  # from the end of one to the start of another
    for a in order:
        for b in order:
            if a != b:
                far[a, b] = _distance(tracks[a], tracks[b])
    out = [target]
    while np.isfinite(far[out[-1]]).any():
        after = int(np.argmin(far[out[-1]]))
        if int(np.argmin(far[:, after])) != out[-1]:
            break
        out.append(after)
    while np.isfinite(far[:, out[0]]).any():
        before = int(np.argmin(far[:, out[0]]))
        if int(np.argmin(far[before])) != out[0]:
            break
        out.insert(0, before)
    return out


def joined(
    parts: Sequence[DarkTrack],
    name: str,
    sensors: Mapping[str, Sensor],
    height: HeightPrior | None,
    calibrated: BiasPrior | None,
    rng: Generator,
) -> DarkTrack:
    """Return tracks that follow each other as one, under the name of one of them."""
    plots = _together([part.plots for part in parts])
    t0_ns = parts[0].t0_ns
    made = posterior(
        name,
        plots,
        sensors,
        rng,
        height=height or ANY_HEIGHT,
        t0_ns=t0_ns,
        calibrated=calibrated,
        settings=SampleSettings(step_s=STEP_S),
    )
    ids = [part.obs_id for part in parts if part.obs_id is not None]
    told = [part.heights for part in parts if part.heights.reported is not None]
    return DarkTrack(
        made,
        plots,
        t0_ns,
        np.concatenate(ids) if len(ids) == len(parts) else None,
        told[0] if told else PRIOR_ONLY,
    )


def gaps_ns(parts: Sequence[DarkTrack]) -> list[tuple[int, int]]:
    """Return the gaps between tracks that follow each other."""
    ends = [
        (one.t0_ns + round(one.plots.t_s[0] * 1e9), one.t0_ns + round(one.plots.t_s[-1] * 1e9))
        for one in parts
    ]
    return [(before[1], after[0]) for before, after in pairwise(ends)]


def _together(several: Sequence[Plots]) -> Plots:
    """Return plots one after the other; they must not overlap in time."""
    columns = {
        name: np.concatenate([getattr(plots, name) for plots in several])
        for name in Plots.__slots__
        if name != "sensor"
    }
    return Plots(sensor=tuple(s for plots in several for s in plots.sensor), **columns)


def _distance(one: DarkTrack, other: DarkTrack) -> float:
    """Return d^2 from the end of one track to the start of another; inf: out of reach."""
    dt_s = float(other.plots.t_s[0] - one.plots.t_s[-1])
    if not 0 < dt_s <= LONGEST_S:
        return float("inf")
    made = one.posterior
    plane = Plane(float(made.lon_deg[0, -1]), float(made.lat_deg[0, -1]))
    (x0, v0), (x1, v1) = _state(one, plane, last=True), _state(other, plane, last=False)
    if float(np.hypot(*(x1 - x0))) > FASTEST_MPS * dt_s:
        return float("inf")
    r = np.concatenate([x1 - x0 - v0 * dt_s, v1 - v0])
    q = noise(np.array(dt_s), DENSITY)
    d2 = float(r @ np.linalg.solve(q, r))
    return d2 if d2 <= GATE else float("inf")


def _state(track: DarkTrack, plane: Plane, *, last: bool) -> tuple[Floats, Floats]:
    """Return position and velocity at an end of a track, in a plane."""
    made = track.posterior
    t_s = (made.t_ns - made.t_ns[0]) / 1e9
    near = t_s >= t_s[-1] - ENDS_S if last else t_s <= ENDS_S
    some = slice(None, None, max(1, len(made.lon_deg) // 200))
    xy = plane.xy(made.lon_deg[some][:, near], made.lat_deg[some][:, near]).mean(axis=0)
    run_s = t_s[near]
    v = (xy[-1] - xy[0]) / max(float(run_s[-1] - run_s[0]), 1.0)
    return (xy[-1] if last else xy[0]), v
