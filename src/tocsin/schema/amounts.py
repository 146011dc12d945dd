"""Amounts and answers that may be unknown: an interval, or yes, no and unknown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tocsin.errors import IncidentError


class Answer(StrEnum):
    """Unknown is a value: nobody looked, nobody said, or those who did differ."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def _ordered(least: float | None, most: float | None) -> None:
    if least is not None and most is not None and least > most:
        raise IncidentError(f"the least, {least}, is more than the most, {most}")
    if (least is not None and not least >= 0) or (most is not None and not most >= 0):
        raise IncidentError(f"{least} to {most} is no amount: it is 0 or more")


@dataclass(frozen=True, slots=True)
class Count:
    """How many: from least to most; None is an open end, both None is unknown."""

    least: int | None = None
    most: int | None = None
    text: str = ""  # as said: "tens"

    def __post_init__(self) -> None:
        _ordered(self.least, self.most)


@dataclass(frozen=True, slots=True)
class Span:
    """How much, in the unit of the field's name: from least to most; None is an open end."""

    least: float | None = None
    most: float | None = None
    text: str = ""  # as said: "a few minutes", "<60"

    def __post_init__(self) -> None:
        _ordered(self.least, self.most)


@dataclass(frozen=True, slots=True)
class Stated:
    """An answer with whose word it is."""

    answer: Answer = Answer.UNKNOWN
    by: str = ""
    text: str = ""  # as said: "none with Estonian ATS"


NOT_COUNTED = Count()
NOT_MEASURED = Span()
NOT_STATED = Stated()
