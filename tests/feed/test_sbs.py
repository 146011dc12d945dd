"""BaseStation text: a time without a zone is an error until someone vouches for it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.feed.squitters import column, numbers, source

from tocsin.feed import sbs
from tocsin.feed.source import ReadOptions
from tocsin.schema import Reading
from tocsin.units import FT_M, KT_MPS

UTC = ReadOptions(assume_utc=True)


def msg(kind: int, second: str, *values: str, head: str = "MSG", address: str = "4AB179") -> str:
    when = f"2025/09/19,06:58:{second}"
    filled = list(values) + [""] * (12 - len(values))
    return f"{head},{kind},1,1,{address},1,{when},{when},{','.join(filled)}"


NAMED = msg(1, "00.000", "RFF001")
MOVING = msg(4, "01.000", "", "", "450", "270.5", "", "", "-640")
PLACED = msg(3, "02.500", "", "35000", "", "", "59.50000", "25.25000", "", "", "0", "0", "0", "0")


def read(*lines: str, options: ReadOptions = UTC) -> Reading:
    return sbs.read(source("\r\n".join(lines).encode()), options)


def test_naive_times_are_refused_unless_someone_says_utc() -> None:
    reading = read(NAMED, PLACED, options=ReadOptions())
    assert reading.input.reasons == {"naive-time": 2}
    assert reading.fixes.num_rows == 0
    assert "--assume-utc" in reading.refusals[0].detail


def test_a_position_with_what_was_said_before() -> None:
    reading = read(NAMED, MOVING, PLACED)
    assert "--assume-utc" in reading.input.notes[0]
    assert reading.fixes["t_applicability"].to_numpy()[2] == np.datetime64("2025-09-19T06:58:02.5")
    assert (numbers(reading, "lat_deg")[2], numbers(reading, "lon_deg")[2]) == (59.5, 25.25)
    assert numbers(reading, "h_pressure_m")[2] == pytest.approx(35000 * FT_M)
    assert numbers(reading, "gs_mps")[2] == pytest.approx(450 * KT_MPS)
    assert numbers(reading, "track_deg")[2] == pytest.approx(270.5)
    assert column(reading, "callsign") == ["RFF001", None, "RFF001"]
    assert column(reading, "on_ground") == [None, None, False]
    assert set(column(reading, "t_quality")) == {"host"}


def test_kinds_of_source_and_address() -> None:
    lines = [PLACED, msg(5, "03.000", "", "35000"), msg(7, "03.000", "", "300", address="ABCDEF")]
    lines += [msg(3, "04.000", head="MLAT", address="43C123"), msg(3, "04.000", address="~12345A")]
    reading = read(*lines)
    assert column(reading, "source_kind") == ["adsb", "mode_s", "mode_s", "mlat", "adsb"]
    kinds = ["verified", "verified", "parity", "parity", "non_icao"]
    assert column(reading, "icao24_kind") == kinds


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (PLACED.replace("59.50000", "159.5"), "bad-number"),
        (PLACED.replace("35000", "FL350"), "bad-number"),
        (PLACED.replace("35000", "nan"), "bad-number"),
        (PLACED.replace("4AB179", "4AB17"), "bad-address"),
        (PLACED.replace("06:58", "26:58"), "no-time"),
        (PLACED.replace("2025/09/19", ""), "no-time"),
        (PLACED.replace("MSG,3", "MSG,9"), "bad-row"),
        (PLACED[:60], "bad-row"),
        (msg(6, "05.000", "", "", "", "", "", "", "", "7800"), "bad-number"),
    ],
)
def test_bad_lines_are_refused(line: str, reason: str) -> None:
    reading = read(PLACED, line)
    assert reading.input.reasons == {reason: 1}
    assert (reading.refusals[0].place, reading.input.decoded) == ("line 2", 1)


def test_lines_about_the_screen_are_counted() -> None:
    reading = read("STA,,5,179,400AE7,10103,2025/09/19,06:58:00.000,,,RM", PLACED)
    assert (reading.input.records, reading.input.decoded, reading.fixes.num_rows) == (2, 2, 1)


def test_sniff() -> None:
    assert sbs.sniff(PLACED.encode())
    assert sbs.sniff(b"STA,,5,179,400AE7,10103")
    assert not sbs.sniff(b"MSG is a word,\n")
    assert not sbs.sniff(b"id,lat,lon\n")
