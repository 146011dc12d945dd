"""Geometry against Karney's test set and against PROJ."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from tocsin import geo


@pytest.mark.data
def test_distances_of_geodtest_within_a_millimetre(shared: Path) -> None:
    """GeodTest.dat (Karney 2010): lat1 lon1 azi1 lat2 lon2 azi2 s12, accurate to 1 nm or so."""
    rows = np.loadtxt(shared / "data" / "geodesy" / "GeodTest_first50.dat")
    assert len(rows) == 50
    got = geo.distance_m(rows[:, 1], rows[:, 0], rows[:, 4], rows[:, 3])
    assert np.abs(got - rows[:, 6]).max() < 1e-3


def test_the_middle_of_an_east_west_edge_at_60_north() -> None:
    """METHODS section 1: 105 m for 1 degree, 2.6 km for 5, 10.5 km for 10."""
    for width, off_m in ((1.0, 105.0), (5.0, 2_620.0), (10.0, 10_500.0)):
        _, lat, _, _ = geo.between(
            np.zeros(1), np.full(1, 60.0), np.full(1, width), np.full(1, 60.0), np.full(1, 2)
        )
        got = geo.distance_m(np.full(1, width / 2), np.full(1, 60.0), np.full(1, width / 2), lat)
        assert got[0] == pytest.approx(off_m, rel=0.01)


@given(st.floats(-180, 180), st.floats(-85, 85), st.floats(0, 360), st.floats(1.0, geo.PIECE_M))
def test_a_great_ellipse_stays_within_2_mm_of_its_geodesic(
    lon: float, lat: float, azimuth: float, length_m: float
) -> None:
    line = Geodesic.WGS84.Line(lat, lon, azimuth)
    end, middle = line.Position(length_m), line.Position(length_m / 2)
    a, b, m = geo.ecef(
        np.array([lon, end["lon2"], middle["lon2"]]), np.array([lat, end["lat2"], middle["lat2"]])
    )
    plane = np.cross(a, b - a)
    assert abs(m @ plane) / np.linalg.norm(plane) < 0.002


@given(st.floats(-180, 180), st.floats(-89, 89))
def test_geocentric_and_back(lon: float, lat: float) -> None:
    x, y = geo.lonlat(geo.ecef(np.array([lon]), np.array([lat])))
    assert abs(geo.wrap_deg(x - lon))[0] < 1e-12 and y[0] == pytest.approx(lat, abs=1e-12)


def test_differences_of_longitude_wrap() -> None:
    assert geo.wrap_deg(np.array([359.0, -359.0, 180.5])).tolist() == [-1.0, 1.0, -179.5]


def test_compiled_and_numpy_put_points_in_the_same_place(monkeypatch: pytest.MonkeyPatch) -> None:
    if geo.library() is None:
        if "native" in os.environ.get("TOCSIN_REQUIRE", "").split(","):
            pytest.fail("geocentric coordinates were not compiled")
        pytest.skip("no compiler was at hand at install")
    rng = np.random.default_rng(1)
    corners = np.array([-360.0, -180.0, -90.0, -45.0, 0.0, 45.0, 90.0, 135.0, 180.0, 270.0, 360.0])
    some = np.append(rng.uniform(-540, 540, 1000), np.nan), np.append(rng.uniform(-90, 90, 1000), 5)
    lon = np.append(np.repeat(corners, 5), some[0]).reshape((-1, 16, 2))
    lat = np.append(np.tile([-90.0, -45.0, 0.0, 45.0, 90.0], 11), some[1]).reshape((-1, 16, 2))
    compiled = geo.ecef(lon, lat)
    monkeypatch.setattr(geo, "library", lambda: None)
    plain = geo.ecef(lon, lat)
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=1e-8)
    for one, other in zip(geo.lonlat(compiled), geo.lonlat(plain), strict=True):
        away = np.abs(np.abs(lat) - 90) > 1e-3  # a pole has every longitude
        np.testing.assert_allclose(one[away], other[away], rtol=0, atol=1e-9)
