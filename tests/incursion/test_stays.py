"""What samples do inside: compiled and in numpy alike, and as worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.incursion import stays as room
from tocsin.incursion.stays import Stays, share_inside, stays
from tocsin.schema import Floats

FIELDS = ("duration_s", "path_m", "every_m", "depth_m", "entry_s", "exit_s")


def test_a_stay_worked_out_by_hand() -> None:
    """-100, 100, 300, -100 m every 10 s at 50 m/s: 5 s in at the first step, 7.5 s of the last."""
    signed = np.array([[-100.0, 100.0, 300.0, -100.0], [-5.0, -5.0, -5.0, -5.0]])
    t_s, seen = np.array([0.0, 10.0, 20.0, 30.0]), np.ones(4, bool)
    # 500 m of meridian each: a degree is 110.574 km at the equator (WGS 84).
    lat = np.tile(np.arange(4) * 500.0 / 110_574.3, (2, 1))
    found = stays(signed, signed / 2, np.full((2, 4), 25.0), lat, seen, t_s, (0, 3))
    assert found.ever.tolist() == [True, False]
    assert found.duration_s == pytest.approx([22.5])
    assert found.path_m == pytest.approx([1125.0], rel=1e-5)
    assert (found.every_m.item(), found.depth_m.item()) == (300.0, 150.0)
    assert (found.entry_s.item(), found.exit_s.item()) == pytest.approx((5.0, 27.5))


def test_an_end_that_was_not_observed_is_none() -> None:
    """What is unobserved counts for nothing: neither its time, nor its depth, nor as an end."""
    signed = np.array([[10.0, 20.0, 900.0, 10.0, -10.0]])
    seen = np.array([True, True, False, True, True])
    place = np.full((1, 5), 25.0), np.full((1, 5), 59.0)
    found = stays(signed, None, *place, seen, np.linspace(0.0, 4.0, 5), (0, 4))
    assert found.duration_s == pytest.approx([1.5])  # 0 to 1, and half of 3 to 4
    assert found.depth_m == pytest.approx([20.0])
    assert np.isnan(found.entry_s).all()
    assert found.exit_s == pytest.approx([3.5])


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_compiled_and_in_numpy_it_is_the_same(seed: int, outward: bool) -> None:
    if room.library() is None:
        pytest.skip("nothing was compiled: no C compiler at install")
    rng = np.random.default_rng(seed)
    rows, times = int(rng.integers(1, 9)), int(rng.integers(2, 30))
    signed = np.round(rng.normal(0.0, 2.0, (rows, times)) + rng.normal(0.0, 2.0, (rows, 1)))
    far = np.maximum(signed, 0) + 1.0 if outward else None
    lon, lat = 25 + rng.uniform(0, 0.01, (2, rows, times))
    t_s = np.cumsum(rng.uniform(0.5, 4, times))
    seen = rng.uniform(size=times) < 0.8
    begin = int(rng.integers(0, times))
    window = begin, int(rng.integers(begin, times))
    given = signed, far, lon, lat, seen, t_s, window
    _alike(stays(*given), room._stays(*given))


def test_a_path_is_the_sum_of_chords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A degree of meridian at 60 N is 111.412 km, of the parallel 55.800 km (WGS 84)."""
    lon, lat = np.array([[25.0, 25.0, 26.0]]), np.array([[59.5, 60.5, 60.5]])

    def path(lon: Floats, lat: Floats) -> Floats:
        rows, times = lon.shape
        inside, seen = np.ones((rows, times)), np.ones(times, bool)
        return stays(inside, None, lon, lat, seen, np.arange(float(times)), (0, times - 1)).path_m

    assert path(lon[:, :2], lat[:, :2]) == pytest.approx(111_412.0, abs=5.0)
    parallel = np.array([[25.0, 26.0]]), np.full((1, 2), 60.0)
    assert path(*parallel) == pytest.approx(55_800.0, abs=5.0)
    rng = np.random.default_rng(1)
    lon = 179.9 + rng.uniform(-0.01, 0.3, (50, 40))  # over the antimeridian, and near a pole
    lat = np.concatenate([rng.uniform(-60, 60, (25, 40)), 89.99 + 0.01 * rng.random((25, 40))])
    quick = path(lon, lat)
    monkeypatch.setattr(room, "library", lambda: None)
    assert path(lon, lat) == pytest.approx(quick, rel=1e-9, abs=1e-6)


def test_shares_of_a_step() -> None:
    found = share_inside(np.array([[1.0, 1.0], [-1.0, -1.0], [3.0, -1.0], [-1.0, 3.0], [0.0, 0.0]]))
    assert found[:, 0].tolist() == [1.0, 0.0, 0.75, 0.75, 0.0]


def _alike(one: Stays, other: Stays) -> None:
    assert (one.ever == other.ever).all()
    for name in FIELDS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-10, atol=1e-6)
