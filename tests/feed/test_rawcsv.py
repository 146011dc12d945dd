"""CSV of frames in its three layouts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.feed.squitters import airborne, all_call, column, numbers, opened, reply, source

from tocsin.feed import rawcsv
from tocsin.feed.source import ReadOptions
from tocsin.schema import Reading


def read(text: str) -> Reading:
    return rawcsv.read(source(text.encode()), ReadOptions())


@pytest.mark.data
def test_short_flights_lie_where_they_were_flown(shared: Path) -> None:
    reading = rawcsv.read(opened(shared / "data/adsb_raw/short_flights.csv"), ReadOptions())
    assert (reading.input.records, reading.input.quarantined) == (486, 0)
    lat, lon = numbers(reading, "lat_deg"), numbers(reading, "lon_deg")
    placed = np.isfinite(lat)
    assert placed.sum() == 163
    assert lat[placed].min() > 33.4
    assert lat[placed].max() < 34.5
    assert lon[placed].min() > -84.6
    assert lon[placed].max() < -84.2


@pytest.mark.data
def test_quoted_layout_with_address_and_type_code(shared: Path) -> None:
    reading = rawcsv.read(opened(shared / "data/adsb_raw/sample_data_adsb.csv"), ReadOptions())
    assert (reading.input.records, reading.input.quarantined) == (2000, 0)
    assert np.isfinite(numbers(reading, "lat_deg")).sum() == 933


@pytest.mark.data
def test_layout_with_byte_order_mark_and_address_first(shared: Path) -> None:
    """5,000 replies; the parity of three gives another address than the file states."""
    path = shared / "data/adsb_raw/sample_data_commb_df20.csv"
    reading = rawcsv.read(opened(path), ReadOptions())
    assert (reading.input.records, reading.input.decoded) == (5000, 4997)
    assert reading.input.reasons == {"address-mismatch": 3}
    assert set(column(reading, "source_kind")) == {"mode_s"}
    assert set(column(reading, "icao24_kind")) == {"parity"}


@pytest.mark.parametrize("layout", ["{t},{f}", '{t},"{f}","4AB179",11', "{t},4ab179,{f}\r"])
def test_layouts(layout: str) -> None:
    frames = [airborne(59, 25, odd) for odd in (False, True)]
    lines = [layout.format(t=1457996400 + i, f=f) for i, f in enumerate(frames)]
    text = "\ufeff" + "\n".join(lines) + "\n"
    assert rawcsv.sniff(text.encode())
    reading = read(text)
    assert reading.input.decoded == 2
    assert numbers(reading, "lat_deg")[1] == pytest.approx(59, abs=1e-4)


def test_bad_rows_are_refused_by_line() -> None:
    good = f"1457996400,4AB179,{all_call()}"
    rows = [good, "noon,4AB179,00", "1457996400", "inf,4AB179,00", "1457996400,XYZ,5D4AB179000000"]
    rows += [f"1457996400,4AB178,{reply(4, 0x0A10)}", "1457996400,4AB179,5D4AB1"]
    reading = read("\n".join(rows))
    reasons = [refusal.reason for refusal in sorted(reading.refusals, key=lambda r: r.place)]
    wanted = "no-time bad-row no-time bad-address address-mismatch bad-length"
    assert " ".join(reasons) == wanted
    assert (reading.input.records, reading.input.decoded) == (7, 1)


def test_sniff_does_not_claim_tables_or_avr() -> None:
    assert not rawcsv.sniff(b"time,icao24,lat,lon\n1457996400,4ab179,59.0,25.0\n")
    assert not rawcsv.sniff(b"*5d484fdea248f5;\n")
    assert not rawcsv.sniff(b"")
