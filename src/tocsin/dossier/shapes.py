"""Outlines and corridors as shapes fit to draw: clipped to the frame, thinned for the eye.

Thinning (Douglas and Peucker, 1973, by shapely) moves a line by less than a third of a
printed point and is for drawing only: no finding is computed from these shapes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.ops import polylabel

from tocsin.dossier.data import Floats, Outline
from tocsin.dossier.plane import Frame, Plane

SPECK = 0.002  # of the width: a ring smaller than a printed point is not drawn


def area(outline: Outline, plane: Plane, shown: Frame, tolerance_m: float) -> Any:
    """Return the inside within the frame, even-odd over the rings, as a shapely geometry."""
    box = _box(shown, 0.02)
    inside: Any = shapely.Polygon()
    for lon, lat in outline.rings:
        xy = plane.ring_xy(lon, lat)
        if len(xy) < 3 or _misses(xy, shown):
            continue
        ring = shapely.simplify(shapely.Polygon(xy), tolerance_m)
        # An invalid ring clips to nonsense (open sea inside a state), so it is mended first.
        if not ring.is_valid:
            ring = shapely.make_valid(ring)
        part = shapely.intersection(ring, box)
        if not part.is_empty:
            inside = shapely.symmetric_difference(inside, part)
    return inside


def boundary(outline: Outline, plane: Plane, shown: Frame, tolerance_m: float) -> list[Floats]:
    """Return the drawn pieces of the outline within the frame, edges of type clip left out."""
    box = _box(shown, 0.02)
    pieces: list[Floats] = []
    for k, (lon, lat) in enumerate(outline.rings):
        xy = plane.ring_xy(lon, lat)
        if len(xy) < 3 or _misses(xy, shown):
            continue
        keep = outline.drawn[k] if k < len(outline.drawn) else np.ones(len(xy), dtype=bool)
        for run in _runs(xy, keep):
            line = shapely.simplify(shapely.LineString(run), tolerance_m)
            pieces += lines(shapely.intersection(line, box))
    return pieces


def corridor(xy_m: Floats, radius_m: Floats, shown: Frame, tolerance_m: float) -> Any:
    """Return the union of the legs near the frame, each widened from one radius to the next."""
    keep = thin(xy_m, tolerance_m)
    xy_m, radius_m = xy_m[keep], radius_m[keep]
    pad = float(radius_m.max())
    low = np.minimum(xy_m[:-1], xy_m[1:]) - pad
    high = np.maximum(xy_m[:-1], xy_m[1:]) + pad
    near = (high > [shown.x0_m, shown.y0_m]).all(axis=1)
    near &= (low < [shown.x1_m, shown.y1_m]).all(axis=1)
    if not near.any():
        return shapely.Polygon()
    discs = shapely.buffer(shapely.points(xy_m), radius_m, quad_segs=8)
    legs = [
        shapely.convex_hull(shapely.GeometryCollection([discs[k], discs[k + 1]]))
        for k in np.flatnonzero(near)
    ]
    return shapely.simplify(shapely.union_all(legs), tolerance_m / 2)


def thin(xy_m: Floats, tolerance_m: float) -> Any:
    """Return which vertices of a line to keep so that it moves by less than the tolerance."""
    keep = np.zeros(len(xy_m), dtype=bool)
    if len(xy_m) < 3:
        return ~keep
    kept = shapely.get_coordinates(shapely.simplify(shapely.LineString(xy_m), tolerance_m))
    # simplify returns a subsequence of the vertices: walk both to find which ones.
    at = 0
    for point in kept:
        while not (xy_m[at] == point).all():
            at += 1
        keep[at] = True
        at += 1
    return keep


def lines(shape: Any) -> list[Floats]:
    """Return the coordinates of every line in a geometry."""
    parts = shapely.get_parts(shape)
    return [
        shapely.get_coordinates(part)
        for part in parts
        if part.geom_type == "LineString" and part.length > 0
    ]


def polygons(shape: Any) -> list[Any]:
    """Return every polygon in a geometry, those within collections too."""
    found = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            found.append(part)
        elif part.geom_type == "MultiPolygon":
            found += list(part.geoms)
    return [part for part in found if not part.is_empty]


def label_point(shape: Any, shown: Frame) -> tuple[float, float] | None:
    """Return where a name fits best: the middle of the largest circle inside, or None."""
    parts = polygons(shape)
    if not parts:
        return None
    largest = max(parts, key=lambda part: part.area)
    if largest.area < 0.01 * shown.width_m * shown.height_m:
        return None
    middle = polylabel(largest, tolerance=shown.width_m / 200)
    return float(middle.x), float(middle.y)


def _runs(xy: Floats, keep: Any) -> list[Floats]:
    """Split a ring into runs of kept segments; segment i goes from vertex i to i + 1."""
    if (xy[0] == xy[-1]).all():
        xy, keep = xy[:-1], keep[: len(xy) - 1]
    keep = keep[: len(xy)]
    if keep.all():
        return [np.vstack([xy, xy[:1]])]
    if not keep.any():
        return []
    turn = int(np.flatnonzero(~keep)[0]) + 1  # begin after a gap, so that no run wraps round
    xy, keep = np.roll(xy, -turn, axis=0), np.roll(keep, -turn)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], keep.astype(np.int8), [0]])))
    closed = np.vstack([xy, xy[:1]])
    return [closed[a : b + 1] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _misses(xy: Floats, shown: Frame) -> bool:
    low, high = xy.min(axis=0), xy.max(axis=0)
    if (high - low).max() < SPECK * shown.width_m:
        return True
    return bool(
        high[0] < shown.x0_m or low[0] > shown.x1_m or high[1] < shown.y0_m or low[1] > shown.y1_m
    )


def _box(shown: Frame, margin: float) -> Any:
    pad = margin * max(shown.width_m, shown.height_m)
    return shapely.box(shown.x0_m - pad, shown.y0_m - pad, shown.x1_m + pad, shown.y1_m + pad)
