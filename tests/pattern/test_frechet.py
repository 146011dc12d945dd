"""The discrete Frechet distance."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.pattern.frechet import discrete_frechet, tracks_km


def apart(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    return np.asarray(np.hypot(*(p[:, None] - q[None]).transpose(2, 0, 1)))


def test_a_published_example() -> None:
    # M. Bareiss, frechetdist, README: P = (1,1),(2,1),(2,2) and Q = (2,2),(0,1),(2,4) give 2.0
    p, q = np.array([(1, 1), (2, 1), (2, 2)]), np.array([(2, 2), (0, 1), (2, 4)])
    assert discrete_frechet(apart(p, q)) == pytest.approx(2.0)


@given(st.integers(0, 2**31), st.integers(1, 8), st.integers(1, 8))
def test_the_recursion_of_the_definition(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    d = apart(rng.random((n, 2)), rng.random((m, 2)))

    @cache
    def leash(i: int, j: int) -> float:
        if i == j == 0:
            return float(d[0, 0])
        before = [
            leash(a, b) for a, b in ((i - 1, j), (i, j - 1), (i - 1, j - 1)) if min(a, b) >= 0
        ]
        return max(float(d[i, j]), min(before))

    assert discrete_frechet(d) == pytest.approx(leash(n - 1, m - 1))
    assert discrete_frechet(d.T) == pytest.approx(discrete_frechet(d))


def test_direction_matters() -> None:
    way = np.column_stack([np.linspace(25, 27, 20), np.full(20, 59.8)])
    assert tracks_km(way, way) == pytest.approx(0, abs=1e-9)
    # 2 degrees of longitude at 59.8 N are 112 km
    assert tracks_km(way, way[::-1]) == pytest.approx(112, abs=1.5)


def test_a_track_beside_another_and_one_that_lingers() -> None:
    way = np.column_stack([np.linspace(25, 27, 20), np.full(20, 59.8)])
    beside = way + np.array([0, 8 / 111.41])
    lingering = np.concatenate([np.repeat(way[:1], 50, axis=0), way])
    assert tracks_km(way, beside) == pytest.approx(8, abs=0.1)
    assert tracks_km(way, lingering) < 1.0


def test_no_points_have_no_distance() -> None:
    with pytest.raises(ValueError, match="without points"):
        discrete_frechet(np.zeros((0, 3)))
    with pytest.raises(ValueError, match="all known"):
        tracks_km(np.array([[25.0, np.nan]]), np.array([[25.0, 59.0]]))
