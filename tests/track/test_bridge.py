"""What lies between plots is the same however it is cut, and compiled or not."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin.track import bridge, chance
from tocsin.track.models import Modes
from tocsin.track.plane import Plane

T_S = np.array([0.0, 10.0, 10.001, 25.0, 400.0, 412.0])
GRID_S = np.sort(np.append(np.arange(0.0, 412.5, 3.0), [10.0, 10.0005, 10.001, 25.0, 400.0, 412.0]))


def states(samples: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.normal(0, 50, (samples, len(T_S), 6))
    x[..., 0] += 250 * T_S
    x[..., 2] += 250
    return x, rng.integers(0, 3, (samples, len(T_S)))


@pytest.mark.parametrize("at_once", [1, 200, 100_000])
def test_parts_and_compiler_change_nothing(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    x, mode = states(70)
    given = T_S, x, mode, GRID_S, Modes()
    whole = bridge.bridge(*given, np.random.default_rng(2))
    monkeypatch.setattr(bridge, "AT_ONCE", at_once)
    np.testing.assert_array_equal(bridge.bridge(*given, np.random.default_rng(2)), whole)
    monkeypatch.setattr(bridge, "library", lambda: None)
    plain = bridge.bridge(*given, np.random.default_rng(2))
    np.testing.assert_allclose(plain, whole, rtol=0, atol=1e-6)
    for k, t in enumerate(T_S):
        at = np.flatnonzero(t == GRID_S)
        assert len(at) and np.array_equal(whole[:, at[0]], x[:, k, :2])


def test_it_goes_on_as_the_states_do() -> None:
    """A millisecond leaves no room; halfway between two states the variance is q T^3 / 192."""
    x, mode = states(400)
    x[:] = x[:1]
    xy = bridge.bridge(T_S, x, 0 * mode, GRID_S, Modes(), np.random.default_rng(2))
    spread = xy.std(axis=0).max(axis=1)
    assert spread[np.flatnonzero(GRID_S == 10.0005)[0]] < 1e-3
    halfway = spread[np.argmin(np.abs(GRID_S - 212.5))]
    assert halfway == pytest.approx(np.sqrt(Modes().density[0] * 375.0**3 / 192), rel=0.15)


def test_straight_to_longitude_and_latitude() -> None:
    x, mode = states(90)
    plane = Plane(24.9, 59.6)
    lon, lat = np.empty((2, 90, len(GRID_S)))
    given = T_S, x, mode, GRID_S, Modes()
    mean = bridge.placed(*given, np.random.default_rng(3), plane, lon, lat)
    xy = bridge.bridge(*given, np.random.default_rng(3))
    np.testing.assert_allclose(mean, xy.mean(axis=0), rtol=0, atol=1e-9)
    for got, wanted in zip((lon, lat), plane.exactly(xy), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-11)
    one = bridge.bridge(T_S[:1], x[:, :1], mode[:, :1], np.zeros(2), Modes(), chance.Repeated(0))
    assert np.array_equal(one[:, 1], x[:, 0, :2])


def test_numbers_that_are_the_same_for_everybody() -> None:
    rng = np.random.default_rng(7)
    wanted = rng.random(5), rng.standard_normal((2, 3)), rng.random((4,))
    for _ in range(2):
        same = chance.Repeated(7)
        got = same.random(5), same.standard_normal((2, 3)), same.random((4,))
        for one, other in zip(got, wanted, strict=True):
            assert np.array_equal(one, other) and not one.flags.writeable
