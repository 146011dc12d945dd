"""Positions from coded position frames, decided once, in the order of time.

A frame is placed from what was known when it came: its own code, the newest frame of the other
parity and the aircraft's last position.  Nothing later changes it.

Airborne.  An even and an odd frame within `PAIR_S` give a place on their own; the last position
and one frame give another.  Where both are there they must agree.  If they do not, nothing is
placed until two pairs running agree with one another.  That costs a position or two at a bad pair
and at a true leap (a gap, a spoofer, two aircraft with one address).  It keeps a bad pair, a whole
zone off, from being believed, and a bad *first* pair from being believed for ever: the last
position, wrong by a zone, would go on to put every single frame into that zone.

Surface.  A code repeats every 90 NM.  It is placed near the aircraft's own last position, or,
to begin with, by a pair whose solution lies within 45 NM of the reference given: a single frame
would be pulled to within 45 NM of any reference, right or wrong.  Otherwise it is unresolved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import cos, hypot, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.feed import cpr
from tocsin.feed.pairs import FASTEST_MPS, PAIR_S, Codes, pair_solutions
from tocsin.schema import Floats
from tocsin.units import NM_M

REACH_SLACK_M = 2000.0  # late stamps of a loaded receiver: two seconds at most speeds
LAST_S = 180.0  # 180 km at FASTEST_MPS: well within the half zone of 180 NM (333 km)
#: On the surface the half zone is 45 NM (83 km): 180 s at an approach speed of 150 m/s is 27 km.
SURFACE_REACH_MPS = 150.0
SURFACE_REACH_M = 45 * NM_M
AIRBORNE_REACH_M = 180 * NM_M
SAME_M = 1.0  # two solutions for one code are equal, or at least a zone apart
_DEG_M = 111_320.0

UNRESOLVED, PAIRED, REFERRED, CONTRADICTED, NO_REFERENCE = range(5)


@dataclass(slots=True)
class _Aircraft:
    """What is known of one aircraft at a moment."""

    lat: float = np.nan
    lon: float = np.nan
    at_s: float = -np.inf
    doubted: tuple[float, float, float] | None = None  # a pair that the last position denies
    newest: dict[bool, tuple[int, int, float]] = field(default_factory=dict)  # surface, by parity


@dataclass(slots=True)
class Memory:
    """What a stream knows of its aircraft from the batches before."""

    states: dict[int, _Aircraft] = field(default_factory=dict)
    #: Newest code by aircraft, then by (surface, odd): clock, y, x.
    codes: dict[int, dict[tuple[bool, bool], tuple[float, int, int]]] = field(default_factory=dict)

    def before(self, aircraft: list[int]) -> Codes:
        """Return the codes that a frame of these aircraft may pair with."""
        rows = [
            (code, clock_s, surface, odd, y, x)
            for code in aircraft
            for (surface, odd), (clock_s, y, x) in self.codes.get(code, {}).items()
        ]
        part = list(zip(*rows, strict=True)) or [()] * 6
        return Codes(
            np.array(part[0], np.int64),
            np.array(part[1], np.float64),
            np.array(part[2], np.bool_),
            np.array(part[3], np.bool_),
            np.array(part[4], np.int64),
            np.array(part[5], np.int64),
            np.full(len(rows), np.nan),
        )

    def keep(self, codes: Codes) -> None:
        """Take in the newest codes of a batch."""
        names = ("aircraft", "clock_s", "surface", "odd", "y", "x")
        for code, clock_s, surface, odd, y, x in zip(
            *(getattr(codes, name).tolist() for name in names), strict=True
        ):
            if clock_s == clock_s:
                self.codes.setdefault(code, {})[surface, odd] = (clock_s, y, x)

    def forget(self, before_s: float) -> None:
        """Drop aircraft that were last heard before a time."""
        for code, of in list(self.codes.items()):
            if max(clock_s for clock_s, _, _ in of.values()) < before_s:
                del self.codes[code]
                self.states.pop(code, None)

    def dump(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "states": [
                [code, s.lat, s.lon, s.at_s, s.doubted, list(s.newest.items())]
                for code, s in self.states.items()
            ],
            "codes": [[code, list(of.items())] for code, of in self.codes.items()],
        }

    @classmethod
    def load(cls, told: dict[str, Any]) -> Memory:
        """Return the memory that was dumped."""
        made = cls()
        for code, lat, lon, at_s, doubted, newest in told["states"]:
            seen = {bool(odd): (int(y), int(x), float(t)) for odd, (y, x, t) in newest}
            pair = None if doubted is None else (doubted[0], doubted[1], doubted[2])
            made.states[code] = _Aircraft(lat, lon, at_s, pair, seen)
        for code, of in told["codes"]:
            made.codes[code] = {
                (bool(surface), bool(odd)): (float(t), int(y), int(x))
                for (surface, odd), (t, y, x) in of
            }
        return made


Placed = tuple[float, float, int]
_NOWHERE = (np.nan, np.nan)


def resolve(
    codes: Codes, reference: tuple[float, float] | None = None, memory: Memory | None = None
) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """Return latitude, longitude (N,), NaN where unresolved, and how each was decided (N,).

    reference   (lat_deg, lon_deg) of the receiver or airport, for the first surface position
                and for frames without any clock
    memory      of a stream whose next frames these are; it is brought up to date

    The last is PAIRED (a pair and what went before agree), REFERRED (one frame and the last
    position or the reference), CONTRADICTED (pair and history disagree), NO_REFERENCE (surface)
    or UNRESOLVED (no pair yet).
    """
    if memory is None:
        pair_lat, pair_lon = pair_solutions(codes)
    else:
        earlier = memory.before(np.unique(codes.aircraft).tolist())
        pair_lat, pair_lon = pair_solutions(codes.after(earlier))
        pair_lat, pair_lon = pair_lat[len(earlier.y) :], pair_lon[len(earlier.y) :]
        memory.keep(codes)
    count = len(codes.aircraft)
    lat, lon = np.full(count, np.nan), np.full(count, np.nan)
    how = np.zeros(count, np.int8)
    rows = zip(
        codes.aircraft.tolist(),
        codes.clock_s.tolist(),
        codes.surface.tolist(),
        codes.odd.tolist(),
        codes.y.tolist(),
        codes.x.tolist(),
        pair_lat.tolist(),
        pair_lon.tolist(),
        strict=True,
    )
    states = None if memory is None else memory.states
    for i, placed in enumerate(_walk(rows, reference, states)):
        lat[i], lon[i], how[i] = placed
    return lat, lon, how


_Row = tuple[int, float, bool, bool, int, int, float, float]


def _walk(
    rows: Iterator[_Row],
    reference: tuple[float, float] | None,
    states: dict[int, _Aircraft] | None = None,
) -> Iterator[Placed]:
    current, state = None, _Aircraft()
    for aircraft, clock_s, surface, odd, y, x, pair_lat, pair_lon in rows:
        if aircraft != current:
            current = aircraft
            state = _Aircraft() if states is None else states.setdefault(aircraft, _Aircraft())
        if clock_s != clock_s:  # NaN: each frame stands alone
            yield _alone(surface, odd, y, x, reference)
            continue
        if surface:
            placed = _on_surface(state, clock_s, odd, y, x, reference)
        else:
            placed = _in_air(state, clock_s, odd, y, x, pair_lat, pair_lon)
        if placed[2] in (PAIRED, REFERRED):
            state.lat, state.lon, state.at_s, state.doubted = placed[0], placed[1], clock_s, None
        yield placed


def _alone(surface: bool, odd: bool, y: int, x: int, near: tuple[float, float] | None) -> Placed:
    if surface or near is None:
        return *_NOWHERE, NO_REFERENCE if surface else UNRESOLVED
    place = cpr.from_reference(y, x, odd, near)
    if place is None or _apart_m(place, near) > AIRBORNE_REACH_M:
        return *_NOWHERE, CONTRADICTED
    return *place, REFERRED


def _in_air(
    state: _Aircraft, clock_s: float, odd: bool, y: int, x: int, pair_lat: float, pair_lon: float
) -> Placed:
    paired = pair_lat == pair_lat
    if clock_s - state.at_s > LAST_S:
        return (pair_lat, pair_lon, PAIRED) if paired else (*_NOWHERE, UNRESOLVED)
    last = (state.lat, state.lon)
    reach_m = FASTEST_MPS * (clock_s - state.at_s) + REACH_SLACK_M
    local = cpr.from_reference(y, x, odd, last)
    reached = local is not None and _apart_m(local, last) <= reach_m
    if not paired:
        return (*local, REFERRED) if local and reached else (*_NOWHERE, CONTRADICTED)
    if local and reached and _apart_m(local, (pair_lat, pair_lon)) < SAME_M:
        return pair_lat, pair_lon, PAIRED
    before, state.doubted = state.doubted, (pair_lat, pair_lon, clock_s)
    if before is not None and clock_s - before[2] <= PAIR_S:
        reach_m = FASTEST_MPS * (clock_s - before[2]) + REACH_SLACK_M
        if _apart_m(before[:2], (pair_lat, pair_lon)) <= reach_m:
            return pair_lat, pair_lon, PAIRED
    return *_NOWHERE, CONTRADICTED


def _on_surface(
    state: _Aircraft, clock_s: float, odd: bool, y: int, x: int, near: tuple[float, float] | None
) -> Placed:
    state.newest[odd] = (y, x, clock_s)
    if clock_s - state.at_s <= LAST_S:
        last = (state.lat, state.lon)
        local = cpr.from_reference(y, x, odd, last, cpr.SURFACE_DEG)
        reach_m = SURFACE_REACH_MPS * (clock_s - state.at_s) + REACH_SLACK_M
        if local is not None and _apart_m(local, last) <= reach_m:
            return *local, REFERRED
        return *_NOWHERE, CONTRADICTED
    if near is None:
        return *_NOWHERE, NO_REFERENCE
    other = state.newest.get(not odd)
    if other is None or clock_s - other[2] > PAIR_S:
        return *_NOWHERE, UNRESOLVED
    own = (y, x)
    even_code, odd_code = (other[:2], own) if odd else (own, other[:2])
    place = cpr.surface_pair(even_code, odd_code, odd, near)
    if place is None:
        return *_NOWHERE, UNRESOLVED
    if _apart_m(place, near) > SURFACE_REACH_M:
        return *_NOWHERE, NO_REFERENCE  # the reference is not that of this airport
    return *place, PAIRED


def _apart_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return a distance good to 1 % below 300 km: enough to judge what an aircraft can reach."""
    north = a[0] - b[0]
    east = (a[1] - b[1] + 180) % 360 - 180
    return hypot(north, east * cos(radians(0.5 * (a[0] + b[0])))) * _DEG_M
