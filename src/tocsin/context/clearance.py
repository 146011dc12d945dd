"""Clearances: who asked, who granted or refused, from when until when, for whom and for what.

A TOML file of [[clearance]] tables:

    [[clearance]]
    basis = "diplomatic"           # diplomatic, atc, route, distress, sar
    authorised = "yes"             # yes, no, unknown
    asked_by = "Sweden, embassy"
    granted_by = "Estonia, Ministry of Foreign Affairs"
    asked = 2025-09-10T08:00:00Z
    decided = 2025-09-12T09:30:00Z
    from = 2025-09-19T00:00:00Z
    until = 2025-09-19T23:59:00Z
    callsign = ["SVF631"]          # also registration, icao24, operator; none: anybody
    volume = ["EE"]                # none: anywhere
    route = "NEPAX M611 TLL"
    conditions = ["not below FL 100"]
    reference = "DIP-2025-0412"

Diplomatic clearance is the authorisation of Chicago Convention article 3(c); an ATC clearance is
permission to proceed within a service (Annex 11), and binds no other state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.context.gathered import Gathered, Gathering
from tocsin.context.logs import WORDS, interval, one_of, tables, word
from tocsin.context.moments import text_of
from tocsin.context.other import address
from tocsin.context.refused import Refused
from tocsin.schema import Report

BASES = ("diplomatic", "atc", "route", "distress", "sar")


@dataclass(frozen=True, slots=True)
class Clearance:
    """One permission, asked for, granted or refused."""

    basis: str
    authorised: str  # yes, no, unknown
    granted_by: str  # whose word it is, a refusal too
    asked_by: str = ""
    asked_ns: int | None = None
    decided_ns: int | None = None
    from_ns: int | None = None
    until_ns: int | None = None
    callsigns: tuple[str, ...] = ()
    registrations: tuple[str, ...] = ()
    icao24: tuple[int, ...] = ()
    operators: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    route: str = ""
    conditions: tuple[str, ...] = ()
    reference: str = ""
    grade: str = ""
    path: str = ""
    place: str = ""


def parse(text: str, path: str = "") -> Gathered[Clearance]:
    """Return the clearances of a TOML text; bad tables are refused one by one."""
    whole: Gathering[Report] = Gathering(path)
    out: Gathering[Clearance] = Gathering(path)
    for place, table in tables(text, "clearance", whole):
        try:
            out.items.append(_clearance(table, path, place))
        except Refused as refused:
            out.refuse(place, refused, str(dict(table)))
    out.refusals.extend(whole.refusals)
    return out.done()


def report(clearance: Clearance) -> Report:
    """Return a clearance as a report; what it is for stands in the properties, name by name."""
    c = clearance
    pairs = [
        ("basis", c.basis),
        *(("callsign", name) for name in c.callsigns),
        *(("registration", mark) for mark in c.registrations),
        *(("icao24", f"{number:06x}") for number in c.icao24),
        *(("operator", name) for name in c.operators),
        *(("volume", name) for name in c.volumes),
        *(("condition", text) for text in c.conditions),
    ]
    times = [("asked", c.asked_ns), ("decided", c.decided_ns)]
    pairs += [(key, text_of(ns)) for key, ns in times if ns is not None]
    texts = [("asked_by", c.asked_by), ("route", c.route), ("reference", c.reference)]
    pairs += [(key, text) for key, text in texts if text]
    return Report(
        kind="clearance",
        t_ns=c.from_ns,
        until_ns=c.until_ns,
        authorised=c.authorised,
        by=c.granted_by,
        subject=c.callsigns[0] if len(c.callsigns) == 1 else "",
        volume=c.volumes[0] if len(c.volumes) == 1 else "",
        text=c.reference or c.route,
        grade=c.grade,
        path=c.path,
        place=c.place,
        properties=tuple(pairs),
    )


def _clearance(table: Mapping[str, object], path: str, place: str) -> Clearance:
    granted_by = word(table, "granted_by")
    if not granted_by:
        raise Refused("missing-field", "granted_by is missing: whose decision is it?")
    from_ns, until_ns = interval(table, "from", "until")
    asked_ns, decided_ns = interval(table, "asked", "decided")
    return Clearance(
        basis=one_of(table, "basis", BASES, ""),
        authorised=one_of(table, "authorised", WORDS, ""),
        granted_by=granted_by,
        asked_by=word(table, "asked_by"),
        asked_ns=asked_ns,
        decided_ns=decided_ns,
        from_ns=from_ns,
        until_ns=until_ns,
        callsigns=_words(table, "callsign"),
        registrations=tuple(mark.replace("-", "") for mark in _words(table, "registration")),
        icao24=tuple(address(name) for name in _words(table, "icao24")),
        operators=_words(table, "operator"),
        volumes=_words(table, "volume"),
        route=word(table, "route"),
        conditions=_words(table, "conditions"),
        reference=word(table, "reference"),
        grade=word(table, "grade"),
        path=path,
        place=place,
    )


def _words(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise Refused("bad-value", f"{key} = {value!r} is neither text nor a list of texts")
    return tuple(name.strip() for name in given if name.strip())
