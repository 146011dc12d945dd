"""OpenSky state vectors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tocsin.errors import FeedError
from tocsin.feed import formats
from tocsin.schema import Flag

HEADER = (
    "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,alert,spi,squawk,"
    "baroaltitude,geoaltitude,lastposupdate,lastcontact,hour\n"
)


def line(
    time: str, lat: str = "59.5", lon: str = "25.0", position: str = "", contact: str = ""
) -> str:
    fixed = "100,90,0,CFL12,false,false,false,0416,1000,1050"
    return f"{time},4ab179,{lat},{lon},{fixed},{position},{contact},0\n"


def test_the_position_has_its_own_time_and_copies_are_stale(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(
        HEADER
        + line("1758265001", position="1758265000.25", contact="1758265001")
        + line("1758265002", position="1758265000.25", contact="1758265002")
        + line("1758265003", position="1758265002.75", contact="1758265003")
        + line("1758265013", lat="", lon="", contact="1758265009.5")
    )
    reading = formats.read(path)
    assert reading.input.format == "opensky"
    assert (reading.input.records, reading.input.decoded) == (4, 4)
    rows = reading.fixes.to_pylist()
    stamps = [row["t_applicability"].timestamp() - 1758265000 for row in rows]
    assert stamps == [0.25, 0.25, 2.75, 9.5]
    assert [row["flags"] for row in rows] == [0, Flag.STALE, 0, 0]
    assert [row["pos_age_s"] for row in rows] == [0.75, 1.75, 0.25, None]
    assert rows[0]["h_pressure_m"] == 1000.0
    assert rows[0]["h_hae_m"] == 1050.0
    assert (rows[0]["squawk"], rows[3]["lat_deg"]) == (416, None)


def test_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(
        HEADER
        + line("1758265001", position="1758265000.25")
        + line("1758265001", lat="FL35O", position="1758265000.25")
        + "1758265001,4ab179,59.5\n"
        + line("1758265001", lat="139.8", lon="35.5", position="1758265000.25")
        + line("", lat="", lon="")
    )
    reading = formats.read(path)
    assert reading.input.reasons == {
        "no-time": 1, "not-a-number": 1, "ragged-row": 1, "swapped-coordinates": 1,
    }  # fmt: skip
    assert [r.place for r in reading.refusals if r.reason == "ragged-row"] == ["line 4"]
    assert reading.input.records == 5


def test_rest_answer(tmp_path: Path) -> None:
    state = ["4ab179", "CFL12   ", "Germany", 1758265000, 1758265001, 25.0, 59.5, 1000.0, False,
             100.0, 90.0, 0.0, None, 1050.0, "0416", False, 2]  # fmt: skip
    path = tmp_path / "a"
    path.write_text(json.dumps({"time": 1758265002, "states": [state, ["zzzzzz"]]}))
    reading = formats.read(path)
    row = reading.fixes.to_pylist()[0]
    assert (row["lon_deg"], row["lat_deg"], row["source_kind"]) == (25.0, 59.5, "mlat")
    assert (row["pos_age_s"], row["callsign"]) == (2.0, "CFL12")
    assert reading.input.quarantined == 1
    path.write_text(json.dumps({"time": 1758265002, "states": None}))
    with pytest.raises(FeedError, match="no answer"):
        formats.read(path)


@pytest.mark.data
def test_real_state_vectors(shared: Path, tmp_path: Path) -> None:
    source = shared / "data/opensky/sv_RYR2RG_20220202.parquet"
    reading = formats.read(source)
    frame = pl.read_parquet(source)
    stale = pc.sum(pc.equal(reading.fixes["flags"], int(Flag.STALE))).as_py()
    assert stale == frame.height - frame["lastposupdate"].n_unique()
    table = pq.read_table(source).drop_columns(["serials"])
    pacsv.write_csv(
        table.set_column(0, "time", pc.strftime(table["time"], "%Y-%m-%d %H:%M:%S%z")),
        tmp_path / "a.csv",
    )
    again = formats.read(tmp_path / "a.csv")
    for name in ("t_applicability", "lat_deg", "lon_deg", "h_pressure_m", "icao24", "flags"):
        assert again.fixes[name].to_pylist() == reading.fixes[name].to_pylist(), name
    assert np.isclose(pc.max(reading.fixes["h_pressure_m"]).as_py(), 11277.6)
    assert pa.types.is_timestamp(reading.fixes["t_applicability"].type)
