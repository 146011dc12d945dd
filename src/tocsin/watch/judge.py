"""Tracks held against areas and rules: P(inside), and which rule means which aircraft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.schema import Floats
from tocsin.schema.live import AlertKind, Jamming
from tocsin.watch import chance
from tocsin.watch.area import Area
from tocsin.watch.batch import KINDS, Bools, Ints
from tocsin.watch.hold import Slot
from tocsin.watch.limits import Limits
from tocsin.watch.nearby import Near
from tocsin.watch.rules import Rule
from tocsin.watch.settings import WatchSettings
from tocsin.watch.tracks import COUNT, LAT, LON, PP, R, Tracks

SURE = 6.0  # sigmas from a limit beyond which P is 0 or 1 to 1e-9
FASTEST_MPS = 350.0  # looked ahead for; what is faster is told as late as it comes near
HEIGHT_MOVES_M = 500.0  # a track that only its height keeps out is looked at again after so much


class Within(NamedTuple):
    """Tracks beside areas: one row a pair that is not far apart."""

    at: Ints  # (K,) which of the rows asked
    row: Ints  # (K,)
    area: Ints  # (K,)
    d_m: Floats  # (K,) signed; a lower bound beyond 6 sigma
    p: Floats  # (K,) NaN: cannot be told
    guessed: Bools  # (K,) the height is the prior's
    clear_m: Floats  # (N,) of every row asked: nothing changes before it has gone so far
    rest_m: Floats  # (N,) areas that are not named are at least this far
    lies: tuple[int, ...] | None = None  # where at, row, area and p begin in memory, if known

    def concerns(self, area: int, soon: Bools) -> Floats:
        """Return whether the rows asked are in an area, or (`soon`) about to be: 1, 0, NaN."""
        mine = self.area == area
        out, p = np.zeros(len(soon)), self.p[mine]
        out[self.at[mine]] = np.where(np.isnan(p), np.nan, p >= 0.5)
        return np.where(soon, 1.0, out)


class Judge:
    """Areas and rules, ready to be asked about many tracks at once."""

    def __init__(
        self, areas: Sequence[Area], rules: Sequence[Rule], settings: WatchSettings
    ) -> None:
        self.areas, self.rules = tuple(areas), tuple(rules)
        self.settings = settings
        self.limits = Limits(self.areas, _far_m(self.rules))
        self.heights = chance.Heights(settings)
        self.slots = tuple(_slots(self.areas, self.rules))
        self.sigma_m = np.array([a.sigma_m for a in areas] + [0.0])
        self.widest_m = float(self.sigma_m.max(initial=0.0))
        self.tall = np.array([chance.binds(a.lower) or chance.binds(a.upper) for a in areas], bool)
        #: Areas whose answer changes though nothing moves sideways: by height, by the hour.
        self.changing = self.tall | np.array([bool(a.active_ns) for a in areas], bool)
        self._by_hours = [k for k, area in enumerate(self.areas) if area.active_ns]
        self.steady = not any(_asks_more(rule) for rule in self.rules)
        #: Rules that mean whoever is not on the ground, at all times.
        self.plain = tuple(not (_asks_more(rule) or rule.by_name) for rule in self.rules)
        self._named: dict[int, dict[int, bool]] = {
            k: {} for k, rule in enumerate(rules) if rule.by_name
        }
        of = {(s.kind, s.rule, s.area): k for k, s in enumerate(self.slots)}
        #: (rules, areas) the slot of a kind, or -1.
        self.slot_of = {
            kind: np.array(
                [
                    [of.get((kind, r, a), -1) for a in range(-1, len(self.areas))]
                    for r in range(len(self.rules))
                ],
                np.int64,
            ).reshape(len(self.rules), len(self.areas) + 1)
            for kind in AlertKind
        }
        #: Of every slot of what is inside, that of what its rule predicts there, or -1.
        self.soon_slot = [
            of.get((AlertKind.PREDICTED, s.rule, s.area), -1) if s.kind is AlertKind.INSIDE else -1
            for s in self.slots
        ]
        #: Of every slot, what its alerts say of rule and area.
        self.named = [
            (s.kind, self.rules[s.rule].id, self.areas[s.area].id if s.area >= 0 else None)
            for s in self.slots
        ]
        self.asked = np.zeros(len(self.areas), bool)
        self.asked[[s.area for s in self.slots if s.area >= 0]] = True
        self.ahead_s = tuple(rule.look_ahead_s for rule in self.rules)
        for rule in self.rules:
            if AlertKind.LOST in rule.kinds and not settings.sensors:
                raise UsageError(
                    f'rule "{rule.id}" asks what is lost, but no coverage of a sensor is known',
                    hint="give the sensors of the feeds their place, range and interval",
                )

    def within(self, tracks: Tracks, rows: Ints, clock_s: float, now_ns: int) -> Within:
        """Return P(inside) of tracks (N,) for the areas that they are not far from."""
        given = tracks, rows, self.sigma_m, self.tall, self.widest_m, clock_s
        near = self.limits.within(*given) or self._beside(tracks, rows)
        point, row, area, p, clear = near.point, near.row, near.area, near.p, near.clear_m
        guessed = np.zeros(len(p), bool)
        if near.talls:
            tall = np.flatnonzero(self.tall[area] & (p > 1e-6))
            np.minimum.at(clear, point[tall], HEIGHT_MOVES_M)
            for a in np.unique(area[tall]):
                k = tall[area[tall] == a]
                share, by_prior = self.between(tracks, row[k], self.areas[a], clock_s)
                p[k] *= share
                guessed[k] = by_prior
            doubtful = tracks.doubtful(rows, clock_s)
            if doubtful.any():
                p[doubtful[point]] = np.nan
        for a in self._by_hours:
            if not self.areas[a].is_active(now_ns):
                p[area == a] = 0.0
        return Within(point, row, area, near.d_m, p, guessed, clear, near.rest_m, near.lies)

    def _beside(self, tracks: Tracks, rows: Ints) -> Near:
        """Return the same as `Nearby.within`, a column at a time; a doubtful P is for later."""
        m = tracks.motion[rows]
        variance = np.maximum(m[:, PP], m[:, R])  # GNSS errors are of minutes: no mean is better
        need_m = SURE * np.sqrt(variance + self.widest_m**2)
        seen = self.limits.look(m[:, LON], m[:, LAT], need_m)
        p = chance.level(seen.d_m, variance[seen.point], self.sigma_m[seen.area])
        clear = seen.rest_m.copy()
        np.minimum.at(clear, seen.point, np.abs(seen.d_m))
        point, area = np.ascontiguousarray(seen.point), np.ascontiguousarray(seen.area)
        return Near(point, rows[point], area, seen.d_m, p, clear, seen.rest_m, talls=len(p))

    def between(
        self, tracks: Tracks, row: Ints, band: Area | Rule, clock_s: float
    ) -> tuple[Floats, Bools]:
        """Return P(between the vertical limits) of tracks (N,), and where the prior said so."""
        h_m, sigma_m = self.height_of(tracks, row, clock_s)
        return self.heights.between(band.lower, band.upper, h_m, sigma_m)

    def height_of(self, tracks: Tracks, row: Ints, clock_s: float) -> tuple[Floats, Floats]:
        """Return heights (N, 4) by datum and one sigma (N,), older ones less sure."""
        h_m, at = tracks.h_m[row], tracks.h_at[row]
        newest = at.max(axis=1, keepdims=True)
        h_m = np.where(at >= newest - 30.0, h_m, np.nan)  # one datum may have fallen silent
        age_s = np.clip(clock_s - newest[:, 0], 0.0, 3600.0)
        told = tracks.h_sigma_m[row]
        sigma = np.where(np.isnan(told), self.settings.h_sigma_m, told)
        drift = np.where(np.isnan(tracks.vrate_mps[row]), 5.0, np.abs(tracks.vrate_mps[row]))
        return h_m, np.hypot(sigma, drift * age_s)

    def means(self, tracks: Tracks, row: Ints, rule: int, clock_s: float, now_ns: int) -> Floats:
        """Return P that a rule means tracks (N,): 0 or 1, or what the altitude band leaves."""
        told = self.rules[rule]
        if not told.is_on(now_ns):
            return np.zeros(len(row))
        out = np.ones(len(row))
        out[tracks.grounded[row] == 1] = 0.0  # who stands on the ground is in no airspace
        if told.cooperative is not None:
            answers = tracks.answers(row, clock_s)
            if told.cooperative:
                out[answers != 1] = 0.0
            else:  # "cannot tell" is no yes: it stays in, and the alert says so
                out[(answers == 1) | ((answers < 0) & (tracks.motion[row, COUNT] < 3))] = 0.0
        if told.sources:
            codes = [KINDS.index(each) for each in told.sources]
            out[~np.isin(tracks.kind[row], codes)] = 0.0
        if told.by_name:
            out[~self._by_name(tracks, row, rule)] = 0.0
        if chance.binds(told.lower) or chance.binds(told.upper):
            out = out * self.between(tracks, row, told, clock_s)[0]
        return out

    def _by_name(self, tracks: Tracks, row: Ints, rule: int) -> NDArray[np.bool_]:
        known, told = self._named[rule], self.rules[rule]
        out = np.zeros(len(row), bool)
        for k, r in enumerate(row.tolist()):
            if r not in known:
                known[r] = told.names(tracks.address(r), tracks.callsign[r], tracks.type[r])
            out[k] = known[r]
        return out

    def raises(self, kind: AlertKind) -> bool:
        """Return whether any rule raises this kind."""
        return any(kind in rule.kinds for rule in self.rules)

    def near(self, rule: Rule, each: Jamming, now_ns: int) -> bool:
        """Return whether interference touches what a rule watches."""
        if not rule.is_on(now_ns):
            return False
        if not rule.areas and not rule.layers:
            return True
        at = np.array([each.lon_deg]), np.array([each.lat_deg])
        seen = self.limits.look(*at, np.array([each.radius_m]))
        close = seen.area[seen.d_m >= -each.radius_m]
        return any(rule.watches(self.areas[a]) for a in close)

    def forget(self, row: int) -> None:
        """Ask anew who a track is: its callsign or type changed, or the row is another's."""
        for known in self._named.values():
            known.pop(row, None)


def _asks_more(rule: Rule) -> bool:
    """Return whether whom a rule means changes though nothing moves, and is not told at once."""
    by_time = bool(rule.days or rule.hours_s)
    by_height = chance.binds(rule.lower) or chance.binds(rule.upper)
    return by_time or by_height or rule.cooperative is not None or bool(rule.sources)


def _far_m(rules: Sequence[Rule]) -> float:
    """Return how far away an area may matter: as far as a fast aircraft is looked ahead for."""
    spans = [rule.look_ahead_s for rule in rules if AlertKind.PREDICTED in rule.kinds]
    return FASTEST_MPS * max(spans, default=0.0) + 20_000.0


def _slots(areas: Sequence[Area], rules: Sequence[Rule]) -> list[Slot]:
    out = []
    for r, rule in enumerate(rules):
        unknown = [name for name in rule.sources if name not in KINDS]
        if unknown:
            raise UsageError(
                f'rule "{rule.id}" asks for the source "{unknown[0]}", which is not known',
                hint=f"sources are {', '.join(KINDS)}",
            )
        missing = set(rule.areas) - {area.id for area in areas}
        if missing:
            raise UsageError(
                f'rule "{rule.id}" names the area "{sorted(missing)[0]}", which is not there',
                hint=f"areas are {', '.join(a.id for a in areas) or 'none'}",
            )
        mine = [a for a, area in enumerate(areas) if rule.watches(area)]
        anywhere = not rule.areas and not rule.layers
        for kind in rule.kinds:
            if kind in (AlertKind.INSIDE, AlertKind.PREDICTED):
                soon = kind is AlertKind.PREDICTED
                on, off = (rule.soon_on, rule.soon_off) if soon else (rule.p_on, rule.p_off)
                out += [Slot(kind, r, a, on, off, rule.dwell_s, rule.close_s) for a in mine]
            elif kind in (AlertKind.DARK, AlertKind.LOST):
                where = [-1] if anywhere else mine
                out += [Slot(kind, r, a, 0.5, 0.5, rule.dwell_s, rule.close_s) for a in where]
    return out
