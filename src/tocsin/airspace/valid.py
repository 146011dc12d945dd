"""Rings that enclose something: cleaned, repaired where that moves nothing, or refused.

Done without a word: a repeated vertex is dropped.  Done with a note: a spike (out and back along
one line) is dropped, parts that meet at the antimeridian or overlap are joined, a ring that
touches or crosses itself is split where that changes its area by less than 0.01 %.  Anything
else is refused with its place.

Longitude is unwrapped: where neighbours differ by more than 180 degrees the line goes the short
way, and the ring runs on past 180.  A ring around a pole does not close then, and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from shapely.validation import explain_validity

from tocsin.airspace.edges import densify
from tocsin.airspace.refused import Refused
from tocsin.schema import Edge, Floats, Ring

MAX_AREA_CHANGE = 1e-4
POLE_LAT_DEG = 89.9
NO_AREA_DEG2 = 1e-14  # a square of 1 cm
SEAM_DEG = 1e-9

Polygon = list[Ring]  # shell, then holes


def clean(polygons: Sequence[Sequence[Ring]]) -> tuple[tuple[Ring, ...], tuple[str, ...]]:
    """Return the rings of a volume fit for even-odd, and notes of what was changed.

    polygons  shell and holes of each part; longitudes in any turn, edges one per segment

    Raises Refused: "out-of-range", "swapped-coordinates", "not-finite", "pole",
    "too-few-points", "no-area", "self-intersection", "bad-rings", "overlapping-parts",
    "bad-edge".
    """
    notes: list[str] = []
    parts = [_aligned([_tidy(ring, notes) for ring in rings]) for rings in polygons]
    parts, joined = _past_seam(parts)
    parts = [part for rings in parts for part in _sound(rings, notes)]
    if len(parts) > 1 and not shapely.MultiPolygon([_shape(part) for part in parts]).is_valid:
        parts = _united(parts)
        notes.append(
            "parts that meet at the antimeridian joined"
            if joined
            else "parts that overlap or share an edge joined"
        )
    return tuple(ring for rings in parts for ring in rings), tuple(notes)


def _tidy(ring: Ring, notes: list[str]) -> Ring:
    lon, lat = np.array(ring.lon_deg, dtype=np.float64), np.array(ring.lat_deg, dtype=np.float64)
    _check_numbers(lon, lat)
    step = np.diff(lon, append=lon[:1])
    turns = np.round(step / 360.0)
    if turns.any():
        if turns.sum() != 0:
            raise Refused("pole", "the ring runs around a pole; cut it at the antimeridian")
        lon = lon - 360.0 * np.concatenate([[0.0], np.cumsum(turns[:-1])])
    lon -= 360.0 * np.round((lon.min() + lon.max()) / 720.0)
    edges = list(ring.edges)
    kept = (np.diff(lon, append=lon[:1]) != 0) | (np.diff(lat, append=lat[:1]) != 0)
    if not kept.all():  # a segment of no length goes, with the vertex it begins at
        lon, lat = lon[kept], lat[kept]
        edges = [edge for edge, keep in zip(edges, kept, strict=True) if keep]
    lon, lat, edges = _without_spikes(lon, lat, edges, notes)
    if len(lon) < 3:
        raise Refused(
            "too-few-points", f"a ring needs 3 different points, not {len(lon)} ({_name(lon, lat)})"
        )
    _check_parallels(lat, edges)
    return Ring(lon, lat, tuple(edges))


def _check_numbers(lon: Floats, lat: Floats) -> None:
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        i = int(np.argmin(np.isfinite(lon) & np.isfinite(lat)))
        raise Refused("not-finite", f"point {i + 1} is ({lon[i]}, {lat[i]}), not two numbers")
    beyond = np.abs(lat) > 90
    if beyond.any():
        i = int(np.argmax(beyond))
        if (np.abs(lon) <= 90).all():
            raise Refused(
                "swapped-coordinates",
                f"point {i + 1} has latitude {lat[i]:g}: longitude comes first in this format, "
                "are the two exchanged?",
            )
        raise Refused("out-of-range", f"point {i + 1} has latitude {lat[i]:g}, beyond 90 degrees")
    if (np.abs(lon) > 360).any():
        i = int(np.argmax(np.abs(lon) > 360))
        raise Refused(
            "out-of-range",
            f"point {i + 1} has longitude {lon[i]:g}; these are not degrees of WGS-84",
        )
    if (np.abs(lat) >= POLE_LAT_DEG).any():
        i = int(np.argmax(np.abs(lat)))
        raise Refused("pole", f"point {i + 1} at latitude {lat[i]:g} is too near a pole")


def _without_spikes(
    lon: Floats, lat: Floats, edges: list[Edge], notes: list[str]
) -> tuple[Floats, Floats, list[Edge]]:
    while len(lon) >= 3:
        back = (np.roll(lon, 1) == np.roll(lon, -1)) & (np.roll(lat, 1) == np.roll(lat, -1))
        tips = [i for i in np.flatnonzero(back) if edges[i] == edges[i - 1]]
        if not tips:
            break
        tip = int(tips[0])
        notes.append(f"a spike to {_place(lon[tip], lat[tip])} left out")
        # From the tip on the ring reads: tip, return, next, ..., departure.  The tip and the
        # return go; what led on from the return now leads on from the departure.
        stay = (tip + np.arange(2, len(lon))) % len(lon)
        edges = [*(edges[i] for i in stay[:-1]), edges[(tip + 1) % len(lon)]]
        lon, lat = lon[stay], lat[stay]
    return lon, lat, edges


def _check_parallels(lat: Floats, edges: Sequence[Edge]) -> None:
    if Edge.PARALLEL not in edges:
        return
    rise = np.abs(np.diff(lat, append=lat[:1]))
    for i, edge in enumerate(edges):
        if edge is Edge.PARALLEL and rise[i] > 1e-6:
            raise Refused(
                "bad-edge",
                f"segment {i + 1} is said to follow a parallel but runs from latitude "
                f"{lat[i]:.6f} to {lat[(i + 1) % len(lat)]:.6f}; is it a rhumb line?",
            )


def _aligned(rings: Polygon) -> Polygon:
    """Bring holes to the same turn of longitude as their shell."""
    shell = rings[0]
    middle = (shell.lon_deg.min() + shell.lon_deg.max()) / 2
    out = [shell]
    for hole in rings[1:]:
        turn = 360.0 * np.round((middle - (hole.lon_deg.min() + hole.lon_deg.max()) / 2) / 360.0)
        out.append(Ring(hole.lon_deg + turn, hole.lat_deg, hole.edges) if turn else hole)
    return out


def _past_seam(parts: list[Polygon]) -> tuple[list[Polygon], bool]:
    """Bring parts that touch -180 beside those that touch or pass 180."""
    if not any(part[0].lon_deg.max() >= 180 - SEAM_DEG for part in parts):
        return parts, False
    west = [part[0].lon_deg.min() <= -180 + SEAM_DEG for part in parts]
    moved = [
        [Ring(ring.lon_deg + 360.0, ring.lat_deg, ring.edges) for ring in part] if w else part
        for part, w in zip(parts, west, strict=True)
    ]
    return moved, any(west)


def _shape(rings: Polygon) -> shapely.Polygon:
    lines = [densify(ring) for ring in rings]
    points = [np.column_stack([line.lon_deg, line.lat_deg]) for line in lines]
    return shapely.Polygon(points[0], points[1:])


def _plain(rings: Polygon) -> shapely.Polygon:
    """Return the polygon of the listed points alone."""
    points = [np.column_stack([ring.lon_deg, ring.lat_deg]) for ring in rings]
    return shapely.Polygon(points[0], points[1:])


def _sound(rings: Polygon, notes: list[str]) -> list[Polygon]:
    """Return the polygon as it is where it is valid, else repaired."""
    shape = _shape(rings)
    if shape.is_valid:
        if shape.area < NO_AREA_DEG2:
            raise Refused("no-area", "the ring encloses nothing: its points lie on one line")
        return [rings]
    why = explain_validity(shape)
    place = re.search(r"\[(\S+) (\S+)\]", why)
    at = f" at {_place(float(place[1]), float(place[2]))}" if place else ""
    plain = _plain(rings)  # mended on the listed points, so that they stay and edges stay theirs
    mended = [p for p in _polygons(shapely.make_valid(plain)) if p.area > 0]
    area = sum(p.area for p in mended)
    if area < NO_AREA_DEG2:
        raise Refused("no-area", "the ring encloses nothing: its points lie on one line")
    change = abs(area - plain.area) / area
    if change >= MAX_AREA_CHANGE:
        raise _crossing(why, at, f"a repair would change its area by {100 * change:.2g} %")
    out = _with_edges(mended, rings)
    if not all(_shape(part).is_valid for part in out):
        raise _crossing(why, at, "where its edges bend")
    notes.append(f"touches itself{at}; split there, which changes its area by {100 * change:.1g} %")
    return out


def _crossing(why: str, at: str, detail: str) -> Refused:
    if "self-intersection" in why.lower():
        what = f"the boundary crosses or touches itself{at}"
        return Refused("self-intersection", f"{what}; {detail}; order the points anew")
    return Refused("bad-rings", f"{why}; {detail}")


def _united(parts: list[Polygon]) -> list[Polygon]:
    """Return the union of parts; the new rings need one edge type throughout."""
    types = {
        edge
        for part in parts
        for ring in part
        for edge, x0, x1 in zip(ring.edges, ring.lon_deg, np.roll(ring.lon_deg, -1), strict=True)
        if not (x0 == x1 and abs(abs(x0) - 180) <= SEAM_DEG)  # the seam itself goes
    }
    if len(types) > 1:
        raise Refused(
            "overlapping-parts",
            "parts overlap or share an edge and mix edge types; give them as separate features",
        )
    plain = [_plain(part) for part in parts]
    edge = types.pop()
    return [
        [_ring(np.asarray(line.coords), (edge,) * (len(line.coords) - 1)) for line in _lines(p)]
        for p in _polygons(shapely.unary_union(plain))
    ]


def _with_edges(mended: Iterable[shapely.Polygon], rings: Polygon) -> list[Polygon]:
    """Give mended rings the edge types of the segments they came from."""
    known: dict[tuple[float, ...], Edge] = {}
    for ring in rings:
        points = np.column_stack([ring.lon_deg, ring.lat_deg])
        rows = np.hstack([points, np.roll(points, -1, axis=0)]).tolist()
        for row, edge in zip(rows, ring.edges, strict=True):
            known[tuple(row)] = known[(*row[2:], *row[:2])] = edge
    types = set(known.values())
    out = []
    for polygon in mended:
        lines = []
        for line in _lines(polygon):
            points = np.asarray(line.coords)
            rows = np.hstack([points[:-1], points[1:]]).tolist()
            found = [known.get(tuple(row)) for row in rows]
            if None in found and len(types) > 1:
                raise Refused(
                    "self-intersection",
                    "the boundary touches itself where edge types meet; order the points anew",
                )
            only = next(iter(types))
            lines.append(_ring(points, tuple(edge or only for edge in found)))
        out.append(lines)
    return out


def _ring(closed: Floats, edges: tuple[Edge, ...]) -> Ring:
    return Ring(closed[:-1, 0].copy(), closed[:-1, 1].copy(), edges)


def _lines(polygon: shapely.Polygon) -> list[shapely.LinearRing]:
    return [polygon.exterior, *polygon.interiors]


def _polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    parts = shapely.get_parts(shape) if hasattr(shape, "geoms") else [shape]
    out = []
    for part in parts:
        if isinstance(part, shapely.Polygon):
            out.append(part)
        elif hasattr(part, "geoms"):
            out.extend(_polygons(part))
    return out


def _place(lon: float, lat: float) -> str:
    return f"{lat:.5f} {(lon + 180) % 360 - 180:.5f}"


def _name(lon: Floats, lat: Floats) -> str:
    return "; ".join(_place(x, y) for x, y in zip(lon, lat, strict=True)) or "none"
