"""Planes about many meridians, against another implementation and the ways out and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Proj

from tocsin.track import conformal
from tocsin.track.mercator import gridded, placed
from tocsin.track.plane import MANY, Plane


def test_one_degree_on_the_equator() -> None:
    """On the meridian the scale is one; the quarter meridian is 10,001,965.729 m (WGS-84)."""
    here = gridded(np.array([24.0]), np.array([90.0 - 1e-9]), np.array([24.0]))
    assert here.y_m[0] == pytest.approx(10_001_965.729, abs=1e-3)
    assert here.x_m[0] == pytest.approx(0.0, abs=1e-6)
    assert here.scale[0] == pytest.approx(1.0, abs=1e-9)


@given(
    lon0=st.floats(-180, 180),
    off=st.floats(-20, 20),
    lat=st.floats(-80, 80),
)
def test_as_proj_has_it_and_back_again(lon0: float, off: float, lat: float) -> None:
    lon = (lon0 + off + 180) % 360 - 180
    got = gridded(np.array([lon]), np.array([lat]), np.array([lon0]))
    other = Proj(proj="tmerc", lon_0=lon0, lat_0=0, ellps="WGS84")
    x, y = other(lon, lat)
    factors = other.get_factors(lon, lat)
    assert got.x_m[0] == pytest.approx(x, abs=1e-5)
    assert got.y_m[0] == pytest.approx(y, abs=1e-5)
    assert got.scale[0] == pytest.approx(factors.meridional_scale, abs=1e-8)
    assert np.degrees(got.convergence_rad[0]) == pytest.approx(
        factors.meridian_convergence, abs=1e-6
    )
    back_lon, back_lat, there = placed(got.x_m, got.y_m, np.array([lon0]))
    assert abs((back_lon[0] - lon + 180) % 360 - 180) < 1e-10
    assert back_lat[0] == pytest.approx(lat, abs=1e-10)
    assert there.scale == pytest.approx(got.scale, abs=1e-11)
    assert there.convergence_rad == pytest.approx(got.convergence_rad, abs=1e-11)


@pytest.mark.parametrize("lat", [-50.0, 0.0, 59.8, 78.0])
@pytest.mark.parametrize("reach_m", [300.0, 150_000.0])
def test_very_many_points_come_out_of_a_plane_as_few_do(
    monkeypatch: pytest.MonkeyPatch, lat: float, reach_m: float
) -> None:
    plane = Plane(24.9, lat)
    xy = np.random.default_rng(1).uniform(-reach_m, reach_m, (MANY, 2))
    exact = plane.exactly(xy)
    for _ in range(2):
        for got, wanted in zip(plane.lonlat(xy), exact, strict=True):
            assert np.abs(got - wanted).max() < 1e-11  # degrees: a micrometre
            assert not np.array_equal(got, wanted)  # by the series
        monkeypatch.setattr(conformal, "library", lambda: None)


def test_parts_of_rows_are_filled_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    plane = Plane(179.9, 60.0)
    xy = np.random.default_rng(1).uniform(-3e4, 3e4, (40, 7, 2))
    for _ in range(2):
        out = np.full((2, 40, 11), 500.0)
        plane.into(xy, out[0, :, 2:9], out[1, :, 2:9])
        lon, lat = plane.exactly(xy)
        assert np.abs((out[0, :, 2:9] - lon + 180) % 360 - 180).max() < 1e-11
        assert np.abs(out[1, :, 2:9] - lat).max() < 1e-11
        assert np.all(out[:, :, [0, 1, 9, 10]] == 500.0)
        monkeypatch.setattr(conformal, "library", lambda: None)


def test_where_a_series_would_not_do_there_is_none() -> None:
    near_the_pole = Plane(0.0, 88.0)
    assert conformal.series(2e5, near_the_pole.exactly) is None
    wide = np.random.default_rng(2).uniform(-2e5, 2e5, (MANY, 2))
    for got, wanted in zip(near_the_pole.lonlat(wide), near_the_pole.exactly(wide), strict=True):
        assert np.array_equal(got, wanted)
    nowhere = np.zeros((MANY, 2))
    assert Plane(5.0, 7.0).lonlat(nowhere)[1] == pytest.approx(7.0, abs=1e-11)
