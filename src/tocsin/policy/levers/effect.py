"""J and the deterrence outcome before and after each lever, with phi = 0 beside.

A lever is judged three ways: with the rule as it was (nobody retunes), with the rule retuned, and
over a horizon, in which its cost runs from the first day and its gain only after its lag.  The
deterrence outcome is that of two small games, which order arguments and measure nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.errors import UsageError
from tocsin.policy.credibility import commitment, inspection
from tocsin.policy.credibility.caveat import NO_ESTIMATE
from tocsin.policy.levers.options import LEVERS, Lever
from tocsin.policy.levers.retune import Arl, Rule, exact_arl, retune, rule
from tocsin.policy.levers.setting import Setting


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a setting comes to."""

    rule: Rule  # retuned
    ring: float  # inspection game: P(ring)
    probe: float  # inspection game: P(probe)
    commitment: float  # pi*: the best ring probability at an occasion
    probing_per_year: float  # lambda at pi*


@dataclass(frozen=True, slots=True)
class Effect:
    """One lever, before and after."""

    lever: Lever
    before: Outcome
    after: Outcome
    as_tuned: Rule  # the old k and h under the new setting
    before_phi0: Outcome
    after_phi0: Outcome
    horizon_years: float

    @property
    def gain_per_year(self) -> float:
        """Fall of J once the lever works and the rule is retuned, its own cost not counted."""
        return self.before.rule.cost - self.after.rule.cost

    @property
    def net_per_year(self) -> float:
        return self.gain_per_year - self.lever.cost_per_year

    @property
    def over_horizon(self) -> float:
        """Gain after the lag less cost from the start, over the horizon."""
        return self._over(self.gain_per_year)

    @property
    def over_horizon_phi0(self) -> float:
        return self._over(self.before_phi0.rule.cost - self.after_phi0.rule.cost)

    def _over(self, gain: float) -> float:
        working = max(0.0, self.horizon_years - self.lever.lag_years)
        return working * gain - self.horizon_years * self.lever.cost_per_year


NOTE = "Costs, lags and amounts are illustrative: no source gives their size. " + NO_ESTIMATE


def effects(
    setting: Setting | None = None,
    levers: Sequence[Lever] = LEVERS,
    horizon_years: float = 5.0,
    arl: Arl = exact_arl,
) -> tuple[Effect, ...]:
    """Return every lever before and after, each pulled alone.

    arl  mean run lengths of the chart; exact unless another way is given
    """
    if not (0 < horizon_years < float("inf")):
        raise UsageError(f"a horizon of {horizon_years} years is none")
    base = setting or Setting()
    before, before_calm = outcome(base, arl), outcome(base.changed(phi=0.0), arl)
    out = []
    for lever in levers:
        moved = lever.applied(base)
        out.append(
            Effect(
                lever=lever,
                before=before,
                after=outcome(moved, arl),
                as_tuned=rule(moved, before.rule.h, arl, before.rule.k),
                before_phi0=before_calm,
                after_phi0=outcome(moved.changed(phi=0.0), arl),
                horizon_years=horizon_years,
            )
        )
    return tuple(out)


def outcome(setting: Setting, arl: Arl = exact_arl) -> Outcome:
    """Return the retuned rule and the two games under a setting."""
    game = inspection(
        setting.ignored_gain,
        setting.rung_penalty,
        setting.empty_ring_cost,
        setting.rung_loss,
        setting.ignored_loss,
    )
    best = commitment(
        F=setting.ring_force,
        b=setting.probe_worth,
        kappa=setting.probe_inertia,
        d=setting.probe_cost,
        a=setting.ring_cost,
        nu=setting.occasions_per_year,
        rho=setting.recovery_per_year,
        phi=setting.phi,
    )
    return Outcome(retune(setting, arl), game.ring, game.probe, best.pi, best.probing)
