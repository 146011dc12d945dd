"""Slant range and azimuth to the ellipsoid, against PROJ and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from tocsin.feed import polar
from tocsin.geo import A_M, E2, WGS84

SITE = (59.39, 24.83, 60.0)


def test_geocentric_coordinates_agree_with_proj() -> None:
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(-89, 89, 500), rng.uniform(-180, 180, 500)
    h = rng.uniform(-500, 40_000, 500)
    proj = Transformer.from_crs(4979, 4978, always_xy=True)
    assert polar.geocentric(lat, lon, h) == pytest.approx(
        np.array(proj.transform(lon, lat, h)).T, abs=1e-6
    )
    back = polar.geodetic(polar.geocentric(lat, lon, h))
    assert back[0] == pytest.approx(lat, abs=1e-12)
    assert back[1] == pytest.approx(lon, abs=1e-12)
    assert back[2] == pytest.approx(h, abs=1e-6)


def test_a_target_at_the_height_of_the_radar_lies_at_the_geodesic_of_its_chord() -> None:
    """Over one place: due north, the chord of 100 km spans an arc longer by s^3 / 24 R^2."""
    lat, lon = polar.place((59.39, 24.83, 0.0), np.array([100e3]), np.array([0.0]), np.array([0.0]))
    _, _, s = WGS84.inv(24.83, 59.39, lon[0], lat[0])
    m = A_M * (1 - E2) / (1 - E2 * np.sin(np.radians(59.84)) ** 2) ** 1.5  # meridian radius
    assert lon[0] == pytest.approx(24.83)
    assert s == pytest.approx(100e3 + 100e3**3 / (24 * m**2), abs=0.01)


def test_height_moves_the_ground_point_as_the_methods_say() -> None:
    """A height uncertain by 9 km moves the point by some 1 km at 50 km and .5 km at 100 km."""
    for range_m, moved_m in ((50e3, 1000.0), (100e3, 500.0)):
        r = np.full(2, range_m)
        lat, lon = polar.place(SITE, r, np.full(2, 90.0), np.array([1e3, 10e3]))
        _, _, s = WGS84.inv(lon[0], lat[0], lon[1], lat[1])
        assert s == pytest.approx(moved_m, rel=0.25)


@given(
    st.floats(-80, 80),
    st.floats(-180, 180),
    st.floats(0, 3000),
    st.lists(
        st.tuples(st.floats(1e3, 450e3), st.floats(0, 360), st.floats(0, 20e3)),
        min_size=1,
        max_size=20,
    ),
)
def test_there_and_back(
    lat: float, lon: float, h: float, seen: list[tuple[float, float, float]]
) -> None:
    range_m, azimuth, height = (np.array(column) for column in zip(*seen, strict=True))
    away = np.hypot(range_m, height - h)  # reachable: farther away than high
    lat1, lon1 = polar.place((lat, lon, h), away, azimuth, height)
    known = np.isfinite(lat1)
    r, a, _ = polar.polar((lat, lon, h), lat1[known], lon1[known], height[known])
    assert r == pytest.approx(away[known], abs=1e-3)
    turn = (a - azimuth[known] + 180) % 360 - 180
    assert np.abs(turn).max(initial=0.0) < 1e-4
    assert known.all()


def test_what_cannot_be_placed_is_nan() -> None:
    lat, lon = polar.place(
        SITE,
        np.array([5e3, np.nan, 50e3, 100.0]),
        np.array([0.0, 0.0, np.nan, 0.0]),
        np.array([10e3, 1e3, 1e3, np.nan]),
    )
    assert np.isnan(lat).all()
    assert np.isnan(lon).all()
