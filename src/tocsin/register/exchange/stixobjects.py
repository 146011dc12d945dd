"""The STIX 2.1 objects of one incident, without marks, and those that every bundle holds.

Ids are UUIDv5 in `NAMESPACE`.  Objects that only carry words are named by their content.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from tocsin.register.canonical import canonical
from tocsin.register.exchange.item import Item, stamp
from tocsin.register.exchange.marks import IDS
from tocsin.register.exchange.plain import WHOLE
from tocsin.schema import Actor, Incident, Tlp, incident_dict

#: uuid5(NAMESPACE_URL, "urn:tocsin:schema:incident:1")
NAMESPACE = UUID("c7e6535c-c77a-5a21-bc8d-761b8e832176")
#: When what no register dated is said to have been made: the day of the extension.
MADE = "2025-10-01T00:00:00.000Z"

Object = dict[str, Any]


def stix_id(kind: str, *parts: str) -> str:
    return f"{kind}--{uuid5(NAMESPACE, canonical([kind, *parts]))}"


PRODUCER = stix_id("identity", "tocsin register")
EXTENSION = stix_id("extension-definition", "incident", "1")


def objects_of(item: Item) -> Iterator[Object]:
    """Yield an incident and what belongs to it, without marks."""
    incident = item.incident
    core = _incident(item)
    when = {"created": core["created"], "modified": core["created"]}
    yield core
    for place in _locations(incident):
        yield place
        yield _relation(core, place["id"], "where it was", when)
    for actor in incident.actors:
        if not actor.name.strip():
            continue
        named = _identity(actor.name)
        yield named
        yield _relation(core, named["id"], "alleged; an allegation is no finding", when)
        yield _note(core, _alleged(actor), [actor.by], when, also=[named["id"]])
    if incident.notes.strip():
        yield _note(core, incident.notes, [], when)
    for said in incident.statements:
        text = f"{said.about}: {said.says}"
        if said.by.strip():
            yield _identity(said.by)
        yield _note(core, text, [said.by], when, [said.url], said.grade)
    for body in item.dissents:
        yield _opinion(core, item, body)


def _incident(item: Item) -> Object:
    incident = item.incident
    created = stamp(item.first_ns if item.first_ns is not None else item.recorded_ns, 3) or MADE
    begun = str(incident.when.begin)
    carried: Object = {"extension_type": "property-extension", WHOLE: _full(incident)}
    extra = {"link": item.link, "workflow": item.state, "known_on": item.known_on}
    hashes = {"revision_sha256": item.hash, "content_sha256": item.content_sha256}
    carried |= {name: value for name, value in (extra | hashes).items() if value}
    return {
        "type": "incident",
        "spec_version": "2.1",
        "id": stix_id("incident", incident.id),
        "created_by_ref": PRODUCER,
        "created": created,
        "modified": stamp(item.recorded_ns, 3) or created,
        "name": incident.what,
        "description": (
            f"{incident.domain.value}; began {begun}; "
            f"{incident.where.text or 'place not named'}; {incident.verification.value}"
            f"{'; SYNTHETIC' if incident.synthetic else ''}"
        ),
        "labels": [
            incident.domain.value,
            *(["synthetic"] if incident.synthetic else []),
            *(["control"] if incident.control else []),
        ],
        "external_references": [
            {"source_name": "tocsin", "external_id": item.link},
            *_references(incident),
        ],
        "extensions": {EXTENSION: carried},
    }


def _references(incident: Incident) -> Iterator[Object]:
    for source in incident.sources:
        told: Object = {
            "source_name": source.title,
            "description": f"{source.date}; Admiralty {source.grade}",
        }
        if url := _url(source.url):
            told["url"] = url
            if source.sha256:
                told["hashes"] = {"SHA-256": source.sha256}
        yield told


def _locations(incident: Incident) -> Iterator[Object]:
    where = incident.where
    if where.lat_deg is not None:
        told: Object = {"latitude": where.lat_deg, "longitude": where.lon_deg}
        if where.radius_m is not None:
            told["precision"] = where.radius_m
        if where.text.strip():
            told["name"] = where.text
        yield _location(told)
    for state in incident.states:
        if len(state) == 2:  # STIX takes ISO 3166-1 alpha-2 only
            yield _location({"country": state})


def _location(told: Object) -> Object:
    head = {"type": "location", "spec_version": "2.1", "id": stix_id("location", canonical(told))}
    return {**head, "created_by_ref": PRODUCER, "created": MADE, "modified": MADE, **told}


def _identity(name: str) -> Object:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": stix_id("identity", "named", name),
        "created_by_ref": PRODUCER,
        "created": MADE,
        "modified": MADE,
        "name": name,
        "identity_class": "unknown",
    }


def _relation(core: Object, target: str, why: str, when: Object) -> Object:
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": stix_id("relationship", core["id"], target, why),
        "created_by_ref": PRODUCER,
        **when,
        "relationship_type": "related-to",
        "description": why,
        "source_ref": core["id"],
        "target_ref": target,
    }


def _note(
    core: Object,
    text: str,
    authors: list[str],
    when: Object,
    urls: list[str] | None = None,
    grade: str = "",
    also: list[str] | None = None,
) -> Object:
    known = [author for author in authors if author.strip()]
    references = [{"source_name": "source", "url": url} for url in urls or [] if _url(url)]
    told: Object = {
        "type": "note",
        "spec_version": "2.1",
        "id": stix_id("note", core["id"], text, *known, *(urls or []), grade),
        "created_by_ref": PRODUCER,
        **when,
        "content": text,
        "object_refs": [core["id"], *(also or [])],
    }
    if grade:
        told["abstract"] = f"Admiralty {grade}"
    if known:
        told["authors"] = known
    if references:
        told["external_references"] = references
    return told


def _opinion(core: Object, item: Item, body: Any) -> Object:
    said = str(body.get("says", ""))
    of = f"{body.get('dissent', item.link)}"
    about = f", finding {body['finding']}" if body.get("finding") else ""
    told: Object = {
        "type": "opinion",
        "spec_version": "2.1",
        "id": stix_id("opinion", core["id"], canonical(dict(body))),
        "created_by_ref": PRODUCER,
        "created": core["created"],
        "modified": core["created"],
        "explanation": f"dissent from {of}{about}: {said}",
        "opinion": "disagree",
        "object_refs": [core["id"]],
    }
    if body.get("by"):
        told["authors"] = [str(body["by"])]
    return told


def _alleged(actor: Actor) -> str:
    denied = {"yes": "; denied", "no": "; not denied"}.get(actor.denied.value, "")
    words = f": {actor.text}" if actor.text.strip() else ""
    return f"{actor.name}, alleged by {actor.by or 'somebody not stated'}{denied}{words}"


def _full(incident: Incident) -> Object:
    """Return the dictionary form without null and empty lists, which STIX forbids (2.1, 2.12)."""
    told: Object = _spare(incident_dict(incident))
    return told


def _spare(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _spare(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, [], {})}
    return [_spare(item) for item in value] if isinstance(value, list) else value


def _url(text: str) -> str:
    plain = text.startswith(("http://", "https://")) and text.isascii()
    return text if plain and not any(c in text for c in ' <>"{}|\\^`\n\t') else ""


def producer() -> Object:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": PRODUCER,
        "created": MADE,
        "modified": MADE,
        "name": "tocsin register",
        "identity_class": "system",
        "object_marking_refs": [IDS[Tlp.CLEAR]],
    }


def extension() -> Object:
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION,
        "created_by_ref": PRODUCER,
        "created": MADE,
        "modified": MADE,
        "name": "tocsin incident",
        "description": (
            f"`{WHOLE}` holds the whole incident: uncertain times and places as intervals, who "
            "alleges what, gradings. Null and empty lists are left out and mean unknown."
        ),
        "schema": "urn:tocsin:schema:incident:1",
        "version": "1.0.0",
        "extension_types": ["property-extension"],
        "object_marking_refs": [IDS[Tlp.CLEAR]],
    }
