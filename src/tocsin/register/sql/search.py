"""A question as SQL: what surely answers it, and what possibly does.

Each criterion gives a pair of conditions, *sure* and *possible*; a row counts where all are
sure, and is undecided where all are possible and one is not sure.  The same question in plain
Python is `query.matches`.

An index cannot find intervals that overlap a window, so dates come in classes of vagueness
(`facts.VAGUE_NS`): within one no interval is longer than a bound, and whatever overlaps
[a, b) begins in [a - bound, b).  A select is a union over these classes, and for a question of
today over the classes of `facts.live`, so that each part reads one stretch of one index in the
order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from tocsin.register.query import NEVER_NS, NOW, Filter, Standing, Times
from tocsin.register.sql.current import current
from tocsin.register.sql.facts import LEFT_OUT, LIVES, NO_REACH, REACH_DEG, VAGUE_NS, live
from tocsin.register.sql.tables import FACT
from tocsin.register.workflow import person_key
from tocsin.schema.where import Box

Condition = ColumnElement[bool]
Pair = tuple[Condition, Condition | None]  # possible, and what more makes it sure
_FACT = FACT.c

#: Square degrees; about 5 % of Europe.  Larger boxes hold so much that its order comes first.
SMALL_DEG2 = 40.0
MANY = 50  # times the rows that are wanted


@dataclass(frozen=True, slots=True)
class Question:
    """Conditions that a row must possibly meet, and those that make it sure."""

    possible: tuple[Condition, ...]
    sure: tuple[Condition, ...]
    states: tuple[str, ...]  # "" is nobody's: possible only; none: any
    classes: tuple[int, ...]  # of `live`; none: as of another time
    standing: Condition  # of what is counted, where `live` does not say it
    excluded: Condition
    box: Box | None
    window: tuple[int, int] | None
    undated: bool  # those without any date are counted too
    one_pass: bool  # both answers lie in the same stretch of an index, or take a look at each row
    small: bool  # a box so small that what is in it is found first and sorted then


def question(wanted: Filter, times: Times) -> Question:
    """Return the conditions of a filter as of some times."""
    today = times == NOW and not wanted.include - {Standing.UNDATED}
    pairs = _same(wanted)
    if not today:
        pairs += [*_first(wanted), *current(times)]
    possible = [may for may, _ in pairs]
    sure = [must for _, must in pairs if must is not None]
    if wanted.box is not None:
        sure.append(_within(wanted.box))
    window = _window(wanted)
    if window is not None:
        low, high = window
        possible += [_FACT.begin_from < high, _FACT.begin_by > low]
        sure += [_FACT.begin_from >= low, _FACT.begin_by <= high]
    if wanted.state is not None:
        sure.append(_FACT.state == wanted.state)
    kept = [each.value for each in Standing if each is Standing.COUNTED or each in wanted.include]
    return Question(
        possible=tuple(possible),
        sure=tuple(sure),
        states=() if wanted.state is None else (wanted.state, ""),
        classes=_classes(wanted) if today else (),
        standing=_FACT.standing.in_(kept),
        excluded=_FACT.standing.not_in(kept),
        box=wanted.box,
        window=window,
        undated=Standing.UNDATED in wanted.include,
        one_pass=wanted.box is not None or wanted.text is not None,
        small=wanted.box is not None and _area_deg2(wanted.box) <= SMALL_DEG2,
    )


def counting(asked: Question) -> Select[Any]:
    """Return a select of two numbers: how many are sure (null: all), and how many possible."""
    split = asked.window is not None  # without a window the classes of vagueness are all one
    possible = _total(_parts(asked, split))
    if not asked.sure:
        return select(null().label("sure"), possible.label("possible"))
    if asked.one_pass:
        yes = func.sum(case((and_(*asked.sure), 1), else_=0)).label("yes")
        each = union_all(
            *(select(yes, func.count().label("n")).where(*part) for part in _parts(asked, split))
        ).subquery()
        return select(func.coalesce(func.sum(each.c.yes), 0), func.sum(each.c.n))
    sure = _total([*part, *asked.sure] for part in _parts(asked, split, nobodys=False))
    return select(sure.label("sure"), possible.label("possible"))


def finding(asked: Question, limit: int | None, possible: int = 0) -> Select[Any]:
    """Return a select of incident, number, whether it is sure, and its standing, by time.

    possible  how many there are, where it is known: of many the first are soonest met in the
              order of time, of few by place
    """
    many = limit is not None and possible > MANY * limit
    sure = case((and_(true(), *asked.sure), 1), else_=0).label("sure")
    columns = (_FACT.incident, _FACT.number, sure, literal("counted").label("standing"))
    split = asked.window is not None or not asked.small or many
    parts = [select(*columns, _FACT.begin_from).where(*p) for p in _parts(asked, split)]
    return _ordered(parts, limit, limit)


def excluding(asked: Question, limit: int) -> Select[Any]:
    """Return a select of what would possibly count and never does, in the same form."""
    no = literal(0).label("sure")
    base = select(_FACT.incident, _FACT.number, no, _FACT.standing, _FACT.begin_from)
    named = _touching(asked.box)
    named += [_FACT.state.in_(asked.states)] if asked.states else []
    out: list[Condition] = (
        [_FACT.live.in_([n - LEFT_OUT for n in asked.classes])] if asked.classes else []
    )
    ever = [_FACT.live.in_(LIVES), asked.excluded]
    vague = range(len(VAGUE_NS)) if asked.window is not None else (None,)
    parts = [base.where(*(out or ever), *_since(asked, n), *named, *asked.possible) for n in vague]
    if asked.window is not None and not asked.undated:
        why = literal(Standing.UNDATED.value).label("standing")
        base = select(_FACT.incident, _FACT.number, no, why, _FACT.begin_from)
        held = [_FACT.live.in_(asked.classes or LIVES), asked.standing]
        parts.append(base.where(*held, *named, *_NO_DATE, *asked.possible))
    return _ordered(parts, None, limit)


_NO_DATE = (
    _FACT.vague == len(VAGUE_NS) - 1,
    _FACT.begin_from == -NEVER_NS,
    _FACT.begin_by == NEVER_NS,
)


def _parts(asked: Question, split: bool, *, nobodys: bool = True) -> Iterator[list[Condition]]:
    """Yield the conditions of each part; parts have no row in common.

    split    one part for each class of vagueness, each then in the order of time
    nobodys  also rows whose state nobody named
    """
    vague = range(len(VAGUE_NS)) if split else (None,)
    # In the order of time a box is one more condition; else its own index finds it.
    boxes = [_touching(asked.box)] if split or asked.box is None else _reaching(asked.box)
    states = (asked.states if nobodys else asked.states[:1]) or (None,)
    for n, in_class, state, box in product(vague, asked.classes or (None,), states, boxes):
        part: list[Condition] = [*box]
        if in_class is not None:
            part.append(_FACT.live == in_class)
        else:  # any class: named one by one, so that its indexes serve
            part += [_FACT.live.in_(LIVES), asked.standing]
        if state is not None:
            part.append(_FACT.state == state)
        part += _since(asked, n)
        if n == len(VAGUE_NS) - 1 and asked.window is not None and not asked.undated:
            # Without any date: never counted.
            part.append(or_(_FACT.begin_from > -NEVER_NS, _FACT.begin_by < NEVER_NS))
        yield [*part, *asked.possible]


def _since(asked: Question, n: int | None) -> list[Condition]:
    """Return what keeps to a class of vagueness, and to the stretch that may reach the window."""
    if n is None:
        return []
    if asked.window is None:
        return [_FACT.vague == n]
    return [_FACT.vague == n, _FACT.begin_from > max(asked.window[0] - VAGUE_NS[n], -NEVER_NS - 1)]


def _total(parts: Iterable[list[Condition]]) -> ScalarSelect[Any]:
    counts = union_all(*(select(func.count().label("n")).where(*part) for part in parts))
    return select(func.sum(counts.subquery().c.n)).scalar_subquery()


def _ordered(parts: list[Select[Any]], each_limit: int | None, limit: int | None) -> Select[Any]:
    if each_limit is not None:  # each part gives its first rows in order; no more are kept
        order = (_FACT.begin_from, _FACT.incident)
        parts = [select(p.order_by(*order).limit(each_limit).subquery()) for p in parts]
    each = union_all(*parts).subquery()
    found = select(each.c.incident, each.c.number, each.c.sure, each.c.standing)
    return found.order_by(each.c.begin_from, each.c.incident).limit(limit)


def _area_deg2(box: Box) -> float:
    west, south, east, north = box
    return ((east - west) % 360.0) * (north - south)


def _classes(wanted: Filter) -> tuple[int, ...]:
    """Return the classes of rows by which each revision is met once."""
    states = (True,) if wanted.state is None else (True, False)
    actors = (True,) if wanted.actor is None else (True, False)
    return tuple(live(state, actor, True) for state in states for actor in actors)


def _first(wanted: Filter) -> list[Pair]:
    pairs: list[Pair] = []
    if wanted.state is None:
        pairs.append((_FACT.state_n == 0, None))
    if wanted.actor is None:
        pairs.append((_FACT.actor_n == 0, None))
    return pairs


def _same(wanted: Filter) -> list[Pair]:
    pairs: list[Pair] = [
        (column == value.value, None)
        for column, value in (
            (_FACT.domain, wanted.domain),
            (_FACT.verification, wanted.verification),
            (_FACT.tlp, wanted.tlp),
            (_FACT.workflow, wanted.workflow),
        )
        if value is not None
    ]
    if wanted.actor is not None:
        pairs.append((_FACT.actor == person_key(wanted.actor), None))
    if wanted.text is not None:
        text = wanted.text.casefold()
        for sign in ("\\", "%", "_"):
            text = text.replace(sign, "\\" + sign)
        pairs.append((_FACT.words.like(f"%{text}%", escape="\\"), None))
    return pairs


def _window(wanted: Filter) -> tuple[int, int] | None:
    if not wanted.dated:
        return None
    low = -NEVER_NS if wanted.begin_ns is None else wanted.begin_ns
    return low, NEVER_NS if wanted.end_ns is None else wanted.end_ns


def _touches(box: Box) -> Condition:
    west, south, east, north = box
    join = and_ if west <= east else or_
    return and_(
        _FACT.south <= north,
        _FACT.north >= south,
        join(_FACT.east >= west, _FACT.west <= east),
    )


def _within(box: Box) -> Condition:
    west, south, east, north = box
    join = and_ if west <= east else or_
    within = and_(
        _FACT.south >= south,
        _FACT.north <= north,
        join(_FACT.west >= west, _FACT.east <= east),
    )
    return func.coalesce(within, False)  # without a box of its own it is null, not false


def _touching(box: Box | None) -> list[Condition]:
    return [] if box is None else [or_(_FACT.reach == NO_REACH, _touches(box))]


def _reaching(box: Box) -> list[list[Condition]]:
    """Return what a place must meet to possibly lie in a box, by classes of its own height."""
    parts = [
        [_FACT.reach == n, _FACT.south >= box[1] - most, _touches(box)]
        for n, most in enumerate(REACH_DEG)
    ]
    return [*parts, [_FACT.reach == NO_REACH]]
