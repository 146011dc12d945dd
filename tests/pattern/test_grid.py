"""The posterior of a self-exciting process, against direct integration and its own limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.pattern import grid
from tocsin.pattern.branching import simulate
from tocsin.pattern.events import Floats, events
from tocsin.pattern.hawkes import log_likelihood
from tocsin.pattern.streams import Streams, excited, streams

BETA = grid.BETA_DAYS


def stream(t: Floats, length: float) -> Streams:
    return streams(events(t, 0.0, length))


def test_the_factor_agrees_with_plain_quadrature() -> None:
    """Fine Riemann sums over (mu, n, beta) of the likelihood of `hawkes`, prior as stated."""
    t, end = np.array([3.0, 5.0, 20.0, 21.5, 22.0, 48.0]), 60.0
    mus = np.exp(np.linspace(math.log(1e-4), math.log(1.0), 70))
    ns = (np.arange(20) + 0.5) / 20
    betas = np.exp(math.log(BETA[0]) + (np.arange(8) + 0.5) / 8 * math.log(BETA[1] / BETA[0]))
    step = math.log(mus[1] / mus[0])
    edges = np.arange(21) / 20
    prior = ((1 - edges[:-1]) ** 3 - (1 - edges[1:]) ** 3) / 8
    with_it = sum(
        math.exp(log_likelihood(t, end, mu, n, beta)) * weight * step
        for mu in mus.tolist()
        for n, weight in zip(ns.tolist(), prior.tolist(), strict=True)
        for beta in betas.tolist()
    )
    without = math.exp(math.lgamma(6) - 6 * math.log(end))
    found = grid.posterior(stream(t, end), BETA, size=(8, 20, 1), refine=False)
    assert found.log_bf == pytest.approx(math.log(with_it / without), abs=5e-3)


def test_laplace_agrees_with_the_trapezoid() -> None:
    t, _ = simulate(np.random.default_rng(1), [0.3], 0.4, 0.5, 1200.0)
    gain = excited(stream(t, 1200.0), 0.5).own * 0.5
    n = np.linspace(0.02, 0.95, 12)
    exact = grid._trapezoid(gain, n, 1200.0, None)
    assert grid._laplace(gain, n, 1200.0) == pytest.approx(exact, abs=2e-3)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 3]))
def test_weights_sum_to_one_and_two_shifted_clocks_agree(seed: int, states: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.sort(rng.random(12) * 100)
    names = tuple("ABC"[k] for k in rng.integers(0, states, 12))
    here = grid.posterior(streams(events(t, 0.0, 100.0, state=names)), BETA, size=(6, 10, 3))
    there = grid.posterior(
        streams(events(t + 5000, 5000.0, 5100.0, state=names)), BETA, size=(6, 10, 3)
    )
    assert here.weights.sum() == pytest.approx(1.0)
    assert here.weights == pytest.approx(there.weights, abs=1e-9)
    assert here.log_bf == pytest.approx(there.log_bf, abs=1e-6)


def test_a_year_is_365_days_of_memory() -> None:
    t = np.array([10.0, 12.0, 50.0, 51.0, 52.0, 200.0, 210.0])
    days = grid.posterior(stream(t, 300.0), BETA)
    years = grid.posterior(stream(t / 365.25, 300 / 365.25), (BETA[0] * 365.25, BETA[1] * 365.25))
    assert days.log_bf == pytest.approx(years.log_bf, abs=1e-9)
    assert days.weights == pytest.approx(years.weights, abs=1e-9)


def test_cross_state_followers_are_told_from_own() -> None:
    t, where = simulate(np.random.default_rng(3), [0.03, 0.03], 0.02, 0.5, 2500.0, n_cross=0.5)
    state = tuple("AB"[k] for k in where)
    found = grid.posterior(streams(events(t, 0.0, 2500.0, state=state)), BETA)
    n, share, _ = found.mean()
    assert found.log_bf > 10 and share > 0.75 and 0.3 < n < 0.75


def test_the_grid_closes_in_on_a_long_record() -> None:
    t, _ = simulate(np.random.default_rng(0), [0.5], 0.6, 1.5, 6000.0)
    found = grid.posterior(stream(t, 6000.0), BETA)
    n, _, beta = found.mean()
    assert n == pytest.approx(0.6, abs=0.06) and beta == pytest.approx(1.5, rel=0.2)
    assert found.n_edges[-1] - found.n_edges[0] < 0.4
    assert found.log_bf > 500


def test_a_state_without_incidents_changes_nothing_it_should_not() -> None:
    t = np.array([1.0, 2.0, 9.0, 30.0, 31.0])
    one = streams(events(t, 0.0, 50.0, state=("A",) * 5), ("A", "B"))
    found = grid.posterior(one, BETA, size=(8, 12, 3))
    assert math.isfinite(found.log_bf) and found.weights.sum() == pytest.approx(1.0)


def test_the_intervals_hold_under_the_prior() -> None:
    """A small share of the study in benchmarks/pattern_studies.py: 90 % of 150, four deviations."""
    rng, held, done = np.random.default_rng(11), 0, 0
    mu = (5 / 1000, 60 / 1000)
    while done < 150:
        n = rng.beta(1, 3)
        beta = math.exp(rng.uniform(math.log(BETA[0]), math.log(BETA[1])))
        rate = math.exp(rng.uniform(math.log(mu[0]), math.log(mu[1])))
        t, _ = simulate(rng, [rate], n, beta, 1000.0)
        if not 5 <= len(t) <= 300:
            continue
        found = grid.posterior(stream(t, 1000.0), BETA, mu=mu, size=(12, 30, 1))
        cdf = np.append(0.0, np.cumsum(found.weights.sum(axis=(0, 2))))
        low, high = np.interp([0.05, 0.95], cdf, found.n_edges)
        held += bool(low <= n <= high)
        done += 1
    assert 0.9 - 4 * 0.0245 <= held / done <= 1.0
