"""What may be true of uncertain incidents: draws of the set, and answers pooled over them.

A time known to an interval is drawn uniformly from it; a disputed row is there with the chance
that it counts.  Posteriors over draws are pooled as their mixture, with equal weights; estimates
with a variance by Rubin's rules (Rubin, Multiple Imputation for Nonresponse in Surveys, 1987,
eq. 3.1.2-3.1.5).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tocsin.pattern.events import Events, Floats

DRAWS = 20


def draws(events: Events, rng: np.random.Generator, count: int = DRAWS) -> list[Events]:
    """Return `count` sets of certain incidents that may be true; one if nothing is uncertain.

    An incident drawn outside the window or into a gap is not in that set.
    """
    if events.certain:
        return [events.within()]
    return [_draw(events, rng) for _ in range(count)]


def _draw(events: Events, rng: np.random.Generator) -> Events:
    t = events.lo + (events.hi - events.lo) * rng.random(len(events))
    counts = rng.random(len(events)) < events.p
    order = np.argsort(t, kind="stable")
    drawn = replace(
        events,
        t=t[order],
        lo=t[order],
        hi=t[order],
        p=np.ones(len(events)),
        state=tuple(events.state[k] for k in order),
        id=tuple(events.id[k] for k in order),
    )
    return drawn.where(counts[order]).within()


@dataclass(frozen=True, slots=True)
class Pooled:
    """One estimate out of several imputations."""

    mean: float
    sd: float  # total: within and between
    missing: float  # share of the variance that the uncertain records cause


def rubin(means: Sequence[float], variances: Sequence[float]) -> Pooled:
    """Return the estimate pooled by Rubin's rules from one mean and variance per draw."""
    m = len(means)
    if m == 0 or m != len(variances):
        raise ValueError("one mean and one variance per draw, and at least one draw")
    within = math.fsum(variances) / m
    mean = math.fsum(means) / m
    between = math.fsum((x - mean) ** 2 for x in means) / (m - 1) if m > 1 else 0.0
    extra = (1 + 1 / m) * between
    total = within + extra
    return Pooled(mean, math.sqrt(total), extra / total if total > 0 else 0.0)


def mixture(weights: Sequence[Floats]) -> Floats:
    """Return the mean of posteriors given as weights over one grid, each scaled to sum to 1."""
    return np.asarray(np.mean([w / w.sum() for w in weights], axis=0))


def pooled_odds(log_bfs: Sequence[float]) -> float:
    """Return ln of the Bayes factor whose posterior chance, at even odds, is the draws' mean.

    The chance and its complement are each averaged in logarithms: 1 - p would lose what is left
    of it once p is near 1 (at a ln BF of 29 the fourth place, at 37 everything).
    """
    x = np.asarray(log_bfs, dtype=np.float64)
    chance, rest = -np.logaddexp(0.0, -x), -np.logaddexp(0.0, x)
    return float(np.logaddexp.reduce(chance) - np.logaddexp.reduce(rest))
