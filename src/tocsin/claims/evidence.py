"""What claims are tested against: samples of a flight, measured against volumes and places.

This room opens no file and knows no boundary: whoever calls it measures the samples against the
outlines and hands over arrays.  `signed_distance` measures other positions on request; without
it compatibility and bias fall back on what the samples alone can say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tocsin.claims.tree import Bools, Register
from tocsin.errors import UsageError
from tocsin.schema import Floats, Posterior, Report

Distances = Mapping[tuple[str, str], Floats]
Row = Mapping[str, Any]  # of a register, a ledger or a report, as findings.json shows it
#: (lon_deg, lat_deg) of one shape -> metres to a limit, positive inside
Measuring = Callable[[Floats, Floats], Floats]
#: (lon_deg, lat_deg, metres to a limit, positive inside) -> metres to its outward part where inside
Deepening = Callable[[Floats, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Gap:
    """Why something is not known."""

    why: str
    looked: bool = False  # somebody looked and could not tell: unresolved, not unobserved


@dataclass(frozen=True, slots=True)
class Told:
    """What a register says to one question: every value that it leaves possible."""

    #: Each a range in which the value may lie, ends included: [sure, sure + undecided] of a count,
    #: one for each edition of a figure.  None: it cannot say.
    spans: tuple[tuple[float, float], ...] = ()
    gap: Gap | None = None  # why it cannot say, or why the values do not settle the test
    notes: tuple[str, ...] = ()
    rests_on: tuple[Row, ...] = ()
    could_not_decide: tuple[Row, ...] = ()


#: A plain number is a register that has no doubt, None one that cannot say.
Asking = Callable[[Register], Told | float | None]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """All that a claim may be answered from; nothing here is a verdict yet.

    Arrays are (M, K) as the posterior's: M samples, K times.  NaN means "not known".
    """

    posterior: Posterior | None = None
    window_ns: tuple[int, int] | None = None  # of the case
    #: (volume, hypothesis) -> metres to the limit, positive inside
    signed_distance_m: Distances = field(default_factory=dict)
    place_distance_m: Mapping[str, Floats] = field(default_factory=dict)
    reports: tuple[Report, ...] = ()
    claimants: frozenset[str] = frozenset()  # who makes claims in this case: no witness in it
    aircraft_count: int | None = None  # where the posterior has none
    aircraft_count_source: str = ""
    register: Asking | None = None  # as of the case's date; None: there is no register
    signed_distance: Mapping[tuple[str, str], Measuring] = field(default_factory=dict)
    #: The same for a few positions, to the centimetre: where interpolation would show.
    exact_distance: Mapping[tuple[str, str], Measuring] = field(default_factory=dict)
    #: The same to some hundred metres and far afield, for flights that are only supposed.
    rough_distance: Mapping[tuple[str, str], Measuring] = field(default_factory=dict)
    #: From which edges depth is measured, where not from every one.
    outward: Mapping[tuple[str, str], Deepening] = field(default_factory=dict)
    rough_outward: Mapping[tuple[str, str], Deepening] = field(default_factory=dict)
    places: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # lon_deg, lat_deg
    height_observed: bool = True  # False: the samples hold the case's prior on height and no more
    geoid_m: float | None = None  # height of mean sea level above the ellipsoid hereabouts
    pressure_minus_hae_m: float | None = None  # what turns h_hae_m into pressure altitude
    msl_error_m: float = 0.0  # how far off a height above the sea may be, either way
    pressure_error_m: float = 0.0  # and a pressure altitude

    def __post_init__(self) -> None:
        if self.window_ns is not None and not self.window_ns[0] < self.window_ns[1]:
            raise UsageError(f"a window must end after it begins, not {self.window_ns}")
        if self.posterior is None:
            return
        shape = self.posterior.lon_deg.shape
        if len(shape) != 2 or 0 in shape or shape[1] != len(self.posterior.t_ns):
            raise UsageError(f"a posterior holds M samples at K times, not {shape}")
        if not np.all(np.diff(self.posterior.t_ns) > 0):
            raise UsageError("the times of a posterior must increase")
        named = {f"{v} ({h})": a for (v, h), a in self.signed_distance_m.items()}
        for name, values in {**named, **self.place_distance_m}.items():
            if values.shape != shape:
                raise UsageError(f"distances to {name} are {values.shape}, the samples {shape}")

    @property
    def volumes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(volume for volume, _ in self.signed_distance_m))

    def hypotheses(self, volume: str) -> tuple[str, ...]:
        return tuple(name for v, name in self.signed_distance_m if v == volume)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Sample by sample, whether a test holds: yes, no, or neither (not known)."""

    yes: Bools  # (M,)
    no: Bools  # (M,), never both
    margin: Floats  # (M,) how far from turning over, in SI; its sign is that of the answer

    @property
    def known(self) -> int:
        return int(np.sum(self.yes | self.no))


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A test under each hypothesis of the volumes it names."""

    held: Mapping[str, Held]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()  # coverage, whose word, what was assumed
    sampled: bool = True  # False: no sample was looked at, so there is no probability
    coverage: float | None = None  # observed share of the time the test speaks of
    rests_on: tuple[Row, ...] = ()  # of the register, the ledger and the reports
    could_not_decide: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """One choice of hypothesis for each volume; facts are fixed where one is only supposed."""

    name: str
    hypothesis: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] | None = None  # None: facts come from the reports
    counts: Mapping[str, float] | None = None
