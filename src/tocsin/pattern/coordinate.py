"""Do incidents of different states fall together: circular shifts of whole series.

The statistic is the number of pairs of incidents of different states at most `near` days apart.
Each state's series but the first is shifted as a whole round the time watched, so that its own
rate, clusters and gaps stay as they are and only the timing between states is lost.  Two states
whose times are whole days have as many shifts as days, and two with exact times fall into
stretches of shifts with one count each: both are enumerated, and p is exact.  Elsewhere p comes
from seeded shifts, (1 + those with as many pairs) / (1 + all).  Uncertain incidents enter by their
draws: the statistic is then the mean number of pairs, and each shift is applied to every draw.
A tide common to all states (more reporting, a war) also makes pairs; the test keeps each state's
clusters but not a swell that all share, so it speaks of timing, not of command.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.errors import UsageError
from tocsin.pattern.events import Events, Floats, barred
from tocsin.pattern.watch import at_clock, clock
from tocsin.pattern.words import NoClaim

NEAR_DAYS = 7.0
SHIFTS = 9999
ENUMERATED = 20_000  # shifts up to which all are tried
_ROUND = 1e-9  # days: two times that differ by less are the same


@dataclass(frozen=True, slots=True, eq=False)
class Coordination:
    """Pairs of incidents of different states, against shifted series."""

    count: int
    states: tuple[str, ...]
    numbers: tuple[int, ...]  # incidents of each state
    near_days: float
    pairs: float  # observed; the mean over draws
    expected: float  # mean over the shifts
    interval: tuple[float, float]  # 5 to 95 % of the shifts
    p: float
    exact: bool
    shifts: int  # how many were tried; 0 where stretches of shifts were measured
    p_range: tuple[float, float]  # over the draws taken alone
    histogram: tuple[tuple[float, float], ...]  # (pairs, share of the shifts)
    draws: int
    events: Events  # one draw, to show


def coordinate(
    drawn: Sequence[Events],
    rng: np.random.Generator,
    *,
    near_days: float = NEAR_DAYS,
    shifts: int = SHIFTS,
    whole_days: bool = False,
) -> Coordination | NoClaim:
    """Return whether states' incidents fall together more than their shifted series do.

    drawn       sets of certain incidents that may be true, of two states or more
    whole_days  times are known to the day: they are cut to whole days, and days are shifted
    """
    if not near_days > 0:
        raise UsageError(f"incidents are near within days above 0, not within {near_days}")
    nothing = barred(drawn)
    if nothing is not None:
        return nothing
    first = drawn[0]
    states = tuple(sorted({s for draw in drawn for s in draw.states}))
    if len(states) < 2:
        only = states[0] or "one unnamed state"
        return NoClaim(len(first), f"all incidents are of {only}, and pairs need two states")
    days = first.unit.days
    length = first.exposure * days
    series = [_by_state(draw, states, whole_days) for draw in drawn]
    near = near_days + _ROUND
    observed = np.array([_pairs([_real(first, u) for u in one], near) for one in series])
    turns, exact = _turns(len(states), length, whole_days, shifts, rng)
    if turns is None and not first.gaps and len(states) == 2:
        values, shares = _measured(series, length, near)
        alone = [_measured([one], length, near) for one in series] if len(series) > 1 else []
        tail = [_tail(v, s, o) for (v, s), o in zip(alone, observed, strict=False)]
        tried, exact = 0, True
    else:
        if turns is None:
            turns = rng.random((shifts, len(states) - 1)) * length
        counts = np.array([_shifted(first, one, turns, length, near) for one in series])
        values, shares = _tally(counts.mean(axis=0))
        extra = 0 if exact else 1
        tail = [
            (extra + np.count_nonzero(c >= o - _ROUND)) / (extra + len(c))
            for c, o in zip(counts, observed, strict=True)
        ]
        tried = len(turns)
    pairs = float(observed.mean())
    p = _tail(values, shares, pairs)
    if tried and not exact:
        p = (1 + p * tried) / (1 + tried)
    cdf = np.cumsum(shares)
    ends = (values[np.searchsorted(cdf, q - 1e-12)] for q in (0.05, 0.95))
    low, high = (float(x) for x in ends)
    return Coordination(
        count=len(first),
        states=states,
        numbers=tuple(sum(s == name for s in first.state) for name in states),
        near_days=near_days,
        pairs=pairs,
        expected=float((values * shares).sum()),
        interval=(low, high),
        p=p,
        exact=exact,
        shifts=tried,
        p_range=(float(min(tail, default=p)), float(max(tail, default=p))),
        histogram=tuple(zip(values.tolist(), shares.tolist(), strict=True)),
        draws=len(drawn),
        events=first,
    )


def _by_state(events: Events, states: Sequence[str], whole: bool) -> list[Floats]:
    """Return each state's times in days on the clock of watched time."""
    u = clock(events, events.t) * events.unit.days
    if whole:
        u = np.floor(u + _ROUND)
    label = np.array(events.state)
    return [u[label == name] for name in states]


def _real(events: Events, u: Floats) -> Floats:
    """Return days of real time from days of watched time."""
    if not events.gaps:
        return u
    return at_clock(events, u / events.unit.days) * events.unit.days


def _pairs(series: Sequence[Floats], near: float) -> int:
    """Return the number of pairs of different states within `near` days."""
    count = 0
    for a, b in itertools.combinations(series, 2):
        there = np.sort(b)
        count += int(
            (np.searchsorted(there, a + near, "right") - np.searchsorted(there, a - near)).sum()
        )
    return count


def _turns(
    states: int, length: float, whole: bool, shifts: int, rng: np.random.Generator
) -> tuple[Floats | None, bool]:
    """Return the shifts of every state but the first, (M, S - 1) days, and whether they are all."""
    days = round(length)
    if not whole or abs(length - days) > 1e-6:
        return None, False
    total = days ** (states - 1)
    if total <= ENUMERATED:
        grid = np.indices((days,) * (states - 1)).reshape(states - 1, total).T
        return grid.astype(np.float64), True
    return rng.integers(0, days, (shifts, states - 1)).astype(np.float64), False


def _shifted(
    events: Events, series: Sequence[Floats], turns: Floats, length: float, near: float
) -> Floats:
    """Return the number of pairs at each shift, (M,)."""
    out = np.zeros(len(turns))
    cost = max(1, max(len(a) for a in series) ** 2)
    width = max(1, 1_000_000 // cost)
    for k in range(0, len(turns), width):
        part = turns[k : k + width]
        moved = [np.broadcast_to(_real(events, series[0]), (len(part), len(series[0])))]
        for s, own in enumerate(series[1:]):
            moved.append(_real(events, np.mod(own + part[:, s, None], length)))
        for a, b in itertools.combinations(moved, 2):
            apart = np.abs(a[:, :, None] - b[:, None, :])
            out[k : k + width] += np.count_nonzero(apart <= near, axis=(1, 2))
    return out


def _measured(
    series: Sequence[Sequence[Floats]], length: float, near: float
) -> tuple[Floats, Floats]:
    """Return the values of the mean number of pairs over all shifts of the second state.

    A pair (a, b) is near while (b + shift) mod length lies within a +- near: an interval of shifts,
    or two of them where it wraps.  Between the ends of all intervals the count is constant.
    """
    begins, ends = [], []
    for one, other in series:
        a, b = one[:, None], other[None, :]
        low = np.maximum(a - near, 0.0) - b
        wide = np.minimum(a + near, length) - b - low
        start = np.mod(low, length).ravel()
        stop = start + wide.ravel()
        begins += [start, np.zeros(np.count_nonzero(stop > length))]
        ends += [np.minimum(stop, length), stop[stop > length] - length]
    start, stop = np.concatenate(begins), np.concatenate(ends)
    edges = np.unique(np.concatenate([[0.0, length], start, stop]))
    step = np.zeros(len(edges))
    np.add.at(step, np.searchsorted(edges, start), 1.0)
    np.add.at(step, np.searchsorted(edges, stop), -1.0)
    counts = np.rint(np.cumsum(step)[:-1]) / len(series)
    return _tally(counts, np.diff(edges) / length)


def _tally(counts: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Return the distinct counts and the share of each."""
    values, where = np.unique(np.round(counts, 9), return_inverse=True)
    return values, np.bincount(where, weights) / (len(counts) if weights is None else 1.0)


def _tail(values: Floats, shares: Floats, observed: float) -> float:
    return min(1.0, math.fsum(shares[values >= observed - 1e-6].tolist()))
