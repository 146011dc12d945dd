"""JSON of the traffic library."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.compute as pc
import pytest

from tocsin.errors import FeedError
from tocsin.feed import formats
from tocsin.schema import Flag
from tocsin.units import FT_M, KT_MPS

RECORD = {
    "timestamp": 1543225105000,
    "icao24": "4ab179",
    "latitude": 55.057938,
    "longitude": 14.77453,
    "groundspeed": 132,
    "track": -121,
    "vertical_rate": 1536,
    "callsign": "CFL12",
    "altitude": 550,
}


def test_a_record_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(json.dumps([RECORD]))
    reading = formats.read(path)
    row = reading.fixes.to_pylist()[0]
    assert row["t_applicability"].isoformat() == "2018-11-26T09:38:25+00:00"
    assert row["track_deg"] == 239.0
    assert row["h_pressure_m"] == pytest.approx(550 * FT_M)
    assert row["gs_mps"] == pytest.approx(132 * KT_MPS)
    assert row["icao24"] == 0x4AB179


def test_columns_and_records_agree(tmp_path: Path) -> None:
    records = [RECORD, RECORD | {"timestamp": 1543225110000, "latitude": None, "longitude": None}]
    (tmp_path / "a").write_text(json.dumps(records))
    columns = {key: {str(n): r[key] for n, r in enumerate(records)} for key in RECORD}
    (tmp_path / "b").write_text(json.dumps(columns))
    a, b = (formats.read(tmp_path / name).fixes for name in "ab")
    drop = ["obs_id", "source_id", "file_sha256"]
    assert a.drop_columns(drop).equals(b.drop_columns(drop))
    assert a["lat_deg"].to_pylist()[1] is None


def test_an_old_position_under_a_new_time_is_stale(tmp_path: Path) -> None:
    start = 1543225105000
    records = [
        RECORD | {"timestamp": start + lag, "last_position": seen}
        for lag, seen in (
            (1000, start),
            (2000, start),
            (600_000, start),
            (601_000, start + 600_500),
        )
    ]
    (tmp_path / "a").write_text(json.dumps(records))
    rows = formats.read(tmp_path / "a").fixes.to_pylist()
    assert [row["flags"] for row in rows] == [0, Flag.STALE, Flag.STALE, 0]
    assert [row["pos_age_s"] for row in rows] == [1.0, 2.0, 600.0, 0.5]
    assert len({row["t_applicability"] for row in rows}) == 2


def test_bad_records_and_shapes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    bad = [RECORD, RECORD | {"altitude": "FL35O"}, RECORD | {"icao24": "xyz"}, 7,
           RECORD | {"timestamp": 0}, RECORD | {"timestamp": 1543225105}]  # fmt: skip
    path.write_text(json.dumps(bad))
    reading = formats.read(path)
    assert reading.input.reasons == {
        "bad-address": 1, "impossible-time": 2, "not-a-number": 1, "not-a-record": 1,
    }  # fmt: skip
    assert "flight levels look like FL350" in next(
        r.detail for r in reading.refusals if r.reason == "not-a-number"
    )
    path.write_text('{"timestamp": {"0": 1}, "icao24": 5}')
    with pytest.raises(FeedError, match="no object of rows"):
        formats.read(path)


@pytest.mark.data
def test_spoofed_flight_has_minutes_of_stale_positions(shared: Path) -> None:
    fixes = formats.read(shared / "data/opensky/noisy_spoofing.json.gz").fixes
    assert pc.sum(pc.equal(fixes["flags"], int(Flag.STALE))).as_py() == 3986
    assert pc.max(fixes["pos_age_s"]).as_py() == pytest.approx(1085.544)
    assert fixes["lat_deg"].null_count == 11
