"""The least bias found by straight lines, followed to where it truly lies.

Far from what the data allow, nothing is straight: a bias in azimuth turns about its radar, and one
that sets two radars against each other drives the height that they had settled to an end of its
prior.  So the flight is drawn again from its plots, corrected by the bias that was found, and the
length of the bias is put right along its ray: P(test | bias, data) >= 0.5 is counted there and not
extrapolated.  Three ways are tried: the least bias by how the flight moved with the biases among
its samples; the least biases by which each sensor alone would come to satisfy the test, all of them
together; and the least by which all sensors would be off alike, so that none is left to contradict
the others.  The shortest of what holds up is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.schema import Floats

NEAR_SIGMA = 20.0
TRIES = 8  # lengths along a ray
TRIES_ALIKE = 5
FIRST = 0.02  # of a length, to see how the margin goes
EXCESS = 0.1  # beyond where a line is 0
FARTHEST = 1.4  # times as long as the last, at most
ALIKE = 1.15  # times as long at most, the way of one limit is taken for its rival's
WIDTH_SIGMA = 0.05  # of what is left between the longest that fails and the shortest that holds
WIDTH = 0.01  # or as a share of it

#: The least bias by straight lines.
Way = Callable[[], Floats | None]
#: The median margin of the test in a flight drawn again, and the share of it in which it holds.
Weighing = Callable[[Floats], tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Confirmed:
    """A bias under which the flight, drawn again, satisfies the test at least half of the time."""

    bias: Floats
    p: float


def confirmed(
    ways: Sequence[Way], weighing: Weighing, before: Floats | None, limit: float
) -> Confirmed | None:
    """Return the least bias that holds up when the flight is drawn again; None where none does.

    ways    to a bias that may do, by straight lines; those first that hold up far out
    before  what a rival limit needed: rivals lie close together, and what was drawn for one of
            them serves the others as well
    """
    size = 0.0 if before is None else float(np.linalg.norm(before))
    if before is not None and size:
        alike = _on_its_ray(weighing, before, ALIKE * size, tries=TRIES_ALIKE)
        if alike is not None and float(np.linalg.norm(alike.bias)) <= limit:
            return alike
    points = [point for point in (way() for way in ways) if point is not None]
    # Near by, lines are to be trusted and the shortest is likely the answer; far out they are not.
    near = [point for point in points if float(np.linalg.norm(point)) <= NEAR_SIGMA]
    far = [point for point in points if float(np.linalg.norm(point)) > NEAR_SIGMA]
    best: Confirmed | None = None
    for point in sorted(near, key=lambda b: float(np.linalg.norm(b))) + far:
        most = limit if best is None else float(np.linalg.norm(best.bias))
        if best is not None and _comes_late(weighing, point, most):
            continue
        found = _on_its_ray(weighing, point, most)
        if found and (best is None or np.linalg.norm(found.bias) < np.linalg.norm(best.bias)):
            best = found
    return best


def _comes_late(weighing: Weighing, point: Floats, most: float) -> bool:
    """Return whether a way fails as far out as the best that is known, and was still rising there.

    One that begins beyond it is tried at it in any case.
    """
    size = float(np.linalg.norm(point))
    if not 0 < size < most:
        return False
    (here, _), (there, _) = (weighing(_as_long(point, length)) for length in (size, most))
    return bool(here <= there < 0)


def _as_long(point: Floats, length: float) -> Floats:
    """Return the bias of a length on the ray of a point, to a thousandth of a sigma.

    The last digits of a search are not to decide what is drawn, nor to have it drawn twice.
    """
    return np.round(length / float(np.linalg.norm(point)) * point, 3)


def _on_its_ray(
    weighing: Weighing, point: Floats, limit: float, *, tries: int = TRIES
) -> Confirmed | None:
    """Return the least multiple of a point near it that satisfies the test when drawn again."""
    size = float(np.linalg.norm(point))
    if size == 0:
        return None
    found: Confirmed | None = None
    low: tuple[float, float] | None = None  # the longest that fails, and its margin
    high: tuple[float, float] | None = None  # the shortest that holds
    at = min(size, limit)
    for _ in range(tries):
        bias = _as_long(point, at)
        margin, p = weighing(bias)
        before = high or low
        if margin >= 0:
            high, found = (at, margin), Confirmed(bias, p)
        elif np.isfinite(margin):
            low = (at, margin)
        else:
            break
        if low and high:
            if high[0] - low[0] <= max(WIDTH_SIGMA, WIDTH * high[0]):
                break
            # Where a line between the two is 0, and a little on: a margin bends.
            share = low[1] / (low[1] - high[1]) + EXCESS
            at = low[0] + (high[0] - low[0]) * min(max(share, 0.1), 0.9)
        else:
            goal = _further(at, margin, before, limit)
            if goal is None:
                break
            at = goal
    return found


def _further(
    at: float, margin: float, before: tuple[float, float] | None, limit: float
) -> float | None:
    """Return the next length where no two enclose the answer yet; None where there is none.

    before  the length tried before, and its margin
    """
    onward = 1.0 if margin < 0 else -1.0
    goal = at * (1 + FIRST * onward)
    if before and (margin - before[1]) * (at - before[0]) > 0:
        slope = (margin - before[1]) / (at - before[0])
        goal = at - margin / slope * (1 + EXCESS)
    elif before:
        goal = at * (FARTHEST if margin < 0 else 1 / FARTHEST)
    goal = min(max(goal, at / FARTHEST), at * FARTHEST)
    if margin < 0 and at >= limit:
        return None
    return min(goal, limit)
