"""GeoJSON, GPX and KML tracks."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import FeedError
from tocsin.feed import formats
from tocsin.feed.source import ReadOptions
from tocsin.schema import Reading

T = [f"2025-09-19T06:58:{s:02d}Z" for s in (0, 10, 20)]
XYZ = [[26.1, 59.7, 900.0], [26.2, 59.7, 910.0], [26.3, 59.7, 920.0]]


def read(tmp_path: Path, content: Any, **options: Any) -> Reading:
    path = tmp_path / "a"
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return formats.read(path, options=ReadOptions(**options))


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


UNIX = [1758265080, 1758265090, 1758265100]


@pytest.mark.parametrize(
    "shape",
    [
        feature("LineString", XYZ, coordTimes=T),
        feature("MultiPoint", XYZ, times=[t * 1000 for t in UNIX]),
        feature("LineString", XYZ, coordinateProperties={"times": T}),
        feature("LineString", [[*p, t] for p, t in zip(XYZ, UNIX, strict=True)]),
        feature("MultiLineString", [XYZ[:2], XYZ[2:]], coordTimes=[T[:2], T[2:]]),
        {
            "type": "FeatureCollection",
            "features": [feature("Point", p, time=t) for p, t in zip(XYZ, T, strict=True)],
        },
    ],
)
def test_ways_to_write_times_in_geojson(tmp_path: Path, shape: dict[str, Any]) -> None:
    reading = read(tmp_path, shape)
    assert reading.input.format == "geojson"
    assert reading.fixes["lon_deg"].to_pylist() == [26.1, 26.2, 26.3]
    assert reading.fixes["h_hae_m"].to_pylist() == [900.0, 910.0, 920.0]
    stamps = [t.timestamp() for t in reading.fixes["t_applicability"].to_pylist()]
    assert stamps == UNIX


def test_geojson_points_without_time_or_place(tmp_path: Path) -> None:
    short = feature(
        "LineString", [*XYZ, ["x", 59.7], [59.7, 126.0]], coordTimes=[*T[:2], None, T[0], T[0]]
    )
    reading = read(tmp_path, short)
    assert reading.input.reasons == {"no-time": 1, "not-a-number": 1, "swapped-coordinates": 1}
    assert reading.refusals[0].place == "feature 0 point 2"


def test_areas_and_boundaries_are_airspace(tmp_path: Path) -> None:
    ring = [[26, 59], [27, 59], [27, 60], [26, 59]]
    with pytest.raises(FeedError, match=r"areas \(polygons\), not tracks; give it as airspace"):
        read(tmp_path, feature("Polygon", [ring]))
    with pytest.raises(FeedError, match="boundaries or places, not tracks"):
        read(tmp_path, feature("LineString", ring))


GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="1" lon="2"/>
<trk><name>OH-ABC</name><trkseg>
<trkpt lat="59.7" lon="26.1"><ele>900.5</ele><time>2025-09-19T06:58:00Z</time></trkpt>
<trkpt lat="59.7" lon="26.2"><time>2025-09-19T06:58:10.5Z</time></trkpt>
<trkpt lat="59.7" lon="26.3"><time>2025-09-19T06:58:20</time></trkpt>
<trkpt lat="59.7" lon="26.4"/>
</trkseg></trk></gpx>"""


def test_gpx(tmp_path: Path) -> None:
    reading = read(tmp_path, GPX)
    assert reading.input.format == "gpx"
    assert reading.fixes["h_msl_m"].to_pylist() == [900.5, None]
    assert reading.fixes["track"].to_pylist() == ["OH-ABC"] * 2
    assert reading.input.reasons == {"naive-time": 1, "no-time": 1}
    assert "1 waypoints" in reading.input.notes[0]


def test_xml_with_a_document_type_is_not_read(tmp_path: Path) -> None:
    for declaration in ('<!DOCTYPE gpx [<!ENTITY a "b">]>', "<!doctype gpx>"):
        with pytest.raises(FeedError, match="document type or entities"):
            read(tmp_path, GPX.replace("<gpx", declaration + "<gpx", 1))
    with pytest.raises(FeedError, match="no well-formed XML"):
        read(tmp_path, GPX[:-30])


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><Placemark><name>one</name><gx:Track><altitudeMode>absolute</altitudeMode>
<when>2025-09-19T06:58:00Z</when><when>2025-09-19T06:58:10Z</when><when>2025-09-19T06:58:20Z</when>
<gx:coord>26.1 59.7 900</gx:coord><gx:coord>26.2 59.7 910</gx:coord></gx:Track></Placemark>
<Placemark><TimeStamp><when>2025-09-19T06:59:00Z</when></TimeStamp>
<Point><coordinates>26.3,59.7,50</coordinates></Point></Placemark>
<Placemark><LineString><coordinates>26,59 27,59</coordinates></LineString></Placemark>
</Document></kml>"""


def zipped(text: str) -> bytes:
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        archive.writestr("doc.kml", text)
    return store.getvalue()


@pytest.mark.parametrize("content", [KML, zipped(KML)], ids=["kml", "kmz"])
def test_kml(tmp_path: Path, content: str | bytes) -> None:
    reading = read(tmp_path, content)
    assert reading.input.format == "kml"
    assert reading.fixes["lon_deg"].to_pylist() == [26.1, 26.2, 26.3]
    assert reading.fixes["h_msl_m"].to_pylist() == [900.0, 910.0, None]  # clamped to the ground
    assert reading.fixes["track"].to_pylist() == ["one", "one", None]
    assert reading.input.reasons == {"no-position": 1, "no-time": 1}


def test_naive_times_need_a_zone_from_a_mapping(tmp_path: Path) -> None:
    naive = KML.replace("Z</when>", "</when>")
    with pytest.raises(FeedError, match="none of its times states a zone"):
        read(tmp_path, naive)
    (tmp_path / "zone.toml").write_text('[time]\ntimezone = "UTC"\n')
    reading = read(tmp_path, naive, mapping=tmp_path / "zone.toml")
    wanted = read(tmp_path, KML).fixes["t_applicability"]
    assert reading.fixes["t_applicability"].equals(wanted)


@pytest.mark.data
def test_a_real_drone_log_has_naive_times(shared: Path, tmp_path: Path) -> None:
    path = shared / "data/drone/cenek_ds5_log.kmz"
    with pytest.raises(FeedError, match="states a zone"):
        formats.read(path)
    (tmp_path / "zone.toml").write_text('[time]\ntimezone = "Europe/Zurich"\n')
    reading = formats.read(path, options=ReadOptions(mapping=tmp_path / "zone.toml"))
    assert reading.fixes.num_rows == 6538
    assert reading.input.quarantined == 759  # lines that are only drawn
    assert str(reading.fixes["t_applicability"][0].as_py())[:19] == "2021-01-19 14:52:30"
