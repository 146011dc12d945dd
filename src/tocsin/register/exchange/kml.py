"""Incidents as KML 2.2 (OGC 07-147r2), to look at: nothing reads it back.

One Placemark an incident: name, a description in plain text, a TimeSpan where a date is known,
the fields of `flat` as ExtendedData, and the place: a point, with the polygon it surely lies in
where it is bounded.  Lost: sources beyond their titles, statements, links, gradings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tocsin.register.exchange import flat, shape
from tocsin.register.exchange.item import Item, Items, Manifest, stamp
from tocsin.register.exchange.xml import element, leaf

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'


def write(items: Items, manifest: Manifest) -> bytes:
    """Return a KML document."""
    told = manifest.told()
    lists = {name: _joined(value) for name, value in told.items() if value not in (None, [], {})}
    parts = [
        _HEAD,
        "<Document>",
        leaf("name", "tocsin register"),
        leaf("description", manifest.sentence),
        _data(lists),
        *(_placemark(item) for item in items),
        "</Document>",
        "</kml>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _placemark(item: Item) -> str:
    incident = item.incident
    parts = [
        leaf("name", f"{incident.id} {incident.what}"),
        leaf("description", "\n".join(_lines(item))),
        _span(item),
        _data({name: value for name, value in flat.fields(item).items() if value is not None}),
        _geometry(item),
    ]
    return "<Placemark>" + "".join(parts) + "</Placemark>"


def _lines(item: Item) -> Iterator[str]:
    incident = item.incident
    yield f"TLP:{incident.tlp.value}{' SYNTHETIC' if incident.synthetic else ''}"
    where = incident.where
    yield f"{incident.when.begin}, {where.text or 'place not named'}"
    if where.lat_deg is not None:
        far = "nobody stated how far it may be off"
        radius = where.radius_m
        yield f"point: {far if radius is None else f'within {radius:g} m'}"
    for actor in incident.actors:
        yield f"alleged: {actor.name}, by {actor.by or 'somebody not stated'}"
    if incident.notes:
        yield incident.notes
    for source in incident.sources:
        yield f"source {source.grade} {source.date}: {source.title} {source.url}".rstrip()
    for body in item.dissents:
        yield f"DISSENT{' of ' + str(body['by']) if body.get('by') else ''}: {body.get('says', '')}"


def _span(item: Item) -> str:
    begun, end = item.incident.when.begun, item.incident.when.end
    first = stamp(begun.earliest_ns, 0)
    last = stamp(end.latest_ns if end.latest_ns is not None else begun.latest_ns, 0)
    ends = [leaf(name, _whole(at)) for name, at in (("begin", first), ("end", last)) if at]
    return element("TimeSpan", {}, ends) if ends else ""


def _whole(at: str) -> str:
    return at.replace(".Z", "Z")


def _data(values: dict[str, Any]) -> str:
    inner = [
        element("Data", {"name": name}, [leaf("value", _word(value))])
        for name, value in values.items()
    ]
    return element("ExtendedData", {}, inner)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _joined(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(_joined(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)


def _geometry(item: Item) -> str:
    where = item.incident.where
    point, area = shape.geometry(where), shape.area(where)
    parts = []
    if point is not None and point["type"] == "Point":
        parts.append(element("Point", {}, [leaf("coordinates", _tuple(point["coordinates"]))]))
    for ring in shape.corners(area) if area is not None else []:
        line = leaf("coordinates", " ".join(_tuple(corner) for corner in ring))
        outer = element("outerBoundaryIs", {}, [element("LinearRing", {}, [line])])
        parts.append(element("Polygon", {}, [outer]))
    return parts[0] if len(parts) == 1 else element("MultiGeometry", {}, parts) if parts else ""


def _tuple(corner: list[float]) -> str:
    return ",".join(f"{x:.7f}".rstrip("0").rstrip(".") for x in corner[:2])
