"""One ring now: what it gains if there is a campaign, and what it costs if there is none.

The unit of every result is one week of detection times its weight, D weeks of them: c_d D = 1.

    gain if a campaign runs     R          D weeks earlier, times the strength of the response
    cost if none runs           k + v L    k = c_FA / (c_d D), the cost ratio of the position
                                           v = V r_c / (c_d D), a year of response lost
    years of response lost      L = phi R / (rho + nu phi)

    ring if   G = p R - (1 - p) (k + v L) > 0,   that is  p > p* = (k + v L) / (R + k + v L)

L is what one false ring takes from the response R that follows dR = rho (1 - R) dt between false
rings and R <- (1 - phi) R at each, with nu others a year: the lost part phi R fades at the mean
rate rho + nu phi.  So c_FA + r_c V L is the derivative in nu of the cost

    J = r_c [c_d ADD + V (1 - E R)] + c_FA nu,   E R = rho / (rho + nu phi)   (METHODS, section 5)

at R = E R: the same trade seen by one ring instead of by a rule.  With phi = 0 the second cost is
gone and p* = k / (R + k).  G rises with p and rho and falls with phi and k, so over a box of
beliefs it is extreme at two corners.

What the model leaves out: that ringing may deter or provoke, that a ring may be half right, and
that allies see evidence and not only rings.  All costs are somebody's judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from numpy.typing import ArrayLike

from tocsin.errors import UsageError
from tocsin.schema import Floats

#: The four numbers of a position, in order, and whether more of each speaks for ringing.
COORDINATES = {"prior": True, "phi": False, "cost_ratio": False, "recovery": True}


@dataclass(frozen=True, slots=True)
class Belief:
    """One point: what somebody believes."""

    prior: float  # P(a campaign is under way), strictly between 0 and 1
    phi: float  # share of the response that one false ring wears off, 0 to 1
    cost_ratio: float  # cost of a false ring in itself over the gain of a timely one, above 0
    recovery: float  # rho, a year: how fast the response comes back, above 0


@dataclass(frozen=True, slots=True)
class Stakes:
    """What both parties take as given.  The defaults are illustrative (METHODS, section 5)."""

    weeks_saved: float = 4.0  # D: how much earlier a ring makes a campaign known
    delay_cost_per_week: float = 1.0  # c_d
    response_value: float = 40.0  # V: loss in a campaign met by no response
    campaigns_per_year: float = 0.5  # r_c
    false_rings_per_year: float = 0.0  # nu: others, from the policy in force
    strength: float = 1.0  # R: response now, 0 to 1

    def __post_init__(self) -> None:
        for name in ("weeks_saved", "delay_cost_per_week"):
            value = getattr(self, name)
            if not (isfinite(value) and value > 0):
                raise UsageError(
                    f"{name} = {value:g}: a ring that saves nothing needs no weighing",
                    hint="give a number above 0",
                )
        for name in ("response_value", "campaigns_per_year", "false_rings_per_year"):
            value = getattr(self, name)
            if not (isfinite(value) and value >= 0):
                raise UsageError(f"{name} = {value:g} is negative or no number")
        if not 0 < self.strength <= 1:
            raise UsageError(
                f"strength = {self.strength:g}: the response lies above 0 and at most at 1"
            )

    @property
    def unit(self) -> float:
        """The gain of a timely ring with full response, c_d D, in units of cost."""
        return self.delay_cost_per_week * self.weeks_saved

    @property
    def year_lost(self) -> float:
        """v: a year without any response, in units of c_d D."""
        return self.response_value * self.campaigns_per_year / self.unit


def years_lost(phi: ArrayLike, recovery: ArrayLike, stakes: Stakes) -> Floats:
    """Return L, the years of full response that one false ring takes; arrays broadcast."""
    worn, back = np.asarray(phi, dtype=float), np.asarray(recovery, dtype=float)
    return np.asarray(worn * stakes.strength / (back + stakes.false_rings_per_year * worn))


def false_cost(
    phi: ArrayLike, cost_ratio: ArrayLike, recovery: ArrayLike, stakes: Stakes
) -> Floats:
    """Return k + v L, the cost of one false ring in units of c_d D."""
    lost = stakes.year_lost * years_lost(phi, recovery, stakes)
    return np.asarray(np.asarray(cost_ratio, dtype=float) + lost)


def gain(
    prior: ArrayLike, phi: ArrayLike, cost_ratio: ArrayLike, recovery: ArrayLike, stakes: Stakes
) -> Floats:
    """Return G, what ringing now is worth over not ringing, in units of c_d D."""
    p = np.asarray(prior, dtype=float)
    cost = false_cost(phi, cost_ratio, recovery, stakes)
    return np.asarray(p * stakes.strength - (1 - p) * cost)


def gain_of(belief: Belief, stakes: Stakes) -> float:
    """Return G at one point."""
    point = (belief.prior, belief.phi, belief.cost_ratio, belief.recovery)
    return float(gain(*point, stakes))


def prior_needed(belief: Belief, stakes: Stakes) -> float:
    """Return p*, above which ringing is worth it."""
    return crossing("prior", belief, stakes)


def crossing(coordinate: str, belief: Belief, stakes: Stakes) -> float:
    """Return the value of one coordinate at which G = 0 with the others held; closed form.

    Values outside the coordinate's range, infinite ones included, mean that no value there turns
    the advice; NaN means that the coordinate does not matter at all.
    """
    p, strength, v, nu = (
        belief.prior,
        stakes.strength,
        stakes.year_lost,
        stakes.false_rings_per_year,
    )
    if coordinate == "prior":
        cost = float(false_cost(belief.phi, belief.cost_ratio, belief.recovery, stakes))
        return cost / (strength + cost)
    room = p * strength / (1 - p)  # the cost of a false ring that would just balance
    if coordinate == "cost_ratio":
        return room - v * float(years_lost(belief.phi, belief.recovery, stakes))
    left = room - belief.cost_ratio  # of it, what the wear may take
    if v == 0:
        return float("nan")
    lost = left / (v * strength)  # phi / (rho + nu phi) at the crossing
    if coordinate == "phi":
        if lost < 0:
            return -inf
        return lost * belief.recovery / (1 - lost * nu) if lost * nu < 1 else inf
    if coordinate != "recovery":
        raise UsageError(f'"{coordinate}" is no number of a position')
    if belief.phi == 0:
        return float("nan")
    return belief.phi * (1 / lost - nu) if lost > 0 else inf
