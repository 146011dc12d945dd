"""Beliefs over hidden states: a finite set of them, and weights by which others are read off.

`Line` holds any increasing beliefs over two states and interpolates linearly.  `Simplex` holds
the beliefs in multiples of 1/M over any number of states and interpolates on Freudenthal's
triangulation (Lovejoy, Operations Research 39, 1991), which for two states is the even line.
A cost-to-go is concave in the belief, so what is read off never exceeds it: values computed on a
grid are lower bounds, better with every point.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.schema import Floats

Ints = NDArray[np.int64]

MOST_POINTS = 200_000


class Grid(Protocol):
    """A finite set of beliefs that others can be read off."""

    @property
    def points(self) -> Floats: ...  # (N, S)

    def weights(self, belief: Floats) -> tuple[Ints, Floats]:
        """Return points (..., K) and weights (..., K) that make up beliefs (..., S)."""
        ...


@dataclass(frozen=True, eq=False)
class Line:
    """Beliefs over two states by the chance of the second, increasing from 0 to 1, (N,)."""

    second: Floats

    @cached_property
    def points(self) -> Floats:
        return np.column_stack([1 - self.second, self.second])

    def weights(self, belief: Floats) -> tuple[Ints, Floats]:
        p = belief[..., 1]
        right = np.clip(np.searchsorted(self.second, p), 1, len(self.second) - 1)
        low, high = self.second[right - 1], self.second[right]
        share = np.clip((p - low) / (high - low), 0.0, 1.0)
        return np.stack([right - 1, right], -1), np.stack([1 - share, share], -1)


def line(even: int, more: Floats | None = None) -> Line:
    """Return `even` + 1 even points, and others among them; those closer than 1e-12 are one."""
    points = np.linspace(0, 1, even + 1)
    if more is not None:
        # The others win over even points beside them: they are there to be met exactly.
        far = np.abs(points[:, None] - more[None]).min(axis=1) > 1e-9
        far[[0, -1]] = True
        points = np.sort(np.concatenate([points[far], more]))
        points = points[np.concatenate([[True], np.diff(points) > 1e-12])]
    return Line(points)


@dataclass(frozen=True, eq=False)
class Simplex:
    """Beliefs over `states` states, each chance a multiple of 1 / `steps`."""

    states: int
    steps: int

    def __post_init__(self) -> None:
        if self.states < 2 or self.steps < 1:
            raise UsageError("a grid of beliefs needs two states and one step at least")
        if (self.steps + 1) ** (self.states - 1) > 50 * MOST_POINTS:
            raise UsageError(
                f"{self.steps} steps over {self.states} states are too many beliefs",
                hint="take fewer steps",
            )

    @cached_property
    def _tails(self) -> Ints:
        """Sums of chances from the second state on, in steps: non-increasing rows, (N, S-1)."""
        n, m = self.states - 1, self.steps
        picks = np.array(list(combinations(range(m + n), n)), dtype=np.int64)
        return (picks - np.arange(n))[:, ::-1]

    @cached_property
    def _rank(self) -> Ints:
        table = np.full((self.steps + 1,) * (self.states - 1), -1, dtype=np.int64)
        table[tuple(self._tails.T)] = np.arange(len(self._tails))
        return table

    @cached_property
    def points(self) -> Floats:
        count = len(self._tails)
        ends = [np.full((count, 1), self.steps), self._tails, np.zeros((count, 1), np.int64)]
        return np.asarray(-np.diff(np.concatenate(ends, axis=1), axis=1) / self.steps)

    def weights(self, belief: Floats) -> tuple[Ints, Floats]:
        n = self.states - 1
        tail = np.cumsum(belief[..., :0:-1], axis=-1)[..., ::-1] * self.steps
        tail = np.minimum.accumulate(np.clip(tail, 0, self.steps), axis=-1)
        base = np.minimum(np.floor(tail).astype(np.int64), self.steps)
        over = tail - base
        order = np.argsort(-over, axis=-1, kind="stable")
        fall = np.take_along_axis(over, order, axis=-1)
        one, nought = np.ones((*fall.shape[:-1], 1)), np.zeros((*fall.shape[:-1], 1))
        weight = -np.diff(np.concatenate([one, fall, nought], axis=-1), axis=-1)
        corner = np.repeat(base[..., None, :], n + 1, axis=-2)
        for step in range(n):
            raised = np.arange(n) == order[..., step, None]
            corner[..., step + 1 :, :] += raised[..., None, :]
        at = self._rank[tuple(np.moveaxis(np.minimum(corner, self.steps), -1, 0))]
        # A corner outside the simplex has weight zero up to rounding; any point will do for it.
        return np.where(at < 0, at[..., :1], at), weight
