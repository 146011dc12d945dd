"""Cursor on Target: the rules of the published Event.xsd, and what is never made up."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import Phase, given, settings

from tests.register.exchange.made import bundled, item, written
from tests.register.strategies import MANY
from tocsin.register.exchange import cot
from tocsin.register.exchange.item import Item
from tocsin.schema import Incident

#: Event.xsd, version 2.0 of 13 June 2003 (MITRE, public release 11-3895): attributes of `event`.
PATTERNS = {
    "version": r"2(\.0+)?",
    "type": r"\w+(-\w+)*(;[^;]*)?",
    "how": r"\w(-\w+)*",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    "start": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    "stale": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
    "uid": r".+",
}
OPTIONAL = {"access", "qos", "opex"}
DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")  # xs:decimal has no exponent


def events(items: list[Item]) -> list[Element]:
    return list(ElementTree.fromstring(written("cot", items)).iter("event"))  # noqa: S314


def check(event: Element) -> None:
    """Hold one event against the schema."""
    for name, pattern in PATTERNS.items():
        assert re.fullmatch(pattern, event.attrib[name]), name
    assert set(event.attrib) <= set(PATTERNS) | OPTIONAL
    assert sorted(child.tag for child in event) == ["detail", "point"]  # xs:all
    point = event.find("point")
    assert point is not None and set(point.attrib) == {"lat", "lon", "hae", "ce", "le"}
    assert all(DECIMAL.fullmatch(value) for value in point.attrib.values())
    assert abs(Decimal(point.attrib["lat"])) <= 90 and abs(Decimal(point.attrib["lon"])) <= 180
    times = [datetime.fromisoformat(event.attrib[name]) for name in ("start", "stale")]
    assert times[0] <= times[1]


def test_the_shipped_register_holds_against_the_schema() -> None:
    made = events(bundled())
    assert len(made) > 60
    for event in made:
        check(event)


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(MANY)
def test_any_incident_that_fits_holds_against_the_schema(made: list[Incident]) -> None:
    items = [Item(incident=each) for each in made]
    kept, left_out = cot.fitting(items)
    assert len(kept) + sum(left_out.values()) == len(items)
    for event in events(items):
        check(event)


def test_an_event_says_what_the_incident_says() -> None:
    where = {"lat_deg": 59.83, "lon_deg": 26.36, "radius_m": 15000.0}
    when = {"begin": "2025-09-19T06:58Z", "end": "2025-09-19T07:10Z"}
    (event,) = events([item(where=where, when=when, synthetic=True)])
    point = event.find("point")
    assert point is not None
    assert (point.attrib["lat"], point.attrib["ce"]) == ("59.8300000", "15000.0")
    assert (event.attrib["start"], event.attrib["stale"]) == (
        "2025-09-19T06:58:00.000Z",
        "2025-09-19T07:11:00.000Z",
    )
    assert event.attrib["opex"] == "s"  # a simulation


def test_unknown_stays_unknown() -> None:
    (event,) = events([item(where={"lat_deg": 59.83, "lon_deg": 26.36})])
    point = event.find("point")
    assert point is not None
    assert {point.attrib[name] for name in ("hae", "ce", "le")} == {"9999999.0"}
    assert event.attrib["type"] == "a-u-A" and "opex" not in event.attrib


def test_the_affiliation_is_never_that_of_the_alleged() -> None:
    assert {kind[:4] for kind in cot.TYPES.values()} == {"a-u-"}


def test_what_is_no_event_is_counted() -> None:
    where = {"lat_deg": 59.0, "lon_deg": 24.0}
    items = [item("EE-1"), item("EE-2", where=where, when={}), item("EE-3", where=where)]
    kept, left_out = cot.fitting(items)
    assert [each.incident.id for each in kept] == ["EE-3"]
    assert left_out == {"no date": 1, "no place": 1}


def test_an_outline_is_the_circle_that_holds_it() -> None:
    ring = [[24.0, 59.0], [25.0, 59.0], [25.0, 59.5], [24.0, 59.5]]
    (event,) = events([item(where={"outline_deg": ring})])
    point = event.find("point")
    assert point is not None
    # Half the diagonal of 1 degree by half a degree at 59 N: sqrt(28.6^2 + 27.8^2) km.
    assert float(point.attrib["ce"]) == pytest.approx(39_900, rel=0.02)
