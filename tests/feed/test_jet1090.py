"""jet1090 lines: a whole departure against the decodes that jet1090 wrote beside the frames."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.feed.squitters import airborne, column, numbers, opened, source

from tocsin.feed import jet1090
from tocsin.feed.cpr import CELL_LAT_M, zones
from tocsin.feed.source import ReadOptions
from tocsin.schema import Flag, Floats
from tocsin.units import FPM_MPS, FT_M, KT_MPS

CDG = (49.01, 2.55)
TOULOUSE = (43.63, 1.36)


class Departure:
    """The embedded decodes, column by column; NaN where there is none."""

    def __init__(self, path: Path) -> None:
        self.lines = [json.loads(line) for line in path.read_text().splitlines()]
        self.squitter = np.array([line["df"] in ("17", "18") for line in self.lines])
        self.bds = np.array([line.get("bds", "") for line in self.lines])

    def __getitem__(self, name: str) -> Floats:
        values = [line.get(name) for line in self.lines]
        return np.array([np.nan if v is None else float(v) for v in values])

    def rows(self, bds: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.asarray(self.squitter & (self.bds == bds), np.bool_)


@pytest.fixture(scope="module")
def path(shared: Path) -> Path:
    return shared / "data" / "adsb_raw" / "full_flight_short_part1.jsonl"


@pytest.fixture(scope="module")
def embedded(path: Path) -> Departure:
    return Departure(path)


@pytest.mark.data
def test_positions_agree_with_the_embedded_decodes_within_one_cell(
    path: Path, embedded: Departure
) -> None:
    """Of 4,295 embedded positions 4,293 are here, none more than a cell away.

    The other two are the first frames of the file, on the surface, before any pair: a single
    frame would be pulled to whatever reference is given, so that they stay unresolved.
    """
    reading = jet1090.read(opened(path), ReadOptions(reference=CDG))
    assert (reading.input.records, reading.input.quarantined) == (28896, 0)
    assert reading.fixes.num_rows == 28896
    lat, lon = numbers(reading, "lat_deg"), numbers(reading, "lon_deg")
    their_lat, their_lon = embedded["latitude"], embedded["longitude"]
    theirs, ours = np.isfinite(their_lat), np.isfinite(lat)
    assert int(theirs.sum()) == 4295
    assert np.flatnonzero(theirs & ~ours).tolist() == [0, 9]
    assert not (ours & ~theirs).any()
    both = theirs & ours
    north_m = np.abs(lat - their_lat)[both] * 111_320
    east_deg = np.abs(lon - their_lon)[both]
    cell_deg = 360 / zones(lat[both]) / 2**17
    assert north_m.max() < CELL_LAT_M / 1000  # in fact the same cell, to rounding
    assert (east_deg < cell_deg / 1000).all()


@pytest.mark.data
def test_without_a_reference_the_ground_is_unresolved_and_the_air_is_not(
    path: Path, embedded: Departure
) -> None:
    reading = jet1090.read(opened(path), ReadOptions())
    lat = numbers(reading, "lat_deg")
    air, ground = embedded.rows("05"), embedded.rows("06")
    assert (int(air.sum()), int(ground.sum())) == (2946, 1349)
    assert np.isnan(lat[ground]).all()
    # The six airborne frames before the first pair: with CDG the last surface position serves.
    assert np.flatnonzero(air & np.isnan(lat)).tolist() == [2045, 2051, 2060, 2073, 2074, 2088]
    assert any("surface position unresolved (no reference)" in n for n in reading.input.notes)
    assert np.nanmax(np.abs(lat - embedded["latitude"])) * 111_320 < CELL_LAT_M / 1000


@pytest.mark.data
def test_a_wrong_airport_places_nothing(path: Path, embedded: Departure) -> None:
    reading = jet1090.read(opened(path), ReadOptions(reference=TOULOUSE))
    assert np.isnan(numbers(reading, "lat_deg")[embedded.rows("06")]).all()


@pytest.mark.data
def test_no_position_is_rewritten_by_what_comes_later(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    whole = jet1090.read(source(b"".join(lines)), ReadOptions(reference=CDG))
    for cut in (100, 2051, 9000, 20001):
        part = jet1090.read(source(b"".join(lines[:cut])), ReadOptions(reference=CDG))
        for name in ("lat_deg", "lon_deg", "gs_mps", "h_hae_m"):
            np.testing.assert_array_equal(numbers(part, name), numbers(whole, name)[:cut])


@pytest.mark.data
def test_other_fields_agree_with_the_embedded_decodes(path: Path, embedded: Departure) -> None:
    reading = jet1090.read(opened(path), ReadOptions())
    theirs = [int(line["icao24"], 16) for line in embedded.lines]
    assert column(reading, "icao24") == theirs

    feet = embedded["altitude"]
    told = np.isfinite(feet)
    assert int(told.sum()) == 18611
    # Float32 rounds to a millimetre at this height.
    assert np.abs(numbers(reading, "h_pressure_m") / FT_M - feet)[told].max() < 0.01
    squawk = embedded["squawk"]
    assert (numbers(reading, "squawk") == squawk)[np.isfinite(squawk)].all()

    moving = embedded.rows("09")
    gs_kt = numbers(reading, "gs_mps") / KT_MPS
    assert np.abs(gs_kt - embedded["groundspeed"])[moving].max() < 1e-3
    assert np.abs(numbers(reading, "track_deg") - embedded["track"])[moving].max() < 1e-3
    fpm = numbers(reading, "vrate_mps") / FPM_MPS
    assert np.abs(fpm - embedded["vertical_rate"])[moving].max() < 0.01


@pytest.mark.data
def test_ground_speed_on_the_surface_differs_only_where_the_older_decoder_was_wrong(
    path: Path, embedded: Departure
) -> None:
    """Movement codes 13 to 38 step by 0.5 kt from 2 kt (DO-260B, 2.2.3.2.4.2).

    The decoder that wrote the file stepped by 0.25 kt there; rs1090 0.7.0 agrees with the table
    and with this reader (test_squitter).
    """
    reading = jet1090.read(opened(path), ReadOptions(reference=CDG))
    ground = embedded.rows("06")
    ours = (numbers(reading, "gs_mps") / KT_MPS)[ground]
    theirs = embedded["groundspeed"][ground]
    slow = (theirs > 2) & (theirs < 8.5)
    assert np.abs(ours - theirs)[~slow & np.isfinite(theirs)].max() < 1e-3
    assert np.abs(ours - (2 + 2 * (theirs - 2)))[slow].max() < 1e-3


@pytest.mark.data
def test_flags_and_provenance(path: Path) -> None:
    reading = jet1090.read(opened(path), ReadOptions(reference=CDG, source_id="cdg-1"))
    assert set(column(reading, "flags")) == {0, int(Flag.CPR_REFERENCE)}
    assert set(column(reading, "source_id")) == {"cdg-1"}
    assert column(reading, "row_number") == list(range(1, 28897))
    assert set(column(reading, "t_quality")) == {"host"}


def line(time_s: float, frame: str) -> str:
    return json.dumps({"timestamp": time_s, "frame": frame, "df": "17"})


def test_bad_lines_are_refused_by_number_and_the_good_survive() -> None:
    frames = [airborne(59, 25, odd) for odd in (False, True)]
    text = "\n".join(
        [
            line(1720248189.5, frames[0]),
            "",
            "{not json",
            '{"timestamp": 1720248190.0}',
            '{"timestamp": "noon", "frame": "5d484fdea248f5"}',
            "[1, 2]",
            line(1720248190.0, frames[1][:-2] + "zz"),
            line(1720248190.0, frames[1]),
        ]
    )
    reading = jet1090.read(source(text.encode()), ReadOptions())
    assert (reading.input.records, reading.input.decoded) == (7, 2)
    places = {refusal.place: refusal.reason for refusal in reading.refusals}
    assert places == {
        "line 3": "bad-json",
        "line 4": "no-frame",
        "line 5": "no-time",
        "line 6": "no-frame",
        "line 7": "bad-hex",
    }
    assert numbers(reading, "lat_deg")[1] == pytest.approx(59, abs=1e-4)
    assert reading.fixes["t_applicability"][1].value == 1720248190_000_000_000


def test_sniff() -> None:
    assert jet1090.sniff(line(1.0, "5d484fdea248f5").encode() + b"\n")
    assert not jet1090.sniff(b'{"now": 1.0, "aircraft": []}')
    assert not jet1090.sniff(b"*5d484fdea248f5;\n")
