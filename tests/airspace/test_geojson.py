from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.airspace.geojson import Defaults
from tocsin.airspace.load import VolumeReading, parse_volumes
from tocsin.errors import AirspaceError
from tocsin.schema import Datum, Edge, Limit, Volume

SQUARE = [[20.0, 59.0], [21.0, 59.0], [21.0, 60.0], [20.0, 60.0], [20.0, 59.0]]
HOLE = [[20.2, 59.2], [20.4, 59.2], [20.4, 59.4], [20.2, 59.2]]


def feature(coordinates: object = None, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    where = {"type": kind, "coordinates": [SQUARE] if coordinates is None else coordinates}
    return {"type": "Feature", "properties": properties, "geometry": where}


def read(*features: object, edge: Edge | None = None, **defaults: object) -> VolumeReading:
    text = json.dumps({"type": "FeatureCollection", "features": list(features)})
    given_defaults = Defaults(**defaults)  # type: ignore[arg-type]
    return parse_volumes("a.geojson", text.encode(), "00", edge=edge, defaults=given_defaults)


def only(reading: VolumeReading) -> Volume:
    (volume,) = reading.volumes
    return volume


def test_all_properties_of_the_contract() -> None:
    volume = only(
        read(
            feature(
                volume="TRA 1", layer="restricted", hypothesis="notam", sigma_m=30, lower="GND",
                upper="FL195", edge="rhumb", active=[["2025-09-19T06:00Z", "2025-09-19T18:00Z"]],
                source="NOTAM A1/25", count=3,
            )
        )
    )  # fmt: skip
    assert (volume.name, volume.layer, volume.hypothesis) == ("TRA 1", "restricted", "notam")
    assert volume.sigma_m == 30
    assert volume.lower == Limit(-math.inf, Datum.AGL, "GND")
    assert volume.upper == Limit(19_500 * 0.3048, Datum.PRESSURE, "FL195")
    assert volume.rings[0].edges == (Edge.RHUMB,) * 4
    assert volume.active == (("2025-09-19T06:00:00Z", "2025-09-19T18:00:00Z"),)
    assert dict(volume.properties) == {"source": "NOTAM A1/25", "count": "3"}
    assert (volume.path, volume.place, volume.sha256) == ("a.geojson", "feature 1", "00")


def test_edge_precedence_and_the_warning_of_the_last() -> None:
    def edges(edge: Edge | None, own: str | None, of_case: Edge | None) -> tuple[Edge, str]:
        properties: dict[str, Any] = {"edge": own} if own else {}
        text = json.dumps(feature(**properties)).encode()
        reading = parse_volumes("a", text, "", edge=edge, defaults=Defaults(edge=of_case))
        return only(reading).rings[0].edges[0], " ".join(reading.notes)

    assert edges(Edge.CLIP, "rhumb", None) == (Edge.CLIP, "")
    assert edges(None, "rhumb", Edge.GEODESIC) == (Edge.RHUMB, "")
    assert edges(None, None, Edge.GEODESIC) == (Edge.GEODESIC, "")
    edge, note = edges(None, None, None)
    assert edge is Edge.LONLAT
    assert "up to 107." in note  # the 59 N and 60 N sides of one degree: METHODS says 105 m at 60


@pytest.mark.parametrize(("sigma_m", "warned"), [(0, True), (100, True), (150, False)])
def test_warned_only_where_it_could_matter(sigma_m: float, warned: bool) -> None:
    assert bool(read(feature(sigma_m=sigma_m)).notes) is warned


def test_one_edge_type_per_segment() -> None:
    words = ["parallel", "geodesic", "clip", "rhumb"]
    assert only(read(feature(edge=words))).rings[0].edges == tuple(map(Edge, words))
    nested = [words, ["rhumb", "lonlat", "geodesic"]]
    rings = only(read(feature([SQUARE, HOLE], edge=nested))).rings
    assert rings[0].edges == tuple(map(Edge, words))
    assert rings[1].edges == (Edge.RHUMB, Edge.LONLAT, Edge.GEODESIC)


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"volume": "V", "iso_a2": "EE", "name": "N"}, "V"),
        ({"iso_a2": "EE", "iso_a3": "EST", "name": "Estonia"}, "EE"),
        ({"iso_a2": "-99", "iso_a3": "NOR"}, "NOR"),
        ({"iso_a3": "EST", "name": "Estonia"}, "EST"),
        ({"id": 7, "name": "Seven"}, "7"),
        ({"name": "Seven"}, "Seven"),
        ({}, "feature-1"),
    ],
)
def test_names(properties: dict[str, Any], name: str) -> None:
    assert only(read(feature(**properties))).name == name


def test_layer_and_error_from_the_case_unless_the_feature_says() -> None:
    reading = read(
        feature(), feature(layer="eez", sigma_m=5), layer="fir", sigma_m=70.0, hypothesis="h"
    )
    assert [v.layer for v in reading.volumes] == ["fir", "eez"]
    assert [v.sigma_m for v in reading.volumes] == [70.0, 5.0]
    assert {v.hypothesis for v in reading.volumes} == {"h"}


def test_words_of_the_boundary_collection() -> None:
    zone = "land+internal waters+territorial sea (sovereign airspace footprint as OSM draws it)"
    reading = read(feature(zone=zone, edge_type="not stated; treat as short geodesics"))
    assert only(reading).layer == "sovereign"
    assert only(reading).rings[0].edges[0] is Edge.LONLAT  # their prose is no order of ours


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (feature(kind="Point", coordinates=[20.0, 59.0]), "not-a-polygon"),
        (feature(kind="LineString", coordinates=SQUARE), "not-a-polygon"),
        ({"type": "Feature", "properties": {}, "geometry": None}, "not-a-polygon"),
        ({"type": "Feature", "properties": None, "geometry": {"type": "Blob"}}, "not-a-polygon"),
        ("a string", "not-a-feature"),
        (None, "not-a-feature"),
        (feature([]), "too-few-points"),
        (feature([[]]), "too-few-points"),
        (feature([SQUARE[:2]]), "too-few-points"),
        (feature([[[20, 59], [21, None], [21, 60], [20, 59]]]), "not-finite"),
        (feature([[[20, 59], ["x", 1], [21, 60], [20, 59]]]), "not-finite"),
        (feature([[[20, 59], [21], [21, 60], [20, 59]]]), "not-finite"),
        (feature([[[20, 59], [21, 59], [math.nan, 60], [20, 59]]]), "not-finite"),
        (feature(edge="straight"), "bad-edge"),
        (feature(edge=["rhumb", "rhumb"]), "bad-edge"),
        (feature(edge=[1, 2, 3, 4]), "bad-edge"),
        (feature(edge={"all": "rhumb"}), "bad-edge"),
        (feature(lower=2500), "limit-without-datum"),
        (feature(upper="FL35O"), "bad-limit"),
        (feature(lower="FL200", upper="FL100"), "limits-reversed"),
        (feature(sigma_m=-1), "bad-sigma"),
        (feature(sigma_m="100 m"), "bad-sigma"),
        (feature(active=[["2025-09-19T06:00", "2025-09-19T18:00"]]), "bad-activation"),
        (feature(active="always"), "bad-activation"),
    ],
)
def test_one_bad_feature_is_refused_and_the_rest_survive(bad: object, reason: str) -> None:
    reading = read(feature(volume="A"), bad, feature(volume="B"))
    assert [v.name for v in reading.volumes] == ["A", "B"]
    (refusal,) = reading.refusals
    assert (refusal.place, refusal.reason) == ("feature 2", reason)
    assert reading.records == 3
    counts = reading.as_input()
    assert (counts.decoded, counts.quarantined, counts.reasons) == (2, 1, {reason: 1})


def test_unclosed_ring_is_closed_and_said() -> None:
    reading = read(feature([SQUARE[:-1]], edge="geodesic"))
    assert len(only(reading).rings[0].lon_deg) == 4
    assert "without its first point at the end" in reading.notes[0]


def test_collections_and_bare_geometries() -> None:
    away = [[[x + 5, y] for x, y in SQUARE]]
    parts = {"type": "GeometryCollection", "geometries": [
        {"type": "Polygon", "coordinates": [SQUARE]},
        {"type": "MultiPolygon", "coordinates": [away]},
    ]}  # fmt: skip
    for root in (parts, {"type": "Feature", "properties": {}, "geometry": parts}):
        reading = parse_volumes("a", json.dumps(root).encode(), "")
        assert len(only(reading).rings) == 2
    flat = {"type": "Polygon", "coordinates": [[[x, y, 100.0] for x, y in SQUARE]]}
    assert len(parse_volumes("a", json.dumps(flat).encode(), "").volumes) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"type": "FeatureCollection", "features": [', "line 1 column 44"),
        ('{"type": "Topology"}', "Topology"),
        ("[1, 2]", "not GeoJSON"),
        ('{"type": "FeatureCollection", "features": 3}', "not GeoJSON"),
        (
            '{"type": "FeatureCollection", "features": [], "crs": {"type": "name", '
            '"properties": {"name": "urn:ogc:def:crs:EPSG::3067"}}}',
            "not in WGS-84",
        ),
    ],
)
def test_what_is_no_geojson(text: str, says: str) -> None:
    with pytest.raises(AirspaceError, match=says):
        parse_volumes("a.geojson", text.encode(), "")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "value", "unit"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(coordinates=JSON, edge=JSON, lower=JSON, active=JSON, sigma=JSON)
def test_any_feature_is_read_or_refused(
    coordinates: object, edge: object, lower: object, active: object, sigma: object
) -> None:
    bad = feature(coordinates, edge=edge, lower=lower, active=active, sigma_m=sigma)
    reading = read(bad, feature(edge="geodesic"))
    assert len(reading.volumes) + len(reading.refusals) == 2
    assert reading.volumes[-1].place == "feature 2"
