"""A labelled set for matching: shipped incidents, told a second time, and pairs that are two.

Seeded and synthetic.  A second telling is by a newspaper (other words, a date cut to the day or
the month or the day beside it, a wider place, fields left out) or by a run of tocsin (exact times
and place, no actor, words that a machine writes).  Pairs that are two: all pairs of the shipped
list, and near misses made of it (same place and words on another day, another aircraft later the
same day, the same day elsewhere).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from math import cos, pi, radians, sin, sqrt

from tocsin.register.match_words import types
from tocsin.run.register_import import bundled_incidents
from tocsin.schema import (
    Count,
    Domain,
    Incident,
    Moment,
    Precision,
    Source,
    Span,
    Stated,
    When,
    Where,
)

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS
FLYING = (Domain.AIR, Domain.DRONE, Domain.MISSILE, Domain.BALLOON)
_WORDS = {
    "fighter": ("warplane", "jet", "combat aircraft"),
    "aircraft": ("plane", "planes", "machine"),
    "drone": ("unmanned aircraft", "UAV"),
    "missile": ("rocket", "projectile"),
    "helicopter": ("rotorcraft", "military helicopter"),
    "crashed": ("came down", "fell"),
    "armed": ("carrying weapons",),
    "exploded": ("detonated", "blew up"),
    "balloons": ("meteorological probes", "smuggling balloons"),
    "transport": ("cargo plane",),
    "evening": ("late in the day",),
    "suspected": ("alleged", "possible"),
}
_OTHER_TYPES = ("Su-24", "Su-35", "Tu-134", "Il-20", "MiG-29", "An-26")


@dataclass(frozen=True)
class Pair:
    """Two records, and whether they are one incident."""

    a: Incident
    b: Incident
    one: bool
    kind: str


def labelled(seed: int) -> list[Pair]:
    """Return the pairs of one seed; equal seeds give equal pairs."""
    rng = random.Random(seed)
    listed = [each for each in bundled_incidents() if each.domain in FLYING]
    made: list[Pair] = []
    for each in listed:
        made.append(Pair(each, newspaper(each, rng), True, "newspaper"))
        if each.when.begun.known:
            made.append(Pair(each, run(each, rng), True, "run"))
            made.append(Pair(each, another_day(each, rng), False, "another day"))
            made.append(Pair(each, later_that_day(each, rng), False, "another aircraft"))
            made.append(Pair(each, elsewhere(each, rng), False, "elsewhere"))
    made += [Pair(a, b, False, "listed") for n, a in enumerate(listed) for b in listed[n + 1 :]]
    return made


def newspaper(each: Incident, rng: random.Random) -> Incident:
    """Return an incident as another newspaper might tell it."""
    what = " ".join(_reworded(word, rng) for word in each.what.split())
    if rng.random() < 0.3:
        for name in types(each.what):
            what = what.replace(name, "").replace(name.title(), "").replace(name.upper(), "")
    words = [word for word in what.split() if rng.random() > 0.2]
    rng.shuffle(words)
    return replace(
        each,
        id=f"{each.id}-news",
        what=" ".join(words) or "an aircraft in the airspace",
        when=When(_dated(each.when.begun, rng)),
        where=_moved(each, rng, wider=rng.uniform(1, 3)),
        actors=each.actors if rng.random() > 0.3 else (),
        count_of_objects=each.count_of_objects if rng.random() > 0.3 else Count(),
        duration_s=_rounded(each.duration_s, rng, 0.15),
        depth_m=_rounded(each.depth_m, rng, 0.15) if rng.random() > 0.5 else Span(),
        transponder=each.transponder if rng.random() > 0.5 else Stated(),
        flight_plan=each.flight_plan if rng.random() > 0.5 else Stated(),
        radio=each.radio if rng.random() > 0.5 else Stated(),
        sources=(Source(f"newspaper {rng.randrange(1000)}", f"https://news.example/{each.id}"),),
        statements=(),
        notes="",
    )


def run(each: Incident, rng: random.Random) -> Incident:
    """Return an incident as a run of tocsin records it."""
    begun = each.when.begun
    assert begun.earliest_ns is not None and begun.latest_ns is not None
    at = rng.randrange(begun.earliest_ns, begun.latest_ns)
    many = each.count_of_objects.least or 1
    drone = each.domain is Domain.DRONE and rng.random() < 0.3
    return replace(
        each,
        id=f"{each.id}-run",
        what=f"passage of {many} track through {each.states[0]}",
        domain=Domain.AIR if drone else each.domain,
        when=When(Moment(at, at + 2_000_000_000, Precision.INTERVAL)),
        where=_moved(each, rng, radius=500.0),
        actors=(),
        duration_s=_rounded(each.duration_s, rng, 0.05),
        depth_m=_rounded(each.depth_m, rng, 0.1),
        transponder=Stated(),
        flight_plan=Stated(),
        radio=Stated(),
        response=Stated(),
        sources=(Source("run of tocsin", ""),),
        statements=(),
        notes="",
    )


def another_day(each: Incident, rng: random.Random) -> Incident:
    """Return another incident of the same sort, at the same place, two to twenty days later."""
    other = newspaper(each, rng)
    shift = rng.randrange(2, 21) * DAY_NS
    begun = each.when.begun
    assert begun.earliest_ns is not None and begun.latest_ns is not None
    if begun.latest_ns - begun.earliest_ns > 2 * DAY_NS:  # a month: the next one
        shift = begun.latest_ns - begun.earliest_ns
    when = Moment(begun.earliest_ns + shift, begun.latest_ns + shift, Precision.INTERVAL)
    return replace(other, id=f"{each.id}-day", when=When(when))


def later_that_day(each: Incident, rng: random.Random) -> Incident:
    """Return another aircraft at the same place, of another type, some hours later."""
    other = newspaper(each, rng)
    begun = each.when.begun
    assert begun.earliest_ns is not None and begun.latest_ns is not None
    if begun.latest_ns - begun.earliest_ns < DAY_NS:
        shift = rng.randrange(3, 12) * HOUR_NS
        begun = Moment(begun.earliest_ns + shift, begun.latest_ns + shift, Precision.INTERVAL)
    many = (each.count_of_objects.most or 1) + rng.randrange(1, 4)
    kind = rng.choice([name for name in _OTHER_TYPES if name.casefold() not in types(each.what)])
    return replace(
        other,
        id=f"{each.id}-later",
        what=f"{kind} {rng.choice(('in the airspace', 'seen by radar', 'intercepted'))}",
        domain=Domain.AIR,
        when=When(begun),
        count_of_objects=Count(many, many),
        duration_s=Span(900, 900) if each.duration_s.most else Span(),
    )


def elsewhere(each: Incident, rng: random.Random) -> Incident:
    """Return an incident of the same day, 120 to 300 km off."""
    other = newspaper(each, rng)
    if each.where.lat_deg is None or each.where.lon_deg is None:
        return replace(other, id=f"{each.id}-off", states=("ES",))
    where = _shifted(each, rng.uniform(120e3, 300e3), rng, 10_000.0)
    return replace(other, id=f"{each.id}-off", where=where, what="another " + other.what)


def _reworded(word: str, rng: random.Random) -> str:
    plain = word.strip(",;:").casefold()
    return rng.choice(_WORDS[plain]) if plain in _WORDS and rng.random() < 0.7 else word


def _dated(begun: Moment, rng: random.Random) -> Moment:
    if begun.earliest_ns is None or begun.latest_ns is None:
        return begun
    day = begun.earliest_ns // DAY_NS * DAY_NS
    if begun.latest_ns - begun.earliest_ns > 2 * DAY_NS:
        return begun
    roll = rng.random()
    if roll < 0.1:  # the day of the report taken for the day itself
        day += DAY_NS
    if roll > 0.9:
        return Moment(day - 10 * DAY_NS, day + 10 * DAY_NS, Precision.INTERVAL)
    return Moment(day, day + DAY_NS, Precision.INTERVAL)


def _rounded(span: Span, rng: random.Random, share: float) -> Span:
    if span.least is None or span.most is None:
        return span if rng.random() > 0.5 else Span()
    factor = 1 + rng.uniform(-share, share)
    return Span(span.least * factor, span.most * factor)


def _moved(
    each: Incident, rng: random.Random, wider: float = 1.0, radius: float | None = None
) -> Where:
    where = each.where
    if where.lat_deg is None or where.lon_deg is None:
        return where
    held = where.radius_m or 0.0
    off = held * sqrt(rng.random())
    return _shifted(each, off, rng, radius if radius is not None else held * wider)


def _shifted(each: Incident, off: float, rng: random.Random, radius: float) -> Where:
    lat, lon = each.where.lat_deg or 0.0, each.where.lon_deg or 0.0
    turn = rng.uniform(0, 2 * pi)
    return replace(
        each.where,
        text="",
        lat_deg=lat + off * cos(turn) / 111_000,
        lon_deg=lon + off * sin(turn) / (111_000 * cos(radians(lat))),
        radius_m=radius,
    )
