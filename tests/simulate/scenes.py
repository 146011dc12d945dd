"""Small scenarios that several tests look at."""

from __future__ import annotations

from typing import Any

import numpy as np

from tocsin.simulate.path import Waypoint
from tocsin.simulate.reading import parse
from tocsin.simulate.scenario import Aircraft, Met, Radar, Scenario, Timed
from tocsin.simulate.simulate import Simulated, simulate
from tocsin.simulate.target import Target, target

HEAD = """
[scenario]
id = "made"
start = 2025-09-19T06:45:00Z
end = 2025-09-19T07:00:00Z
"""
FLIGHT = """
[[aircraft]]
id = "one"
transponder = "mode_s"
icao24 = "f01234"
callsign = "SYN1"
squawk = "2041"
adsb = true
[[aircraft.waypoint]]
lat_deg = 59.5
lon_deg = 24.0
h_hae_m = 9000
speed_mps = 220
[[aircraft.waypoint]]
lat_deg = 60.0
lon_deg = 25.0
h_hae_m = 9000
speed_mps = 220
[[aircraft.waypoint]]
lat_deg = 59.9
lon_deg = 28.5
h_hae_m = 10000
speed_mps = 240
"""
RADAR = """
[[radar]]
id = "radar-a"
lat_deg = 59.39
lon_deg = 24.83
h_hae_m = 60
sac = 7
sic = 9
rotation_s = 12
"""
RECEIVER = """
[[receiver]]
id = "ears"
lat_deg = 59.43
lon_deg = 24.80
h_hae_m = 50
formats = ["jet1090", "beast", "beast_gps"]
"""


def scene(*parts: str) -> Scenario:
    """Return the scenario of some tables under the common head."""
    return parse(HEAD + "".join(parts), "scenario.toml")


def made(*parts: str, seed: int = 1) -> Simulated:
    """Return what the scenario of some tables gives."""
    return simulate(scene(*parts), np.random.default_rng(seed))


def straight(hours: float = 1.0, **words: Any) -> Target:
    """Return an aircraft that flies east past 60N 25E at 9 km."""
    half = 220.0 * 3600 * hours / 2 / 55_800.0  # degrees of longitude at 60N
    points = (
        Waypoint(60.0, 25.0 - half, 9_000.0, 220.0),
        Waypoint(60.0, 25.0 + half, 9_000.0, 220.0),
    )
    return target(Aircraft(id="one", waypoint=points, **words), Met(), np.random.default_rng(0))


def circling(**words: Any) -> Target:
    """Return an aircraft that stays between 60 and 90 km from the radar for 20 hours."""
    angle = np.arange(0, 200) * 0.35
    points = tuple(
        Timed(360.0 * k, 59.39 + 0.67 * np.cos(a), 24.83 + 1.32 * np.sin(a), 9_000.0)
        for k, a in enumerate(angle.tolist())
    )
    return target(Aircraft(id="one", position=points, **words), Met(), np.random.default_rng(0))


def radar(**words: Any) -> Radar:
    """Return a radar near 59.4N 24.8E, unbiased unless told otherwise."""
    known = {
        "range_bias_m": 0.0,
        "range_scale": 0.0,
        "azimuth_bias_deg": 0.0,
        "time_bias_s": 0.0,
        "transponder_delay_sd_m": 0.0,
    }
    return Radar(id="radar-a", lat_deg=59.39, lon_deg=24.83, h_hae_m=60.0, **(known | words))
