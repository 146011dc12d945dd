"""The best action under hidden states, by value iteration on a set of beliefs.

    V(b) = min over actions a of  cost(a) . b + discount sum_x P(x | b, a) V(b after a and x)

An action first moves the hidden state, then something is observed, which may depend on the
action.  An action that `ends` has no term after its cost.  Rewards are negative costs.

V at other beliefs is read off the grid, so the error is that of interpolation: none where every
belief that can follow lies on the grid (`reachable`), else a lower bound that rises with the
grid.  Iteration stops when a sweep changes no value by more than `tolerance`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.policy.alarm.belief import Grid
from tocsin.schema import Floats

Ints = NDArray[np.int64]

MOST_SWEEPS = 100_000
SAME = 1e-12  # beliefs closer than this are one


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """S hidden states, A actions, X observations."""

    transition: Floats  # (A, S, S) rows sum to one
    likelihood: Floats  # (A, S, X) of an observation after the move, given the state then
    cost: Floats  # (A, S) of an action, by the state before the move
    ends: NDArray[np.bool_]  # (A,)
    discount: float = 1.0

    def __post_init__(self) -> None:
        actions, states = self.cost.shape
        if self.transition.shape != (actions, states, states):
            raise UsageError(f"transitions have shape {self.transition.shape}, not A, S, S")
        if self.likelihood.shape[:2] != (actions, states) or self.ends.shape != (actions,):
            raise UsageError("likelihoods, costs and endings name different numbers of actions")
        for name, rows in (("transition", self.transition), ("likelihood", self.likelihood)):
            if (rows < 0).any() or not np.allclose(rows.sum(axis=-1), 1, atol=1e-9):
                raise UsageError(f"every {name} row is chances that sum to one; one is not")
        if not np.isfinite(self.cost).all():
            raise UsageError("a cost is not finite")
        if not 0 < self.discount <= 1:
            raise UsageError(f"the discount must lie in (0, 1], not {self.discount}")
        if self.discount == 1 and not self.ends.any():
            raise UsageError("without discount some action must end the game")

    def after(self, belief: Floats, action: int) -> tuple[Floats, Floats]:
        """Return chances (..., X) of what is observed and the beliefs (..., X, S) after it."""
        moved = belief @ self.transition[action]
        joint = moved[..., None, :] * self.likelihood[action].T
        chance = joint.sum(axis=-1)
        safe = np.where(chance > 0, chance, 1.0)
        posterior = np.where(chance[..., None] > 0, joint / safe[..., None], moved[..., None, :])
        return chance, posterior


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The cost-to-go on the grid, and what to do anywhere."""

    model: Model
    grid: Grid
    value: Floats  # (N,)
    action: Ints  # (N,) the best at each point, the first of equals
    sweeps: int

    def costs(self, belief: Floats) -> Floats:
        """Return the cost of each action and the best ever after, (..., A)."""
        return np.stack(
            [_cost(self.model, self.grid, self.value, belief, a) for a in range(_actions(self))],
            axis=-1,
        )

    def at(self, belief: Floats) -> Floats:
        """Return the cost-to-go at beliefs (..., S): one more sweep, not a reading of the grid."""
        return np.asarray(self.costs(belief).min(axis=-1))


def solve(model: Model, grid: Grid, tolerance: float = 1e-13) -> Solution:
    """Return the best policy on a grid.

    tolerance  of a sweep's largest change, relative to the largest value
    """
    points = grid.points
    if points.shape[1] != model.cost.shape[1]:
        raise UsageError(f"beliefs over {points.shape[1]} states for another number of them")
    actions = range(len(model.cost))
    now = points @ model.cost.T  # (N, A)
    ahead = [None if model.ends[a] else _ahead(model, grid, points, a) for a in actions]
    value = np.zeros(len(points))
    for sweep in range(1, MOST_SWEEPS):
        total = now.copy()
        for a, step in enumerate(ahead):
            if step is not None:
                index, weight = step
                total[:, a] += model.discount * np.einsum("nk,nk->n", weight, value[index])
        after = total.min(axis=1)
        change = after - value
        moved = float(np.abs(change).max())
        value = after
        if moved <= tolerance * max(1.0, float(np.abs(value).max())):
            if model.discount < 1:  # what all later sweeps would add (MacQueen 1966)
                later = model.discount / (1 - model.discount)
                value = value + later * (change.max() + change.min()) / 2
            return Solution(model, grid, value, total.argmin(axis=1), sweep)
    raise UsageError(
        f"values still change by {moved:.1g} after {MOST_SWEEPS} sweeps",
        hint="give a discount below 1, or an action that ends",
    )


def reachable(model: Model, start: Floats, most: int = 2_000) -> Floats:
    """Return the beliefs (N, S) that can follow from `start`, those closer than 1e-12 as one.

    Ends where nothing new comes, or refuses at `most`: then the beliefs are not finitely many.
    """
    found = [np.asarray(start, dtype=np.float64)]
    queue = 0
    while queue < len(found):
        belief, queue = found[queue], queue + 1
        for action in np.flatnonzero(~model.ends):
            chance, after = model.after(belief, int(action))
            for each in after[chance > 0]:
                if min(float(np.abs(each - one).max()) for one in found) > SAME:
                    found.append(each)
        if len(found) > most:
            raise UsageError(f"more than {most} beliefs can follow", hint="use an even grid")
    return np.array(found)


def _ahead(model: Model, grid: Grid, points: Floats, action: int) -> tuple[Ints, Floats]:
    chance, after = model.after(points, action)
    index, weight = grid.weights(after)
    weight = weight * chance[..., None]
    return index.reshape(len(points), -1), weight.reshape(len(points), -1)


def _cost(model: Model, grid: Grid, value: Floats, belief: Floats, action: int) -> Floats:
    now = np.asarray(belief @ model.cost[action])
    if model.ends[action]:
        return now
    chance, after = model.after(belief, action)
    index, weight = grid.weights(after)
    return np.asarray(
        now + model.discount * (chance[..., None] * weight * value[index]).sum((-2, -1))
    )


def _actions(solution: Solution) -> int:
    return len(solution.model.cost)
