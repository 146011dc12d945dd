"""What names an incident for good: `ID@REV`, and the same as a path, `/i/ID@REV`."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.errors import UsageError

_MOST_DIGITS = 9  # of a revision's number: what every store can hold


@dataclass(frozen=True, slots=True)
class Link:
    """An incident, at one revision or, without a number, at its newest."""

    incident: str
    number: int | None = None

    def __str__(self) -> str:
        return self.incident if self.number is None else f"{self.incident}@{self.number}"

    @property
    def path(self) -> str:
        return f"/i/{self}"


def link_of(text: str) -> Link:
    """Return the link that text means: `ID`, `ID@REV`, or a path or address ending in them."""
    name = text.partition("?")[0].partition("#")[0]
    if "/" in name:
        name = name.rstrip("/").rpartition("/i/")[2]
    incident, at, number = name.partition("@")
    if not incident or "/" in incident or (at and not (number.isascii() and number.isdigit())):
        raise UsageError(f'"{text}" names no incident', hint="write ID, or ID@REV for one revision")
    if at and not (len(number) <= _MOST_DIGITS and int(number) >= 1):
        raise UsageError(f'"{text}" names no revision', hint="revisions are numbered from 1")
    return Link(incident, int(number) if at else None)
