"""What is exported: an incident at one revision, with its dissents; and what a file says of itself.

An `Item` can be made from an incident alone; what only a store knows is then empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.schema import Incident, Tlp
from tocsin.schema.incident import SCHEMA_ID
from tocsin.schema.moment import utc

#: The most restricted first, as `Tlp` lists them.
_ORDER = tuple(Tlp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One revision of an incident, on its way out."""

    incident: Incident
    number: int = 0  # 0: from no register
    state: str = ""  # of the workflow
    action: str = ""
    author: str = ""
    reason: str = ""
    known_on: str = ""
    hash: str = ""  # of the revision; "" also where something it covers was removed
    previous: str = ""
    content_sha256: str = ""  # of the incident; the same
    recorded_ns: int | None = None
    first_ns: int | None = None  # when the first revision was recorded
    decided: bool = True  # False: the question could not tell whether it belongs
    marking: Tlp | None = None  # of the newest revision, where this is an older one
    dissents: tuple[Mapping[str, Any], ...] = ()

    @property
    def link(self) -> str:
        return f"{self.incident.id}@{self.number}" if self.number else self.incident.id

    @property
    def tlp(self) -> Tlp:
        """The stricter mark of this revision and of the newest: who marks later has a reason."""
        return strictest(self.incident.tlp, self.marking or self.incident.tlp)


@dataclass(frozen=True, slots=True, order=True)
class Removal:
    """Something that was taken out of an incident before it left."""

    id: str
    field: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an exported file says of itself."""

    audience: Tlp
    incidents: int
    withheld: int = 0  # marked for fewer eyes; their ids are not told
    removed: tuple[Removal, ...] = ()
    profile: Mapping[str, str] | None = None  # what the audience is spared, in words
    undecided: tuple[str, ...] = ()
    left_out: Mapping[str, int] | None = None  # what the format cannot hold, by reason
    as_of: str | None = None
    recorded_as_of: str | None = None

    def told(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA_ID,
            "for": f"TLP:{self.audience}",
            "profile": dict(self.profile or {}),
            "incidents": self.incidents,
            "withheld": self.withheld,
            "removed": [
                {"id": each.id, "field": each.field, "why": each.why} for each in self.removed
            ],
            "undecided": list(self.undecided),
            "left_out": dict(self.left_out or {}),
            "as_of": self.as_of,
            "recorded_as_of": self.recorded_as_of,
        }

    @property
    def sentence(self) -> str:
        """The same for people, in one line."""
        parts = [f"for TLP:{self.audience}: {self.incidents} incidents"]
        if self.withheld:
            parts.append(f"{self.withheld} withheld, marked for fewer")
        if self.removed:
            touched = len({each.id for each in self.removed})
            parts.append(f"{len(self.removed)} removals in {touched} of them")
        if self.undecided:
            parts.append(f"{len(self.undecided)} undecided")
        for why, count in (self.left_out or {}).items():
            parts.append(f"{count} left out, {why}")
        return "; ".join(parts)


Items = Sequence[Item]


def strictness(tlp: Tlp) -> int:
    """Return how few may see it: 0 CLEAR to 4 RED."""
    return len(_ORDER) - 1 - _ORDER.index(tlp)


def strictest(*marks: Tlp) -> Tlp:
    return max(marks, key=strictness)


def laxest(marks: Iterable[Tlp]) -> Tlp:
    return min(marks, key=strictness)


def stamp(t_ns: int | None, digits: int) -> str | None:
    return None if t_ns is None else utc(t_ns, digits)
