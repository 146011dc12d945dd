"""Tables of positions: CSV and Parquet, by name and by mapping, and fixes read back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import FeedError
from tocsin.feed import formats, tabular
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import FIX, Reading
from tocsin.units import FT_M, KT_MPS


def read(tmp_path: Path, text: str | bytes, mapping: str = "", day: date | None = None) -> Reading:
    path = tmp_path / "tracks.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    if not mapping:
        return formats.read(path)
    (tmp_path / "map.toml").write_text(mapping)
    return formats.read(path, options=ReadOptions(date=day, mapping=tmp_path / "map.toml"))


def test_a_table_by_its_names(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "t,track,lon,lat,h_pressure_m,sigma_m,note\n"
        "2025-09-19T06:58:00Z,one,26.1,59.7,9000,30,x\n"
        "1758265081.5,one,26.2,59.8,,,\n"
        "2025-09-19T09:58:02+03:00,two,,,FL300,15,y\n",
    )
    assert reading.input.format == "table"
    one, more, two = reading.fixes.to_pylist()
    assert one["t_applicability"].isoformat() == "2025-09-19T06:58:00+00:00"
    assert more["t_applicability"].isoformat() == "2025-09-19T06:58:01.500000+00:00"
    assert (one["lon_deg"], one["lat_deg"], one["track"]) == (26.1, 59.7, "one")
    assert (one["pos_cov_ee"], one["pos_cov_nn"], one["acc_basis"]) == (900.0, 900.0, "reported")
    assert (more["h_pressure_m"], more["pos_cov_ee"], more["acc_basis"]) == (None, None, "none")
    assert (two["lat_deg"], two["h_pressure_m"]) == (None, pytest.approx(9144.0))
    assert one["row_number"] == 2  # the line of the file


BAD = (
    "t,track,lon,lat,altitude\n"
    "2025-09-19T06:58:00Z,a,26.10,59.7,FL350\n"
    "2025-09-19T06:58:10Z,a,26.11,59.7,FL35O\n"
    "2025-09-19T06:58:20Z,a,26.12,NaN,FL350\n"
    "2025-09-19T06:58:30Z,a,59.7,26.13,FL350\n"
    "2025-09-19T06:58:40Z,a,35.5,139.8,FL350\n"
    "2025-09-19T06:58:50,a,26.14,59.7,FL350\n"
    "1970-01-01T00:00:00Z,a,26.14,59.7,FL350\n"
    "9999-01-01T00:00:00Z,a,26.14,59.7,FL350\n"
    "2025-09-19T06:59:00Z,a,26.15,59.7\n"
    "2025-09-19T06:59:10Z,a,26.15,95.0,FL350,extra,7\n"
    "2025-09-19T06:59:20Z,a,226.15,59.7,FL350\n"
    "2025-09-19T06:59:30Z,a,,59.7,FL350\n"
    "soon,a,26.15,59.7,FL350\n"
    ",a,26.15,59.7,FL350\n"
    "\n"
    "2025-09-19T06:59:40Z,a,26.16,59.7,FL350\n"
    "2025-09-19T06:59:50Z,a,26.17,59.7,\n"
)
REASONS = {
    "bad-position": 1,
    "bad-time": 1,
    "half-position": 1,
    "impossible-time": 2,
    "naive-time": 1,
    "nan-position": 1,
    "no-time": 1,
    "not-a-number": 1,
    "ragged-row": 2,
    "swapped-coordinates": 2,
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_bad_row_has_a_place_and_a_reason(
    tmp_path: Path, encoding: str, newline: str
) -> None:
    reading = read(tmp_path, BAD.replace("\n", newline).encode(encoding))
    assert reading.input.reasons == REASONS
    assert (reading.input.records, reading.input.decoded, reading.fixes.num_rows) == (16, 3, 3)
    told = {(r.place, r.reason): r.detail for r in reading.refusals}
    level = told["line 3", "not-a-number"]
    assert level == 'altitude "FL35O" is not a number; flight levels look like FL350'
    assert ("line 5", "swapped-coordinates") in told  # in range both ways: told from its track
    assert ("line 6", "swapped-coordinates") in told  # out of range as it stands
    assert ("line 10", "ragged-row") in told
    assert "mapping file" in told["line 7", "naive-time"]
    lines = reading.fixes["row_number"].to_pylist()
    assert lines == [2, 17, 18]  # blank lines are no records, and still count as lines


def test_swapped_needs_evidence(tmp_path: Path) -> None:
    """A flight that passes near its own mirror image is left alone."""
    t = np.arange(200)
    lat, lon = np.linspace(50, 8, 200), np.linspace(10, 52, 200)
    lines = [f"{1758265000 + 60 * i},a,{x},{y}" for i, x, y in zip(t, lon, lat, strict=True)]
    assert read(tmp_path, "t,track,lon,lat\n" + "\n".join(lines)).input.quarantined == 0


def test_nothing_usable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="holds no records"):
        read(tmp_path, "t,track,lon,lat\n")
    with pytest.raises(FeedError, match="none of its times states a zone"):
        read(
            tmp_path, "t,track,lon,lat\n2025-09-19 06:58:00,a,26,59\n2025-09-19 06:58:10,a,26,59\n"
        )
    with pytest.raises(FeedError, match=r"none of its 2 records.*bad-position 2.*line 2"):
        read(
            tmp_path,
            "t,track,lon,lat\n1758265000,a,26,99\n1758265001,a,26,99\n".replace("26,", "326,"),
        )
    with pytest.raises(FeedError, match="names the column lat twice"):
        read(tmp_path, "t,lat,lon,lat\n1758265000,1,2,3\n")


def test_a_number_without_unit_or_datum_is_left_aside(tmp_path: Path) -> None:
    reading = read(tmp_path, "t,lat,lon,altitude\n1758265000,59,26,35000\n")
    assert "h_pressure_m" not in reading.fixes.column_names
    assert "neither its unit nor its datum" in reading.input.notes[0]


MAPPING = """
lat = "y"
lon = "x"
[time]
column = "when"
format = "%d.%m.%Y %H:%M:%S"
timezone = "Europe/Tallinn"
[altitude]
column = "alt"
unit = "ft"
datum = "pressure"
[speed]
column = "v"
unit = "kt"
[track]
column = "course"
[id]
column = "hex"
kind = "icao24"
[sigma]
column = "err"
unit = "km"
"""
MAPPED = "when;hex;x;y;alt;v;course;err\n19.09.2025 09:58:00;4AB179;26,1;59,7;30000;400;-90;0,05\n"


def test_a_mapping_names_units_datum_and_zone(tmp_path: Path) -> None:
    row = read(tmp_path, MAPPED, MAPPING).fixes.to_pylist()[0]
    assert row["t_applicability"].isoformat() == "2025-09-19T06:58:00+00:00"
    assert (row["lon_deg"], row["lat_deg"], row["icao24"]) == (26.1, 59.7, 0x4AB179)
    assert row["h_pressure_m"] == pytest.approx(30000 * FT_M)
    assert row["gs_mps"] == pytest.approx(400 * KT_MPS)
    assert (row["track_deg"], row["pos_cov_ee"]) == (270.0, pytest.approx(2500.0))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'datum = "pressure"',
            "",
            r"map.toml \[altitude\]: datum is None; say pressure, msl or hae",
        ),
        ('unit = "kt"', 'unit = "mph"', r"\[speed\]: unit is 'mph'"),
        ('timezone = "Europe/Tallinn"', "", "has no zone"),
        ('column = "alt"', 'column = "height"', "no column 'height'"),
        ('lat = "y"', "", r"\[lat\]: names no column"),
        ("[sigma]", "[sigmas]", r"\[sigmas\]: is not known"),
        ("[time]", "[time", "no TOML"),
    ],
)
def test_a_wrong_mapping_names_its_part(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(FeedError, match=problem):
        read(tmp_path, MAPPED, MAPPING.replace(old, new, 1))


def test_time_of_day_over_midnight(tmp_path: Path) -> None:
    mapping = 'lat = "lat"\nlon = "lon"\n[time]\ncolumn = "s"\nunit = "tod"\n'
    text = "s,lat,lon\n86399.5,59,26\n0.5,59,26\n"
    fixes = read(tmp_path, text, mapping, date(2025, 9, 19)).fixes
    stamps = [t.isoformat() for t in fixes["t_applicability"].to_pylist()]
    assert stamps == ["2025-09-19T23:59:59.500000+00:00", "2025-09-20T00:00:00.500000+00:00"]
    with pytest.raises(FeedError, match="--date"):
        read(tmp_path, text, mapping)


def parquet(table: pa.Table) -> Source:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return Source("tracks.parquet", sink.getvalue().to_pybytes(), bytes(32))


def test_parquet_nan_is_a_fault_and_null_is_not() -> None:
    table = pa.table(
        {
            "t": pa.array([1758265000.0, 1758265001.0, None, 1758265003.25]),
            "track": ["a", "a", "a", None],
            "lon": pa.array([26.0, float("nan"), 26.0, None]),
            "lat": pa.array([59.0, 59.0, 59.0, None]),
        }
    )
    reading = tabular.read(parquet(table), ReadOptions())
    assert reading.input.reasons == {"nan-position": 1, "no-time": 1}
    assert reading.fixes["lat_deg"].to_pylist() == [59.0, None]
    assert reading.refusals[0].place == "row 2"


def test_parquet_naive_timestamps_are_refused() -> None:
    table = pa.table({"t": pa.array([0], pa.timestamp("us")), "lon": [26.0], "lat": [59.0]})
    with pytest.raises(FeedError, match="time without a zone"):
        tabular.read(parquet(table), ReadOptions())


@given(
    st.lists(
        st.tuples(
            st.integers(315964800 * 10**6, 4102444799 * 10**6),
            st.floats(-180, 180),
            st.floats(-90, 90),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_parquet_values_come_out_as_they_went_in(rows: list[tuple[int, float, float]]) -> None:
    stamps, lon, lat = zip(*rows, strict=True)
    t = pa.array(stamps, pa.timestamp("us", "UTC"))
    fixes = tabular.read(parquet(pa.table({"t": t, "lon": lon, "lat": lat})), ReadOptions()).fixes
    assert fixes["t_applicability"].cast(t.type).combine_chunks().equals(t)
    assert fixes["lon_deg"].to_pylist() == list(lon)
    assert fixes["lat_deg"].to_pylist() == list(lat)


def test_fixes_read_back_identically(tmp_path: Path) -> None:
    first = read(tmp_path, BAD).fixes
    pq.write_table(first, tmp_path / "fixes.parquet", row_group_size=2)
    again = formats.read(tmp_path / "fixes.parquet")
    assert again.input.format == "fixes"
    assert again.fixes.equals(first)
    assert again.fixes.schema.equals(pa.schema([FIX.field(n) for n in first.column_names]))
    wrong = first.set_column(0, "obs_id", first["obs_id"].cast(pa.string()))
    pq.write_table(wrong, tmp_path / "wrong.parquet")
    with pytest.raises(FeedError, match="column obs_id is string, not uint64"):
        formats.read(tmp_path / "wrong.parquet")


def test_the_same_file_gives_the_same_table(tmp_path: Path) -> None:
    assert read(tmp_path, BAD) == read(tmp_path, BAD)
