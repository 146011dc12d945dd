"""Where the names of points go, so that no two of them and no point lie over one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.pattern.figures.elements import SIZE, Anchor, width_of

Box = tuple[float, float, float, float]  # left, top, right, bottom, in points


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name stands beside its point."""

    dx: float
    dy: float  # of the base line
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Dot:
    """A point in need of a name, in points from the top left of the page."""

    x: float
    y: float
    r: float
    text: str


def placed(dots: Sequence[Dot], frame: Box) -> list[Place | None]:
    """Return a place for the name of each point, or None where there is no room for it.

    Right, left, above and below are tried in turn; the first points come first, so the caller
    puts those that matter most in front.
    """
    taken = [(d.x - d.r, d.y - d.r, d.x + d.r, d.y + d.r) for d in dots]
    out: list[Place | None] = []
    for k, dot in enumerate(dots):
        others = taken[:k] + taken[k + 1 :]
        out.append(None)
        for place in _around(dot.r):
            box = _box(dot, place)
            inside = frame[0] <= box[0] and frame[1] <= box[1] and box[3] <= frame[3]
            if inside and not any(_meet(box, other) for other in others):
                out[k] = place
                taken.append(box)
                break
    return out


def _around(r: float) -> tuple[Place, ...]:
    away = r + 3
    return (
        Place(away, 4, "start"),
        Place(-away, 4, "end"),
        Place(0, -away - 1, "middle"),
        Place(0, away + SIZE - 2, "middle"),
    )


def _box(dot: Dot, place: Place) -> Box:
    wide = width_of(dot.text)
    x, y = dot.x + place.dx, dot.y + place.dy
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[place.anchor]
    return left, y - SIZE + 2, left + wide, y + 2


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
