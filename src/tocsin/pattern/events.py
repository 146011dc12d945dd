"""The incidents as points in time: when, how surely, where, and while somebody watched.

Times count in the unit of the series, day or year, from an epoch that does not matter here: days
since 1970-01-01 (UTC) or calendar years where `calendar` says so, else the file's own clock.  A
stretch in which nobody reported is a gap: its time is no exposure, and no incident in it is no
evidence of quiet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.pattern.words import LEAST, NoClaim, too_few

Floats = NDArray[np.float64]

YEAR_DAYS = 365.25  # Julian year, where a calendar is not at hand


class Unit(StrEnum):
    """What times count."""

    DAY = "day"
    YEAR = "year"

    @property
    def days(self) -> float:
        return 1.0 if self is Unit.DAY else YEAR_DAYS


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Incidents in a window, sorted by their best time; every array is (N,)."""

    t: Floats  # the best single time, in `unit`
    lo: Floats  # the interval in which it happened, lo == hi for a known time
    hi: Floats
    p: Floats  # chance that the incident counts, 0 to 1: disputed rows lie between
    state: tuple[str, ...]
    id: tuple[str, ...]
    begin: float  # the window in which incidents would have been seen
    end: float
    gaps: tuple[tuple[float, float], ...] = ()  # inside the window, apart and in order
    unit: Unit = Unit.DAY
    calendar: bool = False

    def __post_init__(self) -> None:
        if not self.begin < self.end:
            raise UsageError(
                f"a window runs from an earlier to a later time, not {self.begin} to {self.end}"
            )
        arrays = (self.t, self.lo, self.hi, self.p, self.state, self.id)
        if len({len(a) for a in arrays}) != 1:
            raise UsageError("an incident has a time, an interval, a weight, a state and an id")
        for a in (self.t, self.lo, self.hi, self.p):
            if not np.isfinite(a).all():
                raise UsageError("an incident without a finite time and weight has no place here")
        if not ((self.lo <= self.t) & (self.t <= self.hi)).all():
            raise UsageError("the best time of an incident lies in its interval")
        if not ((self.p >= 0) & (self.p <= 1)).all():
            raise UsageError("the chance that an incident counts lies between 0 and 1")
        if (np.diff(self.t) < 0).any():
            raise UsageError("incidents stand in the order of time")
        edges = [edge for gap in self.gaps for edge in gap]
        if edges != sorted(edges) or (
            edges and not self.begin <= edges[0] <= edges[-1] <= self.end
        ):
            raise UsageError("gaps lie in the window, apart and in order")

    def __len__(self) -> int:
        return len(self.t)

    @property
    def certain(self) -> bool:
        """Whether every time is known and every incident counts."""
        return bool((self.lo == self.hi).all() and (self.p == 1).all())

    @property
    def exposure(self) -> float:
        """The time watched: the window without its gaps, in `unit`."""
        return watched(self.begin, self.end, self.gaps)

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.state)))

    def where(self, keep: NDArray[np.bool_]) -> Events:
        """Return the incidents that are kept, in the same window."""
        picked = np.flatnonzero(keep)
        return replace(
            self,
            t=self.t[keep],
            lo=self.lo[keep],
            hi=self.hi[keep],
            p=self.p[keep],
            state=tuple(self.state[k] for k in picked),
            id=tuple(self.id[k] for k in picked),
        )

    def within(self) -> Events:
        """Return the incidents whose best time lies in the window and in no gap of it."""
        inside = (self.t >= self.begin) & (self.t <= self.end)
        for a, b in self.gaps:
            inside &= ~((self.t > a) & (self.t < b))
        return self.where(inside)


def events(
    t: Floats | list[float],
    begin: float,
    end: float,
    *,
    interval: tuple[Floats, Floats] | None = None,
    p: Floats | None = None,
    state: tuple[str, ...] = (),
    id: tuple[str, ...] = (),
    gaps: tuple[tuple[float, float], ...] = (),
    unit: Unit = Unit.DAY,
    calendar: bool = False,
) -> Events:
    """Return Events from times in any order; what is not given is certain, and of one state."""
    at = np.asarray(t, dtype=np.float64)
    lo, hi = (at, at) if interval is None else interval
    order = np.argsort(at, kind="stable")
    states = state or ("",) * len(at)
    ids = id or tuple(str(k + 1) for k in range(len(at)))
    return Events(
        at[order],
        np.asarray(lo, dtype=np.float64)[order],
        np.asarray(hi, dtype=np.float64)[order],
        (np.ones(len(at)) if p is None else np.asarray(p, dtype=np.float64))[order],
        tuple(states[k] for k in order),
        tuple(ids[k] for k in order),
        begin,
        end,
        gaps,
        unit,
        calendar,
    )


def barred(drawn: Sequence[Events]) -> NoClaim | None:
    """Return why no pattern claim is possible of these draws, or None if one is."""
    most = max(len(draw) for draw in drawn)
    if most < LEAST:
        return too_few(most)
    if all(len(draw) < 2 or draw.t[-1] - draw.t[0] < 1 / draw.unit.days for draw in drawn):
        why = (
            f"all {most} incidents fall within one day: that is one cluster, not a pattern in time"
        )
        return NoClaim(most, why)
    if not drawn[0].exposure > 0:
        return NoClaim(most, "nobody watched at any time of the window")
    return None


def watched(begin: float, end: float, gaps: tuple[tuple[float, float], ...]) -> float:
    """Return the length of a stretch without the gaps in it."""
    lost = sum(max(0.0, min(b, end) - max(a, begin)) for a, b in gaps)
    return max(0.0, end - begin - lost)


def stretches(
    begin: float, end: float, gaps: tuple[tuple[float, float], ...]
) -> list[tuple[float, float]]:
    """Return the parts of the window that were watched, in order."""
    edges = [begin, *(edge for gap in gaps for edge in gap), end]
    parts = zip(edges[::2], edges[1::2], strict=True)
    return [(a, b) for a, b in parts if b > a]
