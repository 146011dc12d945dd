"""The track of an alert as it was at the time: what its sentence is written from, later."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tocsin.schema.live import AlertKind, Interval
from tocsin.watch import why
from tocsin.watch.area import Area
from tocsin.watch.settings import DATUMS
from tocsin.watch.tracks import (
    H_SIGMA_M,
    HEIGHTS,
    LAG_S,
    LAT,
    LON,
    PLACED_AT,
    PP,
    VE,
    VN,
    R,
    answer_of,
    plan_of,
    sources_of,
)

if TYPE_CHECKING:
    from tocsin.watch.engine import Engine

_NONE: Sequence[float] = ()
_DATUMS = tuple(datum.value for datum in DATUMS)


class Subject:
    """A track, its slot, rule and area.  Nothing in it changes when the engine goes on."""

    __slots__ = (
        *("_held", "_numbers", "_turns", "area", "callsign", "clock_s", "doubtful", "guessed"),
        *("judge", "missed_by", "now_ns", "p", "rule", "slot", "synthetic", "track", "when"),
    )

    def __init__(self, engine: Engine, row: int, slot: int, p: float, guessed: bool) -> None:
        judge, t, clock_s = engine.judge, engine.tracks, engine.clock_s
        self.judge, self.clock_s, self.now_ns = judge, clock_s, engine.now_ns
        self.p, self.guessed, self.synthetic = p, guessed, engine.synthetic
        self.slot = told = judge.slots[slot]
        self.rule = judge.rules[told.rule]
        self.area: Area | None = judge.areas[told.area] if told.area >= 0 else None
        self._held, self._turns, self._numbers = t.record[row].copy(), t.turns, _NONE
        self.callsign, self.track = t.callsign[row], t.name[row]
        self.doubtful = t.is_doubtful(row, clock_s)
        #: When it is likely to enter, as it was looked at last.
        soon = told.kind is AlertKind.PREDICTED
        self.when: Interval | None = engine.prophet.eta(row, told.area) if soon else None
        lost = told.kind is AlertKind.LOST
        self.missed_by = engine.outlook.missed_by.get(row, "") if lost else ""

    @property
    def numbers(self) -> Sequence[float]:
        """The numbers of its record, as Python has them."""
        if not self._numbers:
            self._numbers = self._held.tolist()
        return self._numbers

    @property
    def sources(self) -> int:
        """How many witnesses saw it of late."""
        return sources_of(self._held, self._turns)

    @property
    def answer(self) -> int:
        """Whether it takes part: 1 yes, 0 no, -1 cannot be told."""
        return answer_of(self._held, self.clock_s)

    @property
    def plan(self) -> int:
        """Whether a flight plan is known: 1 yes, 0 none is, -1 nobody looked."""
        return plan_of(self._held)

    @property
    def name(self) -> str:
        """What it is called: callsign and address."""
        return f"{self.callsign} ({self.track})" if self.callsign else self.track

    def height(self) -> tuple[float, str | None]:
        """Return the height that is told, and its datum; NaN and None where none is."""
        for datum, h_m in zip(_DATUMS, self.numbers[HEIGHTS], strict=True):
            if h_m == h_m:
                return h_m, datum
        return math.nan, None

    def distance_m(self) -> float:
        """Return how deep in its area it is; NaN where that is not near, or there is none."""
        if self.area is None:
            return math.nan
        return self.judge.limits.distance_m(self.numbers[LON], self.numbers[LAT], self.slot.area)

    def place(self) -> tuple[str, float]:
        """Return what the area is called, and the error of the distance from its limit."""
        if self.area is None:
            raise ValueError(f"the rule {self.rule.id} watches no area")
        m = self.numbers
        return self.area.title, math.hypot(math.sqrt(max(m[PP], m[R])), self.area.sigma_m)

    def age_s(self) -> float:
        """Return how old the newest position is: time since it came, and how late it came."""
        return self.clock_s - self.numbers[PLACED_AT] + self.numbers[LAG_S]

    def heading(self) -> str:
        """Return height, speed and course."""
        m, (h_m, datum) = self.numbers, self.height()
        ve_mps, vn_mps = m[VE], m[VN]
        course = round(math.degrees(math.atan2(ve_mps, vn_mps)) % 360.0) % 360
        how = f"{why.speed(math.hypot(ve_mps, vn_mps))} on {course:03d}"
        if datum is None:
            return f"height unknown, {how}"
        sigma_m = m[H_SIGMA_M]
        if math.isnan(sigma_m):
            sigma_m = self.judge.settings.h_sigma_m
        return f"at {why.height(h_m, datum, sigma_m)}, {how}"

    def answers(self) -> str:
        """Return what is to be said of its transponder, if anything."""
        answer = self.answer
        if answer == 0:
            return "no transponder answers"
        return "" if answer == 1 else "whether a transponder answers cannot be told"
