"""The alarm rule with the least cost under a setting.

    J(h) = r_c [c_d (ADD(h) + alert) + V (1 - E R)] + c_FA nu      a year
    nu = 52 / ARL0(h),   E R = rho / (rho + nu phi)

ADD is the mean run length from zero under the campaign, the week of the alarm counted (METHODS,
section 5).  h is sought on the .05 lattice on which k lies, on which the run lengths are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from tocsin.errors import UsageError
from tocsin.policy.alarm.cusum import poisson_cusum
from tocsin.policy.levers.setting import Setting

#: Mean weeks to the alarm: of the rate of counts a week, k and h.
Arl = Callable[[float, float, float], float]

WEEKS_PER_YEAR = 52.0
STEP = 20  # lattice points to a unit of h
PATIENCE = 40  # this many steps beyond the least without a lesser end the search
HIGHEST_H = 15


@dataclass(frozen=True, slots=True)
class Rule:
    """An alarm rule and what it costs a year."""

    k: float
    h: float
    cost: float  # J
    delay_weeks: float  # ADD and the alert's own delay
    false_per_year: float  # nu
    response: float  # E R


@lru_cache(maxsize=4096)
def exact_arl(rate: float, k: float, h: float) -> float:
    """Return the exact mean run length of the Poisson CUSUM."""
    return poisson_cusum(k, h).arl(rate)


def rule(setting: Setting, h: float, arl: Arl = exact_arl, k: float | None = None) -> Rule:
    """Return what the rule (k, h) costs; k is the setting's own when left out."""
    used = setting.k if k is None else k
    nu = WEEKS_PER_YEAR / arl(setting.seen_quiet, used, h)
    delay = arl(setting.seen_campaign, used, h) + setting.alert_weeks
    response = setting.recovery_per_year / (setting.recovery_per_year + nu * setting.phi)
    lost = setting.delay_cost_per_week * delay + setting.response_value * (1 - response)
    cost = setting.campaigns_per_year * lost + setting.false_ring_cost * nu
    return Rule(used, h, cost, delay, nu, response)


def retune(setting: Setting, arl: Arl = exact_arl) -> Rule:
    """Return the rule with the least cost.

    Raises UsageError where the cost still falls at h = 15: such a bell is best never rung.
    """
    best: Rule | None = None
    since = 0
    for step in range(1, HIGHEST_H * STEP + 1):
        found = rule(setting, step / STEP, arl)
        since += 1
        if best is None or found.cost < best.cost:
            best, since = found, 0
        elif since > PATIENCE:
            return best
    raise UsageError(
        f"the cost still falls at h = {HIGHEST_H}: with these numbers the best bell never rings",
        hint="lower the cost of a false ring or phi, or raise the recovery",
    )
