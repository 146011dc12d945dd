"""What a file of records came to: those that could be read, and those refused with a reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tocsin.context.refused import Refused
from tocsin.schema import Refusal

T = TypeVar("T")

RAW_CHARS = 120  # of a refused record, enough to find and judge it


@dataclass(frozen=True, slots=True)
class Gathered(Generic[T]):
    """The records of one file; every record is in `items` or in `refusals`."""

    items: tuple[T, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def records(self) -> int:
        return len(self.items) + len(self.refusals)

    @property
    def reasons(self) -> dict[str, int]:
        """How many records were refused for each reason, by name of the reason."""
        return dict(sorted(Counter(refusal.reason for refusal in self.refusals).items()))


@dataclass(slots=True)
class Gathering(Generic[T]):
    """Collects the records of one file while it is read."""

    path: str
    items: list[T] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, place: str, refused: Refused, raw: str = "") -> None:
        raw = " ".join(raw.split())[:RAW_CHARS]
        self.refusals.append(Refusal(self.path, place, refused.reason, refused.detail, raw))

    def done(self) -> Gathered[T]:
        return Gathered(tuple(self.items), tuple(self.refusals))
