"""How long a chart runs before it rings, from any chain that can step and be solved.

The run length N counts observations, that of the alarm included.  Its moments come from linear
systems, its law from stepping; once the chart that has not rung has forgotten its start the
chance of ringing is the same at every step, and the rest of the law is geometric.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, log1p, sqrt
from typing import Protocol

import numpy as np

from tocsin.errors import UsageError
from tocsin.schema import Floats

SETTLED = 1e-12  # change of the law of S, given no alarm, in one step
MOST_STEPS, MOST_WORK = 200_000, 200_000_000  # steps, and steps times states


class Chain(Protocol):
    """A chart under one law of the observations; states 0..size-1 are those before the alarm."""

    @property
    def size(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def leave(self) -> Floats: ...
    def advance(self, mass: Floats) -> Floats: ...
    def solve(self, reward: Floats, kept: float = 1.0) -> Floats: ...


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """P(N = n) for n = 1, 2, ..., then geometric; and what S is like long after the start."""

    chance: Floats  # (n,) of ringing at step 1..n
    left: float  # P(N > n)
    hazard: float  # at each later step
    settled: Floats  # (size,) law of S given no alarm for long

    def within(self, n: int) -> float:
        """Return P(N <= n)."""
        if n <= len(self.chance):
            return float(self.chance[: max(n, 0)].sum())
        more = -self.left * expm1((n - len(self.chance)) * log1p(-self.hazard))
        return float(self.chance.sum()) + more

    def quantile(self, p: float) -> int:
        """Return the least n with P(N <= n) >= p, for p in (0, 1)."""
        reached = np.cumsum(self.chance)
        n = int(np.searchsorted(reached, p - 1e-15)) + 1
        if n <= len(reached):
            return n
        more = (np.log1p(-p) - np.log(self.left)) / log1p(-self.hazard)
        return len(reached) + max(1, int(np.ceil(more - 1e-9)))


def mean(chain: Chain) -> float:
    """Return E N."""
    return float(chain.solve(np.ones(chain.size))[chain.start])


def spread(chain: Chain) -> tuple[float, float]:
    """Return E N and its standard deviation; E N(N+1)/2 solves the same system for E N."""
    ahead = chain.solve(np.ones(chain.size))
    first = float(ahead[chain.start])
    half = float(chain.solve(np.where(np.isnan(ahead), 0.0, ahead))[chain.start])
    return first, sqrt(max(0.0, first * (2 * half / first - 1 - first)))


def within(chain: Chain, n: int) -> Floats:
    """Return P(N <= 1), ..., P(N <= n), (n,)."""
    mass = np.zeros(chain.size)
    mass[chain.start] = 1.0
    rung = np.empty(n)
    for i in range(n):
        rung[i] = mass @ chain.leave
        mass = chain.advance(mass)
    return np.cumsum(rung)


def law(chain: Chain) -> Law:
    """Return the whole law of N."""
    mass = np.zeros(chain.size)
    mass[chain.start] = 1.0
    left, rung = 1.0, []
    steps = min(MOST_STEPS, max(2_000, MOST_WORK // chain.size))
    for _ in range(steps):
        hazard = float(mass @ chain.leave)
        rung.append(left * hazard)
        after = chain.advance(mass)
        left *= float(after.sum())  # mass is the law given no alarm so far: it sums to one
        if left < 1e-300:
            return Law(np.array(rung), 0.0, 1.0, mass)
        after /= after.sum()
        moved = float(np.abs(after - mass).sum())
        mass = after
        if moved < SETTLED:
            return Law(np.array(rung), left, float(mass @ chain.leave), mass)
    raise UsageError(
        f"S has not settled after {steps} steps", hint="ask for the mean only, or lower h"
    )


def after_change(noise: Chain, campaign: Chain) -> float:
    """Return the mean run length under `campaign` from where `noise` stands after long quiet.

    The noise chart is the one that starts anew after each false alarm: its visits, counted from
    one start to the next alarm, are the law of S at the change (Lucas and Crosier's "cyclical"
    steady state).  They need not be found: visits weighted by a reward solve the same system.
    """
    ahead = campaign.solve(np.ones(campaign.size))
    total = noise.solve(np.where(np.isnan(ahead), 0.0, ahead))[noise.start]
    return float(total / mean(noise))


def after_quiet(noise: Chain, campaign: Chain) -> float:
    """Return the same for a chart that has never rung yet (the "conditional" steady state)."""
    ahead = campaign.solve(np.ones(campaign.size))
    settled = law(noise).settled
    return float(settled @ np.where(settled > 0, ahead, 0.0))


@dataclass(frozen=True, slots=True)
class Onset:
    """A change that comes with the same chance before every observation, from the start on."""

    p_false: float  # P(rung before the change)
    p_caught: float  # P(not)
    run: float  # E[observations from the change to the alarm, both included; not rung before]
    at_once: float  # E of the same when the change is there from the start


def onset(noise: Chain, campaign: Chain, chance: float) -> Onset:
    """Return what a chart does when the change comes with `chance` before each observation.

    With charts that start anew after a false ring until the change comes, the mean run after it
    is `run / p_caught`: every start is like the first.
    """
    ahead = campaign.solve(np.ones(campaign.size))
    rewards = np.column_stack(
        [
            (1 - chance) * noise.leave,
            np.full(noise.size, chance),
            chance * np.where(np.isnan(ahead), 0.0, ahead),
        ]
    )
    rings, caught, run = noise.solve(rewards, 1 - chance)[noise.start]
    return Onset(float(rings), float(caught), float(run), float(ahead[campaign.start]))
