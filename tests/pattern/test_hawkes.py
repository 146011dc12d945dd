"""The Hawkes process: its likelihood, its fit, its simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from tocsin.errors import UsageError
from tocsin.pattern.branching import simulate
from tocsin.pattern.events import Floats
from tocsin.pattern.hawkes import excitation, log_likelihood, offspring
from tocsin.pattern.hawkes_fit import _derivatives, fit

times = st.lists(st.floats(0.0, 50.0), min_size=1, max_size=30).map(sorted)


def brute(t: Floats, end: float, mu: float, n: float, beta: float) -> float:
    """Every pair of events, one at a time."""
    total = 0.0
    for i, at in enumerate(t):
        rate = mu + sum(n * beta * math.exp(-beta * (at - t[j])) for j in range(i))
        total += math.log(rate)
    return total - mu * end - sum(n * (1 - math.exp(-beta * (end - at))) for at in t)


def test_the_number_of_methods() -> None:
    """METHODS section 4: t = (1, 2, 4), T = 5, mu .5, n beta .8, beta 1.5 (computed)."""
    found = log_likelihood(np.array([1.0, 2.0, 4.0]), 5.0, 0.5, 0.8 / 1.5, 1.5)
    assert found == pytest.approx(-5.654935067640, abs=1e-12)


@given(times, st.floats(0.01, 3.0), st.floats(0.0, 0.99), st.floats(1e-3, 50.0))
def test_the_likelihood_agrees_with_brute_force(
    t: list[float], mu: float, n: float, beta: float
) -> None:
    at = np.array(t)
    assert log_likelihood(at, 51.0, mu, n, beta) == pytest.approx(
        brute(at, 51.0, mu, n, beta), abs=1e-10, rel=1e-12
    )


@given(times, st.floats(1e-3, 20.0))
def test_all_sums_agree_with_brute_force(t: list[float], beta: float) -> None:
    at = np.array(t)
    for order, found in enumerate(excitation(at, beta, 2)):
        for i in range(len(at)):
            lag = at[i] - at[:i]
            assert found[i] == pytest.approx(
                float((lag**order * np.exp(-beta * lag)).sum()), rel=1e-9, abs=1e-12
            )


def test_offspring_of_a_gap_are_not_expected() -> None:
    t, beta = np.array([1.0, 2.0, 6.5]), 0.7
    found = offspring(t, beta, 0.0, 10.0, ((3.0, 6.0),))[0]
    grid = (np.arange(200_000) + 0.5) / 200_000 * 10.0
    rate = sum(np.where(grid > x, beta * np.exp(-beta * np.maximum(grid - x, 0)), 0) for x in t)
    seen = (grid < 3.0) | (grid > 6.0)
    assert found == pytest.approx(float((rate * seen).sum()) * 10.0 / 200_000, abs=1e-4)


@given(
    times.filter(lambda t: len(t) > 2),
    st.floats(-2.0, 1.0),
    st.floats(-3.0, -0.1),
    st.floats(-2.0, 2.0),
)
def test_derivatives_are_those_of_the_likelihood(
    t: list[float], mu: float, n: float, beta: float
) -> None:
    at, x = np.array(t), np.array([mu, n, beta])
    window = (at, 0.0, 51.0, ((20.0, 24.0),), 47.0)
    at = window[0]
    _, slope, hessian = _derivatives(x, *window)
    step = 1e-5
    for k in range(3):
        nudge = np.zeros(3)
        nudge[k] = step
        above, below = _derivatives(x + nudge, *window), _derivatives(x - nudge, *window)
        assert slope[k] == pytest.approx((above[0] - below[0]) / (2 * step), rel=1e-4, abs=1e-4)
        assert hessian[k] == pytest.approx((above[1] - below[1]) / (2 * step), rel=1e-3, abs=1e-3)


def test_the_fit_is_the_maximum_that_another_route_finds() -> None:
    t, _ = simulate(np.random.default_rng(2), [0.3], 0.5, 0.8, 900.0)
    ours = fit(t, 0.0, 900.0)

    def loss(x: Floats) -> float:
        return -log_likelihood(t, 900.0, *np.exp(x).tolist())

    theirs = minimize(
        loss, np.log([0.3, 0.5, 0.8]), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10}
    )
    assert ours.log_lik == pytest.approx(-theirs.fun, abs=1e-7)
    assert (ours.mu, ours.n, ours.beta) == pytest.approx(tuple(np.exp(theirs.x)), rel=1e-3)


def test_forty_thousand_events_give_their_parameters_back() -> None:
    t, _ = simulate(np.random.default_rng(0), [0.5], 0.6, 1.5, 32_500.0)
    assert 38_000 < len(t) < 43_000
    found = fit(t, 0.0, 32_500.0)
    for value, sd, truth in zip(
        (found.mu, found.n, found.beta), found.sd, (0.5, 0.6, 1.5), strict=True
    ):
        assert abs(value - truth) < 4 * sd
    assert found.publishable


def test_few_events_are_not_published_and_none_excite() -> None:
    few = fit(np.array([1.0, 1.1, 5.0, 5.2, 9.0]), 0.0, 10.0)
    assert not few.publishable and "not publishable" in few.words
    regular = fit(np.arange(1.0, 200.0), 0.0, 200.0)
    assert regular.n == 0.0 and regular.log_lik == pytest.approx(199 * math.log(199 / 200) - 199)
    with pytest.raises(UsageError):
        fit(np.array([3.0, 3.0]), 0.0, 10.0)


def test_an_event_without_a_rate_is_impossible() -> None:
    assert log_likelihood(np.array([1.0]), 2.0, 0.0, 0.5, 1.0) == -math.inf
    with pytest.raises(ValueError, match="beta above it"):
        log_likelihood(np.array([1.0]), 2.0, 0.1, 0.5, 0.0)


def test_simulated_series_have_their_mean_and_their_states() -> None:
    rng = np.random.default_rng(3)
    counts = np.zeros(2)
    for _ in range(200):
        t, where = simulate(rng, [0.2, 0.0], 0.3, 1.0, 300.0, n_cross=0.2)
        assert (np.diff(t) >= 0).all() and t[-1] < 300
        counts += np.bincount(where, minlength=2)
    # mean = (I - N)^-1 mu T, less what falls past the end
    mean = np.linalg.solve(np.eye(2) - [[0.3, 0.2], [0.2, 0.3]], [0.2, 0.0]) * 300
    assert counts / 200 == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize(("own", "cross"), [(1.0, 0.0), (0.6, 0.4), (-0.1, 0.0)])
def test_an_explosion_is_refused(own: float, cross: float) -> None:
    with pytest.raises(UsageError, match="explode"):
        simulate(np.random.default_rng(0), [0.1, 0.1], own, 1.0, 10.0, n_cross=cross)
