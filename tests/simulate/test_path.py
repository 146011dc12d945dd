"""Paths are flown as an aircraft flies: legs on the geodesic, turns of the right radius."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulate.scenes import straight
from tocsin.geo import WGS84
from tocsin.simulate.chance import wander
from tocsin.simulate.formation import members, offsets
from tocsin.simulate.geometry import to_geodetic
from tocsin.simulate.path import Waypoint, fly, through

CORNER = (
    Waypoint(59.5, 24.0, 6_000.0, 200.0),
    Waypoint(59.5, 25.0, 6_000.0, 200.0),
    Waypoint(60.0, 25.0, 6_000.0, 200.0),
)


def test_a_turn_has_the_radius_of_its_speed_and_bank() -> None:
    """Rate of turn g tan(bank) / v: 1.310 degrees a second at 200 m/s and 25 degrees."""
    flown = fly(CORNER, 25.0, 0.0)
    east, north, _ = flown.motion(flown.t_s)
    course = np.degrees(np.unwrap(np.arctan2(east, north)))
    rate = np.gradient(course, flown.t_s)
    turning = np.abs(rate) > 0.5
    assert np.median(rate[turning]) == pytest.approx(-1.310, abs=4e-3)  # and meridians converge
    # Flown by, from 90 degrees (plus convergence) to 0.
    assert course[0] == pytest.approx(89.57, abs=0.05)
    assert course[-1] == pytest.approx(0.0, abs=0.01)
    gap = np.hypot(
        (flown.geodetic(flown.t_s)[0] - 25.0) * 56_600,
        (flown.geodetic(flown.t_s)[1] - 59.5) * 111_400,
    )
    radius = 200**2 / (9.80665 * np.tan(np.radians(25)))
    assert gap.min() == pytest.approx(radius * (np.sqrt(2) - 1), rel=0.02)


def test_speed_along_the_path_is_what_was_asked_for() -> None:
    flown = fly(CORNER, 25.0, 0.0)
    east, north, up = flown.motion(flown.t_s[1:-1])
    assert np.sqrt(east**2 + north**2 + up**2) == pytest.approx(
        np.full(len(up), 200.0), rel=2e-3
    )  # 6 km above the ellipsoid is 0.1 % further than on it


def test_speed_and_height_change_along_a_leg_only_and_smoothly() -> None:
    points = (
        Waypoint(60.0, 24.0, 3_000.0, 150.0),
        Waypoint(60.0, 25.0, 6_000.0, 250.0),
    )
    flown = fly(points, 25.0, 100.0)
    _, _, h = flown.geodetic(flown.t_s)
    _, _, up = flown.motion(flown.t_s)
    _, _, length = WGS84.inv(24.0, 60.0, 25.0, 60.0)
    assert flown.t_s[0] == 100.0
    assert flown.t_s[-1] == pytest.approx(100 + length / 200, abs=0.5)  # mean of both speeds
    assert h[0] == pytest.approx(3_000, abs=0.01)
    assert h[-1] == pytest.approx(6_000, abs=1)
    assert (np.diff(h) >= 0).all()
    assert np.abs(up[[0, -1]]).max() < 0.5


def test_legs_follow_the_geodesic() -> None:
    target = straight()
    lon, lat, _ = target.flown.geodetic(np.arange(0.0, 3_600.0, 60.0))
    n = len(lon)
    first, _, _ = WGS84.inv(lon[:1], lat[:1], lon[-1:], lat[-1:])
    azimuth, _, far = WGS84.inv(np.full(n - 1, lon[0]), np.full(n - 1, lat[0]), lon[1:], lat[1:])
    off = far * np.sin(np.radians(azimuth - first))
    assert np.abs(off).max() < 0.05


def test_a_turn_without_room_is_an_error_that_names_the_waypoints() -> None:
    near = (CORNER[0], CORNER[1], Waypoint(59.51, 25.0, 6_000.0, 200.0))
    with pytest.raises(ValueError, match=r"between waypoints 2 and 3 the turns need 88.. m"):
        fly(near, 25.0, 0.0)
    back = (CORNER[0], CORNER[1], Waypoint(59.5, 24.1, 6_000.0, 200.0))
    with pytest.raises(ValueError, match=r"waypoint 2 asks for a turn of 1.. degrees"):
        fly(back, 25.0, 0.0)


@given(st.lists(st.floats(20, 400), min_size=1, max_size=6))
def test_a_path_through_points_is_there_on_time(steps: list[float]) -> None:
    t = np.concatenate([[0.0], np.cumsum(np.round(steps * np.array(2)) / 2)])
    rng = np.random.default_rng(len(steps))
    lon, lat, h = (
        179.9 + 0.2 * rng.random(len(t)),
        60 + rng.random(len(t)),
        5_000 * rng.random(len(t)),
    )
    lon = (lon + 180) % 360 - 180
    flown = through(t, lon, lat, h)
    at_lon, at_lat, at_h = flown.geodetic(t)
    assert np.abs((at_lon - lon + 180) % 360 - 180).max() < 1e-6
    assert at_lat == pytest.approx(lat, abs=1e-6)
    assert at_h == pytest.approx(h, abs=0.5)


def test_outside_its_time_a_path_is_nowhere() -> None:
    flown = fly(CORNER, 25.0, 50.0)
    xyz, v = flown.at(np.array([0.0, 60.0]))
    assert np.isnan(xyz[0]).all()
    assert np.isnan(v[0]).all()
    assert np.isfinite(xyz[1]).all()


def test_the_modes_turn_at_the_rates_of_the_smoother_workload() -> None:
    """Turns at 1.2 to 1.8 degrees a second, some 16 % of the time (METHODS, section 2)."""
    shares = []
    for seed in range(20):
        flown = wander(
            np.random.default_rng(seed), lon_deg=25.0, lat_deg=60.0, h_hae_m=9_000.0,
            course_deg=40.0, speed_mps=180.0, start_s=0.0, seconds=4_000.0, heavy=False,
        )  # fmt: skip
        east, north, _ = flown.motion(flown.t_s)
        course = np.degrees(np.unwrap(np.arctan2(east, north)))
        rate = np.abs(np.gradient(course, flown.t_s))
        assert rate.max() < 1.95
        shares.append(float((rate > 0.6).mean()))
        assert np.median(np.hypot(east, north)) == pytest.approx(180.0, rel=3e-3)
    assert np.mean(shares) == pytest.approx(0.16, abs=0.03)


def test_heavy_manoeuvres_are_in_no_mode() -> None:
    flown = wander(
        np.random.default_rng(3), lon_deg=25.0, lat_deg=60.0, h_hae_m=9_000.0,
        course_deg=40.0, speed_mps=180.0, start_s=0.0, seconds=8_000.0, heavy=True,
    )  # fmt: skip
    east, north, _ = flown.motion(flown.t_s)
    rate = np.gradient(np.degrees(np.unwrap(np.arctan2(east, north))), flown.t_s)
    assert np.median(np.abs(rate)) < 1.2  # mostly gentler than any turn of the modes
    assert np.abs(rate).max() > 2.5  # now and then sharper
    assert np.hypot(east, north).std() > 5.0


@pytest.mark.parametrize("shape", ["wedge", "trail", "abreast"])
def test_members_fly_about_the_path_of_their_formation(shape: str) -> None:
    flown = fly(CORNER, 25.0, 0.0)
    flying = members(flown, 3, shape, 150.0)
    mean = np.mean([each.xyz_m for each in flying], axis=0)
    assert np.abs(mean - flown.xyz_m).max() < 1e-6
    apart = np.linalg.norm(flying[0].xyz_m - flying[1].xyz_m, axis=1)
    wanted = {"wedge": np.hypot(150, 150), "trail": 150.0, "abreast": 150.0}[shape]
    assert apart == pytest.approx(np.full(len(apart), wanted), abs=1e-6)


def test_the_leader_of_a_wedge_is_ahead() -> None:
    right, back = offsets(3, "wedge", 100.0)
    assert back[0] < back[1] == back[2]
    assert right[1] < right[0] < right[2]
    flown = straight().flown
    leader, _, starboard = members(flown, 3, "wedge", 100.0)
    lon, lat, _ = to_geodetic(np.stack([leader.xyz_m[100], starboard.xyz_m[100]]))
    assert lon[0] > lon[1]  # flying east
    assert lat[0] > lat[1]  # south is to the right
