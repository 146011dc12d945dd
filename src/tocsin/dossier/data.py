"""What the pages draw: arrays and outlines, beside the findings that they say in words.

The numbers in the text come from `findings.json`; these arrays only feed the figures.  All
angles are degrees, times UTC seconds since 1970, lengths metres.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.schema import Limit

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NAN = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class DrawnTrack:
    """One track, fix by fix, refused fixes included: they are drawn as refused."""

    track: str
    t_s: Floats  # (N,), not decreasing
    lon_deg: Floats  # (N,)
    lat_deg: Floats  # (N,)
    h_pressure_m: Floats  # (N,), NaN where not reported
    sigma_m: Floats  # (N,), one-sigma error per horizontal axis, NaN where not known
    trusted: Bools  # (N,), False: supports no finding
    break_before: Bools  # (N,), True: the leg from the last trusted fix to this is not flown
    label: str = ""  # a callsign, or what the aircraft is called

    def __post_init__(self) -> None:
        size = len(self.t_s)
        for name in ("lon_deg", "lat_deg", "h_pressure_m", "sigma_m", "trusted", "break_before"):
            found = len(getattr(self, name))
            if found != size:
                raise UsageError(
                    f"track {self.track}: {name} has {found} values where t_s has {size}",
                    hint="give one value a fix, NaN where there is none",
                )
        if size and not (np.isfinite(self.t_s).all() and np.all(np.diff(self.t_s) >= 0)):
            raise UsageError(
                f"track {self.track}: times must be finite and not decrease",
                hint="sort the fixes by time",
            )


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The dense outline of one volume; inside is even-odd over its rings."""

    volume: str
    rings: tuple[tuple[Floats, Floats], ...]  # (lon_deg, lat_deg) each (M,), closed or not
    layer: str = "custom"
    hypothesis: str = "as-given"
    drawn: tuple[Bools, ...] = ()  # per ring (M,): False where the data ends (edge type clip)
    title: str = ""  # "Denmark" for a volume called DK


@dataclass(frozen=True, slots=True)
class DrawnPassage:
    """Where and when one incursion enters and leaves, as drawn."""

    id: str  # the id of the incursion in the findings
    track: str
    volume: str
    from_s: float  # first and last moment seen inside: never NaN, also when open
    to_s: float
    entry_lon_deg: float  # of the crossing; NaN where it was not observed
    entry_lat_deg: float
    exit_lon_deg: float
    exit_lat_deg: float
    entry_observed: bool = True
    exit_observed: bool = True
    deepest_lon_deg: float = NAN  # where the track is deepest, and the nearest point of the
    deepest_lat_deg: float = NAN  # limit: a dimension line is drawn where both are given
    foot_lon_deg: float = NAN
    foot_lat_deg: float = NAN


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """P(inside) of one volume at each instant along one track: marginal, not joint."""

    track: str
    volume: str
    t_s: Floats  # (N,)
    p: Floats  # (N,), NaN where nobody observed
    hypothesis: str = "as-given"


@dataclass(frozen=True, slots=True)
class VerticalLimits:
    """The floor and the ceiling of one volume; None: the surface, unlimited."""

    volume: str
    lower: Limit | None = None
    upper: Limit | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A named point on the map."""

    name: str
    lon_deg: float
    lat_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class DossierData:
    """Everything that is drawn, for one case."""

    tracks: tuple[DrawnTrack, ...] = ()
    outlines: tuple[Outline, ...] = ()  # the volumes that were tested
    background: tuple[Outline, ...] = ()  # other outlines, drawn pale, for orientation
    passages: tuple[DrawnPassage, ...] = ()
    strips: tuple[Strip, ...] = ()
    limits: tuple[VerticalLimits, ...] = ()
    places: tuple[Place, ...] = ()
    max_gap_s: float = 60.0  # a leg longer than this is drawn as unobserved
    joint: bool = False  # True once P(inside) comes from joint posterior samples
    notes: dict[str, str] = field(default_factory=dict)  # per figure: plan, strip, profile
