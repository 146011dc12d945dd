"""OGC API - Features Part 1 (17-069r4), requirement by requirement, and the queryables of Part 3.

The names in brackets are those of the standard's requirements.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from geojson_pydantic import Feature, FeatureCollection

from tests.api.conftest import ORIGIN
from tests.api.made import PASSWORDS, alert, row
from tests.schemas import validator
from tocsin.api.app import make
from tocsin.api.held import Held, open_all
from tocsin.api.live import Herald
from tocsin.api.livemark import Marked
from tocsin.api.ogc.when import interval_of
from tocsin.api.serving import Serving
from tocsin.errors import UsageError
from tocsin.run.live.board import Board, Change
from tocsin.schema import Tlp

GEOJSON = "application/geo+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
NOW_NS = 1_760_000_000_000_000_000


def links(told: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    return [link for link in told["links"] if link["rel"] == rel]


def ids(answer: Any) -> list[str]:
    return [feature["id"] for feature in answer.json()["features"]]


@pytest.fixture(scope="module")
def reader(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A reader, with a watch that has seen something."""
    folder = tmp_path_factory.mktemp("features")
    for path in templates.iterdir():
        shutil.copy(path, folder / path.name)
    store = f"sqlite:///{folder / 'register.db'}"
    held = open_all(Serving(store=store, accounts=folder / "accounts.db"))
    square = [[25.0, 59.0], [27.0, 59.0], [27.0, 60.0], [25.0, 60.0], [25.0, 59.0]]
    geometry = {"type": "Polygon", "coordinates": [square]}
    area = {"id": "EE", "title": "Estonia", "layer": "sovereign", "geometry": geometry}
    board = Board(areas=(area,))
    alerts = [alert("a1"), alert("a2", lon_deg=None, lat_deg=None)]
    board.publish(Change(NOW_NS, [row("4ab179"), row("psr:1", None, 10.0)], alerts=alerts))
    held.herald = Herald(board, Marked(Tlp.GREEN, False), 8, 8)
    with TestClient(make(held), base_url=ORIGIN) as client:
        told = {"name": "Rea", "password": PASSWORDS["Rea"]}
        assert client.post("/api/session", json=told).status_code == 204
        yield client
    held.close()


def test_the_landing_page_leads_to_everything(stranger: TestClient) -> None:
    told = stranger.get("/", headers={"accept": "application/json"}).json()
    assert links(told, "service-desc") and links(told, "service-doc")  # [root-success]
    assert links(told, "conformance") and links(told, "data")
    for link in told["links"]:
        assert link["type"] and stranger.get(link["href"]).status_code == 200, link
    assert stranger.get("/").headers["content-type"] == "application/json"
    page = stranger.get("/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")


def test_the_definition_describes_the_paths(stranger: TestClient) -> None:
    told = stranger.get("/openapi.json")
    assert told.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    assert told.json()["openapi"].startswith("3.1")
    parameters = told.json()["paths"]["/collections/incidents/items"]["get"]["parameters"]
    assert {"bbox", "datetime", "limit", "state"} <= {each["name"] for each in parameters}
    for path in told.json()["paths"].values():
        for operation in path.values():
            assert operation["x-access"] in (
                *("open", "loopback", "reader", "analyst", "approver", "admin"),
            )


def test_it_says_what_it_conforms_to(stranger: TestClient) -> None:
    told = stranger.get("/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in told
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson" in told


def test_each_collection_is_described(reader: TestClient) -> None:
    listed = reader.get("/collections").json()
    assert {each["id"] for each in listed["collections"]} == {
        *("incidents", "areas", "tracks", "alerts"),
    }
    assert links(listed, "self")  # [fc-md-links]
    for each in listed["collections"]:
        assert each["crs"][0] == CRS84 and each["itemType"] == "feature"
        west, south, east, north = each["extent"]["spatial"]["bbox"][0]  # [fc-md-extent]
        assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90
        assert links(each, "items")[0]["type"] == GEOJSON  # [fc-md-items-links]
        own = links(each, "self")[0]["href"]
        assert reader.get(own).json() == each  # [sfc-md-success]
        asked = links(each, "http://www.opengis.net/def/rel/ogc/1.0/queryables")[0]["href"]
        schema = reader.get(asked)
        assert schema.headers["content-type"] == "application/schema+json"
        validator().check_schema(schema.json())
        assert schema.json()["$id"] == asked and schema.json()["type"] == "object"
        for name in set(schema.json()["properties"]) - {"geometry"}:  # each is a parameter
            value = "1" if name == "severity" else _value(schema.json()["properties"][name])
            answer = reader.get(f"/collections/{each['id']}/items", params={name: value})
            assert answer.status_code == 200, (each["id"], name, answer.text)
    assert reader.get("/collections/other").status_code == 404
    assert reader.get("/collections/other/items").status_code == 404


def _value(told: dict[str, Any]) -> str:
    return str(told["enum"][0]) if "enum" in told else "x"


@pytest.mark.parametrize("name", ["incidents", "areas", "tracks", "alerts"])
def test_items_are_geojson_with_links_and_counts(reader: TestClient, name: str) -> None:
    answer = reader.get(f"/collections/{name}/items")
    assert answer.headers["content-type"] == GEOJSON  # [geojson-definition]
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    told = answer.json()
    FeatureCollection.model_validate({**told, "features": told["features"]})
    assert told["numberReturned"] == len(told["features"]) == told["numberMatched"] > 0
    assert told["timeStamp"].endswith("Z")  # [fc-timeStamp]
    assert links(told, "self")[0]["type"] == GEOJSON  # [fc-links]
    for feature in told["features"]:
        Feature.model_validate(feature)
        one = reader.get(f"/collections/{name}/items/{feature['id']}")  # [f-success]
        assert one.status_code == 200 and one.headers["content-type"] == GEOJSON
        assert one.json()["id"] == feature["id"]
        assert links(one.json(), "self") and links(one.json(), "collection")  # [f-links]
    assert reader.get(f"/collections/{name}/items/none").status_code == 404


def test_pages_follow_each_other_to_the_end(reader: TestClient) -> None:
    seen: list[str] = []
    at = "/collections/incidents/items?limit=2&state=EE"
    while at:
        answer = reader.get(at)
        told = answer.json()
        assert told["numberReturned"] <= 2  # [fc-limit-response]
        seen += ids(answer)
        further = links(told, "next")
        at = further[0]["href"] if further else ""
        assert not at or parse_qs(urlsplit(at).query)["state"] == ["EE"]
    whole = ids(reader.get("/collections/incidents/items?state=EE"))
    assert seen == whole and len(set(seen)) == len(seen) == told["numberMatched"]
    last = reader.get("/collections/incidents/items?limit=2&offset=2").json()
    assert links(last, "prev")


def test_a_limit_is_a_number_and_never_more_than_there_may_be(reader: TestClient) -> None:
    for wrong in ("0", "-1", "x", "1.5", ""):
        assert reader.get(f"/collections/incidents/items?limit={wrong}").status_code == 400
    assert reader.get("/collections/incidents/items?limit=100000000000000000000").status_code == 200


def test_a_box_takes_what_has_a_point_in_it(reader: TestClient) -> None:
    inside = ids(reader.get("/collections/incidents/items?bbox=26,59,27,60"))
    assert "M-CLEAR" in inside and "NOWHERE" not in inside  # [fc-bbox-response]
    assert ids(reader.get("/collections/incidents/items?bbox=0,0,1,1")) == []
    assert ids(reader.get("/collections/incidents/items?bbox=26,59,0,27,60,9000")) == inside
    assert ids(reader.get("/collections/incidents/items?bbox=170,50,27,60")) == inside  # over 180
    assert ids(reader.get("/collections/tracks/items?bbox=25,59,27,60")) == ["4ab179"]
    assert ids(reader.get("/collections/areas/items?bbox=26.9,59.9,40,70")) == ["EE"]
    assert ids(reader.get("/collections/alerts/items?bbox=25,59,27,60")) == ["a1"]
    for wrong in ("1,2,3", "a,b,c,d", "0,60,1,59", "0,0,1,91", "nan,0,1,1", "", "1,2,3,4,5"):
        for name in ("incidents", "tracks"):
            answer = reader.get(f"/collections/{name}/items", params={"bbox": wrong})
            assert answer.status_code == 400, (name, wrong)  # [fc-bbox-definition]


def test_a_time_takes_what_meets_it(reader: TestClient) -> None:
    def at(text: str) -> list[str]:
        return ids(reader.get("/collections/incidents/items", params={"datetime": text}))

    assert "M-CLEAR" in at("2025-09-19T07:00:00Z")  # it lasted until 07:10  [fc-time-response]
    assert at("2025-09-19T07:20:00Z") == []
    assert "M-CLEAR" in at("2025-09-19T09:00:00+02:00")
    assert at("../2022-12-31T00:00:00Z") == ["OLD"] == at("/2022-12-31T00:00:00Z")
    assert "OLD" in at("2022-03-10T00:00:00Z/2022-03-12T00:00:00Z")  # it may have been then
    assert "OLD" not in at("2024-01-01T00:00:00Z/..")
    for wrong in ("x", "2025-13-01", "../..", "/", "2025-09-20T00:00:00Z/2025-09-19T00:00:00Z",
                  "2025-09-19T07:00:00", "a/b/c"):  # fmt: skip
        answer = reader.get("/collections/incidents/items", params={"datetime": wrong})
        assert answer.status_code == 400, wrong
    assert ids(reader.get("/collections/alerts/items?datetime=2001-01-01T00:00:00Z")) == []
    assert ids(reader.get("/collections/areas/items?datetime=2001-01-01T00:00:00Z")) == ["EE"]


def test_intervals_are_read_as_the_standard_writes_them() -> None:
    day = 86_400 * 10**9
    one = interval_of("1970-01-02")
    assert one is not None and (one.low_ns, one.high_ns) == (day, 2 * day)
    assert interval_of(None) is None
    with pytest.raises(UsageError):
        interval_of("1970-01-03/1970-01-02")


def test_what_is_asked_for_is_what_comes(reader: TestClient) -> None:
    assert ids(reader.get("/collections/incidents/items?domain=drone")) == ["OLD"]
    assert ids(reader.get("/collections/tracks/items?area=EE")) == ["4ab179"]
    assert ids(reader.get("/collections/alerts/items?severity=4")) == []
    for wrong in ("nothing=1", "Bbox=1,2,3,4", "severity=x"):  # [query-param-unknown, -invalid]
        assert reader.get(f"/collections/alerts/items?{wrong}").status_code == 400
    crs = {"crs": CRS84, "bbox-crs": CRS84}
    assert reader.get("/collections/incidents/items", params=crs).status_code == 200
    other = {"crs": "http://www.opengis.net/def/crs/EPSG/0/3857"}
    assert reader.get("/collections/incidents/items", params=other).status_code == 400


def test_without_a_watch_its_collections_are_not_there(client: TestClient, held: Held) -> None:
    held.herald = None
    listed = client.get("/collections").json()["collections"]
    assert [each["id"] for each in listed] == ["incidents"]
