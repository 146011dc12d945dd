"""Tracks over the ellipsoid, smoothed: nearer to the truth, and honest about how near."""

from __future__ import annotations

import numpy as np
import pytest

from tests.track.workload import workload
from tocsin.schema import Floats
from tocsin.track.mercator import placed
from tocsin.track.models import Modes, noise, switching, transition
from tocsin.track.states import Fixes, SmoothSettings, States, smoothed

M_PER_DEG = 111_195.0
SIGMA_M = 80.0


def drawn(tracks: int, count: int, rng: np.random.Generator) -> Floats:
    """Return flights that do what the filter's own model says, every 4 s."""
    modes, dt = Modes(), np.array(4.0)
    moves = np.stack([transition(dt, turn) for turn in modes.turn_deg_s])
    roots = np.stack([np.linalg.cholesky(noise(dt, q)) for q in modes.density])
    pi = np.cumsum(switching(dt, modes), axis=1)
    angle, speed = rng.uniform(0, 2 * np.pi, tracks), rng.uniform(120, 240, tracks)
    x = np.stack([np.zeros(tracks), np.zeros(tracks), speed * np.cos(angle), speed * np.sin(angle)])
    x, mode, out = x.T, np.zeros(tracks, np.int64), []
    for _ in range(count):
        out.append(x[:, :2])
        mode = np.argmax(rng.random(tracks)[:, None] < pi[mode], axis=1)
        x = np.einsum("tij,tj->ti", moves[mode], x)
        x = x + np.einsum("tij,tj->ti", roots[mode], rng.normal(size=(tracks, 4)))
    return np.stack(out, axis=1)


def flights(
    seed: int, tracks: int = 30, count: int = 300, *, as_modelled: bool = False
) -> tuple[Fixes, Floats, Floats]:
    """Return flights over the Gulf of Finland, and their true longitudes and latitudes."""
    rng = np.random.default_rng(seed)
    xy = drawn(tracks, count, rng) if as_modelled else workload(tracks, count, rng)
    lon0 = np.repeat(rng.uniform(15, 35, tracks), count)
    y0 = np.repeat(rng.uniform(58, 60, tracks) * M_PER_DEG, count)
    true_lon, true_lat, _ = placed(xy[..., 0].ravel(), xy[..., 1].ravel() + y0, lon0)
    east = rng.normal(0, 2 * SIGMA_M, len(lon0)) / (M_PER_DEG * np.cos(np.radians(true_lat)))
    north = rng.normal(0, SIGMA_M / 2, len(lon0)) / M_PER_DEG
    cov = np.broadcast_to(np.diag([4 * SIGMA_M**2, SIGMA_M**2 / 4]), (len(lon0), 2, 2)).copy()
    fixes = Fixes(
        np.repeat(np.arange(tracks), count),
        np.tile(np.arange(count) * 4.0, tracks),
        true_lon + east,
        true_lat + north,
        cov,
        np.zeros(len(lon0), np.bool_),
    )
    return fixes, true_lon, true_lat


def metres(lon: Floats, lat: Floats, true_lon: Floats, true_lat: Floats) -> Floats:
    east = (lon - true_lon) * M_PER_DEG * np.cos(np.radians(true_lat))
    return np.stack([east, (lat - true_lat) * M_PER_DEG], -1)


def nees(made: States, off: Floats) -> Floats:
    return np.asarray(np.einsum("ni,nij,nj->n", off, np.linalg.inv(made.cov_m2), off))


def test_errors_are_no_larger_than_the_covariance_says() -> None:
    """White noise, flights as modelled: squared errors over their covariances average 2 at most.

    Under an IMM that is approximate (METHODS section 2), and on the wide side: a mixture of modes
    is told as one Gaussian, and which of them it was is weighed with the smoother's own error.
    """
    fixes, lon, lat = flights(1, as_modelled=True)
    made = smoothed(fixes)
    off = nees(made, metres(made.lon_deg, made.lat_deg, lon, lat))
    assert 1.3 < float(np.mean(off)) < 2.1
    assert 0.89 < float(np.mean(off < 4.605)) < 0.97  # 90 % of a chi-square of two
    assert made.smoothed.all()


def test_smoothing_brings_the_workload_nearer_and_promises_no_more() -> None:
    """Straights are straighter than the model allows for: the covariance is on the wide side."""
    fixes, lon, lat = flights(1)
    made = smoothed(fixes)
    before = metres(fixes.lon_deg, fixes.lat_deg, lon, lat)
    after = metres(made.lon_deg, made.lat_deg, lon, lat)
    rmse = [float(np.sqrt(np.mean(np.sum(x**2, axis=1)))) for x in (before, after)]
    assert rmse[1] < 0.5 * rmse[0]
    assert 1.0 < float(np.mean(nees(made, after))) < 2.0
    turning = np.mean(made.turn_p)
    assert 0.1 < turning < 0.3  # METHODS: about 16 % of the time


def test_velocity_is_east_and_north_wherever_the_plane_turns() -> None:
    """Due east along a parallel, 9 degrees of longitude from end to end: 200 m/s, 0 m/s."""
    t = np.arange(0, 2600.0, 10.0)
    lat = 60.0
    wide = 6_378_137.0 / np.sqrt(1 - 0.00669437999014 * np.sin(np.radians(lat)) ** 2)
    lon = 20.0 + np.degrees(200.0 * t / (wide * np.cos(np.radians(lat))))
    cov = np.broadcast_to(np.eye(2) * 25.0, (len(t), 2, 2)).copy()
    level = np.full(len(t), lat)
    made = smoothed(
        Fixes(np.zeros(len(t), np.int64), t, lon, level, cov, np.zeros(len(t), np.bool_))
    )
    assert made.velocity_mps[5:-5, 0] == pytest.approx(np.full(len(t) - 10, 200.0), abs=0.1)
    assert np.abs(made.velocity_mps[5:-5, 1]).max() < 0.3
    assert np.abs(metres(made.lon_deg, made.lat_deg, lon, level)).max() < 2.0


def test_silence_and_doubt_part_a_track_and_one_fix_is_no_piece() -> None:
    t = np.array([0.0, 5.0, 10.0, 100.0, 200.0, 205.0, 210.0, 215.0])
    broken = np.zeros(8, np.bool_)
    broken[6] = True
    lat = 59.0 + t * 200.0 / M_PER_DEG
    cov = np.broadcast_to(np.eye(2) * 900.0, (8, 2, 2)).copy()
    fixes = Fixes(np.zeros(8, np.int64), t, np.full(8, 24.0), lat, cov, broken)
    made = smoothed(fixes, SmoothSettings(max_gap_s=60.0))
    assert made.segment.tolist() == [1, 1, 1, 2, 3, 3, 4, 4]
    assert made.smoothed.tolist() == [True, True, True, False, True, True, True, True]
    assert made.lat_deg[3] == lat[3] and np.isnan(made.velocity_mps[3]).all()
    assert np.isnan(made.turn_p[3])


def test_the_turning_limit_of_the_date_line_is_no_gap() -> None:
    fixes, _, _ = flights(2, tracks=3, count=60)
    there = smoothed(fixes)
    shift = 180.0 - fixes.lon_deg[90]
    moved = (fixes.lon_deg + shift + 180.0) % 360.0 - 180.0
    made = smoothed(Fixes(fixes.track, fixes.t_s, moved, fixes.lat_deg, fixes.cov_m2, fixes.broken))
    assert np.abs((made.lon_deg - there.lon_deg - shift + 180.0) % 360.0 - 180.0).max() < 1e-9
    assert made.velocity_mps == pytest.approx(there.velocity_mps, abs=1e-6)


def test_no_fixes_are_no_states() -> None:
    none = np.zeros(0)
    empty = Fixes(
        np.zeros(0, np.int64), none, none, none, np.zeros((0, 2, 2)), np.zeros(0, np.bool_)
    )
    assert len(smoothed(empty).lon_deg) == 0
