"""What the map of an incident shows beneath the tracks: limits, regions and places near them.

Limits are cut to a box about the tracks and thinned to `THINNED_M`, which is far below the error
of any line; the fill is that of the cut area, the line leaves out where the data itself ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from tocsin import geo
from tocsin.run.casekeys import Table
from tocsin.run.firs import Firs
from tocsin.run.incident_view_rows import Json, number, pairs, stretches
from tocsin.schema import Floats, Limit, Outline, Volume

NEAR_M = 150_000.0  # beyond the tracks: what a map shows of the neighbourhood
THINNED_M = 10.0
MOST_LIMITS = 24
DEGREE_M = 111_320.0

Box = tuple[float, float, float, float]  # west, south, east, north; west may lie below -180


def box_about(lon_deg: Floats, lat_deg: Floats) -> Box | None:
    """Return the box about positions with room around it; None where there are none."""
    known = np.isfinite(lon_deg) & np.isfinite(lat_deg)
    if not known.any():
        return None
    first = float(lon_deg[known][0])
    lon = first + geo.wrap_deg(lon_deg[known] - first)
    lat = lat_deg[known]
    tall = float(np.ptp(lat)) * DEGREE_M
    wide = float(np.ptp(lon)) * DEGREE_M * float(np.cos(np.radians(lat.mean())))
    room = max(NEAR_M, tall, wide) / DEGREE_M
    side = room / max(float(np.cos(np.radians(lat.mean()))), 0.05)
    return (
        float(lon.min()) - side,
        max(float(lat.min()) - room, -89.0),
        float(lon.max()) + side,
        min(float(lat.max()) + room, 89.0),
    )


def limits_near(
    outlines: Sequence[Outline],
    about: Sequence[Mapping[str, Any]],
    box: Box | None,
    inside: Collection[tuple[str, str]],
    withheld: Collection[str] = (),
) -> list[Json]:
    """Return the limits that lie in the box as rows of `boundaries`, those entered first.

    about     the rows of `airspace` in the findings: sources and hashes
    inside    (volume, hypothesis) of what was entered
    withheld  paths of files of which nothing may be drawn
    """
    order = sorted(outlines, key=lambda one: _key(one.volume) not in inside)
    rows = []
    for outline in order[: MOST_LIMITS * 4]:
        volume = outline.volume
        told = next((row for row in about if _same(row, volume)), {})
        drawn = None if box is None or volume.path in withheld else _cut(outline, box)
        if drawn is None and _key(volume) not in inside:
            continue
        rows.append(
            {
                "volume": volume.name,
                "hypothesis": volume.hypothesis,
                "title": volume.title or volume.name,
                "layer": volume.layer,
                "sigma_m": volume.sigma_m,
                "lower": _limit(volume.lower, "surface"),
                "upper": _limit(volume.upper, "unlimited"),
                "path": told.get("path", volume.path),
                "sha256": told.get("sha256", volume.sha256),
                "attribution": told.get("attribution", ""),
                "area": None if drawn is None else drawn[0],
                "line": None if drawn is None else drawn[1],
            }
        )
        if len(rows) == MOST_LIMITS:
            break
    return rows


def _key(volume: Volume) -> tuple[str, str]:
    return volume.name, volume.hypothesis


def _same(row: Mapping[str, Any], volume: Volume) -> bool:
    return (row.get("volume"), row.get("hypothesis")) == _key(volume)


def _limit(limit: Limit | None, without: str) -> Json:
    if limit is None:
        return {"h_m": None, "datum": None, "text": without}
    height = number(limit.h_m, 1)  # null for the ground and for unlimited
    return {"h_m": height, "datum": str(limit.datum), "text": limit.text or without}


def _cut(outline: Outline, box: Box) -> tuple[Json, Json] | None:
    """Return area and line of an outline in a box as GeoJSON geometries; None: not in it."""
    middle = (box[0] + box[2]) / 2
    ends = np.flatnonzero(np.diff(outline.ring, append=-1) != 0) + 1
    begins = np.concatenate([[0], ends[:-1]])
    area: shapely.Geometry = shapely.Polygon()
    lines: list[shapely.Geometry] = []
    for a, b in zip(begins, ends, strict=True):
        lon = np.unwrap(outline.lon_deg[a:b], period=360.0)
        lon = lon + 360.0 * np.round((middle - (lon.min() + lon.max()) / 2) / 360.0)
        lat = outline.lat_deg[a:b]
        if lon.max() < box[0] or lon.min() > box[2] or lat.max() < box[1] or lat.min() > box[3]:
            continue
        if b - a >= 3:
            ring = shapely.make_valid(shapely.Polygon(np.stack([lon, lat], axis=1)))
            area = area ^ shapely.intersection(ring, shapely.box(*box))  # even-odd over the rings
        lines += _drawn(lon, lat, outline.clip[a:b])
    fine = THINNED_M / DEGREE_M
    area = shapely.simplify(area, fine)
    line = shapely.intersection(shapely.MultiLineString(lines), shapely.box(*box))
    line = shapely.simplify(line, fine)
    if area.is_empty and line.is_empty:
        return None
    polygons = [
        [pairs(*np.array(r.coords).T) for r in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(area)
        if part.geom_type == "Polygon"
    ]
    strings = [
        pairs(*np.array(part.coords).T)
        for part in shapely.get_parts(line)
        if part.geom_type == "LineString"
    ]
    return (
        {"type": "MultiPolygon", "coordinates": polygons},
        {"type": "MultiLineString", "coordinates": strings},
    )


def _drawn(lon: Floats, lat: Floats, clip: Any) -> list[shapely.Geometry]:
    """Return the parts of a ring that are a limit, as lines."""
    count = len(lon)
    keep = np.flatnonzero(~clip)
    if not len(keep):
        return []
    out = []
    for run in np.split(keep, np.flatnonzero(np.diff(keep) > 1) + 1):
        at = np.append(run, run[-1] + 1) % count
        points = np.stack([lon[at], lat[at]], axis=1)
        if at[-1] == 0:
            points[-1, 0] += 360.0 * np.round((points[-2, 0] - points[-1, 0]) / 360.0)
        if len(points) > 1:
            out.append(shapely.LineString(points))
    return out


def regions(firs: Firs) -> list[Json]:
    """Return the flight information regions of the case, each with its edge."""
    rows = []
    for region in firs.regions:
        lon, lat = region.plane.lonlat(region.line_m)
        rows.append(
            {
                "fir": region.served.fir,
                "served_by": region.served.served_by,
                "side": {1: "left", -1: "right", 0: "inside"}[region.side],
                "path": region.path,
                "sha256": region.sha256,
                "line": {"type": "LineString", "coordinates": pairs(lon, lat)},
            }
        )
    return rows


def over(firs: Firs, track: Json) -> list[list[Any]]:
    """Return [from, to, region] of every stretch of a track; what lies in none is left out."""
    if not firs.regions or not track["t_s"]:
        return []
    t_s = np.array(track["t_s"], dtype=np.float64)
    at = firs.at(np.array(track["lon_deg"], float), np.array(track["lat_deg"], float))
    told = [
        [*stretch, region.served.fir]
        for k, region in enumerate(firs.regions)
        for stretch in stretches(t_s, at == k)
    ]
    return sorted(told, key=lambda row: float(row[0]))


def places_of(places: Sequence[Table]) -> list[Json]:
    """Return the places that the case names."""
    return [
        {
            "id": str(place["id"]),
            "title": str(place.get("title") or place["id"]),
            "lon_deg": float(place["lon_deg"]),
            "lat_deg": float(place["lat_deg"]),
            "sigma_m": float(place.get("sigma_m", 0.0)),
        }
        for place in places
    ]
