"""Who may ask for what: every path and method, for nobody and for each role.

The table is written by hand.  A path that is not in it fails the test: somebody has to decide.
"""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from tests.api.made import PASSWORDS, ROLES
from tocsin.api.app import make
from tocsin.api.gate import Gated, access_of, gated
from tocsin.api.held import Held
from tocsin.api.role import Access, Role

OPEN, LOOPBACK, READER = "open", "loopback", "reader"
ANALYST, APPROVER = "analyst", "approver"
TABLE = {
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "GET /metrics": LOOPBACK,
    "GET /api/session": OPEN,
    "POST /api/session": OPEN,
    "DELETE /api/session": OPEN,
    "GET /api/live": READER,
    "GET /api/live/events": READER,
    "POST /api/live/alerts/{alert}": ANALYST,
    "POST /api/live/test": ANALYST,
    "GET /api/cases": READER,
    "GET /api/cases/{case}": READER,
    "GET /api/cases/{case}/view": READER,
    "GET /api/cases/{case}/{file}": READER,
    "GET /api/incidents": READER,
    "GET /api/incidents.{form}": READER,
    "GET /api/incidents/{name}": READER,
    "GET /api/incidents/{name}/history": READER,
    "GET /api/schemas/incident": LOOPBACK,
    "POST /api/incidents": ANALYST,
    "POST /api/incidents/{name}/edit": ANALYST,
    "POST /api/incidents/{name}/dissent": ANALYST,
    "POST /api/incidents/{name}/reopen": ANALYST,
    "POST /api/incidents/{name}/approve": APPROVER,
    "POST /api/incidents/{name}/adjudicate": APPROVER,
    "POST /api/incidents/{name}/release": APPROVER,
    "POST /api/incidents/{name}/return": APPROVER,
    "GET /api/bell/curve": READER,
    "GET /api/bell/arl": READER,
    "GET /api/bell/believe": READER,
    "GET /api/assess/{incident}": READER,
    "GET /api/pattern/rate": READER,
    "GET /": LOOPBACK,
    "GET /openapi.json": LOOPBACK,
    "GET /conformance": LOOPBACK,
    "GET /collections": LOOPBACK,
    "GET /collections/{collection}": READER,
    "GET /collections/{collection}/queryables": READER,
    "GET /collections/incidents/items": READER,
    "GET /collections/areas/items": READER,
    "GET /collections/tracks/items": READER,
    "GET /collections/alerts/items": READER,
    "GET /collections/{collection}/items": READER,
    "GET /collections/{collection}/items/{feature}": READER,
    "GET /login": OPEN,
    "POST /login": OPEN,
    "POST /logout": READER,
    "GET /register": READER,
    "GET /register/chart.svg": READER,
    "POST /register/saved": READER,
    "GET /register/{name}": READER,
    "GET /register/{name}/diff": READER,
    "GET /draft": ANALYST,
    "POST /draft": ANALYST,
    "POST /register/{name}/dissent": ANALYST,
    "POST /register/{name}/reopen": ANALYST,
    "POST /register/{name}/approve": APPROVER,
    "POST /register/{name}/adjudicate": APPROVER,
    "POST /register/{name}/release": APPROVER,
    "POST /register/{name}/return": APPROVER,
    "GET /dossier/{name}": READER,
    "GET /pages/{file}": OPEN,
    "GET /assets/{path:path}": OPEN,
    "GET /map/{path:path}": OPEN,
    "GET /favicon.ico": OPEN,
    "GET /watch": READER,
    "GET /i/{name:path}": READER,
    "GET /bell": READER,
}
# An answer of the gate; what a path itself refuses says something else.
_GATE = re.compile(r"sign in first|is no (reader|analyst|approver|admin)\b")


def test_every_path_is_in_the_table_with_the_access_it_states(held: Held) -> None:
    routes = [route for route in make(held).routes if isinstance(route, APIRoute)]
    assert len(routes) == len(make(held).routes)  # nothing is mounted beside the gate
    assert all(isinstance(route, Gated) for route in routes)
    found = {
        f"{method} {route.path}": access_of(route).value
        for route in routes
        for method in sorted(route.methods or ())
    }
    assert found == TABLE


def test_a_path_without_an_access_cannot_be_made(held: Held) -> None:
    def nobody_decided() -> None: ...

    with pytest.raises(ValueError, match="does not say who may ask"):
        gated(held)("/new", nobody_decided)


@pytest.mark.parametrize("name", [None, *ROLES])
def test_each_role_reaches_what_it_may_and_nothing_else(
    client: TestClient, name: str | None
) -> None:
    role = ROLES[name] if name else None
    if name:
        told = {"name": name, "password": PASSWORDS[name]}
        assert client.post("/api/session", json=told).status_code == 204
        client.headers["x-csrf-token"] = client.get("/api/session").json()["csrf"]
    for entry, access in TABLE.items():
        if entry in ("DELETE /api/session", "POST /logout"):
            continue  # they end what is tried here; test_session has them
        method, path = entry.split(" ")
        # A parameter that no path knows: what is let in is refused right behind the gate.
        asked = re.sub(r"\{\w+(:path)?\}", "x", path) + "?nothing=1"
        headers = {"accept": "application/json"}
        form = {"data": {"csrf": client.headers.get("x-csrf-token", "")}}
        body = form if _takes_a_form(path) else {"json": {}}
        more = body if method == "POST" else {}
        answer = client.request(
            method,
            asked,
            headers=headers,
            follow_redirects=False,
            **more,  # type: ignore[arg-type]
        )
        needed = Access(access).role
        may = needed is None or (role is not None and role.rank >= needed.rank)
        by_gate = (
            answer.status_code in (401, 403) and _GATE.search(answer.json()["detail"]) is not None
        ) or (answer.status_code == 303 and answer.headers["location"].startswith("/login?"))
        assert by_gate is not may, f"{entry} as {name}: {answer.status_code} {answer.text[:200]}"
        assert answer.status_code != 500


def _takes_a_form(path: str) -> bool:
    return path.startswith(("/register", "/draft", "/login", "/logout"))


def test_a_role_includes_those_before_it() -> None:
    assert Role.ADMIN.held == ["reader", "analyst", "approver", "admin"]
    assert Role.READER.held == ["reader"]
