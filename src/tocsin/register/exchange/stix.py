"""Incidents as a STIX 2.1 bundle (OASIS), and back without loss.

| here                          | STIX                                                         |
|-------------------------------|--------------------------------------------------------------|
| incident                      | Incident: name, description; sources as external references  |
| place, states                 | Location: point with `precision`, or country; `related-to`   |
| who is alleged, who says      | Identity of class "unknown"; an allegation is a Note of who  |
|                               | alleges it, never `attributed-to`                            |
| notes, statements             | Note, its authors those who say it                           |
| signed dissent                | Opinion, "disagree": how strongly, nobody said               |
| TLP 2.0                       | the OASIS marking-definitions (`marks`)                      |
| all of it                     | our property extension of Incident, read back on import      |

Ids are UUIDv5 in `NAMESPACE`, so the same incident is the same object in every export, and a new
revision a new version of it.  Objects that only carry words (Identity, Location, Note) are named
by their content and never change.  What the bundle says of itself is a Note.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from tocsin.errors import IncidentError
from tocsin.register.canonical import canonical
from tocsin.register.exchange.item import Items, Manifest, laxest
from tocsin.register.exchange.marks import IDS, marking
from tocsin.register.exchange.plain import WHOLE, Found, edited, whole
from tocsin.register.exchange.stixobjects import (
    EXTENSION,
    MADE,
    PRODUCER,
    Object,
    extension,
    objects_of,
    producer,
    stix_id,
)
from tocsin.schema import Incident, Tlp


def write(items: Items, manifest: Manifest) -> bytes:
    """Return a bundle."""
    made = list(objects(items, manifest))
    told = {"type": "bundle", "id": stix_id("bundle", canonical(made)), "objects": made}
    return (json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def objects(items: Items, manifest: Manifest) -> Iterator[Object]:
    """Yield the objects of a bundle, each once, those that others refer to first."""
    yield from (marking(tlp) for tlp in reversed(Tlp) if tlp in _marks(items))
    yield producer()
    yield extension()
    shared: dict[str, tuple[Object, list[Tlp]]] = {}
    own: list[Object] = []
    for item in items:
        for made in objects_of(item):
            if made["type"] in ("identity", "location"):  # said of several incidents
                shared.setdefault(made["id"], (made, []))[1].append(item.tlp)
            else:
                own.append({**made, "object_marking_refs": [IDS[item.tlp]]})
    for made, marks in shared.values():
        yield {**made, "object_marking_refs": [IDS[laxest(marks)]]}
    yield from {made["id"]: made for made in own}.values()
    yield _manifest(manifest, own)


def read(told: Any, path: str) -> Found:
    """Return the incidents of a bundle; of other programs' those it cannot know are refused."""
    found = Found(path)
    made = told.get("objects") if isinstance(told, dict) else None
    if not isinstance(made, list):
        raise IncidentError("is no STIX bundle: it has no objects", path=path)
    for n, each in enumerate(made, 1):
        if isinstance(each, dict) and each.get("type") == "incident":
            found.take(f"object {n}", partial(incident_of_object, each))
        elif not isinstance(each, dict):
            found.refuse(f"object {n}", "bad-record", "is no STIX object")
    return found


def incident_of_object(told: Object) -> Incident:
    """Return the incident that a STIX Incident carries."""
    extensions = told.get("extensions")
    carried = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    if not isinstance(carried, dict) or WHOLE not in carried:
        raise IncidentError(
            f"{told.get('id')} says neither what domain it is of nor how well it is known",
            place="no-domain",
            hint="only Incidents with the extension of tocsin are read; write it as CSV",
        )
    incident = whole(carried[WHOLE])
    if told.get("name") != incident.what:
        edited(["name"], incident)
    return incident


def _marks(items: Items) -> set[Tlp]:
    return {Tlp.CLEAR, *(item.tlp for item in items)}


def _manifest(manifest: Manifest, own: list[Object]) -> Object:
    incidents = [made["id"] for made in own if made["type"] == "incident"]
    text = canonical(manifest.told())
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": stix_id("note", "export", text, *incidents),
        "created_by_ref": PRODUCER,
        "created": MADE,
        "modified": MADE,
        "abstract": "tocsin export: for whom, and what was removed",
        "content": text,
        "object_refs": list(dict.fromkeys(incidents)) or [PRODUCER],
        "object_marking_refs": [IDS[Tlp.CLEAR]],
    }
