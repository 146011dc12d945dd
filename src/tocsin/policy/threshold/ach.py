"""Competing hypotheses: what contradicts each, and which evidence tells them apart.

R. J. Heuer, Psychology of Intelligence Analysis (1999), chapter 8: evidence is rated against every
hypothesis, and the hypothesis with the least *against* it is kept, not the one with most for it.
Ratings are CC, C, N, I, II (very consistent to very inconsistent) and NA (nobody could say).  I
counts 1 and II counts 2 against a hypothesis, times the weight of the item.  Correlated items form
a group and count once: transponder off, no plan and no radio are one thing said three times.

Diagnosticity is the spread of an item's ratings over the hypotheses, 0 to 1.  What fits every
hypothesis has 0 and moves nothing, however striking it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from tocsin.errors import UsageError

RATINGS = {"CC": 2, "C": 1, "N": 0, "I": -1, "II": -2}
NOT_APPLICABLE = "NA"


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of evidence, rated against each hypothesis in order."""

    id: str
    says: str
    ratings: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    weight: float = 1.0  # credibility and relevance, 0 to 1
    group: str = ""  # items of one group count once


@dataclass(frozen=True, slots=True)
class Weighed:
    """One item and what it does."""

    id: str
    diagnosticity: float | None  # None: rated against fewer than two hypotheses
    changes_lead: bool  # without it, other hypotheses would be the least contradicted


@dataclass(frozen=True, slots=True)
class Matrix:
    """The matrix, read by column."""

    hypotheses: tuple[str, ...]
    items: tuple[Item, ...]
    against: tuple[float, ...]  # weight of what is inconsistent with each hypothesis
    least_contradicted: tuple[str, ...]  # all of them: nothing tells them apart
    weighed: tuple[Weighed, ...]  # most diagnostic first
    without_evidence: tuple[str, ...]  # items that name none: listed, not counted
    says: str


def matrix(hypotheses: Sequence[str], items: Sequence[Item]) -> Matrix:
    """Return the matrix of competing hypotheses.

    Raises UsageError for fewer than two hypotheses, a rating that is none, and items that repeat.
    """
    names = tuple(hypotheses)
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise UsageError("competing hypotheses are two or more, each named once")
    for item in items:
        _check(item, names)
    if len({item.id for item in items}) < len(items):
        raise UsageError("two items of evidence have one id")
    used = [item for item in items if item.evidence]
    against = _against(used, len(names))
    lead = _lead(names, against)
    weighed = [
        Weighed(
            item.id,
            _diagnosticity(item),
            _lead(names, _against([x for x in used if x is not item], len(names))) != lead,
        )
        for item in used
    ]
    weighed.sort(key=lambda each: (-(each.diagnosticity or 0.0), each.id))
    return Matrix(
        names,
        tuple(items),
        against,
        lead,
        tuple(weighed),
        tuple(item.id for item in items if not item.evidence),
        _says(names, lead, against),
    )


def _check(item: Item, names: tuple[str, ...]) -> None:
    if len(item.ratings) != len(names):
        raise UsageError(
            f"{item.id} is rated against {len(item.ratings)} of {len(names)} hypotheses",
            hint=f"write {NOT_APPLICABLE} where nobody can say",
        )
    for rating in item.ratings:
        if rating not in RATINGS and rating != NOT_APPLICABLE:
            known = ", ".join([*RATINGS, NOT_APPLICABLE])
            raise UsageError(f'{item.id}: "{rating}" is no rating', hint=f"use {known}")
    if not (isfinite(item.weight) and 0 <= item.weight <= 1):
        raise UsageError(f"{item.id}: weight {item.weight} is not from 0 to 1")


def _against(items: Sequence[Item], count: int) -> tuple[float, ...]:
    """Return the inconsistency of each hypothesis; a group counts as the mean of its items."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.group or f"\0{item.id}", []).append(item)
    out = []
    for k in range(count):
        total = 0.0
        for members in groups.values():
            rated = [item for item in members if item.ratings[k] in RATINGS]
            if rated:
                said = [item.weight * max(0, -RATINGS[item.ratings[k]]) for item in rated]
                total += sum(said) / len(said)
        out.append(total)
    return tuple(out)


def _lead(names: tuple[str, ...], against: tuple[float, ...]) -> tuple[str, ...]:
    least = min(against)
    return tuple(n for n, value in zip(names, against, strict=True) if value <= least + 1e-9)


def _diagnosticity(item: Item) -> float | None:
    rated = [RATINGS[rating] for rating in item.ratings if rating in RATINGS]
    return (max(rated) - min(rated)) / 4 if len(rated) > 1 else None


def _says(names: tuple[str, ...], lead: tuple[str, ...], against: tuple[float, ...]) -> str:
    if len(lead) == len(names):
        return "cannot tell: nothing counts against one hypothesis more than another"
    rest = [value for name, value in zip(names, against, strict=True) if name not in lead]
    word, them = ("is", "it") if len(lead) == 1 else ("are", "them")
    return (
        f"{' and '.join(lead)} {word} least contradicted ({min(against):.2g} against "
        f"{min(rest):.2g} for the next); that does not make {them} true"
    )
