"""Figures that an argument rests on: shares of output spent on defence, opinion polls, pledges.

A figure is nothing without what it is a figure of.  A share of spending names its edition, for the
next one revises it; a poll names its question and when it was asked; a pledge names where it was
given.  What does not is refused.  `answer` returns every edition and never picks one.

Checks of what others have said ("no survey found") are kept with the figures they are about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from tocsin.errors import IncidentError
from tocsin.register.record import Note
from tocsin.schema import Moment

FIGURE = "figure"
EDITED = ("defence_pct_gdp", "other_estimate", "contribution")
POLL, PLEDGE, OPTION = "poll", "pledge", "response_option"
CHECKS = ("claim_check", "poll_misuse")
KINDS = (*EDITED, POLL, PLEDGE, OPTION, *CHECKS)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_EDITION = re.compile(rf"((?:(?:{_MONTHS}) )?(?:19|20)\d\d) edition")
_DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])|-(spring|summer|autumn|winter))?")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as one source gives it."""

    kind: str
    entity: str  # ISO 3166-1 alpha-3, or a name
    name: str
    year: str  # the year, month or season it is about, "" where none is
    metric: str  # what was measured; of a poll the question
    value: float | None  # None: not published
    unit: str
    edition: str  # of the statistic, or where a pledge was given; "" for polls and checks
    sample_n: int | None
    status: str  # final, estimate, survey, pledge, not published, ...
    source_title: str
    source_url: str
    source_date: str
    notes: str

    @property
    def note(self) -> Note:
        """The record of it."""
        return Note(FIGURE, f"{self.entity} {self.kind}", asdict(self))


def figure_of(row: Mapping[str, str]) -> Figure:
    """Return the figure of a row; raise IncidentError where it does not say what it is of.

    row  the columns of alliance.csv, and optionally `edition` and `question`
    """
    kind, entity = _cell(row, "kind"), _cell(row, "iso_a3") or _cell(row, "entity")
    about = f"{entity or 'a figure'} {kind} {_cell(row, 'year')}".strip()
    if kind not in KINDS:
        raise IncidentError(f'{about}: "{kind}" is no kind', hint=f"use {', '.join(KINDS)}")
    if not entity:
        raise IncidentError(f"{about}: nobody is named", hint="fill iso_a3 or entity")
    if not _cell(row, "source_title"):
        raise IncidentError(f"{about}: has no source", hint="fill source_title")
    metric = _cell(row, "question") or _cell(row, "metric")
    if not metric:
        what = "question" if kind == POLL else "metric"
        raise IncidentError(f"{about}: has no {what}", hint=f"a {kind} says what was asked")
    if kind == POLL and not _DATE.fullmatch(_cell(row, "year")):
        raise IncidentError(
            f'{about}: "{_cell(row, "year")}" does not say when it was asked',
            hint="write 2022, 2022-03 or 2022-spring",
        )
    edition = _edition(row, kind, metric)
    if kind in EDITED and not edition:
        raise IncidentError(
            f"{about}: has no edition", hint='name it, as "August 2025 edition", or fill edition'
        )
    if kind == PLEDGE and not edition:
        raise IncidentError(f"{about}: does not say where it was given", hint="fill edition")
    return Figure(
        kind=kind,
        entity=entity,
        name=_cell(row, "entity") or entity,
        year=_cell(row, "year"),
        metric=metric,
        value=_number(row, "value", about),
        unit=_cell(row, "unit"),
        edition=edition,
        sample_n=_whole(row, about),
        status=_cell(row, "status"),
        source_title=_cell(row, "source_title"),
        source_url=_cell(row, "source_url"),
        source_date=str(Moment.of(_cell(row, "source_date"))),
        notes=_cell(row, "notes"),
    )


def chosen(
    figures: Sequence[Figure], entity: str, metric: str, year: str = "", edition: str = ""
) -> list[Figure]:
    """Return figures of an entity: by its code or name, by kind or words of the metric."""
    who, what, of = entity.casefold(), metric.casefold(), edition.casefold()
    # One edition names a state, another gives its code only.
    codes = {
        each.entity for each in figures if who in (each.entity.casefold(), each.name.casefold())
    }
    return [
        each
        for each in figures
        if each.entity in codes
        and (what == each.kind or what in each.metric.casefold())
        and (not year or each.year == year or each.year.startswith(f"{year}-"))
        and (not of or of in each.edition.casefold())
    ]


def answer(figures: Sequence[Figure]) -> dict[str, Any]:
    """Return figures with every conflict among them: one thing, one year, different numbers."""
    found = [each for each in figures if each.kind not in CHECKS]
    checks = [each for each in figures if each.kind in CHECKS]
    same: dict[tuple[str, ...], list[Figure]] = {}
    for each in found:
        # Editions word the same metric differently; polls differ by their question.
        metric = each.kind if each.kind in EDITED else each.metric
        same.setdefault((each.entity, each.kind, metric, each.year), []).append(each)
    conflicts = []
    for group in same.values():
        values = {each.value for each in group if each.value is not None}
        if len(values) > 1:
            told = "; ".join(_told(each) for each in group if each.value is not None)
            conflicts.append(
                {
                    "entity": group[0].entity,
                    "kind": group[0].kind,
                    "year": group[0].year,
                    "says": told,
                }
            )
    editions = sorted({each.edition for each in found if each.edition})
    return {
        "figures": [asdict(each) for each in found],
        "editions": editions,
        "conflict": bool(conflicts),
        "conflicts": conflicts,
        "checks": [asdict(each) for each in checks],
    }


def _told(each: Figure) -> str:
    mark = f" ({each.status})" if each.status else ""
    where = f"{each.edition} edition" if each.edition else each.source_title
    return f"{each.value:g} {each.unit} in the {where}{mark}"


def _edition(row: Mapping[str, str], kind: str, metric: str) -> str:
    if own := _cell(row, "edition"):
        return own.removesuffix(" edition")
    if kind == PLEDGE:
        place, pledge, _ = metric.partition(" pledge")
        return place if pledge else ""
    if kind not in EDITED:
        return ""
    for text in (metric, _cell(row, "source_title")):
        if match := _EDITION.search(text):
            return match[1]
    return ""


def _number(row: Mapping[str, str], column: str, about: str) -> float | None:
    text = _cell(row, column)
    try:
        value = float(text) if text else None
    except ValueError:
        value = float("nan")
    if value is not None and not isfinite(value):
        raise IncidentError(f'{about}: {column} "{text}" is no number', hint="leave it empty")
    return value


def _whole(row: Mapping[str, str], about: str) -> int | None:
    text = _cell(row, "sample_n")
    if text and not text.isdigit():
        raise IncidentError(f'{about}: sample_n "{text}" is no whole number', hint="or empty")
    return int(text) if text else None


def _cell(row: Mapping[str, str], column: str) -> str:
    return (row.get(column) or "").strip()
