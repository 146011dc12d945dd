"""From samples to one word: supported, contradicted, unresolved or unobserved.

P is the share of the samples in which a test holds.  It is never 0 or 1: where none of M samples
holds, the 95 % upper bound is 3/M (the rule of three: Hanley and Lippman-Hand, 1983), and the
same below 1 where all do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.claims.evidence import Answer, Held
from tocsin.schema import Verdict

CERTAINTY = 0.95


@dataclass(frozen=True, slots=True)
class Chance:
    """P of a test under one hypothesis."""

    p: float | None  # None: nothing to count, or an answer that counts no samples
    bound: str  # "<" or ">" where p is the rule of three's bound, else ""
    least: float  # P if every sample that cannot be told held not
    most: float  # P if every one of them held
    samples: int

    def __str__(self) -> str:
        if self.p is None:
            return "not known"
        if self.bound:
            sign, share = ("<", "3") if self.bound == "<" else (">", "1 - 3")
            return f"{sign}{share}/{self.samples}"
        return f"{self.p:.3f}"


def word(p: float, certainty: float = CERTAINTY) -> Verdict:
    """Return the verdict on a probability that somebody's looking established."""
    if p >= certainty:
        return Verdict.SUPPORTED
    if p <= 1 - certainty + 1e-12:  # 1 - .95 is a hair above .05 in binary, other pairs below
        return Verdict.CONTRADICTED
    return Verdict.UNRESOLVED


def chance(held: Held) -> Chance:
    """Return P of a test under one hypothesis, counted over the samples that can tell."""
    total, known = len(held.yes), held.known
    yes, no = int(np.sum(held.yes)), int(np.sum(held.no))
    p, bound = _share(yes, known)
    least, _ = _share(yes, total)
    most = 1 - _share(no, total)[0]
    return Chance(p if known * 2 >= total else None, bound, least, most, known)


def _share(count: int, of: int) -> tuple[float, str]:
    if not of:
        return 0.5, ""
    limit = min(3 / of, 0.5)
    if count == 0:
        return limit, "<"
    if count == of:
        return 1 - limit, ">"
    return count / of, ""


def verdicts(answer: Answer) -> Mapping[str, Verdict]:
    """Return the verdict under each hypothesis."""
    return {name: _one(held, answer) for name, held in answer.held.items()}


def overall(by_hypothesis: Mapping[str, Verdict]) -> Verdict:
    """Return the one verdict: that on which all hypotheses agree, else unresolved."""
    said = set(by_hypothesis.values())
    return said.pop() if len(said) == 1 else Verdict.UNRESOLVED


def _one(held: Held, answer: Answer) -> Verdict:
    unseen = any(not gap.looked for gap in answer.gaps)
    if not answer.sampled:  # one word for every sample: reports, counts, the register
        if held.yes.all():
            return Verdict.SUPPORTED
        if held.no.all():
            return Verdict.CONTRADICTED
        return Verdict.UNOBSERVED if unseen else Verdict.UNRESOLVED
    odds = chance(held)
    if odds.least >= CERTAINTY:
        return Verdict.SUPPORTED
    if word(odds.most) is Verdict.CONTRADICTED:
        return Verdict.CONTRADICTED
    if held.known * 2 < len(held.yes) and (unseen or not answer.gaps):
        return Verdict.UNOBSERVED
    return Verdict.UNRESOLVED
