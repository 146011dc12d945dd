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
def test_very_many_points_come_out_of_a_plane_as_few_do(lat: float, reach_m: float) -> None:
    plane = Plane(24.9, lat)
    xy = np.random.default_rng(1).uniform(-reach_m, reach_m, (MANY, 2))
    made = conformal.lonlat(xy, plane._exactly)
    assert made is not None
    some = xy[::100]
    for got, exact in zip(plane.lonlat(xy), plane.lonlat(some), strict=True):
        assert np.abs(got[::100] - exact).max() < 1e-11  # degrees: a micrometre


def test_where_a_series_would_not_do_there_is_none() -> None:
    near_the_pole = Plane(0.0, 88.0)
    wide = np.random.default_rng(2).uniform(-2e5, 2e5, (50, 2))
    assert conformal.lonlat(wide, near_the_pole._exactly) is None
    assert conformal.lonlat(np.zeros((50, 2)), Plane(0.0, 0.0)._exactly) is None
