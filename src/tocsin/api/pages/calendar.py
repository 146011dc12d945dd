"""The calendar heat map: how many incidents surely began in each month, or on each day of a year.

Pure.  What is known only to a year, or not at all, stands beside the months, never spread over
them.  A month that nobody covered is hatched, which is not the colour of none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from tocsin.schema import Moment

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEFT, _TOP, _GAP = 46, 22, 3
_STEPS = (0, 1, 2, 4, 8)  # from which count on a cell is darker: doubling, as counts do


@dataclass(frozen=True, slots=True)
class Calendar:
    """Counts by cell, and what has none."""

    rows: tuple[str, ...]  # years, or months of one year
    columns: tuple[str, ...]
    cells: dict[tuple[str, str], int]  # (row, column): surely in it
    vague: dict[str, int]  # row: known to no cell
    outside: int  # known to no row
    cell_period: dict[tuple[str, str], str]  # what a click asks for


def by_month(begun: Iterable[Moment]) -> Calendar:
    """Return years by months."""
    cells: Counter[tuple[str, str]] = Counter()
    vague: Counter[str] = Counter()
    outside = 0
    for moment in begun:
        first, last = _ends(moment)
        if first is None or last is None or first.year != last.year:
            outside += 1
        elif first.month != last.month:
            vague[f"{first.year}"] += 1
        else:
            cells[(f"{first.year}", _MONTHS[first.month - 1])] += 1
    years = sorted({row for row, _ in cells} | set(vague))
    rows = [f"{y}" for y in range(int(years[0]), int(years[-1]) + 1)] if years else []
    period = {(year, name): f"{year}-{n:02d}" for year in rows for n, name in enumerate(_MONTHS, 1)}
    return Calendar(tuple(rows), _MONTHS, dict(cells), dict(vague), outside, period)


def by_day(year: int, begun: Iterable[Moment]) -> Calendar:
    """Return the months of a year by days."""
    days = tuple(f"{day}" for day in range(1, 32))
    cells: Counter[tuple[str, str]] = Counter()
    vague: Counter[str] = Counter()
    outside = 0
    for moment in begun:
        first, last = _ends(moment)
        whole = first is not None and last is not None and {first.year, last.year} == {year}
        if first is None or last is None or not whole or first.month != last.month:
            outside += 1
        elif first.day != last.day:
            vague[_MONTHS[first.month - 1]] += 1
        else:
            cells[(_MONTHS[first.month - 1], f"{first.day}")] += 1
    period = {}
    for n, name in enumerate(_MONTHS, 1):
        for day in range(1, _days(year, n) + 1):
            period[(name, f"{day}")] = f"{year}-{n:02d}-{day:02d}"
    return Calendar(_MONTHS, days, dict(cells), dict(vague), outside, period)


def svg(calendar: Calendar, address: str, gaps: Sequence[str] = ()) -> str:
    """Return the picture; each cell that has incidents is a way to them.

    address  of the register with all of its filters but `year`, which is put behind it
    gaps     periods that nobody covered, as `Moment` reads them
    """
    wide = 38 if len(calendar.columns) == 12 else 20
    high = 20
    width = _LEFT + len(calendar.columns) * (wide + _GAP) + 70
    height = _TOP + len(calendar.rows) * (high + _GAP) + 8
    total = sum(calendar.cells.values())
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="heat" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="group" aria-label="Calendar: {total} incidents '
        'whose date is known to a cell">',
        '<defs><pattern id="gap" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path class="hatch" d="M0 0V5"/></pattern></defs>',
    ]
    for n, name in enumerate(calendar.columns):
        out.append(_text(_LEFT + n * (wide + _GAP) + wide / 2, 14, name, "middle"))
    out.append(_text(width - 34, 14, "vague", "middle"))
    uncovered = [ends for ends in (_ends(Moment.of(gap)) for gap in gaps) if all(ends)]
    for k, row in enumerate(calendar.rows):
        y = _TOP + k * (high + _GAP)
        out.append(_text(_LEFT - 8, y + 14, row, "end"))
        for n, column in enumerate(calendar.columns):
            period = calendar.cell_period.get((row, column))
            if period is None:
                continue
            count = calendar.cells.get((row, column), 0)
            x = _LEFT + n * (wide + _GAP)
            gap = not count and _within(period, uncovered)
            out.append(_cell(x, y, wide, high, count, period, address, gap))
        if vague := calendar.vague.get(row, 0):
            out.append(_text(width - 34, y + 14, str(vague), "middle"))
    return "".join([*out, "</svg>"])


def _cell(
    x: float, y: float, wide: int, high: int, count: int, period: str, address: str, gap: bool
) -> str:
    said = f"{period}: {count} incident{'' if count == 1 else 's'}"
    if gap:
        said = f"{period}: not covered, which is not none"
    level = sum(count >= step for step in _STEPS) - 1
    shape = (
        f'<rect class="{"gap" if gap else f"h{level}"}" x="{x}" y="{y}" width="{wide}" '
        f'height="{high}" rx="2"><title>{escape(said)}</title></rect>'
    )
    if not count:
        return shape
    number = f'<text class="h{level}" x="{x + wide / 2}" y="{y + 14}" text-anchor="middle">'
    return (
        f'<a href="{escape(address)}year={period}" aria-label="{escape(said)}">{shape}'
        f"{number}{count}</text></a>"
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _ends(moment: Moment) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last second of an uncertain moment; None where it is open."""
    if moment.earliest_ns is None or moment.latest_ns is None:
        return None, None
    first, last = moment.earliest_ns // 10**9, (moment.latest_ns - 1) // 10**9
    return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(max(first, last), UTC)


def _within(period: str, uncovered: Sequence[tuple[datetime | None, datetime | None]]) -> bool:
    first, last = _ends(Moment.of(period))
    return any(
        low is not None and high is not None and first is not None and last is not None
        and low <= first and last <= high
        for low, high in uncovered
    )  # fmt: skip


def _days(year: int, month: int) -> int:
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (after - datetime(year, month, 1, tzinfo=UTC)).days
