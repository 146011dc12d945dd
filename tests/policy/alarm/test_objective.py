"""J and its optimum: the worked values, the arms by hand, regret, the exact weeks, bad costs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.policy.alarm import rule, runlength
from tocsin.policy.alarm.cusum import poisson_cusum
from tocsin.policy.alarm.objective import Optimum, optimum, point, weighted_delay
from tocsin.policy.alarm.regret import Delay, regret, risk, wrong_fatigue
from tocsin.policy.alarm.shiryaev import weekly
from tocsin.policy.alarm.simulate import simulate
from tocsin.policy.alarm.terms import NAMES, Terms, terms
from tocsin.policy.alarm.weeks import stationary

MEASURED = [
    "false_per_year",
    "rung_per_year",
    "missed_per_year",
    "delay_weeks",
    "mean_response",
    "second_response",
    "response_at_ring",
]


@pytest.fixture(scope="module")
def worked() -> Optimum:
    return optimum(terms())


def test_the_worked_optima(worked: Optimum) -> None:
    assert worked.at_zero.h == Fraction("1.90")
    assert round(worked.at_zero.arms_at_zero.total, 4) == 3.8741
    assert worked.at.h == Fraction("3.25")
    assert round(worked.at.arms.total, 4) == 5.8911
    assert round(worked.at.years_between_false, 1) == 17.2
    assert round(worked.at_zero.years_between_false, 2) == 2.30
    assert round(worked.at.add_weeks - worked.at_zero.add_weeks, 2) == 3.76


def test_a_point_by_its_formula(worked: Optimum) -> None:
    here = worked.at
    nu = 52 / poisson_cusum("0.45", "3.25").arl("0.2")
    add = poisson_cusum("0.45", "3.25").arl("0.8")
    response = 0.5 / (0.5 + nu * 0.4)
    assert here.arms.total == pytest.approx(0.5 * (add + 40 * (1 - response)) + 2 * nu, rel=1e-12)
    assert here.arms_at_zero.total == pytest.approx(0.5 * add + 2 * nu, rel=1e-12)
    law = runlength.law(poisson_cusum("0.45", "3.25").under(0.8))
    assert here.p_within == pytest.approx(law.within(4), rel=1e-12)
    assert here.p_missed == pytest.approx(1 - law.within(12), rel=1e-12)
    served = sum(1 - law.within(n) for n in range(12))
    assert here.arms.weighted_delay_weeks == pytest.approx(
        weighted_delay(response, served, 12), rel=1e-12
    )


def test_the_search_ends_only_where_no_better_can_follow(worked: Optimum) -> None:
    longer = optimum(terms(), h_max=7)
    assert longer.at == worked.at
    assert longer.at_zero == worked.at_zero
    assert longer.curve[: len(worked.curve)] == worked.curve
    assert longer.curve[-1].h >= 7


def test_no_fatigue_is_always_beside() -> None:
    found = optimum(terms(fatigue=0))
    assert found.at == found.at_zero
    for each in optimum(terms()).curve[::20]:
        assert (each.arms.fatigue, each.arms_at_zero.fatigue) == (0.4, 0.0)
        assert each.arms_at_zero.mean_response == 1


def test_what_nobody_chose_is_marked() -> None:
    assert terms().illustrative == NAMES
    made = terms(false_ring_cost=3, k="1/2", fatigue=None)
    assert "false_ring_cost" not in made.illustrative
    assert "k" not in made.illustrative
    assert "fatigue" in made.illustrative


@given(st.floats(0.05, 0.9), st.floats(0.5, 80), st.floats(0.1, 20))
def test_more_fatigue_never_lowers_j_nor_the_best_bar(
    phi: float, value: float, false: float
) -> None:
    made = terms(k="1/2", fatigue=phi, response_value=value, false_ring_cost=false)
    found = optimum(made)
    assert found.at.arms.total >= found.at_zero.arms_at_zero.total - 1e-12
    assert found.at.h >= found.at_zero.h


# --- the belief rule and regret ---------------------------------------------------------------


def test_the_belief_chart_agrees_with_simulation() -> None:
    p, a, n = 0.01, 0.3, 20_000
    rng = np.random.default_rng(5)
    for rate in (0.2, 0.8):
        odds, runs, alive, weeks = np.zeros(n), np.zeros(n), np.arange(n), 0
        while len(alive):
            weeks += 1
            odds = (odds + p) / (1 - p) * 4.0 ** rng.poisson(rate, len(alive)) * np.exp(-0.6)
            rung = odds / (1 + odds) >= a
            runs[alive[rung]] = weeks
            alive, odds = alive[~rung], odds[~rung]
        chart = rule.belief_chart(rate, a, quiet=0.2, campaign=0.8, onset=p)
        exact = runlength.mean(chart)
        assert abs(exact - runs.mean()) < 3 * runs.std() / n**0.5 + 0.01 * exact


def test_the_simple_rule_against_shiryaevs_own_measure() -> None:
    """No CUSUM beats V(0); the best is within one per cent of it, and its risk is exact."""
    least = weekly(0.5, 1.5, 0.02, 0.05).value_at_zero
    given = {"quiet": 0.5, "campaign": 1.5, "hazard": 0.02, "cost": 0.05}
    risks = [risk(poisson_cusum("4/5", h / 10), **given) for h in range(30, 60)]
    assert least < min(risks) < 1.01 * least


def test_regret_by_both_measures(worked: Optimum) -> None:
    found = {(each.fatigue, each.delay): each for each in regret(worked)}
    for phi in (0.4, 0.0):
        mean = found[phi, Delay.MEAN_ONSET]
        assert 0 < mean.lost < 0.03 * mean.belief.cost
        assert found[phi, Delay.ZERO_STATE].lost < 0  # where the CUSUM is the best of all rules
    assert found[0.4, Delay.ZERO_STATE].simple.cost == pytest.approx(worked.at.arms.total)
    lost = wrong_fatigue(worked)
    assert lost["set_for_phi_0_but_fatigue_is_real"] == pytest.approx(3.149, abs=5e-4)
    assert lost["set_for_phi_but_there_is_no_fatigue"] == pytest.approx(1.128, abs=5e-4)


# --- the weeks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "h"),
    [
        (terms(), "3.25"),
        (terms(head_start=1, campaign_weeks=5, fatigue=0.7), "2.5"),
        (terms(k="1/2", campaigns_per_year=3, recovery_per_year=2, campaign_weeks=1), 1),
    ],
)
def test_drawn_weeks_agree_with_the_exact_chain(made: Terms, h: str) -> None:
    exact = stationary(made, h)
    drawn = simulate(made, h, np.random.default_rng(1), replicates=2_500, years=15, settle_years=12)
    for name in MEASURED:
        got = getattr(drawn, name)
        assert abs(got.mean - getattr(exact, name)) <= 3 * got.error, name


def test_every_campaign_is_rung_or_missed() -> None:
    year = stationary(terms(), 2)
    begun = year.rung_per_year + year.missed_per_year
    # a campaign begins only in noise: fewer than r_c a year, by the share of weeks in campaigns
    assert 0.4 < begun < 0.5
    assert 1 <= year.delay_weeks <= 12
    assert year.mean_response**2 < year.second_response < year.mean_response


def test_the_chain_is_near_the_closed_form_where_campaigns_are_rare() -> None:
    made = terms(campaigns_per_year="1/1000", recovery_per_year="1/10")
    nu = point(made, 2).false_per_year
    year = stationary(made, 2)
    assert year.false_per_year == pytest.approx(nu, rel=3e-3)
    # Rings a little more even than Poisson, and steps of a week, wear half a per cent more.
    assert year.mean_response == pytest.approx(0.1 / (0.1 + 0.4 * nu), rel=1e-2)
    assert year.mean_response < 0.1 / (0.1 + 0.4 * nu)


def test_same_seed_same_draw() -> None:
    def drawn(seed: int) -> object:
        rng = np.random.default_rng(seed)
        return simulate(terms(), 2, rng, replicates=50, years=2, settle_years=1)

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


# --- bad calls -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"delay_cost_per_week": 0}, "if delay costs nothing, never ringing is best"),
        ({"false_ring_cost": -1}, "if false rings cost nothing, always ringing is best"),
        ({"response_value": 0}, "say so with phi = 0"),
        ({"campaigns_per_year": 0}, "nothing to ring for"),
        ({"quiet_rate": 0}, "the quiet rate must be above 0"),
        ({"quiet_rate": 0.9}, "not above the quiet rate"),
        ({"campaign_rate": float("inf")}, "not finite"),
        ({"fatigue": 1.1}, "from 0 to 1"),
        ({"k": 2**0.5}, "no finite linear system"),
        ({"campaign_weeks": 2.5}, "whole weeks"),
        ({"colour": 1}, "there is no term colour"),
    ],
)
def test_bad_terms_are_one_sentence(given: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        terms(**given)


def test_a_threshold_below_the_head_start_is_refused() -> None:
    with pytest.raises(UsageError, match="is not below h"):
        point(terms(head_start=2), 2)


def test_a_search_without_end_is_cut_off_or_refused() -> None:
    """A campaign of 1,000 a week rings at once whatever h: no higher bar can save anything."""
    found = optimum(terms(campaign_rate=1000))
    assert found.at.add_weeks == pytest.approx(1.0) and len(found.curve) < 400
    assert found.at.arms.total == pytest.approx(0.5, rel=1e-5)
    with pytest.raises(UsageError, match="a curve to h 1000 has more than 2000 thresholds"):
        optimum(terms(), 1000)
