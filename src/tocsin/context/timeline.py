"""The response: detected, scrambled, airborne, intercepted, escorted, out, and the time between.

A step happened somewhere between the earliest and the latest moment that its records leave open.
Rival words for the same step of the same responder widen that; several responders (two pairs that
took off) are several events, of which the first counts.  A step nobody recorded stays missing, and
so does the time to and from it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tocsin.context.logs import STEPS
from tocsin.context.moments import text_of
from tocsin.schema import Report


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the response; None where that end is open."""

    name: str
    earliest_ns: int | None
    latest_ns: int | None
    by: tuple[str, ...]
    rows: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The time from one step to another, in seconds; None where it has no bound."""

    first: str
    then: str
    min_s: float | None
    max_s: float | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is known of the response, in the order in which a response goes."""

    steps: tuple[Step, ...]  # of those recorded
    between: tuple[Between, ...]  # of neighbouring steps that are both recorded with a time
    missing: tuple[str, ...]  # steps that nobody recorded
    violations: tuple[str, ...]  # steps that certainly came in another order

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)

    def from_to(self, first: str, then: str) -> Between | None:
        """Return the time between any two steps, None where one is missing or has no time.

        Raises ValueError for a step that does not exist.
        """
        for name in (first, then):
            if name not in STEPS:
                raise ValueError(f'"{name}" is no step; they are {", ".join(STEPS)}')
        a, b = self.step(first), self.step(then)
        return _between(a, b) if a and b else None


def timeline(reports: Iterable[Report]) -> Timeline:
    """Return the timeline of the reports of kind "response" that name a step."""
    found: dict[str, dict[str, list[Report]]] = {}
    for report in reports:
        if report.kind == "response" and report.step in STEPS:
            found.setdefault(report.step, {}).setdefault(report.subject, []).append(report)
    steps = tuple(_step(name, found[name]) for name in STEPS if name in found)
    by_name = {step.name: step for step in steps}
    pairs = [
        _between(by_name[a], by_name[b])
        for a, b in itertools.pairwise(STEPS)
        if a in by_name and b in by_name
    ]
    return Timeline(
        steps=steps,
        between=tuple(pair for pair in pairs if pair is not None),
        missing=tuple(name for name in STEPS if name not in by_name),
        violations=_violations(steps),
    )


def _step(name: str, by_subject: Mapping[str, list[Report]]) -> Step:
    """Return the first of the events that have this name."""
    hulls = [_hull(rows) for rows in by_subject.values()]
    timed = [hull for hull in hulls if hull != (None, None)]
    # The first of several: as early as the earliest of them, as late as the first that was over.
    starts, ends = [a for a, _ in timed], [b for _, b in timed]
    known = [b for b in ends if b is not None]
    return Step(
        name=name,
        earliest_ns=min((a for a in starts if a is not None), default=None)
        if None not in starts
        else None,
        latest_ns=min(known, default=None),
        by=tuple(sorted({row.by for rows in by_subject.values() for row in rows} - {""})),
        rows=tuple(row for rows in by_subject.values() for row in rows),
    )


def _hull(rows: list[Report]) -> tuple[int | None, int | None]:
    """Return the bounds that all words for one event leave open.

    A row with a time and no end is a moment; one with an end and no time has no lower bound.
    """
    timed = [row for row in rows if row.t_ns is not None or row.until_ns is not None]
    if not timed:
        return None, None
    starts = [row.t_ns for row in timed]
    ends = [row.until_ns if row.until_ns is not None else row.t_ns for row in timed]
    lower = None if None in starts else min(t for t in starts if t is not None)
    return lower, max(t for t in ends if t is not None)


def _between(a: Step, b: Step) -> Between | None:
    least = _seconds(b.earliest_ns, a.latest_ns)
    most = _seconds(b.latest_ns, a.earliest_ns)
    if least is None and most is None:
        return None
    return Between(a.name, b.name, least, most)


def _seconds(end_ns: int | None, begin_ns: int | None) -> float | None:
    return None if end_ns is None or begin_ns is None else (end_ns - begin_ns) / 1e9


def _violations(steps: tuple[Step, ...]) -> tuple[str, ...]:
    out = []
    for k, a in enumerate(steps):
        for b in steps[k + 1 :]:
            if a.earliest_ns is None or b.latest_ns is None or b.latest_ns >= a.earliest_ns:
                continue
            out.append(
                f"{b.name} ({text_of(b.latest_ns)} at the latest) comes before "
                f"{a.name} ({text_of(a.earliest_ns)} at the earliest)"
            )
    return tuple(out)
