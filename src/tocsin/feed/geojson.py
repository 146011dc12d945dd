"""Fixes from GeoJSON tracks (RFC 7946), of which the times are no part of the standard.

Read are the ways in use: a LineString or MultiPoint with one time per point in the property
`coordTimes`, `times` or `timestamps` (also inside `coordinateProperties`), points of four numbers
[lon, lat, height, Unix time], and Point features with a `time`.  Heights are above the ellipsoid
(RFC 7946, 3.1.1).  A file of areas is airspace and is refused as such.
"""

from __future__ import annotations

import re
from typing import Any

from tocsin.errors import FeedError
from tocsin.feed import jsontext
from tocsin.feed.geotrack import Points, lay
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

NAME = "geojson"
TITLE = "GeoJSON tracks with times"

_TIMES = ("coordTimes", "times", "timestamps", "coordinateTimes")
_TIME = ("time", "timestamp", "t", "when", "datetime")
_LINES = ("LineString", "MultiPoint")
_AREAS = ("Polygon", "MultiPolygon")


def sniff(head: bytes) -> bool:
    """Return whether these first bytes are GeoJSON."""
    start = head.lstrip()
    if not start.startswith(b"{"):
        return False
    kinds = rb"FeatureCollection|Feature|GeometryCollection|(?:Multi)?(?:Point|LineString|Polygon)"
    return re.search(rb'"type"\s*:\s*"(?:' + kinds + rb')"', start) is not None


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of GeoJSON tracks; records are points, and lines without times."""
    points = Points()
    seen: set[str] = set()
    for number, feature in enumerate(_features(jsontext.load(source), source.path)):
        _feature(points, f"feature {number}", feature, seen)
    if not any(time is not None for time in points.time):
        if seen & set(_AREAS):
            raise FeedError(
                "holds areas (polygons), not tracks",
                path=source.path,
                hint="give it as airspace: --airspace FILE",
            )
        raise FeedError(
            f"holds no times ({', '.join(sorted(seen)) or 'no geometry'}): boundaries or places, "
            "not tracks",
            path=source.path,
            hint='give it as airspace (--airspace FILE), or each line a property "coordTimes"',
        )
    return lay(source, options, NAME, points)


def _features(value: Any, path: str) -> list[Any]:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "FeatureCollection" and isinstance(value.get("features"), list):
        return list(value["features"])
    if kind == "Feature":
        return [value]
    if isinstance(kind, str) and ("coordinates" in value or "geometries" in value):
        return [{"type": "Feature", "properties": {}, "geometry": value}]
    raise FeedError("is no GeoJSON: it has no features", path=path, hint="RFC 7946 tells the form")


def _feature(points: Points, place: str, feature: Any, seen: set[str]) -> None:
    given = feature.get("properties") if isinstance(feature, dict) else None
    properties: dict[str, Any] = given if isinstance(given, dict) else {}
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict):
        points.add(place, None, None, None)
        return
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    seen.add(str(kind))
    who = _who(properties, feature)
    if kind == "Point":
        time = next((properties[n] for n in _TIME if properties.get(n) is not None), None)
        _point(points, place, coordinates, time, who)
    elif kind in _LINES and isinstance(coordinates, list):
        _line(points, place, coordinates, _times(properties), who)
    elif kind == "MultiLineString" and isinstance(coordinates, list):
        nested = _times(properties)
        for part, line in enumerate(coordinates):
            own = nested[part] if part < len(nested) and isinstance(nested[part], list) else []
            _line(points, f"{place} line {part}", line if isinstance(line, list) else [], own, who)
    else:  # an area, or nothing: kept as one record so that it is counted
        points.add(place, None, None, None)


def _line(
    points: Points, place: str, line: list[Any], times: list[Any], who: dict[str, str | None]
) -> None:
    for number, coordinates in enumerate(line):
        time = times[number] if number < len(times) else None
        _point(points, f"{place} point {number}", coordinates, time, who)


def _point(
    points: Points, place: str, coordinates: Any, time: object, who: dict[str, str | None]
) -> None:
    numbers = coordinates if isinstance(coordinates, list) else []
    lon, lat, h_m, fourth = (*numbers, None, None, None, None)[:4]
    if time is None:
        time = fourth
    points.add(place, time, lat, lon, h_m, "" if h_m is None else "hae", **who)


def _times(properties: dict[str, Any]) -> list[Any]:
    inner = properties.get("coordinateProperties")
    for holder in (properties, inner if isinstance(inner, dict) else {}):
        for name in _TIMES:
            if isinstance(holder.get(name), list):
                return list(holder[name])
    return []


def _who(properties: dict[str, Any], feature: Any) -> dict[str, str | None]:
    def first(*names: str) -> str | None:
        found = next((properties[n] for n in names if properties.get(n) not in (None, "")), None)
        return None if found is None else str(found)

    own = feature.get("id") if isinstance(feature, dict) else None
    return {
        "icao24": first("icao24", "icao", "hex"),
        "callsign": first("callsign"),
        "track": first("track", "name", "id") or (None if own is None else str(own)),
    }
