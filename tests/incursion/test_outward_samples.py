"""Depth of joint samples from the outward limit, against exact distances and against `find`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.incursion.build import tracks
from tests.incursion.test_joint import made
from tests.incursion.test_outward import ACCUSED, ALLY, BOX, _away_m, outline
from tocsin.incursion.boundary import put_together
from tocsin.incursion.facing import facing
from tocsin.incursion.field import signed_distance_m
from tocsin.incursion.find import find
from tocsin.incursion.joint import judge
from tocsin.incursion.outward import Outward, outward
from tocsin.incursion.outward_samples import deepest, outward_m
from tocsin.schema import Floats

SIGMA_M = 100.0


def limit_of(flag: str = "ACC") -> Outward:
    box = outline([BOX], name="V", sigma_m=SIGMA_M)
    return outward(facing(box, [("ALLY", outline([ALLY])), ("ACC", outline([ACCUSED]))]), flag)


def flights(lat0: float, lat1: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return samples of a flight along the box from the sea in the west, (100, 61)."""
    along = np.linspace(0.0, 1.0, 61)
    lon = 23.9 + 0.6 * along + 0.005 * rng.standard_normal((100, 1))
    lat = lat0 + (lat1 - lat0) * along + 0.002 * rng.standard_normal((100, 1))
    return lon, np.broadcast_to(lat, lon.shape)


def test_samples_are_measured_from_the_outward_pieces() -> None:
    rng = np.random.default_rng(4)
    lon, lat = flights(59.01, 59.06, rng)
    limit = limit_of()
    flat = signed_distance_m(lon, lat, 0, put_together([limit.facing.outline]))
    far = outward_m(lon, lat, flat, SIGMA_M, limit)
    assert far is not None
    inside = flat > 0
    assert (far[inside] > flat[inside] - 1e-9).all()
    lines = [BOX[1:], [BOX[3], BOX[0]]]  # the east, the north and the west
    some = rng.choice(np.flatnonzero(inside.ravel()), 40, replace=False)
    exact = [_away_m((x, y), lines) for x, y in zip(lon.flat[some], lat.flat[some], strict=True)]
    assert far.flat[some] == pytest.approx(exact, abs=2.5)  # twice what is interpolated
    assert np.count_nonzero(far > flat + 100) > 1000


def test_depth_of_samples_is_that_of_find_and_p_inside_stays() -> None:
    rng = np.random.default_rng(5)
    lon, lat = flights(59.02, 59.05, rng)
    limit = limit_of()
    box = limit.facing.outline
    flat = signed_distance_m(lon, lat, 0, put_together([box]))
    t_ns = np.arange(lon.shape[1]) * 4 * 10**9
    seen = np.ones(lon.shape[1], np.bool_)
    posterior = replace(made(np.asarray(lat), lon=lon), t_ns=t_ns, observed=seen)
    far = outward_m(lon, lat, flat, 0.0, limit)
    plain = judge(posterior, flat, 0.0, np.random.default_rng(1))
    ruled = judge(posterior, flat, 0.0, np.random.default_rng(1), outward_m=far)
    (before,), (after,) = plain.episodes, ruled.episodes
    for name in ("p_inside", "begin", "end", "coverage"):
        assert getattr(before, name) == getattr(after, name)
    for name in ("duration_s", "path_m"):
        assert getattr(before, name) == pytest.approx(getattr(after, name))
    assert after.every_depth_m == pytest.approx(before.depth_m)
    flown = tracks(*([(4.0 * k, x, y) for k, (x, y) in enumerate(zip(lon[m], lat[m], strict=True))]
                     for m in range(20)))  # fmt: skip
    found = find(flown, [box], max_gap_s=60, limits=lambda outline: limit)
    told = [ruled.depth_m[m][flat[m] > 0].max() for m in range(20)]
    # `find` looks between the samples too, which are 570 m apart.
    between = np.array(found.table["max_depth_m"].to_pylist()) - told
    assert between.min() > -3
    assert between.max() < 288
    assert float(after.depth_m[1]) > float(before.depth_m[1]) + 1000


def test_nothing_is_measured_again_where_no_edge_left_out_is_near() -> None:
    lon, lat = flights(59.4, 59.45, np.random.default_rng(6))  # 5.6 km from the north
    limit = limit_of()
    flat = signed_distance_m(lon, lat, 0, put_together([limit.facing.outline]))
    assert outward_m(lon, lat, flat, SIGMA_M, limit) is None
    assert outward_m(lon, lat, flat, SIGMA_M, limit_of("")) is None  # every edge counts


def test_a_sample_outside_keeps_its_side() -> None:
    """Beside the outward limit a shift of the limit counts from it and not from its mirror."""
    limit = limit_of()
    lon = np.full((3, 1), 24.0) + np.array([[-0.005], [-0.001], [0.001]])
    lat = np.full((3, 1), 59.003)
    flat = signed_distance_m(lon, lat, 0, put_together([limit.facing.outline]))
    far = outward_m(lon, lat, flat, SIGMA_M, limit)
    assert far is not None
    assert far == pytest.approx(flat, abs=1.0)
    assert (far[:, 0] < 0).tolist() == [True, True, False]


def test_the_edge_is_that_of_most_samples() -> None:
    limit = limit_of()
    lon, lat = np.array([24.9, 24.91, 24.92, 24.5]), np.array([59.2, 59.2, 59.2, 59.45])
    found = deepest(lon, lat, np.array([5700.0, 5100.0, 4500.0, 5500.0]), limit)
    assert (found.faced.kind, found.faced.neighbour, found.share) == ("shared", "ACC", 0.75)
    assert (found.lon_deg, found.lat_deg) == pytest.approx((25.0, 59.2), abs=0.001)


def test_a_sample_without_a_position_is_an_error() -> None:
    """NaN compares as far from every edge, and the depth would be that by all of them."""
    nowhere, flat = np.full((3, 4), np.nan), np.full((3, 4), 100.0)
    with pytest.raises(ValueError, match="no position"):
        outward_m(nowhere, nowhere, flat, SIGMA_M, limit_of("RU"))
