"""A k that no lattice carries is answered from its neighbours, and they must agree."""

from __future__ import annotations

from fractions import Fraction
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.policy.alarm.between import agree, charts, neighbours
from tocsin.run.bell import poisson_answer


@given(st.fractions(0, 30, max_denominator=10**9), st.integers(1, 400))
def test_neighbours_hold_x_and_nothing_between(x: Fraction, most: int) -> None:
    low, high = neighbours(x, most)
    assert low <= x <= high and max(low.denominator, high.denominator) <= most
    if low != high:  # next to each other in their Farey sequence, and no term fits between
        a, b, c, d = low.numerator, low.denominator, high.numerator, high.denominator
        assert b * c - a * d == 1 and b + d > most


def test_the_likelihood_k_of_lucas_is_answered_to_ten_digits() -> None:
    """k = (r1 - r0) / ln(r1 / r0), irrational; simulated with k as it is, 40,000 runs."""
    k = (2.0 - 1.0) / log(2.0)
    early, late = charts(k, 4)
    assert early.k < k < late.k
    told = poisson_answer(1.0, k, 4)
    assert told["k"] == k and told["k_fraction"] is None
    assert told["arl"] == pytest.approx(early.arl(1.0), rel=1e-10)
    rng, n = np.random.default_rng(0), 40_000
    s, run, left = np.zeros(n), np.zeros(n), np.arange(n)
    while len(left):
        s = np.maximum(0.0, s + rng.poisson(1.0, len(left)) - k)
        run[left] += 1
        left, s = left[s < 4], s[s < 4]
    assert abs(run.mean() - told["arl"]) < 3.5 * run.std() / n**0.5


def test_a_fall_and_a_head_start_are_ordered_too() -> None:
    for upper in (True, False):
        early, late = charts(0.6213347, "5.123456", 2.561728, upper=upper)
        assert early.arl(0.5) <= late.arl(0.5) < early.arl(0.5) * (1 + 1e-6)
    same = charts("9/20", "3.25")
    assert same[0] is not None and same[0] == same[1]


def test_neighbours_that_differ_are_no_answer() -> None:
    with pytest.raises(UsageError, match="lies between 100 and 101"):
        agree(100.0, 101.0)
    with pytest.raises(UsageError, match="no finite linear system"):
        charts(1e-5 / 3, 4)
    with pytest.raises(UsageError, match="the head start 4 is not below h 4"):
        charts(2**0.5, 4, 4)
