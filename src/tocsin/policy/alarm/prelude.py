"""Three hidden states: noise, coordinated probing, prelude; when to ring over them.

Each week noise may turn into probing and probing into prelude; a prelude lasts.  Counts are
Poisson with a rate of their own in each.  Ringing ends the story and costs what it costs in the
state it finds: most at noise (a false ring, the unit), less at probing, nothing at a prelude.
Waiting costs by the week, little during probing and much during a prelude.

The best action is a region of the triangle of beliefs, not a threshold in one number: the same
chance that *something* goes on calls for the bell or not, by what it would be.  Values are lower
bounds on a grid of `steps` to a side.  No published number exists for it; with a prelude that
never comes, and probing that costs nothing to ring at, it is the two-state rule of `shiryaev`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.policy.alarm.belief import Simplex
from tocsin.policy.alarm.given import positive, share
from tocsin.policy.alarm.pomdp import Model, Solution, solve
from tocsin.policy.alarm.shiryaev import RING, WAIT, count_law, rates
from tocsin.schema import Floats

NOISE, PROBING, PRELUDE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Prelude:
    """The chain and its costs, in units of one false ring; every number is illustrative."""

    noise_rate: float = 0.2  # counts a week
    probing_rate: float = 0.8
    prelude_rate: float = 1.6
    to_probing: float = 0.01  # chance a week
    to_prelude: float = 0.03
    ring_at_probing: float = 0.3  # cost of a ring there; at noise it is 1, at a prelude 0
    wait_in_probing: float = 0.02  # a week
    wait_in_prelude: float = 0.5
    illustrative: bool = True

    def __post_init__(self) -> None:
        rates(self.noise_rate, self.probing_rate)
        rates(self.probing_rate, self.prelude_rate)
        share("the chance of probing", self.to_probing, open_ends=True)
        share("the chance of a prelude", self.to_prelude)
        share("the cost of ringing at probing", self.ring_at_probing)
        positive("the cost of waiting in probing", self.wait_in_probing)
        positive("the cost of waiting in a prelude", self.wait_in_prelude)

    def model(self) -> Model:
        """Return the decision problem: actions wait and ring."""
        p, q = self.to_probing, self.to_prelude
        move = np.array([[1 - p, p, 0.0], [0.0, 1 - q, q], [0.0, 0.0, 1.0]])
        seen = count_law((self.noise_rate, self.probing_rate, self.prelude_rate))
        return Model(
            transition=np.array([move, np.eye(3)]),
            likelihood=np.broadcast_to(seen, (2, *seen.shape)),
            cost=np.array(
                [
                    [0.0, self.wait_in_probing, self.wait_in_prelude],
                    [1.0, self.ring_at_probing, 0.0],
                ]
            ),
            ends=np.array([False, True]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Where ringing is best, and what the best rule costs from noise."""

    solution: Solution
    value_at_noise: float

    def rings(self, belief: Floats) -> np.ndarray:
        """Return whether to ring at beliefs (..., 3) in noise, probing, prelude."""
        costs = self.solution.costs(np.asarray(belief, dtype=np.float64))
        return np.asarray(costs[..., RING] <= costs[..., WAIT])


def region(given: Prelude, steps: int = 60) -> Region:
    """Return where to ring; `steps` to a side of the triangle, a second or so for 60."""
    found = solve(given.model(), Simplex(3, steps), tolerance=1e-9)
    return Region(found, float(found.at(np.array([1.0, 0.0, 0.0]))))
