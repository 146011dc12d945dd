"""The terms of the trade: rates, recovery and costs, each illustrative until somebody gives it.

The worked values are examples.  No cost here was measured, none is official, and a result says
by name which of them its reader did not choose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from math import expm1, log
from typing import Any

from tocsin.errors import UsageError
from tocsin.policy.alarm.given import Given, fraction, on_lattice, positive, share
from tocsin.policy.alarm.shiryaev import rates

WEEKS_PER_YEAR = 52.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What J is made of.  Make it with `terms`, which checks and marks."""

    quiet_rate: float = 0.2  # counts a week in noise
    campaign_rate: float = 0.8  # counts a week in a campaign
    k: Fraction = Fraction(9, 20)  # reference value of the CUSUM
    head_start: Fraction = Fraction(0)  # of S, after each ring
    recovery_per_year: float = 0.5  # rho
    fatigue: float = 0.4  # phi, the share of response that one false ring takes
    campaigns_per_year: float = 0.5  # r_c
    delay_cost_per_week: float = 1.0  # c_d
    response_value: float = 40.0  # V, of full response to one campaign
    false_ring_cost: float = 2.0  # c_FA
    within_weeks: int = 4  # "detected in time" means within so many
    campaign_weeks: int = 12  # a campaign not rung by then is over: missed
    illustrative: tuple[str, ...] = ()  # names above that nobody chose

    @property
    def onset(self) -> float:
        """Chance that a campaign begins in a quiet week."""
        return -expm1(-self.campaigns_per_year / WEEKS_PER_YEAR)

    @property
    def likelihood_k(self) -> float:
        """The k at which S sums log-likelihood ratios; a fraction near it makes a good CUSUM."""
        return (self.campaign_rate - self.quiet_rate) / log(self.campaign_rate / self.quiet_rate)

    def at(self, fatigue: float) -> Terms:
        """Return the same terms with another phi."""
        return replace(self, fatigue=share("the fatigue phi", fatigue))


NAMES = tuple(field.name for field in fields(Terms) if field.name != "illustrative")
_ZERO = {
    "recovery_per_year": "without recovery response wears to 0",
    "campaigns_per_year": "with no campaigns there is nothing to ring for",
    "delay_cost_per_week": "if delay costs nothing, never ringing is best",
    "response_value": "if response is worth nothing, fatigue costs nothing: say so with phi = 0",
    "false_ring_cost": "if false rings cost nothing, always ringing is best",
}


def terms(**given: Given | None) -> Terms:
    """Return checked terms; what is not given, or None, keeps its worked value and is marked.

    A cost of zero or below is refused: it makes one of the two arms vanish, and the optimum
    would then say "always ring" or "never" with a confidence that nobody put in.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    unknown = sorted(set(chosen) - set(NAMES))
    if unknown:
        raise UsageError(f"there is no term {unknown[0]}", hint=f"use {', '.join(NAMES)}")
    made: dict[str, Any] = dict(_checked(chosen))
    left = tuple(name for name in NAMES if name not in chosen)
    out = Terms(**made, illustrative=left)
    rates(out.quiet_rate, out.campaign_rate)
    return out


def _checked(chosen: Mapping[str, Given]) -> Mapping[str, Any]:
    made: dict[str, Any] = {}
    for name, value in chosen.items():
        words = name.replace("_", " ")
        if name == "fatigue":
            made[name] = share("the fatigue phi", value)
        elif name == "k":
            positive("k", value, "k lies between the quiet rate and the campaign rate")
            made[name] = on_lattice("k", value)
        elif name == "head_start":
            made[name] = on_lattice("the head start", value)
        elif name in ("within_weeks", "campaign_weeks"):
            made[name] = _weeks(words, value)
        else:
            made[name] = positive(f"the {words}", value, _ZERO.get(name, "give a rate above 0"))
    return made


def _weeks(words: str, value: Given) -> int:
    exact = fraction(f"{words}", value)
    if exact.denominator != 1 or not 1 <= exact <= 520:
        raise UsageError(f"{words} must be whole weeks from 1 to 520, not {value}")
    return int(exact)
