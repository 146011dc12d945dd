"""The track of an alert as it was at the time: what its sentence is written from, later."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tocsin.schema.live import AlertKind, Interval
from tocsin.watch import why
from tocsin.watch.area import Area
from tocsin.watch.hold import Slot
from tocsin.watch.rules import Rule
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
        *("_held", "_numbers", "_slot", "_turns", "callsign", "clock_s", "doubtful", "guessed"),
        *("judge", "missed_by", "now_ns", "p", "synthetic", "track", "when"),
    )

    def __init__(self, engine: Engine, row: int, slot: int, p: float, guessed: bool) -> None:
        judge, t, clock_s = engine.judge, engine.tracks, engine.clock_s
        self.judge, self.clock_s, self.now_ns = judge, clock_s, engine.now_ns
        self.p, self.guessed, self.synthetic = p, guessed, engine.synthetic
        self._slot, kind = slot, judge.named[slot][0]
        self._held, self._turns, self._numbers = t.record[row].copy(), t.turns, _NONE
        self.callsign, self.track = t.callsign[row], t.name[row]
        self.doubtful = t.is_doubtful(row, clock_s)
        #: When it is likely to enter, as it was looked at last.
        soon = kind is AlertKind.PREDICTED
        area = judge.slots[slot].area if soon else -1
        self.when: Interval | None = engine.prophet.eta(row, area) if soon else None
        lost = kind is AlertKind.LOST
        self.missed_by = engine.outlook.missed_by.get(row, "") if lost else ""

    @property
    def numbers(self) -> Sequence[float]:
        """The numbers of its record, as Python has them."""
        if not self._numbers:
            self._numbers = self._held.tolist()
        return self._numbers

    @property
    def slot(self) -> Slot:
        """What may hold of it."""
        return self.judge.slots[self._slot]

    @property
    def rule(self) -> Rule:
        """The rule that asks for it."""
        return self.judge.rules[self.slot.rule]

    @property
    def area(self) -> Area | None:
        """The area that it is about; None where it is about none."""
        area = self.slot.area
        return self.judge.areas[area] if area >= 0 else None

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
        m, area = self.numbers, self.area
        if area is None:
            raise ValueError(f"the rule {self.rule.id} watches no area")
        return area.title, math.hypot(math.sqrt(max(m[PP], m[R])), area.sigma_m)

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
