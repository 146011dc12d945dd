"""J(h): what a year of waiting for certainty costs, and what a year of crying wolf costs.

    J(h) = r_c [c_d ADD(h) + V (1 - E R)] + c_FA nu,   nu = 52 / ARL0(h) a year

The waiting arm r_c c_d ADD rises with h; the ringing arm, worn-out response r_c V (1 - E R) and
the false rings themselves c_FA nu, falls with it.  ADD is the zero-state mean run length under
the campaign, in weeks, the alarm week counted; ARL0 that in noise.  E R = rho / (rho + nu phi)
takes false rings for a Poisson stream (`weeks` has the exact chain; the difference is small).

J under phi = 0, "rings do not wear anybody out", is always computed beside: the evidence for
fatigue is mixed.  What J does not hold: that rings may deter, that rules may be learnt by the
other side, that rates drift.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import count

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.alarm import runlength
from tocsin.policy.alarm.cusum import PoissonCusum
from tocsin.policy.alarm.fatigue import Fatigue
from tocsin.policy.alarm.given import Given, fraction, positive
from tocsin.policy.alarm.terms import WEEKS_PER_YEAR, Terms

MOST_THRESHOLDS = 2_000
LEFT = 1e-6  # share of J that a higher bar could still save when the search ends
FINEST, STEP = 100, Fraction(1, 20)  # beyond this denominator of k, h goes in such steps


@dataclass(frozen=True, slots=True)
class Arms:
    """The cost of a rule a year, under one phi; in the unit of the costs given."""

    fatigue: float  # phi
    mean_response: float  # E R
    delay: float  # r_c c_d ADD: the waiting arm
    worn: float  # r_c V (1 - E R) and
    false: float  # c_FA nu: the ringing arm
    weighted_delay_weeks: float  # of a campaign, see `weighted_delay`

    @property
    def total(self) -> float:
        """J."""
        return self.delay + self.worn + self.false


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold: how the rule behaves, and what it costs under phi and under phi = 0."""

    h: Fraction
    arl0_weeks: float
    add_weeks: float
    p_within: float  # P(rung within `within_weeks` of the onset)
    p_missed: float  # P(not rung within `campaign_weeks`)
    alarms_per_year: float  # nu and the campaigns that are rung
    missed_per_year: float
    arms: Arms
    arms_at_zero: Arms  # phi = 0

    @property
    def false_per_year(self) -> float:
        """nu, of a year of noise."""
        return WEEKS_PER_YEAR / self.arl0_weeks

    @property
    def years_between_false(self) -> float:
        return self.arl0_weeks / WEEKS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best threshold under phi and under phi = 0, among those of the curve."""

    terms: Terms
    at: Point  # minimises J under phi
    at_zero: Point  # minimises J under phi = 0
    curve: tuple[Point, ...]  # every threshold looked at, h increasing


def point(terms: Terms, h: Given) -> Point:
    """Return one threshold's behaviour and costs."""
    at = fraction("h", h)
    positive("h", at, "at h = 0 every week rings")
    if terms.head_start >= at:
        raise UsageError(
            f"the head start {float(terms.head_start):g} is not below h {float(at):g}",
            hint="h/2 is usual",
        )
    chart = PoissonCusum(terms.k, at, terms.head_start)
    noise, campaign = chart.under(terms.quiet_rate), chart.under(terms.campaign_rate)
    arl0, add = runlength.mean(noise), runlength.mean(campaign)
    longest = max(terms.within_weeks, terms.campaign_weeks)
    rung = runlength.within(campaign, longest)
    lasting = np.concatenate([[1.0], 1 - rung[: terms.campaign_weeks - 1]])
    served = float(lasting.sum())  # E min(N, campaign_weeks)
    missed = float(1 - rung[terms.campaign_weeks - 1])
    behaviour = (arl0, add, served)
    return Point(
        h=at,
        arl0_weeks=arl0,
        add_weeks=add,
        p_within=float(rung[terms.within_weeks - 1]),
        p_missed=missed,
        alarms_per_year=WEEKS_PER_YEAR / arl0 + terms.campaigns_per_year * (1 - missed),
        missed_per_year=terms.campaigns_per_year * missed,
        arms=arms(terms, *behaviour),
        arms_at_zero=arms(terms.at(0.0), *behaviour),
    )


def arms(terms: Terms, arl0_weeks: float, add_weeks: float, served_weeks: float) -> Arms:
    """Return the costs of any rule with these run lengths."""
    nu = WEEKS_PER_YEAR / arl0_weeks
    response = Fatigue(terms.recovery_per_year, terms.fatigue, nu).mean
    return Arms(
        fatigue=terms.fatigue,
        mean_response=response,
        delay=terms.campaigns_per_year * terms.delay_cost_per_week * add_weeks,
        worn=terms.campaigns_per_year * terms.response_value * (1 - response),
        false=terms.false_ring_cost * nu,
        weighted_delay_weeks=weighted_delay(response, served_weeks, terms.campaign_weeks),
    )


def weighted_delay(response: float, served_weeks: float, campaign_weeks: int) -> float:
    """Return the weeks of a campaign that go unanswered.

    A ring answered with strength R ends R of what the campaign does and leaves the rest to run
    its course: R E min(N, D) + (1 - R) D for a campaign of D weeks.
    """
    return response * served_weeks + (1 - response) * campaign_weeks


def optimum(terms: Terms, h_max: Given | None = None) -> Optimum:
    """Return the best h under phi and under phi = 0.

    All h of the lattice of k are tried where its denominator is at most 100, for then no other h
    makes another rule; on a finer lattice only steps of 1/20, across which J hardly moves.
    They are tried upwards until the delay alone costs as much as the best J so far, so that no
    better one can follow; `h_max` asks for a longer curve, never for a shorter search.
    """
    step = Fraction(1, terms.k.denominator) if terms.k.denominator <= FINEST else STEP
    until = fraction("the largest h", h_max) if h_max is not None else Fraction(0)
    if until > MOST_THRESHOLDS * step:
        raise UsageError(
            f"a curve to h {float(until):g} has more than {MOST_THRESHOLDS} thresholds",
            hint=f"ask for h up to {float(MOST_THRESHOLDS * step):g}",
        )
    best: Point | None = None
    best_zero: Point | None = None
    curve: list[Point] = []
    for n in count(int(terms.head_start / step) + 1):
        if len(curve) == MOST_THRESHOLDS:
            raise UsageError(
                f"no optimum among the first {MOST_THRESHOLDS} thresholds",
                hint="delay costs next to nothing beside false rings; look at the costs again",
            )
        here = point(terms, n * step)
        curve.append(here)
        if best is None or here.arms.total < best.arms.total:
            best = here
        if best_zero is None or here.arms_at_zero.total < best_zero.arms_at_zero.total:
            best_zero = here
        worst = max(best.arms.total, best_zero.arms_at_zero.total)
        if here.arms.delay >= worst * (1 - LEFT) and here.h >= until:
            return Optimum(terms, best, best_zero, tuple(curve))
    raise AssertionError("count() ends")  # pragma: no cover
