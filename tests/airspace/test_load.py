from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tocsin.airspace.load import open_volumes, parse_volumes, pick, read_volumes
from tocsin.errors import AirspaceError
from tocsin.schema import Volume

SQUARE = [[20.0, 59.0], [21.0, 59.0], [21.0, 60.0], [20.0, 60.0], [20.0, 59.0]]


def geojson(*properties: dict[str, object], kind: str = "Polygon") -> bytes:
    coordinates: object = [SQUARE] if kind == "Polygon" else SQUARE
    shape = {"type": kind, "coordinates": coordinates}
    found = [{"type": "Feature", "properties": p, "geometry": shape} for p in properties]
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


def test_formats_are_told_apart_by_content_not_by_name() -> None:
    zone = b"AC R\nAN X\nAL GND\nAH FL100\nV X=54:00:00 N 010:00:00 E\nDC 5\n"
    assert read_volumes("a.geojson", zone, "").format == "openair"
    assert read_volumes("a.txt", b"\xef\xbb\xbf \n" + geojson({}), "").format == "geojson"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "a: is empty"),
        (b" \n\t", "a: is empty"),
        (b"* only\n* comments\n", "neither GeoJSON nor an OpenAIR zone"),
        (b"a;b;c\n1;2;3\n", "neither GeoJSON nor an OpenAIR zone"),
        (b"\x00\x01\x02\x03", "is binary"),
        (geojson(), "holds no features"),
        (
            geojson({}, {}, kind="LineString"),
            r"a feature 1: yields no volume: not-a-polygon: .* \(and 1 more\)",
        ),
        (b"AC R\nAN X\nDP 1\n", "a zone 1 line 1: yields no volume: no-limit"),
    ],
)
def test_a_file_without_volumes_is_an_error_that_says_why(data: bytes, says: str) -> None:
    with pytest.raises(AirspaceError, match=says) as caught:
        read_volumes("a", data, "")
    assert caught.value.exit_code == 3
    assert caught.value.path == "a"


def test_the_warning_on_edges_is_one_sentence_for_the_file() -> None:
    reading = parse_volumes("a", geojson({}, {}, {"edge": "geodesic"}, {"sigma_m": 500}), "")
    (note,) = reading.notes
    assert "in 2 of 4 volumes" in note


def test_states_go_by_any_of_their_codes() -> None:
    volumes = parse_volumes("a", geojson({"iso_a3": "EST"}, {"iso_a2": "FI"}), "").volumes
    for name in ("EE", "est", "Estonia", "EST"):
        assert [v.name for v in pick(volumes, name)] == [name]
    assert pick(volumes, "SE") == ()


def test_the_only_volume_goes_by_any_name_if_it_has_none_of_its_own() -> None:
    def picked(*properties: dict[str, object]) -> tuple[Volume, ...]:
        return pick(parse_volumes("a", geojson(*properties), "").volumes, "TRA 1")

    assert [v.name for v in picked({})] == ["TRA 1"]
    assert picked({}, {}) == ()
    assert picked({"volume": "TRA 2"}) == ()


def test_from_disk_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson({"volume": "V"}))
    reading = open_volumes(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert reading.sha256 == reading.volumes[0].sha256 == digest
    assert reading.volumes[0].path == str(path)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(AirspaceError, match="no such file"):
        open_volumes(tmp_path / "none")
    with pytest.raises(AirspaceError, match="cannot be read"):
        open_volumes(tmp_path)


@pytest.mark.data
def test_boundary_collection(shared: Path) -> None:
    reading = open_volumes(shared / "facts" / "boundaries" / "sovereign_osm_2024_core.geojson")
    assert sorted(v.name for v in reading.volumes) == ["EST", "FIN", "LTU", "LVA", "POL", "ROU"]
    assert {v.layer for v in reading.volumes} == {"sovereign"}
    assert reading.refusals == ()


@pytest.mark.data
def test_a_world_of_firs_loses_only_the_one_around_the_pole(shared: Path) -> None:
    reading = open_volumes(shared / "data" / "airspace" / "fir_vatsim.geojson")
    assert (reading.records, len(reading.volumes)) == (11, 10)
    assert [r.reason for r in reading.refusals] == ["pole"]
