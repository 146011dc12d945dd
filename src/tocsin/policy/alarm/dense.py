"""A chart as a plain transition matrix: for charts whose chain has no structure to use."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.policy.alarm.absorb import absorb
from tocsin.schema import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """States before the alarm, their chances of stepping to one another and of ringing."""

    among: Floats  # (n, n), row to column
    leave: Floats  # (n,)
    start: int = 0

    @property
    def size(self) -> int:
        return len(self.leave)

    def advance(self, mass: Floats) -> Floats:
        """Return where mass (..., n) stands a step later."""
        return mass @ self.among

    def solve(self, reward: Floats, kept: float = 1.0) -> Floats:
        """Return expected reward before the alarm; each step the story goes on with chance `kept`.

        reward  (n,) or (n, R)
        """
        return absorb(kept * self.among, (1 - kept) + kept * self.leave, reward)
