"""Positions are decided once, from what went before, and a doubtful one is not placed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed.squitters import ADDRESS, airborne, column, numbers, read_frames, surface, velocity

from tocsin.feed import cpr
from tocsin.feed.source import ReadOptions
from tocsin.schema import Flag

Track = list[tuple[float, str]]


def flight(
    count: int, start: float = 0.0, lat: float = 59.0, lon: float = 25.0, mps: float = 250.0
) -> Track:
    """A flight north, one frame every half second, parity in turn."""
    step = mps * 0.5 / 111_320
    return [(start + 0.5 * i, airborne(lat + step * i, lon, bool(i % 2))) for i in range(count)]


def test_the_first_frame_waits_for_its_pair_and_is_never_filled_in() -> None:
    lat = numbers(read_frames(flight(4)), "lat_deg")
    assert np.isnan(lat[0])
    assert lat[1:] == pytest.approx(59 + 125 / 111_320 * np.arange(1, 4), abs=5e-5)


def test_one_frame_after_a_gap_is_placed_by_the_last_position_and_flagged() -> None:
    reading = read_frames([*flight(3), (61.0, airborne(59.13, 25.0, False))])
    assert numbers(reading, "lat_deg")[3] == pytest.approx(59.13, abs=5e-5)
    assert column(reading, "flags") == [0, 0, 0, int(Flag.CPR_REFERENCE)]


@given(st.integers(0, 40), st.lists(st.integers(0, 39), max_size=15), st.floats(-85, 85))
def test_what_comes_later_changes_nothing(cut: int, lost: list[int], lat: float) -> None:
    frames = [f for i, f in enumerate(flight(40, lat=lat)) if i not in lost]
    frames += flight(6, start=25.0, lat=lat / 2)  # and a leap
    whole, part = read_frames(frames), read_frames(frames[:cut])
    for name in ("lat_deg", "lon_deg"):
        np.testing.assert_array_equal(numbers(whole, name)[:cut], numbers(part, name))
    assert column(whole, "flags")[:cut] == column(part, "flags")


@given(st.lists(st.integers(0, 59), max_size=30), st.floats(-89, 89), st.floats(-179, 179))
def test_a_true_flight_is_never_misplaced(lost: list[int], lat: float, lon: float) -> None:
    track = flight(60, lat=max(-89.0, lat - 0.07), lon=lon)
    kept = [i for i in range(60) if i not in lost]
    found = numbers(read_frames([track[i] for i in kept]), "lat_deg")
    truth = max(-89.0, lat - 0.07) + 125 / 111_320 * np.array(kept)
    assert np.nanmax(np.abs(np.append(found - truth, 0.0))) < 5e-5


def test_a_leap_is_believed_when_two_pairs_agree_and_not_before() -> None:
    away = flight(5, start=3.0, lat=45.0, lon=5.0)
    lat = numbers(read_frames([*flight(4), *away]), "lat_deg")
    assert np.isnan(lat[4:6]).all()  # a pair across the leap, then the first true one
    assert lat[6:] == pytest.approx(45 + 125 / 111_320 * np.arange(2, 5), abs=5e-5)


def test_a_supersonic_pair_too_far_apart_is_not_used() -> None:
    # 800 m/s for 9 s is 7.2 km, past the 3 NM for which a pair is right.
    even, odd = airborne(59.0, 25.0, False), airborne(59.0 + 7200 / 111_320, 25.0, True)
    codes = np.array([code(even)]), np.array([code(odd)])
    wrong = cpr.from_pair(codes[0], codes[1], np.array([True]))[0][0]
    assert abs(wrong - 59.06) > 1  # a zone off
    fast, slow = velocity(0, 1556, subtype=2), velocity(0, 450)
    for said in ([(0.0, fast)], []):  # nor if nothing is known of its speed
        reading = read_frames([*said, (0.5, even), (9.5, odd)])
        assert np.isnan(numbers(reading, "lat_deg")).all()
    near = airborne(59.0 + 2100 / 111_320, 25.0, True)
    lat = numbers(read_frames([(0.0, slow), (0.5, even), (9.5, near)]), "lat_deg")
    assert lat[2] == pytest.approx(59.0 + 2100 / 111_320, abs=5e-5)


def code(frame: str) -> tuple[int, int]:
    me = int(frame[8:22], 16)
    return me >> 17 & 0x1FFFF, me & 0x1FFFF


def test_a_bad_first_pair_is_not_believed_for_ever() -> None:
    stray = (0.0, airborne(53.1, 21.0, False))  # another aircraft with the same address
    track = flight(11, start=0.5)[1:]
    lat = numbers(read_frames([stray, *track]), "lat_deg")[1:]
    truth = 59 + 125 / 111_320 * np.arange(1, 11)
    assert abs(lat[0] - truth[0]) > 1  # nothing was known that could deny it
    assert np.isnan(lat[1])
    assert lat[2:] == pytest.approx(truth[2:], abs=5e-5)


def test_one_bad_pair_costs_positions_and_misplaces_none() -> None:
    track = flight(12)
    track[6] = (track[6][0], airborne(56.2, 21.0, False))
    lat = numbers(read_frames(track), "lat_deg")
    truth = 59 + 125 / 111_320 * np.arange(12)
    assert np.isnan(lat[6])
    placed = np.isfinite(lat)
    assert lat[placed] == pytest.approx(truth[placed], abs=5e-5)
    assert placed.sum() >= 9


def test_two_aircraft_make_no_pair() -> None:
    frames = [(0.0, airborne(59, 25, False)), (0.5, airborne(59, 25, True, address=ADDRESS + 1))]
    assert np.isnan(numbers(read_frames(frames), "lat_deg")).all()


def test_frames_without_a_clock_are_placed_only_by_a_reference() -> None:
    frames = [(np.nan, text) for _, text in flight(4)]
    assert np.isnan(numbers(read_frames(frames), "lat_deg")).all()
    reading = read_frames(frames, ReadOptions(reference=(58.5, 24.0)))
    assert numbers(reading, "lat_deg") == pytest.approx(59.0, abs=0.01)
    assert set(column(reading, "flags")) == {int(Flag.CPR_REFERENCE)}


def taxi(count: int, start: float = 0.0) -> Track:
    return [(start + 0.5 * i, surface(59.4133, 24.8328, bool(i % 2))) for i in range(count)]


def test_surface_without_a_reference_is_unresolved_and_said_so() -> None:
    reading = read_frames(taxi(4))
    assert np.isnan(numbers(reading, "lat_deg")).all()
    assert "4 x surface position unresolved (no reference)" in reading.input.notes
    assert column(reading, "on_ground") == [True] * 4


def test_surface_with_the_airport_as_reference() -> None:
    lat = numbers(read_frames(taxi(4), ReadOptions(reference=(59.41, 24.83))), "lat_deg")
    assert np.isnan(lat[0])  # a single frame would be pulled to any reference
    assert lat[1:] == pytest.approx(59.4133, abs=1e-4)


@given(st.floats(-60, 60), st.floats(-180, 180))
def test_a_wrong_reference_places_nothing_on_the_surface(lat: float, lon: float) -> None:
    if abs(lat - 59.4) < 1 and abs(lon - 24.8) < 2:
        return
    reading = read_frames(taxi(6), ReadOptions(reference=(lat, lon)))
    assert np.isnan(numbers(reading, "lat_deg")).all()


def test_surface_after_landing_needs_no_reference() -> None:
    final = [(0.5 * i, airborne(59.40, 24.80, bool(i % 2), feet=300)) for i in range(3)]
    lat = numbers(read_frames([*final, *taxi(2, start=20.0)]), "lat_deg")
    assert lat[3:] == pytest.approx(59.4133, abs=1e-4)


def test_surface_long_after_landing_needs_one_again() -> None:
    final = [(0.5 * i, airborne(59.40, 24.80, bool(i % 2), feet=300)) for i in range(3)]
    assert np.isnan(numbers(read_frames([*final, *taxi(4, start=400.0)]), "lat_deg")[3:]).all()
