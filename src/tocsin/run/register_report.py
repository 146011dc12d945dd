"""The report of a month out of a store."""

from __future__ import annotations

from tocsin.register.query import Standing
from tocsin.register.report import Report, filter_of, period_of, report
from tocsin.register.store import Store
from tocsin.run.register import now_ns, times_of
from tocsin.run.register_reported import coverage
from tocsin.schema.moment import utc


def reported(
    store: Store,
    year: int,
    month: int | None = None,
    state: str | None = None,
    as_of: str | None = None,
    recorded_as_of: str | None = None,
) -> Report:
    """Return the report of civil infringements of a month, or of a year where none is given."""
    period = period_of(year, month)
    wanted = filter_of(period, state.upper() if state else None)
    times = times_of(as_of, recorded_as_of)
    opened = [
        (row, revision.read())
        for row, revision in store.opened(store.find(wanted, times))
        if row.standing is Standing.COUNTED
    ]
    missing, _ = coverage(store, wanted, times)
    return report(
        period,
        wanted.state,
        [(row.link, incident) for row, incident in opened if row.decided],
        [(row.link, incident) for row, incident in opened if not row.decided],
        gaps=[gap for gap in missing if gap["in_window"] and gap["kind"] != "differs"],
        as_of=as_of or utc(now_ns())[:10],
    )
