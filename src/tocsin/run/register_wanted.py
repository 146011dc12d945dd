"""What words ask of a register: the filter behind options of a command and parameters of a path."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from tocsin.errors import IncidentError, UsageError
from tocsin.register.query import Filter, Standing, window
from tocsin.register.workflow import State
from tocsin.schema import Domain, Tlp, Verification

Word = TypeVar("Word", bound=StrEnum)


def wanted_of(
    *,
    state: str | None = None,
    domain: str | None = None,
    year: str | None = None,
    actor: str | None = None,
    verification: str | None = None,
    tlp: str | None = None,
    workflow: str | None = None,
    text: str | None = None,
    box: str | None = None,
    include: Sequence[str] = (),
    mark: str = "--",
) -> Filter:
    """Return the filter that words ask for; raise UsageError for a value that is none.

    mark  what stands before a name in an error: "--" of an option, nothing of a parameter
    """
    try:
        begin_ns, end_ns = window(year) if year is not None else (None, None)
    except IncidentError as error:
        raise UsageError(f"{mark}year: {error.problem}", hint=error.hint) from None
    return Filter(
        state=state.upper() if state else None,
        domain=_one(Domain, domain, f"{mark}domain"),
        begin_ns=begin_ns,
        end_ns=end_ns,
        actor=actor,
        verification=_one(Verification, verification, f"{mark}verification"),
        tlp=_one(Tlp, tlp.upper() if tlp else None, f"{mark}tlp"),
        workflow=_one(State, workflow, f"{mark}workflow"),
        text=text,
        box=box_of(box, f"{mark}bbox"),
        include=frozenset(_each(Standing, word, f"{mark}include") for word in include),
    )


def box_of(text: str | None, name: str) -> tuple[float, float, float, float] | None:
    """Return the corners of a box in degrees; heights between them are left out (RFC 7946, 5)."""
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4:
        raise UsageError(
            f'{name} "{text}" is no box', hint="write WEST,SOUTH,EAST,NORTH: 21,57,29,60"
        )
    west, south, east, north = numbers
    return west, south, east, north


def _one(kind: type[Word], word: str | None, name: str) -> Word | None:
    return None if word is None else _each(kind, word, name)


def _each(kind: type[Word], word: str, name: str) -> Word:
    values = [each.value for each in kind]
    if word not in values:
        raise UsageError(f'{name} "{word}" is unknown', hint=f"use {', '.join(values)}")
    return kind(word)
