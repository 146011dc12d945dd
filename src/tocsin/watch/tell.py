"""Alerts as they are first told: the values that stand on them, and the sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tocsin.schema.live import Alert, AlertKind, AlertState, Interval
from tocsin.watch import why
from tocsin.watch.hold import Turn
from tocsin.watch.settings import DATUMS
from tocsin.watch.told import height, plot_age_s
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
    weight: float | None = None,
) -> Alert:
    """Return an alert about a track; `weight` is the P that its cost of waiting counts with."""
    t, row = engine.tracks, turn.row
    slot = engine.judge.slots[turn.slot]
    rule = engine.judge.rules[slot.rule]
    area = engine.judge.areas[slot.area] if slot.area >= 0 else None
    rows = np.array([row])
    h_m, datum = height(t, rows)
    if weight is None:
        weight = max(p_inside or 0.0, p_soon or 0.0)
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
        lon_deg=round(float(t.motion[row, LON]), 6),
        lat_deg=round(float(t.motion[row, LAT]), 6),
        h_m=None if datum[0] < 0 else round(float(h_m[0]), 1),
        h_datum=None if datum[0] < 0 else DATUMS[datum[0]].value,
        p_inside=p_inside,
        p_soon=p_soon,
        eta_s=eta,
        waiting_cost=round(weight * rule.severity, 4),
        sources=int(t.sources(rows)[0]),
        plot_age_s=round(float(plot_age_s(t, rows, engine.clock_s)[0]), 1),
        why=sentence,
        synthetic=engine.synthetic,
    )


def inside_alert(engine: Engine, turn: Turn, p: float, d_m: float, guessed: bool) -> Alert:
    """Return the alert of a track that is inside an area."""
    slot = engine.judge.slots[turn.slot]
    area = engine.judge.areas[slot.area]
    m = engine.tracks.motion[turn.row]
    sigma_m = float(np.hypot(np.sqrt(max(m[PP], m[R])), area.sigma_m))
    parts = [
        f"{who(engine, turn.row)} is inside {area.title} (P {why.share(p)}), "
        f"{depth(d_m, sigma_m)} inside its limit, {heading(engine, turn.row)}"
    ]
    if guessed:
        parts.append("no height is reported: its usual spread is taken")
    unsure = answers(engine, turn.row)
    if unsure:
        parts.append(unsure)
    return track_alert(
        engine,
        turn,
        p_inside=round(p, 4),
        p_soon=None,
        eta=None,
        sentence="; ".join(parts) + ".",
    )


def who(engine: Engine, row: int) -> str:
    """Return what a track is called: callsign and address."""
    t = engine.tracks
    return f"{t.callsign[row]} ({t.name[row]})" if t.callsign[row] else t.name[row]


def heading(engine: Engine, row: int) -> str:
    """Return height, speed and course of a track."""
    t = engine.tracks
    m = t.motion[row]
    h_m, datum = height(t, np.array([row]))
    sigma = t.h_sigma_m[row]
    sigma_m = engine.settings.h_sigma_m if np.isnan(sigma) else float(sigma)
    course = float(np.degrees(np.arctan2(m[VE], m[VN])) % 360.0)
    how = f"{why.speed(float(np.hypot(m[VE], m[VN])))} on {round(course) % 360:03d}"
    if datum[0] < 0:
        return f"height unknown, {how}"
    return f"at {why.height(float(h_m[0]), DATUMS[datum[0]].value, sigma_m)}, {how}"


def depth(d_m: float, sigma_m: float) -> str:
    """Return how deep, or that it is less than can be told."""
    if abs(d_m) < sigma_m:
        return f"less than {why.distance(sigma_m, sigma_m)}"
    return why.distance(d_m, sigma_m)


def answers(engine: Engine, row: int) -> str:
    """Return what is to be said of its transponder, if anything."""
    told = int(engine.tracks.answers(np.array([row]), engine.clock_s)[0])
    if told == 0:
        return "no transponder answers"
    return "" if told == 1 else "whether a transponder answers cannot be told"


def left(engine: Engine, turn: Turn, d_m: float, p: float) -> str:
    """Return why an alert of an aircraft inside is closed."""
    slot = engine.judge.slots[turn.slot]
    area, name = engine.judge.areas[slot.area], who(engine, turn.row)
    m = engine.tracks.motion[turn.row]
    sigma_m = float(np.hypot(np.sqrt(max(m[PP], m[R])), area.sigma_m))
    if d_m < 0:
        return f"{name} has left {area.title}: {depth(d_m, sigma_m)} outside (P {why.share(p)})."
    return f"{name} is no longer what the rule asks for in {area.title}."


def forgotten(engine: Engine, row: int, reason: str) -> str:
    """Return why an alert is closed whose track is dropped."""
    return f"{who(engine, row)} is no longer followed: {reason}. That it left was not seen."
