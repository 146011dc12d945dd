"""Users, and incidents of every mark, for the tests of the API."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from tocsin.api.accounts import password, people
from tocsin.api.accounts.file import AccountsFile
from tocsin.api.role import Role
from tocsin.register.sql import open_store
from tocsin.run import register
from tocsin.schema import incident_of
from tocsin.schema.live import Alert, AlertKind, AlertState

PASSWORDS = {
    "Rea": "four words make one",
    "Ana": "another four words here",
    "Apo": "approve nothing of mine",
    "Ada": "administer with much care",
}
ROLES = {"Rea": Role.READER, "Ana": Role.ANALYST, "Apo": Role.APPROVER, "Ada": Role.ADMIN}
MARKS = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")


def told(name: str, tlp: str = "CLEAR", **more: Any) -> dict[str, Any]:
    """Return an incident as JSON."""
    return {
        "id": name,
        "what": f"what {name} is",
        "domain": "air",
        "states": ["EE"],
        "when": {"begin": "2025-09-19T06:58Z", "end": "2025-09-19T07:10Z"},
        "where": {"text": "near Vaindloo", "lat_deg": 59.8, "lon_deg": 26.4, "radius_m": 5000.0},
        "sources": [{"title": "a release", "date": "2025-09-19", "grade": "B2"}],
        "tlp": tlp,
        **more,
    }


def filled_register(path: Path) -> None:
    """Write an incident of each mark, one without a place, one of another year, one synthetic."""
    incidents = [told(f"M-{mark.replace('+', '-')}", mark) for mark in MARKS]
    incidents += [
        told("NOWHERE", where={"text": "somewhere"}),
        told("OLD", when={"begin": "2022-03", "end": "unknown"}, states=["LV"], domain="drone"),
        told("MADE", synthetic=True),
        told("RADAR", notes="The radar at 59.39 N saw it with an error of 60 m. It turned."),
    ]
    with open_store(f"sqlite:///{path}") as store:
        register.add(store, [incident_of(each) for each in incidents], "somebody else")


def filled_accounts(path: Path) -> None:
    """Write a user of each role; their passwords are hashed weakly, for each test signs in."""
    accounts = AccountsFile(path, create=True)
    strong = password._HASHER
    password._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    try:
        for name, role in ROLES.items():
            people.add(accounts, name, role, PASSWORDS[name], "the tests")
    finally:
        password._HASHER = strong
    accounts.close()


def alert(name: str, area: str = "EE", **more: Any) -> Alert:
    """Return an alert that is open."""
    now_ns = time.time_ns()
    values: dict[str, Any] = {
        "id": name,
        "revision": 1,
        "kind": AlertKind.INSIDE,
        "rule": "r",
        "state": AlertState.OPEN,
        "severity": 3,
        "area": area,
        "layer": "sovereign",
        "track": "4ab179",
        "callsign": None,
        "opened_ns": now_ns,
        "changed_ns": now_ns,
        "closed_ns": None,
        "lon_deg": 26.0,
        "lat_deg": 59.8,
        "h_m": None,
        "h_datum": None,
        "p_inside": 0.97,
        "p_soon": 1.0,
        "eta_s": None,
        "waiting_cost": 3.0,
        "sources": 2,
        "plot_age_s": 1.0,
        "why": "it is inside",
        "synthetic": False,
    }
    return Alert(**{**values, **more})


def row(name: str, area: str | None = "EE", lon_deg: float = 26.0) -> list[Any]:
    """Return a track in the order of the columns."""
    return [name, "TEST1", "psr", lon_deg, 59.8, None, None, 200.0, 90.0, None, 120.0, 2.0, False,
            2, area, 0.5, 0.9, 30.0, 60.0, 90.0, "seen"]  # fmt: skip
