"""GeoJSON, GeoParquet and KML: their validators, and places that say how well they are known."""

from __future__ import annotations

import json
from math import isclose
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.register.exchange.made import bundled, item, manifest, written
from tocsin.geo import WGS84
from tocsin.register.exchange import flat, shape
from tocsin.register.exchange.geoparquet import SCHEMA
from tocsin.register.exchange.item import Item
from tocsin.schema import Where

KML = "{http://www.opengis.net/kml/2.2}"
POINT = {"text": "Vaindloo", "lat_deg": 59.83, "lon_deg": 26.36, "radius_m": 15000.0}
#: Over the antimeridian, clockwise.
BERING = Where("", outline_deg=((179.0, 60.0), (179.0, 62.0), (-179.0, 62.0), (-179.0, 60.0)))


def test_geojson_is_valid_by_the_models_of_rfc_7946() -> None:
    models = pytest.importorskip("geojson_pydantic", reason="needs geojson-pydantic")
    data = written("geojson", [*bundled(), Item(incident=item(where=_told(BERING)).incident)])
    found = models.FeatureCollection.model_validate_json(data)
    assert len(found.features) > 70


def test_geojson_rules() -> None:
    """RFC 7946: 3.1.6 (closed, counter-clockwise), 3.1.9 (cut), 3.2 (members), 4 (WGS-84), 5."""
    told = json.loads(written("geojson", [*bundled(), item(where=_told(BERING))]))
    assert told["type"] == "FeatureCollection" and "crs" not in told
    for feature in told["features"]:
        assert set(feature) >= {"type", "id", "geometry", "properties"}
        if feature["geometry"] is not None:
            drawn = shapely.geometry.shape(feature["geometry"])
            west, south, east, north = drawn.bounds
            assert -180 <= west <= east <= 180 and -90 <= south <= north <= 90
            for part in getattr(drawn, "geoms", [drawn]):
                if part.geom_type == "Polygon":
                    assert part.exterior.is_ccw and part.exterior.is_closed
        if "bbox" in feature:
            assert len(feature["bbox"]) == 4


def test_a_radius_is_a_property_and_a_box_and_none_where_nobody_stated_one() -> None:
    (near,) = json.loads(written("geojson", [item(where=POINT)]))["features"]
    assert near["geometry"] == {"type": "Point", "coordinates": [26.36, 59.83]}
    assert near["properties"]["place_radius_m"] == 15000.0
    west, south, east, north = near["bbox"]
    assert west < 26.36 < east and south < 59.83 < north
    (bare,) = json.loads(written("geojson", [item(where={"lat_deg": 1.0, "lon_deg": 2.0})]))[
        "features"
    ]
    assert bare["properties"]["place_radius_m"] is None and "bbox" not in bare
    (nowhere,) = json.loads(written("geojson", [item()]))["features"]
    assert nowhere["geometry"] is None


def test_an_outline_over_the_antimeridian_is_cut_there() -> None:
    drawn = shapely.geometry.shape(shape.geometry(BERING))
    assert drawn.geom_type == "MultiPolygon" and len(drawn.geoms) == 2
    assert isclose(drawn.area, 4.0) and drawn.contains(shapely.Point(179.5, 61))
    assert drawn.contains(shapely.Point(-179.5, 61)) and not drawn.contains(shapely.Point(0, 61))


@settings(max_examples=25, deadline=None)
@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(1, shape.WIDEST_M))
def test_the_drawn_area_holds_the_circle_and_little_more(
    lat: float, lon: float, radius_m: float
) -> None:
    where = Where("", lat, lon, radius_m)
    told = shape.area(where)
    assert told is not None
    drawn = shapely.geometry.shape(told)
    azimuth = np.linspace(0, 360, 90)
    ones = np.ones(90)
    lons, lats, _ = WGS84.fwd(lon * ones, lat * ones, azimuth, radius_m * ones)
    inner = shapely.points(np.round(np.column_stack([lons, lats]), 9))
    assert np.all(shapely.distance(drawn, inner) < 1e-8)
    for ring in shape.corners(told):
        edge = np.array([corner for corner in ring if abs(abs(corner[0]) - 180) > 1e-9])
        same = np.ones(len(edge))
        _, _, reach_m = WGS84.inv(lon * same, lat * same, edge[:, 0], edge[:, 1])
        assert np.all(reach_m <= 1.013 * radius_m + 0.01)


@pytest.mark.parametrize(
    "where",
    [
        Where("", 59.0, 24.0),  # nobody said how far it may be off
        Where("", 59.0, 24.0, 0.0),
        Where("", 59.0, 24.0, 600_000.0),
        Where("", 89.0, 24.0, 200_000.0),
        Where("somewhere"),
    ],
)
def test_no_area_is_drawn_where_it_would_mislead(where: Where) -> None:
    assert shape.area(where) is None


def _geo(data: bytes) -> dict[str, Any]:
    metadata = pq.ParquetFile(pa.BufferReader(data)).schema_arrow.metadata
    told: dict[str, Any] = json.loads(metadata[b"geo"])
    return told


#: The rules of schema.json of GeoParquet 1.1.0 that bear on what is written here.
GEO_SCHEMA = {
    "type": "object",
    "required": ["version", "primary_column", "columns"],
    "properties": {
        "version": {"const": "1.1.0"},
        "primary_column": {"type": "string", "minLength": 1},
        "columns": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["encoding", "geometry_types"],
                "properties": {
                    "encoding": {"const": "WKB"},
                    "geometry_types": {
                        "type": "array",
                        "uniqueItems": True,
                        "items": {
                            "pattern": "^(GeometryCollection|(Multi)?(Point|LineString|Polygon))"
                            "( Z)?$"
                        },
                    },
                    "edges": {"enum": ["planar", "spherical"]},
                    "orientation": {"const": "counterclockwise"},
                    "bbox": {"type": "array", "minItems": 4, "maxItems": 4},
                    "covering": {
                        "type": "object",
                        "required": ["bbox"],
                        "properties": {
                            "bbox": {"required": ["xmin", "xmax", "ymin", "ymax"]},
                        },
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("items", [[], bundled()[:9], [item(where=_w) for _w in (POINT, {})]])
def test_geoparquet_says_of_itself_what_its_schema_asks(items: list[Item]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema")
    data = written("geoparquet", items)
    geo = _geo(data)
    jsonschema.validate(geo, GEO_SCHEMA)
    table = pq.read_table(pa.BufferReader(data))
    assert table.num_rows == len(items)
    for name, told in geo["columns"].items():
        drawn = [each for each in shapely.from_wkb(table[name].to_pylist()) if each is not None]
        assert sorted({each.geom_type for each in drawn}) == told["geometry_types"]
        assert ("bbox" in told) == bool(drawn)
    assert table.schema.field("bbox").type == SCHEMA.field("bbox").type


def test_geopandas_opens_it_on_wgs_84() -> None:
    geopandas = pytest.importorskip("geopandas", reason="needs geopandas")
    import io

    real = bundled()
    frame = geopandas.read_parquet(io.BytesIO(written("geoparquet", real)))
    assert frame.crs.equals("OGC:CRS84") and len(frame) == len(real)
    for place, each in zip(frame.geometry, real, strict=True):
        where = each.incident.where
        assert (place is None) == (where.lat_deg is None)
        if place is not None:
            assert (place.x, place.y) == (where.lon_deg, where.lat_deg)
    assert str(frame["begin_earliest"].dtype.tz) == "UTC"


def test_the_columns_of_a_table_are_the_properties_of_a_map() -> None:
    names = [*flat.fields(item()), "dissents", "incident", "geometry", "area", "bbox"]
    assert SCHEMA.names == names


def test_kml_is_valid_by_the_schema_of_the_ogc(tmp_path: Path) -> None:
    validator = pytest.importorskip("fastkml.validator", reason="needs fastkml with lxml")
    path = tmp_path / "register.kml"
    path.write_bytes(written("kml", [*bundled(), item(where=POINT), item(where=_told(BERING))]))
    assert validator.validate(file_to_validate=path)


def test_kml_shows_a_place_with_how_well_it_is_known() -> None:
    root = ElementTree.fromstring(written("kml", [item(where=POINT, what="a < b & c")]))  # noqa: S314
    (mark,) = root.iter(f"{KML}Placemark")
    assert mark.findtext(f"{KML}name") == "EE-1 a < b & c"
    assert "within 15000 m" in (mark.findtext(f"{KML}description") or "")
    assert "DISSENT of bo" in (mark.findtext(f"{KML}description") or "")
    assert mark.find(f"{KML}MultiGeometry/{KML}Point") is not None
    assert mark.find(f"{KML}MultiGeometry/{KML}Polygon") is not None
    begin = mark.findtext(f"{KML}TimeSpan/{KML}begin")
    assert (begin, mark.findtext(f"{KML}TimeSpan/{KML}end")) == (
        "2025-05-13T00:00:00Z",
        "2025-05-14T00:00:00Z",
    )
    bare = ElementTree.fromstring(  # noqa: S314
        written("kml", [item(where={"lat_deg": 1.0, "lon_deg": 2.0}, when={})])
    )
    assert list(bare.iter(f"{KML}TimeSpan")) == [] and list(bare.iter(f"{KML}Polygon")) == []
    assert "nobody stated" in ElementTree.tostring(bare, "unicode")


def test_a_file_says_for_whom_it_is() -> None:
    told = manifest(0, withheld=3).told()
    assert json.loads(written("geojson", []))["tocsin"]["for"] == "TLP:CLEAR"
    data = written("geoparquet", [])
    metadata = pq.ParquetFile(pa.BufferReader(data)).schema_arrow.metadata
    assert json.loads(metadata[b"tocsin"])["for"] == told["for"]
    assert b"TLP:CLEAR" in written("kml", [])


def _told(where: Where) -> dict[str, Any]:
    return {"outline_deg": [list(corner) for corner in where.outline_deg]}
