"""One figure of a ledger as the answer to a test: every edition that is meant, none picked.

A poll answers its own question only.  Where it was not asked, polls with other questions are named
and leave the claim unresolved: they cannot be compared.  Checks on record of the number that is
claimed ("no survey found") stand beside the answer and decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from difflib import SequenceMatcher
from typing import Any

from tocsin.claims.evaluate import WHICH
from tocsin.claims.evidence import Gap, Told
from tocsin.claims.tree import Register
from tocsin.register.statistics import CHECKS, POLL, Figure
from tocsin.run.register_extract import Extract
from tocsin.schema import Answer, Moment

Json = dict[str, Any]
NAMED = 3  # other polls in a sentence; all stand in `could_not_decide`
_SEASONS = re.compile(r"-(spring|summer|autumn|winter)\Z")


def figure(extract: Extract, question: Register) -> Told:
    """Return what the ledger of an extract has for a figure, by edition."""
    told = dict(question.where)
    who, metric = told["entity"], told["metric"]
    known = [each for each in extract.figures if _known(each, extract.as_of)]
    codes = {f.entity for f in known if who.casefold() in (f.entity.casefold(), f.name.casefold())}
    own = [each for each in known if each.entity in codes]
    of_kind = [f for f in own if f.kind == metric.casefold() and f.kind not in CHECKS]
    checks = [_row(each) | {"why": "a check on record of the number that is claimed"}
              for each in own if _checks(each, question)]  # fmt: skip
    if not of_kind:
        there = ", ".join(sorted({each.kind for each in own if each.kind not in CHECKS}))
        why = f"the ledger has no {metric} of {who}, only {there}" if there else ""
        gap = Gap(why or f"the ledger has nothing of {who}")
        return Told(gap=gap, notes=tuple(_checked(checks)), could_not_decide=tuple(checks))
    asked = of_kind
    if metric.casefold() == POLL:
        asked = _asked(of_kind, told["question"])
        if not asked:
            return _not_asked(of_kind, told["question"], who, checks)
    found = [each for each in asked if _edition(each, asked, told.get("edition", ""))]
    inside, unsure = [], []
    for each in found:
        answer = _within(each, told.get("year", ""))
        if answer is Answer.YES and each.value is not None:
            inside.append(each)
        elif answer is not Answer.NO:
            why = "not published" if each.value is None else "may be of another time"
            unsure.append(_row(each) | {"why": why})
    return _answered(question, asked, inside, [*unsure, *checks], checks)


def _answered(
    question: Register,
    asked: Sequence[Figure],
    inside: Sequence[Figure],
    open_: Sequence[Json],
    checks: Sequence[Json],
) -> Told:
    unit = question.bound.amount.unit
    others = [each for each in inside if unit and each.unit != unit]
    values = sorted({each.value for each in inside if each.value is not None})
    said = "; ".join(map(text_of, inside))
    gap = Gap(WHICH, looked=True)
    if not inside:
        years = sorted({each.year for each in asked})
        has = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
        why = f"the ledger has none for {question.query}; it has {has}"
        gap = Gap(why, looked=len(open_) > len(checks))
    elif others:
        gap = Gap(f"it is given in {others[0].unit or 'no unit'}, not in {unit}", looked=True)
    notes = [f"the ledger has {said}"] if inside else []
    if len(values) > 1:
        notes.append(f"{_what(inside)} differ")
    return Told(
        spans=() if others else tuple((value, value) for value in values),
        gap=gap,
        notes=(*notes, *_checked(checks)),
        rests_on=tuple(map(_row, inside)),
        could_not_decide=tuple(open_),
    )


def _not_asked(polls: Sequence[Figure], question: str, who: str, checks: Sequence[Json]) -> Told:
    """Return what there is where nobody is known to have asked a question."""
    near = sorted(polls, key=lambda each: -_likeness(each.metric, question))
    said = "; ".join(map(text_of, near[:NAMED]))
    why = (
        f"no poll on record asks “{question}”; {len(polls)} polls of {who} ask other questions "
        f"and cannot be compared, the nearest: {said}"
    )
    in_order = sorted(polls, key=lambda each: (each.year, each.metric))
    rows = [_row(each) | {"why": "asks another question"} for each in in_order]
    gap = Gap(why, looked=True)
    return Told(gap=gap, notes=tuple(_checked(checks)), could_not_decide=(*rows, *checks))


def _asked(polls: Sequence[Figure], question: str) -> list[Figure]:
    """Return the polls that asked a question: in these words, whatever the case."""
    wanted = " ".join(question.casefold().split())
    return [each for each in polls if " ".join(each.metric.casefold().split()) == wanted]


def _edition(each: Figure, among: Iterable[Figure], wanted: str) -> bool:
    """Return whether a figure is of an edition; "2025" is "August 2025" where none is just so."""
    named = wanted.casefold().removesuffix(" edition")
    exact = any(other.edition.casefold() == named for other in among)
    return each.edition.casefold() == named if exact else named in each.edition.casefold()


def _within(each: Figure, year: str) -> Answer:
    """Return whether a figure is about a time."""
    if not year:
        return Answer.YES
    wanted, of = Moment.of(year), Moment.of(_SEASONS.sub("", each.year))
    if not of.known:
        return Answer.UNKNOWN
    low, high = wanted.earliest_ns, wanted.latest_ns
    first, last = of.earliest_ns or 0, of.latest_ns or 0
    if (low is None or low <= first) and (high is None or last <= high):
        return Answer.YES
    outside = (high is not None and first >= high) or (low is not None and last <= low)
    return Answer.NO if outside else Answer.UNKNOWN


def _known(each: Figure, as_of: str) -> bool:
    """Return whether a figure may have been published by a date; one without a date may."""
    first, until = Moment.of(each.source_date).earliest_ns, Moment.of(as_of).earliest_ns
    return first is None or until is None or first < until


def _checks(each: Figure, question: Register) -> bool:
    """Return whether a record checks the number that is claimed."""
    number = rf"(?<![\d.]){re.escape(question.bound.amount.digits)}(?![\d.])"
    return each.kind in CHECKS and re.search(number, each.metric) is not None


def _checked(checks: Iterable[Json]) -> list[str]:
    return [f"a check on record: {row['what']} ({row['sources'][0]['title']})" for row in checks]


def _what(figures: Sequence[Figure]) -> str:
    return "editions" if any(each.edition for each in figures) else "figures"


def text_of(each: Figure) -> str:
    """Return a figure in words, with its edition or its question."""
    value = "not published" if each.value is None else f"{each.value:g} {each.unit}".rstrip()
    title = each.source_title.partition(",")[0]
    if each.kind == POLL:
        many = f"n {each.sample_n}" if each.sample_n else "n not stated"
        return f"{value} to “{each.metric}” in {each.year} ({many}; {each.source_title})"
    where = f"in the {each.edition} edition" if each.edition else f"of {each.year}"
    return f"{value} {where} ({each.status or 'no status'}; {title})"


def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, a.casefold(), b.casefold()).ratio()


def _row(each: Figure) -> Json:
    """Return a figure as a claim that rests on it shows it."""
    told = asdict(each)
    source = {key: told.pop(f"source_{key}") for key in ("title", "url", "date")}
    told["what"] = told.pop("metric")
    return {"kind": "figure", "metric": told.pop("kind"), **told, "sources": [source]}
