"""The report of a month out of a store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tocsin import __version__
from tocsin.dossier import infringements
from tocsin.dossier.html import tlp
from tocsin.register.query import Standing, Times
from tocsin.register.report import Report, as_json, filter_of, months_of, period_of, report
from tocsin.register.store import Store
from tocsin.run.register import now_ns, times_of
from tocsin.run.register_reported import coverage
from tocsin.schema.moment import SECOND_NS, Moment, utc


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
    trend = [_month(store, each, wanted.state, times) for each in months_of(year, month)]
    return report(
        period,
        wanted.state,
        [(row.link, incident) for row, incident in opened if row.decided],
        [(row.link, incident) for row, incident in opened if not row.decided],
        gaps=[gap for gap in missing if gap["in_window"] and gap["kind"] != "differs"],
        trend=trend,
        as_of=as_of or utc(now_ns())[:10],
    )


def _month(store: Store, period: str, state: str | None, times: Times) -> dict[str, Any]:
    """Return how many civil infringements surely began in a month, and how many perhaps."""
    wanted = filter_of(period, state)
    sure = perhaps = 0
    for row, revision in store.opened(store.find(wanted, times)):
        if row.standing is Standing.COUNTED and revision.read().civil is not None:
            sure, perhaps = (sure + 1, perhaps) if row.decided else (sure, perhaps + 1)
    return {"period": period, "count": sure, "undecided": perhaps}


def page_of(made: Report) -> dict[str, Any]:
    """Return the report as pages: what `infringements.page` and `paper` take."""
    _, colour = tlp(made.tlp)
    return infringements.document({**as_json(made), "version": __version__, "tlp_colour": colour})


def dated(made: Report) -> datetime:
    """Return the moment the page is of: the end of what it was known as of, not of a clock."""
    end_ns = Moment.of(made.as_of).latest_ns
    assert end_ns is not None  # `times_of` has refused one without
    return datetime.fromtimestamp(end_ns // SECOND_NS - 1, UTC)
