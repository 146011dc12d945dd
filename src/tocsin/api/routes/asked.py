"""Parameters that several paths share, and the question they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from tocsin.register.query import Filter, Times
from tocsin.run.register import times_of
from tocsin.run.register_wanted import wanted_of

Word = Annotated[str | None, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many.")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="After so many.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about the register."""

    wanted: Filter
    times: Times
    as_of: str | None
    recorded_as_of: str | None


def asked(
    state: Word = None,
    domain: Word = None,
    year: Word = None,
    actor: Word = None,
    verification: Word = None,
    tlp: Word = None,
    workflow: Word = None,
    text: Word = None,
    bbox: Word = None,
    include: Annotated[list[str] | None, Query(max_length=8)] = None,
    as_of: Word = None,
    recorded_as_of: Word = None,
) -> Asked:
    """Return the question that parameters ask; an empty field of a form asks nothing."""
    wanted = wanted_of(
        state=state or None,
        domain=domain or None,
        year=year or None,
        actor=actor or None,
        verification=verification or None,
        tlp=tlp or None,
        workflow=workflow or None,
        text=text or None,
        box=bbox or None,
        include=_given(include),
        mark="",
    )
    until, recorded = as_of or None, recorded_as_of or None
    return Asked(wanted, times_of(until, recorded), until, recorded)


def _given(words: Sequence[str] | None) -> list[str]:
    return [word for word in words or () if word]


Question = Annotated[Asked, Depends(asked)]
