"""When the volumes of a case are active: by their files, by NOTAM, by reports of activation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from tocsin.context import activation, identity
from tocsin.context.moments import LATEST_NS, text_of
from tocsin.context.schedule import Interval, union
from tocsin.run.records import Records
from tocsin.run.stays import Stay
from tocsin.schema import Report, Volume

Json = dict[str, Any]
EVER: Interval = (0, LATEST_NS)


@dataclass(frozen=True, slots=True)
class Hours:
    """The volumes as they are tested, and who says when they are active."""

    volumes: tuple[Volume, ...]
    sources: dict[str, tuple[Report, ...]] = field(default_factory=dict)  # by volume
    notes: tuple[str, ...] = ()


def with_hours(
    volumes: Sequence[Volume], records: Records, window_ns: Interval | None = None
) -> Hours:
    """Return the volumes with their hours; those that are never active in the window are left out.

    A volume that `[[notam]] volumes` names is active by NOTAM only; one that a report of kind
    activation names is active as reported; every other keeps the hours of its file.
    """
    kept, notes = [], []
    sources: dict[str, tuple[Report, ...]] = {}
    for volume in volumes:
        told = _reports(volume.name, records, window_ns)
        if told is None:
            kept.append(volume)
            continue
        sources[volume.name] = told
        spans = union(
            [
                (r.t_ns or EVER[0], EVER[1] if r.until_ns is None else r.until_ns)
                for r in told
                if identity.value(r, "value") != "no"
            ]
        )
        spans = tuple(s for s in spans if window_ns is None or _meet(s, window_ns))
        if spans:
            active = tuple((text_of(a), text_of(b)) for a, b in spans)
            kept.append(replace(volume, active=active if spans != (EVER,) else ()))
        else:
            notes.append(
                f"{volume.name} was not active in the window of the case by "
                + ("the records that name it" if told else "any NOTAM")
                + ", and was not tested."
            )
    return Hours(tuple(kept), sources, tuple(dict.fromkeys(notes)))


def activity(stay: Stay, hours: Hours) -> Json:
    """Return whether a volume was active while the aircraft was inside."""
    volume = stay.volume
    told = hours.sources.get(volume.name, ())
    denied = [r for r in told if identity.value(r, "value") == "no"]
    if volume.layer == "sovereign" and not volume.active:
        return _row("yes", "sovereign airspace has no hours", told)
    if not volume.active:
        return _row("yes", "no hours are given for it, so it always is", told)
    spans = [tuple(_ns(text) for text in pair) for pair in volume.active]
    inside = np.zeros(len(stay.t_ns), bool)
    for begin, end in spans:
        inside |= (stay.t_ns >= begin) & (stay.t_ns <= end)
    share = float(inside.mean()) if len(inside) else 0.0
    shown = ", ".join(f"{a} to {b}" for a, b in volume.active[:6])
    who = "; ".join(dict.fromkeys(r.by for r in told if r.by)) or "its file"
    why = f"active {shown} by {who}"
    if denied:
        names = ", ".join(sorted({r.by or "unnamed" for r in denied}))
        return _row("cannot tell", f"{why}; {names} says that it was not", told)
    if share >= 1.0:
        return _row("yes", why, told)
    if share <= 0.0:
        return _row("no", why, told)
    return _row("cannot tell", f"{why}: for {share:.0%} of the time inside only", told)


def _row(answer: str, why: str, reports: Sequence[Report]) -> Json:
    return {"answer": answer, "why": why, "reports": tuple(reports)}


def _reports(name: str, records: Records, window_ns: Interval | None) -> tuple[Report, ...] | None:
    """Return the reports that say when a volume is active, None where nobody speaks of it."""
    stated = [
        r
        for r in records.reports
        if r.kind == "activation" and name in (r.volume, *identity.all_values(r, "volume"))
    ]
    if name not in records.by_notam:
        return tuple(stated) or None
    found = [
        report
        for notam in activation.in_force(records.notams)
        if activation.names(notam, name)
        for report in activation.reports(notam, name, window_ns)
    ]
    return (*stated, *found)


def _meet(span: Interval, window_ns: Interval) -> bool:
    return span[0] < window_ns[1] and window_ns[0] < span[1]


def _ns(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000_000) * 1000
