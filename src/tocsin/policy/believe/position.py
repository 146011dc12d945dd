"""What one party believes: four numbers, each a point or an interval, and what follows.

A position is a box.  Its advice is to ring if ringing is worth it everywhere in the box, not to
ring if nowhere, and divided otherwise: then its own numbers do not settle the question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from tocsin.errors import UsageError
from tocsin.policy.believe.model import COORDINATES, Belief, Stakes, gain_of

Interval = tuple[float, float]
_RANGE = {
    "prior": "is a probability, above 0 and below 1: no evidence could move a certainty",
    "phi": "is the share one false ring wears off, from 0 to 1",
    "cost_ratio": "is a cost over a gain and lies above 0: a false ring that costs nothing, or "
    "pays, leaves nothing to weigh",
    "recovery": "is a rate a year and lies above 0: a response that never comes back makes a "
    "false ring cost without end",
}


class Advice(StrEnum):
    """What a position's numbers say."""

    RING = "ring"
    NOT = "do not ring"
    DIVIDED = "divided"


@dataclass(frozen=True, slots=True)
class Position:
    """One party's beliefs.  Low and high of every number may be the same."""

    name: str
    prior: Interval
    phi: Interval
    cost_ratio: Interval
    recovery: Interval
    says: Advice | None = None  # what the party itself concludes, where it is on record
    sources: tuple[str, ...] = ()  # for the view; the numbers are nobody's unless it says so
    note: str = ""

    def __post_init__(self) -> None:
        for name in COORDINATES:
            low, high = getattr(self, name)
            if not (isfinite(low) and isfinite(high)):
                raise UsageError(f"{self.name}: {name} = {low} to {high} is not finite")
            if low > high:
                raise UsageError(
                    f"{self.name} contradicts itself: {name} is at least {low:g} and at most "
                    f"{high:g}",
                    hint="write the lower number first",
                )
            inside = {
                "prior": low > 0 and high < 1,
                "phi": low >= 0 and high <= 1,
                "cost_ratio": low > 0,
                "recovery": low > 0,
            }
            if not inside[name]:
                shown = f"{low:g}" if low == high else f"{low:g} to {high:g}"
                raise UsageError(f"{self.name}: {name} = {shown}; it {_RANGE[name]}")

    @classmethod
    def of(cls, name: str, box: Mapping[str, Interval]) -> Position:
        """Return a position from its four intervals by name."""
        return cls(name, box["prior"], box["phi"], box["cost_ratio"], box["recovery"])

    @property
    def is_point(self) -> bool:
        return all(low == high for low, high in self.box.values())

    @property
    def box(self) -> dict[str, Interval]:
        """The four intervals by name."""
        return {name: getattr(self, name) for name in COORDINATES}

    @property
    def best(self) -> Belief:
        """The corner at which ringing is worth most."""
        return self._corner(True)

    @property
    def worst(self) -> Belief:
        """The corner at which ringing is worth least."""
        return self._corner(False)

    @property
    def middle(self) -> Belief:
        return Belief(**{name: (low + high) / 2 for name, (low, high) in self.box.items()})

    def with_(self, **changes: Interval) -> Position:
        """Return this position with some of its numbers changed."""
        kept = self.box | changes
        return Position(self.name, **kept, says=self.says, sources=self.sources, note=self.note)

    def _corner(self, best: bool) -> Belief:
        return Belief(**{name: self.box[name][more is best] for name, more in COORDINATES.items()})


def advice(position: Position, stakes: Stakes) -> Advice:
    """Return what the position's numbers say.  Where ringing just balances, it is not advised."""
    low, high = gains(position, stakes)
    if low > 0:
        return Advice.RING
    return Advice.NOT if high <= 0 else Advice.DIVIDED


def gains(position: Position, stakes: Stakes) -> Interval:
    """Return the least and the most of G over the box."""
    return gain_of(position.worst, stakes), gain_of(position.best, stakes)


def read(given: Mapping[str, object], path: str = "") -> Position:
    """Return a position from a mapping: `name`, and each number as x or as [low, high].

    Raises UsageError with the key that is missing, unknown or no number.
    """
    name = given.get("name")
    if not isinstance(name, str) or not name:
        raise UsageError("a position needs a name", path=path)
    allowed = {"name", "says", "sources", "note", *COORDINATES}
    for key in given:
        if key not in allowed:
            raise UsageError(
                f'{name}: "{key}" means nothing here',
                path=path,
                hint=f"use {', '.join([*COORDINATES, 'says', 'sources', 'note'])}",
            )
    says = given.get("says")
    if says is not None and says not in ("ring", "do not ring"):
        raise UsageError(
            f'{name}: says = "{says}"', path=path, hint='write "ring" or "do not ring"'
        )
    sources = given.get("sources", [])
    if not isinstance(sources, list | tuple):
        raise UsageError(f"{name}: sources is a list of text", path=path)
    box = {key: _interval(name, key, given.get(key), path) for key in COORDINATES}
    return Position(
        name,
        **box,
        says=Advice(str(says)) if says is not None else None,
        sources=tuple(str(item) for item in sources),
        note=str(given.get("note", "")),
    )


def _interval(name: str, key: str, value: object, path: str) -> Interval:
    if value is None:
        raise UsageError(
            f"{name} says nothing of {key}, which has no default",
            path=path,
            hint=f"write {key} as a number or as [low, high]",
        )
    pair = value if isinstance(value, list | tuple) else [value, value]
    numbers = [x for x in pair if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(pair) != 2 or len(numbers) != 2:
        raise UsageError(
            f"{name}: {key} = {value!r} is neither a number nor [low, high]", path=path
        )
    return float(numbers[0]), float(numbers[1])
