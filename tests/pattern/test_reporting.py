"""Reporting: the tipping point, and two lists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.pattern.rate import binomial_p
from tocsin.pattern.reporting import Recaptured, Tipping, chapman, recapture, tipping
from tocsin.pattern.words import NoClaim

COUNTS = st.integers(0, 40)


def test_the_fourth_of_2025_hangs_on_a_fifth_more_reporting() -> None:
    # METHODS 4: 3 in 3 full years, 4 by 19 September (.718 year): p = .0295
    found = tipping(3, 3.0, 4, 0.718)
    assert isinstance(found, Tipping)
    assert f"{found.p:.4f}" == "0.0295"
    assert found.factor is not None
    # at the tipping point the exact p is .05: the definition
    assert binomial_p(3, 3.0, 4, 0.718 * found.factor) == pytest.approx(0.05, abs=1e-9)
    assert found.unreported == 1
    assert binomial_p(4, 3.0, 4, 0.718) > 0.05


def test_four_in_a_full_year_are_no_finding() -> None:
    found = tipping(3, 3.0, 4, 1.0)  # p = .0706
    assert isinstance(found, Tipping)
    assert f"{found.p:.4f}" == "0.0706"
    assert found.factor is None
    assert any("no finding" in line for line in found.words)


@given(COUNTS, COUNTS, st.floats(0.5, 5), st.floats(0.5, 5))
def test_mirrored_periods_have_mirrored_factors(y0: int, y1: int, e0: float, e1: float) -> None:
    assume(y0 * e1 != y1 * e0)
    there, back = tipping(y0, e0, y1, e1), tipping(y1, e1, y0, e0)
    if isinstance(there, NoClaim) or isinstance(back, NoClaim):
        assert y0 + y1 < 5
        return
    assert there.more is not back.more
    assert (there.factor is None) == (back.factor is None)
    if there.factor is not None and back.factor is not None:
        assert there.factor * back.factor == pytest.approx(1)
        assert (there.factor > 1) == there.more


@given(st.integers(0, 20), st.integers(5, 40))
def test_a_larger_count_needs_a_larger_change(y0: int, y1: int) -> None:
    one, more = tipping(y0, 3.0, y1, 1.0), tipping(y0, 3.0, y1 + 1, 1.0)
    assert isinstance(one, Tipping)
    assert isinstance(more, Tipping)
    if one.more and one.factor is not None:
        assert more.factor is not None
        assert more.factor > one.factor


def test_contradictions_and_too_few() -> None:
    assert isinstance(tipping(1, 1, 3, 1), NoClaim)
    for bad in ((3, 0.0, 4, 1.0), (3, 1.0, 4, -1.0), (-1, 1.0, 9, 1.0)):
        with pytest.raises(UsageError):
            tipping(*bad)


def test_chapman_of_a_textbook_example() -> None:
    # Wikipedia, "Mark and recapture": 10 marked, 15 caught, 5 of them marked: 28.33
    n, variance = chapman(10, 15, 5)
    assert n == pytest.approx(11 * 16 / 6 - 1)
    assert f"{n:.2f}" == "28.33"
    assert variance == pytest.approx(11 * 16 * 5 * 10 / (36 * 7))  # Seber 1970


def test_dependence_is_a_range_and_independence_is_in_it() -> None:
    found = recapture(10, 15, 5, odds=(2.0, 5.0))
    assert isinstance(found, Recaptured)
    assert [one.odds for one in found.totals] == [1.0, 2.0, 5.0]
    assert found.totals[0].n == pytest.approx(28.333, abs=1e-3)
    assert found.totals[1].n == pytest.approx(20 + 2 * 50 / 6)
    assert all(found.seen <= one.lo <= one.n <= one.hi for one in found.totals)
    assert "press lists copy each other" in found.words[0]


def test_the_odds_ratio_is_the_one_meant() -> None:
    """Lists drawn with a known dependence: the right odds ratio brings the number back."""
    rng = np.random.default_rng(1)
    n, phi = 4000, 4.0
    # P(11), P(10), P(01), P(00) with p11 p00 / (p10 p01) = 4
    p = np.array([0.4, 0.2, 0.2, 0.2 * 0.2 * phi / 0.4])
    cells = rng.multinomial(n, p / p.sum())
    found = recapture(
        int(cells[0] + cells[1]), int(cells[0] + cells[2]), int(cells[0]), odds=(phi,)
    )
    assert isinstance(found, Recaptured)
    right = next(one for one in found.totals if one.odds == phi)
    assert right.n == pytest.approx(n, rel=0.05)
    assert found.totals[0].n < right.n


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_never_fewer_than_were_seen(n1: int, n2: int, both: int) -> None:
    assume(both <= min(n1, n2))
    found = recapture(n1, n2, both)
    if isinstance(found, NoClaim):
        assert n1 + n2 - both < 5
    else:
        assert all(one.lo >= found.seen - 1e-9 for one in found.totals)


def test_no_overlap_and_full_overlap_tell_nothing() -> None:
    for both in (0, 10):
        found = recapture(10, 15, both)
        assert isinstance(found, Recaptured)
        assert found.as_json()["verdict"] == "cannot tell"
    with pytest.raises(UsageError, match="both of two lists"):
        recapture(10, 15, 11)
    with pytest.raises(UsageError, match="above 0"):
        recapture(10, 15, 5, odds=(0.0,))
