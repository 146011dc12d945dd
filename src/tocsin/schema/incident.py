"""An incident as the register keeps it: what somebody says happened, and how well it is known.

Every field that a source may leave out has a value for that: `unknown`, an open interval, an
empty tuple.  Nothing is guessed: an actor is *alleged* and by somebody, a count is a least and
a most, a date is an interval.  Where sources differ, `statements` keeps each of them.

`incident_of` and `incident_dict` turn it from and to plain dictionaries (TOML, JSON);
`incident_schema` is the JSON Schema of that form.  SCHEMA_VERSION rises when the form changes
in a way that an older reader would misunderstand.

Gradings: Admiralty (STANAG 2511: reliability A-F, credibility 1-6, F6 "cannot be judged");
marks: FIRST, Traffic Light Protocol 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tocsin.errors import IncidentError
from tocsin.schema.amounts import (
    NOT_COUNTED,
    NOT_MEASURED,
    NOT_STATED,
    Answer,
    Count,
    Span,
    Stated,
)
from tocsin.schema.civil import Civil
from tocsin.schema.moment import UNDATED, UNKNOWN, Moment, Precision, When
from tocsin.schema.record import json_schema, read, written
from tocsin.schema.where import NOWHERE, Where

SCHEMA_VERSION = 1
SCHEMA_ID = "urn:tocsin:schema:incident:1"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,119}")
_STATE = re.compile(r"[A-Z]{2,3}")
_GRADE = re.compile(r"[A-F][1-6]")
_SHA256 = re.compile(r"([0-9a-f]{64})?")


class Domain(StrEnum):
    AIR = "air"
    DRONE = "drone"
    MISSILE = "missile"
    BALLOON = "balloon"
    GNSS = "gnss"
    CYBER = "cyber"
    SEA = "sea"
    LAND = "land"


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0, the most restricted first."""

    RED = "RED"
    AMBER_STRICT = "AMBER+STRICT"
    AMBER = "AMBER"
    GREEN = "GREEN"
    CLEAR = "CLEAR"


class Verification(StrEnum):
    """How far somebody has checked that it happened."""

    UNVERIFIED = "unverified"
    PRESS = "press"
    OFFICIAL = "official"  # a state or an authority says so
    INVESTIGATED = "investigated"  # an investigation was closed with it
    ESTABLISHED = "established"  # by a finding of this register
    DISPUTED = "disputed"  # those in a position to know differ
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is said to have done it, and by whom; never the register's own opinion."""

    name: str
    by: str = ""  # who alleges it
    denied: Answer = Answer.UNKNOWN  # by the one who is named
    text: str = ""  # as said: "via Belarus, likely unintended"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from.  Its date is what `known_on` rests on."""

    title: str
    url: str = ""
    date: Moment = UNKNOWN
    grade: str = "F6"  # Admiralty
    sha256: str = ""  # of the archived copy

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise IncidentError("a source has no title", hint="say who published it")
        if not _GRADE.fullmatch(self.grade):
            raise IncidentError(
                f'grade "{self.grade}" is no Admiralty grade', hint="A-F and 1-6, as B2"
            )
        if not _SHA256.fullmatch(self.sha256):
            raise IncidentError(f'sha256 "{self.sha256}" is not 64 lower-case hexadecimal digits')


@dataclass(frozen=True, slots=True)
class Statement:
    """What one party says about one field; several that differ are a conflict, kept as one."""

    about: str  # a field of the incident: "duration_s", "actors", "authorised"
    by: str
    says: str
    grade: str = "F6"
    url: str = ""
    date: Moment = UNKNOWN

    def __post_init__(self) -> None:
        if not _GRADE.fullmatch(self.grade):
            raise IncidentError(
                f'grade "{self.grade}" is no Admiralty grade', hint="A-F and 1-6, as B2"
            )


class LinkKind(StrEnum):
    MERGED_FROM = "merged_from"
    MERGED_INTO = "merged_into"
    SPLIT_FROM = "split_from"
    SPLIT_INTO = "split_into"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Link:
    """Another incident of the register, and what it is to this one."""

    kind: LinkKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident: what the register believes was said, at one revision."""

    id: str
    what: str
    domain: Domain
    states: tuple[str, ...] = ()  # whose territory or airspace; ISO 3166-1, empty is unknown
    when: When = UNDATED
    where: Where = NOWHERE
    actors: tuple[Actor, ...] = ()  # alleged
    count_of_objects: Count = NOT_COUNTED
    duration_s: Span = NOT_MEASURED
    depth_m: Span = NOT_MEASURED
    authorised: Stated = NOT_STATED
    transponder: Stated = NOT_STATED  # yes: on
    flight_plan: Stated = NOT_STATED  # yes: filed
    radio: Stated = NOT_STATED  # yes: two-way contact with the service whose airspace it is
    response: Stated = NOT_STATED
    civil: Civil | None = None
    incursions: tuple[str, ...] = ()  # ids, as in findings.json
    claims: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    sources: tuple[Source, ...] = ()
    links: tuple[Link, ...] = ()
    verification: Verification = Verification.UNVERIFIED
    control: bool = False  # a known stray or a case of one's own: kept, never counted
    synthetic: bool = False
    tlp: Tlp = Tlp.CLEAR
    notes: str = ""
    schema_version: int = SCHEMA_VERSION

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise IncidentError(
                f'"{self.id}" is no id',
                hint="use letters, digits, dot, hyphen, colon, underscore; at most 120",
            )
        if not self.what.strip():
            raise IncidentError(f"{self.id} does not say what happened", place="what")
        if not self.sources:
            raise IncidentError(f"{self.id} has no source", hint="add at least one [[sources]]")
        for state in self.states:
            if not _STATE.fullmatch(state):
                raise IncidentError(f'state "{state}" is no ISO 3166-1 code', hint="as EE")
        if len(set(self.states)) < len(self.states):
            raise IncidentError(f"{self.id} names a state twice", place="states")
        if self.schema_version != SCHEMA_VERSION:
            raise IncidentError(
                f"schema_version {self.schema_version} is not {SCHEMA_VERSION}",
                hint="a newer tocsin wrote this; update this one",
            )

    @property
    def known_on(self) -> Moment:
        """When the world could know of it: the earliest of its sources' dates."""
        return earliest(source.date for source in self.sources)


def earliest(moments: Any) -> Moment:
    """Return the interval in which the first of several uncertain moments lies.

    Undated ones cannot push it back: what is undated may be as late as anything.
    """
    known = [moment for moment in moments if moment.known]
    if not known:
        return UNKNOWN
    if len(known) == 1:
        return known[0]  # type: ignore[no-any-return]
    low = [moment.earliest_ns for moment in known]
    high = [moment.latest_ns for moment in known if moment.latest_ns is not None]
    bounds = (None if None in low else min(low), min(high) if high else None)
    for moment in known:  # one that is first on both counts keeps its precision
        if (moment.earliest_ns, moment.latest_ns) == bounds:
            return moment  # type: ignore[no-any-return]
    return Moment(*bounds, Precision.INTERVAL) if bounds != (None, None) else UNKNOWN


def incident_of(record: Mapping[str, object], *, path: str = "", place: str = "") -> Incident:
    """Return the incident a dictionary holds.

    Strict: an unknown key, a wrong type or a value outside its list raises IncidentError, which
    names the place and the nearest key or value.  What is left out is unknown.
    """
    return read(Incident, record, path=path, place=place)


def incident_dict(incident: Incident) -> dict[str, Any]:
    """Return the dictionary form, every field written out."""
    return written(incident)  # type: ignore[no-any-return]


def incident_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the dictionary form."""
    schema = json_schema(Incident)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID}
    return {**head, "title": "tocsin incident", **schema}
