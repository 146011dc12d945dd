"""Incursions from joint samples, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from tests.incursion import brute
from tests.incursion.build import outline
from tocsin.incursion.boundary import put_together
from tocsin.incursion.field import signed_distance_m
from tocsin.incursion.joint import judge
from tocsin.schema import Floats, Posterior

K = 601


def made(lat: Floats, lon: Floats | None = None, observed: Floats | None = None) -> Posterior:
    """Return a posterior over ten minutes at 1 s from latitudes (M, K)."""
    at = np.broadcast_to(np.linspace(24.2, 24.8, K), lat.shape) if lon is None else lon
    return Posterior(
        track="t-1",
        t_ns=(np.arange(K) * 10**9).astype(np.int64),
        lon_deg=np.array(at),
        lat_deg=lat,
        h_hae_m=np.zeros(lat.shape),
        observed=np.ones(K, bool) if observed is None else observed.astype(bool),
    )


def test_drift_across_a_half_plane_is_normal() -> None:
    """METHODS section 2: P(depth > d) = 1 - Phi(d / sigma) for a half-plane."""
    rng = np.random.default_rng(1)
    shift = rng.normal(0, 1000, 40_000)
    posterior = made(np.zeros((40_000, 3)), np.zeros((40_000, 3)), np.ones(3))
    object.__setattr__(posterior, "t_ns", np.arange(3, dtype=np.int64) * 10**9)
    got = judge(posterior, np.repeat(shift[:, None], 3, axis=1) - 500.0, 0.0, rng)
    assert got.p_ever == pytest.approx(0.3085, abs=0.008)


def test_one_shift_of_the_boundary_moves_a_whole_trajectory() -> None:
    """Along a limit, 100 m inside, the limit uncertain by 100 m: in or out for the whole time."""
    rng = np.random.default_rng(2)
    posterior = made(np.full((4000, K), 59.5))
    got = judge(posterior, np.full((4000, K), 100.0), 100.0, rng)
    assert got.p_ever == pytest.approx(0.8413, abs=0.02)  # Phi(1); independent draws would give 1
    (episode,) = got.episodes
    assert episode.duration_s == pytest.approx([600.0, 600.0, 600.0])
    assert episode.entry_s is None and episode.exit_s is None


def test_times_depth_and_length_of_a_straight_cut() -> None:
    """Distance falls linearly in and out: 600 s, in at 150 s, out at 450 s, 1,500 m deep."""
    rng = np.random.default_rng(3)
    t = np.arange(K)
    signed = np.broadcast_to(1500.0 - np.abs(t - 300) * 10.0, (500, K))
    got = judge(made(np.full((500, K), 59.5)), np.array(signed), 0.0, rng)
    (episode,) = got.episodes
    assert episode.entry_s == pytest.approx(np.full(3, 150.0), abs=1e-6)
    assert episode.exit_s == pytest.approx(np.full(3, 450.0), abs=1e-6)
    assert episode.duration_s == pytest.approx(np.full(3, 300.0), abs=1e-6)
    assert episode.depth_m == pytest.approx(np.full(3, 1500.0))
    assert episode.p_inside == 1.0 and episode.coverage == 1.0


def test_unobserved_time_is_neither_in_nor_out() -> None:
    rng = np.random.default_rng(4)
    observed = np.ones(K)
    observed[200:400] = 0
    signed = np.full((300, K), 500.0)
    got = judge(made(np.full((300, K), 59.5), observed=observed), signed, 0.0, rng)
    assert np.isnan(got.p_inside_t[200:400]).all() and (got.p_inside_t[:200] == 1).all()
    assert sum(e.duration_s[1] for e in got.episodes) == pytest.approx(600 - 202, abs=3)


def test_the_boundary_is_named_as_the_cause_where_it_is() -> None:
    rng = np.random.default_rng(5)
    t = np.arange(K)
    signed = np.broadcast_to(1500.0 - np.abs(t - 300) * 10.0, (3000, K)) + rng.normal(
        0, 20, (3000, 1)
    )
    got = judge(made(np.full((3000, K), 59.5)), signed, 200.0, rng)
    shares = got.episodes[0].shares
    assert shares["boundary"] > 0.9 and shares["noise"] < 0.1


def test_the_field_of_distances_agrees_with_brute_force() -> None:
    ring = [(24.0, 59.0), (25.0, 59.05), (24.9, 59.6), (24.4, 59.3), (24.1, 59.7)]
    boundary = put_together([outline([brute.cut(ring, 4_900.0)])])
    rng = np.random.default_rng(6)
    lon, lat = rng.uniform(23.9, 25.1, 40), rng.uniform(58.95, 59.75, 40)
    got = signed_distance_m(lon, lat, 0, boundary)
    for x, y, d in zip(lon, lat, got, strict=True):
        exact = brute.depth_m(np.array([[x, y]]), [ring], 20.0)
        assert abs(d) == pytest.approx(exact, abs=15.0)
        if exact > 30:
            assert (d > 0) == brute.contains([brute.cut(ring)], (x, y))
    with pytest.raises(ValueError, match="no position"):
        signed_distance_m(np.array([np.nan]), np.array([59.0]), 0, boundary)
