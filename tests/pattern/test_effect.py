"""The effect by the likelihood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.pattern.effect import PRIOR, posterior
from tocsin.pattern.special import beta_quantile


def test_many_events_give_the_beta_prime_of_the_ratio() -> None:
    # far from the prior's ends, r E / (O + r E) is Beta(A, N - A)
    found = posterior(60, 300.0, 160, 1000.0)
    for p, r in zip((0.05, 0.5, 0.95), found, strict=True):
        share = beta_quantile(p, 60, 100)
        assert r == pytest.approx(share / (1 - share) * 700 / 300, rel=1e-4)


@given(st.integers(0, 30), st.integers(0, 30), st.floats(1, 999))
def test_it_stays_within_its_prior_and_in_order(after: int, more: int, exposed: float) -> None:
    low, middle, high = posterior(after, exposed, after + more, 1000.0)
    assert 1 / PRIOR <= low <= middle <= high <= PRIOR + 1e-9


def test_no_events_give_the_prior_back() -> None:
    low, middle, high = posterior(0, 500.0, 0, 1000.0)
    assert middle == pytest.approx(1)
    assert high == pytest.approx(PRIOR**0.9)
    assert low == pytest.approx(PRIOR**-0.9)


def test_the_mirror_of_after_and_elsewhere() -> None:
    low, middle, high = posterior(3, 200.0, 10, 1000.0)
    turned = posterior(7, 800.0, 10, 1000.0)
    assert turned == pytest.approx((1 / high, 1 / middle, 1 / low))


@pytest.mark.parametrize("bad", [(3, 0.0, 5, 10.0), (3, 10.0, 5, 10.0), (6, 5.0, 5, 10.0)])
def test_nothing_to_compare(bad: tuple[int, float, int, float]) -> None:
    with pytest.raises(ValueError, match="no comparison"):
        posterior(*bad)
