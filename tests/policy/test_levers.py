"""Levers: the trade of METHODS, section 5, before and after named changes."""

from __future__ import annotations

import pytest

from tocsin.errors import UsageError
from tocsin.policy.levers import Change, Lever, Setting, effects, retune
from tocsin.policy.levers.options import LEVERS
from tocsin.policy.levers.retune import rule


@pytest.mark.parametrize(("phi", "h", "cost"), [(0.0, 1.90, 3.8741), (0.4, 3.25, 5.8911)])
def test_the_optimum_as_computed(phi: float, h: float, cost: float) -> None:
    found = retune(Setting(phi=phi))
    assert (found.k, found.h, round(found.cost, 4)) == (0.45, h, cost)


def test_what_the_wear_does_to_the_rule() -> None:
    """One false ring in 17.2 years instead of 2.30, at 3.76 weeks more delay."""
    worn, calm = retune(Setting()), retune(Setting(phi=0.0))
    assert round(1 / worn.false_per_year, 1) == 17.2
    assert round(1 / calm.false_per_year, 2) == 2.30
    assert round(worn.delay_weeks - calm.delay_weeks, 2) == 3.76


def test_it_agrees_with_the_objective_of_the_alarm() -> None:
    from tocsin.policy.alarm.objective import optimum
    from tocsin.policy.alarm.terms import terms

    best = optimum(terms())
    found = retune(Setting())
    assert float(best.at.h) == found.h
    assert float(best.at_zero.h) == retune(Setting(phi=0.0)).h


def test_another_way_to_the_run_lengths_can_be_given() -> None:
    asked = []

    def arl(rate: float, k: float, h: float) -> float:
        asked.append((rate, k, h))
        return 10 * h if rate > 0.5 else 10.0 ** (h + 1)

    found = rule(Setting(), 2.0, arl)
    assert asked == [(0.2, 0.45, 2.0), (0.8, 0.45, 2.0)]
    assert found.delay_weeks == 20 and found.false_per_year == pytest.approx(0.052)


def test_every_lever_before_and_after_with_phi_zero_beside() -> None:
    found = {effect.lever.id: effect for effect in effects()}
    assert list(found) == ["sensors", "alerting", "evidence", "policing", "readiness"]
    for effect in found.values():
        assert effect.after.rule.cost <= effect.as_tuned.cost + 1e-12  # retuning never hurts
        assert effect.before_phi0.rule.response == effect.after_phi0.rule.response == 1
        assert effect.net_per_year == effect.gain_per_year - effect.lever.cost_per_year
    # Publishing works on phi alone as far as J goes: with phi = 0 it gains nothing.
    assert found["evidence"].gain_per_year > 0
    assert found["evidence"].over_horizon_phi0 == pytest.approx(-0.5)
    assert found["evidence"].after.probe < found["evidence"].before.probe
    # Posture moves the adversary and not the rule.
    assert found["policing"].gain_per_year == 0
    assert found["policing"].after.ring < found["policing"].before.ring
    assert found["policing"].after.probe == found["policing"].before.probe
    assert found["alerting"].gain_per_year == pytest.approx(0.25)


def test_a_lever_costs_from_the_first_day_and_works_after_its_lag() -> None:
    late = Lever("late", "late", (Change("alert_weeks", "=", -1.0),), 0.1, 9.0, "")
    (found,) = effects(levers=[late], horizon_years=5)
    assert found.over_horizon == pytest.approx(-0.5)
    (found,) = effects(levers=[late], horizon_years=19)
    assert found.over_horizon == pytest.approx(10 * 0.5 - 1.9)


@pytest.mark.parametrize(
    "bad",
    [
        {"quiet_per_week": 0.0},
        {"campaign_per_week": 0.2},
        {"detection": 1.2},
        {"detection": 0.0},
        {"phi": -0.1},
        {"recovery_per_year": 0.0},
        {"delay_cost_per_week": -1.0},
        {"alert_weeks": -2.0},
        {"response_value": float("nan")},
        {"false_ring_cost": 0.0},
    ],
)
def test_a_setting_that_cannot_be_is_a_sentence(bad: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Setting().changed(**bad)


def test_a_lever_that_cannot_be_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="no parameter"):
        Setting().changed(depth=1.0)
    with pytest.raises(UsageError, match="changes nothing"):
        Change("phi", "/", 2)
    with pytest.raises(UsageError, match="changes nothing"):
        Lever("x", "x", (), 1, 1, "")
    with pytest.raises(UsageError, match="cost"):
        Lever("x", "x", LEVERS[0].changes, -1, 1, "")
    with pytest.raises(UsageError, match="no parameter"):
        Lever("x", "x", (Change("depth", "*", 2),), 1, 1, "").applied(Setting())
    with pytest.raises(UsageError, match="horizon"):
        effects(horizon_years=0)


def test_a_bell_best_never_rung_is_said() -> None:
    """Run lengths in noise that grow tenfold with each step of h, at once heard: J only falls."""
    with pytest.raises(UsageError, match="never rings"):
        retune(Setting(false_ring_cost=1e9), lambda rate, _, h: 1.0 if rate > 0.5 else 10.0**h)
