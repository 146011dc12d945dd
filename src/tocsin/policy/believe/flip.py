"""The one number whose change turns the advice, and by how much it has to move.

Each coordinate is moved alone.  To compare unlike things a scale is needed, and a scale is a
judgement: a step is 0.1 of the prior, 0.1 of phi, one doubling of the cost ratio, one doubling of
the recovery.  Another scale can be passed in, and the order may then change.

A position that is divided has nothing to turn; what would settle it is given instead: the value of
each number at which its others no longer matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, log2

from tocsin.errors import UsageError
from tocsin.policy.believe.model import COORDINATES, Stakes, crossing
from tocsin.policy.believe.position import Advice, Position, advice

#: What one step is: an amount, or for the last two a factor.
STEP = {"prior": 0.1, "phi": 0.1, "cost_ratio": 2.0, "recovery": 2.0}
_FACTORS = ("cost_ratio", "recovery")
#: Where a turn may lie.  Beyond a thousand million it is what rounding leaves of "never".
_MOST = 1e9
_ENDS = {
    "prior": (0.0, 1.0),
    "phi": (0.0, 1.0),
    "cost_ratio": (1 / _MOST, _MOST),
    "recovery": (1 / _MOST, _MOST),
}


@dataclass(frozen=True, slots=True)
class Flip:
    """One number, moved alone to where the advice turns."""

    coordinate: str
    now: float  # the end of the interval nearest to the turn
    at: float | None  # None: no value of it turns the advice
    steps: float | None
    to: Advice  # what is advised beyond

    def sentence(self) -> str:
        name = self.coordinate.replace("_", " ")
        if self.at is None:
            return f"no value of {name} turns it"
        return f'{name} {self.now:.3g} -> {self.at:.3g} turns it to "{self.to}"'


@dataclass(frozen=True, slots=True)
class Settles:
    """For a divided position: from where one number settles the question by itself."""

    coordinate: str
    ring: float | None  # from this value on ringing is worth it whatever the others are
    not_ring: float | None  # from this value on it is not
    now: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Swap:
    """One number taken over from the other party."""

    coordinate: str
    before: Advice
    after: Advice


def flips(
    position: Position, stakes: Stakes, step: Mapping[str, float] | None = None
) -> tuple[Flip, ...]:
    """Return the turn of every coordinate, the smallest in steps first; empty when divided."""
    scale = _scale(step)
    now = advice(position, stakes)
    if now is Advice.DIVIDED:
        return ()
    corner = position.worst if now is Advice.RING else position.best
    to = Advice.NOT if now is Advice.RING else Advice.RING
    if not position.is_point:
        to = Advice.DIVIDED  # this corner turns first; the rest of the box stays as it is
    out = []
    for name in COORDINATES:
        value = getattr(corner, name)
        at = _inside(name, crossing(name, corner, stakes))
        steps = None if at is None else _steps(name, value, at, scale[name])
        out.append(Flip(name, value, at, steps, to))
    return tuple(sorted(out, key=lambda flip: inf if flip.steps is None else flip.steps))


def settles(position: Position, stakes: Stakes) -> tuple[Settles, ...]:
    """Return from where each number alone would settle a divided position."""
    out = []
    for name in COORDINATES:
        ring = _inside(name, crossing(name, position.worst, stakes))
        quiet = _inside(name, crossing(name, position.best, stakes))
        out.append(Settles(name, ring, quiet, position.box[name]))
    return tuple(out)


def swaps(position: Position, other: Position, stakes: Stakes) -> tuple[Swap, ...]:
    """Return what the position would advise with one number of the other party's at a time."""
    before = advice(position, stakes)
    return tuple(
        Swap(name, before, advice(position.with_(**{name: other.box[name]}), stakes))
        for name in COORDINATES
    )


def _inside(name: str, value: float) -> float | None:
    low, high = _ENDS[name]
    if not isfinite(value):
        return None
    open_ends = name != "phi"
    fits = low < value < high if open_ends else low <= value <= high
    return value if fits else None


def _steps(name: str, now: float, at: float, step: float) -> float:
    if name in _FACTORS:
        return abs(log2(at / now)) / log2(step)
    return abs(at - now) / step


def _scale(given: Mapping[str, float] | None) -> dict[str, float]:
    scale = STEP | dict(given or {})
    for name, value in scale.items():
        if name not in STEP:
            raise UsageError(f'"{name}" is no number of a position')
        least = 1.0 if name in _FACTORS else 0.0
        if not (isfinite(value) and value > least):
            raise UsageError(f"a step of {name} lies above {least:g}, not at {value}")
    return scale
