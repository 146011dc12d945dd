"""States as signals: at each sample and time yes, no or not known, with a margin.

The margin is the quantity's distance from its limit, positive where the state holds: metres for
places and limits, metres a second for speed.  It says where between two times a state began, and
by how much a test holds (the robustness of signal temporal logic: Fainekos and Pappas, 2009).

`depth(V)` is the distance to the outward limit while inside V and 0 outside: "depth < 10 km" holds
for an aircraft that is not inside at all.  Speed is over ground, from the samples' own positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tocsin import geo
from tocsin.claims.evidence import Evidence, Gap, World
from tocsin.claims.tree import And, Bools, Measure, Node, Not, Or, Side
from tocsin.errors import UsageError
from tocsin.schema import Floats, Posterior


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """A state over time, (M, K); `yes` and `no` are never both true."""

    yes: Bools
    no: Bools
    margin: Floats


class Quantities:
    """The quantities of one posterior in one world; what is missing is noted in `gaps`."""

    def __init__(self, evidence: Evidence, posterior: Posterior, world: World) -> None:
        self.evidence = evidence
        self.posterior = posterior
        self.world = world
        self.gaps: list[Gap] = []

    def signal(self, node: Node) -> Signal:
        """Return a state of the tree as a signal."""
        match node:
            case Not():
                s = self.signal(node.body)
                return Signal(s.no, s.yes, -s.margin)
            case And() | Or():
                parts = [self.signal(part) for part in node.parts]
                every, some = np.logical_and.reduce, np.logical_or.reduce
                yes, no = [s.yes for s in parts], [s.no for s in parts]
                margins = np.stack([s.margin for s in parts])
                if isinstance(node, And):
                    return Signal(every(yes), some(no), margins.min(axis=0))
                return Signal(some(yes), every(no), margins.max(axis=0))
            case Side():
                d_m = self.signed_m(node.of)
                known = ~np.isnan(d_m)
                if node.quantity == "inside":
                    return Signal(known & (d_m > 0), known & (d_m <= 0), d_m)
                return Signal(known & (d_m <= 0), known & (d_m > 0), -d_m)
            case Measure():
                x, e_m = self.measured(node), self.error_m(node)
                known, bound = ~np.isnan(x), node.bound
                holds = ~(bound.above(x + e_m) | bound.below(x - e_m))
                fails = bound.above(x - e_m) | bound.below(x + e_m)
                if bool((known & ~holds & ~fails).any()):
                    self.gaps.append(Gap(f"height is known to {e_m:.0f} m", looked=True))
                return Signal(known & holds, known & fails, bound.margin(x))
            case _:
                raise UsageError(f'"{node}" is not true or false at each time')

    def unknown(self, why: str) -> Floats:
        self.gaps.append(Gap(why))
        return np.full(self.posterior.lon_deg.shape, np.nan)

    def signed_m(self, volume: str) -> Floats:
        name = self.world.hypothesis.get(volume)
        found = self.evidence.signed_distance_m.get((volume, name or ""))
        if found is None:
            return self.unknown(f"no limit of {volume} is in this case")
        return found

    def measured(self, node: Measure) -> Floats:
        match node.quantity:
            case "depth":
                return self.depth_m(node.of)
            case "distance":
                found = self.evidence.place_distance_m.get(node.of)
                return (
                    self.unknown(f"no place {node.of} is in this case") if found is None else found
                )
            case "speed":
                return speed_mps(self.posterior)
            case "height":
                return self.height_m(node.bound.amount.unit == "FL")
            case _:
                raise UsageError(f'"{node}" is not measured at each time')

    def depth_m(self, volume: str) -> Floats:
        """Return how deep inside a volume, 0 outside; a NaN stays one."""
        signed, hypothesis = self.signed_m(volume), self.world.hypothesis.get(volume, "")
        key, have = (volume, hypothesis), self.evidence
        if key not in have.outward or key not in have.signed_distance_m:
            return np.maximum(signed, 0.0)
        return _outward_m(self.evidence, self.posterior, volume, hypothesis)

    def error_m(self, node: Measure) -> float:
        """Return how far off a measure may be, either way, beside what the samples say of it."""
        if node.quantity != "height":
            return 0.0
        by_level = node.bound.amount.unit == "FL"
        return self.evidence.pressure_error_m if by_level else self.evidence.msl_error_m

    def height_m(self, pressure: bool) -> Floats:
        """Return height above mean sea level, or pressure altitude for a flight level."""
        have = self.evidence
        if not have.height_observed:
            return self.unknown("height unknown: no sensor reported it, the samples hold the prior")
        h_m = self.posterior.h_hae_m
        if np.isnan(h_m).all():
            return self.unknown("height unknown: no sensor reported it")
        if pressure:
            if have.pressure_minus_hae_m is None:
                return self.unknown("the case does not say how pressure altitude relates to height")
            return h_m + have.pressure_minus_hae_m
        if have.geoid_m is None:
            return self.unknown("height above sea level unknown: the geoid's height is not given")
        return h_m - have.geoid_m


@lru_cache(maxsize=4)  # every claim asks the same of the same samples
def _outward_m(evidence: Evidence, posterior: Posterior, volume: str, hypothesis: str) -> Floats:
    signed = evidence.signed_distance_m[volume, hypothesis]
    outward = evidence.outward[volume, hypothesis]
    far = outward(posterior.lon_deg, posterior.lat_deg, signed)
    return np.where(signed > 0, far, np.maximum(signed, 0.0))


@lru_cache(maxsize=2)
def leg_m(posterior: Posterior) -> Floats:
    """Return the lengths of the legs between the times, (M, K - 1), over the ellipsoid."""
    xyz = geo.ecef(posterior.lon_deg, posterior.lat_deg)
    return geo.arc_m(np.sqrt(np.sum(np.diff(xyz, axis=1) ** 2, axis=-1)))


def forget() -> None:
    """Let go of what is kept of samples: they may be large, and the next claims are of others."""
    _outward_m.cache_clear()
    leg_m.cache_clear()


def speed_mps(posterior: Posterior) -> Floats:
    """Return ground speed, (M, K): over the two legs that meet at a time, one at the ends."""
    legs, dt_s = leg_m(posterior), np.diff(posterior.t_ns) / 1e9
    if not len(dt_s):
        return np.full(posterior.lon_deg.shape, np.nan)
    none = np.zeros((len(legs), 1))
    run = np.hstack([legs, none]) + np.hstack([none, legs])
    span = np.append(dt_s, 0.0) + np.append(0.0, dt_s)
    return np.asarray(run / span)
