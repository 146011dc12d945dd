"""Many tracks at once against one after the other, in numpy and compiled: the same to 1e-9."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.track.workload import SIGMA_M, measured, workload
from tocsin.schema import Floats
from tocsin.track import batch, batch_native
from tocsin.track.batch import smooth_many
from tocsin.track.imm import Measured, Smoothed, forward, smooth
from tocsin.track.models import Modes

MODES = (
    Modes(),
    Modes((0.0,), (1.0,), (1.0,)),
    Modes((0.0, 3.0), (0.1, 2.0), (200.0, 40.0)),
    Modes((0.0, 0.0, 1.0, -1.0), (0.01, 8.0, 3.0, 2.0), (300.0, 30.0, 60.0, 50.0)),
)


@pytest.fixture(params=["numpy", "compiled"], autouse=True)
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test both ways."""
    if request.param == "numpy":
        monkeypatch.setattr(batch_native, "usable", lambda modes: False)
    elif batch_native.library() is None:
        pytest.skip("no C compiler was at hand when tocsin was installed")


def ellipses(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Return covariances of measurements of all sizes and directions."""
    along, across = np.exp(rng.uniform(3, 6, (2, *shape)))
    angle = rng.uniform(0, np.pi, shape)
    axis = np.stack([np.cos(angle), np.sin(angle)], -1)
    other = np.stack([-np.sin(angle), np.cos(angle)], -1)
    return np.asarray(
        np.einsum("...,...i,...j->...ij", along**2, axis, axis)
        + np.einsum("...,...i,...j->...ij", across**2, other, other)
    )


def seen(rng: np.random.Generator, tracks: int, count: int) -> Measured:
    """Return flights measured at odd times with gaps, each plot with an ellipse of its own."""
    t = np.cumsum(rng.choice([1.0, 4.0, 12.0, 90.0], (tracks, count), p=[0.4, 0.4, 0.18, 0.02]), 1)
    start = rng.uniform(-3e5, 3e5, (tracks, 1, 2))
    turn = rng.uniform(-0.02, 0.02, (tracks, 1))
    z = start + 180 / turn[..., None] * np.stack([np.sin(turn * t), 1 - np.cos(turn * t)], -1)
    cov = ellipses(rng, (tracks, count))
    noise = np.einsum("tkij,tkj->tki", np.linalg.cholesky(cov), rng.normal(size=z.shape))
    return Measured(t, z + noise, cov)


def same(got: Smoothed, want: Smoothed, least: float = 1e-9) -> None:
    """Means to 1e-9 of their size and 1e-7 sigma; covariances and probabilities to `least`."""
    sigma = np.sqrt(np.diagonal(want.cov, axis1=-2, axis2=-1))
    assert np.abs((got.mean - want.mean) / sigma).max() < 1e-7
    assert np.abs(got.mean - want.mean).max() <= 1e-9 * np.abs(want.mean).max()
    off = (got.cov - want.cov) / (sigma[..., None] * sigma[..., None, :])
    assert np.abs(off).max() < least
    assert np.abs(got.weight - want.weight).max() < least


def alone(one: Measured, modes: Modes) -> Smoothed:
    return smooth(one, forward(one, modes), modes)


@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 60)), min_size=1, max_size=6),
    modes=st.sampled_from(MODES),
)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_ragged_tracks_are_smoothed_as_each_alone(
    seed: int, sizes: list[tuple[int, int]], modes: Modes
) -> None:
    rng = np.random.default_rng(seed)
    many = [seen(rng, tracks, count) for tracks, count in sizes]
    for got, one in zip(smooth_many(many, modes), many, strict=True):
        # A speed known to 300 m/s becomes one known to 0.03: eight digits go there, in each route.
        same(got, alone(one, modes), 1e-6)


def test_the_smoother_workload_all_at_once() -> None:
    """METHODS section 2 (computed): IMM and smoother 42.8 m; here at most 44 m."""
    rng = np.random.default_rng(11)
    truth = workload(40, 400, rng)
    plots = measured(truth + rng.normal(0, SIGMA_M, truth.shape))
    got = smooth_many([plots], Modes())[0]
    off = (got.mean[..., :2] - truth)[:, 10:]
    assert np.sqrt(np.mean(np.sum(off**2, axis=-1))) < 44.0
    same(got, alone(plots, Modes()))


def test_long_tracks_in_pieces_are_as_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    truth = workload(2, 1500, rng)
    plots = measured(truth + rng.normal(0, SIGMA_M, truth.shape))
    pieces: list[int] = []
    cut = batch._cut

    def counted(*given: object) -> list[batch._Piece]:
        made = cut(*given)  # type: ignore[arg-type]
        pieces.append(len(made))
        return made

    monkeypatch.setattr(batch, "_cut", counted)
    same(smooth_many([plots], Modes())[0], alone(plots, Modes()))
    assert pieces[0] > 2


def test_pieces_that_do_not_agree_are_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With overlaps far too short every piece begins wrong; the check sees it."""
    monkeypatch.setattr(batch, "MEMORIES", 0.0)
    monkeypatch.setattr(batch, "LEAST_OVERLAP", 3)
    rng = np.random.default_rng(4)
    truth = workload(2, 200, rng)
    plots = measured(truth + rng.normal(0, SIGMA_M, truth.shape))
    same(smooth_many([plots], Modes())[0], alone(plots, Modes()))


def test_measurements_with_biases_go_their_own_way() -> None:
    rng = np.random.default_rng(5)
    plain = seen(rng, 1, 20)
    biased = Measured(
        plain.t_s,
        plain.z_m,
        plain.cov_m2,
        design=rng.normal(size=(1, 20, 2, 1)),
        prior_sd=np.array([50.0]),
    )
    got = smooth_many([biased, plain], Modes())
    assert got[0].mean.shape == (1, 20, 5)
    assert np.array_equal(got[0].mean, alone(biased, Modes()).mean)
    same(got[1], alone(plain, Modes()), 1e-8)


def test_fixes_hundreds_of_sigmas_off_break_nothing() -> None:
    rng = np.random.default_rng(6)
    wild = seen(rng, 8, 60)
    tight = Measured(wild.t_s, wild.z_m, np.broadcast_to(np.eye(2) * 1.44, (8, 60, 2, 2)).copy())
    got, want = smooth_many([tight], Modes())[0], alone(tight, Modes())
    sigma = np.sqrt(np.diagonal(want.cov, axis1=-2, axis2=-1))
    assert np.linalg.eigvalsh(got.cov).min() > 0
    assert np.abs((got.mean - want.mean) / sigma).max() < 1e-4


def test_nothing_is_nothing() -> None:
    assert smooth_many([], Modes()) == []
