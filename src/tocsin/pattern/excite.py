"""Do incidents bring further incidents on: a posterior, rivals, residuals, and one word.

Three numbers only (`grid`): the expected direct followers in the same state n_s and in each other
state n_x, and one memory.  Clusters have other causes, so the self-exciting process is weighed
against a constant rate, a trend, one change, several levels, a wandering rate and a period
(`rivals`), each equally likely beforehand.  The word "self-exciting" needs all of these:

    the posterior chance among these explanations is at least .9, and the Bayes factor against a
    constant rate at least 10;
    the residuals do not reject the model (bootstrap p at least .05);
    no stated period is stronger than the model itself would feign (p at least .05).

"No sign" needs a Bayes factor of at most 1/3 against a constant rate, or a chance of at most .1
among the explanations; all else is "cannot tell".  The thresholds are judgements: the rates of
false alarms they give are in the simulation studies of the documentation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.pattern import grid
from tocsin.pattern.change import Estimate
from tocsin.pattern.events import Events, Floats, Unit, barred
from tocsin.pattern.hawkes_fit import Fit, fit
from tocsin.pattern.impute import mixture, pooled_odds
from tocsin.pattern.periodic import Periodicity, periodicity
from tocsin.pattern.residuals import REPLICATES, Fitted, fitted
from tocsin.pattern.rivals import Rival, rivals
from tocsin.pattern.streams import streams
from tocsin.pattern.words import NoClaim

LEVEL = 0.9
SURE = 0.9  # posterior chance among the explanations
STRONG = math.log(10)
AGAINST = math.log(1 / 3)
ALPHA = 0.05
MODEL = "self-excitation"
CONSTANT = "a constant rate"

EXCITING = "self-exciting"
UNTOLD = "cannot tell"
NO_SIGN = "no sign of self-excitation"


@dataclass(frozen=True, slots=True, eq=False)
class Excitation:
    """What the incidents say of self-excitation; in words by `excite_words`."""

    verdict: str
    why: str
    count: int  # incidents, the mean over draws
    states: tuple[str, ...]
    exposure_days: float
    unit: Unit
    n: Estimate  # branching ratio n_s + (S - 1) n_x
    n_own: Estimate
    n_cross: Estimate | None  # to each other state; None with one stream
    memory_days: Estimate  # 1 / beta
    log_bf: float  # ln of the Bayes factor against a constant rate
    explanations: tuple[tuple[str, float, str], ...]  # name, posterior chance, detail; best first
    periodicity: Periodicity
    fitted: Fitted
    ml: Fit | None  # one stream only
    n_density: tuple[Floats, Floats]  # edges and weights of n
    level: float
    draws: int
    rivals: tuple[Rival, ...]


def excite(
    drawn: Sequence[Events],
    rng: np.random.Generator,
    *,
    resolution: float = 0.0,
    replicates: int = REPLICATES,
    level: float = LEVEL,
) -> Excitation | NoClaim:
    """Return whether incidents excite further ones, pooled over draws of what may be true.

    resolution  how exactly times are known, in the unit of the series
    replicates  simulated series for the residuals; p is never below 1 / (replicates + 1)

    Residuals and periods are those of the first draw.
    """
    nothing = barred(drawn)
    if nothing is not None:
        return nothing
    first = drawn[0]
    names, beta = _names(drawn), _beta(first)
    resolution = max(resolution, _grain(drawn))
    posts, (log_bf, explained, _), others = _explain(drawn, resolution)
    data = streams(first, names)
    regular = periodicity(first, rng, resolution=resolution)
    fits = fitted(first, data, beta, rng, replicates=replicates, resolution=resolution)
    weights = mixture([post.weights for post in posts])
    head = posts[0]
    verdict, why = _verdict(log_bf, explained, fits, regular)
    numbers = _numbers(head, weights, len(names), level)
    spread = first.t[-1] > first.t[0] and len(first) > 1
    return Excitation(
        verdict=verdict,
        why=why,
        count=round(sum(len(d) for d in drawn) / len(drawn)),
        states=names,
        unit=first.unit,
        exposure_days=first.exposure * first.unit.days,
        n=numbers[0],
        n_own=numbers[1],
        n_cross=numbers[2] if len(names) > 1 else None,
        memory_days=_memory(head, weights, first.unit.days, level),
        log_bf=log_bf,
        explanations=explained,
        periodicity=regular,
        fitted=fits,
        ml=fit(first.t, first.begin, first.end, first.gaps) if spread and len(names) == 1 else None,
        n_density=(head.n_edges, weights.sum(axis=(0, 2))),
        level=level,
        draws=len(drawn),
        rivals=others,
    )


Explained = tuple[float, tuple[tuple[str, float, str], ...], bool]


def explain(drawn: Sequence[Events], resolution: float = 0.0) -> Explained:
    """Return ln of the Bayes factor, each explanation's chance, and whether the model leads.

    The model leads where the Bayes factor and its chance reach what the word asks; residuals and
    periods are then still to be seen.
    """
    return _explain(drawn, max(resolution, _grain(drawn)))[1]


def _explain(
    drawn: Sequence[Events], resolution: float = 0.0
) -> tuple[list[grid.Posterior], Explained, tuple[Rival, ...]]:
    names, beta = _names(drawn), _beta(drawn[0])
    alone = len(drawn) == 1
    posts = [grid.posterior(streams(draw, names), beta, refine=alone) for draw in drawn]
    log_bf = pooled_odds([post.log_bf for post in posts])
    others = [rivals(draw, 1 / beta[0], resolution) for draw in drawn]
    explained = _explanations(posts, others)
    chance = next(p for name, p, _ in explained if name == MODEL)
    return posts, (log_bf, explained, log_bf >= STRONG and chance >= SURE), others[0]


def _names(drawn: Sequence[Events]) -> tuple[str, ...]:
    return tuple(sorted({s for draw in drawn for s in draw.states}))


def _grain(drawn: Sequence[Events]) -> float:
    """Return 1 where all times are whole numbers: a clock that ticks so shows a period of one."""
    whole = all(bool((draw.t == np.floor(draw.t)).all()) for draw in drawn)
    return 1.0 if whole else 0.0


def _beta(events: Events) -> tuple[float, float]:
    """Return the range of beta per unit of the series."""
    return grid.BETA_DAYS[0] * events.unit.days, grid.BETA_DAYS[1] * events.unit.days


def _explanations(
    posts: Sequence[grid.Posterior], others: Sequence[tuple[Rival, ...]]
) -> tuple[tuple[str, float, str], ...]:
    """Return each explanation's chance, equal beforehand, the mean over the draws."""
    names = [MODEL, CONSTANT, *(rival.name for rival in others[0])]
    details = ["", "", *(rival.detail for rival in others[0])]
    chances = np.zeros(len(names))
    for post, some in zip(posts, others, strict=True):
        logs = np.array([post.log_bf, 0.0, *(rival.log_bf for rival in some)])
        shares = np.exp(logs - logs.max())
        chances += shares / shares.sum() / len(posts)
    rows = zip(names, chances.tolist(), details, strict=True)
    return tuple(sorted(rows, key=lambda row: -row[1]))


def _verdict(
    log_bf: float,
    explained: Sequence[tuple[str, float, str]],
    fits: Fitted,
    regular: Periodicity,
) -> tuple[str, str]:
    """Return the word and its reason; the conditions are in the docstring of the module."""
    chance = next(p for name, p, _ in explained if name == MODEL)
    best = next(name for name, _, _ in explained if name != MODEL)
    if log_bf <= AGAINST:
        return NO_SIGN, f"{explained[0][0]} explains the incidents better"
    if chance <= 1 - SURE:
        return NO_SIGN, f"{explained[0][0]} explains the clusters better"
    if log_bf < STRONG:
        return UNTOLD, "the incidents hardly tell self-excitation from a constant rate"
    if chance < SURE:
        return UNTOLD, f"{best} explains the clusters about as well"
    if fits.p < ALPHA:
        return UNTOLD, "the model of self-excitation does not fit: its residuals reject it"
    periodic = regular.p is not None and regular.p < ALPHA
    if periodic and fits.p_period is not None and fits.p_period < ALPHA:
        return UNTOLD, "a period is stronger than self-excitation would feign"
    return EXCITING, "no other explanation tried does as well, and the model fits"


def _numbers(
    head: grid.Posterior, weights: Floats, states: int, level: float
) -> tuple[Estimate, Estimate, Estimate]:
    """Return n, n_s and n_x with their intervals."""
    by_n = weights.sum(axis=(0, 2))
    tail = (1 - level) / 2
    at = np.interp([tail, 0.5, 1 - tail], np.append(0.0, np.cumsum(by_n)), head.n_edges)
    n = Estimate(*at.tolist())
    if states < 2:
        return n, n, n
    flat = weights.sum(axis=0)
    own = head.n[:, None] * (1 - head.share)
    cross = head.n[:, None] * head.share / (states - 1)
    return n, _quantiles(own, flat, level), _quantiles(cross, flat, level)


def _memory(head: grid.Posterior, weights: Floats, days: float, level: float) -> Estimate:
    by_beta = weights.sum(axis=(1, 2))
    half = (math.log(head.beta[-1] / head.beta[0]) / max(len(head.beta) - 1, 1)) / 2
    edges = np.append(np.log(head.beta) - half, math.log(head.beta[-1]) + half)
    tail = (1 - level) / 2
    cdf = np.append(0.0, np.cumsum(by_beta))
    low, median, high = np.exp(-np.interp([1 - tail, 0.5, tail], cdf, edges)) * days
    return Estimate(float(low), float(median), float(high))


def _quantiles(values: Floats, weights: Floats, level: float) -> Estimate:
    order = np.argsort(values, axis=None)
    cdf = np.cumsum(weights.ravel()[order])
    middles = cdf - weights.ravel()[order] / 2
    tail = (1 - level) / 2
    return Estimate(*np.interp([tail, 0.5, 1 - tail], middles, values.ravel()[order]).tolist())
