"""The point nearest to the origin at which a margin comes to 0, by straight lines and cuts.

With g(b) the margin, structural reliability calls that the design point, and finds it by

    b <- (grad g . b - g) grad g / |grad g|^2      (Hasofer and Lind 1974; Rackwitz, Fiessler 1978)

The claim that a flight was never somewhere asks for the least margin of many times, so its margin
has edges, at which such steps go to and fro.  So the lines seen on the way are kept as cuts that
bound it (Kelley 1960), and the point nearest to the origin that all of them allow is tried beside
the step; whichever leaves less to do is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tocsin.schema import Floats

TRUST_SIGMA = 6.0  # of one step of the iteration, or this share of the way there
TRUST = 0.5
TURNS = 15
DONE_SIGMA = 0.005  # a step of so much is none, or of this share of the way there
DONE = 2e-3
IDLE = 4  # turns without a gain
DEARER = 3.0  # times as far as by the slope, for what falls short
CUTS = 4  # lines kept

Margins = Callable[[Floats], Floats]  # of biases (G, B), (G,)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The margin about one bias: margin + slope . (b - bias)."""

    bias: Floats
    margin: float
    slope: Floats

    @property
    def level(self) -> float:
        """Return the l of slope . b >= l, where the margin is 0 or more."""
        return float(self.slope @ self.bias) - self.margin


def design_point(
    line: Callable[[Floats], Line], margins: Margins, start: Floats, limit: float
) -> Floats | None:
    """Return the point nearest to the origin that comes to margin 0; None where there is no slope.

    It may fall short of 0 by what a line is off: whoever asks puts its length right.
    """
    b = start
    seen: list[Line] = []
    best, least, idle = None, np.inf, 0
    for _ in range(TURNS):
        at = line(b)
        steep = float(np.linalg.norm(at.slope))
        if not np.isfinite(at.margin) or not steep > 1e-6 * max(1.0, abs(at.margin)):
            break
        seen = [*seen[1 - CUTS :], at]
        tried = _next(seen)
        # What falls short has further to go than by the slope here: other times come to bind.
        short = np.maximum(0.0, -margins(tried)) / steep
        cost = np.linalg.norm(tried, axis=1) + DEARER * short
        cost[~np.isfinite(short)] = np.inf
        k = int(np.argmin(cost))
        size = float(np.linalg.norm(tried[k] - b))
        b = tried[k]
        idle = 0 if cost[k] < least * (1 - DONE) else idle + 1
        if cost[k] < least:
            best, least = b, float(cost[k])
        if size < max(DONE_SIGMA, DONE * float(np.linalg.norm(b))) or idle >= IDLE:
            break
        if np.linalg.norm(b) > 2 * limit:
            break
    return best


def _shorter(b: Floats, held: Floats | None) -> Floats:
    return b if held is None or np.linalg.norm(b) < np.linalg.norm(held) else held


def _next(seen: list[Line]) -> Floats:
    """Return where to look next, by the last line and by all that were seen, (G, B)."""
    at = seen[-1]
    goals = [at.level / float(at.slope @ at.slope) * at.slope]
    inner = within_all(seen) if len(seen) > 1 else None
    goals += [] if inner is None else [inner]
    # Beyond a few sigmas another piece of the limit may be the nearest.
    far = max(TRUST_SIGMA, TRUST * float(np.linalg.norm(at.bias)))
    steps = np.stack(goals) - at.bias
    size = np.linalg.norm(steps, axis=1, keepdims=True)
    return np.asarray(at.bias + steps * np.minimum(1.0, far / np.maximum(size, 1e-12)))


def within_all(lines: list[Line]) -> Floats | None:
    """Return the point nearest to the origin at which no line is below 0; None where none is.

    Of a few lines at most: each set of them is tried as those that bind.
    """
    scale = np.array([float(np.linalg.norm(one.slope)) for one in lines])
    slopes = np.stack([one.slope for one in lines]) / scale[:, None]
    levels = np.array([one.level for one in lines]) / scale
    nearest: Floats | None = None
    for count in range(1, len(lines) + 1):
        for which in combinations(range(len(lines)), count):
            own = slopes[list(which)]
            point = np.linalg.pinv(own, rcond=1e-6) @ levels[list(which)]
            if np.all(slopes @ point >= levels - 1e-6 * (1 + np.abs(levels))):
                nearest = _shorter(point, nearest)
    return nearest
