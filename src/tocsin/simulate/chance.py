"""Paths by chance: straight and turning pieces in turn, and manoeuvres that no filter expects.

`modes` is the workload by which smoothers are compared: straight and turning at constant rate in
turn, as an interacting-multiple-model filter assumes.  `heavy` draws turn rate and acceleration
from Student's t with two degrees of freedom over times of exponential length: mostly gentle, now
and then violent, and in no filter's set of modes.
"""

from __future__ import annotations

import numpy as np

from tocsin.schema import Floats
from tocsin.simulate.path import KNOT_S, Flown, ahead, clock, from_samples

STRAIGHT_S = (160.0, 556.0)  # 40 to 139 steps of 4 s
TURN_S = (24.0, 116.0)  # 6 to 29 steps
TURN_DPS = (1.2, 1.8)
HEAVY_S = 40.0  # mean length of one heavy-tailed manoeuvre
HEAVY_DPS, HEAVY_MPS2 = 0.5, 0.3  # scale of Student's t
WORST_DPS, WORST_MPS2 = 8.0, 8.0  # an airframe has limits too
SLOWEST_MPS, FASTEST_MPS = 60.0, 800.0


def wander(
    rng: np.random.Generator,
    *,
    lon_deg: float,
    lat_deg: float,
    h_hae_m: float,
    course_deg: float,
    speed_mps: float,
    start_s: float,
    seconds: float,
    heavy: bool,
) -> Flown:
    """Return a random path of a length in seconds from a point on, at constant height.

    The plane of the walk is azimuthal equidistant about the start: distances across its rays are
    stretched by (s / R)^2 / 6, 0.04 % at 300 km, which is part of the path and not an error.
    """
    knots = clock(start_s, start_s + seconds)
    turn_dps = np.zeros(len(knots))
    push_mps2 = np.zeros(len(knots))
    at, turning = 0.0, False
    while at < seconds:
        if heavy:
            length = max(float(rng.exponential(HEAVY_S)), 2 * KNOT_S)
            rate = float(np.clip(HEAVY_DPS * rng.standard_t(2), -WORST_DPS, WORST_DPS))
            push = float(np.clip(HEAVY_MPS2 * rng.standard_t(2), -WORST_MPS2, WORST_MPS2))
        else:
            length = float(rng.uniform(*(TURN_S if turning else STRAIGHT_S)))
            rate = float(rng.uniform(*TURN_DPS) * rng.choice((-1, 1))) if turning else 0.0
            push = 0.0
        rows = (knots - start_s >= at) & (knots - start_s < at + length)
        turn_dps[rows], push_mps2[rows] = rate, push
        at, turning = at + length, not turning
    course = np.radians(course_deg + np.cumsum(turn_dps) * KNOT_S)
    speed = _held(speed_mps, push_mps2)
    east = _summed(speed * np.sin(course))
    north = _summed(speed * np.cos(course))
    lon, lat = ahead(lon_deg, lat_deg, np.degrees(np.arctan2(east, north)), np.hypot(east, north))
    return from_samples(knots, lon, lat, np.full(len(knots), h_hae_m))


def _held(speed_mps: float, push_mps2: Floats) -> Floats:
    """Return the speed under pushes, held between what flies at all and what flies fast."""
    speed = np.empty(len(push_mps2))
    now = speed_mps
    for k, push in enumerate(push_mps2.tolist()):
        now = min(max(now + push * KNOT_S, SLOWEST_MPS), FASTEST_MPS)
        speed[k] = now
    return speed


def _summed(rate: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2)]) * KNOT_S
