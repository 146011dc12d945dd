"""Coordination in words and as JSON: pairs seen, pairs that shifts give, and how sure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tocsin.pattern.coordinate import Coordination
from tocsin.pattern.words import chance, value

SHOWN = 0.01
HINTED = 0.05
TOGETHER = "incidents of different states fall together"
WEAK = "weak evidence that incidents of different states fall together"
NO_SIGN = "no sign that incidents of different states fall together"


def verdict(answer: Coordination) -> str:
    """Return the word: shown up to p .01 in every draw, weak up to .05."""
    if max(answer.p, answer.p_range[1]) <= SHOWN:
        return TOGETHER
    return WEAK if answer.p <= HINTED else NO_SIGN


def words(answer: Coordination) -> Iterator[str]:
    """Yield the lines that people read."""
    numbers = ", ".join(f"{s} {n}" for s, n in zip(answer.states, answer.numbers, strict=True))
    yield f"verdict: {verdict(answer)}"
    yield (
        f"{value(answer.pairs)} pairs of different states within {answer.near_days:g} days "
        f"({numbers}); shifted series have {value(answer.expected)} on average, 90 % of them "
        f"{value(answer.interval[0])} to {value(answer.interval[1])}"
    )
    if answer.exact and answer.shifts:
        how = f"exact: all {answer.shifts} shifts by whole days"
    elif answer.exact:
        how = "exact: all shifts, measured"
    else:
        how = f"{answer.shifts} seeded shifts"
    yield f"p {chance(answer.p)}, one-sided ({how})"
    if answer.draws > 1:
        low, high = answer.p_range
        yield (
            f"uncertain dates and disputed rows: {answer.draws} draws, each shifted alike; taken "
            f"alone their p run from {chance(low)} to {chance(high)}"
        )
    if answer.p > HINTED:
        yield f"with {answer.count} incidents an absent sign is weak: few pairs can be expected"
    yield (
        "the shifts keep each state's own clusters, but a swell that all states share would also "
        "make pairs: this speaks of timing, not of command"
    )


def as_json(answer: Coordination) -> dict[str, Any]:
    """Return the answer as one JSON object."""
    return {
        "verdict": verdict(answer),
        "words": list(words(answer)),
        "events": answer.count,
        "states": dict(zip(answer.states, answer.numbers, strict=True)),
        "near_days": answer.near_days,
        "pairs": answer.pairs,
        "expected": answer.expected,
        "shifted_interval": list(answer.interval),
        "p": answer.p,
        "exact": answer.exact,
        "shifts": answer.shifts or None,
        "p_range": list(answer.p_range),
        "draws": answer.draws,
    }
