"""Incidents of a register for the verbs that look at where, and at likeness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from tocsin.errors import SourceError
from tocsin.pattern.events import Unit
from tocsin.register.query import Filter, Standing, Times
from tocsin.register.store import Store
from tocsin.run.pattern_cells import Bad, Span, dated_span
from tocsin.run.pattern_store import DISPUTED
from tocsin.run.space_counts import EventsRead
from tocsin.run.space_similar import Known
from tocsin.schema import Incident, Input, Refusal, Verification
from tocsin.schema.amounts import Answer, Stated

HOUR_NS = 3_600 * 10**9
_SURE_NS = HOUR_NS  # a begin known to the hour has a time of day


def located_from_register(store: Store, wanted: Filter, times: Times, where: str) -> EventsRead:
    """Return dated incidents with a place, in days; those in doubt count with chance `DISPUTED`."""
    spans: list[Span] = []
    places: list[tuple[float, float]] = []
    weights: list[float] = []
    refusals: list[Refusal] = []
    for link, decided, incident in _counted(store, wanted, times):
        at = incident.where
        try:
            span = dated_span(incident.when.begun, Unit.DAY)
        except Bad as bad:
            refusals.append(Refusal(where, link, bad.reason, bad.detail))
            continue
        if at.lon_deg is None or at.lat_deg is None:
            refusals.append(Refusal(where, link, "no-place", "it has no longitude and latitude"))
            continue
        spans.append(span)
        places.append((at.lon_deg, at.lat_deg))
        doubt = not decided or incident.verification is Verification.DISPUTED
        weights.append(DISPUTED if doubt else 1.0)
    if not spans:
        raise SourceError("has no incident of that kind with a date and a place", path=where)
    lo, hi = np.array([one.low for one in spans]), np.array([one.high for one in spans])
    done = _input(store, where, len(spans), refusals)
    return EventsRead(lo, hi, np.array(places), np.array(weights), True, done, tuple(refusals))


def known_from_register(store: Store, wanted: Filter, times: Times, where: str) -> Known:
    """Return the features of the incidents that a filter finds."""
    rows: dict[str, dict[str, Any]] = {}
    titles: dict[str, str] = {}
    sigmas: dict[str, float] = {}
    for _, _, incident in _counted(store, wanted, times):
        rows[incident.id] = features(incident)
        titles[incident.id] = incident.what
        sigmas[incident.id] = (incident.where.radius_m or 0.0) / 1000.0
    if not rows:
        raise SourceError("has no incident of that kind", path=where)
    return Known(rows, titles, sigmas, _input(store, where, len(rows), []))


def features(incident: Incident) -> dict[str, Any]:
    """Return what an incident offers for comparison; an open interval is not known."""
    at, begun = incident.where, incident.when.begun
    low, high = begun.earliest_ns, begun.latest_ns
    sharp = low is not None and high is not None and high - low <= _SURE_NS
    return {
        "place": None if at.lon_deg is None else (at.lon_deg, at.lat_deg),
        "time of day": low / HOUR_NS % 24 if sharp and low is not None else None,
        "domain": incident.domain.value,
        "state": "+".join(incident.states) or None,
        "actor": incident.actors[0].name if incident.actors else None,
        "count": _middle(incident.count_of_objects.least, incident.count_of_objects.most),
        "duration": _middle(incident.duration_s.least, incident.duration_s.most),
        "depth": _middle(incident.depth_m.least, incident.depth_m.most, 1000.0),
        "transponder": _said(incident.transponder),
        "flight plan": _said(incident.flight_plan),
        "radio": _said(incident.radio),
    }


def _counted(store: Store, wanted: Filter, times: Times) -> Iterator[tuple[str, bool, Incident]]:
    for row, revision in store.opened(store.find(wanted, times)):
        incident = revision.read()
        if row.standing is Standing.COUNTED and incident.verification is not Verification.REFUTED:
            yield str(row.link), row.decided, incident


def _middle(least: float | None, most: float | None, scale: float = 1.0) -> float | None:
    return None if least is None or most is None else (least + most) / 2 / scale


def _said(stated: Stated) -> str | None:
    return None if stated.answer is Answer.UNKNOWN else stated.answer.value


def _input(store: Store, where: str, used: int, refusals: list[Refusal]) -> Input:
    reasons = dict(sorted(Counter(one.reason for one in refusals).items()))
    count = used + len(refusals)
    return Input(where, store.head().seal, "register", count, used, len(refusals), reasons)
