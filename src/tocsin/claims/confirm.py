"""The least bias found by straight lines, followed to where it truly lies.

Far from what the data allow, nothing is straight: a bias in azimuth turns about its radar, and one
that sets two radars against each other drives the height that they had settled to an end of its
prior.  So the flight is drawn again from its plots, corrected by the bias that was found, and the
length of the bias is put right along its ray: P(test | bias, data) >= 0.5 is counted there and not
extrapolated.  Two ways are tried, the least bias if the height stays as the plots have it and the
least if it goes along; the shorter of what holds up is the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tocsin.claims.shifts import Shifts
from tocsin.schema import Floats

LOOSE_SIGMA = 20.0  # beyond it a height that went along has long come to an end of its prior
TRIES = 8  # lengths along a ray
WIDTH_SIGMA = 0.05  # of what is left between the longest that fails and the shortest that holds
WIDTH = 0.01  # or as a share of it

#: The least bias by straight lines about a study, beginning at a bias.
Search = Callable[[Shifts, Floats], Floats | None]
#: The median margin of the test in a flight drawn again, and the share of it in which it holds.
Weighing = Callable[[Shifts], tuple[float, float]]
Begin = tuple[Floats, float]


@dataclass(frozen=True, slots=True, eq=False)
class Confirmed:
    """A bias under which the flight, drawn again, satisfies the test at least half of the time."""

    bias: Floats
    p: float | None  # None: not drawn again, but as much longer than its line as the one before


def confirmed(
    shifts: Shifts, search: Search, weighing: Weighing, begin: list[Begin], limit: float
) -> Confirmed | None:
    """Return the least bias that holds up when the flight is drawn again; None where none does.

    begin  where each way is to begin, and by how much its end had to be lengthened (0: it led
           nowhere), set by the first call.  Rival limits lie close together, so what was drawn
           for one of them serves the others: their lines are lengthened alike
    """
    first = not begin
    begin += [(shifts.mean, 1.0), (shifts.mean, 1.0)] if first else []
    best: Confirmed | None = None
    for way, (start, longer) in enumerate(begin):
        loose = best is None or float(np.linalg.norm(best.bias)) <= LOOSE_SIGMA
        if longer == 0 or (way and not loose):
            continue
        point = search(shifts if way else shifts.at(shifts.mean, gains=True), start)
        found: Confirmed | None = None
        if point is not None and first:
            most = limit if best is None else float(np.linalg.norm(best.bias))
            found = _on_its_ray(shifts, weighing, point, most)
            longer = float(np.linalg.norm(found.bias) / np.linalg.norm(point)) if found else 0.0
            begin[way] = point, longer
        elif point is not None:
            found = Confirmed(longer * point, None)
        if found and (best is None or np.linalg.norm(found.bias) < np.linalg.norm(best.bias)):
            best = found
    return best


def _on_its_ray(
    shifts: Shifts, weighing: Weighing, point: Floats, limit: float
) -> Confirmed | None:
    """Return the least multiple of a point near it that satisfies the test when drawn again."""
    size = float(np.linalg.norm(point))
    if size == 0:
        return None
    way = point / size
    found: Confirmed | None = None
    low: tuple[float, float] | None = None  # the longest that fails, and its margin
    high: tuple[float, float] | None = None  # the shortest that holds
    at, stride = min(size, limit), 0.01
    for _ in range(TRIES):
        margin, p = weighing(shifts.at(at * way))
        if margin >= 0:
            high, found = (at, margin), Confirmed(at * way, p)
        else:
            low = (at, margin)
        if high is None:
            if at >= limit:
                break
            at, stride = min(at * (1 + stride), limit), 3 * stride
        elif low is None:
            at, stride = at * (1 - min(stride, 0.5)), 3 * stride
        else:
            if high[0] - low[0] <= max(WIDTH_SIGMA, WIDTH * high[0]):
                break
            share = low[1] / (low[1] - high[1])  # where a line between the two is 0
            at = low[0] + (high[0] - low[0]) * min(max(share, 0.1), 0.9)
    return found
