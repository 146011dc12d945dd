"""Where nobody looked: periods that a register does not cover, part of every count's answer.

A count of two in a year of which five months were never searched is not "two"; the gap is a
record like any other, and stands until another record is written for the same state, domain
and period with `closed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tocsin.errors import UsageError
from tocsin.register.query import NEVER_NS, Filter
from tocsin.register.record import COVERAGE, Note, Record
from tocsin.schema import Domain, Moment


def gap(period: str, why: str, *, state: str = "", domain: str = "", closed: bool = False) -> Note:
    """Return the record of a gap.

    period         as `Moment` writes it: "2023", "2026-07/2026-11"
    state, domain  "" is all of them
    closed         True: it has been searched since
    """
    moment = Moment.of(period)
    if not moment.known:
        raise UsageError("a gap has a period", hint="write 2023, or 2026-07/2026-11")
    body = {
        "state": state,
        "domain": Domain(domain).value if domain else "",
        "period": str(moment),
        "why": why,
        "closed": closed,
    }
    return Note(COVERAGE, f"{state or '*'} {domain or '*'}", body)


def gaps(records: Iterable[Record], wanted: Filter) -> tuple[dict[str, Any], ...]:
    """Return the gaps that a question runs into, in the order they were recorded."""
    standing: dict[tuple[str, str, str], dict[str, Any]] = {}
    for record in records:
        body = record.body
        key = (body["state"], body["domain"], body["period"])
        standing.pop(key, None)
        if not body["closed"]:
            standing[key] = {name: body[name] for name in ("state", "domain", "period", "why")}
    return tuple(body for body in standing.values() if _meets(body, wanted))


def _meets(body: dict[str, Any], wanted: Filter) -> bool:
    if wanted.state and body["state"] not in ("", wanted.state):
        return False
    if wanted.domain and body["domain"] not in ("", wanted.domain.value):
        return False
    period = Moment.of(body["period"])
    first = -NEVER_NS if period.earliest_ns is None else period.earliest_ns
    last = NEVER_NS if period.latest_ns is None else period.latest_ns
    low = -NEVER_NS if wanted.begin_ns is None else wanted.begin_ns
    high = NEVER_NS if wanted.end_ns is None else wanted.end_ns
    return first < high and last > low
