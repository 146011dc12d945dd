"""Corridors: widths against normal theory, sides against the hand, ellipses against eigenvalues."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin.schema import Floats, Posterior
from tocsin.track.corridor import axes_of, beside, corridor, over_ground, scale_m

K, M = 40, 4000


def flown(lon0: float, along_m: float, across_m: float) -> Posterior:
    """Samples of a flight due north at 100 m/s, Gaussian along and across."""
    rng = np.random.default_rng(3)
    t = np.arange(K, dtype=np.int64) * 1_000_000_000
    lat: Floats = 59.5 + 100.0 * np.arange(K, dtype=np.float64) / 111_400.0
    east_m, north_m = scale_m(lat)
    lon = lon0 + rng.standard_normal((M, 1)) * across_m / east_m
    return Posterior(
        track="primary-1",
        t_ns=t,
        lon_deg=(lon + 180.0) % 360.0 - 180.0,
        lat_deg=lat + rng.standard_normal((M, 1)) * along_m / north_m,
        h_hae_m=np.full((M, K), 5000.0),
        observed=np.ones(K, bool),
    )


@pytest.mark.parametrize("lon0", [25.0, 180.0])
def test_widths_are_those_of_the_spread_across_the_course(lon0: float) -> None:
    found = corridor(flown(lon0, along_m=900.0, across_m=300.0))
    assert (
        found.course_deg == pytest.approx(np.zeros(K), abs=0.01) or (found.course_deg > 359).all()
    )
    assert found.speed_mps == pytest.approx(np.full(K, 100.0), rel=0.01)
    for share, z in ((0.50, 0.6745), (0.95, 1.96)):
        assert found.left_m[share] == pytest.approx(np.full(K, 300 * z), rel=0.12)
        assert found.right_m[share] == pytest.approx(np.full(K, -300 * z), rel=0.12)
    assert np.abs(found.lon_deg).max() <= 180.0


def test_left_of_a_flight_north_lies_west() -> None:
    lon, lat = beside(np.array([25.0]), np.array([59.5]), np.array([0.0]), np.array([1000.0]))
    assert lat == pytest.approx([59.5])
    assert (25.0 - lon[0]) * scale_m(np.array([59.5]))[0][0] == pytest.approx(1000.0)


def test_axes_are_the_roots_of_the_eigenvalues() -> None:
    rng = np.random.default_rng(1)
    root = rng.standard_normal((50, 2, 2))
    cov = root @ np.swapaxes(root, 1, 2)
    major, minor, bearing = axes_of(cov)
    low, high = np.linalg.eigvalsh(cov).T
    assert major == pytest.approx(np.sqrt(high)) and minor == pytest.approx(np.sqrt(low))
    a = np.radians(bearing)
    u = np.stack([np.sin(a), np.cos(a)], axis=1)
    assert np.einsum("na,nab,nb->n", u, cov, u) == pytest.approx(high)


def test_a_degree_on_the_ellipsoid() -> None:
    """WGS 84: a degree of latitude is 110,574 m at the equator and 111,694 m at the pole."""
    east, north = scale_m(np.array([0.0, 90.0]))
    assert north == pytest.approx([110_574.0, 111_694.0], abs=1.0)
    assert east == pytest.approx([111_320.0, 0.0], abs=1.0)


def test_what_stands_still_keeps_its_last_course() -> None:
    lon = np.array([25.0, 25.01, 25.02, 25.02, 25.02, 25.02])
    course, speed = over_ground(np.arange(6.0) * 10, lon, np.full(6, 59.0))
    assert course == pytest.approx(np.full(6, 90.0))
    assert speed[-1] == 0.0
