"""The register as a page: filters, counts with what they rest on, calendar, run chart, table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from tocsin.api.accounts import saved
from tocsin.api.held import Held
from tocsin.api.pages import calendar
from tocsin.api.pages.look import render
from tocsin.api.readable import Readable
from tocsin.api.register import opened
from tocsin.api.role import Role
from tocsin.api.routes.asked import Asked
from tocsin.api.who import who_of
from tocsin.dossier.dates import moment_text
from tocsin.register.exchange.formats import FORMATS
from tocsin.register.exchange.item import Item
from tocsin.register.query import Row, Standing
from tocsin.register.workflow import State
from tocsin.run.register import now_ns
from tocsin.run.register_reported import coverage
from tocsin.schema import Domain, Moment, Tlp, Verification
from tocsin.schema.moment import utc

PAGE = 100
FIELDS = ("state", "domain", "year", "actor", "verification", "workflow", "tlp", "text", "bbox")
_TIMES = ("as_of", "recorded_as_of")
_MOST_YEARS = 60  # of a calendar


def listing(held: Held, request: Request, question: Asked, offset: int, order: str) -> Response:
    """Return the page."""
    who = who_of(request)
    store = Readable(held.store, who.audience, question.times)
    rows = list(store.find(question.wanted, question.times))
    if order == "newest":
        rows.reverse()
    page = opened(held.store, rows[offset : offset + PAGE], question.times, who.audience)
    counted = [row for row in rows if row.standing is Standing.COUNTED]
    answer = store.count(question.wanted, question.times, 0)
    missing, reports = coverage(store, question.wanted, question.times)
    given = _given(request.query_params)
    # The calendar is of all years, whichever one is looked at: that is how one goes to another.
    gaps = [gap["period"] for gap in missing if gap["kind"] == "gap"]
    heat = _heat(store, counted, given, gaps)
    values = {
        "given": given,
        "options": {
            "domain": [each.value for each in Domain],
            "verification": [each.value for each in Verification],
            "workflow": [each.value for each in State],
            "tlp": [each.value for each in reversed(Tlp)],
        },
        "count": sum(row.decided for row in counted),
        "undecided": sum(not row.decided for row in counted),
        "excluded": [{"link": row.link, "why": row.standing.value} for row in answer.excluded],
        "gaps": [gap for gap in missing if gap["in_window"]],
        "reports": [one for one in reports if one["in_window"]],
        "as_of": question.as_of or f"today, {utc(now_ns())[:10]}",
        "recorded_as_of": question.recorded_as_of,
        "head": held.store.head(),
        "rows": [_row(item, page.standing) for item in page.items],
        "first": offset + 1 if rows else 0,
        "last": offset + len(page.items),
        "matched": len(rows),
        "order": order,
        "flip": _at({**given, "order": "oldest" if order == "newest" else "newest"}),
        "next": _at({**given, "order": order, "offset": offset + PAGE})
        if offset + PAGE < len(rows)
        else None,
        "before": _at({**given, "order": order, "offset": max(0, offset - PAGE)})
        if offset
        else None,
        "exports": [(name, f"/api/incidents.{name}?{urlencode(given)}") for name in FORMATS],
        "chart": f"/register/chart.svg?{urlencode(_chart(given))}",
        "rate": f"/api/pattern/rate?{urlencode(_chart(given))}",
        "query": urlencode(given),
        "saved": saved.listed(held.accounts, who.name)
        if held.accounts is not None and who.name is not None
        else [],
        "may_write": who.name is not None and who.may(Role.ANALYST),
        **heat,
    }
    marks = [item.tlp for item in page.items]
    synthetic = any(item.incident.synthetic for item in page.items)
    return render(
        held,
        request,
        "register.html.j2",
        values,
        here="register",
        marks=marks,
        synthetic=synthetic,
    )


def _heat(
    store: Readable, rows: list[Row], given: Mapping[str, str], gaps: list[str]
) -> dict[str, Any]:
    begun = [Moment.of(revision.record["when"]["begin"]) for _, revision in store.opened(rows)]
    rest = urlencode({name: value for name, value in given.items() if name != "year"})
    address = f"/register?{rest}&" if rest else "/register?"
    year = given.get("year", "")
    if len(year) == 4 and year.isdigit():
        made = calendar.by_day(int(year), begun)
    else:
        made = calendar.by_month(begun)
    if len(made.rows) > _MOST_YEARS:
        return {"heat": None, "heat_outside": 0}
    return {
        "heat": calendar.svg(made, address, gaps) if made.rows else None,
        "heat_outside": made.outside,
    }


def _row(item: Item, standing: Mapping[str, Standing]) -> dict[str, Any]:
    told = item.incident
    actors = [f"{actor.name}" + (" (denied)" if actor.denied.value == "yes" else "")
              for actor in told.actors]  # fmt: skip
    return {
        "id": told.id,
        "link": item.link,
        "begin": moment_text(str(told.when.begin)),
        "states": "/".join(told.states),
        "domain": told.domain.value,
        "what": told.what,
        "place": told.where.text,
        "actors": actors,
        "verification": told.verification.value,
        "state": item.state,
        "sources": len(told.sources),
        "grade": min((source.grade for source in told.sources), default=""),
        "differ": len({said.about for said in told.statements}),
        "dissents": len(item.dissents),
        "tlp": item.tlp.value,
        "decided": item.decided,
        "standing": standing.get(told.id, Standing.COUNTED).value,
        "synthetic": told.synthetic,
    }


def _given(parameters: Any) -> dict[str, str]:
    """Return the filters that were given, without empty fields."""
    return {name: parameters[name] for name in (*FIELDS, *_TIMES) if parameters.get(name)}


def _chart(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in ("state", "domain", "as_of") if name in given}


def _at(values: Mapping[str, object]) -> str:
    return f"/register?{urlencode({name: str(value) for name, value in values.items()})}"
