"""Where ringing is optimal: the boundary in closed form, as grids, polygons and a surface.

G rises or falls with every coordinate, so in any plane of two the region is what lies to one side
of a curve, and the curve is solved for one coordinate at each value of the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.believe.model import COORDINATES, Belief, Stakes, crossing, gain
from tocsin.policy.believe.position import Interval
from tocsin.schema import Floats

#: The part of each coordinate that is mapped unless another is asked for.
SPAN: dict[str, Interval] = {
    "prior": (0.01, 0.99),
    "phi": (0.0, 1.0),
    "cost_ratio": (0.05, 5.0),
    "recovery": (0.1, 5.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """G over a plane of two coordinates, the others held at one belief."""

    across: str
    up: str
    held: Belief
    x: Floats  # (X,)
    y: Floats  # (Y,)
    gain: Floats  # (Y, X) G in units of c_d D
    boundary: Floats  # (B, 2) points (x, y) with G = 0 inside the plane; (0, 2) where none
    ring: Floats  # (P, 2) polygon where ringing is optimal, not closed; (0, 2) where nowhere


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The cost ratio below which ringing is optimal, over prior and phi, at one recovery."""

    prior: Floats  # (X,)
    phi: Floats  # (Y,)
    cost_ratio: Floats  # (Y, X) NaN where no cost ratio above 0 makes ringing optimal
    recovery: float


def slice_(
    across: str,
    up: str,
    held: Belief,
    stakes: Stakes,
    *,
    points: int = 101,
    spans: dict[str, Interval] | None = None,
) -> Slice:
    """Return one plane of the map."""
    if across == up or across not in COORDINATES or up not in COORDINATES:
        raise UsageError(
            f'"{across}" and "{up}" span no plane', hint=f"take two of {', '.join(COORDINATES)}"
        )
    if points < 2:
        raise UsageError(f"{points} points draw no map")
    span = SPAN | (spans or {})
    (x0, x1), (y0, y1) = span[across], span[up]
    x, y = np.linspace(x0, x1, points), np.linspace(y0, y1, points)
    at = {name: np.full((points, points), getattr(held, name)) for name in COORDINATES}
    at[across], at[up] = np.meshgrid(x, y)
    g = gain(at["prior"], at["phi"], at["cost_ratio"], at["recovery"], stakes)
    turn = np.array([crossing(across, replace(held, **{up: float(v)}), stakes) for v in y])
    turn = np.where(np.isnan(turn), np.where(g[:, 0] > 0, -np.inf, np.inf), turn)
    if not COORDINATES[across]:  # where less of it speaks for ringing, "no turn" lies the other way
        turn = np.where(np.isinf(turn) & (g[:, 0] > 0), np.inf, turn)
        turn = np.where(np.isinf(turn) & (g[:, 0] <= 0), -np.inf, turn)
    inside = (turn > x0) & (turn < x1)
    boundary = np.column_stack([turn[inside], y[inside]])
    edge = np.clip(turn, x0, x1)
    far = np.full(points, x1 if COORDINATES[across] else x0)
    some = edge != far
    ring = np.vstack([np.column_stack([edge, y])[some], np.column_stack([far, y])[some][::-1]])
    return Slice(across, up, held, x, y, g, boundary, ring)


def surface(
    recovery: float,
    stakes: Stakes,
    *,
    points: int = 51,
    spans: dict[str, Interval] | None = None,
) -> Surface:
    """Return the boundary of the region over prior and phi, solved for the cost ratio."""
    if not recovery > 0:
        raise UsageError(f"recovery = {recovery:g} is a rate a year and lies above 0")
    span = SPAN | (spans or {})
    prior, phi = np.linspace(*span["prior"], points), np.linspace(*span["phi"], points)
    p, worn = np.meshgrid(prior, phi)
    # G is linear in the cost ratio: its zero is G at a ratio of 0 over the chance of being wrong.
    k = gain(p, worn, 0.0, recovery, stakes) / (1 - p)
    return Surface(prior, phi, np.where(k > 0, k, np.nan), recovery)
