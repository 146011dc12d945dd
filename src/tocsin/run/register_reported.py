"""What a count's answer says of what it does not cover: gaps, and counts that others report.

Every answer names all gaps of the state and domain asked about, also those outside its window:
"the fourth this year" is compared with years before, whether the question says so or not.
`in_window` tells them apart.  Reported counts are compared with the rows held where they lie in
the window.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tocsin.register.coverage import gaps
from tocsin.register.query import NEVER_NS, NOW, Filter, Times
from tocsin.register.record import COVERAGE, Record
from tocsin.register.reported import REPORTED, compared, known_by, meets, window_of
from tocsin.register.store import Reader


def coverage(
    store: Reader, wanted: Filter, times: Times = NOW
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what a count does not cover, and every report of a count that it meets.

    The first list holds `kind` "gap" (nobody looked), "differs" (a reported count is not the
    rows held, or two reports differ) and "partial" (only what was found is held).
    """
    anytime = replace(wanted, begin_ns=None, end_ns=None)
    held = [record for record in store.records(COVERAGE) if _recorded(record, times)]
    within = gaps(held, wanted)
    missing: list[dict[str, Any]] = [
        {"kind": "gap", **body, "in_window": body in within} for body in gaps(held, anytime)
    ]
    reports = [
        record.body
        for record in store.records(REPORTED)
        if _recorded(record, times)
        and known_by(record, times.as_of_ns)
        and meets(record.body, anytime)
    ]
    told: list[dict[str, Any]] = []
    for (state, domain, period), bodies in _grouped(reports).items():
        if all(body["by"] == "the list of incidents" for body in bodies):
            missing.append(_row("partial", bodies[0], bodies[0]["of"], wanted))
            continue
        inside = meets(bodies[0], wanted)
        # Each comparison is a count of its own: only what the question is about is worth it.
        here = _held(store, wanted, bodies[0], times) if inside else None
        told.append(
            {
                "state": state,
                "domain": domain,
                "period": period,
                "in_window": inside,
                "rows_here": list(here) if here else None,
                "reported": [
                    {name: body[name] for name in ("text", "of", "by", "date", "url", "notes")}
                    for body in bodies
                ],
            }
        )
        if here and (why := compared(bodies, *here)):
            row = _row("differs", bodies[0], why, wanted)
            missing.append({**row, "rows_here": list(here)})
    return sorted(missing, key=lambda row: not row["in_window"]), told


def _held(store: Reader, wanted: Filter, body: dict[str, Any], times: Times) -> tuple[int, int]:
    """Return how many rows the register has for what a report counted: surely, and possibly."""
    from tocsin.schema import Domain

    low, high = window_of(body)
    asked = Filter(
        state=body["state"] or wanted.state,
        domain=Domain(body["domain"]) if body["domain"] else wanted.domain,
        begin_ns=None if low <= -NEVER_NS else low,
        end_ns=None if high >= NEVER_NS else high,
    )
    found = store.count(asked, times, 0)
    return found.count, found.count + found.undecided


def _row(kind: str, body: dict[str, Any], why: str, wanted: Filter) -> dict[str, Any]:
    about = {name: body[name] for name in ("state", "domain", "period")}
    return {"kind": kind, **about, "why": why, "in_window": meets(body, wanted)}


def _grouped(
    bodies: Iterable[dict[str, Any]],
) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    out: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for body in bodies:
        out.setdefault((body["state"], body["domain"], body["period"]), []).append(body)
    return out


def _recorded(record: Record, times: Times) -> bool:
    return times.recorded_ns is None or record.recorded_ns <= times.recorded_ns
