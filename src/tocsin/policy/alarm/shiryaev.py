"""The best weekly rule for one hidden change: ring when the belief in it reaches A*.

Each week the change comes with chance `hazard`; counts are Poisson, `quiet` before and `campaign`
from the week of the change.  A false ring costs 1; waiting costs c a week, charged on the belief
*before* the coming week's prediction, so the cost of delay is c (tau - theta)^+ with theta the
week of the change (Shiryaev 1963; the belief-grid form of the optimality equation)

    V(p) = min(1 - p,  c p + E V(p after one more count)).

The optimum is a threshold because 1 - p falls faster than any cost of waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.alarm.belief import line
from tocsin.policy.alarm.counts import poisson
from tocsin.policy.alarm.given import Given, positive, share
from tocsin.policy.alarm.pomdp import Model, Solution, solve
from tocsin.schema import Floats

WAIT, RING = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Weekly:
    """The rule, and what it is expected to cost in units of one false ring."""

    threshold: float  # A*: ring at this belief or above
    value_at_zero: float  # V(0)
    solution: Solution


def weekly(quiet: Given, campaign: Given, hazard: Given, cost: Given, even: int = 2_000) -> Weekly:
    """Return the best rule on a grid of `even` + 1 beliefs; V(0) to 1e-6."""
    low, high = rates(quiet, campaign)
    p = share("the hazard", hazard, open_ends=True)
    c = positive("the cost of delay c", cost, "at no cost one waits for ever")
    model = Model(
        transition=np.array([[[1 - p, p], [0.0, 1.0]], np.eye(2)]),
        likelihood=np.broadcast_to(count_law((low, high)), (2, 2, most_counts(high) + 1)),
        cost=np.array([[0.0, c], [1.0, 0.0]]),
        ends=np.array([False, True]),
    )
    found = solve(model, line(even))
    return Weekly(_threshold(found), float(found.value[0]), found)


def rates(quiet: Given, campaign: Given) -> tuple[float, float]:
    """Return both rates, the second larger; both are positive."""
    why = "a rate of 0 never gives a count: say how rare it is"
    low, high = positive("the quiet rate", quiet, why), positive("the campaign rate", campaign, why)
    if low >= high:
        raise UsageError(
            f"the campaign rate {high:g} is not above the quiet rate {low:g}",
            hint="a rule that listens for a rise needs one",
        )
    return low, high


def count_law(by_state: tuple[float, ...]) -> Floats:
    """Return chances (S, X) of counts 0, 1, ..., the last meaning "that many or more".

    To lump a tail of chance below 1e-17 is to observe less, not to assume otherwise.
    """
    last = most_counts(max(by_state))
    x = np.arange(last)
    laws = [poisson(rate) for rate in by_state]
    return np.array([[*law.equal(x), float(law.at_least(np.array(last)))] for law in laws])


def most_counts(rate: float) -> int:
    """Return a count beyond which less than about 1e-17 of a Poisson law lies."""
    return int(rate + 9 * np.sqrt(rate) + 18)


def _threshold(found: Solution) -> float:
    """Return where waiting and ringing cost the same, between the two grid points."""
    wait, ring = found.costs(found.grid.points).T
    gain = ring - wait  # positive where waiting is better
    first = int(np.argmax(gain <= 0))
    if first == 0:
        return 0.0
    (p0, p1), (g0, g1) = found.grid.points[first - 1 : first + 1, 1], gain[first - 1 : first + 1]
    return float(p0 + (p1 - p0) * g0 / (g0 - g1))
