"""Fatigue: the published moments, the path by hand, the law against moments and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from tocsin.errors import UsageError
from tocsin.policy.alarm import wear
from tocsin.policy.alarm.fatigue import fatigue, path
from tocsin.schema import Floats


def test_the_stationary_moments() -> None:
    model = fatigue(0.5, 0.4, 1)
    assert round(model.mean, 6) == 0.555556
    assert round(model.moment(2), 6) == 0.338753


def test_moments_in_time_solve_their_equations() -> None:
    model = fatigue(0.5, 0.4, 1.3)

    def slope(_: float, m: Floats) -> Floats:
        return np.array(
            [
                0.5 * (1 - m[0]) - 1.3 * 0.4 * m[0],
                2 * 0.5 * (m[0] - m[1]) + 1.3 * (0.36 - 1) * m[1],
            ]
        )

    solved = integrate.solve_ivp(slope, (0, 2), [0.9, 0.81], rtol=1e-10, atol=1e-12)
    assert model.mean_at(2, 0.9) == pytest.approx(solved.y[0, -1], rel=1e-8)
    assert model.second_at(2, 0.9) == pytest.approx(solved.y[1, -1], rel=1e-8)
    assert model.mean_at(200) == pytest.approx(model.mean, rel=1e-12)
    assert model.second_at(200) == pytest.approx(model.moment(2), rel=1e-12)


def test_a_path_by_hand() -> None:
    """From 0.2, one year at ln 2 a year halves what is missing; a ring with phi .5 halves R."""
    rate = np.log(2)
    got = path(np.array([0.0, 1.0, 2.0]), np.array([1.0]), rate, 0.5, start=0.2)
    np.testing.assert_allclose(got, [0.2, 0.3, 0.65])  # 0.6 halved; then 1 - 0.7 / 2


@pytest.mark.parametrize("terms", [(0.5, 0.4, 1), (0.5, 0.4, 0.06), (0.5, 0.9, 4), (0.5, 1, 1)])
def test_the_law_has_the_moments_it_must(terms: tuple[float, float, float]) -> None:
    model = fatigue(*terms)
    law = wear.law(model)
    mean = law.r[0] + np.trapezoid(law.above, law.r)
    second = np.trapezoid(2 * law.r * law.above, law.r)
    assert mean == pytest.approx(model.mean, abs=2e-6)
    assert second == pytest.approx(model.moment(2), abs=2e-6)


def test_the_law_is_that_of_simulated_paths() -> None:
    rng = np.random.default_rng(3)
    n, rho, phi = 100_000, 0.5, 0.4
    r = np.ones(n)
    for _ in range(40):
        r = (1 - phi) * (1 - (1 - r) * np.exp(-rho * rng.exponential(1, n)))
    r = 1 - (1 - r) * np.exp(-rho * rng.exponential(1, n))
    law = wear.law(fatigue(rho, phi, 1))
    for level in (0.2, 0.5, 0.61, 0.8, 0.95):
        p = float(law.at_most(level))
        assert abs((r <= level).mean() - p) < 3.5 * (p * (1 - p) / n) ** 0.5
    assert law.at_most(law.quantile(0.3)) == pytest.approx(0.3, abs=1e-6)
    # Above 1 - phi the law is a pure power: nobody falls in there.
    high = (law.r > 0.65) & (law.r < 0.95)
    np.testing.assert_allclose(
        law.above[high] / (1 - law.r[high]) ** 2,
        law.above[high][0] / (1 - law.r[high][0]) ** 2,
        rtol=1e-9,
    )


@given(st.floats(0.05, 3), st.floats(0, 1), st.floats(0, 20))
def test_more_of_anything_bad_wears_more(rho: float, phi: float, nu: float) -> None:
    here = fatigue(rho, phi, nu)
    assert 0 < here.mean <= 1
    assert here.moment(2) >= here.mean**2 - 1e-12
    assert fatigue(rho, phi, nu + 1).mean <= here.mean + 1e-12
    assert fatigue(rho + 1, phi, nu).mean >= here.mean - 1e-12


def test_phi_zero_wears_nothing() -> None:
    model = fatigue(0.5, 0, 7)
    assert (model.mean, model.moment(2), model.sd) == (1, 1, 0)
    with pytest.raises(UsageError, match="nothing wears it"):
        wear.law(model)


def test_bad_terms_are_one_sentence() -> None:
    with pytest.raises(UsageError, match="rho must be above 0"):
        fatigue(0, 0.4, 1)
    with pytest.raises(UsageError, match="phi must lie from 0 to 1"):
        fatigue(0.5, 1.4, 1)
    with pytest.raises(UsageError, match="must be 0 or more"):
        fatigue(0.5, 0.4, -1)
    with pytest.raises(UsageError, match="must increase"):
        path(np.array([1.0]), np.array([2.0, 1.0]), 0.5, 0.4)
