"""Slant range and azimuth above the ellipsoid, against PROJ and against published numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from tocsin.geo import WGS84
from tocsin.simulate.geometry import Site, axes, to_ecef, to_geodetic

TO_ECEF = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


def test_radio_horizon_of_the_effective_earth() -> None:
    """d = 4.12 (sqrt(h1) + sqrt(h2)) km with heights in metres (Skolnik, Introduction, 8.4)."""
    site = Site(25.0, 59.0, 100.0)
    told = site.horizon_m(np.array([9_000.0]), 0.0)[0]
    assert told == pytest.approx(4_120 * (10 + np.sqrt(9_000)), rel=2e-3)


@given(lon=st.floats(-180, 180), lat=st.floats(-89, 89), h=st.floats(-400, 40_000))
def test_geocentric_coordinates_are_those_of_proj_and_come_back(
    lon: float, lat: float, h: float
) -> None:
    xyz = to_ecef(np.array(lon), np.array(lat), np.array(h))
    assert xyz == pytest.approx(TO_ECEF.transform(lon, lat, h), abs=1e-6)
    back = to_geodetic(xyz)
    assert float(back[1]) == pytest.approx(lat, abs=1e-11)
    assert float(back[2]) == pytest.approx(h, abs=1e-6)


def test_azimuth_is_that_of_the_line_of_sight() -> None:
    """A normal section leaves the geodesic by no more than 0.001 degrees over 200 km."""
    site = Site(24.83, 59.39, 60.0)
    azimuth = np.arange(0.0, 360.0, 15.0)
    n = len(azimuth)
    lon, lat, _ = WGS84.fwd(np.full(n, 24.83), np.full(n, 59.39), azimuth, np.full(n, 200_000.0))
    far, seen, elevation = site.polar(to_ecef(np.array(lon), np.array(lat), np.full(n, 60.0)))
    apart = (seen - azimuth + 180) % 360 - 180
    assert np.abs(apart).max() < 1e-3
    assert far == pytest.approx(np.full(n, 200_000.0), rel=1e-4)
    assert (elevation < -0.8).all()  # the Earth falls away: 200 km / 2 R is 0.9 degrees


def test_a_target_overhead_is_as_far_as_it_is_high() -> None:
    site = Site(24.83, 59.39, 60.0)
    far, _, elevation = site.polar(
        to_ecef(np.array([24.83]), np.array([59.39]), np.array([9_060.0]))
    )
    assert far[0] == pytest.approx(9_000.0, abs=1e-6)
    assert elevation[0] == pytest.approx(90.0, abs=1e-4)


@given(azimuth=st.floats(0, 359.9), far=st.floats(20_000, 300_000), h=st.floats(500, 15_000))
def test_a_plot_with_its_height_gives_its_place_back(azimuth: float, far: float, h: float) -> None:
    site = Site(24.83, 59.39, 60.0)
    point = site.place(np.array([far]), np.array([azimuth]), np.array([h]))
    again, seen, _ = site.polar(point)
    assert again[0] == pytest.approx(far, abs=1e-3)
    assert abs((seen[0] - azimuth + 180) % 360 - 180) < 1e-7
    assert to_geodetic(point)[2][0] == pytest.approx(h, abs=1e-2)


def test_height_moves_the_ground_range_of_a_plot_as_the_methods_say() -> None:
    """1 to 10 km of height move ground range by 1.0 km at 50 km and 0.5 km at 100 km."""
    site = Site(24.83, 59.39, 60.0)
    for far, moved in ((50_000.0, 1_000.0), (100_000.0, 500.0)):
        low, high = (
            to_geodetic(site.place(np.array([far]), np.array([0.0]), np.array([h])))
            for h in (1_000.0, 10_000.0)
        )
        _, _, apart = WGS84.inv(low[0][0], low[1][0], high[0][0], high[1][0])
        assert apart == pytest.approx(moved, rel=0.2)


def test_axes_are_right_handed_and_of_unit_length() -> None:
    frame = axes(np.array(24.0), np.array(59.0))
    assert frame @ frame.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.cross(frame[0], frame[1]) == pytest.approx(frame[2], abs=1e-12)
