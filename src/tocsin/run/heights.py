"""The height of a flight in the datum that somebody asks for, and how well it is known there.

Sensors report a pressure altitude (Mode C, ADS-B), a height above the ellipsoid (GNSS) or one
above the sea.  Turning one into another takes the pressure of the day, its temperature and the
geoid; what the case does not give is an error of the result, and is carried (METHODS 1):

    pressure to sea level   QNH where it is known, else +-30 hPa; 4 % for the temperature (+-10 K)
    ellipsoid to sea level  the geoid, which lies within 107 m of the ellipsoid everywhere

A flight that reports none has the prior of the case, above the sea, and that is all there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tocsin.feed import met
from tocsin.schema import Datum, Floats, Limit, Outline

REPORTED_M = 30.0  # two sigma of a report in its own datum: 100 ft steps, the altimeter
NO_QNH_M = 250.0
PER_HEIGHT = 0.04
GEOID_M = 100.0
OUTSIDE_M = 10_000.0
MOST_KNOWN = 0.5  # share of plots that must report a height


@dataclass(frozen=True, slots=True)
class Heights:
    """In which datum the heights of a flight's samples are, and as what they were reported."""

    datum: Datum = Datum.MSL
    reported: Datum | None = None  # None: nothing was, the samples hold the prior
    qnh_hpa: float | None = None

    def shift_m(self, datum: Datum) -> float | None:
        """Return what to add for heights in a datum; None: the ground is not known."""
        if datum is Datum.AGL:
            return None
        lift = 0.0 if self.qnh_hpa is None else float(met.standard_height_m(self.qnh_hpa))
        up = {Datum.PRESSURE: lift, Datum.MSL: 0.0, Datum.HAE: 0.0}
        return up[datum] - up[self.datum]

    def error_m(self, datum: Datum, h_m: float) -> float:
        """Return two sigma of a height in a datum, of what turning it into that datum adds too."""
        have = self.reported or Datum.MSL
        out = REPORTED_M
        if have is not datum:
            if Datum.HAE in (have, datum):
                out += GEOID_M
            if Datum.PRESSURE in (have, datum):
                out += PER_HEIGHT * abs(h_m) + (NO_QNH_M if self.qnh_hpa is None else 0.0)
        return out


PRIOR_ONLY = Heights()


def room_m(outline: Outline, h_m: Floats, heights: Heights, rng: Generator) -> Floats | None:
    """Return how far each sample lies within the vertical limits, negative outside, (M, K).

    None where no limit binds.  A limit above ground is left out: no terrain is known.
    The error of a conversion is one constant for each sample, as it is for a flight.  Raises
    ValueError for a sample without a height: it would count as between the limits.
    """
    out: Floats | None = None
    for limit, sign in ((outline.volume.lower, 1.0), (outline.volume.upper, -1.0)):
        shift_m = heights.shift_m(limit.datum) if limit is not None and binds(limit) else None
        if limit is None or shift_m is None:
            continue
        if not np.isfinite(h_m).all():
            raise ValueError("a sample has no height")
        sigma_m = heights.error_m(limit.datum, float(np.mean(h_m))) / 2
        moved = h_m + shift_m + sigma_m * rng.standard_normal((len(h_m), 1))
        room = sign * (moved - limit.h_m)
        out = room if out is None else np.minimum(out, room)
    return out


def above_ground(outlines: Sequence[Outline]) -> list[str]:
    """Return a sentence for each volume with a limit that cannot be tested."""
    found = {
        f"{volume.name}: its limit {limit.text or limit.h_m} is above ground, and no terrain is "
        "known: the probability of being inside it is that of the place and of its other limit."
        for volume in (outline.volume for outline in outlines)
        for limit in (volume.lower, volume.upper)
        if limit is not None and limit.datum is Datum.AGL and binds(limit)
    }
    return sorted(found)


def binds(limit: Limit | None) -> bool:
    """Return whether a limit is one at a height: neither the ground nor none."""
    return limit is not None and bool(np.isfinite(limit.h_m))


def within(signed_m: Floats, room: Floats | None) -> Floats:
    """Return distances from a limit of a flight that must lie between heights too.

    Where it is not inside by height it is `OUTSIDE_M` outside or more: farther than the error of
    the line can bring it in.  Depth stays what it is, the distance to the limit on the ground.
    """
    if room is None:
        return signed_m
    return np.where(room < 0, np.minimum(signed_m, 0.0) - OUTSIDE_M, signed_m)
