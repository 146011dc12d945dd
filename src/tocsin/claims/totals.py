"""Totals over a flight: the time for which a state holds, the path flown inside.

Between two observed times the margin of a state is taken as linear, so the moment at which it
begins or ends is found between them.  Unobserved time is never counted, and never taken as "no"
either: where a state holds on one side of a gap, or somewhere on the way that a sample takes
through it, it may have held all through it, so a total is an interval from what was seen to what
may have been.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tocsin.claims.quantities import Signal
from tocsin.claims.scope import Sight
from tocsin.schema import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Totalled:
    least: Floats  # (M,) what was observed
    most: Floats  # (M,) with every gap that the state may have filled; inf where nothing bounds it
    reach: Floats  # (M,) `least`, negative by the margin where the state never holds


def total(signal: Signal, sight: Sight, weight: Floats | None = None) -> Totalled:
    """Return the total of a state over its scope.

    weight   (M, K - 1) what a leg counts for: metres for a path; seconds when not given
    """
    at, t_s = sight.at, sight.t_s
    samples = len(signal.yes)
    if not len(at):
        none = np.zeros(samples)
        return Totalled(none, np.full(samples, np.inf), np.full(samples, np.nan))
    dt_s = np.diff(t_s)
    per_leg = np.broadcast_to(dt_s, (samples, len(dt_s))) if weight is None else weight

    seen = np.zeros(len(dt_s), np.bool_)
    seen[at[:-1][np.diff(at) == 1]] = True
    counts = np.where(seen, per_leg, 0.0) if weight is not None else dt_s * seen
    held = share(signal)
    least = held @ counts if weight is None else np.einsum("mk,mk->m", held, counts)

    most = least.copy()
    for a, b in pairwise(at):
        if b - a > 1:
            touched = signal.yes[:, a : b + 1].any(axis=1)  # the samples run on through the gap
            most += np.where(touched, per_leg[:, a:b].sum(axis=1), 0.0)
    for edge, open_s in ((at[0], t_s[at[0]] - sight.begin_s), (at[-1], sight.end_s - t_s[at[-1]])):
        if open_s > _step_s(t_s):
            beyond = open_s if weight is None else np.inf
            most += np.where(signal.yes[:, edge], beyond, 0.0)

    best = np.fmax.reduce(signal.margin[:, sight.columns], axis=1)
    best = np.where(np.isnan(best), -np.inf, best)
    return Totalled(least, most, np.where(least > 0, least, np.minimum(best, 0.0)))


def share(signal: Signal) -> Floats:
    """Return the share of each leg for which the state holds, (M, K - 1)."""
    yes = signal.yes
    out = yes[:, :-1].astype(np.float64)  # all of a leg, or none, but where the state turns
    row, k = np.nonzero(yes[:, :-1] != yes[:, 1:])
    m0, m1 = signal.margin[row, k], signal.margin[row, k + 1]
    cut = np.clip(-m0 / np.where(m0 != m1, m1 - m0, 1.0), 0.0, 1.0)
    part = np.where(yes[row, k], cut, 1.0 - cut)
    out[row, k] = np.where(np.isnan(part), 0.5, part)  # one end not known: half of the leg
    return out


def _step_s(t_s: Floats) -> float:
    """Return the usual step of the grid: an opening shorter than that is none."""
    return float(np.median(np.diff(t_s))) if len(t_s) > 1 else 0.0
