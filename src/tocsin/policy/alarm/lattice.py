"""A Poisson CUSUM as a finite Markov chain: exact, because counts are whole and k is a fraction.

S <- max(0, S + X - k), alarm when S >= h.  With k = a/D every value of S is a multiple of 1/D, so
the values below h are finitely many and the run length solves a linear system (Brook and Evans,
Biometrika 59, 1972).  h need not lie on the lattice: S >= h is S >= the next multiple.

The system is not solved as a whole.  One step leads from the values s = r (mod D) to those with
s = r - a (mod D), so the D residue classes form a cycle and only the m = h classmates of zero
remain as unknowns: D m^3 operations in place of (D m)^3, and none of them a subtraction.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, gcd, lcm

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.policy.alarm.absorb import absorb
from tocsin.policy.alarm.counts import Counts, poisson
from tocsin.schema import Floats

Ints = NDArray[np.int64]

MOST_VALUES = 2_000_000
MOST_UNKNOWNS = 3_000  # whole counts below h


@dataclass(frozen=True)  # no slots: the cached laws live in the instance
class Lattice:
    """The chain of one CUSUM under one rate; S in units of 1/D, from 0 to `top` - 1."""

    rate: float  # counts a week
    unit: int  # D
    drop: int  # a = k D
    top: int  # the least alarm value, h D rounded up
    start: int  # the head start times D
    upper: bool = True  # False: S <- max(0, S + k - X), which listens for a fall

    @property
    def size(self) -> int:
        return self.top

    @cached_property
    def counts(self) -> Counts:
        return poisson(self.rate)

    @cached_property
    def leave(self) -> Floats:
        """Chance of an alarm at the next step, from each value, (size,)."""
        s = np.arange(self.top)
        if self.upper:
            return self.counts.at_least(-((s - self.drop - self.top) // self.unit))
        return self.counts.at_most((s + self.drop - self.top) // self.unit)

    def advance(self, mass: Floats) -> Floats:
        """Return where mass (..., size) stands a step later; what has rung is gone.

        Linear, so that rows of `advance(eye)` are the transition matrix.
        """
        return self._rise(mass) if self.upper else self._fall(mass)

    def solve(self, reward: Floats, kept: float = 1.0) -> Floats:
        """Return expected reward before the alarm, from each value, in the shape of `reward`.

        reward  (size,) or (size, R) at each visit, the first included; not negative
        kept    chance that the story goes on at all at each step, before the step is made

        Values that the chain reaches neither from 0 nor from the head start are NaN.
        """
        out = np.full(reward.shape, np.nan)
        self._orbit(0, reward, kept, out)
        if np.isnan(out[self.start]).any():
            self._orbit(self.start % self.unit, reward, kept, out)
        return out

    def _orbit(self, first: int, reward: Floats, kept: float, out: Floats) -> None:
        """Fill `out` on the residue classes that follow one another from `first`."""
        step = -self.drop if self.upper else self.drop
        turns = self.unit // gcd(self.drop, self.unit)
        classes = [(first + step * t) % self.unit for t in range(turns + 1)]
        own = first == 0  # 0 itself is among the unknowns
        n = self._members(first)
        among, leave, to_zero = np.eye(n), np.zeros(n), np.zeros(n)
        gain = np.zeros((n, *reward.shape[1:]))
        for r, after in zip(classes[-2::-1], classes[:0:-1], strict=True):
            p, q, e = self._block(r, after, kept)
            among, gain, leave = p @ among, reward[r :: self.unit] + p @ gain, e + p @ leave
            if own:
                among[:, 0] += q
            else:
                to_zero = q + p @ to_zero
        if own:
            out[:: self.unit] = absorb(among, leave, gain)
        elif n:
            gain += np.multiply.outer(to_zero, out[0])
            out[first :: self.unit] = absorb(among, leave + to_zero, gain)
        for r, after in zip(classes[-2:0:-1], classes[:1:-1], strict=True):
            p, q, _ = self._block(r, after, kept)
            out[r :: self.unit] = reward[r :: self.unit] + p @ out[after :: self.unit]
            out[r :: self.unit] += np.multiply.outer(q, out[0])

    def _members(self, r: int) -> int:
        """Return how many values below the alarm are r (mod D)."""
        return max(0, -((r - self.top) // self.unit))

    def _block(self, r: int, after: int, kept: float) -> tuple[Floats, Floats, Floats]:
        """Return the step from class r to class `after`: among them, to zero, out of the chain."""
        n, m = self._members(r), self._members(after)
        shift = self.drop - r + after if self.upper else self.drop + r - after
        return self._cached(n, m, shift // self.unit, kept)

    def _cached(self, n: int, m: int, w: int, kept: float) -> tuple[Floats, Floats, Floats]:
        key = (n, m, w, kept)
        if key not in self._blocks:
            j, to = np.arange(n), np.arange(m)
            if self.upper:
                p = self.counts.equal(to[None] - j[:, None] + w)
                q, e = self.counts.at_most(w - j - 1), self.counts.at_least(m - j + w)
            else:
                p = self.counts.equal(j[:, None] + w - to[None])
                q, e = self.counts.at_least(j + w + 1), self.counts.at_most(j + w - m)
            self._blocks[key] = kept * p, kept * q, (1 - kept) + kept * e
        return self._blocks[key]

    @cached_property
    def _blocks(self) -> dict[tuple[int, int, int, float], tuple[Floats, Floats, Floats]]:
        return {}

    def _rise(self, mass: Floats) -> Floats:
        rows = -(-self.top // self.unit)
        after = -(-(self.top + self.drop) // self.unit)
        jump = self.counts.equal(np.arange(after)[:, None] - np.arange(rows)[None])
        moved = jump @ self._folded(mass, rows * self.unit)
        flat = moved.reshape(*mass.shape[:-1], -1)[..., : self.top + self.drop]
        out = flat[..., self.drop :].copy()
        out[..., 0] += flat[..., : self.drop].sum(axis=-1)
        return np.asarray(out)

    def _fall(self, mass: Floats) -> Floats:
        rows = -(-(self.top + self.drop) // self.unit)
        wide = np.zeros((*mass.shape[:-1], self.top + self.drop))
        wide[..., self.drop :] = mass
        folded = self._folded(wide, rows * self.unit)
        jump = self.counts.equal(np.arange(rows)[None] - np.arange(rows)[:, None])
        out = (jump @ folded).reshape(*mass.shape[:-1], -1)[..., : self.top].copy()
        out[..., 0] += folded.sum(axis=-1) @ self.counts.at_least(np.arange(rows) + 1)
        return np.asarray(out)

    def _folded(self, mass: Floats, length: int) -> Floats:
        wide = np.zeros((*mass.shape[:-1], length))
        wide[..., : mass.shape[-1]] = mass
        return wide.reshape(*mass.shape[:-1], -1, self.unit)


def lattice(
    rate: float, k: Fraction, h: Fraction, head_start: Fraction = Fraction(0), *, upper: bool = True
) -> Lattice:
    """Return the chain; refuse what is too large to be solved in reasonable time."""
    unit = lcm(k.denominator, head_start.denominator)
    top = ceil(h * unit)
    if top > MOST_VALUES or h > MOST_UNKNOWNS:
        raise UsageError(
            f"h {float(h):g} with k {k} makes {top} values of S, more than are solved here",
            hint=f"give h up to {MOST_UNKNOWNS} and a k with a smaller denominator",
        )
    return Lattice(rate, unit, int(k * unit), top, int(head_start * unit), upper)
