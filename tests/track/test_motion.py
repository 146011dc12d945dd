"""Distances agree with geodesics, and speeds are those of the flight around a fix."""

from __future__ import annotations

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from tests.track.lines import line, moving
from tocsin.track.limits import IntegritySettings
from tocsin.track.motion import distance_m, fast_mps, legs, plane_m, track_starts

RULES = IntegritySettings()
LAT, LON = st.floats(-85, 85), st.floats(-180, 180)


@given(LAT, LON, LAT, LON)
def test_distance_agrees_with_the_ellipsoid_to_six_parts_in_a_thousand(
    lat0: float, lon0: float, lat1: float, lon1: float
) -> None:
    true_m = Geodesic.WGS84.Inverse(lat0, lon0, lat1, lon1)["s12"]
    got = distance_m(*(np.array([v]) for v in (lat0, lon0, lat1, lon1)))[0]
    assert got == pytest.approx(true_m, rel=6e-3, abs=0.01)


@given(st.floats(-75, 75), LON, st.floats(-50e3, 50e3), st.floats(-50e3, 50e3))
def test_the_plane_agrees_with_the_sphere_across_the_antimeridian_too(
    lat: float, lon: float, east: float, north: float
) -> None:
    lat1 = lat + north / 111_195
    lon1 = (lon + east / 111_195 / np.cos(np.radians(lat)) + 540) % 360 - 180
    ends = tuple(np.array([v]) for v in (lat, lon, lat1, lon1))
    assert np.hypot(*plane_m(*ends))[0] == pytest.approx(distance_m(*ends)[0], rel=1e-2, abs=0.1)


def test_speed_is_that_of_three_legs_and_never_across_a_gap_or_a_leap() -> None:
    t = [0, 10, 20, 30, 300, 310, 320]
    m = moving(line(t, [0, 1000, 2000, 3000, 90_000, 92_000, 94_000]))
    leg = legs(m, RULES)
    assert leg.before_mps[[3, 6]] == pytest.approx([100, 200], rel=1e-3)
    assert leg.after_mps[[0, 4]] == pytest.approx([100, 200], rel=1e-3)
    assert np.isnan(leg.before_mps[[0, 4]]).all()
    assert np.isnan(leg.after_mps[[3, 6]]).all()


def test_twenty_fixes_a_second_give_the_speed_of_seconds_not_of_their_errors() -> None:
    t = np.arange(0, 10, 0.05)
    noise = np.where(np.arange(len(t)) % 2, 30.0, -30.0)  # 60 m in 0.05 s would be 1,200 m/s
    leg = legs(moving(line(t.tolist(), (200 * t + noise).tolist())), RULES)
    assert leg.before_mps[100] == pytest.approx(200, abs=31)
    assert leg.after_mps[100] == pytest.approx(200, abs=31)


def test_tracks_do_not_touch_each_other() -> None:
    names = ["a"] * 5 + ["b"] * 5
    east = [0, 100, 200, 300, 400, 9e5, 9e5, 9e5, 9e5, 9e5]
    m = moving(line([*range(5), *range(5)], east, track=names))
    leg = legs(m, RULES)
    assert track_starts(m.track).tolist() == [0] * 5 + [5] * 5
    assert leg.same.tolist() == [True] * 4 + [False] + [True] * 4
    assert fast_mps(m, leg) == pytest.approx([100] * 5 + [0] * 5, abs=0.1)


def test_a_zero_that_stands_alone_is_no_speed() -> None:
    speeds = [220.0, 221.0, 0.0, 220.0, 220.0]
    m = moving(line(range(5), [0, 220, 440, 660, 880], gs=speeds))
    assert np.isnan(m.gs_mps).tolist() == [False, False, True, False, False]
