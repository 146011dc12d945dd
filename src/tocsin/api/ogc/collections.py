"""The collections: what each holds, and which of its properties can be asked for (Part 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tocsin.register.workflow import State
from tocsin.schema import Domain, Tlp, Verification
from tocsin.schema.live import AlertKind, AlertState

Json = dict[str, Any]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
GEOJSON = "application/geo+json"
CONFORMS = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
)


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection."""

    id: str
    title: str
    description: str
    geometry: str  # as a format of JSON Schema, Part 3
    queryables: dict[str, Json] = field(default_factory=dict)


def _word(about: str, kind: Any = None) -> Json:
    told: Json = {"title": about, "type": "string"}
    return told if kind is None else {**told, "enum": [each.value for each in kind]}


COLLECTIONS = {
    each.id: each
    for each in (
        Collection(
            "incidents",
            "Incidents",
            "Incidents of the register, at their newest revision or as of a time. A place or a "
            "time that is not known surely enough to decide a question leaves `decided` false.",
            "geometry-any",
            {
                "state": _word("Whose territory or airspace, ISO 3166-1"),
                "domain": _word("Domain", Domain),
                "actor": _word("Who is alleged to have done it"),
                "verification": _word("How far it was checked", Verification),
                "tlp": _word("Mark of the Traffic Light Protocol 2.0", Tlp),
                "workflow": _word("State of the review", State),
                "text": _word("Words in what, place, notes or id"),
            },
        ),
        Collection(
            "areas",
            "Areas",
            "The areas that the watch looks at.",
            "geometry-any",
            {"layer": _word("Layer: sovereign, fir, restricted, ...")},
        ),
        Collection(
            "tracks",
            "Tracks",
            "What the watch follows now.",
            "geometry-point",
            {
                "kind": _word("What it is seen by"),
                "callsign": _word("Callsign"),
                "area": _word("The area it is likeliest to enter"),
                "state": {**_word("How it is seen"), "enum": ["seen", "coasting", "lost"]},
            },
        ),
        Collection(
            "alerts",
            "Alerts",
            "What the watch told, and how it was handled.",
            "geometry-point",
            {
                "kind": _word("Why it speaks", AlertKind),
                "state": _word("Open, acknowledged, snoozed or closed", AlertState),
                "rule": _word("The rule"),
                "area": _word("The area"),
                "layer": _word("Layer of the area"),
                "track": _word("The track"),
                "severity": {"title": "Severity", "type": "integer", "minimum": 1, "maximum": 4},
            },
        ),
    )
}


def about(one: Collection, base: str, extent: Json | None) -> Json:
    """Return a collection as the standard describes it."""
    here = f"{base}/collections/{one.id}"
    told = {
        "id": one.id,
        "title": one.title,
        "description": one.description,
        "itemType": "feature",
        "crs": [CRS84],
        "storageCrs": CRS84,
        "links": [
            link(here, "self", "application/json", one.title),
            link(f"{here}/items", "items", GEOJSON, f"{one.title} as GeoJSON"),
            link(
                f"{here}/queryables",
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                "application/schema+json",
                "What can be asked for",
            ),
        ],
    }
    return {**told, "extent": extent} if extent is not None else told


def queryables(one: Collection, base: str) -> Json:
    """Return what can be asked of a collection, as a JSON Schema."""
    geometry: Json = {"title": "Place", "format": one.geometry, "x-ogc-role": "primary-geometry"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}/collections/{one.id}/queryables",
        "type": "object",
        "title": one.title,
        "description": one.description,
        "properties": {**one.queryables, "geometry": geometry},
        "additionalProperties": False,
    }


def link(href: str, rel: str, kind: str, title: str) -> Json:
    return {"href": href, "rel": rel, "type": kind, "title": title}
