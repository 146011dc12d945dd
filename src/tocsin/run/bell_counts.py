"""Incidents of a register by year, with what it does not cover beside each year.

An incident whose date may lie in either of two years stands in a row of its own, "2014 to 2015";
one without a date is named and in no year.  What the filter could not decide is counted apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tocsin.policy.threshold.assess import Dissent
from tocsin.register.query import Filter, Standing, Times
from tocsin.register.record import DISSENT
from tocsin.register.store import Store
from tocsin.run.register_reported import coverage
from tocsin.schema import Tlp
from tocsin.schema.moment import utc


@dataclass(frozen=True, slots=True)
class Year:
    """One year: what is held of it, and why there may be more."""

    year: str
    count: int
    undecided: int
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """All years of a filter."""

    count: int
    undecided: int
    years: tuple[Year, ...]
    gaps: tuple[str, ...]  # of periods that are no single year
    undated: tuple[str, ...]  # links
    dissent: tuple[Dissent, ...]
    tlp: str  # of the most restricted incident in it; empty without any


def by_year(store: Store, wanted: Filter, times: Times) -> Counts:
    """Return the counts of what a filter finds."""
    sure: Counter[str] = Counter()
    perhaps: Counter[str] = Counter()
    undated: list[str] = []
    marks: list[Tlp] = []
    dissent: list[Dissent] = []
    total = open_ = 0
    for row, revision in store.opened(store.find(wanted, times)):
        if row.standing is not Standing.COUNTED:
            continue
        total, open_ = total + row.decided, open_ + (not row.decided)
        incident = revision.read()
        marks.append(incident.tlp)
        dissent += [
            Dissent(
                str(record.body["by"]),
                str(record.body["says"]),
                " ".join([incident.id, str(record.body["finding"])]).strip(),
                (str(row.link),),
            )
            for record in store.records(DISSENT, incident.id)
        ]
        begun = incident.when.begun
        if begun.earliest_ns is None or begun.latest_ns is None:
            undated.append(str(row.link))
            continue
        (sure if row.decided else perhaps)[_years(begun.earliest_ns, begun.latest_ns)] += 1
    yearly, longer = _gaps(store, wanted, times)
    return Counts(
        total,
        open_,
        tuple(
            Year(year, sure[year], perhaps[year], tuple(yearly.get(year, ())))
            for year in sorted({*sure, *perhaps, *yearly})
        ),
        tuple(longer),
        tuple(undated),
        tuple(dissent),
        min(marks, key=list(Tlp).index).value if marks else "",
    )


def _gaps(store: Store, wanted: Filter, times: Times) -> tuple[dict[str, list[str]], list[str]]:
    """Return gaps by year, and those of other periods as sentences."""
    yearly: dict[str, list[str]] = {}
    longer = []
    for gap in coverage(store, wanted, times)[0]:
        if not gap["in_window"]:
            continue
        about = ", ".join(word for word in (gap["state"], gap["domain"]) if word) or "everywhere"
        if len(gap["period"]) == 4:
            yearly.setdefault(gap["period"], []).append(f"{about}: {gap['why']}")
        else:
            longer.append(f"{about}, {gap['period']}: {gap['why']}")
    return yearly, longer


def _years(earliest_ns: int, latest_ns: int) -> str:
    """Return the year of an interval whose end is exclusive, or the two between which it lies."""
    first, last = utc(earliest_ns)[:4], utc(max(earliest_ns, latest_ns - 1))[:4]
    return first if first == last else f"{first} to {last}"
