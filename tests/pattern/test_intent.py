"""Three classes of intent as exact ranges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.pattern.intent import (
    CLASSES,
    NON_COOPERATIVE,
    Cue,
    Interval,
    Prior,
    bounds,
    grouped,
    posterior,
    prior_of,
)
from tocsin.pattern.intent_answer import weigh_intent

EVEN = prior_of({"accident": 1 / 3, "interference": 1 / 3, "deliberate": 1 / 3})
OPEN = prior_of({"accident": (0.1, 0.6), "interference": (0.1, 0.5), "deliberate": (0.2, 0.7)})


def cue(name: str, *ends: Interval, group: str = "", source: str = "a study") -> Cue:
    a, b, c = ends
    return Cue(name, (a, b, c), source, group)


ENDS = st.tuples(st.floats(0.01, 1), st.floats(1, 20)).map(lambda x: (x[0], x[0] * x[1]))
CUES = st.lists(
    st.builds(cue, st.sampled_from(["course", "jamming", "speed", "height"]), ENDS, ENDS, ENDS),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.name,
)


def test_even_odds_and_one_cue_by_hand() -> None:
    # likelihoods 1 : 2 : 5 on even odds are 1/8, 2/8, 5/8
    found = weigh_intent(EVEN, [cue("course", (1, 1), (2, 2), (5, 5))])
    assert [lo for lo, _ in found.ranges] == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert found.leading == "deliberate"


def test_the_ends_by_hand() -> None:
    # deliberate 2..8 against 1 : 1 on even odds: 2/4 to 8/10
    found = weigh_intent(EVEN, [cue("course", (1, 1), (1, 1), (2, 8))])
    assert found.ranges[2] == pytest.approx((0.5, 0.8))
    assert found.ranges[0] == pytest.approx((0.1, 0.25))


@given(CUES, st.integers(0, 2**31))
def test_nothing_that_is_allowed_lies_outside_and_the_ends_are_reached(
    cues: list[Cue], seed: int
) -> None:
    groups = grouped(cues)
    ranges = bounds(OPEN, groups)
    rng = np.random.default_rng(seed)
    corners = np.array(OPEN.vertices())
    for _ in range(50):
        prior = rng.dirichlet(np.ones(len(corners))) @ corners
        drawn = [[rng.uniform(lo, hi) for lo, hi in one.likelihood] for one in groups]
        for p, (lo, hi) in zip(posterior(prior, drawn), ranges, strict=True):
            assert lo - 1e-9 <= p <= hi + 1e-9
    for kind in range(3):
        best = [[one.likelihood[k][1 if k == kind else 0] for k in range(3)] for one in groups]
        reached = max(posterior(at, best)[kind] for at in corners)
        assert reached == pytest.approx(ranges[kind][1])


def test_the_corners_of_the_prior_sum_to_one_and_keep_their_intervals() -> None:
    for corner in OPEN.vertices():
        assert sum(corner) == pytest.approx(1)
        for p, (lo, hi) in zip(corner, OPEN.interval, strict=True):
            assert lo - 1e-9 <= p <= hi + 1e-9
    assert len(OPEN.vertices()) >= 3


def test_one_cue_told_twice_in_one_group_changes_nothing() -> None:
    once = cue("low", (0.2, 0.4), (0.1, 0.2), (0.5, 0.9), group="flight")
    twice = [once, cue("very low", *once.likelihood, group="flight")]
    same = weigh_intent(OPEN, [once]).ranges
    for found, wanted in zip(weigh_intent(OPEN, twice).ranges, same, strict=True):
        assert found == pytest.approx(wanted)


def test_transponder_plan_and_radio_are_one_group_whatever_the_file_says() -> None:
    ends = (0.3, 0.7), (0.3, 0.7), (0.5, 0.9)
    cues = [
        cue("transponder off", *ends),
        cue("no flight plan", *ends, group="paper"),
        cue("no radio contact", *ends),
        cue("course", *ends),
    ]
    groups = grouped(cues)
    assert [one.name for one in groups] == [NON_COOPERATIVE, "course"]
    assert len(groups[0].cues) == 3
    assert any("lawful military flights" in note for note in groups[0].notes)
    assert any("paper" in note for note in groups[0].notes)


def test_which_cue_moves_it_and_what_to_find_out() -> None:
    weak = cue("hour", (0.4, 0.6), (0.4, 0.6), (0.4, 0.6))
    strong = cue("course", (0.1, 0.1), (0.1, 0.1), (0.8, 0.8))
    found = weigh_intent(EVEN, [weak, strong])
    assert found.influences[0].group == "course"
    assert found.influences[1].moved == pytest.approx(0)
    assert max(found.influences, key=lambda one: one.narrowed).group == "hour"
    without = dict(zip(CLASSES, found.influences[0].without, strict=True))
    assert without["deliberate"] == weigh_intent(EVEN, [weak]).ranges[2]


def test_wide_ranges_cannot_tell() -> None:
    found = weigh_intent(OPEN, [cue("course", (0.1, 0.9), (0.1, 0.9), (0.1, 0.9))])
    assert found.leading is None
    assert found.as_json()["verdict"] == "cannot tell"
    assert any("cannot be told" in line for line in found.words)


def test_never_certain() -> None:
    strong = [cue(f"c{k}", (1e-3, 1e-3), (1e-3, 1e-3), (1, 1)) for k in range(5)]
    words = weigh_intent(EVEN, strong).words
    assert any(">99 %" in line for line in words)
    assert not any("100 %" in line or " 0 %" in line for line in words)


def test_the_prior_has_no_default() -> None:
    with pytest.raises(UsageError, match="interference is missing; it has no default"):
        prior_of({"accident": 0.5, "deliberate": 0.5})


@pytest.mark.parametrize(
    ("interval", "says"),
    [
        (((0.0, 0.5), (0.2, 0.5), (0.2, 0.5)), "no cue could move it"),
        (((0.2, 1.0), (0.2, 0.5), (0.2, 0.5)), "no cue could move it"),
        (((0.5, 0.6), (0.4, 0.5), (0.2, 0.5)), "cannot sum to 1"),
        (((0.1, 0.2), (0.1, 0.2), (0.1, 0.2)), "cannot sum to 1"),
    ],
)
def test_priors_that_contradict_themselves(
    interval: tuple[Interval, Interval, Interval], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        Prior(interval)


@pytest.mark.parametrize("ends", [(0.0, 0.5), (0.5, 0.2), (float("nan"), 0.5), (0.5, float("inf"))])
def test_likelihoods_that_are_none(ends: Interval) -> None:
    with pytest.raises(UsageError, match="numbers above 0"):
        cue("course", (1, 1), ends, (1, 1))


def test_a_cue_without_a_source_is_left_out_and_named() -> None:
    good = cue("course", (1, 1), (2, 2), (5, 5))
    bare = cue("rumour", (1, 1), (1, 1), (50, 50), source=" ")
    found = weigh_intent(EVEN, [good, bare])
    assert found.left_out == ("rumour",)
    assert found.ranges == weigh_intent(EVEN, [good]).ranges
    with pytest.raises(UsageError, match="no cue with a source"):
        weigh_intent(EVEN, [bare])


def test_what_nobody_could_see_says_nothing() -> None:
    good = cue("course", (1, 1), (2, 2), (5, 5))
    found = weigh_intent(EVEN, [good], unobserved=["weapons"])
    assert found.ranges == weigh_intent(EVEN, [good]).ranges
    assert any('"weapons" was not observed' in line for line in found.words)
