"""Positions into tracks: against a dense filter, and what must not be used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.watch.world import DEG_M, LAT, START_NS, batch, engine, flight, fly, north
from tocsin.geo import WGS84
from tocsin.watch import plane
from tocsin.watch.engine import Engine
from tocsin.watch.tracks import COUNT, LON, PP, PV, VE, VN, VV
from tocsin.watch.tracks import LAT as LAT_

S = 1_000_000_000


def state(machine: Engine) -> np.ndarray:
    (row,) = machine.tracks.rows()
    return np.asarray(machine.tracks.motion[row])


@pytest.mark.parametrize("azimuth_deg", [0.0, 63.0, 90.0, 201.0, 300.0])
def test_the_plane_about_a_place_keeps_geodesics_straight(azimuth_deg: float) -> None:
    at = plane.place(25.0, 60.0)
    for length_m, error_m in ((1e4, 0.1), (7.5e4, 9.0)):
        lon, lat, _ = WGS84.fwd(25.0, 60.0, azimuth_deg, length_m)
        x, y = plane.xy(at, np.array(lon), np.array(lat))
        a = np.radians(azimuth_deg)
        assert np.hypot(x - length_m * np.sin(a), y - length_m * np.cos(a)) < error_m
        back = plane.away(at, x, y)
        assert back[0] == pytest.approx(lon, abs=1e-9) and back[1] == pytest.approx(lat, abs=1e-9)


def test_the_filter_agrees_with_dense_conditioning() -> None:
    """Five positions of a straight flight: mean and covariance of the joint Gaussian."""
    rng = np.random.default_rng(2)
    t, sigma, q = np.array([0.0, 4.0, 8.0, 13.0, 17.0]), 60.0, 1.0
    north_m = 180.0 * t + rng.normal(0, sigma, 5)
    machine = engine(accel_psd=q)
    for k in range(5):
        told = batch(
            t_applicability=[START_NS + int(t[k] * S)],
            lon_deg=[25.0],
            lat_deg=[LAT + north_m[k] / DEG_M],
            pos_epu95_m=[sigma * 2.448],
        )
        machine.step(told, START_NS + int(t[k] * S))
    # y_k = y0 + v0 t_k + w_k, cov(w_i, w_j) = q (s^2 (3 u - s) / 6) for s < u; y0 from z0 alone.
    s, u = np.minimum.outer(t, t), np.maximum.outer(t, t)
    prior = 150.0**2 * np.outer(t, t) + q * s**2 * (3 * u - s) / 6
    cov = prior + sigma**2  # y0 = z0 - n0 with n0 of variance sigma^2
    z = (north_m - north_m[0])[1:]
    a = cov[1:, 1:] + sigma**2 * np.eye(4)
    gain = cov[-1, 1:] @ np.linalg.inv(a)
    mean = gain @ z
    variance = cov[-1, -1] - gain @ cov[1:, -1]
    m = state(machine)
    _, y = plane.xy(plane.place(25.0, LAT + north_m[0] / DEG_M), m[LON], m[LAT_])
    scale = WGS84.inv(25.0, LAT, 25.0, LAT + 0.01)[2] / (0.01 * DEG_M)  # degrees of the test
    assert float(y) == pytest.approx(mean * scale, abs=1.0)
    assert m[PP] == pytest.approx(variance, rel=1e-6)
    assert m[COUNT] == 5


@settings(max_examples=20)
@given(st.integers(1, 10_000))
def test_order_within_a_batch_and_duplicates_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = flight(np.full(20, 25.0), north(59.5, 200.0, 20) + rng.normal(0, 1e-4, 20))
    plain, mixed = engine(), engine()
    plain.step(whole, START_NS + 20 * S)
    mixed.step(
        whole.take(rng.permutation(np.concatenate([np.arange(20), rng.integers(0, 20, 15)]))),
        START_NS + 20 * S,
    )
    assert np.array_equal(state(plain)[:9], state(mixed)[:9])
    assert state(mixed)[COUNT] == 20
    assert mixed.counts["repeated"] == 15


def test_one_plot_through_two_feeds_is_one_plot_and_one_witness() -> None:
    machine = engine()
    for k in range(10):
        one = flight(np.full(10, 25.0), north(59.5, 200.0, 10), witness="radar-a")
        for _ in range(2):
            machine.step(one.take(np.array([k])), START_NS + k * S)
    assert state(machine)[COUNT] == 10
    assert machine.tracks.sources(machine.tracks.rows())[0] == 1


def test_two_witnesses_are_two() -> None:
    machine = engine()
    lat = north(59.5, 200.0, 20)
    for k in range(20):
        one = flight(np.full(20, 25.0), lat, witness="ab"[k % 2])
        machine.step(one.take(np.array([k])), START_NS + k * S)
    assert machine.tracks.sources(machine.tracks.rows())[0] == 2


def test_two_receivers_of_one_message_are_two_witnesses_and_one_position() -> None:
    machine = engine()
    for witness in ("rx-1", "rx-2"):
        one = flight(np.array([25.0]), np.array([59.5]), witness=witness)
        machine.step(one, START_NS + S)
    assert machine.tracks.sources(machine.tracks.rows())[0] == 2
    assert state(machine)[COUNT] == 1 and machine.counts == {"repeated": 1}


def test_a_late_position_is_counted_and_not_used() -> None:
    machine = engine()
    whole = flight(np.full(10, 25.0), north(59.5, 200.0, 10))
    order = [0, 1, 2, 3, 5, 4, 6, 7, 9, 8]
    for k in order:
        machine.step(whole.take(np.array([k])), START_NS + 10 * S)
    assert machine.counts["late"] == 2 and state(machine)[COUNT] == 8


def test_a_clock_that_was_set_back_is_followed_after_three_positions() -> None:
    machine = engine()
    fly(machine, np.full(20, 25.0), north(59.2, 200.0, 20))
    back = flight(np.full(20, 25.0), north(59.236, 200.0, 20), start_ns=START_NS - 3600 * S)
    for k in range(20):
        machine.step(back.take(np.array([k])), START_NS + (20 + k) * S)
    assert state(machine)[LAT_] == pytest.approx(north(59.236, 200.0, 20)[-1], abs=1e-3)
    assert machine.counts["late"] == 3  # the third is believed


def test_a_position_that_nobody_reaches_is_not_believed_but_three_are() -> None:
    machine = engine()
    lat = north(59.2, 200.0, 40)
    lat[20] += 1.0
    fly(machine, np.full(40, 25.0), lat)
    assert machine.counts["unreachable"] == 1 and state(machine)[COUNT] == 39
    moved = engine()
    lat[20:] = north(60.5, 200.0, 20)
    fly(moved, np.full(40, 25.0), lat)
    assert state(moved)[LAT_] == pytest.approx(lat[-1], abs=1e-3)
    assert moved.counts["unreachable"] == 3


def test_a_turn_is_followed() -> None:
    """3 degrees a second at 200 m/s, 100 m of noise: the error stays below 3 sigma of a fix."""
    rng = np.random.default_rng(4)
    t = np.arange(80.0)
    angle = np.where(t < 20, 0.0, np.radians(3.0 * (t - 20)))
    x, y = np.cumsum(200 * np.sin(angle)), np.cumsum(200 * np.cos(angle))
    lon, lat = 25.0 + x / (DEG_M * np.cos(np.radians(59.5))), 59.5 + y / DEG_M
    machine = engine()
    noise = rng.normal(0, 30 / DEG_M, (2, 80))
    whole = flight(lon + 2 * noise[0], lat + noise[1], pos_epu95_m=73.0)
    for k in range(80):
        machine.step(whole.take(np.array([k])), int(whole.t_ns[k]))
        m = state(machine)
        _, _, off = WGS84.inv(m[LON], m[LAT_], lon[k], lat[k])
        assert off < 300.0
    assert machine.counts.get("unreachable", 0) == 0


def test_an_update_without_a_position_tells_only_what_it_tells() -> None:
    machine = engine()
    fly(machine, np.full(5, 25.0), north(59.5, 200.0, 5))
    before = state(machine).copy()
    machine.step(
        batch(source_kind="mode_s", t_applicability=[START_NS + 6 * S], h_pressure_m=[3000.0]),
        START_NS + 6 * S,
    )
    assert np.array_equal(before, state(machine))
    assert machine.rows()[0][5] == 3000.0


def test_a_number_that_is_none_is_an_error_of_its_record_alone() -> None:
    machine = engine()
    told = batch(
        icao24=[0x4AB179, 0x4AB180, 0x4AB181],
        t_applicability=[START_NS] * 3,
        lon_deg=[25.0, float("nan"), 25.0],
        lat_deg=[59.5, 59.5, 95.0],
    )
    machine.step(told, START_NS)
    assert machine.counts == {"not-a-number": 1, "no-such-place": 1}
    assert len(machine.tracks) == 1


def test_velocity_is_learned_and_its_error_shrinks() -> None:
    machine = engine()
    fly(machine, np.full(30, 25.0), north(59.5, 200.0, 30))
    m = state(machine)
    assert m[VN] == pytest.approx(200.0, abs=5.0) and abs(m[VE]) < 5.0
    assert m[VV] < 10.0**2 and m[PP] < 40.0**2 and m[PV] > 0
