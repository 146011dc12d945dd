"""Alerts as they are first told: the values that stand on them, and the sentence."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.schema.live import Alert, AlertKind, AlertState, Interval, Jamming
from tocsin.units import NM_M
from tocsin.watch import why
from tocsin.watch.area import Area
from tocsin.watch.book import alert_id
from tocsin.watch.hold import Turn
from tocsin.watch.rules import Rule
from tocsin.watch.settings import DATUMS
from tocsin.watch.tracks import (
    ANSWERED_AT,
    ANSWERS_S,
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
)

if TYPE_CHECKING:
    from tocsin.watch.engine import Engine

_DATUMS = tuple(datum.value for datum in DATUMS)


def plain_alert(
    engine: Engine, kind: AlertKind, rule: str, area: str | None, sentence: str
) -> Alert:
    """Return an alert about no track: a feed, the load, a test."""
    return Alert(
        id=alert_id(rule, area, None, engine.now_ns),
        revision=1,
        kind=kind,
        rule=rule,
        state=AlertState.OPEN,
        severity=1 if kind is AlertKind.TEST else 2,
        area=area,
        layer=None,
        track=None,
        callsign=None,
        opened_ns=engine.now_ns,
        changed_ns=engine.now_ns,
        closed_ns=None,
        lon_deg=None,
        lat_deg=None,
        h_m=None,
        h_datum=None,
        p_inside=None,
        p_soon=None,
        eta_s=None,
        waiting_cost=1.0 if kind is AlertKind.TEST else 2.0,
        sources=0,
        plot_age_s=None,
        why=sentence,
        synthetic=engine.synthetic,
    )


class Subject:
    """An alert's track as it is now, its slot, rule and area: looked up once for all parts."""

    __slots__ = ("area", "engine", "h_datum", "h_m", "name", "numbers", "row", "rule", "slot")

    def __init__(self, engine: Engine, row: int, slot: int) -> None:
        judge, t = engine.judge, engine.tracks
        self.engine, self.row = engine, row
        self.slot = judge.slots[slot]
        self.rule = judge.rules[self.slot.rule]
        self.area: Area | None = judge.areas[self.slot.area] if self.slot.area >= 0 else None
        self.numbers: list[float] = t.numbers[row].tolist()
        self.h_datum, self.h_m = None, math.nan
        for datum, h_m in zip(_DATUMS, self.numbers[HEIGHTS], strict=True):
            if h_m == h_m:
                self.h_datum, self.h_m = datum, h_m
                break
        callsign, name = t.callsign[row], t.name[row]
        self.name = f"{callsign} ({name})" if callsign else name

    def distance_m(self) -> float:
        """Return how deep in its area it is; NaN where that is not near, or there is none."""
        if self.area is None:
            return float("nan")
        m, limits = self.numbers, self.engine.judge.limits
        return limits.distance_m(m[LON], m[LAT], self.slot.area)

    def place(self) -> tuple[str, float]:
        """Return what the area is called, and the error of the distance from its limit."""
        if self.area is None:
            raise ValueError(f"the rule {self.rule.id} watches no area")
        m = self.numbers
        return self.area.title, math.hypot(math.sqrt(max(m[PP], m[R])), self.area.sigma_m)

    def age_s(self) -> float:
        """Return how old the newest position is, as `told.age_s` does."""
        return self.engine.clock_s - self.numbers[PLACED_AT] + self.numbers[LAG_S]

    def eta(self) -> Interval | None:
        """Return when it is likely to enter, as it was looked at last."""
        return self.engine.prophet.eta(self.row, self.slot.area)

    def heading(self) -> str:
        """Return height, speed and course."""
        m = self.numbers
        ve_mps, vn_mps = m[VE], m[VN]
        course = round(math.degrees(math.atan2(ve_mps, vn_mps)) % 360.0) % 360
        how = f"{why.speed(math.hypot(ve_mps, vn_mps))} on {course:03d}"
        if self.h_datum is None:
            return f"height unknown, {how}"
        sigma_m = m[H_SIGMA_M]
        if math.isnan(sigma_m):
            sigma_m = self.engine.settings.h_sigma_m
        return f"at {why.height(self.h_m, self.h_datum, sigma_m)}, {how}"

    def answers(self) -> str:
        """Return what is to be said of its transponder, if anything."""
        if self.engine.clock_s - self.numbers[ANSWERED_AT] <= ANSWERS_S:
            return ""
        if self.engine.tracks.answer(self.row, self.engine.clock_s) == 0:
            return "no transponder answers"
        return "whether a transponder answers cannot be told"


def alert(
    engine: Engine,
    turn: Turn,
    p: float,
    guessed: bool,
    held: Alert | None = None,
    revision: int = 1,
) -> Alert:
    """Return what the alert of a track says now, by its kind.

    held   the alert that says it so far: who it is and what was done stays
    """
    s, t = Subject(engine, turn.row, turn.slot), engine.tracks
    kind, row, m, area, severity = s.slot.kind, turn.row, s.numbers, s.area, s.rule.severity
    parts = _PARTS[kind](s, p)
    if guessed:
        parts.append("no height is reported: its usual spread is taken")
    if t.is_doubtful(row, engine.clock_s):
        parts.append("its position is doubtful: it leapt, or navigation fails there")
    inside, soon = kind is AlertKind.INSIDE, kind is AlertKind.PREDICTED
    told = None if math.isnan(p) else round(p, 4)
    # What cannot be told waits as if it were so: unknown is never no.
    weight = p if (inside or soon) and told is not None else 1.0
    where = None if area is None else area.id
    opened_ns = turn.since_ns if held is None else held.opened_ns
    # By place, as all of them are: by name it takes half as long again.
    return Alert(
        alert_id(s.rule.id, where, t.name[row], opened_ns) if held is None else held.id,
        revision,
        kind,
        s.rule.id,
        AlertState.OPEN if held is None else held.state,
        severity,
        where,
        None if area is None else area.layer,
        t.name[row],
        t.callsign[row],
        opened_ns,
        engine.now_ns,
        None if held is None else held.closed_ns,
        round(m[LON], 6),
        round(m[LAT], 6),
        None if s.h_datum is None else round(s.h_m, 1),
        s.h_datum,
        told if inside else None,
        told if soon else None,
        s.eta() if soon else None,
        round(weight * severity, 4),
        t.sources_of(row),
        round(s.age_s(), 1),
        "; ".join([part for part in parts if part]) + ".",
        engine.synthetic,
        () if held is None else held.handling,
    )


def _inside(s: Subject, p: float) -> list[str]:
    title, sigma_m = s.place()
    return [
        f"{s.name} is inside {title} (P {why.share(p)})",
        _where(s.distance_m(), sigma_m),
        s.heading(),
        s.answers(),
    ]


def _predicted(s: Subject, p: float) -> list[str]:
    title, sigma_m = s.place()
    when = s.eta()
    return [
        f"{s.name} is likely to enter {title} within "
        f"{why.span(s.rule.look_ahead_s)} (P {why.share(p)})",
        why.eta(when) if when else "",
        _where(s.distance_m(), sigma_m),
        s.heading(),
        s.answers(),
    ]


def _dark(s: Subject, p: float) -> list[str]:
    plan = int(s.engine.tracks.plan[s.row])
    return [
        f"{s.name} is seen by primary radar only: no transponder answers",
        "no flight plan is known" if plan == 0 else "whether it has a flight plan nobody has said",
        s.heading(),
    ]


def _lost(s: Subject, p: float) -> list[str]:
    silent = why.span(s.age_s())
    by = s.engine.outlook.missed_by.get(s.row, "")
    return [
        f"{s.name} is no longer seen, for {silent}, where {by} should see it",
        f"last {s.heading()}",
    ]


_PARTS = {
    AlertKind.INSIDE: _inside,
    AlertKind.PREDICTED: _predicted,
    AlertKind.DARK: _dark,
    AlertKind.LOST: _lost,
}


def over(engine: Engine, turn: Turn, p: float) -> str:
    """Return why an alert is closed."""
    s = Subject(engine, turn.row, turn.slot)
    kind = s.slot.kind
    if kind is AlertKind.DARK:
        return (
            f"{s.name} is no longer dark: it answers, a plan is known, or another track shows it."
        )
    if kind is AlertKind.LOST:
        return f"{s.name} is seen again."
    title, sigma_m = s.place()
    d_m = s.distance_m()
    if not d_m >= 0:
        gone = "has left" if kind is AlertKind.INSIDE else "is no longer likely to enter"
        return f"{s.name} {gone} {title}: {_where(d_m, sigma_m)} (P {why.share(p)})."
    if kind is AlertKind.PREDICTED:
        return entered(engine, turn)
    return f"{s.name} is no longer what the rule asks for in {title}."


def entered(engine: Engine, turn: Turn) -> str:
    """Return why the alert of a predicted entry is closed that came about."""
    area = engine.judge.areas[engine.judge.slots[turn.slot].area]
    return f"{who(engine, turn.row)} has entered {area.title}."


def jamming(engine: Engine, rule: Rule, each: Jamming) -> Alert:
    """Return the alert of an area where navigation fails."""
    told = plain_alert(
        engine,
        AlertKind.GNSS,
        rule.id,
        each.area,
        f"Satellite navigation fails around {each.area}: {each.affected} of {each.aircraft} "
        f"aircraft within {round(each.radius_m / NM_M, -1):.0f} NM are affected at the same time. "
        "Their positions are no evidence of an entry.",
    )
    return replace(
        told,
        severity=rule.severity,
        waiting_cost=float(rule.severity),
        lon_deg=each.lon_deg,
        lat_deg=each.lat_deg,
        sources=each.affected,
    )


def jamming_over(each: Jamming) -> str:
    """Return why the alert of such an area is closed."""
    return f"Satellite navigation around {each.area} is sound again."


def _where(d_m: float, sigma_m: float) -> str:
    if math.isnan(d_m):
        return "far from its limit"
    return f"{depth(d_m, sigma_m)} {'inside' if d_m >= 0 else 'outside'} its limit"


def who(engine: Engine, row: int) -> str:
    """Return what a track is called: callsign and address."""
    t = engine.tracks
    return f"{t.callsign[row]} ({t.name[row]})" if t.callsign[row] else t.name[row]


def depth(d_m: float, sigma_m: float) -> str:
    """Return how deep, or that it is less than can be told."""
    if abs(d_m) < sigma_m:
        return f"less than {why.distance(sigma_m, sigma_m)}"
    return why.distance(d_m, sigma_m)


def forgotten(engine: Engine, row: int, reason: str) -> str:
    """Return why an alert is closed whose track is dropped."""
    return f"{who(engine, row)} is no longer followed: {reason}. That it left was not seen."
