"""Features of the watch: areas, tracks, alerts, from the state that an audience may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import shapely
from shapely.geometry import box as rectangle
from shapely.geometry import shape

from tocsin.api.ogc.when import Interval
from tocsin.errors import IncidentError
from tocsin.schema import Moment
from tocsin.schema.where import Box

Json = dict[str, Any]


def areas(state: Json) -> Iterator[Json]:
    """Yield the areas as features."""
    for area in state["areas"]:
        properties = {name: value for name, value in area.items() if name != "geometry"}
        yield _feature(str(area["id"]), area.get("geometry"), properties)


def tracks(state: Json) -> Iterator[Json]:
    """Yield the tracks as features, with the time of the state less the age of the plot."""
    names = state["tracks"]["columns"]
    for row in state["tracks"]["rows"]:
        told = dict(zip(names, row, strict=True))
        told["t_utc"] = state["t_utc"]
        yield _feature(str(told["id"]), _point(told), told)


def alerts(state: Json) -> Iterator[Json]:
    """Yield the alerts as features."""
    for told in state["alerts"]:
        yield _feature(str(told["id"]), _point(told), dict(told))


def when_of(feature: Json) -> tuple[int | None, int | None]:
    """Return the time of a feature of the watch: an alert's life, a track's or an area's now."""
    told = feature["properties"]
    if "opened_utc" in told:
        closed = told["closed_utc"]
        return _ns(told["opened_utc"]), (None if closed is None else _ns(closed) + 1)
    if told.get("t_utc"):
        at_ns = _ns(told["t_utc"])
        return at_ns, at_ns + 1
    return None, None


def meets_time(feature: Json, when: Interval | None) -> bool:
    return when is None or when.meets(*when_of(feature))


def meets_box(geometry: Json | None, box: Box | None) -> bool:
    """Return whether a geometry has a point in a box; west past east passes the antimeridian."""
    if box is None:
        return True
    if geometry is None:
        return False
    west, south, east, north = box
    parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    found = shape(geometry)
    return any(
        bool(shapely.intersects(found, rectangle(low, south, high, north))) for low, high in parts
    )


def _feature(name: str, geometry: Json | None, properties: Json) -> Json:
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": properties}


def _point(told: Json) -> Json | None:
    if told["lon_deg"] is None or told["lat_deg"] is None:
        return None
    return {"type": "Point", "coordinates": [told["lon_deg"], told["lat_deg"]]}


def _ns(text: str) -> int:
    at_ns = Moment.of(text).earliest_ns
    if at_ns is None:
        raise IncidentError(f'"{text}" is no time')
    return at_ns
