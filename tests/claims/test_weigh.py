"""Witnesses weighed once each."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.claims.weigh import Statement, party, weigh
from tocsin.errors import UsageError
from tocsin.schema import Verdict

SAID = st.lists(st.builds(Statement, st.sampled_from("abc"), st.floats(-5, 5)), max_size=8)
PRIORS = st.floats(0.01, 0.99)


def test_thirteen_decibans_on_even_odds() -> None:
    # 10^1.3 = 19.9526 to one; 19.9526 / 20.9526 = 0.95227
    weighed = weigh([Statement("radar-a", 1.3)], prior=0.5)
    assert weighed.p == pytest.approx(0.95227, abs=1e-5)
    assert weighed.verdict is Verdict.SUPPORTED


@given(SAID, PRIORS, st.randoms(use_true_random=False))
def test_order_does_not_matter(said: list[Statement], prior: float, chance: random.Random) -> None:
    shuffled = chance.sample(said, len(said))
    assert weigh(shuffled, prior=prior).p == pytest.approx(weigh(said, prior=prior).p)


@given(SAID, PRIORS)
def test_a_witness_heard_twice_adds_nothing(said: list[Statement], prior: float) -> None:
    assert weigh(said + said, prior=prior).p == pytest.approx(weigh(said, prior=prior).p)


@given(SAID, PRIORS)
def test_evidence_in_a_mirror(said: list[Statement], prior: float) -> None:
    turned = [Statement(one.witness, -one.bans) for one in said]
    assert weigh(turned, prior=1 - prior).p == pytest.approx(1 - weigh(said, prior=prior).p)


def test_nobody_heard_is_unobserved_whatever_the_prior() -> None:
    assert weigh([], prior=0.999).verdict is Verdict.UNOBSERVED


@pytest.mark.parametrize("prior", [0.0, 1.0, -1.0, float("nan")])
def test_a_prior_that_nothing_could_move_is_refused(prior: float) -> None:
    with pytest.raises(UsageError, match="no evidence could move it"):
        weigh([], prior=prior)


@pytest.mark.parametrize("bans", [float("nan"), float("inf")])
def test_a_statement_that_is_no_number_is_refused(bans: float) -> None:
    with pytest.raises(UsageError, match="must be finite"):
        Statement("radar-a", bans)


def test_a_party_is_one_whoever_speaks_for_it() -> None:
    assert party("Estonia, defence forces") == party(" estonia") == "estonia"
