"""Which revision of an incident a question meets, as of another time than now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, select

from tocsin.register.query import Times
from tocsin.register.sql.tables import FACT

Condition = ColumnElement[bool]
_FACT = FACT.c


def current(times: Times) -> list[tuple[Condition, Condition | None]]:
    """Return the condition that a row is the one met, and what more makes that sure.

    recorded   the newest revision that was recorded by then
    as of      of those, the newest that was surely known by then; where there is none, the
               newest that may have been, and then nothing about it is sure
    """
    if times.as_of_ns is None and times.recorded_ns is None:
        return [(_FACT.head == 1, None)]
    other = FACT.alias("other")

    def held(columns: Any) -> list[Condition]:
        if times.recorded_ns is None:
            return []
        return [columns.recorded_ns <= times.recorded_ns]

    def none(*conditions: Condition) -> Condition:
        same = (other.c.incident == _FACT.incident, other.c.state_n == 0, other.c.actor_n == 0)
        return ~select(literal(1)).where(*same, *held(other.c), *conditions).exists()

    later = other.c.number > _FACT.number
    # The newest revision has no later one: the common case needs no second look.
    newest = _FACT.head == 1
    if times.as_of_ns is None:
        return [(and_(*held(_FACT), or_(newest, none(later))), None)]
    known = other.c.known_by <= times.as_of_ns
    maybe = other.c.known_from < times.as_of_ns
    sure = and_(_FACT.known_by <= times.as_of_ns, or_(newest, none(later, known)))
    perhaps = and_(
        _FACT.known_by > times.as_of_ns,
        _FACT.known_from < times.as_of_ns,
        none(known),
        or_(newest, none(later, maybe)),
    )
    return [(and_(*held(_FACT), or_(sure, perhaps)), _FACT.known_by <= times.as_of_ns)]
