"""Accident, navigational interference or deliberate: what cues say of an intent, as intervals.

Three classes, never two: jamming of satellite navigation is common in the Baltic, and an aircraft
led astray is neither careless nor hostile.  Each cue has, for each class, an interval of how likely
it is there, up to a factor common to all three; independent groups multiply:

    P(c) = p_c prod_g L_gc / sum_d p_d prod_g L_gd

Cues that come together are one group and count once: the interval of a group is the hull of its
cues', since the second tells nothing that the first did not.  Transponder, flight plan and radio
are one "non-cooperative" group whatever the file says; lawful military flights there often lack
all three.

P(c) rises in everything that carries c and falls in the rest, so over the box of likelihoods its
extremes are corners; in the prior it is linear-fractional, so over the priors that lie in their
intervals and sum to 1 they are vertices of that polygon (Charnes and Cooper 1962).  All are tried:
the interval is exact.  The prior has no default: one that nobody chose nobody can be asked about.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from tocsin.errors import UsageError

CLASSES = ("accident", "interference", "deliberate")
NON_COOPERATIVE = "non-cooperative"
#: Words in a cue's name that put it in the group.
_NON_COOPERATIVE = ("transponder", "squawk", "flight plan", "no plan", "radio", "two-way contact")

Interval = tuple[float, float]
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that was seen, and how likely it is under each class."""

    name: str
    likelihood: tuple[Interval, Interval, Interval]  # by CLASSES, up to a common factor
    source: str
    group: str = ""  # cues that come together; "": a group of its own
    note: str = ""

    def __post_init__(self) -> None:
        for kind, (lo, hi) in zip(CLASSES, self.likelihood, strict=True):
            if not (math.isfinite(lo) and math.isfinite(hi) and 0 < lo <= hi):
                raise UsageError(
                    f'cue "{self.name}": the likelihood under {kind} is an interval of numbers '
                    f"above 0, not {lo:g} to {hi:g}",
                    hint="a likelihood of 0 would settle the matter by itself",
                )


@dataclass(frozen=True, slots=True)
class Group:
    """Cues that count once."""

    name: str
    cues: tuple[str, ...]
    likelihood: tuple[Interval, Interval, Interval]
    sources: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prior:
    """What is held before any cue: an interval for each class, which together allow a sum of 1."""

    interval: tuple[Interval, Interval, Interval]
    source: str = ""

    def __post_init__(self) -> None:
        for kind, (lo, hi) in zip(CLASSES, self.interval, strict=True):
            if not 0 < lo <= hi < 1:
                raise UsageError(
                    f"the prior of {kind} lies between 0 and 1, both left out, not {lo:g} to "
                    f"{hi:g}: no cue could move it"
                )
        low = math.fsum(lo for lo, _ in self.interval)
        high = math.fsum(hi for _, hi in self.interval)
        if low > 1 + 1e-9 or high < 1 - 1e-9:
            raise UsageError(
                f"the priors of the three classes cannot sum to 1: they sum to {low:g} at least "
                f"and {high:g} at most"
            )

    def vertices(self) -> list[Triple]:
        """Return the corners of the set of priors that lie in their intervals and sum to 1."""
        out: set[Triple] = set()
        for free in range(3):
            fixed = [k for k in range(3) if k != free]
            for ends in product(*(self.interval[k] for k in fixed)):
                rest = 1.0 - math.fsum(ends)
                lo, hi = self.interval[free]
                if lo - 1e-12 <= rest <= hi + 1e-12:
                    values = dict(zip(fixed, ends, strict=True)) | {free: min(max(rest, lo), hi)}
                    out.add((values[0], values[1], values[2]))
        return sorted(out)

    @property
    def centre(self) -> Triple:
        """One prior inside: the mean of the corners."""
        corners = self.vertices()
        a, b, c = (math.fsum(one[k] for one in corners) / len(corners) for k in range(3))
        return a, b, c


def grouped(cues: Sequence[Cue]) -> tuple[Group, ...]:
    """Return the groups in the order of their first cue; the hull of the cues of each."""
    held: dict[str, list[Cue]] = {}
    notes: dict[str, list[str]] = {}
    for cue in cues:
        name = cue.group or cue.name
        if any(word in cue.name.casefold() for word in _NON_COOPERATIVE):
            if name != NON_COOPERATIVE and cue.group:
                notes.setdefault(NON_COOPERATIVE, []).append(
                    f'"{cue.name}" is counted in this group, not in "{cue.group}"'
                )
            name = NON_COOPERATIVE
        held.setdefault(name, []).append(cue)
    return tuple(_group(name, of, notes.get(name, [])) for name, of in held.items())


def _group(name: str, cues: Sequence[Cue], notes: Sequence[str]) -> Group:
    # Likelihoods are known up to a factor for each cue, so only ratios of two cues compare: each
    # is scaled to a geometric mean of 1 over its middles before the hull is taken.
    scaled = [_scaled(cue.likelihood) for cue in cues] if len(cues) > 1 else [cues[0].likelihood]
    hull = tuple(
        (min(one[k][0] for one in scaled), max(one[k][1] for one in scaled)) for k in range(3)
    )
    told = list(notes)
    if name == NON_COOPERATIVE:
        told.append("lawful military flights there often lack transponder, plan and radio too")
    if len(cues) > 1:
        told.append(
            f"{len(cues)} cues that come together count once, with the hull of their ranges"
        )
    told += [cue.note for cue in cues if cue.note]
    return Group(
        name,
        tuple(cue.name for cue in cues),
        (hull[0], hull[1], hull[2]),
        tuple(dict.fromkeys(cue.source for cue in cues)),
        tuple(told),
    )


def _scaled(likelihood: Sequence[Interval]) -> list[Interval]:
    log_middle = math.fsum(math.log(lo * hi) / 2 for lo, hi in likelihood) / 3
    factor = math.exp(-log_middle)
    return [(lo * factor, hi * factor) for lo, hi in likelihood]


def posterior(prior: Sequence[float], likelihoods: Sequence[Sequence[float]]) -> Triple:
    """Return P of each class for one prior and one likelihood triple for each group."""
    logs = [
        math.log(prior[k]) + math.fsum(math.log(one[k]) for one in likelihoods) for k in range(3)
    ]
    top = max(logs)
    weight = [math.exp(one - top) for one in logs]
    total = math.fsum(weight)
    return weight[0] / total, weight[1] / total, weight[2] / total


def bounds(prior: Prior, groups: Sequence[Group]) -> tuple[Interval, Interval, Interval]:
    """Return the exact range of P of each class over all priors and likelihoods allowed."""
    corners = prior.vertices()
    out = []
    for kind in range(3):
        ends = []
        for best in (0, 1):  # the corner worst, then best, for this class
            corner = [
                [one.likelihood[k][best if k == kind else 1 - best] for k in range(3)]
                for one in groups
            ]
            reached = [posterior(at, corner)[kind] for at in corners]
            ends.append(max(reached) if best else min(reached))
        out.append((ends[0], ends[1]))
    return out[0], out[1], out[2]


def middle(prior: Prior, groups: Sequence[Group]) -> Triple:
    """Return P at the middle of every interval (geometric for likelihoods): a point to compare."""
    centres = [[math.sqrt(lo * hi) for lo, hi in one.likelihood] for one in groups]
    return posterior(prior.centre, centres)


def pinned(group: Group) -> Group:
    """Return a group with its likelihoods known: the middles of their intervals."""
    at = tuple(math.sqrt(lo * hi) for lo, hi in group.likelihood)
    return Group(
        group.name,
        group.cues,
        ((at[0], at[0]), (at[1], at[1]), (at[2], at[2])),
        group.sources,
        group.notes,
    )


def prior_of(given: Mapping[str, float | Interval], source: str = "") -> Prior:
    """Return a prior from one value or interval for each class.

    Raises UsageError where a class is missing: the prior has no default.
    """
    missing = [kind for kind in CLASSES if kind not in given]
    if missing:
        raise UsageError(
            f"the prior of {' and '.join(missing)} is missing; it has no default",
            hint=f"give {', '.join(CLASSES)}: a number or [from, to] each",
        )
    ends = []
    for kind in CLASSES:
        value = given[kind]
        ends.append((value[0], value[1]) if isinstance(value, tuple) else (value, value))
    return Prior((ends[0], ends[1], ends[2]), source)
