"""What the cues of one incident say of intent: ranges, what moves them, and what cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.errors import UsageError
from tocsin.pattern.intent import (
    CLASSES,
    Cue,
    Group,
    Interval,
    Prior,
    Triple,
    bounds,
    grouped,
    middle,
    pinned,
)
from tocsin.pattern.words import likelihood, percent


@dataclass(frozen=True, slots=True)
class Influence:
    """What one group does: the answer without it, and with its likelihoods known."""

    group: str
    without: tuple[Interval, Interval, Interval]
    middle_without: Triple
    moved: float  # how far the middle moves: half the sum of the changes, 0..1
    narrowed: float  # by how much the widest range shrinks if this group were known exactly


@dataclass(frozen=True, slots=True)
class Intent:
    """The answer; every range is exact over all priors and likelihoods allowed."""

    prior: Prior
    groups: tuple[Group, ...]
    ranges: tuple[Interval, Interval, Interval]
    middle: Triple
    influences: tuple[Influence, ...]  # the one that moves it most first
    unobserved: tuple[str, ...]  # cues that nobody could see: they say nothing
    left_out: tuple[str, ...]  # cues without a source

    @property
    def leading(self) -> str | None:
        """The class that leads whatever is allowed, None where that cannot be told."""
        for k, kind in enumerate(CLASSES):
            others = [self.ranges[j][1] for j in range(3) if j != k]
            if self.ranges[k][0] > max(others):
                return kind
        return None

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(_words(self))

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": self.leading or "cannot tell",
            "classes": {
                kind: {"lo": self.ranges[k][0], "hi": self.ranges[k][1], "middle": self.middle[k]}
                for k, kind in enumerate(CLASSES)
            },
            "prior": {kind: list(self.prior.interval[k]) for k, kind in enumerate(CLASSES)},
            "groups": [
                {
                    "name": one.name,
                    "cues": list(one.cues),
                    "likelihood": dict(zip(CLASSES, map(list, one.likelihood), strict=True)),
                    "sources": list(one.sources),
                    "notes": list(one.notes),
                }
                for one in self.groups
            ],
            "moves_most": self.influences[0].group if self.influences else None,
            "leave_one_out": [
                {
                    "group": one.group,
                    "without": dict(zip(CLASSES, map(list, one.without), strict=True)),
                    "moved": one.moved,
                    "narrowed": one.narrowed,
                }
                for one in self.influences
            ],
            "unobserved": list(self.unobserved),
            "left_out": list(self.left_out),
            "words": list(self.words),
        }


def weigh_intent(
    prior: Prior,
    cues: Sequence[Cue],
    *,
    unobserved: Sequence[str] = (),
) -> Intent:
    """Return what the cues say; a cue without a source is left out and named.

    Raises UsageError where no cue is left: the prior would come back as an answer.
    """
    used = [cue for cue in cues if cue.source.strip()]
    left_out = tuple(cue.name for cue in cues if not cue.source.strip())
    if not used:
        raise UsageError(
            "no cue with a source is left, so that only the prior would speak",
            hint="give each cue the source of its likelihoods",
        )
    groups = grouped(used)
    ranges, at = bounds(prior, groups), middle(prior, groups)
    influences = [_influence(prior, groups, k, at, ranges) for k in range(len(groups))]
    influences.sort(key=lambda one: (-one.moved, one.group))
    return Intent(prior, groups, ranges, at, tuple(influences), tuple(unobserved), left_out)


def _influence(
    prior: Prior,
    groups: Sequence[Group],
    k: int,
    at: Triple,
    ranges: Sequence[Interval],
) -> Influence:
    rest = [*groups[:k], *groups[k + 1 :]]
    moved = middle(prior, rest)
    known = bounds(prior, [*rest, pinned(groups[k])])
    return Influence(
        groups[k].name,
        bounds(prior, rest),
        moved,
        sum(abs(a - b) for a, b in zip(at, moved, strict=True)) / 2,
        _width(ranges) - _width(known),
    )


def _width(ranges: Sequence[Interval]) -> float:
    return max(hi - lo for lo, hi in ranges)


def _words(one: Intent) -> Iterator[str]:
    for k, kind in enumerate(CLASSES):
        lo, hi = one.ranges[k]
        said = dict.fromkeys((likelihood(lo), likelihood(hi)))
        yield f"{kind}: {percent(lo)} to {percent(hi)} ({' to '.join(said)})"
    if one.leading is None:
        yield "Which of the three it was cannot be told: their ranges overlap."
    else:
        yield f"Whatever is allowed, {one.leading} leads; the others are not excluded."
    if one.influences:
        most = one.influences[0]
        k = max(range(3), key=lambda j: abs(one.middle[j] - most.middle_without[j]))
        lo, hi = most.without[k]
        yield (
            f'What moves it most is "{most.group}": without it {CLASSES[k]} is '
            f"{percent(lo)} to {percent(hi)}."
        )
        ask = max(one.influences, key=lambda each: (each.narrowed, each.group))
        if ask.narrowed > 0.005:
            yield f'What to find out first is "{ask.group}": knowing it narrows the range most.'
    for group in one.groups:
        for note in group.notes:
            yield f"{group.name}: {note}."
    for name in one.unobserved:
        yield f'"{name}" was not observed and says nothing.'
    for name in one.left_out:
        yield f'"{name}" has no source and is left out.'
