"""Incidents, their doubts, and draws of what may be true."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.pattern.events import Unit, barred, events, stretches
from tocsin.pattern.impute import draws, mixture, pooled_odds, rubin
from tocsin.pattern.watch import at_clock, clock
from tocsin.pattern.words import NO_CLAIM, chance, likelihood, percent, value


def test_rubins_rules_by_hand() -> None:
    """Three imputations with means 1, 2, 3 and variances .5: T = .5 + (4/3) 1 (Rubin 3.1.5)."""
    pooled = rubin([1.0, 2.0, 3.0], [0.5, 0.5, 0.5])
    assert pooled.mean == 2.0
    assert pooled.sd == pytest.approx(math.sqrt(0.5 + 4 / 3))
    assert pooled.missing == pytest.approx((4 / 3) / (0.5 + 4 / 3))


@given(st.lists(st.floats(-2000, 2000), min_size=1, max_size=6))
def test_pooled_odds_lie_between(logs: list[float]) -> None:
    """Also where one posterior chance is 1 to the last bit: ln BF 40 is not ln BF 37."""
    assert min(logs) - 1e-9 <= pooled_odds(logs) <= max(logs) + 1e-9


def test_draws_stay_in_their_intervals_and_rows_come_by_their_chance() -> None:
    lo, hi = np.array([0.0, 10.0, 30.0]), np.array([5.0, 10.0, 50.0])
    vague = events((lo + hi) / 2, 0.0, 40.0, interval=(lo, hi), p=np.array([1.0, 0.25, 1.0]))
    sets = draws(vague, np.random.default_rng(0), 2000)
    assert all((np.diff(s.t) >= 0).all() and s.certain for s in sets)
    assert all(0 <= s.t[0] <= 5 for s in sets)
    ids = [set(s.id) for s in sets]
    assert np.mean(["2" in i for i in ids]) == pytest.approx(0.25, abs=0.04)
    assert np.mean(["3" in i for i in ids]) == pytest.approx(0.5, abs=0.05)  # half past the end


def test_certain_events_are_one_draw_and_gaps_swallow() -> None:
    one = events([3.0, 1.0, 7.0], 0.0, 10.0, gaps=((2.0, 4.0),), state=("B", "A", "A"))
    (drawn,) = draws(one, np.random.default_rng(0))
    assert drawn.t.tolist() == [1.0, 7.0] and drawn.state == ("A", "A")
    assert one.exposure == 8.0 and stretches(0.0, 10.0, one.gaps) == [(0.0, 2.0), (4.0, 10.0)]


@given(st.floats(0.0, 10.0))
def test_the_clock_stands_still_in_gaps_and_can_be_turned_back(t: float) -> None:
    one = events([], 0.0, 10.0, gaps=((2.0, 4.0), (6.0, 6.5)))
    (u,) = clock(one, np.array([t])).tolist()
    assert 0 <= u <= one.exposure
    (back,) = at_clock(one, np.array([u])).tolist()
    seen = not (2 < t < 4 or 6 < t < 6.5)
    assert not seen or back == pytest.approx(t, abs=1e-9) or t in (4.0, 6.5)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"begin": 5.0, "end": 5.0}, "window"),
        ({"gaps": ((4.0, 3.0),)}, "gaps"),
        ({"gaps": ((-1.0, 3.0),)}, "gaps"),
        ({"p": np.array([1.0, 2.0])}, "chance"),
        ({"interval": (np.array([3.0, 3.0]), np.array([9.0, 9.0]))}, "interval"),
        ({"t": [1.0, math.nan]}, "finite"),
    ],
)
def test_impossible_events_are_refused(more: dict[str, object], says: str) -> None:
    given_ = {"t": [1.0, 5.0], "begin": 0.0, "end": 10.0, **more}
    with pytest.raises(UsageError, match=says):
        events(**given_)  # type: ignore[arg-type]


def test_fewer_than_five_or_one_day_is_no_claim() -> None:
    assert barred([events([1.0, 2.0], 0.0, 9.0)]) is not None
    assert barred([events([1.0, 1.2, 1.4, 1.6, 1.9], 0.0, 9.0)]) is not None
    assert barred([events([1.0, 1.2, 1.4, 1.6, 2.9], 0.0, 9.0)]) is None
    year = events([2001.0, 2001.001, 2001.002, 2001.001, 2001.0], 2000.0, 2010.0, unit=Unit.YEAR)
    found = barred([year])
    assert found is not None and found.words[0].startswith(NO_CLAIM)


def test_words_never_say_never() -> None:
    assert (percent(0.0), percent(1.0), percent(0.5)) == ("<1 %", ">99 %", "50 %")
    assert (chance(0.0), chance(1.0), chance(0.0706)) == ("<0.0001", "0.99", "0.0706")
    assert [likelihood(p) for p in (0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97)] == [
        "almost no chance",
        "very unlikely",
        "unlikely",
        "roughly even chance",
        "likely",
        "very likely",
        "almost certain",
    ]  # ICD 203, table of likelihood terms
    assert (value(0.0), value(3.0976), value(1234.0), value(math.inf)) == (
        "0",
        "3.1",
        "1234",
        "unbounded",
    )


def test_a_mixture_weighs_draws_alike() -> None:
    found = mixture([np.array([2.0, 2.0]), np.array([0.0, 9.0])])
    assert found.tolist() == [0.25, 0.75]
