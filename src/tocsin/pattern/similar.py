"""The nearest precedents of an incident, each with what speaks for the likeness and what against.

Distances are Gower's (`gower`).  A distance from less than half of the weight is given and marked:
too little is known to call it near.  Transponder, flight plan and radio hang together, so that they
weigh as one feature.  Nearness is no cause and no common author.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.pattern.background import Recurrence
from tocsin.pattern.gower import Compared, Feature, Kind, Part, gower, known, scaled
from tocsin.pattern.words import LEAST, NO_CLAIM

ALIKE = 0.25  # a feature up to here speaks for
UNLIKE = 0.5  # and from here on against
ENOUGH = 0.5  # share of the weight that must have been compared

#: What a register row offers.  Three cues of one thing share the weight of one.
FEATURES = (
    Feature("place", Kind.PLACE, unit="km"),
    Feature("track", Kind.TRACK, unit="km"),
    Feature("time of day", Kind.CIRCULAR, scale=24.0, unit="h"),
    Feature("domain", Kind.CATEGORY),
    Feature("type", Kind.CATEGORY),
    Feature("state", Kind.CATEGORY),
    Feature("actor", Kind.CATEGORY),
    Feature("count", Kind.NUMBER, log=True),
    Feature("duration", Kind.NUMBER, unit="s", log=True),
    Feature("depth", Kind.NUMBER, unit="km", log=True),
    Feature("transponder", Kind.CATEGORY, weight=1 / 3),
    Feature("flight plan", Kind.CATEGORY, weight=1 / 3),
    Feature("radio", Kind.CATEGORY, weight=1 / 3),
)


@dataclass(frozen=True, slots=True)
class Precedent:
    """One past incident beside the case."""

    id: str
    compared: Compared
    title: str = ""

    @property
    def thin(self) -> bool:
        """Whether too little is known for the distance to mean much."""
        return self.compared.compared < ENOUGH

    @property
    def reasons_for(self) -> tuple[str, ...]:
        parts = [part for part in self.compared.parts if part.d is not None and part.d <= ALIKE]
        return tuple(reason(part) for part in parts)

    @property
    def reasons_against(self) -> tuple[str, ...]:
        parts = [part for part in self.compared.parts if part.d is not None and part.d >= UNLIKE]
        return tuple(reason(part) for part in parts)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "distance": self.compared.distance,
            "least": self.compared.least,
            "most": self.compared.most,
            "compared": self.compared.compared,
            "thin": self.thin,
            "for": list(self.reasons_for),
            "against": list(self.reasons_against),
            "missing": list(self.compared.missing),
            "parts": {part.feature.name: part.d for part in self.compared.parts},
        }


@dataclass(frozen=True, slots=True)
class Similar:
    """The nearest precedents, and what the place says beside its traffic."""

    id: str
    precedents: tuple[Precedent, ...]  # the nearest first
    incidents: int  # in the register, the case counted
    recurrence: Recurrence | None
    features: tuple[Feature, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(_words(self))

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": NO_CLAIM if self.incidents < LEAST else "precedents",
            "id": self.id,
            "incidents": self.incidents,
            "precedents": [one.as_json() for one in self.precedents],
            "recurrence": None if self.recurrence is None else self.recurrence.as_json(),
            "features": [
                {"name": f.name, "kind": f.kind.value, "weight": f.weight, "scale": f.scale}
                for f in self.features
            ],
            "words": list(self.words),
        }


def similar(
    id: str,
    rows: Mapping[str, Mapping[str, Any]],
    *,
    features: Sequence[Feature] = FEATURES,
    nearest: int = 5,
    titles: Mapping[str, str] | None = None,
    recurrence: Recurrence | None = None,
) -> Similar:
    """Return the precedents nearest to one incident of a register.

    rows  features of every incident by its id, the case among them; what is not known is left out
          or None.  Features that no row has are not compared at all.
    """
    used = [
        one
        for one in scaled(features, rows.values())
        if any(known(row.get(one.name)) for row in rows.values())
    ]
    found = [
        Precedent(other, gower(used, rows[id], row), (titles or {}).get(other, ""))
        for other, row in rows.items()
        if other != id
    ]
    ranked = sorted(
        (one for one in found if one.compared.distance is not None),
        key=lambda one: (one.thin, one.compared.distance or 0.0, one.id),
    )
    return Similar(id, tuple(ranked[:nearest]), len(rows), recurrence, tuple(used))


def reason(part: Part) -> str:
    """Return what one feature says of a pair, for a person."""
    name, unit = part.feature.name, part.feature.unit
    if part.feature.kind in (Kind.PLACE, Kind.TRACK):
        return f"{name}: {part.apart:.3g} km apart"
    if part.feature.kind is Kind.CIRCULAR:
        return f"{name}: {part.apart:.2g} {unit} apart".replace("  ", " ")
    if part.feature.kind is Kind.NUMBER:
        return f"{name}: {_plain(part.a)} and {_plain(part.b)}{f' {unit}' if unit else ''}"
    if part.d == 0:
        return f"{name}: both {_plain(part.a)}"
    return f"{name}: {_plain(part.a)}, there {_plain(part.b)}"


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _words(one: Similar) -> Iterator[str]:
    if one.incidents < LEAST:
        yield (
            f"{NO_CLAIM}: {one.incidents} incidents, and fewer than {LEAST} carry none. What "
            "follows is only what lies nearest."
        )
    if not one.precedents:
        yield f"Nothing in the record can be compared with {one.id}."
    for near in one.precedents:
        distance = near.compared.distance or 0.0
        range_ = f"{near.compared.least:.2f} to {near.compared.most:.2f} whatever is missing"
        thin = "; too little is known to call it near" if near.thin else ""
        yield f"{near.id}: distance {distance:.2f} ({range_}{thin})."
        if near.reasons_for:
            yield f"  for: {'; '.join(near.reasons_for)}"
        if near.reasons_against:
            yield f"  against: {'; '.join(near.reasons_against)}"
        if near.compared.missing:
            yield f"  not known on one side: {', '.join(near.compared.missing)}"
    if one.recurrence is not None:
        yield from one.recurrence.words
