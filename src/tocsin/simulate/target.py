"""What sensors look at: the aircraft of one `[[aircraft]]` table on their paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.simulate.chance import wander
from tocsin.simulate.formation import members
from tocsin.simulate.path import Flown, fly, through
from tocsin.simulate.scenario import Aircraft, Met, Spans


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """One aircraft or formation: its mean path, and that of every member, the leader first."""

    aircraft: Aircraft
    flown: Flown
    members: tuple[Flown, ...]
    met: Met

    def pressure_m(self, t_s: Floats) -> Floats:
        """Return the leader's pressure altitude at times (K,)."""
        _, _, h = self.members[0].geodetic(t_s)
        return np.asarray(h - self.met.geoid_m + self.met.pressure_altitude_m(self.met.geoid_m))


def target(aircraft: Aircraft, met: Met, rng: np.random.Generator) -> Target:
    """Return an aircraft on its path.

    Raises ValueError where its waypoints cannot be flown.
    """
    if aircraft.waypoint:
        flown = fly(aircraft.waypoint, aircraft.bank_deg, aircraft.start)
    elif aircraft.random is not None:
        walk = aircraft.random
        flown = wander(
            rng,
            lon_deg=walk.lon_deg,
            lat_deg=walk.lat_deg,
            h_hae_m=walk.h_hae_m,
            course_deg=walk.course_deg,
            speed_mps=walk.speed_mps,
            start_s=aircraft.start,
            seconds=walk.seconds,
            heavy=walk.manoeuvres == "heavy",
        )
    else:
        names = ("t", "lon_deg", "lat_deg", "h_hae_m")
        t, lon, lat, h = (
            np.array([getattr(point, name) for point in aircraft.position]) for name in names
        )
        flown = through(t, lon, lat, h)
    flying = members(flown, aircraft.count, aircraft.formation, aircraft.spacing_m)
    return Target(aircraft, flown, flying, met)


def within(t_s: Floats, spans: Spans) -> NDArray[np.bool_]:
    """Return which times (K,) lie in any of the spans."""
    out = np.zeros(np.shape(t_s), bool)
    for begin, end in spans:
        out |= (t_s >= begin) & (t_s < end)
    return out
