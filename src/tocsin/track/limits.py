"""What an aircraft can and cannot do: the limits that integrity is judged by.

Every number here is meant to be wrong on the generous side.  A limit that is too wide lets a
bad fix through to the next test; one that is too narrow takes a true fix from a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class IntegritySettings:
    """The settings of `track.check`, each with the reason for its default."""

    #: MiG-25 and MiG-31 fly Mach 2.83 (833 m/s); with a 65 m/s tail wind.
    fastest_mps: float = 900.0
    #: 1 g along the path, about the thrust over weight of a light fighter.
    along_mps2: float = 10.0
    #: 6 g across the path, what crews are trained for without leaving the flight envelope.
    across_mps2: float = 60.0
    #: An aircraft may be this much faster than it reports, or than its last legs were ...
    speed_factor: float = 1.3
    #: ... and this much on top, for rounded times and reports that lag.
    speed_margin_mps: float = 50.0
    #: Error of the time between two fixes: whole seconds, and up to 0.6 s of latency.
    time_error_s: float = 1.5
    #: Error of a position beyond its sigma: surveys, rounding of coordinates, CPR cells.
    position_error_m: float = 100.0
    #: Beyond this spacing two fixes say nothing about each other's motion.
    leg_s: float = 60.0
    #: A position repeated while the aircraft should have moved further than this is a copy.
    stale_m: float = 60.0
    #: Slower than this a repeated position may be true: hovering, taxiing, rounding.
    stale_mps: float = 20.0
    #: Above this an aircraft may have a floor of speed (`slowest_mps`).
    envelope_h_m: float = 3000.0
    #: Reported velocity contradicts displacement from here on, plus 6 % of the speed.
    mismatch_mps: float = 12.0
    #: A false stretch shorter than this is called a teleport, a longer one spoofed.
    spoof_s: float = 30.0
    #: What one more episode of falsehood must explain to be preferred, in seconds of track.
    episode_s: float = 900.0
    #: How far from a one-sided contradiction even the longer side is not believed.
    doubt_s: float = 1200.0
    #: Heard this long without a new position: jammed.
    silent_s: float = 25.0


def furthest_m(dt_s: Reals, speed_mps: Reals, settings: IntegritySettings) -> Reals:
    """Return how far an aircraft gets in `dt_s` that has `speed_mps` at either end, (N,).

    It speeds up at `along_mps2`, flies at most `fastest_mps`, and slows down in time:
    the area under a trapezium of speed.
    """
    start = np.minimum(speed_mps, settings.fastest_mps)
    peak = np.minimum(start + settings.along_mps2 * dt_s / 2, settings.fastest_mps)
    ramp_s = (peak - start) / settings.along_mps2
    reach: Reals = peak * dt_s - (peak - start) * ramp_s
    return reach


def slowest_mps(fast_mps: Reals, h_m: Reals) -> Reals:
    """Return the ground speed below which an aircraft seen at `fast_mps` cannot fly at `h_m`.

    Take the wind W as a tail wind in the fast report and as a head wind in the slow one; it
    grows with height to 60 m/s at 9 km.

    - Above 7,500 m the range of airspeeds is narrow: a jet holds at no less than 0.7 of its
      cruise, 0.7 (fast - W) - W, with the cruise capped at 300 m/s.  Whoever is seen at no
      more than 145 m/s there (gliders in wave, balloons, drones, turboprops) has no floor.
    - From 3,000 m up, an aircraft seen at 200 m/s or more is a jet, and stalls at no less
      than 45 m/s of equivalent airspeed: 45 sqrt(rho0 / rho) - W, rho by exp(-h / 9000 m).

    Below there is no floor: helicopters hover, and jets land into the wind.
    """
    wind = 60.0 * np.minimum(1.0, np.maximum(h_m, 0.0) / 9000.0)
    cruise = np.where(h_m >= 7500.0, 0.7 * (np.minimum(fast_mps, 300.0) - wind) - wind, -np.inf)
    jet = (h_m >= 3000.0) & (fast_mps >= 200.0)
    stall = np.where(jet, 45.0 * np.exp(h_m / 18000.0) - wind, -np.inf)
    floor: Reals = np.maximum(cruise, stall)
    return floor
