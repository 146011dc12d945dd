"""Two records of one incident made one, and taken apart again: contents only, nothing is written.

What only one record says is taken over.  Where both speak and differ, each keeps its say as a
statement, and the field holds both: amounts widen, an answer becomes unknown, a time or a place
stays the narrower where it lies within the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from tocsin.errors import RegisterError
from tocsin.geo import WGS84
from tocsin.register import words
from tocsin.schema import (
    Answer,
    Count,
    Incident,
    Link,
    LinkKind,
    Moment,
    Span,
    Stated,
    Statement,
    Tlp,
    Verification,
    When,
    Where,
)

T = TypeVar("T")
_CHECKED = (
    Verification.REFUTED,
    Verification.UNVERIFIED,
    Verification.PRESS,
    Verification.OFFICIAL,
    Verification.INVESTIGATED,
    Verification.ESTABLISHED,
)
_AMOUNTS = ("count_of_objects", "duration_s", "depth_m")
_ANSWERS = ("authorised", "transponder", "flight_plan", "radio", "response")


def merged(kept: Incident, other: Incident) -> Incident:
    """Return `kept` with what `other` says; raise RegisterError where they cannot be one."""
    for name in ("synthetic", "control"):
        if getattr(kept, name) != getattr(other, name):
            raise RegisterError(
                f"{kept.id} and {other.id} cannot be one: only one of them is {name}"
            )
    conflicts: list[Statement] = []
    change: dict[str, Any] = {
        "when": When(
            _moment("when.begin", kept, other, conflicts),
            _moment("when.end", kept, other, conflicts),
        ),
        "where": _where(kept, other, conflicts),
    }
    for name in _AMOUNTS:
        change[name] = _amount(name, kept, other, conflicts)
    for name in _ANSWERS:
        change[name] = _answer(name, kept, other, conflicts)
    if kept.domain is not other.domain:
        _differ("domain", kept, kept.domain.value, conflicts)
        _differ("domain", other, other.domain.value, conflicts)
    conflicts.append(Statement("what", _by(other), other.what, _grade(other)))
    return replace(
        kept,
        **change,
        states=_union(kept.states, other.states),
        actors=_actors(kept, other),
        civil=kept.civil or other.civil,
        incursions=_union(kept.incursions, other.incursions),
        claims=_union(kept.claims, other.claims),
        findings=_union(kept.findings, other.findings),
        statements=_union(_union(kept.statements, other.statements), tuple(conflicts)),
        sources=_union(kept.sources, other.sources),
        links=_union(kept.links, (Link(LinkKind.MERGED_FROM, other.id),)),
        verification=_verification(kept.verification, other.verification),
        tlp=min(kept.tlp, other.tlp, key=list(Tlp).index),  # the most restricted comes first
        notes="; ".join(filter(None, (kept.notes, other.notes))),
    )


def linked(incident: Incident, kind: LinkKind, *ids: str) -> Incident:
    """Return an incident with links more."""
    return replace(incident, links=_union(incident.links, tuple(Link(kind, id_) for id_ in ids)))


def unlinked(incident: Incident, kind: LinkKind, id_: str) -> Incident:
    """Return an incident without a link."""
    return replace(
        incident, links=tuple(link for link in incident.links if link != Link(kind, id_))
    )


def _moment(place: str, kept: Incident, other: Incident, conflicts: list[Statement]) -> Moment:
    part = place.removeprefix("when.")
    one, two = getattr(kept.when, part), getattr(other.when, part)
    if not one.known or not two.known or one == two:
        return two if not one.known else one  # type: ignore[no-any-return]
    hull = words.around(one, two)
    if hull in (one, two):
        return two if hull == one else one  # type: ignore[no-any-return]
    _differ(place, kept, str(one), conflicts)
    _differ(place, other, str(two), conflicts)
    return hull


def _where(kept: Incident, other: Incident, conflicts: list[Statement]) -> Where:
    one, two = kept.where, other.where
    if two.lat_deg is None and not two.outline_deg:
        return one
    if one.lat_deg is None and not one.outline_deg:
        return replace(two, text=one.text or two.text)
    if None not in (one.radius_m, two.radius_m):
        _, _, apart = WGS84.inv(one.lon_deg, one.lat_deg, two.lon_deg, two.lat_deg)
        if apart + (two.radius_m or 0.0) <= (one.radius_m or 0.0):
            return replace(two, text=one.text or two.text)
        if apart + (one.radius_m or 0.0) <= (two.radius_m or 0.0):
            return one
    if (one.lat_deg, one.lon_deg) != (two.lat_deg, two.lon_deg):
        _differ("where", other, _place(two), conflicts)
    return one


def _amount(name: str, kept: Incident, other: Incident, conflicts: list[Statement]) -> Span | Count:
    one, two = getattr(kept, name), getattr(other, name)
    if _silent(two) or _silent(one) or (one.least, one.most) == (two.least, two.most):
        return two if _silent(one) else one  # type: ignore[no-any-return]
    _differ(name, kept, _told(one), conflicts)
    _differ(name, other, _told(two), conflicts)
    low, high = words.hull((one.least, one.most), (two.least, two.most))
    return replace(one, least=low, most=high)  # type: ignore[no-any-return]


def _answer(name: str, kept: Incident, other: Incident, conflicts: list[Statement]) -> Stated:
    one, two = getattr(kept, name), getattr(other, name)
    if two.answer is Answer.UNKNOWN:
        return one  # type: ignore[no-any-return]
    if one.answer is Answer.UNKNOWN and not one.text:
        return two  # type: ignore[no-any-return]
    if one.answer is two.answer:
        if one.text != two.text:
            _differ(name, other, two.text or two.answer.value, conflicts)
        return one  # type: ignore[no-any-return]
    _differ(name, kept, f"{one.answer.value} {one.text}".strip(), conflicts)
    _differ(name, other, f"{two.answer.value} {two.text}".strip(), conflicts)
    return Stated(Answer.UNKNOWN, "", "those who said it differ")


def _actors(kept: Incident, other: Incident) -> Any:
    named = {actor.name.casefold() for actor in kept.actors}
    return (*kept.actors, *(a for a in other.actors if a.name.casefold() not in named))


def _verification(one: Verification, two: Verification) -> Verification:
    if Verification.DISPUTED in (one, two):
        return Verification.DISPUTED
    return max(one, two, key=_CHECKED.index)


def _differ(about: str, of: Incident, says: str, conflicts: list[Statement]) -> None:
    if says:
        conflicts.append(Statement(about, _by(of), says, _grade(of)))


def _by(of: Incident) -> str:
    return f"{of.sources[0].title} ({of.id})"


def _grade(of: Incident) -> str:
    return of.sources[0].grade


def _silent(span: Span | Count) -> bool:
    return span.least is None and span.most is None and not span.text


def _told(span: Span | Count) -> str:
    low = "open" if span.least is None else f"{span.least:g}"
    high = "open" if span.most is None else f"{span.most:g}"
    return f"{low} to {high}" + (f" ({span.text})" if span.text else "")


def _place(where: Where) -> str:
    if where.lat_deg is None or where.lon_deg is None:
        return where.text
    radius = "" if where.radius_m is None else f" within {where.radius_m / 1000:g} km"
    return f"{where.lat_deg:.4f}, {where.lon_deg:.4f}{radius} {where.text}".strip()


def _union(one: tuple[T, ...], two: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*one, *two)))
