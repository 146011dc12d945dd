"""Alerts as they are first told: the values that stand on them, and the sentence."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tocsin.schema.live import Alert, AlertKind, AlertState, Jamming
from tocsin.units import NM_M
from tocsin.watch import why
from tocsin.watch.book import alert_id
from tocsin.watch.draft import Draft
from tocsin.watch.hold import Turn
from tocsin.watch.rules import Rule
from tocsin.watch.subject import Subject
from tocsin.watch.tracks import LAT, LON

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


def draft(
    engine: Engine,
    turn: Turn,
    p: float,
    guessed: bool,
    held: Alert | Draft | None = None,
    revision: int = 1,
) -> Draft:
    """Return what the alert of a track says now, to be written when it is read.

    held   the alert that says it so far: who it is and what was done stays
    """
    s = Subject(engine, turn.row, turn.slot, p, guessed)
    kind, rule, area = engine.judge.named[turn.slot]
    if held is None:
        name, opened_ns = alert_id(rule, area, s.track, turn.since_ns), turn.since_ns
        state, closed_ns = AlertState.OPEN, None
    else:
        name, opened_ns, state = held.id, held.opened_ns, held.state
        closed_ns = held.closed_ns
    handling = () if held is None else held.handling
    mine = (name, revision, kind, rule, area, s.track, state, opened_ns, closed_ns)
    return Draft(*mine, handling, _written, s)


def alert(engine: Engine, turn: Turn, p: float, guessed: bool) -> Alert:
    """Return what the alert of a track says now."""
    return draft(engine, turn, p, guessed).made()


def _written(of: Draft, s: Subject) -> Alert:
    kind, m, severity, p = of.kind, s.numbers, s.rule.severity, s.p
    parts = _PARTS[kind](s, p)
    if s.guessed:
        parts.append("no height is reported: its usual spread is taken")
    if s.doubtful:
        parts.append("its position is doubtful: it leapt, or navigation fails there")
    inside, soon = kind is AlertKind.INSIDE, kind is AlertKind.PREDICTED
    told = None if math.isnan(p) else round(p, 4)
    # What cannot be told waits as if it were so: unknown is never no.
    weight = p if (inside or soon) and told is not None else 1.0
    h_m, datum = s.height()
    # By place, as all of them are: by name it takes half as long again.
    return Alert(
        of.id,
        of.revision,
        kind,
        of.rule,
        of.state,
        severity,
        of.area,
        None if s.area is None else s.area.layer,
        s.track,
        s.callsign,
        of.opened_ns,
        s.now_ns,
        of.closed_ns,
        round(m[LON], 6),
        round(m[LAT], 6),
        None if datum is None else round(h_m, 1),
        datum,
        told if inside else None,
        told if soon else None,
        s.when if soon else None,
        round(weight * severity, 4),
        s.sources,
        round(s.age_s(), 1),
        "; ".join([part for part in parts if part]) + ".",
        s.synthetic,
        of.handling,
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
    when = s.when
    return [
        f"{s.name} is likely to enter {title} within "
        f"{why.span(s.rule.look_ahead_s)} (P {why.share(p)})",
        why.eta(when) if when else "",
        _where(s.distance_m(), sigma_m),
        s.heading(),
        s.answers(),
    ]


def _dark(s: Subject, p: float) -> list[str]:
    return [
        f"{s.name} is seen by primary radar only: no transponder answers",
        "no flight plan is known"
        if s.plan == 0
        else "whether it has a flight plan nobody has said",
        s.heading(),
    ]


def _lost(s: Subject, p: float) -> list[str]:
    silent = why.span(s.age_s())
    return [
        f"{s.name} is no longer seen, for {silent}, where {s.missed_by} should see it",
        f"last {s.heading()}",
    ]


_PARTS = {
    AlertKind.INSIDE: _inside,
    AlertKind.PREDICTED: _predicted,
    AlertKind.DARK: _dark,
    AlertKind.LOST: _lost,
}


def over(engine: Engine, turn: Turn, p: float) -> Callable[[], str]:
    """Return what says why an alert is closed."""
    return partial(_over, Subject(engine, turn.row, turn.slot, p, guessed=False))


def _over(s: Subject) -> str:
    kind, p = s.slot.kind, s.p
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
        return f"{s.name} has entered {title}."
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
