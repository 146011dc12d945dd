"""Was it authorised, was there a plan, was it in contact, was its transponder on?

Each answer is yes, no, cannot tell, or not in this feed.  That nothing is found is "not in this
feed", unless somebody declares the feed complete for that place and time (`Complete`); then it is
their word, and "no".  How much a "no" weighs is said beside it: nothing where nothing was owed
(`owed`), little where another state served the airspace (`fir`).

A record that concerns another aircraft, another volume or another time changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tocsin.context import identity
from tocsin.context.fir import FirShare, radio_weight
from tocsin.context.identity import Facts, Index
from tocsin.context.owed import Owed, weight
from tocsin.context.words import Answer, Complete, Row, Value, combine
from tocsin.schema import Report

Interval = tuple[int, int]

#: Grounds for entry that no state has to grant first (Chicago 25; customary law of distress).
OWN_RIGHT = ("distress", "sar")


def authorised(
    facts: Facts,
    reports: Iterable[Report],
    volume: str,
    interval_ns: Interval,
    *,
    competent: Sequence[str] = (),
    complete: Sequence[Complete] = (),
) -> Answer:
    """Return whether the track was authorised in a volume over an interval of time.

    competent  whose word counts there: names as in `Report.by`, a state's name for all its
               bodies ("Estonia" for "Estonia, Ministry of Foreign Affairs"); empty: anybody's.
               What others say is named and decides nothing.
    """
    clear, possible = _concerning("clearance", facts, reports, volume, interval_ns)
    rows: list[Row] = []
    foreign: list[Report] = []
    asides: list[str] = []
    for report in clear:
        if not _competent(report, competent):
            foreign.append(report)
            continue
        unmet = [
            text
            for text in identity.all_values(report, "condition")
            if text not in facts.conditions_met
        ]
        word = report.authorised
        if word == "yes" and unmet:
            asides.append(
                f"{report.by} granted it on conditions that were not checked: {', '.join(unmet)}"
            )
            word = "unknown"
        rows.append((report, word))
    said = {"unknown": "does not say"}
    asides += [
        f"{r.by} {said.get(r.authorised, f'says {r.authorised}')}, and does not decide here"
        for r in foreign
    ]
    if rows:
        return _aside(combine(rows, interval_ns), asides, foreign)
    granted = [r for r in possible if r.authorised == "yes" and _competent(r, competent)]
    if granted:
        named = ", ".join(sorted({r.subject or r.text or r.by for r in granted}))
        why = f"a clearance was granted ({named}) and nothing tells whether to this aircraft"
        by = tuple(sorted({r.by for r in granted}))
        answer = Answer(Value.CANNOT_TELL, by, why, tuple(granted))
        return _aside(answer, asides, foreign)
    return _aside(
        _nothing("clearance", "clearance", volume, interval_ns, complete, facts), asides, foreign
    )


def flight_plan(
    facts: Facts,
    reports: Iterable[Report] | Index,
    volume: str,
    interval_ns: Interval,
    *,
    owed: Owed | None = None,
    complete: Sequence[Complete] = (),
) -> Answer:
    """Return whether there was a flight plan for the track.

    reports  plans (`plan.report`) and words of parties, both of kind flight_plan; give an `Index`
             where many tracks meet one feed
    owed     from `owed.owed`: a plan that is missing weighs only where it was owed
    """
    index = reports if isinstance(reports, Index) else Index.of(reports)
    feed = [r for r in index.near(facts) if r.kind == "flight_plan" and _is_plan(r)]
    filed = [r for r in feed if identity.value(r, "status") != "cancelled"]
    found = identity.best(facts, filed, interval_ns)
    words = [r for r in index.about(facts) if r.kind == "flight_plan" and not _is_plan(r)]
    said, _ = _concerning("flight_plan", facts, words, volume, interval_ns)
    rows: list[Row] = [(r, identity.value(r, "value") or "unknown") for r in said]
    if found.accepted and found.match:
        plan = found.match.report
        rows.append((replace(plan, t_ns=None, until_ns=None), "yes"))
        answer = combine(rows, interval_ns)
        why = f"{answer.why}; plan at {plan.place or plan.path}: {found.why}"
        kept = tuple(plan if r.properties == plan.properties else r for r in answer.rows)
        return replace(answer, why=why, rows=kept, weighed=weight(owed))
    if rows:
        return replace(combine(rows, interval_ns), weighed=weight(owed))
    if found.match:
        rivals = (found.match, *found.rivals)
        by = tuple(sorted({m.report.by for m in rivals}))
        rest = tuple(m.report for m in rivals)
        return Answer(Value.CANNOT_TELL, by, found.why, rest, weight(owed))
    answer = _nothing("flight_plan", "flight plan", volume, interval_ns, complete, facts)
    cancelled = [
        r for r in feed if r not in filed and identity.best(facts, [r], interval_ns).accepted
    ]
    if cancelled:
        aside = f"a plan at {cancelled[0].place} was cancelled"
        answer = _aside(answer, [aside], cancelled)
    return replace(answer, weighed=weight(owed))


def radio(
    facts: Facts,
    reports: Iterable[Report],
    volume: str,
    interval_ns: Interval,
    *,
    sovereign: str = "",
    shares: Sequence[FirShare] = (),
    complete: Sequence[Complete] = (),
) -> Answer:
    """Return whether there was two-way radio contact, one yes at any time inside being a yes.

    sovereign, shares  from which `fir.radio_weight` says how much silence weighs
    """
    said, _ = _concerning("radio", facts, reports, volume, interval_ns)
    rows = [(r, identity.value(r, "value") or "unknown") for r in said]
    answer = (
        combine(rows, interval_ns, events=True)
        if rows
        else _nothing("radio", "radio log", volume, interval_ns, complete, None)
    )
    return replace(answer, weighed=radio_weight(shares, sovereign))


def transponder(
    facts: Facts,
    reports: Iterable[Report],
    volume: str,
    interval_ns: Interval,
    *,
    owed: Owed | None = None,
    complete: Sequence[Complete] = (),
) -> Answer:
    """Return whether the transponder was on (yes) or off (no) over the interval.

    What the sensors heard is given as a report too: a sensor that heard replies says yes, and one
    that could have heard them and did not says no.
    """
    said, _ = _concerning("transponder", facts, reports, volume, interval_ns)
    rows = [(r, identity.value(r, "value") or "unknown") for r in said]
    answer = (
        combine(rows, interval_ns)
        if rows
        else _nothing("transponder", "transponder report", volume, interval_ns, complete, None)
    )
    return replace(answer, weighed=weight(owed))


def concerning(
    kind: str,
    facts: Facts,
    reports: Iterable[Report],
    volumes: Sequence[str],
    interval_ns: Interval,
) -> tuple[Report, ...]:
    """Return the reports of a kind that concern the track, in any of some volumes, then.

    volumes  none: only reports that name no volume
    """
    rows = tuple(reports)
    kept: dict[int, Report] = {}
    for volume in volumes or ("",):
        kept |= {id(r): r for r in _concerning(kind, facts, rows, volume, interval_ns)[0]}
    return tuple(row for row in rows if id(row) in kept)


def _concerning(
    kind: str, facts: Facts, reports: Iterable[Report], volume: str, interval_ns: Interval
) -> tuple[list[Report], list[Report]]:
    """Return the reports that concern the track there and then, and those that may."""
    clear, possible = [], []
    for report in reports:
        if report.kind != kind or not _here(report, volume) or not _then(report, interval_ns):
            continue
        if not identity.names_somebody(report):
            clear.append(report)
            continue
        found = identity.match(facts, report)
        same_operator = set(facts.operators) & set(identity.all_values(report, "operator"))
        if (found.shared or same_operator) and found.bans > 0:
            clear.append(report)
        elif not found.shared and found.bans >= 0:
            possible.append(report)
    return clear, possible


def _here(report: Report, volume: str) -> bool:
    named = {report.volume, *identity.all_values(report, "volume")} - {""}
    return not named or volume in named


def _then(report: Report, interval_ns: Interval) -> bool:
    event = report.kind == "radio" and report.until_ns is None
    return identity.overlaps(
        replace(report, until_ns=report.t_ns) if event else report, interval_ns
    )


def _competent(report: Report, competent: Sequence[str]) -> bool:
    if not competent or identity.value(report, "basis") in OWN_RIGHT:
        return True
    return any(report.by == name or report.by.startswith(f"{name},") for name in competent)


def _is_plan(report: Report) -> bool:
    return bool(identity.value(report, "status"))


def _nothing(
    kind: str,
    name: str,
    volume: str,
    interval_ns: Interval,
    complete: Sequence[Complete],
    facts: Facts | None,
) -> Answer:
    """Return the answer where nothing is found.

    facts  given where a record is found by identity: without one nothing can be looked up
    """
    covers = [c for c in complete if c.covers(kind, volume, interval_ns)]
    if not covers:
        partly = [c for c in complete if c.kind == kind and c.refused]
        why = f"no {name} found, and no feed of them is declared complete there and then"
        if partly:
            why += f" ({partly[0].by}'s has {partly[0].refused} records that could not be read)"
        return Answer(Value.NOT_IN_FEED, (), why)
    by = tuple(sorted({c.by for c in covers}))
    if facts is not None and not facts.identified:
        why = f"no {name} can be looked up for a track without address, call sign or registration"
        return Answer(Value.CANNOT_TELL, by, why)
    return Answer(
        Value.NO, by, f"no {name} in a feed that {', '.join(by)} declares complete there and then"
    )


def _aside(answer: Answer, asides: Sequence[str], rows: Sequence[Report]) -> Answer:
    if not asides:
        return answer
    return replace(answer, why="; ".join([answer.why, *asides]), rows=(*answer.rows, *rows))
