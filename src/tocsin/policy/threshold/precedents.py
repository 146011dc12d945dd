"""The past cases nearest to one incident, with and without a request, and the reasons either way.

Distance is Gower's (Biometrics 27, 1971): the mean over the factors known in both of
|x - y| / 4.  Scores are intervals, so each distance has a least and a most; cases are ranked by the
distance of the middles.  A factor unknown in either is left out, never taken as alike, and a case
that shares fewer than half of this one's known factors is not ranked at all: nearness on two
factors of thirteen is no nearness.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tocsin.errors import UsageError
from tocsin.policy.threshold.factors import Factors, Score, known
from tocsin.policy.threshold.rules import Source
from tocsin.policy.threshold.scale import FACTORS, HIGHEST, LOWEST

ALIKE = 0.5  # steps of the scale between the middles, up to which two scores are called alike


@dataclass(frozen=True, slots=True)
class Precedent:
    """A past case: what it was and what followed, as far as the sources say."""

    id: str
    title: str
    date: str
    states: tuple[str, ...]
    domain: str
    factors: Factors
    consulted: str  # yes | no | not found: consultations under Article 4 were asked for
    level: int | None  # of past practice, as the rule set counts; None: the response is not known
    outcome: str
    source: Source
    note: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """One past case beside the incident."""

    precedent: Precedent
    distance: float  # of the middles, 0 to 1
    least: float
    most: float
    compared: tuple[str, ...]  # factors known in both
    reasons_for: tuple[str, ...]  # to treat the incident no less seriously than that case
    reasons_against: tuple[str, ...]
    later: bool = False  # it came after the incident


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest past cases of every kind."""

    overall: tuple[Near, ...]
    consulted: tuple[Near, ...]
    not_consulted: tuple[Near, ...]  # "no" and "not found" alike: the note says which
    not_ranked: tuple[str, ...]  # ids with too few factors in common


def nearest(
    factors: Factors,
    precedents: Iterable[Precedent],
    count: int = 5,
    weights: Mapping[str, float] | None = None,
    date: str = "",
) -> Nearest:
    """Return the `count` nearest past cases, overall and of each kind.

    weights  of factors in the distance; 1 each when left out
    date     of the incident, ISO 8601; cases after it are marked.  Empty: not known, none is
    """
    if count < 1:
        raise UsageError(f"{count} precedents are none", hint="ask for at least one")
    weight = _weights(weights)
    own = [score.factor for score in factors.scores if known(score) and weight[score.factor] > 0]
    ranked, left = [], []
    for precedent in precedents:
        shared = [name for name in own if known(precedent.factors[name])]
        if not shared or 2 * len(shared) < len(own):
            left.append(precedent.id)
            continue
        near = _near(factors, precedent, shared, weight)
        ranked.append(_marked(near) if after(precedent.date, date) else near)
    ranked.sort(key=lambda near: (near.distance, near.most, near.precedent.id))
    asked = [near for near in ranked if near.precedent.consulted == "yes"]
    other = [near for near in ranked if near.precedent.consulted != "yes"]
    return Nearest(
        tuple(ranked[:count]), tuple(asked[:count]), tuple(other[:count]), tuple(sorted(left))
    )


def gower(
    a: Factors, b: Factors, weights: Mapping[str, float] | None = None
) -> tuple[float, float, float] | None:
    """Return the distance of the middles, the least and the most; None with nothing in common."""
    weight = _weights(weights)
    shared = [name for name in FACTORS if weight[name] > 0 and known(a[name]) and known(b[name])]
    return _gower(a, b, shared, weight) if shared else None


def after(date: str, other: str) -> bool:
    """Return whether an ISO date lies after another, as far as both are written."""
    n = min(len(date), len(other), len("2025-09-19"))
    return n >= len("2025") and date[:n] > other[:n]


def _marked(near: Near) -> Near:
    told = "came later: nobody could know it then"
    return replace(near, later=True, reasons_against=(told, *near.reasons_against))


def _gower(
    a: Factors, b: Factors, shared: list[str], weight: Mapping[str, float]
) -> tuple[float, float, float]:
    total = sum(weight[name] for name in shared)
    middle = least = most = 0.0
    for name in shared:
        x, y, w = a[name], b[name], weight[name] / (total * (HIGHEST - LOWEST))
        middle += w * abs(_middle(x) - _middle(y))
        least += w * max(0.0, x.low - y.high, y.low - x.high)
        most += w * max(x.high - y.low, y.high - x.low)
    return middle, least, most


def _near(
    factors: Factors, precedent: Precedent, shared: list[str], weight: Mapping[str, float]
) -> Near:
    middle, least, most = _gower(factors, precedent.factors, shared, weight)
    reasons: dict[bool, list[str]] = {True: [], False: []}
    for name in shared:
        x, y = factors[name], precedent.factors[name]
        gap = _middle(x) - _middle(y)
        word = "alike" if abs(gap) <= ALIKE else "graver here" if gap > 0 else "less here"
        certain = "" if abs(gap) <= ALIKE or x.low > y.high or x.high < y.low else ", not certain"
        text = f"{name}: {word} ({_span(x)} against {_span(y)}{certain})"
        reasons[gap >= -ALIKE].append(text)
    blank = [name for name in FACTORS if name not in shared]
    if blank:
        reasons[False].append(f"not known of one or both: {', '.join(blank)}")
    return Near(
        precedent, middle, least, most, tuple(shared), tuple(reasons[True]), tuple(reasons[False])
    )


def _weights(given: Mapping[str, float] | None) -> dict[str, float]:
    out = dict.fromkeys(FACTORS, 1.0)
    for name, value in (given or {}).items():
        if name not in out:
            raise UsageError(f'"{name}" is no factor', hint=f"use {', '.join(FACTORS)}")
        if not 0 <= value < float("inf"):
            raise UsageError(f"the weight of {name}, {value}, is negative or no number")
        out[name] = float(value)
    return out


def _middle(score: Score) -> float:
    return (score.low + score.high) / 2


def _span(score: Score) -> str:
    if score.low == score.high:
        return f"{score.low:g}"
    return f"{score.low:.2g}-{score.high:.2g}"
