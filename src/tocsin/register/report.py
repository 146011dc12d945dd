"""Civil airspace infringements of a month (or a year), counted by what is known of them.

Every table has a row for what is unknown, also where it is zero: a table without one would say
that everything is known.  A cause is counted once for each incident that has it, so that causes
may sum to more than the incidents; all other tables sum to them.  Hours are UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.errors import UsageError
from tocsin.register.query import Filter
from tocsin.schema import AirspaceClass, Cause, Civil, Incident, Moment, Severity, Tlp

UNKNOWN = "unknown"
HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS
_TITLES = {
    "area": "Area",
    "hour": "Hour of the day, UTC",
    "weekday": "Day of the week, UTC",
    "airspace_class": "Class of airspace",
    "cause": "Cause",
    "severity": "Severity",
    "separation_lost": "Separation lost",
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """How many incidents have each value of one thing; the unknown row is always there."""

    name: str
    title: str
    rows: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One month, or one year, of one state or of all."""

    title: str
    period: str
    state: str
    count: int
    undecided: int
    tables: tuple[Table, ...]
    rows: tuple[dict[str, Any], ...]  # the incidents counted
    undecided_rows: tuple[dict[str, Any], ...]
    coverage_gaps: tuple[dict[str, Any], ...]
    as_of: str
    tlp: str  # of the most restricted incident in it
    synthetic: bool = False  # some incident in it is
    trend: tuple[dict[str, Any], ...] = ()  # {period, count, undecided} of twelve months
    notes: tuple[str, ...] = field(default=())


def period_of(year: int, month: int | None) -> str:
    """Return a month or a year as `Moment` reads it; raise UsageError for one that is none."""
    if not 1678 <= year <= 2261 or (month is not None and not 1 <= month <= 12):
        raise UsageError(f"year {year}, month {month} is no month", hint="--year 2025 --month 9")
    return f"{year:04d}" if month is None else f"{year:04d}-{month:02d}"


def months_of(year: int, month: int | None) -> list[str]:
    """Return the twelve months that end with a month, or those of a year."""
    last = 12 * year + (month or 12) - 1
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(last - 11, last + 1)]


def filter_of(period: str, state: str | None) -> Filter:
    """Return what a report asks of a store; incidents without `civil` are left to `report`."""
    moment = Moment.of(period)
    return Filter(state=state, begin_ns=moment.earliest_ns, end_ns=moment.latest_ns)


def report(
    period: str,
    state: str | None,
    counted: Sequence[tuple[str, Incident]],
    undecided: Sequence[tuple[str, Incident]] = (),
    *,
    gaps: Iterable[dict[str, Any]] = (),
    trend: Iterable[dict[str, Any]] = (),
    as_of: str = "",
) -> Report:
    """Return the tables of civil infringements among incidents.

    counted, undecided  (permanent link, incident): surely in the period and state, and perhaps
    """
    sure = [(link, each) for link, each in counted if each.civil is not None]
    perhaps = [(link, each) for link, each in undecided if each.civil is not None]
    incidents = [each for _, each in sure]
    values = {
        "area": [[_area(each)] for each in incidents],
        "hour": [[_hour(each)] for each in incidents],
        "weekday": [[_weekday(each)] for each in incidents],
        "airspace_class": [[_civil(each).airspace_class.value] for each in incidents],
        "cause": [_causes(each) for each in incidents],
        "severity": [[_civil(each).severity.value] for each in incidents],
        "separation_lost": [[_civil(each).separation_lost.value] for each in incidents],
    }
    tables = tuple(_table(name, found) for name, found in values.items())
    year, _, month = period.partition("-")
    when = f"{_MONTHS[int(month) - 1]} {year}" if month else year
    marks = [each.tlp for _, each in (*sure, *perhaps)]
    notes = ["Causes may sum to more than the incidents: one incident can have several."]
    others = len(counted) - len(sure)
    if others:
        notes.append(f"{others} incidents of the period are no civil infringements: not counted.")
    return Report(
        title=f"Airspace infringements, {when}" + (f", {state}" if state else ""),
        period=period,
        state=state or "",
        count=len(sure),
        undecided=len(perhaps),
        tables=tables,
        rows=tuple(_row(link, each) for link, each in sure),
        undecided_rows=tuple(_row(link, each) for link, each in perhaps),
        coverage_gaps=tuple(gaps),
        as_of=as_of,
        tlp=min(marks, key=list(Tlp).index).value if marks else Tlp.CLEAR.value,
        synthetic=any(each.synthetic for _, each in (*sure, *perhaps)),
        trend=tuple(trend),
        notes=tuple(notes),
    )


def as_json(made: Report) -> dict[str, Any]:
    """Return the report as plain values; a table is a list of {value, count}."""
    tables = {
        table.name: [{"value": value, "count": count} for value, count in table.rows]
        for table in made.tables
    }
    return {
        "title": made.title,
        "period": made.period,
        "state": made.state or None,
        "tlp": made.tlp,
        "count": made.count,
        "undecided": made.undecided,
        "as_of": made.as_of,
        "synthetic": made.synthetic,
        "trend": list(made.trend),
        "tables": tables,
        "rows": list(made.rows),
        "undecided_rows": list(made.undecided_rows),
        "coverage_gaps": list(made.coverage_gaps),
        "notes": list(made.notes),
    }


def _table(name: str, values: Iterable[Iterable[str]]) -> Table:
    counts = Counter(value for several in values for value in several)
    unknown = counts.pop(UNKNOWN, 0)
    if name in _ORDER:
        keys = [value for value in _ORDER[name] if value in counts]
    else:  # the most frequent first
        keys = sorted(counts, key=lambda value: (-counts[value], value))
    rows = [(value, counts[value]) for value in keys]
    return Table(name, _TITLES[name], (*rows, (UNKNOWN, unknown)))


_ORDER = {
    "hour": [f"{hour:02d}" for hour in range(24)],
    "weekday": list(_WEEKDAYS),
    "airspace_class": [each.value for each in AirspaceClass],
    "severity": [each.value for each in Severity],
}


def _civil(each: Incident) -> Civil:
    assert each.civil is not None
    return each.civil


def _area(each: Incident) -> str:
    return each.where.text.strip() or UNKNOWN


def _hour(each: Incident) -> str:
    """Return the hour in which it began; unknown where its time may lie in two."""
    hour = _only(each, HOUR_NS)
    return UNKNOWN if hour is None else f"{hour % 24:02d}"


def _weekday(each: Incident) -> str:
    """Return the day on which it began; unknown where its time may lie in two."""
    day = _only(each, DAY_NS)
    return UNKNOWN if day is None else _WEEKDAYS[(day + 3) % 7]  # 1 January 1970: a Thursday


def _only(each: Incident, span_ns: int) -> int | None:
    """Return in which span of time, since 1970, it surely began; None where it may be two."""
    begun = each.when.begun
    if begun.earliest_ns is None or begun.latest_ns is None:
        return None
    first, last = begun.earliest_ns // span_ns, (begun.latest_ns - 1) // span_ns
    return first if first == last else None


def _causes(each: Incident) -> list[str]:
    causes = {cause.value for cause in _civil(each).causes} - {Cause.UNKNOWN.value}
    return sorted(causes) or [UNKNOWN]


def _row(link: str, each: Incident) -> dict[str, Any]:
    return {
        "link": link,
        "begin": str(each.when.begin),
        "area": _area(each),
        "what": each.what,
        "airspace_class": _civil(each).airspace_class.value,
        "causes": _causes(each),
        "severity": _civil(each).severity.value,
        "sources": [{"title": s.title, "url": s.url, "grade": s.grade} for s in each.sources],
    }
