"""Again at the same place, beside the traffic that passes there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.pattern.background import Background, anywhere, background_near, recurrence
from tocsin.pattern.special import binomial_tail

HERE = (26.36, 59.82)


def others(near: int, far: int) -> np.ndarray:
    return np.array([HERE] * near + [(20.0, 55.0)] * far).reshape(-1, 2)


def test_three_of_four_where_half_of_the_traffic_passes() -> None:
    # (C(4,3) + C(4,4)) / 2^4 = 5/16
    found = recurrence(
        HERE, others(3, 1), np.zeros(4), radius_km=25, background=Background((0.5, 0.5), "made up")
    )
    assert found.within == (3, 3)
    assert found.p == pytest.approx((5 / 16, 5 / 16))
    assert any("cannot tell" in line for line in found.words)


def test_without_a_background_it_is_said_and_the_tipping_share_is_given() -> None:
    found = recurrence(HERE, others(6, 4), np.zeros(10), radius_km=25)
    assert found.p is None
    assert any("No background is given" in line for line in found.words)
    assert found.tipping_share is not None
    assert binomial_tail(6, 10, found.tipping_share) == pytest.approx(0.05, abs=1e-9)


def test_a_place_that_may_be_off_counts_as_possible() -> None:
    found = recurrence(HERE, others(2, 3), np.array([0, 40, 0, 0, 0.0]), radius_km=25)
    assert found.within == (1, 2)


@given(st.integers(0, 8), st.integers(0, 8), st.floats(0.01, 0.9), st.floats(0, 0.09))
def test_more_traffic_makes_it_less_remarkable(near: int, far: int, q: float, more: float) -> None:
    sigma = np.zeros(near + far)
    ps = [
        recurrence(
            HERE, others(near, far), sigma, radius_km=25, background=Background((at, at), "x")
        ).p
        for at in (q, q + more)
    ]
    assert ps[0] is not None
    assert ps[1] is not None
    assert ps[0][0] <= ps[1][0] + 1e-12


def test_the_share_of_flights_near_a_place_has_its_interval() -> None:
    traffic = np.array([HERE, (20.0, 55.0)])
    found = background_near(HERE, traffic, np.array([30.0, 70.0]), radius_km=25, source="counts")
    low, high = found.share  # Clopper and Pearson: each end leaves one in twenty
    assert binomial_tail(30, 100, low) == pytest.approx(0.05)
    assert binomial_tail(31, 100, high) == pytest.approx(0.95)
    assert low < 0.3 < high
    with pytest.raises(UsageError, match="no flights"):
        background_near(HERE, traffic, np.zeros(2), radius_km=25, source="counts")


def test_a_corridor_makes_piles_by_chance_and_wide_traffic_does_not() -> None:
    rng = np.random.default_rng(1)
    record = others(8, 4) + np.linspace(0, 0.01, 12)[:, None]
    corridor = np.array([HERE, (26.4, 59.83), (20.0, 55.0)])
    wide = np.column_stack([rng.uniform(20, 28, 200), rng.uniform(55, 60, 200)])
    narrow = anywhere(record, corridor, np.ones(3), radius_km=25, rng=rng, replicates=199)
    spread = anywhere(record, wide, np.ones(200), radius_km=25, rng=rng, replicates=199)
    assert narrow.p > 0.5
    assert spread.exceed == 0


@pytest.mark.parametrize("share", [(0.5, 0.2), (-0.1, 0.2), (0.0, 0.0), (0.5, 1.2)])
def test_what_is_no_share(share: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        Background(share, "x")
