"""Whether two incidents of the register are one, reported twice: proposed with reasons, never done.

Each field gives evidence in bans, log10 of how much likelier the two records are if they are one
incident than if they are two of the same list (Fellegi & Sunter 1969).  Agreement on a rare value
weighs more: two reports of the same minute say more than two of the same month.  A field that
either leaves open says nothing.  The sum becomes a chance by two numbers fitted on a labelled set
(docs/reference/register-matching.md); fields are not independent, and the fit takes that back.

The weights are judgements, named below with their reasons.  Nothing here merges anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log10

from tocsin.geo import WGS84
from tocsin.register import match_words as words
from tocsin.register.query import NEVER_NS
from tocsin.schema import Answer, Count, Domain, Incident, Span

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS
#: A day that a source counts in its own time may begin so much before or after the UTC day.
ZONE_NS = 3 * HOUR_NS
#: Incidents further apart than this are never compared: no rounding of dates reaches so far.
REACH_NS = 3 * DAY_NS
#: Two records of one list lie this far apart at random, about: what agreement is measured by.
YEAR_NS = 365 * DAY_NS
_MONDAY = 3  # 1 January 1970 was a Thursday
REGION_M = 250_000.0
#: Even an exact position says no more: half of all incidents of a state happen at one place.
MOST_PLACE = 1.0
FLYING = frozenset({Domain.AIR, Domain.DRONE, Domain.MISSILE, Domain.BALLOON})

#: Fitted by benchmarks/register_matching.py on 22 November 2026: log10 odds = SLOPE bans + OFFSET.
SLOPE, OFFSET = 0.9, -2.4
PROPOSED = 0.5


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field says for (+) or against (-) the two being one."""

    field: str
    bans: float
    says: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two incidents that may be one."""

    a: str
    b: str
    chance: float
    reasons: tuple[Reason, ...]  # the weightiest first


Rule = Callable[[Incident, Incident, words.Weights], Reason | None]


def proposals(incidents: Sequence[Incident], at_least: float = PROPOSED) -> list[Proposal]:
    """Return the pairs that are likely one incident, the likeliest first.

    Pairs whose begins lie more than three days apart are not looked at, nor are those that are
    linked as split, and records already merged.
    """
    by = word_weights(incidents)
    found = [compare(a, b, by) for a, b in pairs(incidents)]
    kept = [each for each in found if each.chance >= at_least]
    return sorted(kept, key=lambda each: (-each.chance, each.a, each.b))


def pairs(incidents: Sequence[Incident]) -> Iterator[tuple[Incident, Incident]]:
    """Yield the pairs worth comparing, each once: those that may have begun within three days."""
    order = sorted(incidents, key=lambda each: (_begun(each)[0], each.id))
    live: list[Incident] = []
    for each in order:
        first = _begun(each)[0]
        live = [other for other in live if _begun(other)[1] + REACH_NS >= first]
        for other in live:
            if not _linked(each, other):
                yield (other, each) if other.id < each.id else (each, other)
        live.append(each)


def compare(a: Incident, b: Incident, by: words.Weights) -> Proposal:
    """Return how likely two records are one incident, and why."""
    reasons = [reason for rule in _RULES if (reason := rule(a, b, by)) is not None]
    shared = _one_source(a, b, reasons)
    if shared is not None:
        reasons.append(shared)
    bans = sum(reason.bans for reason in reasons)
    odds = max(-30.0, min(30.0, SLOPE * bans + OFFSET))
    reasons.sort(key=lambda reason: -abs(reason.bans))
    return Proposal(a.id, b.id, 1 / (1 + 10**-odds), tuple(reasons))


def word_weights(incidents: Iterable[Incident]) -> words.Weights:
    """Return how much each word of these incidents weighs."""
    return words.weights(words.tokens(each.what) for each in incidents)


def _time(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    (a0, a1), (b0, b1) = _begun(a), _begun(b)
    if NEVER_NS in (abs(a0), abs(a1), abs(b0), abs(b1)):
        return None
    # An hour is the least: clocks, rounding, and what counts as the begin.
    wide = max((a1 - a0) + (b1 - b0), HOUR_NS)
    gap = max(a0, b0) - min(a1, b1)
    if gap < 0:  # intervals are half open: those that only touch do not meet
        return Reason("when", min(3.5, log10(YEAR_NS / wide)), f"{a.when.begun}, {b.when.begun}")
    says = f"{gap / HOUR_NS:.1f} h apart: {a.when.begun}, {b.when.begun}"
    vaguest = max(a1 - a0, b1 - b0)
    if vaguest > 2 * DAY_NS:  # months and weeks are wide enough to hold what they are about
        return Reason("when", -2.0 if gap <= ZONE_NS else -5.0, says)
    if vaguest >= DAY_NS and gap <= ZONE_NS:  # a day by another clock, or that of the report
        return Reason("when", 0.3, says)
    if vaguest < DAY_NS and gap <= HOUR_NS:
        return Reason("when", 1.0, says)
    return Reason("when", -2.5 if gap < DAY_NS else -5.0, says)


def _part_of_day(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    one, other = words.part_of_day(a.what), words.part_of_day(b.what)
    if not one or not other:
        return None
    said = f"{'/'.join(sorted(one))}, {'/'.join(sorted(other))}"
    return Reason("part of the day", 0.5 if one & other else -2.0, said)


def _weekday(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    for named, dated in ((a, b), (b, a)):
        told = words.weekdays(named.what)
        first, last = _begun(dated)
        if not told or last - first > DAY_NS:
            continue
        days = {(at // DAY_NS + _MONDAY) % 7 for at in (first - ZONE_NS, last + ZONE_NS)}
        if not told & days:
            return Reason("weekday", -2.0, f"{named.id} names another day of the week")
    return None


def _place(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    p, q = a.where, b.where
    if p.lat_deg is None or p.lon_deg is None or q.lat_deg is None or q.lon_deg is None:
        return None
    _, _, apart = WGS84.inv(p.lon_deg, p.lat_deg, q.lon_deg, q.lat_deg)
    room = (p.radius_m or 0.0) + (q.radius_m or 0.0)
    says = f"{apart / 1000:.0f} km apart, known to {room / 1000:.0f} km"
    if apart <= room + 5_000:
        weight = 2 * log10(REGION_M / max(room, 25_000.0))
        return Reason("where", max(0.0, min(MOST_PLACE, weight)), says)
    return Reason("where", -min(4.0, 0.5 + (apart - room) / 50_000), says)


def _state(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    if not a.states or not b.states:
        return None
    said = f"{'/'.join(a.states)}, {'/'.join(b.states)}"
    return Reason("state", 0.4 if set(a.states) & set(b.states) else -2.0, said)


def _domain(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    said = f"{a.domain.value}, {b.domain.value}"
    if a.domain is b.domain:
        return Reason("domain", 0.3, said)
    near = a.domain in FLYING and b.domain in FLYING  # a drone on radar is an aircraft first
    return Reason("domain", -0.7 if near else -2.5, said)


def _actor(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    one = {actor.name.casefold() for actor in a.actors}
    other = {actor.name.casefold() for actor in b.actors}
    if not one or not other:
        return None
    said = f"{', '.join(sorted(one))}; {', '.join(sorted(other))}"
    return Reason("actor", 0.2 if one & other else -0.7, said)


def _count(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    p, q = a.count_of_objects, b.count_of_objects
    if _open(p) or _open(q):
        return None
    said = f"{_told(p)}, {_told(q)}"
    if not _meet(p, q, 0.0):
        return Reason("count", -0.8, said)
    many = min(p.least or 0, q.least or 0) >= 3  # one aircraft is what most incidents have
    return Reason("count", 0.6 if many else 0.1, said)


def _duration(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    return _amount("duration", a.duration_s, b.duration_s, "s")


def _depth(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    return _amount("depth", a.depth_m, b.depth_m, "m")


def _amount(name: str, p: Span, q: Span, unit: str) -> Reason | None:
    if _open(p) or _open(q):
        return None
    said = f"{_told(p)} {unit}, {_told(q)} {unit}"
    if _meet(p, q, 0.25):  # "about": a quarter either way
        sharp = None not in (p.least, p.most, q.least, q.most)
        return Reason(name, 0.4 if sharp else 0.1, said)
    return Reason(name, -0.4 if _meet(p, q, 1.0) else -1.0, said)


def _conduct(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    bans, said = 0.0, []
    for name in ("transponder", "flight_plan", "radio"):
        one, other = getattr(a, name).answer, getattr(b, name).answer
        if Answer.UNKNOWN in (one, other):
            continue
        bans += 0.1 if one is other else -0.4
        said.append(f"{name.replace('_', ' ')} {one.value}, {other.value}")
    return Reason("conduct", bans, "; ".join(said)) if said else None


def _types(a: Incident, b: Incident, _: words.Weights) -> Reason | None:
    one, other = words.types(a.what), words.types(b.what)
    if not one or not other:
        return None
    said = f"{', '.join(sorted(one))}; {', '.join(sorted(other))}"
    return Reason("type", 0.8 if one & other else -1.5, said)


def _text(a: Incident, b: Incident, by: words.Weights) -> Reason | None:
    alike = words.likeness(words.tokens(a.what), words.tokens(b.what), by)
    # Other words are no evidence against: a newspaper and a track describe nothing alike.
    return Reason("words", alike, f"{alike:.0%} alike") if alike >= 0.05 else None


_RULES: tuple[Rule, ...] = (
    *(_time, _part_of_day, _weekday, _place, _state, _domain, _actor),
    *(_count, _duration, _depth, _conduct, _types, _text),
)


def _one_source(a: Incident, b: Incident, reasons: Sequence[Reason]) -> Reason | None:
    """Return what it says that both rest on one source.

    An article that lists two incidents tells them apart itself: if anything it says of them
    differs, they are two.  If nothing does, it was entered twice.
    """
    one = {source.url or source.title for source in a.sources}
    other = {source.url or source.title for source in b.sources}
    shared = one & other
    if not shared:
        return None
    apart = any(reason.bans < 0 for reason in reasons)
    said = f"both rest on {sorted(shared)[0]}"
    return Reason("source", -2.5 if apart else 1.5, said)


def _linked(a: Incident, b: Incident) -> bool:
    return any(link.id == b.id for link in a.links) or any(link.id == a.id for link in b.links)


def _begun(each: Incident) -> tuple[int, int]:
    begun = each.when.begun
    first = -NEVER_NS if begun.earliest_ns is None else begun.earliest_ns
    return first, NEVER_NS if begun.latest_ns is None else begun.latest_ns


def _open(span: Span | Count) -> bool:
    return span.least is None and span.most is None


def _meet(p: Span | Count, q: Span | Count, slack: float) -> bool:
    """Return whether two amounts may be one, either known to within a share of itself."""
    low = max(p.least or 0, q.least or 0)
    high = min(x for x in (p.most, q.most, float("inf")) if x is not None)
    return low <= high * (1 + slack)


def _told(span: Span | Count) -> str:
    if span.least == span.most:
        return f"{span.least:g}"
    low = "" if span.least is None else f"{span.least:g}"
    high = "" if span.most is None else f"{span.most:g}"
    return f"{low}-{high}" if low and high else f">={low}" if low else f"<={high}"
