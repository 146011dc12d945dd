"""OpenSky roll-call Parquet."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.feed.squitters import all_call, column, opened, reply, source

from tocsin.errors import FeedError
from tocsin.feed import rollcall
from tocsin.feed.source import ReadOptions, Source


@pytest.mark.data
def test_a_real_file_is_read_to_the_last_row(shared: Path) -> None:
    data = opened(shared / "data" / "opensky" / "rawmsg_4b1901_20240406.parquet")
    assert rollcall.sniff(data.data)
    reading = rollcall.read(data, ReadOptions())
    assert (reading.input.records, reading.input.quarantined) == (2283, 0)
    assert set(column(reading, "icao24")) == {0x4B1901}
    assert reading.fixes["t_applicability"].null_count == 0


def parquet(**columns: list[object]) -> Source:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return source(sink.getvalue())


def test_bad_rows_are_refused_by_number() -> None:
    frame, other = all_call(), reply(4, 0x0A10, address=0x400000)
    made = parquet(
        mintime=[1712401200.5, None, 1712401200.0, 1712401200.0, 1712401200.0],
        rawmsg=[frame, frame, None, other, frame],
        icao24=["4ab179", "4ab179", "4ab179", "4ab179", "xyz"],
    )
    reading = rollcall.read(made, ReadOptions())
    places = {refusal.place: refusal.reason for refusal in reading.refusals}
    assert places == {
        "row 1": "no-time",
        "row 2": "no-frame",
        "row 3": "address-mismatch",
        "row 4": "bad-address",
    }
    assert (reading.input.records, reading.input.decoded) == (5, 1)
    assert reading.fixes["t_applicability"][0].value == 1712401200_500_000_000


def test_a_file_without_the_columns_is_an_error() -> None:
    with pytest.raises(FeedError, match="has no column rawmsg"):
        rollcall.read(parquet(mintime=[1.0], icao24=["4ab179"]), ReadOptions())


def test_damaged_parquet_is_an_error() -> None:
    with pytest.raises(FeedError, match="is not Parquet"):
        rollcall.read(source(b"PAR1" + bytes(40) + b"PAR1"), ReadOptions())
