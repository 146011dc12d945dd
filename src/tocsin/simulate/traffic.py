"""Civil flights over a disc, seen by everybody: what biases are calibrated on.

Addresses come from the block F00000 to F07FFF, which ICAO keeps for temporary use (Annex 10
vol. III, part I, chapter 9, table 9-1), and call signs begin with SYN: no real aircraft is named.
"""

from __future__ import annotations

import numpy as np

from tocsin.geo import WGS84
from tocsin.simulate.path import Waypoint
from tocsin.simulate.scenario import Aircraft, Traffic

FIRST_ADDRESS = 0xF00000
SPEED_MPS = (205.0, 250.0)


def flights(traffic: Traffic, length_s: float) -> tuple[Aircraft, ...]:
    """Return the flights, each a crossing of the disc by a chord with one gentle turn.

    They are drawn by the traffic's own seed, so that the sky stays the same while the errors
    of the sensors are drawn anew.
    """
    rng = np.random.default_rng(traffic.seed)
    return tuple(_flight(rng, traffic, length_s, k) for k in range(traffic.count))


def _flight(rng: np.random.Generator, traffic: Traffic, length_s: float, k: int) -> Aircraft:
    course = float(rng.uniform(0, 360))
    aside = float(rng.uniform(-0.7, 0.7)) * traffic.radius_m
    half = float(np.sqrt(traffic.radius_m**2 - aside**2))
    speed = float(rng.uniform(*SPEED_MPS))
    height = float(rng.uniform(traffic.lowest_h_m, traffic.highest_h_m))
    height = round(height / 304.8) * 304.8  # a whole thousand feet
    swerve = float(rng.uniform(-0.12, 0.12)) * half
    points = []
    for along, off in ((-half, aside), (0.0, aside + swerve), (half, aside)):
        azimuth = course + float(np.degrees(np.arctan2(off, along)))
        lon, lat, _ = WGS84.fwd(
            traffic.lon_deg, traffic.lat_deg, azimuth, float(np.hypot(along, off))
        )
        points.append(Waypoint(float(lat), float(lon), height, speed))
    crossing_s = 2 * half / speed
    # Some are there when the scenario begins, some come later, all are seen for a while.
    start = float(rng.uniform(-0.6 * crossing_s, max(length_s - 0.4 * crossing_s, 0.0)))
    return Aircraft(
        id=f"traffic-{k + 1}",
        start=start,
        transponder="mode_s",
        icao24=f"{FIRST_ADDRESS + 0x101 * (k + 1):06x}",
        callsign=f"SYN{100 + k + 1}",
        squawk=f"{0o2001 + k:04o}",
        adsb=True,
        nacp=int(rng.choice((9, 10))),
        waypoint=tuple(points),
    )
