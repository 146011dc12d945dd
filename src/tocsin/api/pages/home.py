"""The first page: what this server has, and where it is."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from tocsin.api.cases import OneCase
from tocsin.api.held import Held
from tocsin.api.pages.look import render
from tocsin.api.problem import Problem
from tocsin.api.register import rows_for
from tocsin.api.role import Role
from tocsin.api.who import who_of
from tocsin.register.query import NOW, Filter
from tocsin.schema import Tlp


def home(held: Held, request: Request) -> Response:
    """Return the page; nobody who is not let in sees more than that there is a server."""
    who = who_of(request)
    values: dict[str, Any] = {"inside": who.may(Role.READER), "cases": [], "incidents": None}
    values["watch"] = None
    marks: list[Tlp] = []
    synthetic = False
    if values["inside"]:
        found = held.cases.listed(who.audience)
        values["cases"] = [_case(case) for case in found]
        marks = [case.tlp for case in found]
        synthetic = any(case.synthetic for case in found)
        if held.has_store:
            values["incidents"] = len(rows_for(held.store, Filter(), NOW, who.audience))
        values["watch"] = _watch(held, who.audience)
    return render(
        held, request, "home.html.j2", values, here="incidents", marks=marks, synthetic=synthetic
    )


def _case(case: OneCase) -> dict[str, Any]:
    told = case.findings
    verdicts: dict[str, int] = {}
    for claim in told["claims"]:
        verdicts[claim["verdict"]] = verdicts.get(claim["verdict"], 0) + 1
    window = told.get("window")
    return {
        "id": case.id,
        "title": told.get("title") or case.id,
        "synthetic": case.synthetic,
        "tlp": case.tlp.value,
        "when": f"{window[0][:16].replace('T', ' ')}Z to {window[1][11:16]}Z" if window else "",
        "passages": len(told["incursions"]),
        "verdicts": [f"{count} {name}" for name, count in sorted(verdicts.items())],
    }


def _watch(held: Held, audience: Tlp) -> dict[str, int] | None:
    try:
        state = held.live.state(audience)
    except Problem:
        return None
    return {
        "tracks": len(state["tracks"]["rows"]),
        "alerts": sum(alert["state"] != "closed" for alert in state["alerts"]),
        "silent": sum(bool(feed["silent"]) for feed in state["feeds"]),
        "feeds": len(state["feeds"]),
    }
