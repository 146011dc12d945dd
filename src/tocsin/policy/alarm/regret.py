"""What the simple rule loses to the best one, and what a wrong belief about fatigue loses.

The CUSUM is simple and can be checked by hand; the belief threshold (`rule`) uses the rates and
the chance of an onset in full.  Both are held to the same J, with the delay measured two ways:

zero state  from a fresh start, as J is defined.  This is the worst moment for an onset, where
            the CUSUM is the best of all rules with its ARL0 when k is the likelihood ratio's
            (Moustakides 1986).  The belief rule may therefore lose: then the regret is negative.
mean onset  averaged over onsets that come with equal chance each week, false rings counted in
            the weeks before them.  Here the belief rule, at its best threshold, is the best of
            all rules: J rises in ADD and in nu and is concave in nu, so its least value is at a
            corner of what rules can reach, and the corners are belief thresholds (Shiryaev
            1963).  Up to the grid, a part in a thousand of J, the regret is >= 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, log1p

from tocsin.policy.alarm import runlength
from tocsin.policy.alarm.cusum import PoissonCusum
from tocsin.policy.alarm.given import Given, positive, share
from tocsin.policy.alarm.objective import Optimum, arms
from tocsin.policy.alarm.rule import belief_chart, beliefs
from tocsin.policy.alarm.shiryaev import rates
from tocsin.policy.alarm.terms import Terms

LOOKS, REFINED, ROUNDS = 17, 4, 2


class Delay(StrEnum):
    """From where the delay is measured."""

    ZERO_STATE = "zero state"
    MEAN_ONSET = "mean onset"


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule at its best threshold under one J."""

    threshold: float  # h in counts, or the belief A
    quiet_weeks_to_false: float  # ARL0 at the zero state
    delay_weeks: float  # as measured, the alarm week counted
    cost: float  # J


@dataclass(frozen=True, slots=True)
class Regret:
    """The simple rule against the belief rule, under one phi and one measure of delay."""

    fatigue: float
    delay: Delay
    simple: Standing
    belief: Standing

    @property
    def lost(self) -> float:
        """J of the simple rule above that of the belief rule, a year."""
        return self.simple.cost - self.belief.cost


@dataclass(frozen=True, slots=True)
class _Run:
    threshold: float
    arl0: dict[Delay, float]  # weeks of noise to a false ring
    delay: dict[Delay, float]


def regret(found: Optimum) -> tuple[Regret, ...]:
    """Return regrets under phi and phi = 0, by both measures of delay; a second or two."""
    terms = found.terms
    simple = [_cusum_run(terms, point.h) for point in found.curve]
    seen = [_belief_run(terms, a) for a in beliefs(terms.onset, LOOKS)]
    out = []
    for phi in dict.fromkeys((terms.fatigue, 0.0)):
        for delay in Delay:

            def cost(run: _Run, phi: float = phi, delay: Delay = delay) -> float:
                return arms(terms.at(phi), run.arl0[delay], run.delay[delay], 0.0).total

            best = _refined(terms, seen, cost)
            ours = min(simple, key=cost)
            pair = [_standing(run, delay, cost(run)) for run in (ours, best)]
            out.append(Regret(phi, delay, *pair))
    return tuple(out)


def wrong_fatigue(found: Optimum) -> dict[str, float]:
    """Return what J loses a year when the threshold was set under the wrong phi."""
    return {
        "set_for_phi_0_but_fatigue_is_real": found.at_zero.arms.total - found.at.arms.total,
        "set_for_phi_but_there_is_no_fatigue": (
            found.at.arms_at_zero.total - found.at_zero.arms_at_zero.total
        ),
    }


def risk(
    chart: PoissonCusum, *, quiet: Given, campaign: Given, hazard: Given, cost: Given
) -> float:
    """Return P(false ring) + c E (tau - theta)^+ of a CUSUM, exactly: Shiryaev's own measure.

    The least that any rule can have is `shiryaev.weekly(...).value_at_zero`.
    """
    low, high = rates(quiet, campaign)
    p = share("the hazard", hazard, open_ends=True)
    c = positive("the cost of delay c", cost)
    seen = runlength.onset(chart.under(low), chart.under(high), p)
    return seen.p_false + c * (seen.run - seen.p_caught)


def _cusum_run(terms: Terms, h: Given) -> _Run:
    chart = PoissonCusum(terms.k, h, terms.head_start)  # type: ignore[arg-type]
    return _run(terms, float(h), chart.under)


def _belief_run(terms: Terms, a: float) -> _Run:
    def under(rate: float) -> runlength.Chain:
        return belief_chart(
            rate, a, quiet=terms.quiet_rate, campaign=terms.campaign_rate, onset=terms.onset
        )

    return _run(terms, a, under)


def _run(terms: Terms, threshold: float, under: Callable[[float], runlength.Chain]) -> _Run:
    noise, campaign = under(terms.quiet_rate), under(terms.campaign_rate)
    p = terms.onset
    seen = runlength.onset(noise, campaign, p)
    # Until the onset come (1 - p) / p quiet weeks and p_false / p_caught false rings.
    quiet = (1 - p) / p * seen.p_caught / max(seen.p_false, 1e-300)
    return _Run(
        threshold,
        {Delay.ZERO_STATE: runlength.mean(noise), Delay.MEAN_ONSET: quiet},
        {Delay.ZERO_STATE: seen.at_once, Delay.MEAN_ONSET: seen.run / seen.p_caught},
    )


def _refined(terms: Terms, seen: list[_Run], cost: Callable[[_Run], float]) -> _Run:
    """Return the best belief threshold, looked for between the neighbours of the best seen.

    Run lengths are steps in A, so that no derivative helps; rounds of even looks do.
    """
    seen = sorted(seen, key=lambda run: run.threshold)
    for _ in range(ROUNDS):
        at = min(range(len(seen)), key=lambda i: cost(seen[i]))
        low, high = seen[max(at - 1, 0)], seen[min(at + 1, len(seen) - 1)]
        a, b = (log(run.threshold) - log1p(-run.threshold) for run in (low, high))
        new = [a + (b - a) * i / (REFINED + 1) for i in range(1, REFINED + 1)]
        more = [_belief_run(terms, 1 / (1 + exp(-each))) for each in new]
        seen = sorted([*more, low, seen[at], high], key=lambda run: run.threshold)
    return min(seen, key=cost)


def _standing(run: _Run, delay: Delay, cost: float) -> Standing:
    return Standing(run.threshold, run.arl0[delay], run.delay[delay], cost)
