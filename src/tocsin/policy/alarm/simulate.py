"""The weeks of `weeks` drawn at random, many policy-lives at once: a check, not a method.

All chance comes from the generator passed in: same seed, same answer.  Means come with standard
errors between replicates, which are independent; within one they are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.alarm.given import Given
from tocsin.policy.alarm.terms import WEEKS_PER_YEAR, Terms
from tocsin.policy.alarm.weeks import chart_of
from tocsin.schema import Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replicates and its standard error."""

    mean: float
    error: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """The same numbers as `weeks.Stationary`, estimated."""

    policy_years: float
    false_per_year: Estimate
    rung_per_year: Estimate
    missed_per_year: Estimate
    delay_weeks: Estimate
    mean_response: Estimate
    second_response: Estimate
    response_at_ring: Estimate


def simulate(
    terms: Terms,
    h: Given,
    rng: np.random.Generator,
    *,
    replicates: int = 4_000,
    years: float = 20.0,
    settle_years: float = 15.0,
) -> Drawn:
    """Return estimates from `replicates` lives of `years` each, after `settle_years` unseen.

    The start, R = 1 and S fresh, is forgotten at rate rho + nu phi a year.
    """
    if replicates < 2 or years <= 0 or settle_years < 0:
        raise UsageError("a simulation needs two replicates and some years")
    chain = chart_of(terms, h).under(terms.quiet_rate)
    kept = exp(-terms.recovery_per_year / WEEKS_PER_YEAR)
    n = replicates
    s = np.full(n, chain.start, dtype=np.int64)
    age = np.zeros(n, dtype=np.int64)  # of the campaign in weeks; 0 is noise
    response = np.ones(n)
    tally = np.zeros((7, n))  # false, rung, missed, delay, R, R^2, R at true rings
    unseen = round(settle_years * WEEKS_PER_YEAR)
    seen = max(1, round(years * WEEKS_PER_YEAR))
    for week in range(unseen + seen):
        response = 1 - (1 - response) * kept
        begins = (age == 0) & (rng.random(n) < terms.onset)
        on = begins | (age > 0)
        age[on] += 1
        x = rng.poisson(np.where(on, terms.campaign_rate, terms.quiet_rate))
        s = np.maximum(0, s + chain.unit * x - chain.drop)
        rings = s >= chain.top
        s[rings] = chain.start
        false, caught = rings & ~on, rings & on
        response[false] *= 1 - terms.fatigue
        missed = on & ~rings & (age >= terms.campaign_weeks)
        if week >= unseen:
            tally[:3] += false, caught, missed
            tally[3] += age * caught
            tally[4] += response
            tally[5] += response**2
            tally[6] += response * caught
        age[caught | missed] = 0
    return _drawn(tally, seen)


def _drawn(tally: Floats, weeks: int) -> Drawn:
    years = weeks / WEEKS_PER_YEAR
    false, rung, missed, delay, response, square, found = tally
    return Drawn(
        policy_years=years * tally.shape[1],
        false_per_year=_mean(false / years),
        rung_per_year=_mean(rung / years),
        missed_per_year=_mean(missed / years),
        delay_weeks=_ratio(delay, rung),
        mean_response=_mean(response / weeks),
        second_response=_mean(square / weeks),
        response_at_ring=_ratio(found, rung),
    )


def _mean(each: Floats) -> Estimate:
    return Estimate(float(each.mean()), float(each.std(ddof=1)) / sqrt(len(each)))


def _ratio(top: Floats, bottom: Floats) -> Estimate:
    """Return sum / sum with its error to first order; NaN where there is nothing to divide by."""
    if not bottom.any():
        return Estimate(float("nan"), float("nan"))
    ratio = float(top.sum() / bottom.sum())
    rest = (top - ratio * bottom) / bottom.mean()
    return Estimate(ratio, float(rest.std(ddof=1)) / sqrt(len(rest)))
