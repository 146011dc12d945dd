"""The filter, the smoother and the sampler: published figures, dense conditioning, closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.track.workload import SIGMA_M, STEP_S, measured, workload
from tocsin.schema import Floats
from tocsin.track.bridge import bridge
from tocsin.track.imm import Measured, forward, smooth
from tocsin.track.models import Modes, noise, switching, transition
from tocsin.track.sample import backward

STRAIGHT = Modes((0.0,), (1.0,), (1.0,))


def test_the_smoother_workload() -> None:
    """METHODS section 2 (computed): raw 141.6 m, IMM filter 76.8 m, IMM and smoother 42.8 m."""
    rng = np.random.default_rng(11)
    truth = workload(40, 400, rng)
    seen = measured(truth + rng.normal(0, SIGMA_M, truth.shape))
    modes = Modes()
    filtered = forward(seen, modes)
    smoothed = smooth(seen, filtered, modes)
    mixed = np.einsum("ktr,ktra->tka", filtered.weight, filtered.mean)

    def rmse(xy: Floats) -> float:
        return float(np.sqrt(np.mean(np.sum((xy - truth)[:, 10:] ** 2, axis=-1))))

    assert rmse(seen.z_m) == pytest.approx(141.6, rel=0.02)
    assert rmse(mixed[..., :2]) < 78.0
    assert rmse(smoothed.mean[..., :2]) < 44.0


def dense(seen: Measured, modes: Modes, speed_sd: float) -> tuple[Floats, Floats]:
    """Solve for all states and constants at once: whitened least squares, no prior on place."""
    t, z = seen.t_s[0], seen.z_m[0]
    count, b = len(t), seen.constants
    n = 4 * count + b
    rows, right = [], []

    def add(block: Floats, value: Floats, cov: Floats) -> None:
        white = np.linalg.inv(np.linalg.cholesky(cov))
        rows.append(white @ block)
        right.append(white @ value)

    speed = np.zeros((2, n))
    speed[:, 2:4] = np.eye(2)
    add(speed, np.zeros(2), np.eye(2) * speed_sd**2)
    if b:
        constants = np.zeros((b, n))
        constants[:, -b:] = np.eye(b)
        add(constants, np.zeros(b), np.diag(np.asarray(seen.prior_sd) ** 2))
    for k in range(count):
        h = np.zeros((2, n))
        h[0, 4 * k] = h[1, 4 * k + 1] = 1.0
        if seen.design is not None:
            h[:, -b:] = seen.design[0, k]
        add(h, z[k], seen.cov_m2[0, k])
        if k:
            dt = np.array(t[k] - t[k - 1])
            move = np.zeros((4, n))
            move[:, 4 * k : 4 * k + 4] = np.eye(4)
            move[:, 4 * k - 4 : 4 * k] = -transition(dt, modes.turn_deg_s[0])
            add(move, np.zeros(4), noise(dt, modes.density[0]))
    a = np.concatenate(rows)
    mean = np.linalg.lstsq(a, np.concatenate(right), rcond=None)[0]
    return np.asarray(mean, np.float64), np.asarray(np.linalg.inv(a.T @ a), np.float64)


def test_one_mode_equals_dense_conditioning() -> None:
    """Linear and Gaussian: the smoother is exact, biases as augmented states included."""
    rng = np.random.default_rng(2)
    count = 12
    t = np.cumsum(rng.uniform(1, 9, count))
    z = np.stack([150 * t, -40 * t], 1) + rng.normal(0, 30, (count, 2))
    design = rng.normal(0, 1, (1, count, 2, 2))
    seen = Measured(
        t[None],
        z[None],
        np.broadcast_to(np.eye(2) * 900.0, (1, count, 2, 2)).copy(),
        design=design,
        prior_sd=np.array([50.0, 20.0]),
    )
    smoothed = smooth(seen, forward(seen, STRAIGHT), STRAIGHT)
    mean, cov = dense(seen, STRAIGHT, 300.0)
    for k in range(count):
        assert smoothed.mean[0, k, :4] == pytest.approx(mean[4 * k : 4 * k + 4], abs=1e-7)
        got = smoothed.cov[0, k, :4, :4]
        assert got == pytest.approx(cov[4 * k : 4 * k + 4, 4 * k : 4 * k + 4], rel=1e-6, abs=1e-6)
    assert smoothed.mean[0, 0, 4:] == pytest.approx(mean[-2:], abs=1e-8)


def test_samples_have_the_smoother_s_mean_and_spread() -> None:
    rng = np.random.default_rng(5)
    t = np.arange(15) * STEP_S
    truth = np.stack([200 * t, 0 * t], 1)
    seen = measured((truth + rng.normal(0, SIGMA_M, truth.shape))[None])
    filtered = forward(seen, STRAIGHT)
    smoothed = smooth(seen, filtered, STRAIGHT)
    x, _, _ = backward(seen, filtered, STRAIGHT, np.array([20_000]), rng)
    sigma = np.sqrt(np.diagonal(smoothed.cov[0], axis1=1, axis2=2))
    off = (x.mean(axis=0) - smoothed.mean[0]) / sigma
    assert np.abs(off).max() < 5 / math.sqrt(20_000) * 1.2
    assert x.std(axis=0) / sigma == pytest.approx(np.ones_like(sigma), abs=0.03)


def test_the_bridge_is_the_motion_model_between_two_states() -> None:
    """Half way between two exact states the spread of integrated Brownian motion is q T^3 / 192."""
    rng = np.random.default_rng(1)
    t, span, q = np.array([0.0, 12.0]), 12.0, 2.0
    x = np.zeros((40_000, 2, 4))
    x[:, 1, 0] = 1200.0
    x[:, :, 2] = 100.0
    modes = Modes((0.0,), (q,), (1.0,))
    mid = bridge(t, x, np.zeros((40_000, 2), np.int64), np.array([6.0]), modes, rng)[:, 0]
    assert mid.mean(axis=0) == pytest.approx([600.0, 0.0], abs=0.2)
    assert mid.var(axis=0) == pytest.approx(np.full(2, q * span**3 / 192), rel=0.03)


def test_switching_is_a_markov_chain_and_scales_with_the_step() -> None:
    pi = switching(np.array([1.0, 30.0]), Modes())
    assert pi.sum(axis=-1) == pytest.approx(np.ones((2, 3)))
    assert (np.diagonal(pi[0]) > np.diagonal(pi[1])).all()
