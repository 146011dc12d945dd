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

from dataclasses import dataclass

from tocsin.claims.evidence import Evidence, Gap
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
}
INTERCEPTING = ("airborne", "intercepted", "escorted", "")  # steps that say who went


@dataclass(frozen=True, slots=True)
class Word:
    holds: bool = False  # of no meaning where there is a gap
    gap: Gap | None = None
    notes: tuple[str, ...] = ()


def said(fact: Fact, evidence: Evidence, by: str) -> Word:
    """Return what the reports of a case say of a fact that `by` claims."""
    if fact.quantity == "interceptors_from":
        return _went(fact.value, evidence)
    kind = KINDS[fact.quantity]
    filed = [r for r in evidence.reports if r.kind == kind and not _expired(r, evidence)]
    if not filed:
        return Word(gap=Gap(f"no report on {fact.quantity}"))
    voices: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for report in filed:
        value = value_of(report)
        if value:
            voices.setdefault(party(report.by), set()).add(value)
            names.setdefault(party(report.by), report.by or "an unnamed source")
    if not voices:
        return Word(gap=Gap(f"the reports on {fact.quantity} do not say; that is not a no"))

    claimant = party(by)
    parties = evidence.claimants | {claimant}
    parties = frozenset(party(name) for name in parties if name)
    agree = sorted(who for who, values in voices.items() if fact.value in values)
    differ = sorted(who for who, values in voices.items() if values - {fact.value})
    free_agree = [who for who in agree if who not in parties]
    free_differ = [who for who in differ if who not in parties]
    notes = tuple(
        f"{names[who]} reports {fact.quantity} {' and '.join(sorted(voices[who]))}"
        for who in sorted(voices)
    )
    if agree and differ:
        return Word(gap=Gap(f"word against word on {fact.quantity}", looked=True), notes=notes)
    if free_agree:
        return Word(True, notes=(*notes, f"on the word of {_list(names, free_agree)}"))
    if free_differ:
        return Word(False, notes=(*notes, f"on the word of {_list(names, free_differ)}"))
    if claimant in differ:
        return Word(False, notes=(*notes, "the claimant's own record says otherwise"))
    if claimant in agree and len(agree) == 1:
        why = f"only {by} itself reports {fact.quantity} {fact.value}: no independent witness"
        return Word(gap=Gap(why, looked=True), notes=notes)
    why = f"only parties to the dispute report on {fact.quantity}: no independent witness"
    return Word(gap=Gap(why, looked=True), notes=notes)


def _went(place: str, evidence: Evidence) -> Word:
    """Return whether any interceptor is reported to have come from a place.

    Several may have come from several places, so a report of another place is no contradiction
    while any names this one; it is where all that name a place name others.
    """
    told: dict[str, str] = {}
    for report in evidence.reports:
        start = dict(report.properties).get("from", "")
        if report.kind == "response" and report.step in INTERCEPTING and start:
            who = report.subject or "an interceptor"
            told.setdefault(f"{who} from {start}, says {report.by or 'an unnamed source'}", start)
    if not told:
        return Word(gap=Gap("no report says where interceptors came from"))
    named = [
        said
        for said, start in told.items()
        if place.casefold() in [part.strip().casefold() for part in start.split(",")]
    ]
    return Word(bool(named), notes=tuple(named or told))


def value_of(report: Report) -> str:
    """Return what a report says of its fact, "" where it does not say.

    A clearance says it in `authorised`; the others in the property `value`, or one named as their
    kind, else in `authorised`.  A transponder's yes and no are on and off.
    """
    properties = dict(report.properties)
    keys = () if report.kind == "clearance" else ("value", report.kind)
    stated = next((properties[key] for key in keys if key in properties), report.authorised)
    word = stated.strip().casefold()
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
