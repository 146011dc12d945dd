"""What 48-bit stamps are worth."""

from __future__ import annotations

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.feed.clock import MLAT_STAMP, is_gps, timing

DAY = date(2025, 9, 19)


def gps_stamp(second: int, ns: int = 0) -> int:
    return second << 30 | ns


def test_a_counter_of_12_megahertz() -> None:
    found = timing(np.array([100, 100 + 12_000_000, 100 + 6]), DAY, gps=False)
    assert (found.t - found.t[0]).astype(np.int64).tolist() == [0, 1_000_000_000, 500]
    assert found.quality == "counter"


def test_without_a_date_there_is_a_clock_and_no_time() -> None:
    found = timing(np.array([0, 12_000_000]), None, gps=False)
    assert np.isnat(found.t).all()
    assert np.diff(found.clock_s).tolist() == [1.0]
    assert "--date" in found.notes[0]


def test_gps_time_runs_on_past_midnight() -> None:
    stamps = np.array([gps_stamp(86_399, 900_000_000), gps_stamp(0, 100_000_000)])
    found = timing(stamps, DAY, gps=True)
    assert found.t[1] == np.datetime64("2025-09-20T00:00:00.1", "ns")
    assert found.t[1] - found.t[0] == np.timedelta64(200, "ms")


def test_after_a_restart_there_is_no_time_and_no_pairing() -> None:
    found = timing(np.array([0, 12_000_000 * 60, 0]), DAY, gps=False)
    assert np.isnat(found.t).tolist() == [False, False, True]
    assert found.clock_s[2] - found.clock_s[1] > 1e6
    assert any("restarts 1 times" in note for note in found.notes)


def test_a_frame_made_by_multilateration_takes_the_time_before_it() -> None:
    found = timing(np.array([MLAT_STAMP, 24, MLAT_STAMP]), DAY, gps=False)
    assert np.isnat(found.t[0])
    assert found.t[2] == found.t[1]


@given(st.integers(0, 86_399), st.integers(0, 999_999_999))
def test_every_gps_stamp_can_be_read_as_one(second: int, ns: int) -> None:
    assert is_gps(np.array([gps_stamp(second, ns)])).all()
    assert not is_gps(np.array([gps_stamp(86_400 + second, ns)])).any()
    assert not is_gps(np.array([gps_stamp(second, 2**30 - 1)])).any()


@given(st.lists(st.integers(0, 2**48 - 1), max_size=30), st.booleans())
def test_any_stamps_give_some_answer(stamps: list[int], gps: bool) -> None:
    found = timing(np.array(stamps, np.int64), DAY, gps)
    assert len(found.t) == len(found.clock_s) == len(stamps)
