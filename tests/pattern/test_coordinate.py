"""Pairs of incidents of different states, against every shift tried one at a time."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.pattern import coordinate_words
from tocsin.pattern.coordinate import Coordination, coordinate
from tocsin.pattern.events import Events, Floats, events
from tocsin.pattern.figures.coordinate import pairs_chart
from tocsin.pattern.impute import draws
from tocsin.pattern.words import NoClaim


def two(a: Floats, b: Floats, length: float, **more: object) -> Events:
    state = ("A",) * len(a) + ("B",) * len(b)
    return events(np.concatenate([a, b]), 0.0, length, state=state, **more)  # type: ignore[arg-type]


def asked(one: Events | list[Events], **more: object) -> Coordination:
    drawn = one if isinstance(one, list) else [one]
    answer = coordinate(drawn, np.random.default_rng(1), **more)  # type: ignore[arg-type]
    assert isinstance(answer, Coordination)
    return answer


@given(
    st.lists(st.integers(0, 89), min_size=3, max_size=6),
    st.lists(st.integers(0, 89), min_size=3, max_size=6),
    st.integers(1, 12),
)
def test_whole_days_are_enumerated(first: list[int], second: list[int], near: int) -> None:
    a, b = np.array(first, dtype=float), np.array(second, dtype=float)
    if max(*first, *second) == min(*first, *second):
        return
    answer = asked(two(a, b, 90.0), near_days=float(near), whole_days=True)
    pairs = [
        int((np.abs(a[:, None] - np.mod(b + shift, 90)[None]) <= near).sum()) for shift in range(90)
    ]
    assert answer.exact and answer.shifts == 90
    assert answer.pairs == pairs[0]
    assert answer.p == pytest.approx(np.mean(np.array(pairs) >= pairs[0]))
    assert answer.expected == pytest.approx(np.mean(pairs))


def test_exact_times_are_measured() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.random(6) * 365, rng.random(7) * 365
    answer = asked(two(a, b, 365.0))
    shifts = np.linspace(0.0, 365.0, 40_001)[:-1]
    near = np.abs(a[None, :, None] - np.mod(b + shifts[:, None], 365)[:, None, :]) <= 7
    pairs = near.sum(axis=(1, 2))
    assert answer.exact and answer.shifts == 0
    assert answer.p == pytest.approx(float((pairs >= pairs[0]).mean()), abs=2e-3)
    assert answer.expected == pytest.approx(float(pairs.mean()), abs=2e-2)


def test_what_was_planted_is_found_and_words_say_so() -> None:
    rng = np.random.default_rng(4)
    a = np.sort(rng.choice(1000, 10, replace=False)).astype(float)
    answer = asked(two(a, np.clip(a + rng.integers(-2, 3, 10), 0, 999), 1000.0), whole_days=True)
    assert answer.p <= 0.002 and answer.pairs >= 10
    assert coordinate_words.verdict(answer) == coordinate_words.TOGETHER
    assert any("all 1000 shifts" in line for line in coordinate_words.words(answer))
    json.dumps(coordinate_words.as_json(answer), allow_nan=False)
    chart = pairs_chart(answer)
    assert chart == pairs_chart(answer) and "pairs of different states within 7 days" in chart


def test_clusters_of_each_state_alone_are_no_sign() -> None:
    rng = np.random.default_rng(6)
    alarms = 0
    for _ in range(60):
        series = [np.repeat(rng.choice(900, 4), 4) + rng.integers(0, 6, 16) for _ in range(2)]
        one = two(series[0].astype(float), series[1].astype(float), 1000.0)
        alarms += asked(one, whole_days=True).p <= 0.05
    assert alarms <= 10  # 3 expected; ten is past one in a thousand


def test_three_states_are_shifted_with_a_seed() -> None:
    rng = np.random.default_rng(7)
    t, state = np.sort(rng.random(30) * 700), tuple("ABC"[k % 3] for k in range(30))
    one, other = (asked(events(t, 0.0, 700.0, state=state), shifts=499) for _ in range(2))
    assert (one.p, one.shifts, one.exact) == (other.p, 499, False)
    assert one.p >= 1 / 500


def test_uncertain_dates_enter_as_the_mean_over_draws() -> None:
    a, b = np.array([50.0, 200.0, 400.0]), np.array([52.0, 203.0, 398.0])
    vague = two(a, b, 500.0, interval=(np.concatenate([a, b]) - 15, np.concatenate([a, b]) + 15))
    answer = asked(draws(vague, np.random.default_rng(2), 10))
    sharp = asked(two(a, b, 500.0))
    assert answer.pairs < sharp.pairs and answer.draws == 10
    assert answer.p_range[0] <= answer.p_range[1]


def test_gaps_are_shifted_over() -> None:
    a, b = np.array([10.0, 20.0, 80.0]), np.array([12.0, 82.0, 95.0])
    answer = asked(two(a, b, 100.0, gaps=((30.0, 70.0),)), whole_days=True)
    assert answer.exact and answer.shifts == 60


def test_what_has_no_pairs_is_a_value_or_refused() -> None:
    rng = np.random.default_rng(0)
    one = coordinate([events(np.arange(9.0), 0.0, 10.0, state=("A",) * 9)], rng)
    assert isinstance(one, NoClaim) and "two states" in one.words[0]
    few = coordinate([two(np.array([1.0]), np.array([2.0]), 10.0)], rng)
    assert isinstance(few, NoClaim)
    with pytest.raises(UsageError):
        coordinate([two(np.arange(5.0), np.arange(5.0), 10.0)], rng, near_days=0.0)
