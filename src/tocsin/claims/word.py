"""Facts by report: what a record says, whose word it is, and how far that word carries.

A party to the dispute cannot be its own witness.  A claim is

- supported     if an independent witness reports it and nobody reports otherwise
- contradicted  if an independent witness reports otherwise, or the claimant's own record does,
                and nobody reports it
- unresolved    if reports disagree, or only parties to the dispute speak
- unobserved    if there is no report, or none that says; "not in this feed" is not "no"

A party is what stands before the first comma: "Estonia, Ministry of Foreign Affairs" and
"Estonia, defence forces" are one, and are heard once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tocsin.claims.evidence import Evidence, Gap, Row
from tocsin.claims.tree import Fact
from tocsin.claims.weigh import party
from tocsin.schema import Report

#: The kind of report that answers each fact.
KINDS = {
    "transponder": "transponder",
    "flight_plan": "flight_plan",
    "radio": "radio",
    "authorised": "clearance",
    "interceptors_from": "response",
    "reported": "statement",
}
INTERCEPTING = ("airborne", "intercepted", "escorted", "")  # steps that say who went


@dataclass(frozen=True, slots=True)
class Word:
    holds: bool = False  # of no meaning where there is a gap
    gap: Gap | None = None
    notes: tuple[str, ...] = ()
    rests_on: tuple[Row, ...] = ()  # the reports


def said(fact: Fact, evidence: Evidence, by: str) -> Word:
    """Return what the reports of a case say of a fact that `by` claims."""
    if fact.quantity == "interceptors_from":
        return _went(fact.value, evidence)
    kind, what = KINDS[fact.quantity], fact.of or fact.quantity
    filed = [r for r in evidence.reports if r.kind == kind and not _expired(r, evidence)]
    if fact.of:
        filed = [r for r in filed if r.subject.casefold() == fact.of.casefold()]
    if not filed:
        return Word(gap=Gap(f"no report on {what}"))
    rows = tuple(map(row_of, filed))
    voices: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for report in filed:
        value = value_of(report)
        if value:
            voices.setdefault(party(report.by), set()).add(value)
            names.setdefault(party(report.by), report.by or "an unnamed source")
    if not voices:
        why = f"the reports on {what} do not say; that is not a no"
        return Word(gap=Gap(why), rests_on=rows)
    return _weighed(fact, voices, names, rows, evidence.claimants, by)


def _weighed(
    fact: Fact,
    voices: dict[str, set[str]],
    names: dict[str, str],
    rows: tuple[Row, ...],
    claimants: Collection[str],
    by: str,
) -> Word:
    """Return the word that voices, one a party, come to; `by` is whose claim it is."""
    what, value = fact.of or fact.quantity, fact.value.casefold()
    claimant = party(by)
    parties = frozenset(party(name) for name in (*claimants, claimant) if name)
    agree = sorted(who for who, values in voices.items() if value in values)
    differ = sorted(who for who, values in voices.items() if values - {value})
    free_agree = [who for who in agree if who not in parties]
    free_differ = [who for who in differ if who not in parties]
    colon = ":" if fact.of else ""
    notes = tuple(
        f"{names[who]} reports {what}{colon} {' and '.join(sorted(voices[who]))}"
        for who in sorted(voices)
    )
    if agree and differ:
        gap = Gap(f"word against word on {what}", looked=True)
        return Word(gap=gap, notes=notes, rests_on=rows)
    if free_agree:
        return Word(True, None, (*notes, f"on the word of {_list(names, free_agree)}"), rows)
    if free_differ:
        return Word(False, None, (*notes, f"on the word of {_list(names, free_differ)}"), rows)
    if claimant in differ:
        return Word(False, None, (*notes, "the claimant's own record says otherwise"), rows)
    why = f"only parties to the dispute report on {what}: no independent witness"
    if claimant in agree and len(agree) == 1:
        why = f"only {by} itself reports {what} {fact.value}: no independent witness"
    return Word(gap=Gap(why, looked=True), notes=notes, rests_on=rows)


def _went(place: str, evidence: Evidence) -> Word:
    """Return whether any interceptor is reported to have come from a place.

    Several may have come from several places, so a report of another place is no contradiction
    while any names this one; it is where all that name a place name others.
    """
    told: dict[str, str] = {}
    rows: list[Row] = []
    for report in evidence.reports:
        start = dict(report.properties).get("from", "")
        if report.kind == "response" and report.step in INTERCEPTING and start:
            who = report.subject or "an interceptor"
            told.setdefault(f"{who} from {start}, says {report.by or 'an unnamed source'}", start)
            rows.append(row_of(report))
    if not told:
        return Word(gap=Gap("no report says where interceptors came from"))
    named = [
        said
        for said, start in told.items()
        if place.casefold() in [part.strip().casefold() for part in start.split(",")]
    ]
    return Word(bool(named), notes=tuple(named or told), rests_on=tuple(rows))


def row_of(report: Report) -> dict[str, Any]:
    """Return a report as a claim that rests on it shows it; what it does not say is left out."""
    properties = dict(report.properties)
    value = report.authorised if report.kind == "clearance" else properties.get("value", "")
    source = {key: properties.get(f"source_{key}", "") for key in ("title", "url", "date")}
    row = {
        "kind": "report",
        "report": report.kind,
        "by": report.by,
        "about": report.subject,
        "step": report.step,
        "value": value,
        "from": properties.get("from", ""),
        "text": report.text,
        "grade": report.grade,
    }
    sources = [{k: v for k, v in source.items() if v}] if source["title"] else []
    return {key: text for key, text in row.items() if text} | {"sources": sources}


def value_of(report: Report) -> str:
    """Return what a report says of its fact, "" where it does not say.

    A statement says whatever it says, in `value`; a clearance says it in `authorised`; the others
    in the property `value`, or one named as their kind, else in `authorised`.  A transponder's yes
    and no are on and off.
    """
    properties = dict(report.properties)
    keys = () if report.kind == "clearance" else ("value", report.kind)
    stated = next((properties[key] for key in keys if key in properties), report.authorised)
    word = stated.strip().casefold()
    if report.kind == "statement":
        return properties.get("value", "").strip().casefold()
    if report.kind == "transponder":
        return {"on": "on", "yes": "on", "off": "off", "no": "off"}.get(word, "")
    return word if word in ("yes", "no") else ""


def _expired(report: Report, evidence: Evidence) -> bool:
    """Return whether a report ran out before the case's window began.

    A report *written* after the window still speaks of it, so its own time excludes nothing.
    """
    window = evidence.window_ns
    return window is not None and report.until_ns is not None and report.until_ns < window[0]


def _list(names: dict[str, str], who: list[str]) -> str:
    return " and ".join(names[one] for one in who)
