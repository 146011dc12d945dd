"""Export then import gives the same incidents; what is damaged is set aside with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import Phase, given, settings

from tests.register.exchange.made import bundled, item, there_and_back, written
from tests.register.made import incident
from tests.register.strategies import MANY
from tocsin.errors import IncidentError
from tocsin.register.exchange.formats import FORMATS
from tocsin.register.exchange.item import Item
from tocsin.register.exchange.read import read
from tocsin.schema import Incident

#: To shrink four whole incidents takes minutes and shows little.
QUICK = [Phase.explicit, Phase.reuse, Phase.generate]
BACK = sorted(name for name, form in FORMATS.items() if form.back)


def test_the_formats_that_come_back() -> None:
    assert BACK == ["csv", "geojson", "geoparquet", "stix"]


@pytest.mark.parametrize("fmt", BACK)
@settings(max_examples=25, deadline=None, phases=QUICK)
@given(made=MANY)
def test_export_then_import_gives_the_same_incidents(fmt: str, made: list[Incident]) -> None:
    got, refused = there_and_back(fmt, made)
    assert refused == []
    assert got == made


@pytest.mark.parametrize("fmt", BACK)
def test_the_shipped_register_comes_back(fmt: str) -> None:
    real = [each.incident for each in bundled()]
    assert len(real) > 70
    assert there_and_back(fmt, real) == (real, [])


@pytest.mark.parametrize("fmt", sorted(FORMATS))
@settings(max_examples=10, deadline=None, phases=QUICK)
@given(made=MANY)
def test_the_same_incidents_are_the_same_bytes(fmt: str, made: list[Incident]) -> None:
    items = [Item(incident=each) for each in made]
    assert written(fmt, items) == written(fmt, items)


@pytest.mark.parametrize("fmt", BACK)
def test_what_a_register_adds_changes_no_incident(fmt: str) -> None:
    made = item(links=[{"kind": "related", "id": "EE-2"}])
    got, refused = read(written(fmt, [made]), "x")
    assert (got, refused) == ([made.incident], [])


def geojson(change: Any = None) -> bytes:
    told = json.loads(written("geojson", [item("EE-1"), item("EE-2"), item("EE-3")]))
    if change is not None:
        change(told["features"][1])
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("change", "reason", "says"),
    [
        (lambda f: f["properties"]["incident"].pop("sources"), "no-source", "sources"),
        (lambda f: f["properties"]["incident"].update(domain="airr"), "bad-record", "air"),
        (lambda f: f["properties"].update(what="two aircraft"), "edited", "what differs"),
        (
            lambda f: f.update(geometry={"type": "Point", "coordinates": [24.0, 59.0]}),
            "edited",
            "geometry differs",
        ),
        (lambda f: f.update(properties=None), "bad-record", "no properties"),
        (lambda f: f["properties"]["incident"].update(id="EE-1"), "edited", "id differs"),
        (lambda f: f.clear(), "bad-record", "no Feature"),
    ],
)
def test_a_damaged_record_is_set_aside_and_the_others_survive(
    change: Any, reason: str, says: str
) -> None:
    got, refused = read(geojson(change), "map.geojson")
    assert [each.id for each in got] == ["EE-1", "EE-3"]
    (only,) = refused
    assert (only.path, only.place) == ("map.geojson", "feature 2")
    if reason != "no-source":  # a missing field is said before its meaning
        assert only.reason == reason
    assert says in only.detail


def test_an_incident_that_stands_twice_is_refused_once() -> None:
    told = json.loads(geojson())
    told["features"].append(told["features"][0])
    got, (only,) = read(json.dumps(told).encode(), "x")
    assert len(got) == 3
    assert (only.place, only.reason) == ("feature 4", "duplicate")
    assert "feature 1" in only.detail


def test_a_map_of_another_program_is_read_by_the_names_of_its_fields() -> None:
    told = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [26.36, 59.83]},
                "properties": {
                    "id": "EE-9",
                    "what": "one aircraft",
                    "domain": "air",
                    "states": "EE",
                    "when.begin": "2025-05-13",
                    "source_title": "a newspaper",
                },
            },
            {"type": "Feature", "geometry": None, "properties": {"title": "a pin"}},
        ],
    }
    (made,), (refused,) = read(json.dumps(told).encode(), "x")
    assert (made.where.lat_deg, made.where.lon_deg, made.where.radius_m) == (59.83, 26.36, None)
    assert made.sources[0].title == "a newspaper" and made.states == ("EE",)
    assert refused.place == "feature 2" and "no field is called title" in refused.detail


def test_a_stix_incident_of_another_program_is_refused_by_name() -> None:
    other = {"type": "incident", "id": "incident--1", "name": "phishing"}
    got, (only, odd) = read(json.dumps({"type": "bundle", "objects": [other, 3]}).encode(), "x")
    assert got == [] and odd.reason == "bad-record"
    assert (only.place, only.reason) == ("object 1", "no-domain")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PAR1 and nothing", "is no Parquet"),
        (b'{"type": "bundle"', "is not JSON"),
        (b'{"type": "bundle", "type": "bundle"}', "given twice"),
        (b'{"type": "bundle", "objects": NaN}', "no number"),
        (b'{"type": "bundle"}', "no objects"),
        (b'{"type": "FeatureCollection"}', "no features"),
        (b'{"a": 1}', "neither GeoJSON nor a STIX bundle"),
        (b'{"type":"bundle","objects":' + b"[" * 200_000, "is not JSON"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"a,b\n1,2\n", "has no column id, what, domain"),
        (b'<kml xmlns="x"/>', "is KML"),
        (b"<events/>", "is Cursor on Target"),
        (b'{"specversion": "1.0"}', "holds CloudEvents"),
    ],
)
def test_a_file_that_is_none_of_these_says_so(data: bytes, says: str) -> None:
    with pytest.raises(IncidentError, match=says) as caught:
        read(data, "some.file")
    assert caught.value.path == "some.file"


def test_cells_that_a_spreadsheet_would_run_are_neutral_and_come_back() -> None:
    made = incident(what='=HYPERLINK("http://x","y")', notes="@SUM(A1)", states=["EE"])
    data = written("csv", [Item(incident=made)]).decode()
    cells = [cell for cell in data.replace("\r\n", ",").split(",") if cell]
    assert not [cell for cell in cells if cell.strip('" ')[:1] in "=@\t\r"]
    assert "'=HYPERLINK" in data
    assert there_and_back("csv", [made]) == ([made], [])
    raw = data.replace("'=HYPERLINK", "=HYPERLINK").encode()
    got, (only,) = read(raw, "x.csv")
    assert got == [] and only.reason == "formula" and only.place == "line 2"


def test_a_cell_and_its_exact_form_that_differ_are_refused() -> None:
    made = incident(notes=" with a blank in front")
    data = written("csv", [Item(incident=made)])
    assert b"exact" in data
    got, (only,) = read(data.replace(b",with a blank", b",without a blank"), "x.csv")
    assert got == [] and only.reason == "edited" and "notes" in only.detail
