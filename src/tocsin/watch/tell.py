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
from tocsin.watch.told import age_s, height_of
from tocsin.watch.tracks import LAT, LON, PP, VE, VN, R

if TYPE_CHECKING:
    from tocsin.watch.engine import Engine


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

    __slots__ = ("area", "engine", "h_datum", "h_m", "motion", "name", "row", "rule", "slot")

    def __init__(self, engine: Engine, row: int, slot: int) -> None:
        judge, t = engine.judge, engine.tracks
        self.engine, self.row = engine, row
        self.slot = judge.slots[slot]
        self.rule = judge.rules[self.slot.rule]
        self.area: Area | None = judge.areas[self.slot.area] if self.slot.area >= 0 else None
        self.motion: list[float] = t.motion[row].tolist()
        self.h_m, datum = height_of(t, row)
        self.h_datum = None if datum < 0 else DATUMS[datum].value
        self.name = who(engine, row)

    def distance_m(self) -> float:
        """Return how deep in its area it is; NaN where that is not near, or there is none."""
        if self.area is None:
            return float("nan")
        m, limits = self.motion, self.engine.judge.limits
        return limits.distance_m(m[LON], m[LAT], self.slot.area)

    def place(self) -> tuple[str, float]:
        """Return what the area is called, and the error of the distance from its limit."""
        if self.area is None:
            raise ValueError(f"the rule {self.rule.id} watches no area")
        m = self.motion
        return self.area.title, math.hypot(math.sqrt(max(m[PP], m[R])), self.area.sigma_m)

    def eta(self) -> Interval | None:
        """Return when it is likely to enter, as it was looked at last."""
        return self.engine.prophet.eta(self.row, self.slot.area)

    def heading(self) -> str:
        """Return height, speed and course."""
        m, t = self.motion, self.engine.tracks
        course = math.degrees(math.atan2(m[VE], m[VN])) % 360.0
        how = f"{why.speed(math.hypot(m[VE], m[VN]))} on {round(course) % 360:03d}"
        if self.h_datum is None:
            return f"height unknown, {how}"
        sigma_m = float(t.h_sigma_m[self.row])
        if math.isnan(sigma_m):
            sigma_m = self.engine.settings.h_sigma_m
        return f"at {why.height(self.h_m, self.h_datum, sigma_m)}, {how}"

    def answers(self) -> str:
        """Return what is to be said of its transponder, if anything."""
        told = self.engine.tracks.answer(self.row, self.engine.clock_s)
        if told == 0:
            return "no transponder answers"
        return "" if told == 1 else "whether a transponder answers cannot be told"


def alert(engine: Engine, turn: Turn, p: float, guessed: bool) -> Alert:
    """Return what the alert of a track says now, by its kind."""
    s, t = Subject(engine, turn.row, turn.slot), engine.tracks
    kind, row, m = s.slot.kind, turn.row, s.motion
    parts = _PARTS[kind](s, p)
    if guessed:
        parts.append("no height is reported: its usual spread is taken")
    if t.is_doubtful(row, engine.clock_s):
        parts.append("its position is doubtful: it leapt, or navigation fails there")
    inside, soon = kind is AlertKind.INSIDE, kind is AlertKind.PREDICTED
    told = None if math.isnan(p) else round(p, 4)
    # What cannot be told waits as if it were so: unknown is never no.
    weight = p if (inside or soon) and told is not None else 1.0
    area = s.area
    return Alert(
        id=alert_id(s.rule.id, area.id if area else None, t.name[row], turn.since_ns),
        revision=1,
        kind=kind,
        rule=s.rule.id,
        state=AlertState.OPEN,
        severity=s.rule.severity,
        area=area.id if area else None,
        layer=area.layer if area else None,
        track=t.name[row],
        callsign=t.callsign[row],
        opened_ns=turn.since_ns,
        changed_ns=engine.now_ns,
        closed_ns=None,
        lon_deg=round(m[LON], 6),
        lat_deg=round(m[LAT], 6),
        h_m=None if s.h_datum is None else round(s.h_m, 1),
        h_datum=s.h_datum,
        p_inside=told if inside else None,
        p_soon=told if soon else None,
        eta_s=s.eta() if soon else None,
        waiting_cost=round(weight * s.rule.severity, 4),
        sources=t.sources_of(row),
        plot_age_s=round(age_s(t, row, engine.clock_s), 1),
        why="; ".join([part for part in parts if part]) + ".",
        synthetic=engine.synthetic,
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
    silent = why.span(age_s(s.engine.tracks, s.row, s.engine.clock_s))
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
