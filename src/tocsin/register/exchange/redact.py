"""What may leave for an audience: whole incidents by their mark, then fields by what they reveal.

| for           | incidents marked    | sensors         | operators       | authors' names |
|---------------|---------------------|-----------------|-----------------|----------------|
| CLEAR         | CLEAR               | removed         | removed         | removed        |
| GREEN         | and GREEN           | removed         | removed         | removed        |
| AMBER         | and AMBER           | removed         | removed         | kept           |
| AMBER+STRICT  | and AMBER+STRICT    | kept            | removed         | kept           |
| RED           | all                 | kept            | kept            | kept           |

Marks are those of FIRST, TLP 2.0.  *Sensors*: where one stands and how well it measures, wherever
text says so (`scrub`), names of sensors among findings, claims and incursions, and addresses
inside an organisation.  *Operators*: where the operator or pilot of a drone stood, their identity,
addresses and telephone numbers.  *Authors' names*: who wrote a revision or signed a dissent.

Ids of withheld incidents are not told: links to them go, and their ids in other incidents' texts.
A hash goes with anything removed from what it covers: a reader could try guesses against it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from tocsin.register.exchange.item import Item, Removal, strictness
from tocsin.register.exchange.scrub import PERSON, SENSOR, WITHHELD, names_sensor, scrub, suspicious
from tocsin.schema import Incident, Tlp, incident_dict, incident_of

_PUBLIC_URL = re.compile(r"https?|doi|urn", re.I)
_PRIVATE_HOST = re.compile(
    r"localhost|[^.]*|.*\.(?:local|internal|intranet|lan|home|corp|test|invalid)"
    r"|\d+\.\d+\.\d+\.\d+|\[?[0-9a-f:]+\]?",
    re.I,
)
_WHY = {
    SENSOR: "reveals a sensor or its accuracy",
    PERSON: "says who or where a person is",
    WITHHELD: "names an incident marked for fewer",
}
#: Fields with a fixed form, in which no sentence can stand.
_FORMAL = frozenset({"id", "domain", "states", "when", "tlp", "verification", "schema_version"})
_FORMAL_PARTS = frozenset(
    {"answer", "denied", "grade", "date", "sha256", "kind"}
    | {"airspace_class", "causes", "separation_lost", "severity"}
)
_LISTED = ("incursions", "claims", "findings")


@dataclass(frozen=True, slots=True)
class Profile:
    """What an audience is spared."""

    audience: Tlp
    rules: frozenset[str]
    authors: bool  # names are kept


@dataclass(frozen=True, slots=True)
class Redacted:
    """What may leave, and what does not."""

    items: tuple[Item, ...]
    withheld: int
    removed: tuple[Removal, ...]


def profile(audience: Tlp) -> Profile:
    """Return what is removed for an audience."""
    level = strictness(audience)
    rules = set()
    if level < strictness(Tlp.AMBER_STRICT):
        rules.add(SENSOR)
    if level < strictness(Tlp.RED):
        rules.add(PERSON)
    return Profile(audience, frozenset(rules), level >= strictness(Tlp.AMBER))


def told(audience: Tlp) -> dict[str, str]:
    """Return what a file says of its profile."""
    how = profile(audience)
    gone = {True: "removed", False: "kept"}
    return {
        "sensors": gone[SENSOR in how.rules],
        "operators": gone[PERSON in how.rules],
        "authors": gone[not how.authors],
    }


def allowed(tlp: Tlp, audience: Tlp) -> bool:
    """Return whether an incident so marked may leave for an audience."""
    return strictness(tlp) <= strictness(audience)


def redact(
    items: Iterable[Item],
    audience: Tlp,
    *,
    stricter: Iterable[str] = (),
    marks: Mapping[str, Tlp] | None = None,
) -> Redacted:
    """Return the items that may leave for an audience, without what it is spared.

    stricter  ids of incidents elsewhere in the register that may not be named
    marks     of incidents that links name; one that is not there is taken as withheld
    """
    given = list(items)
    kept = [item for item in given if allowed(item.tlp, audience)]
    shown = {item.incident.id for item in kept}
    hidden = {item.incident.id for item in given} - shown | set(stricter)
    known = marks or {}

    def may_name(name: str) -> bool:
        if name in hidden:
            return False
        if name in shown or audience is Tlp.RED:
            return True
        return name in known and allowed(known[name], audience)

    how = profile(audience)
    unseen = {link.id for item in kept for link in item.incident.links if not may_name(link.id)}
    done = [_item(item, how, frozenset(hidden | unseen), may_name) for item in kept]
    removed = sorted({removal for _, removals in done for removal in removals})
    return Redacted(tuple(item for item, _ in done), len(given) - len(kept), tuple(removed))


def _item(
    item: Item, how: Profile, hidden: frozenset[str], may_name: Callable[[str], bool]
) -> tuple[Item, list[Removal]]:
    pen = _Pen(item.incident.id, how, hidden)
    incident = _incident(item.incident, pen, may_name)
    reason = pen.text(item.reason, "revision.reason")
    out = replace(item, incident=incident, reason=reason)
    if incident is not item.incident:
        out = replace(out, content_sha256="")
    if incident is not item.incident or reason != item.reason or not how.authors:
        out = replace(out, hash="", previous="")
    if not how.authors:
        out = replace(out, author="")
    dissents = tuple(_dissent(body, pen, f"dissents[{n}]") for n, body in enumerate(item.dissents))
    return replace(out, dissents=dissents), pen.removed


def _incident(incident: Incident, pen: _Pen, may_name: Callable[[str], bool]) -> Incident:
    told = incident_dict(incident)
    kept = [link for link in told["links"] if may_name(link["id"])]
    if len(kept) < len(told["links"]):
        pen.note("links", WITHHELD)
        told["links"] = kept
    if not _suspicious(told, pen):
        return incident_of(told) if pen.removed else incident
    if SENSOR in pen.how.rules:
        for name in _LISTED:
            told[name] = pen.without(told[name], name, names_sensor)
        told["statements"] = pen.without(
            told["statements"], "statements", lambda said: names_sensor(said["about"])
        )
    for name, value in told.items():
        if name not in _FORMAL and name != "links":
            told[name] = pen.walk(value, name)
    return incident_of(told) if pen.removed else incident


def _suspicious(told: Mapping[str, Any], pen: _Pen) -> bool:
    """Return whether an incident needs a close look: most say nothing that could be removed."""
    urls = [each["url"] for each in (*told["sources"], *told["statements"])]
    if SENSOR in pen.how.rules and not all(_public(url) for url in urls if url):
        return True
    free = [value for name, value in told.items() if name not in _FORMAL and name != "links"]
    return suspicious("\n".join(_texts(free)), pen.hidden)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _dissent(body: Mapping[str, Any], pen: _Pen, place: str) -> dict[str, Any]:
    out = dict(body)
    out["says"] = pen.text(str(body.get("says", "")), f"{place}.says")
    if SENSOR in pen.how.rules and names_sensor(str(body.get("finding", ""))):
        out["finding"] = ""
        pen.note(f"{place}.finding", SENSOR)
    if not pen.how.authors:
        for name in ("by", "public_key", "signature", "revision"):
            out.pop(name, None)
        pen.note(f"{place}.by", PERSON)
    elif out != body:  # what was signed is no longer there
        for name in ("signature", "revision"):
            out.pop(name, None)
    return out


class _Pen:
    """Strikes out of one incident, and keeps account."""

    def __init__(self, name: str, how: Profile, hidden: frozenset[str]) -> None:
        self.name, self.how, self.hidden = name, how, hidden
        self.removed: list[Removal] = []

    def note(self, field: str, rule: str) -> None:
        self.removed.append(Removal(self.name, field, _WHY[rule]))

    def walk(self, value: Any, place: str) -> Any:
        if isinstance(value, dict):
            return {
                key: item if key in _FORMAL_PARTS else self.walk(item, f"{place}.{key}")
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.walk(item, f"{place}[{n}]") for n, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        return self.url(value, place) if place.endswith(".url") else self.text(value, place)

    def text(self, value: str, place: str) -> str:
        out, why = scrub(value, self.how.rules, self.hidden)
        for rule in sorted(why):
            self.note(place, rule)
        return out

    def url(self, value: str, place: str) -> str:
        if SENSOR in self.how.rules and value and not _public(value):
            self.note(place, SENSOR)
            return ""
        if WITHHELD in scrub(value, frozenset(), self.hidden)[1]:
            self.note(place, WITHHELD)
            return ""
        return value

    def without(self, items: list[Any], place: str, reveals: Callable[[Any], bool]) -> list[Any]:
        kept = [item for item in items if not reveals(item)]
        if len(kept) < len(items):
            self.note(place, SENSOR)
        return kept


def _public(url: str) -> bool:
    """Return whether an address is one that the world can open, and carries no password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not _PUBLIC_URL.fullmatch(parts.scheme):
        return False
    if parts.scheme.lower() in ("doi", "urn"):
        return True
    return "@" not in parts.netloc and not _PRIVATE_HOST.fullmatch(host)
