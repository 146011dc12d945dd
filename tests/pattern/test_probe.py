"""Event study with a placebo by the same trigger rule."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.pattern.placebo import Trigger, after_exposure, laid_out, log_ratio, stretched
from tocsin.pattern.probe import Probe, pooled, probe
from tocsin.pattern.trial import Trial, shuffles, two_sided_p
from tocsin.pattern.trigger_fit import agrees, fitted
from tocsin.pattern.words import NoClaim
from tocsin.schema import Floats

RULE = Trigger(3, 30.0)


def record(
    seed: int, ratio: float, rule: Trigger = RULE, mean: float = 20.0, end: float = 1000.0
) -> tuple[Floats, Floats]:
    """Return events and responses of a Poisson process whose rate follows the rule."""
    gaps = np.random.default_rng(seed).exponential(mean, (1, 400))
    laid = laid_out(gaps, 0.0, 40.0, rule, ratio)
    t, r = laid.t[0], laid.responses[0]
    return t[t < end], r[r < end]


@given(
    st.integers(0, 2**31),
    st.floats(0.1, 5),
    st.integers(1, 4),
    st.floats(0, 12),
    st.floats(0, 60),
)
def test_stretching_and_laying_out_are_inverse(
    seed: int, ratio: float, count: int, lag: float, quiet: float
) -> None:
    rule = Trigger(count, 30.0, lag, quiet)
    gaps = np.random.default_rng(seed).exponential(15.0, (1, 31))
    laid = laid_out(gaps, 100.0, 40.0, rule, ratio)
    t, r = laid.t[0], laid.responses[0]
    back = stretched(t, r, 100.0, float(laid.end[0]), 40.0, ratio)
    assert back == pytest.approx(gaps[0], abs=1e-6)
    seen, exposed = after_exposure(t, r, 100.0, float(laid.end[0]), 40.0)
    assert seen == laid.after[0]
    assert exposed == pytest.approx(laid.exposed[0], abs=1e-6)
    assert rule.responses(t) == pytest.approx(r)


def test_a_response_that_does_nothing_leaves_the_gaps_as_they_are() -> None:
    gaps = np.arange(1.0, 9.0)[None, :]
    laid = laid_out(gaps, 0.0, 5.0, Trigger(2, 4.0), 1.0)
    assert laid.t[0] == pytest.approx(np.cumsum(gaps[0])[:-1])
    assert laid.end[0] == pytest.approx(36)


def test_exposure_by_hand() -> None:
    # responses at 10 and 12, window 5: 10..17 is exposed; 17 is inside, 10 itself is not
    seen, exposed = after_exposure(
        np.array([10.0, 11.0, 17.0, 18.0]), np.array([10.0, 12.0]), 0.0, 100.0, 5.0
    )
    assert (seen, exposed) == (2, 7.0)
    assert after_exposure(np.array([99.5]), np.array([98.0]), 0, 100, 5) == (1, 2.0)


def test_the_ratio_by_hand() -> None:
    # (2 + 1/2)/10 against (6 + 1/2)/90
    found = log_ratio(np.array(2.0), np.array(10.0), 8, np.array(100.0))
    assert float(found) == pytest.approx(np.log(0.25 / (6.5 / 90)))
    assert np.isnan(log_ratio(np.array(0.0), np.array(0.0), 8, np.array(100.0)))


def test_rates_fall_after_responses_that_do_nothing_and_that_is_no_effect() -> None:
    """The naive before-and-after comparison cries wolf; the placebo does not."""
    rng = np.random.default_rng(7)
    naive, called = 0, 0
    for seed in range(30):
        t, r = record(seed, 1.0)
        before = sum(int(np.sum((t > x - 40) & (t <= x))) for x in r)
        after = sum(int(np.sum((t > x) & (t <= x + 40))) for x in r)
        naive += after < before
        trial = Trial(t, r, 0.0, 1000.0, 40.0, RULE, shuffles(len(t), 99, rng))
        called += two_sided_p(trial.simulated(1.0), trial.statistic).p <= 0.1
    assert naive >= 28
    assert called <= 7  # 10 % each, 99.5 % of Binomial(30, .1)


def test_a_strong_effect_is_found_and_its_size_lies_in_the_interval() -> None:
    t, r = record(8, 0.15, mean=10.0)
    found = probe(
        t, r, 0.0, 1000.0, window=40.0, rng=np.random.default_rng(0), trigger=RULE, replicates=299
    )
    assert isinstance(found, Probe)
    assert found.verdict == "less after a response"
    lo, middle, hi = found.effect
    assert middle is not None
    assert hi is not None
    assert (0 if lo is None else lo) < 0.15 < hi
    assert found.naive < found.placebo[0]
    assert any("not a cause" in line for line in found.words)


def test_the_same_seed_the_same_answer() -> None:
    t, r = record(3, 1.0)
    answers = [
        probe(t, r, 0.0, 1000.0, window=40.0, rng=np.random.default_rng(5), replicates=99)
        for _ in range(2)
    ]
    assert answers[0].as_json() == answers[1].as_json()


def test_a_rule_is_read_off_the_record() -> None:
    t, r = record(11, 1.0)
    rule, agreement = fitted(t, r, 40.0)
    assert agreement > 0.8
    assert agrees(RULE, t, r, 40.0) == 1.0
    assert rule.lag == 0


def test_responses_that_follow_no_rule_cannot_be_judged() -> None:
    t, _ = record(11, 1.0)
    quiet = np.array([(a + b) / 2 for a, b in pairwise(t) if b - a > 45])
    found = probe(
        t, quiet, 0.0, 1000.0, window=40.0, rng=np.random.default_rng(0), trigger=RULE,
        replicates=99,
    )  # fmt: skip
    assert isinstance(found, Probe)
    assert found.agreement < 0.5
    assert found.verdict == "cannot tell"


@pytest.mark.parametrize(
    ("t", "r", "says"),
    [
        ([1.0, 2, 3, 4], [2.0], "fewer than 5"),
        ([], [2.0], "no incident"),
        ([5.0] * 6, [5.0], "on one day"),
        ([1.0, 5, 9, 14, 30], [], "no response"),
        ([1.0, 5, 9, 14, 30], [10.0, 200.0], "outside the time"),
        ([1.0, 5, 9, 14, 300], [10.0], "incidents lie outside"),
        ([1.0, 5, 9, 14, 30], [0.0], "nothing to compare"),
    ],
)
def test_where_nothing_can_be_asked(t: list[float], r: list[float], says: str) -> None:
    window = 100.0 if says == "nothing to compare" else 10.0
    found = probe(np.array(t), np.array(r), 0.0, 100.0, window=window, rng=np.random.default_rng(0))
    assert isinstance(found, NoClaim)
    assert says in found.words[0]


def test_draws_are_pooled_to_the_least_decided() -> None:
    rng = np.random.default_rng(0)
    found = []
    for seed in (1, 2):
        t, r = record(seed, 1.0)
        one = probe(t, r, 0.0, 1000.0, window=40.0, rng=rng, trigger=RULE, replicates=99)
        assert isinstance(one, Probe)
        found.append(one)
    both = pooled(found)
    assert both.p.p == max(one.p.p for one in found)
    assert both.draws == 2
    ends = [one.effect[2] for one in found if one.effect[2] is not None]
    assert both.effect[2] in (None, max(ends))


@pytest.mark.parametrize("bad", [(0, 30.0), (3, 0.0), (3, -1.0)])
def test_what_is_no_rule(bad: tuple[int, float]) -> None:
    with pytest.raises(UsageError, match="trigger"):
        Trigger(*bad)
