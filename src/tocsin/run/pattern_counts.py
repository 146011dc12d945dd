"""Yearly counts as a table: what sources give where incidents are not listed one by one."""

from __future__ import annotations

import math

from tocsin.errors import FeedError, UsageError
from tocsin.pattern.events import Unit
from tocsin.pattern.periods import Period
from tocsin.run.pattern import read_table
from tocsin.run.pattern_cells import edge_of, text_of
from tocsin.schema import Input, Refusal


def periods_from_counts(
    path: str, as_of: str, year: str = "year", count: str = "count"
) -> tuple[Period, tuple[Period, ...], Input, tuple[Refusal, ...]]:
    """Return the current year and those before it from a table of yearly counts.

    Several rows of one year are sources that differ: its lowest and highest count are kept.  A
    year without a usable row is one of which nothing was reported.
    """
    table, digest = read_table(path)
    for column in (year, count):
        if column not in table.columns:
            hint = f"it has {', '.join(table.columns)}"
            raise UsageError(f'no column "{column}" in {path}', hint=hint)
    told: dict[int, list[int]] = {}
    refusals = []
    for k, record in enumerate(table.iter_rows(named=True)):
        when, many = text_of(record[year]), text_of(record[count])
        if len(when) == 4 and when.isdigit() and many.isdigit():
            told.setdefault(int(when), []).append(int(many))
            continue
        detail = f'"{when}: {many}" is not one year and one whole number; split or resolve it'
        refusals.append(Refusal(path, f"line {k + 2}", "bad-count", detail))
    end = edge_of(as_of, Unit.YEAR, "--as-of", dated=True, late=True)
    if not told or end is None:
        raise FeedError("holds no count of one year", path=path, hint="columns: year and count")
    now = math.ceil(end) - 1
    if now not in told:
        raise UsageError(f"{path} has no count for {now}", hint="give --as-of in a year that has")
    periods = [
        _counted(y, told.get(y), end - now if y == now else 1.0)
        for y in range(now, min(told) - 1, -1)
    ]
    rows = sum(len(v) for v in told.values())
    reasons = {"bad-count": len(refusals)} if refusals else {}
    done = Input(path, digest, "counts", rows + len(refusals), rows, len(refusals), reasons)
    return periods[0], tuple(periods[1:]), done, tuple(refusals)


def _counted(year: int, counts: list[int] | None, exposure: float) -> Period:
    if counts is None:
        return Period(str(year), 0, 0.0, reported=False)
    return Period(str(year), min(counts), exposure, high=max(counts))
