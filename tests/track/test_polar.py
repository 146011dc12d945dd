"""Plots on a plane: compiled they lie where geo.from_polar and PROJ put them, to a micrometre."""

from __future__ import annotations

import os

import numpy as np
import pytest

from tocsin import geo
from tocsin.track import polar
from tocsin.track.plane import Plane


def both(monkeypatch: pytest.MonkeyPatch, *args: object) -> tuple[polar.Placed, polar.Placed]:
    if polar.library() is None:
        if "native" in os.environ.get("TOCSIN_REQUIRE", "").split(","):
            pytest.fail("the reading of plots was not compiled")
        pytest.skip("no compiler was at hand at install")
    compiled = polar.placed(*args)  # type: ignore[arg-type]
    monkeypatch.setattr(polar, "library", lambda: None)
    return compiled, polar.placed(*args)  # type: ignore[arg-type]


@pytest.mark.parametrize("lat_deg", [59.4, -33.0, 0.0, 78.0, 89.9])
@pytest.mark.parametrize("far_m", [30e3, 450e3])
def test_compiled_and_numpy_agree_everywhere(
    monkeypatch: pytest.MonkeyPatch, lat_deg: float, far_m: float
) -> None:
    rng = np.random.default_rng(1)
    rho, theta = rng.uniform(far_m / 10, far_m, 60), rng.uniform(0, 360, 60)
    h = rng.uniform(0, 1, (6, 60)) * np.minimum(16e3, 0.97 * rho)
    sites = [(179.9, lat_deg, 60.0), (-179.0, lat_deg - 0.3, 130.0)]  # over the antimeridian
    of = rng.integers(-1, 2, 60)
    one, other = both(monkeypatch, rho, theta, h, sites, of, Plane(-179.5, lat_deg - 0.1))
    assert np.array_equal(np.isnan(one.xy_m), np.isnan(other.xy_m))
    assert np.array_equal(np.isnan(one.xy_m[:, :, 0]), np.tile(of < 0, (6, 1)))
    np.testing.assert_allclose(one.xy_m, other.xy_m, rtol=0, atol=1e-6)
    np.testing.assert_allclose(one.by_range, other.by_range, rtol=0, atol=1e-7)
    np.testing.assert_allclose(one.by_azimuth, other.by_azimuth, rtol=0, atol=1e-4)


def test_a_plane_far_from_the_radar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where arcs are too long for their series the library's functions do."""
    rho, theta = np.full(8, 200e3), np.arange(8) * 45.0
    h = np.full((1, 8), 9000.0)
    of = np.zeros(8, np.int64)
    one, other = both(monkeypatch, rho, theta, h, [(25.0, 20.0, 0.0)], of, Plane(0.0, 59.0))
    assert np.abs(one.xy_m).max() > 3e6
    np.testing.assert_allclose(one.xy_m, other.xy_m, rtol=0, atol=1e-5)


def test_a_height_out_of_reach_is_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    h = np.array([[9000.0, 11000.0, np.nan]])
    of = np.zeros(3, np.int64)
    given = np.full(3, 10e3), np.full(3, 45.0), h, [(25.0, 59.0, 0.0)], of, Plane(25.0, 59.0)
    for found in both(monkeypatch, *given):
        assert np.isfinite(found.xy_m).all(axis=2).tolist() == [[True, False, False]]


def test_a_plot_has_the_range_and_the_height_it_was_given() -> None:
    site, plane = (25.0, 59.0, 40.0), Plane(25.5, 59.2)
    rho, theta, h = np.array([80e3, 5e3]), np.array([30.0, 200.0]), np.array([[9e3, 3e3]])
    found = polar.placed(rho, theta, h, [site], np.zeros(2, np.int64), plane)
    back = geo.to_polar(*plane.lonlat(found.xy_m[0]), h[0], site)
    np.testing.assert_allclose(back[0], rho, atol=1e-3)
    np.testing.assert_allclose(back[1], theta, atol=1e-6)
