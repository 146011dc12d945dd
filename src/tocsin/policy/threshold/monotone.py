"""Whether a rule set can answer less to more, decided exactly.

The vectors that reach level L or more are a union of boxes, one a rule.  More never gives less if
and only if each union holds, with every box, all that lies above the box's lowest corner.  Cutting
the boxes out of that orthant leaves a point that proves the contrary, or nothing.

Values between two thresholds cannot be told apart by the rules, so a factor is a ladder of cells:
the thresholds and the gaps between them.  Rules with minimum conditions alone need no cutting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tocsin.policy.threshold.rules import Rule, RuleSet, levels
from tocsin.policy.threshold.scale import FACTORS, HIGHEST, LOWEST
from tocsin.schema import Floats

Box = tuple[tuple[int, int], ...]  # of each factor, the first and the last cell


@dataclass(frozen=True, slots=True)
class Offence:
    """Two vectors, the greater of which gets the lower level."""

    lesser: Floats  # (13,)
    greater: Floats  # (13,) at least `lesser` in every factor
    lesser_level: int
    greater_level: int
    rule: str  # the rule with the ceiling that makes it so

    def sentence(self, names: Sequence[str]) -> str:
        """Return the pair in words: the factors in which the two differ, then the levels."""
        differ = np.flatnonzero(self.lesser != self.greater)
        below = ", ".join(f"{FACTORS[k]} {self.lesser[k]:g}" for k in differ)
        above = ", ".join(f"{FACTORS[k]} {self.greater[k]:g}" for k in differ)
        rest = "; ".join(
            f"{FACTORS[k]} {self.lesser[k]:g}"
            for k in np.flatnonzero((self.lesser == self.greater) & (self.lesser > 0))
        )
        return (
            f'{below} is "{names[self.lesser_level]}" but {above} is '
            f'"{names[self.greater_level]}"' + (f", with {rest} in both" if rest else "")
        )


def offence(rules: RuleSet) -> Offence | None:
    """Return a pair that shows the rule set is not monotone, or None when there is no such pair."""
    ladder = [_ladder(rules.rules, name) for name in FACTORS]
    for rule in sorted(rules.rules, key=lambda each: (each.level, each.id)):
        if not rule.at_most:
            continue
        own = _box(rule, ladder)
        if own is None:
            continue
        above = tuple((low, len(cells) - 1) for (low, _), cells in zip(own, ladder, strict=True))
        others = [_box(each, ladder) for each in rules.rules if each.level >= rule.level]
        hole = _uncovered(above, [box for box in others if box is not None])
        if hole is None:
            continue
        lesser = np.array([cells[low] for (low, _), cells in zip(own, ladder, strict=True)])
        greater = np.array([cells[k] for k, cells in zip(hole, ladder, strict=True)])
        x, y = (int(each) for each in levels(rules, np.array([lesser, greater])))
        return Offence(lesser, greater, x, y, rule.id)
    return None


def _ladder(rules: Sequence[Rule], name: str) -> list[float]:
    """Return one value for every cell of a factor, rising."""
    cuts = {LOWEST, HIGHEST}
    for rule in rules:
        cuts |= {each[name] for each in (rule.at_least, rule.at_most) if name in each}
    marks = sorted(cuts)
    between = [(a + b) / 2 for a, b in pairwise(marks)]
    return sorted([*marks, *between])


def _box(rule: Rule, ladder: Sequence[Sequence[float]]) -> Box | None:
    out = []
    for name, cells in zip(FACTORS, ladder, strict=True):
        least, most = rule.at_least.get(name, LOWEST), rule.at_most.get(name, HIGHEST)
        inside = [k for k, value in enumerate(cells) if least <= value <= most]
        if not inside:
            return None
        out.append((inside[0], inside[-1]))
    return tuple(out)


def _uncovered(box: Box, others: Sequence[Box]) -> tuple[int, ...] | None:
    """Return the lowest corner of a part of `box` that no other box covers."""
    for n, other in enumerate(others):
        meets = all(a <= d and c <= b for (a, b), (c, d) in zip(box, other, strict=True))
        if not meets:
            continue
        rest = list(box)
        for k, ((a, b), (c, d)) in enumerate(zip(box, other, strict=True)):
            for part in ((a, min(b, c - 1)), (max(a, d + 1), b)):
                if part[0] <= part[1]:
                    piece = (*rest[:k], part, *rest[k + 1 :])
                    hole = _uncovered(piece, others[n + 1 :])
                    if hole is not None:
                        return hole
            rest[k] = (max(a, c), min(b, d))
        return None
    return tuple(low for low, _ in box)
