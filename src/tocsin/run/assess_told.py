"""An assessment as a row for --json and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tocsin.policy.threshold.assess import Assessment
from tocsin.policy.threshold.assurance import lines as tree_lines
from tocsin.policy.threshold.precedents import Near
from tocsin.run.policy_told import plain


def assess_row(found: Assessment, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return an assessment; past cases by id, with their factors left in the table."""
    rules = found.rules
    return {
        "incident": found.incident,
        "title": found.title,
        "not_said": found.not_said,
        "notes": list(notes),
        "rules": {"id": rules.id, "version": rules.version, "levels": list(rules.levels)},
        "level": plain(found.level),
        "level_with_own": plain(found.level_with_own),
        "set_aside": list(found.set_aside),
        "later_rules": list(found.later_rules),
        "factors": plain(found.factors.scores),
        "unknown": list(found.factors.unknown),
        "refused": list(found.factors.refused),
        "loads": plain(found.loads),
        "nearest": {
            kind: [_near_row(each) for each in getattr(found.nearest, kind)]
            for kind in ("overall", "consulted", "not_consulted")
        },
        "not_ranked": list(found.nearest.not_ranked),
        "consistency": plain(found.consistency),
        "hypotheses": plain(found.hypotheses),
        "dissent": plain(found.dissent),
        "assurance": plain(found.tree),
        "gaps": plain(found.gaps),
    }


def _near_row(near: Near) -> dict[str, Any]:
    case = near.precedent
    return {
        "id": case.id,
        "title": case.title,
        "date": case.date,
        "later": near.later,
        "states": list(case.states),
        "consulted": case.consulted,
        "level": case.level,
        "outcome": case.outcome,
        "source": plain(case.source),
        "note": case.note,
        "distance": near.distance,
        "least": near.least,
        "most": near.most,
        "compared": list(near.compared),
        "reasons_for": list(near.reasons_for),
        "reasons_against": list(near.reasons_against),
    }


def assess_lines(found: Assessment, notes: Sequence[str] = ()) -> Iterator[str]:
    """Yield an assessment for people, the dissent included."""
    yield f"{found.incident}: {found.title}" if found.title else found.incident
    yield from notes
    level = found.level
    named = level.low_name if level.low == level.high else f"{level.low_name} to {level.high_name}"
    yield f"Cases with such factors have led to: {named} ({found.rules.id} {found.rules.version})"
    if found.set_aside:
        own = found.level_with_own
        span = own.low_name if own.low == own.high else f"{own.low_name} to {own.high_name}"
        yield (
            f"  set aside, as read from this very case: {', '.join(found.set_aside)}; "
            f"with it: {span}"
        )
    if found.later_rules:
        ids = ", ".join(found.later_rules)
        yield f"  read from later cases, which nobody could know then: {ids}"
    for short in level.open:
        could = "open" if short.could_hold else "not reached"
        yield (
            f"  {short.rule}: {short.factor} {short.low:.2g} to {short.high:.2g}, "
            f"needs {short.needs:g} ({could})"
        )
    if found.factors.unknown:
        yield f"Not known: {', '.join(found.factors.unknown)}"
    yield from (f"Refused: {said}" for said in found.factors.refused)
    for each in found.loads:
        yield f"Load of earlier cases, tau {each.tau_d:g} d: {each.low:.3g} to {each.high:.3g}"
    for title, kind in (("consulted", "consulted"), ("no request found", "not_consulted")):
        yield f"Nearest past cases, {title}:"
        for near in getattr(found.nearest, kind):
            case = near.precedent
            yield (
                f"  {case.id}{' (later)' * near.later} {near.distance:.2f} "
                f"({near.least:.2f} to {near.most:.2f}, on {len(near.compared)}): {case.title}"
            )
    nearest = [*found.nearest.consulted[:1], *found.nearest.not_consulted[:1]]
    for near in nearest:
        yield f"Beside {near.precedent.id}:"
        yield f"  for: {'; '.join(near.reasons_for) or 'nothing'}"
        yield f"  against: {'; '.join(near.reasons_against) or 'nothing'}"
    audit = found.consistency
    yield (
        f"Consistency: {len(audit.clashes)} clashes in {audit.comparable} comparable pairs of "
        f"{len(audit.cases)} cases; across states: {audit.across.why}"
    )
    if found.hypotheses:
        yield f"Hypotheses: {found.hypotheses.says}"
        for item in found.hypotheses.weighed[:3]:
            told = "not rated twice" if item.diagnosticity is None else f"{item.diagnosticity:.2f}"
            yield f"  {item.id}: diagnosticity {told}"
    yield "Dissent:" if found.dissent else "Dissent: none on record"
    for said in found.dissent:
        on = f" on {said.on}" if said.on else ""
        yield f"  {said.by}{on}: {said.says}"
    yield "Resting on:"
    yield from (f"  {line}" for line in tree_lines(found.tree))
    yield found.not_said
