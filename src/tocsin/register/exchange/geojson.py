"""Incidents as GeoJSON (RFC 7946), and back without loss.

One Feature an incident: its id; a point or an outline, null where the place is unknown; a `bbox`
that surely holds the place, where it is bounded; plain properties for a map (`flat`) and the
whole incident under `incident`.  Coordinates are longitude, latitude, WGS-84.  What the file says
of itself is the foreign member `tocsin` of the collection (RFC 7946, 6.1).

A collection of another program is read too, if its properties are named as our fields are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from tocsin.errors import IncidentError
from tocsin.register.exchange import flat, shape
from tocsin.register.exchange.item import Item, Items, Manifest
from tocsin.register.exchange.plain import WHOLE, Found, edited, foreign, loads, whole
from tocsin.schema import Incident, incident_dict


def write(items: Items, manifest: Manifest) -> bytes:
    """Return a FeatureCollection."""
    told = {
        "type": "FeatureCollection",
        "tocsin": manifest.told(),
        "features": [feature(item) for item in items],
    }
    return (json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def lines(items: Items, manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Yield the Features one by one, for a stream of lines."""
    for item in items:
        yield feature(item)


def feature(item: Item) -> dict[str, Any]:
    """Return one incident as a Feature."""
    where = item.incident.where
    told: dict[str, Any] = {"type": "Feature", "id": item.incident.id}
    if where.box is not None:
        told["bbox"] = list(where.box)
    told["geometry"] = shape.geometry(where)
    told["properties"] = {
        **flat.fields(item),
        "dissents": [dict(body) for body in item.dissents],
        WHOLE: incident_dict(item.incident),
    }
    return told


def read(told: Any, path: str) -> Found:
    """Return the incidents of a FeatureCollection, or of one Feature."""
    found = Found(path)
    features = told.get("features") if told.get("type") == "FeatureCollection" else [told]
    if not isinstance(features, list):
        raise IncidentError("is no GeoJSON: it has no features", path=path)
    for n, each in enumerate(features, 1):
        found.take(f"feature {n}", partial(incident_of_feature, each))
    return found


def incident_of_feature(told: Any) -> Incident:
    """Return the incident of a Feature; raise IncidentError where its parts differ."""
    if not isinstance(told, dict) or told.get("type") != "Feature":
        raise IncidentError("is no Feature")
    properties = told.get("properties")
    if not isinstance(properties, dict):
        raise IncidentError("has no properties", hint="an incident needs id, what, domain, sources")
    geometry = told.get("geometry")
    if WHOLE not in properties:
        return foreign(properties, geometry, told.get("id"))
    incident = whole(properties[WHOLE])
    changed = flat.differing(incident, properties)
    if not shape.same(shape.geometry(incident.where), geometry):
        changed.append("geometry")
    if changed:
        edited(changed, incident)
    return incident


def read_text(text: str, path: str) -> Found:
    """Return the incidents of GeoJSON text, also of lines of Features."""
    try:
        return read(loads(text, path), path)
    except IncidentError:
        if "\n" not in text.strip():
            raise
    found = Found(path)
    for n, line in enumerate(text.splitlines(), 1):
        if line.strip():
            found.take(f"line {n}", lambda line=line: incident_of_feature(loads(line)))  # type: ignore[misc]
    return found
