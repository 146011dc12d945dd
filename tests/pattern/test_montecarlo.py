"""The p of replicates."""

from __future__ import annotations

import pytest

from tocsin.pattern.montecarlo import MonteCarlo


def test_none_as_extreme_is_a_bound_and_not_zero() -> None:
    none = MonteCarlo(0, 999)
    assert none.p == pytest.approx(0.001)
    assert str(none) == "<1/999"
    assert none.upper == pytest.approx(3 / 999)  # the rule of three
    assert none.said() == "p <1/999 (at most 0.003)"


def test_all_as_extreme_is_not_one() -> None:
    assert str(MonteCarlo(999, 999)) == ">.99"


def test_the_data_count_as_one_of_the_sets() -> None:
    assert MonteCarlo(49, 999).p == pytest.approx(0.05)
    assert MonteCarlo(50, 999).p > 0.05
    assert MonteCarlo(50, 999).upper > 50 / 999
    assert str(MonteCarlo(334, 999)) == "0.335"
