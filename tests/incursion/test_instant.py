"""P(inside) of one instant against Monte Carlo, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin.incursion.boundary import put_together
from tocsin.incursion.instant import inside_at
from tocsin.schema import Outline, Volume

LON = np.array([24.0, 25.0, 25.0, 24.0])
LAT = np.array([59.0, 59.0, 60.0, 60.0])


def box(clip: bool = False) -> Outline:
    zero = np.zeros(4, np.int64)
    return Outline(Volume("BOX", ()), LON, LAT, zero, np.arange(4), np.full(4, clip))


def test_it_agrees_with_drawing_positions() -> None:
    rng = np.random.default_rng(5)
    lon, lat = np.array([24.03, 24.0, 24.01, 23.9]), np.array([59.003, 59.5, 59.5, 59.5])
    cov = np.array([[[250.0**2, 200.0**2], [200.0**2, 400.0**2]]] * 4)
    p, signed = inside_at(lon, lat, cov, put_together([box()]), sigma_m=150.0)
    east_m, north_m = 111_320 * np.cos(np.radians(lat)), 111_400.0
    for k in range(4):
        off = rng.multivariate_normal([0, 0], cov[k], 40_000)
        line_m = rng.standard_normal(40_000) * 150.0
        x, y = lon[k] + off[:, 0] / east_m[k], lat[k] + off[:, 1] / north_m
        near_south = abs(lat[k] - 59.0) < 0.1  # the side that is near; the others are far away
        d = (y - 59.0) * north_m if near_south else (x - 24.0) * east_m[k]
        assert p[k] == pytest.approx(np.mean(d + line_m > 0), abs=0.02)
    assert signed[2] > 0 > signed[3]


def test_more_error_moves_it_to_a_half() -> None:
    boundary = put_together([box()])
    lon, lat = np.full(3, 24.02), np.full(3, 59.5)
    cov = np.eye(2) * np.array([0.0, 1000.0**2, 1e12])[:, None, None]
    p, _ = inside_at(lon, lat, cov, boundary, 0.0)
    assert p[0] == 1.0 and 0.5 < p[1] < 1.0 and p[2] == pytest.approx(0.5, abs=0.01)


def test_no_position_and_no_boundary_are_not_told() -> None:
    cov = np.eye(2)[None]
    p, d = inside_at(np.array([np.nan]), np.array([59.5]), cov, put_together([box()]), 10.0)
    assert np.isnan(p[0]) and np.isnan(d[0])
    p, d = inside_at(np.array([24.5]), np.array([59.5]), cov, put_together([box(clip=True)]), 10.0)
    assert np.isnan(p[0])
