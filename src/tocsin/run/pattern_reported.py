"""The rate once more, with the counts that others report for whole years.

A register holds the incidents that could be listed one by one; for many years somebody reports
more.  A baseline made of rows alone is then too low, and any year looks high above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tocsin.pattern.periods import EPOCH, Period
from tocsin.register.query import NEVER_NS, Filter, Times
from tocsin.register.record import COVERAGE
from tocsin.register.reported import REPORTED, known_by, meets
from tocsin.register.store import Store
from tocsin.run.pattern_time import Told, tell_rate

DAY_NS = 86_400_000_000_000


def with_reports(
    told: Told,
    store: Store,
    wanted: Filter,
    times: Times,
    as_of_day: float,
    spans: Sequence[int] | None = None,
) -> Told:
    """Return an answer with the same question asked of reported counts, where there are any.

    as_of_day  days since 1970 until which the current year is watched
    """
    found = reported_periods(store, wanted, times, as_of_day)
    if found is None:
        return told
    current, before = found
    years = ", ".join(_year(period) for period in (current, *before))
    if not before:
        return told
    other = tell_rate([(current, before)], spans)
    words = (
        *told.words,
        "",
        "the same with the counts that others report, rows where nobody does: " + years,
        *other.words,
    )
    return replace(told, words=words, json={**told.json, "with_reported_counts": other.json})


def reported_periods(
    store: Store, wanted: Filter, times: Times, as_of_day: float
) -> tuple[Period, tuple[Period, ...]] | None:
    """Return the current year and those before it, from reports of single years and from rows.

    The current year is counted in rows.  Of a year before, the reports are taken together where
    they agree and from the lowest to the highest where they do not; rows are the least there can
    be.  A year with neither a report nor a row, or with a gap and no report, is unreported.
    None where nobody reports a count of a single year.
    """
    now = (EPOCH + timedelta(days=int(-(-as_of_day // 1)) - 1)).year
    by_year = _reports(store, wanted, times)
    if not by_year:
        return None
    missing = _gaps(store, wanted, times)
    start = float((date(now, 1, 1) - EPOCH).days)
    length = (date(now + 1, 1, 1) - date(now, 1, 1)).days
    sure, possible = _rows(store, wanted, times, start, as_of_day)
    current = Period(str(now), sure, min((as_of_day - start) / length, 1.0), high=possible)
    before = []
    for year in range(now - 1, min(by_year) - 1, -1):
        first = float((date(year, 1, 1) - EPOCH).days)
        held, may = _rows(store, wanted, times, first, float((date(year + 1, 1, 1) - EPOCH).days))
        told = by_year.get(year)
        if told is not None:
            low, high = _together(told, held, may)
            before.append(Period(str(year), low, 1.0, high=high))
        elif str(year) in missing or not may:
            before.append(Period(str(year), 0, 0.0, reported=False))
        else:
            before.append(Period(str(year), held, 1.0, high=may))
    return current, tuple(before)


def _together(told: list[tuple[int, int | None]], held: int, may: int) -> tuple[int, int]:
    """Return the range of several reports of one year; an open end goes no further than known."""
    low = max(max(least for least, _ in told), held)
    ends = [most for _, most in told if most is not None]
    high = min(ends) if ends else max(low, may)
    if low > high:  # they differ, or the rows say more: all of it is possible
        low, high = min(high, *(least for least, _ in told)), max(low, *ends)
        low = max(low, held)
    return low, max(low, high)


def _reports(store: Store, wanted: Filter, times: Times) -> dict[int, list[tuple[int, int | None]]]:
    out: dict[int, list[tuple[int, int | None]]] = {}
    anytime = replace(wanted, begin_ns=None, end_ns=None)
    for record in store.records(REPORTED):
        body: dict[str, Any] = record.body
        # The same state and domain and no wider: a count of all Baltic states is none of one.
        same = body["state"] == (wanted.state or "") and body["domain"] == (
            wanted.domain.value if wanted.domain else ""
        )
        single = len(str(body["period"])) == 4
        counted = body["least"] is not None or body["most"] is not None
        recorded = times.recorded_ns is None or record.recorded_ns <= times.recorded_ns
        if same and single and counted and recorded and meets(body, anytime):
            if not known_by(record, times.as_of_ns):
                continue
            span = (body["least"] or 0, body["most"])
            out.setdefault(int(body["period"]), []).append(span)
    return out


def _gaps(store: Store, wanted: Filter, times: Times) -> set[str]:
    from tocsin.register.coverage import gaps

    return {gap["period"] for gap in gaps(store.records(COVERAGE), wanted)}


def _rows(store: Store, wanted: Filter, times: Times, first: float, last: float) -> tuple[int, int]:
    window = replace(wanted, begin_ns=_ns(first), end_ns=_ns(last))
    found = store.count(window, times, 0)
    return found.count, found.count + found.undecided


def _ns(day: float) -> int:
    return min(int(day * DAY_NS), NEVER_NS)


def _year(period: Period) -> str:
    if not period.reported:
        return f"{period.label} not reported"
    many = f"{period.count}" if period.most == period.count else f"{period.count} to {period.most}"
    return f"{period.label} {many}"
