"""Tails and quantiles against scipy, and Garwood's interval against its table."""

from __future__ import annotations

import math

import pytest
import scipy.special
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from tocsin.pattern.special import (
    beta_cdf,
    beta_quantile,
    binomial_tail,
    gamma_cdf,
    gamma_quantile,
    gamma_tail,
    garwood,
    poisson_tail,
)


def test_garwood_as_printed() -> None:
    """Limits of a Poisson mean, 90 %: Garwood, Biometrika 28 (1936), table for 0, 1, 4, 10."""
    for count, low, high in ((0, 0.0, 2.9957), (1, 0.0513, 4.7439), (4, 1.3663, 9.1535)):
        assert garwood(count, 1.0) == pytest.approx((low, high), abs=5e-5)
    assert garwood(10, 2.0) == pytest.approx((5.4254 / 2, 16.9622 / 2), abs=5e-5)


@given(st.floats(0.05, 2000.0), st.floats(0.01, 20.0))
def test_gamma_agrees_with_scipy(shape: float, relative: float) -> None:
    x = shape * relative
    for ours, theirs in (
        (gamma_cdf(x, shape), scipy.special.gammainc(shape, x)),
        (gamma_tail(x, shape), scipy.special.gammaincc(shape, x)),
    ):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-250)


@given(st.floats(0.05, 500.0), st.floats(0.05, 500.0), st.floats(1e-6, 1 - 1e-6))
def test_beta_agrees_with_scipy(a: float, b: float, x: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(scipy.special.betainc(a, b, x), rel=1e-9, abs=1e-250)


@given(st.floats(0.3, 300.0), st.floats(0.3, 300.0), st.floats(0.001, 0.999))
def test_quantiles_turn_back(a: float, b: float, p: float) -> None:
    assert beta_cdf(beta_quantile(p, a, b), a, b) == pytest.approx(p, abs=1e-9)
    assert gamma_cdf(gamma_quantile(p, a, b), a, b) == pytest.approx(p, abs=1e-9)


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.01, 0.99))
def test_the_binomial_tail_is_the_sum_of_its_terms(k: int, n: int, q: float) -> None:
    terms = (math.comb(n, x) * q**x * (1 - q) ** (n - x) for x in range(min(k, n + 1), n + 1))
    assert binomial_tail(k, n, q) == pytest.approx(math.fsum(terms), abs=1e-12)


def test_the_poisson_tail() -> None:
    assert poisson_tail(4, 2.0) == pytest.approx(float(scipy.stats.poisson.sf(3, 2.0)), rel=1e-12)
    assert poisson_tail(0, 2.0) == 1.0
