"""Times, numbers, heights and identities as text."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import FeedError
from tocsin.feed import parse, textcells
from tocsin.feed.parse import NAT, Fault


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * parse.NS


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2025-09-19T06:58:00Z", ns("2025-09-19T06:58:00+00:00")),
        ("2025-09-19 09:58:00+03:00", ns("2025-09-19T06:58:00+00:00")),
        ("2025-09-19T06:58:00.123456789Z", ns("2025-09-19T06:58:00+00:00") + 123456789),
        ("2025-09-19T06:58Z", ns("2025-09-19T06:58:00+00:00")),
        (" 2025-09-19T02:28:00-0430 ", ns("2025-09-19T06:58:00+00:00")),
        ("2025-09-19 06:58:00 UTC", ns("2025-09-19T06:58:00+00:00")),
        ("2016-12-31T23:59:60Z", ns("2017-01-01T00:00:00+00:00")),  # a leap second
    ],
)
def test_times(text: str, wanted: int) -> None:
    value, fault = textcells.times(pl.Series([text]))
    assert (value[0], fault[0]) == (wanted, Fault.NONE)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("2025-09-19T06:58:00", Fault.NAIVE),
        ("2025-02-30T06:58:00Z", Fault.UNREADABLE),
        ("2025-09-19T25:00:00Z", Fault.UNREADABLE),
        ("yesterday", Fault.UNREADABLE),
        ("", Fault.BLANK),
        ("N/A", Fault.BLANK),
    ],
)
def test_times_that_are_none(text: str, fault: Fault) -> None:
    value, found = textcells.times(pl.Series([text]))
    assert (value[0], found[0]) == (NAT, fault)


@given(st.datetimes(datetime(1980, 1, 7), datetime(2099, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_any_time_reads_back(when: datetime) -> None:
    value, _ = textcells.times(pl.Series([when.isoformat()]))
    whole = when.replace(microsecond=0)
    assert value[0] == int(whole.timestamp()) * parse.NS + when.microsecond * 1000
    assert textcells.times(pl.Series([parse.iso(int(value[0]))]))[0][0] == value[0]


def test_clock_change_is_not_guessed() -> None:
    hours = pl.Series(["2025-10-26T03:30:00", "2025-03-30T03:30:00", "2025-07-01T03:30:00"])
    value, fault = textcells.times(hours, "Europe/Tallinn")
    assert fault.tolist() == [Fault.AMBIGUOUS, Fault.AMBIGUOUS, Fault.NONE]
    assert value[2] == ns("2025-07-01T00:30:00+00:00")
    with pytest.raises(FeedError, match="not the name of a time zone"):
        textcells.times(hours, "Tallinn/Old Town")


def test_seconds_keep_microseconds_and_no_noise() -> None:
    values = parse.epoch_ns(np.array([1643816699.932, np.nan, 1e300]))
    assert values[0] == 1643816699932000000
    assert values[1] == NAT
    assert values[2] >= parse.LATEST_NS
    assert parse.epoch_ns(np.array([1643816699932], np.int64), "ms")[0] == values[0]


def test_numbers() -> None:
    value, fault = textcells.numbers(pl.Series(["1e2", " 7 ", "FL35O", "", "NaN", "inf", "-"]))
    assert value[:2].tolist() == [100.0, 7.0]
    assert fault.tolist() == [
        Fault.NONE, Fault.NONE, Fault.UNREADABLE, Fault.BLANK, Fault.NAN, Fault.UNREADABLE,
        Fault.BLANK,
    ]  # fmt: skip
    assert textcells.numbers(pl.Series(["59,5"]), decimal_comma=True)[0][0] == 59.5


def test_heights() -> None:
    level, feet = parse.height("FL350"), parse.height("1500 ft")
    assert level is not None
    assert feet is not None
    assert (level[0], feet[0]) == pytest.approx((10668.0, 457.2))  # 350 and 15 hundred feet
    assert (level[1], feet[1]) == ("pressure", "")
    assert parse.height("35000") is None
    assert parse.height("FL35O") is None


def test_identities() -> None:
    assert parse.address("4AB179") == 0x4AB179
    assert parse.address("0x8467d8") == 0x8467D8
    assert parse.address("~2b1234") == (1 << 24) | 0x2B1234
    assert parse.address("4ab17") is None
    assert (parse.squawk("0416"), parse.squawk("7800")) == (416, None)
    value, bad = parse.each_once(pa.array(["4ab179", None, "nope", "4ab179"]), parse.address)
    assert value[[0, 3]].tolist() == [0x4AB179] * 2
    assert np.isnan(value[1:3]).all()
    assert bad.tolist() == ["nope"]


@given(st.floats(-1e6, 1e6))
def test_directions_fold(angle: float) -> None:
    folded = float(parse.turn_deg(np.array([angle]))[0])
    assert 0 <= folded < 360
    assert abs(np.sin(np.radians(folded)) - np.sin(np.radians(angle))) < 1e-6
    assert parse.turn_deg(np.array([-121.0]))[0] == 239.0


@given(st.integers(0, 86_399), st.lists(st.integers(0, 40_000), min_size=1, max_size=20))
def test_midnight_is_unrolled(start_s: int, steps_s: list[int]) -> None:
    elapsed = np.cumsum([start_s, *steps_s]).astype(np.float64)
    found = parse.unroll_midnight(elapsed % 86_400, date(2025, 9, 19))
    base = ns("2025-09-19T00:00:00+00:00")
    assert (found == base + elapsed.astype(np.int64) * parse.NS).all()


def test_midnight_with_late_arrivals_and_gaps() -> None:
    found = parse.unroll_midnight(
        np.array([86_399.0, 1.0, np.nan, 86_399.5, 2.0]), date(2025, 9, 19)
    )
    base = ns("2025-09-20T00:00:00+00:00")
    assert found[2] == NAT
    assert ((found[[0, 1, 3, 4]] - base) / 1e9).tolist() == [-1.0, 1.0, -0.5, 2.0]


def test_text_encodings() -> None:
    assert parse.utf8("\ufefft,lat".encode()) == b"t,lat"
    assert parse.utf8("t,lat".encode("utf-16")) == b"t,lat"
    with pytest.raises(FeedError, match="UTF-16"):
        parse.utf8(b"\xff\xfea")
