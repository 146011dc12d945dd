from __future__ import annotations

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from tocsin.airspace.geojson import Defaults
from tocsin.airspace.load import VolumeReading, parse_volumes
from tocsin.schema import Datum, Edge, Volume

HEAD = "AC R\nAN TEST 1\nAL GND\nAH FL100\n"
SQUARE = (
    "DP 54:00:00 N 010:00:00 E\nDP 54:00:00 N 010:10:00 E\nDP 54:10:00 N 010:10:00 E\n"
    "DP 54:10:00 N 010:00:00 E\nDP 54:00:00 N 010:00:00 E\n"
)


def read(
    text: str, edge: Edge | None = Edge.GEODESIC, of_case: Edge | None = None
) -> VolumeReading:
    return parse_volumes("a.txt", text.encode(), "00", edge=edge, defaults=Defaults(edge=of_case))


def only(text: str) -> Volume:
    reading = read(text)
    assert reading.refusals == ()
    (volume,) = reading.volumes
    return volume


def reason(text: str) -> str:
    reading = read(text)
    assert reading.volumes == ()
    return reading.refusals[0].reason


def radii_m(volume: Volume, lon: float, lat: float) -> list[float]:
    ring = volume.rings[0]
    return [
        Geodesic.WGS84.Inverse(lat, lon, y, x)["s12"]
        for x, y in zip(ring.lon_deg, ring.lat_deg, strict=True)
    ]


def test_circle_is_a_geodesic_circle() -> None:
    volume = only(HEAD + "V X=54:00:00 N 010:00:00 E\nDC 5\n")
    assert radii_m(volume, 10.0, 54.0) == pytest.approx([9260.0] * len(volume.rings[0].lon_deg))
    assert set(volume.rings[0].edges) == {Edge.ARC}


def test_arcs_by_bearing_make_a_sector_closed_with_a_note() -> None:
    reading = read(HEAD + "V X=54:00:00 N 010:00:00 E\nDA 10,0,90\nV D=-\nDA 5,90,0\n")
    (volume,) = reading.volumes
    assert sorted({round(r) for r in radii_m(volume, 10.0, 54.0)}) == [9260, 18520]
    assert volume.rings[0].edges.count(Edge.GEODESIC) == 2  # the two sides
    assert "closed by a straight line of 9260 m" in reading.notes[0]


def test_segments_of_arcs_are_arcs_and_the_rest_is_straight() -> None:
    volume = only(
        HEAD + "DP 54:00:00 N 010:10:00 E\nV D=+\nV X=54:00:00 N 010:00:00 E\n"
        "DB 54:05:53 N 010:00:00 E, 54:00:00 N 010:10:00 E\n"
    )
    edges = volume.rings[0].edges
    assert edges[0] is Edge.GEODESIC
    assert set(edges[1:]) == {Edge.ARC}


def test_direction_lasts_until_changed_but_not_into_the_next_zone() -> None:
    arc = "V X=54:00:00 N 010:00:00 E\nDA 5,0,90\nDP 54:00:00 N 010:00:00 E\n"
    first = HEAD + "V D=-\n" + arc
    reading = read(first + HEAD.replace("TEST 1", "TEST 2") + arc)
    long_way, short_way = (len(v.rings[0].lon_deg) for v in reading.volumes)
    assert long_way > 2.5 * short_way


def test_limits_and_layer() -> None:
    volume = only("AC D\nAY FIR\nAN X\nAL 2500\nAH UNL\n" + SQUARE)
    assert volume.lower is not None and volume.upper is not None
    assert (volume.lower.h_m, volume.lower.datum) == (762.0, Datum.MSL)  # feet above sea by rule
    assert volume.upper.h_m == math.inf
    assert volume.layer == "fir"
    assert only(HEAD + SQUARE).layer == "restricted"


def test_packed_coordinates_and_comments() -> None:
    packed = "dp 540000N 0100000E * corner\nDP 540000N 0101000E\nDP 541000N 0101000E\n"
    volume = only("* head\nAC R * class\nAN A B *note\n AL GND\nAH FL100\n" + packed + packed[:29])
    assert volume.name == "A B"
    assert len(volume.rings[0].lon_deg) == 3


def test_windows_text_and_line_ends() -> None:
    text = (HEAD + SQUARE).replace("TEST 1", "Ocaña").replace("\n", "\r\n")
    reading = parse_volumes("a", text.encode("cp1252"), "")
    assert reading.volumes[0].name == "Ocaña"
    assert "not UTF-8" in reading.notes[0]
    assert parse_volumes("a", b"\xef\xbb\xbf" + text.encode(), "").volumes[0].name == "Ocaña"


def test_attributes_of_version_2() -> None:
    volume = only(
        "AC D\nAY TRA\nAI 7-b\nAN X\nAF 123.505\nAG Info\nAX 0021\nAL GND\nAH FL100\n"
        "AA 2025-01-01T12:00Z/2025-01-01T13:00Z\nAA 2025-01-01T12:30Z/NONE\n" + SQUARE
    )
    assert dict(volume.properties) == {
        "class": "D", "type": "TRA", "id": "7-b", "frequency": "123.505", "callsign": "Info",
        "transponder_code": "0021", "by_notam": "false",
        "activation": "2025-01-01T12:00Z/2025-01-01T13:00Z 2025-01-01T12:30Z/NONE",
    }  # fmt: skip
    assert volume.active == (("2025-01-01T12:00:00Z", "2262-01-01T00:00:00Z"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AC\nAN X\nAL GND\nAH FL100\n" + SQUARE, "no-class"),
        ("AN X\nAL GND\nAH FL100\n" + SQUARE, "no-class"),
        (HEAD.replace("AN TEST 1\n", "") + SQUARE, "no-name"),
        (HEAD.replace("TEST 1", "* none") + SQUARE, "no-name"),
        (HEAD.replace("AL GND\n", "") + SQUARE, "no-limit"),
        (HEAD.replace("FL100", "Ask on 122.8") + SQUARE, "bad-limit"),
        (HEAD.replace("GND", "FL200") + SQUARE, "limits-reversed"),
        (HEAD + "AL FL50\n" + SQUARE, "duplicate-limit"),
        (HEAD + "AN Y\n" + SQUARE, "duplicate-command"),
        (HEAD, "too-few-points"),
        (HEAD + "DP 54:00:00 N 010:00:00 E\n", "too-few-points"),
        (HEAD + "\n".join(SQUARE.splitlines()[:-1]), "open-ring"),
        (HEAD + SQUARE.replace("010:10", "190:10"), "bad-coordinate"),
        (HEAD + "DC 5\n", "bad-geometry"),
        (HEAD + "DB 54:00:00 N 010:00:00 E, 54:10:00 N 010:00:00 E\n", "bad-geometry"),
        (HEAD + "V X=54:00:00 N 010:00:00 E\nDC 5\n" + SQUARE, "bad-geometry"),
        (HEAD + "V X=54:00:00 N 010:00:00 E\nDC 0\n", "bad-arc"),
        (HEAD + "V X=54:00:00 N 010:00:00 E\nDC 9999\n", "bad-arc"),
        (HEAD + "V X=54:00:00 N 010:00:00 E\nDC five\n", "bad-number"),
        (HEAD + "V X=54:00:00 N 010:00:00 E\nDA 5,10\n", "bad-arc"),
        (HEAD + "V D=x\n" + SQUARE, "bad-arc"),
        (HEAD + "DX 1\n" + SQUARE, "unknown-command"),
        (HEAD + "AX 7891\n" + SQUARE, "bad-transponder-code"),
        (HEAD + "AX 77\n" + SQUARE, "bad-transponder-code"),
        (HEAD + "AG Info\n" + SQUARE, "callsign-without-frequency"),
        (HEAD + "AF none\n" + SQUARE, "bad-frequency"),
        (HEAD + "AA 2025-01-01T12:00Z\n" + SQUARE, "bad-activation"),
        (HEAD + "DY 54:00:00 N 010:00:00 E\nDY 55:00:00 N 010:00:00 E\n", "bad-airway"),
        (HEAD + "V W=5\nDY 54:00:00 N 010:00:00 E\n", "too-few-points"),
    ],
)
def test_what_is_refused(text: str, expected: str) -> None:
    assert reason(text) == expected


def test_one_bad_zone_never_loses_a_file() -> None:
    bad = HEAD.replace("TEST 1", "BAD") + "DP 54:00:00 N\n"
    reading = read(HEAD + SQUARE + bad + HEAD.replace("TEST 1", "TEST 3") + SQUARE)
    assert [v.name for v in reading.volumes] == ["TEST 1", "TEST 3"]
    assert [v.place for v in reading.volumes] == ["zone 1 line 1", "zone 3 line 15"]
    (refusal,) = reading.refusals
    assert (refusal.place, refusal.reason) == ("zone 2 line 14", "bad-coordinate")
    assert reading.records == 3


def test_a_gap_within_rounding_is_closed_and_said() -> None:
    reading = read(HEAD + SQUARE[: -len("54:00:00 N 010:00:00 E\n")] + "54:00:00 N 010:00:01 E\n")
    assert len(reading.volumes) == 1
    assert "closed over a gap of 18.2 m" in reading.notes[0]


def test_unknown_classes_and_lines_are_kept_or_said() -> None:
    reading = read("AC FFVL\nAN X\nAL GND\nAH FL100\nfree text\nAQ 1\n" + SQUARE)
    assert dict(reading.volumes[0].properties)["class"] == "FFVL"
    assert any('class "FFVL" is not known' in note for note in reading.notes)
    assert sum("is no OpenAIR command" in note for note in reading.notes) == 2


def test_straight_edges_follow_the_call_then_the_case_then_lonlat() -> None:
    def first(edge: Edge | None, of_case: Edge | None) -> Edge:
        reading = read(HEAD + SQUARE, edge, of_case)
        return reading.volumes[0].rings[0].edges[0]

    assert first(Edge.RHUMB, Edge.GEODESIC) is Edge.RHUMB
    assert first(None, Edge.GEODESIC) is Edge.GEODESIC
    assert first(None, None) is Edge.LONLAT


def test_airway_is_as_wide_as_it_says() -> None:
    volume = only(HEAD + "V W=5\nDY 54:00:00 N 010:00:00 E\nDY 54:00:00 N 011:00:00 E\n")
    lon, lat = volume.rings[0].lon_deg, volume.rings[0].lat_deg
    middle = np.abs(lon - 10.5) < 0.51
    assert np.ptp(lat[middle]) * 111_300 == pytest.approx(9260, rel=0.03)
    far = [Geodesic.WGS84.Inverse(54, 10, y, x)["s12"] for x, y in zip(lon, lat, strict=True)]
    assert min(far) == pytest.approx(4630, rel=1e-4)


COMMANDS = st.sampled_from(
    ["AC", "AN", "AL", "AH", "AY", "AA", "AX", "DP", "DA", "DB", "DC", "DY", "V X=", "V D=", "V W="]
)
VALUES = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["R", "GND", "FL100", "5", "5,0,90", "+", "-", "NONE", "7000"]),
    st.tuples(st.integers(0, 95), st.integers(0, 185)).map(
        lambda p: f"{p[0]}:00:00 N {p[1]}:00:00 E"
    ),
)


@given(st.lists(st.tuples(COMMANDS, VALUES), max_size=12))
def test_any_lines_are_read_or_refused(lines: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{word} {value}" for word, value in lines)
    reading = read(text + "\n" + HEAD + SQUARE)
    assert reading.records == len(reading.volumes) + len(reading.refusals)
    assert reading.volumes[-1].name == "TEST 1"
