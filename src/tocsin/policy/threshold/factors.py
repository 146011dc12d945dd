"""Factor scores of one incident as intervals, each with the evidence it rests on.

A factor that nobody scored, and one scored without evidence, is unknown: [0, 4].  Unknown is never
0: it can raise the upper end of a level and cannot lower anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.threshold.scale import FACTORS, HIGHEST, LOWEST
from tocsin.schema import Floats


@dataclass(frozen=True, slots=True)
class Score:
    """One factor as somebody scored it."""

    factor: str
    low: float
    high: float
    evidence: tuple[str, ...] = ()  # ids of what it rests on; empty: the score does not count
    why: str = ""
    by: str = ""  # who scored it

    def __post_init__(self) -> None:
        if self.factor not in FACTORS:
            raise UsageError(f'"{self.factor}" is no factor', hint=f"use {', '.join(FACTORS)}")
        if not (isfinite(self.low) and isfinite(self.high)):
            raise UsageError(f"{self.factor} = [{self.low}, {self.high}] is not a pair of numbers")
        if self.low > self.high:
            raise UsageError(
                f"{self.factor} = [{self.low:g}, {self.high:g}] ends below its beginning"
            )
        if self.low < LOWEST or self.high > HIGHEST:
            raise UsageError(
                f"{self.factor} = [{self.low:g}, {self.high:g}] leaves the scale from 0 to 4"
            )


@dataclass(frozen=True, slots=True)
class Factors:
    """All thirteen factors of one incident, in the order of FACTORS."""

    scores: tuple[Score, ...]
    refused: tuple[str, ...]  # a sentence for each score that did not count

    @property
    def low(self) -> Floats:
        """The least of every factor (13,)."""
        return np.array([score.low for score in self.scores])

    @property
    def high(self) -> Floats:
        """The most of every factor (13,)."""
        return np.array([score.high for score in self.scores])

    @property
    def unknown(self) -> tuple[str, ...]:
        """Factors of which the evidence says nothing."""
        return tuple(score.factor for score in self.scores if not known(score))

    @property
    def evidence(self) -> tuple[str, ...]:
        """Every evidence id, once, sorted."""
        return tuple(sorted({item for score in self.scores for item in score.evidence}))

    def __getitem__(self, factor: str) -> Score:
        return self.scores[FACTORS.index(factor)]


def gather(scores: Iterable[Score]) -> Factors:
    """Return the thirteen factors from whatever was scored.

    Raises UsageError where one factor is scored twice: of two scores, neither is the incident's.
    """
    given: dict[str, Score] = {}
    refused = []
    for score in scores:
        if score.factor in given:
            raise UsageError(
                f"{score.factor} is scored twice", hint="give one interval that holds both"
            )
        if not score.evidence:
            refused.append(
                f"{score.factor} = [{score.low:g}, {score.high:g}] names no evidence and counts "
                "as unknown, [0, 4]"
            )
            score = unknown(score.factor)
        given[score.factor] = score
    return Factors(tuple(given.get(name) or unknown(name) for name in FACTORS), tuple(refused))


def unknown(factor: str) -> Score:
    """Return the score of a factor about which nothing is known."""
    return Score(factor, LOWEST, HIGHEST)


def known(score: Score) -> bool:
    """Return whether a score says anything: it has evidence and excludes some of the scale."""
    return bool(score.evidence) and (score.low > LOWEST or score.high < HIGHEST)
