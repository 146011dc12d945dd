"""The questions about one stay: was it allowed, planned, in contact, answering, when active."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.context import correlate, identity
from tocsin.context.identity import Facts, Index
from tocsin.context.moments import text_of
from tocsin.context.owed import Owed, owed
from tocsin.context.words import Answer, Complete
from tocsin.run import service
from tocsin.run.firs import Firs
from tocsin.run.stays import Stay
from tocsin.run.whose import competent
from tocsin.schema import Report

Json = dict[str, Any]
_ADDRESS = re.compile(r"([0-9a-f]{6})-\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Known:
    """All that may be asked of, for any stay."""

    reports: tuple[Report, ...]  # of people and of sensors
    index: Index  # the same, by what identifies them
    complete: tuple[Complete, ...]
    firs: Firs


def facts_of(track: str, label: str, reports: Sequence[Report]) -> Facts:
    """Return what is known of a track, by its name and by the reports (its plan too)."""
    found = _ADDRESS.fullmatch(track)
    facts = Facts(
        track=track,
        icao24=int(found[1], 16) if found else None,
        callsigns=(label,) if label else (),
    )
    words = {word for r in reports if (word := _state(r)) and concerns(facts, r)}
    state = {"yes": True, "no": False}[words.pop()] if len(words) == 1 else None
    return Facts(facts.track, facts.icao24, facts.callsigns, state_aircraft=state)


def concerns(facts: Facts, report: Report) -> bool:
    """Return whether a report is of a track: it names nobody, or names it."""
    if not identity.names_somebody(report):
        return True
    found = identity.match(facts, report)
    return found.shared and found.bans > 0


def _state(report: Report) -> str:
    """Return whether a report calls it a state aircraft: in so many words, or as STS/STATE."""
    filed = "STATE" in identity.all_values(report, "special")
    return identity.value(report, "state_aircraft") or ("yes" if filed else "")


def questions(stay: Stay, facts: Facts, known: Known, code: str) -> Json:
    """Return the answers for one stay, each with why, whose word, its weight and its sources.

    code  of the state whose airspace it is, "" where that is not known
    """
    volume, when = stay.volume.name, stay.interval_ns
    clearances = [r for r in known.reports if r.kind == "clearance"]
    decide = competent(code, clearances)
    allowed = correlate.authorised(
        facts, clearances, volume, when, competent=decide, complete=known.complete
    )
    due = {
        what: owed(what, stay.volume.layer, facts.state_aircraft, stay.crosses)
        for what in ("flight_plan", "transponder")
    }
    planned = correlate.flight_plan(
        facts, known.index, volume, when, owed=due["flight_plan"], complete=known.complete
    )
    answering = correlate.transponder(
        facts, known.reports, volume, when, owed=due["transponder"], complete=known.complete
    )
    sovereign = service.name_of(code, known.firs)
    rows, regions = service.shares(stay, known.firs, code, sovereign)
    spoke = correlate.radio(
        facts, known.reports, volume, when, sovereign=sovereign, shares=rows,
        complete=known.complete,
    )  # fmt: skip
    weight = service.weighed(rows, code, sovereign)
    return {
        "authorisation": told(allowed)
        | {"until": _until(allowed), "competent": list(decide), "state": code or None},
        "flight_plan": _owed(told(planned), due["flight_plan"]),
        "transponder": _owed(told(answering), due["transponder"]),
        "radio": told(spoke)
        | {"weight": str(weight.weight), "weight_why": weight.why, "regions": regions},
    }


def told(answer: Answer) -> Json:
    """Return an answer as findings.json shows it."""
    return {
        "answer": str(answer.value),
        "why": answer.why,
        "by": list(answer.by),
        "weight": str(answer.weighed.weight),
        "weight_why": answer.weighed.why,
        "sources": sources(answer.rows),
    }


def sources(reports: Sequence[Report]) -> list[Json]:
    """Return where reports stand and where they were published, each once."""
    out: list[Json] = []
    for r in reports:
        properties = dict(r.properties)
        row = {
            "by": r.by,
            "path": r.path,
            "place": r.place,
            "text": r.text,
            "grade": r.grade,
            **{key: properties.get(f"source_{key}", "") for key in ("title", "url", "date")},
        }
        row = {key: value for key, value in row.items() if value}
        if row and row not in out:
            out.append(row)
    return out


def _owed(row: Json, rule: Owed) -> Json:
    return row | {"owed": rule.value, "owed_why": rule.why}


def _until(answer: Answer) -> str | None:
    """Return until when those hold whose word decides, the first to end."""
    ends = [
        r.until_ns
        for r in answer.rows
        if r.until_ns is not None and r.by in answer.by and r.authorised == str(answer.value)
    ]
    return text_of(min(ends)) if ends else None
