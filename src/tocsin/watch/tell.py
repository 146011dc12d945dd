"""Alerts as they are first told: the values that stand on them, and the sentence."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.schema.live import Alert, AlertKind, AlertState, Interval, Jamming
from tocsin.units import NM_M
from tocsin.watch import why
from tocsin.watch.area import Area
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
        id="",
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


def track_alert(
    engine: Engine,
    turn: Turn,
    *,
    p_inside: float | None,
    p_soon: float | None,
    eta: Interval | None,
    sentence: str,
    weight: float,
) -> Alert:
    """Return an alert about a track; `weight` is the P that its cost of waiting counts with."""
    t, row = engine.tracks, turn.row
    slot = engine.judge.slots[turn.slot]
    rule = engine.judge.rules[slot.rule]
    area = engine.judge.areas[slot.area] if slot.area >= 0 else None
    h_m, datum = height_of(t, row)
    m = t.motion[row].tolist()
    return Alert(
        id="",
        revision=1,
        kind=slot.kind,
        rule=rule.id,
        state=AlertState.OPEN,
        severity=rule.severity,
        area=area.id if area else None,
        layer=area.layer if area else None,
        track=t.name[row],
        callsign=t.callsign[row],
        opened_ns=turn.since_ns,
        changed_ns=engine.now_ns,
        closed_ns=None,
        lon_deg=round(m[LON], 6),
        lat_deg=round(m[LAT], 6),
        h_m=None if datum < 0 else round(h_m, 1),
        h_datum=None if datum < 0 else DATUMS[datum].value,
        p_inside=p_inside,
        p_soon=p_soon,
        eta_s=eta,
        waiting_cost=round(weight * rule.severity, 4),
        sources=t.sources_of(row),
        plot_age_s=round(age_s(t, row, engine.clock_s), 1),
        why=sentence,
        synthetic=engine.synthetic,
    )


def alert(engine: Engine, turn: Turn, p: float, guessed: bool) -> Alert:
    """Return what the alert of a track says now, by its kind."""
    slot = engine.judge.slots[turn.slot]
    d_m = float("nan")
    if slot.area >= 0:
        d_m = engine.judge.distance_m(engine.tracks, turn.row, slot.area)
    parts = _PARTS[slot.kind](engine, turn, p, d_m)
    if guessed:
        parts.append("no height is reported: its usual spread is taken")
    if engine.tracks.is_doubtful(turn.row, engine.clock_s):
        parts.append("its position is doubtful: it leapt, or navigation fails there")
    inside = slot.kind is AlertKind.INSIDE
    soon = slot.kind is AlertKind.PREDICTED
    told = None if math.isnan(p) else round(p, 4)
    return track_alert(
        engine,
        turn,
        p_inside=told if inside else None,
        p_soon=told if soon else None,
        eta=engine.prophet.eta.get((turn.row, slot.area)) if soon else None,
        sentence="; ".join(part for part in parts if part) + ".",
        # What cannot be told waits as if it were so: unknown is never no.
        weight=p if (inside or soon) and told is not None else 1.0,
    )


def _inside(engine: Engine, turn: Turn, p: float, d_m: float) -> list[str]:
    area, sigma_m = _area(engine, turn)
    return [
        f"{who(engine, turn.row)} is inside {area.title} (P {why.share(p)})",
        _where(d_m, sigma_m),
        heading(engine, turn.row),
        answers(engine, turn.row),
    ]


def _predicted(engine: Engine, turn: Turn, p: float, d_m: float) -> list[str]:
    area, sigma_m = _area(engine, turn)
    rule = engine.judge.rules[engine.judge.slots[turn.slot].rule]
    when = engine.prophet.eta.get((turn.row, engine.judge.slots[turn.slot].area))
    return [
        f"{who(engine, turn.row)} is likely to enter {area.title} within "
        f"{why.span(rule.look_ahead_s)} (P {why.share(p)})",
        why.eta(when) if when else "",
        _where(d_m, sigma_m),
        heading(engine, turn.row),
        answers(engine, turn.row),
    ]


def _dark(engine: Engine, turn: Turn, p: float, d_m: float) -> list[str]:
    plan = int(engine.tracks.plan[turn.row])
    return [
        f"{who(engine, turn.row)} is seen by primary radar only: no transponder answers",
        "no flight plan is known" if plan == 0 else "whether it has a flight plan nobody has said",
        heading(engine, turn.row),
    ]


def _lost(engine: Engine, turn: Turn, p: float, d_m: float) -> list[str]:
    silent = why.span(age_s(engine.tracks, turn.row, engine.clock_s))
    by = engine.outlook.missed_by.get(turn.row, "")
    return [
        f"{who(engine, turn.row)} is no longer seen, for {silent}, where {by} should see it",
        f"last {heading(engine, turn.row)}",
    ]


_PARTS = {
    AlertKind.INSIDE: _inside,
    AlertKind.PREDICTED: _predicted,
    AlertKind.DARK: _dark,
    AlertKind.LOST: _lost,
}


def over(engine: Engine, turn: Turn, p: float) -> str:
    """Return why an alert is closed."""
    kind = engine.judge.slots[turn.slot].kind
    name = who(engine, turn.row)
    if kind is AlertKind.DARK:
        return f"{name} is no longer dark: it answers, a plan is known, or another track shows it."
    if kind is AlertKind.LOST:
        return f"{name} is seen again."
    area, sigma_m = _area(engine, turn)
    d_m = engine.judge.distance_m(engine.tracks, turn.row, engine.judge.slots[turn.slot].area)
    if not d_m >= 0:
        gone = "has left" if kind is AlertKind.INSIDE else "is no longer likely to enter"
        return f"{name} {gone} {area.title}: {_where(d_m, sigma_m)} (P {why.share(p)})."
    if kind is AlertKind.PREDICTED:
        return entered(engine, turn)
    return f"{name} is no longer what the rule asks for in {area.title}."


def entered(engine: Engine, turn: Turn) -> str:
    """Return why the alert of a predicted entry is closed that came about."""
    return f"{who(engine, turn.row)} has entered {_area(engine, turn)[0].title}."


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


def _area(engine: Engine, turn: Turn) -> tuple[Area, float]:
    """Return the area of an alert, and the error of the distance from its limit."""
    area = engine.judge.areas[engine.judge.slots[turn.slot].area]
    m = engine.tracks.motion[turn.row]
    return area, math.hypot(math.sqrt(max(m[PP], m[R])), area.sigma_m)


def _where(d_m: float, sigma_m: float) -> str:
    if math.isnan(d_m):
        return "far from its limit"
    return f"{depth(d_m, sigma_m)} {'inside' if d_m >= 0 else 'outside'} its limit"


def who(engine: Engine, row: int) -> str:
    """Return what a track is called: callsign and address."""
    t = engine.tracks
    return f"{t.callsign[row]} ({t.name[row]})" if t.callsign[row] else t.name[row]


def heading(engine: Engine, row: int) -> str:
    """Return height, speed and course of a track."""
    t = engine.tracks
    m = t.motion[row].tolist()
    h_m, datum = height_of(t, row)
    sigma = float(t.h_sigma_m[row])
    sigma_m = engine.settings.h_sigma_m if math.isnan(sigma) else sigma
    course = math.degrees(math.atan2(m[VE], m[VN])) % 360.0
    how = f"{why.speed(math.hypot(m[VE], m[VN]))} on {round(course) % 360:03d}"
    if datum < 0:
        return f"height unknown, {how}"
    return f"at {why.height(h_m, DATUMS[datum].value, sigma_m)}, {how}"


def depth(d_m: float, sigma_m: float) -> str:
    """Return how deep, or that it is less than can be told."""
    if abs(d_m) < sigma_m:
        return f"less than {why.distance(sigma_m, sigma_m)}"
    return why.distance(d_m, sigma_m)


def answers(engine: Engine, row: int) -> str:
    """Return what is to be said of its transponder, if anything."""
    told = engine.tracks.answer(row, engine.clock_s)
    if told == 0:
        return "no transponder answers"
    return "" if told == 1 else "whether a transponder answers cannot be told"


def forgotten(engine: Engine, row: int, reason: str) -> str:
    """Return why an alert is closed whose track is dropped."""
    return f"{who(engine, row)} is no longer followed: {reason}. That it left was not seen."
