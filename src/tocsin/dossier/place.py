"""Where labels stand so that they hide neither each other nor the line they explain.

Each label tries the places around its point, nearest first, and takes the one with the
least hidden: other labels weigh most, then the frame, then the drawn line.  Greedy, in the
order given, so the same input gives the same page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.dossier.data import Floats

ANGLES = tuple(math.radians(a) for a in (45, 135, -45, -135, 90, -90, 0, 180, 20, 160, -20, -160))
REACHES_PT = (16.0, 30.0, 48.0, 70.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page, in points."""

    x0: float
    y0: float
    x1: float
    y1: float

    def overlap(self, other: Box) -> float:
        """Return the area shared with another box."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(width, 0.0) * max(height, 0.0)

    def hides(self, points: Floats) -> int:
        """Return how many of the points (N, 2) lie inside."""
        x, y = points[:, 0], points[:, 1]
        return int(((x > self.x0) & (x < self.x1) & (y > self.y0) & (y < self.y1)).sum())


def around(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    page: Box,
    taken: Sequence[Box],
    points: Floats,
) -> Box:
    """Return the best box of this size for a label about the point (x, y)."""
    best: tuple[float, Box] | None = None
    for reach in REACHES_PT:
        for rank, angle in enumerate(ANGLES):
            middle_x = x + math.cos(angle) * (reach + width / 2)
            middle_y = y + math.sin(angle) * (reach + height / 2)
            box = Box(
                middle_x - width / 2,
                middle_y - height / 2,
                middle_x + width / 2,
                middle_y + height / 2,
            )
            cost = 0.02 * reach + 0.05 * rank
            # A sliver too: where there is room, no label touches another.
            hidden = [area for other in taken if (area := box.overlap(other)) > 0]
            cost += sum(5 + 0.5 * area for area in hidden)
            cost += 0.4 * (width * height - box.overlap(page))
            cost += 1.5 * box.hides(points)
            # A leader through a label is as bad as a label on a label.
            cost += 25 * sum(_passes(x, y, middle_x, middle_y, other) for other in taken)
            if best is None or cost < best[0]:
                best = (cost, box)
    assert best is not None  # both lists of candidates are constants and not empty
    return best[1]


def _passes(x0: float, y0: float, x1: float, y1: float, box: Box) -> bool:
    s = np.linspace(0.1, 1.0, 10)
    path = np.column_stack([x0 + s * (x1 - x0), y0 + s * (y1 - y0)])
    return box.hides(path) > 0
