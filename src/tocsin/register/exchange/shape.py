"""A place as a geometry of RFC 7946: a point, an outline, or nothing; and the area it lies in.

Rings run counter-clockwise and are closed; one that passes the antimeridian is cut there into
several (RFC 7946, 3.1.9).  A ring around a pole is left as it is: no planar form holds it.

The area around a point with a radius is a polygon of 64 corners that holds the geodesic circle and
is at most 1.2 % wider.  A point without a radius has no area: nobody said how far it may be off.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, box, mapping
from shapely.geometry.polygon import orient

from tocsin.geo import WGS84
from tocsin.schema import Where

Geometry = dict[str, Any]

CORNERS = 64
#: A wider circle says so little that a drawn one would mislead; its radius is told.
WIDEST_M = 500_000.0
#: A side of the polygon is straight in longitude and latitude, not along the ground.
_ROOM = 1.01
_DEGREE_M = 110_574.0


def geometry(where: Where) -> Geometry | None:
    """Return the point or the outline of a place, None where neither is known."""
    if where.lat_deg is not None:
        return {"type": "Point", "coordinates": [where.lon_deg, where.lat_deg]}
    return _plain(_cut(where.outline_deg)) if where.outline_deg else None


def area(where: Where) -> Geometry | None:
    """Return the area a place surely lies in; None where it is not bounded, or too wide to draw."""
    if where.outline_deg:
        return _plain(_cut(where.outline_deg))
    ring = circle(where)
    return _plain(_cut(ring)) if ring else None


def circle(where: Where) -> list[tuple[float, float]]:
    """Return the corners around a point; empty where there is no radius, or it reaches a pole."""
    lat, lon, radius_m = where.lat_deg, where.lon_deg, where.radius_m
    if lat is None or lon is None or radius_m is None or not 0 < radius_m <= WIDEST_M:
        return []
    if abs(lat) + _ROOM * radius_m / _DEGREE_M >= 89.9:
        return []
    azimuth = np.linspace(360.0, 0.0, CORNERS, endpoint=False)  # falling: counter-clockwise
    same = np.ones(CORNERS)
    reach_m = radius_m * _ROOM / cos(pi / CORNERS)
    lons, lats, _ = WGS84.fwd(lon * same, lat * same, azimuth, reach_m * same)
    return [(float(x), float(y)) for x, y in zip(lons, lats, strict=True)]


def same(left: Geometry | None, right: Any, tolerance: float = 1e-7) -> bool:
    """Return whether two geometries are one, to a centimetre."""
    if left is None or right is None:
        return left is None and right is None
    if not isinstance(right, dict) or left["type"] != right.get("type"):
        return False
    return _close(left["coordinates"], right.get("coordinates"), tolerance)


def where_of(told: Any) -> dict[str, Any] | None:
    """Return a place of the dictionary form from a geometry; None where that cannot hold it."""
    if not isinstance(told, dict):
        return None
    numbers = told.get("coordinates")
    if told.get("type") == "Point" and isinstance(numbers, Sequence) and len(numbers) >= 2:
        return {"lon_deg": numbers[0], "lat_deg": numbers[1]}
    if told.get("type") != "Polygon" or not isinstance(numbers, Sequence) or len(numbers) != 1:
        return None
    ring = [list(corner[:2]) for corner in numbers[0] if isinstance(corner, Sequence)]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    return {"outline_deg": ring}


def corners(told: Geometry) -> list[list[list[float]]]:
    """Return the outer rings of a Polygon or a MultiPolygon."""
    parts = told["coordinates"] if told["type"] == "MultiPolygon" else [told["coordinates"]]
    return [part[0] for part in parts]


def _cut(ring: Sequence[tuple[float, float]]) -> Any:
    lons = np.array([lon for lon, _ in ring])
    turns = np.cumsum(np.round(np.diff(lons, prepend=lons[0]) / -360.0))
    unrolled = lons + 360.0 * turns
    whole = orient(Polygon([(float(x), lat) for x, (_, lat) in zip(unrolled, ring, strict=True)]))
    polar = abs(lons[0] - lons[-1] - (unrolled[0] - unrolled[-1])) > 180.0 and (
        abs(unrolled[0] - unrolled[-1]) > 180.0
    )
    if polar or (unrolled.min() >= -180.0 and unrolled.max() <= 180.0):
        return orient(Polygon(ring)) if polar else whole
    sound = shapely.make_valid(whole)
    parts = []
    for turn in (-2, -1, 0, 1, 2):
        west = -180.0 + 360.0 * turn
        piece = shapely.intersection(sound, box(west, -90, west + 360.0, 90))
        parts += [
            orient(shapely.transform(each, lambda xy, by=turn: xy - [360.0 * by, 0.0]))
            for each in shapely.get_parts(piece)
            if each.geom_type == "Polygon" and each.area > 0
        ]
    return MultiPolygon(parts) if parts else orient(Polygon(ring))


def _plain(shape: Any) -> Geometry:
    """Return lists, as JSON gives them back, in place of tuples."""
    told = mapping(shape)
    return {"type": told["type"], "coordinates": lists(told["coordinates"])}


def lists(value: Any) -> Any:
    return [lists(item) for item in value] if isinstance(value, tuple | list) else float(value)


def _close(left: Any, right: Any, tolerance: float) -> bool:
    if isinstance(left, list):
        return (
            isinstance(right, list | tuple)
            and len(left) == len(right)
            and all(_close(x, y, tolerance) for x, y in zip(left, right, strict=True))
        )
    real = isinstance(right, int | float) and not isinstance(right, bool)
    return real and abs(left - right) <= tolerance
