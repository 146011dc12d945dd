"""Whether like cases were treated alike, and whether the difference goes with the state.

A clash is a pair of past cases in which the one that is at least as grave in every factor met the
lower level of response.  With intervals it is *certain* where the least of the one reaches the most
of the other in every factor, and *by the middles* where only the middles do.  A clash is a
question, not a fault: what was decided may rest on something that no factor holds.

The test across states takes the residual of each label from the isotonic fit and asks whether the
states' means differ by more than they do when the names of states are dealt out anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from math import factorial

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.threshold.factors import known
from tocsin.policy.threshold.isotonic import Bools, isotonic, order
from tocsin.policy.threshold.precedents import Precedent
from tocsin.policy.threshold.relabel import Ints, clashes, fewest
from tocsin.policy.threshold.scale import FACTORS
from tocsin.schema import Floats

FEWEST = 5  # below this many cases nothing is tested
ENUMERATED = 8  # up to this many cases every deal of the names is looked at


@dataclass(frozen=True, slots=True)
class Clash:
    """Two past cases: `graver` is at least `lesser` in every factor and met the lower level."""

    lesser: str
    graver: str
    lesser_level: int
    graver_level: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Across:
    """A permutation test of the residuals across states."""

    p: float | None  # None: cannot tell
    least_p: float | None  # the smallest that so many deals can give
    deals: int
    exact: bool  # whether every deal was looked at
    means: dict[str, float]  # state -> mean residual, in levels; below 0 met less than alike cases
    counts: dict[str, int]
    why: str  # what it says or why it cannot tell


@dataclass(frozen=True, slots=True)
class Consistency:
    """The audit of past decisions."""

    cases: tuple[str, ...]
    factors: tuple[str, ...]  # on which the cases are compared
    clashes: tuple[Clash, ...]
    comparable: int  # pairs of which one is at least the other, by the middles
    isotonic: tuple[float, ...]  # closest labels in squares, one a case
    relabelled: tuple[tuple[str, int, int], ...]  # id, from, to: as few as possible
    across: Across
    response_unknown: tuple[str, ...]  # cases left out because nobody says what followed
    factors_unknown: tuple[str, ...]  # and because a compared factor is not known of them


def audit(
    precedents: Sequence[Precedent],
    rng: np.random.Generator,
    deals: int = 9999,
    factors: Sequence[str] | None = None,
) -> Consistency:
    """Return the audit of all past cases whose level is known; order and labels by the middles.

    factors  to compare on; those known of three quarters of the cases when left out

    A case of which one of these is unknown is left out and named: the middle of "unknown" is no
    score, and an order that skips factors pair by pair would not be an order.
    """
    told = [each for each in precedents if each.level is not None]
    names = tuple(factors) if factors is not None else _often_known(told)
    for name in names:
        if name not in FACTORS:
            raise UsageError(f'"{name}" is no factor', hint=f"use {', '.join(FACTORS)}")
    used = [each for each in told if all(known(each.factors[name]) for name in names)]
    blank = tuple(each.id for each in told if each not in used)
    columns = [FACTORS.index(name) for name in names]
    low = np.array([each.factors.low[columns] for each in used]).reshape(len(used), len(names))
    high = np.array([each.factors.high[columns] for each in used]).reshape(len(used), len(names))
    labels = np.array([each.level for each in used], dtype=np.int64)
    below = order((low + high) / 2)
    certainly = np.asarray((high[:, None, :] <= low[None, :, :]).all(axis=2))
    ids = [each.id for each in used]
    fit = isotonic(labels, below)
    moved = fewest(labels, below)
    states = [each.states[0] if each.states else "" for each in used]
    return Consistency(
        cases=tuple(ids),
        factors=names,
        clashes=violations(ids, labels, below, certainly),
        comparable=int(np.triu(below | below.T, 1).sum()),
        isotonic=tuple(float(each) for each in fit),
        relabelled=tuple((ids[k], int(labels[k]), int(moved.labels[k])) for k in moved.changed),
        across=across_states(labels - fit, states, rng, deals),
        response_unknown=tuple(each.id for each in precedents if each.level is None),
        factors_unknown=blank,
    )


def _often_known(cases: Sequence[Precedent]) -> tuple[str, ...]:
    return tuple(
        name
        for name in FACTORS
        if cases and 4 * sum(known(each.factors[name]) for each in cases) >= 3 * len(cases)
    )


def violations(
    ids: Sequence[str], labels: Ints, below: Bools, certainly: Bools | None = None
) -> tuple[Clash, ...]:
    """Return every clash; below[i, j] says that case i is at most case j in every factor."""
    sure = below if certainly is None else certainly
    return tuple(
        Clash(ids[i], ids[j], int(labels[i]), int(labels[j]), bool(sure[i, j]))
        for i, j in zip(*np.nonzero(clashes(labels, below)), strict=True)
    )


def across_states(
    residuals: Floats, states: Sequence[str], rng: np.random.Generator, deals: int = 9999
) -> Across:
    """Return the permutation test of residuals (N,) across states (N,).

    The statistic is the sum over states of n_s times the squared mean residual.  Up to eight cases
    every deal is enumerated; beyond, `deals` are drawn from `rng` and the observed one is counted
    among them (Phipson and Smyth, 2010), so that p is never 0.
    """
    if len(residuals) != len(states):
        raise UsageError(f"{len(residuals)} residuals and {len(states)} states do not match")
    if deals < 1:
        raise UsageError(f"{deals} deals test nothing", hint="ask for at least one")
    names = sorted(set(states))
    code = np.array([names.index(state) for state in states], dtype=np.int64)
    counts = np.bincount(code, minlength=len(names))
    means = np.bincount(code, residuals, len(names)) / np.maximum(counts, 1)
    about = dict(zip(names, (float(m) for m in means), strict=True))
    sizes = dict(zip(names, (int(n) for n in counts), strict=True))
    if len(residuals) < FEWEST or len(names) < 2:
        few = f"{len(residuals)} cases of {len(names)} states"
        return Across(None, None, 0, False, about, sizes, f"cannot tell: {few} are too few")
    if np.ptp(residuals) < 1e-12:
        return Across(None, None, 0, False, about, sizes, "cannot tell: no case stands out")

    def spread(dealt: Ints) -> Floats:
        sums = np.zeros((len(dealt), len(names)))
        for k in range(len(names)):
            sums[:, k] = (residuals * (dealt == k)).sum(axis=1)
        return np.asarray((sums**2 / counts).sum(axis=1))

    exact = len(residuals) <= ENUMERATED
    if exact:
        dealt = np.array(list(permutations(code.tolist())), dtype=np.int64)
    else:
        dealt = rng.permuted(np.tile(code, (deals, 1)), axis=1)
    seen = float(spread(code[None, :])[0])
    as_far = int((spread(dealt) >= seen * (1 - 1e-12)).sum())
    p = as_far / len(dealt) if exact else (1 + as_far) / (1 + len(dealt))
    ways = factorial(len(code))
    for n in counts:
        ways //= factorial(int(n))
    least = 1 / ways if exact else max(1 / ways, 1 / (1 + len(dealt)))
    said = (
        f"p = {p:.2g} that dealing the states out anew differs as much; least possible {least:.2g}"
    )
    return Across(float(p), float(least), len(dealt), exact, about, sizes, said)
