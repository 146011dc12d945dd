"""Incidents for the pattern verbs: a file of events, or yearly counts, read with every row counted.

`events_from_file` is the seam: whatever yields a `Gathered` can stand in its place.  A date is an
interval as wide as it is written (`schema.moment`); so a bare day is known to the day, "2016-02"
to the month.  Numbers are days of the file's own clock or calendar years, as `--unit` says; whole
numbers are known to the whole unit.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tocsin.errors import FeedError, UsageError
from tocsin.pattern.events import Events, Unit, events
from tocsin.pattern.when import said as said_time
from tocsin.run.pattern_cells import Bad, Span, edge_of, gap_of, span_of, text_of, weight_of
from tocsin.schema import Input, Refusal


@dataclass(frozen=True, slots=True)
class EventFile:
    """Which columns of which file hold what."""

    path: str
    time: str
    unit: Unit
    state: str | None = None
    latest: str | None = None  # column of the latest possible time; `time` is then the earliest
    weight: str | None = None  # column of the chance that a row counts, 0 to 1
    id: str | None = None
    where: tuple[tuple[str, str], ...] = ()  # only rows in which a column has this text
    begin: str | None = None
    end: str | None = None
    as_of: str | None = None
    gaps: tuple[str, ...] = ()  # each A/B


@dataclass(frozen=True, slots=True)
class Gathered:
    """Incidents, the window they were seen in, and what was assumed."""

    events: Events
    as_of: float
    resolution: float  # median width of the intervals of the times, in the unit
    whole_days: bool  # every time is known to the day, and to no less
    input: Input
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = field(default=())


def events_from_file(asked: EventFile) -> Gathered:
    """Return the incidents of a CSV or Parquet file.

    Raises FeedError where no row is usable, UsageError for a column or a window that is none.
    """
    table, digest = read_table(asked.path)
    for column in (asked.time, asked.state, asked.latest, asked.weight, asked.id):
        if column is not None and column not in table.columns:
            raise UsageError(
                f'no column "{column}" in {asked.path}', hint=f"it has {', '.join(table.columns)}"
            )
    rows, refusals, left = _rows(table, asked)
    skipped = f"; the first: {refusals[0].place}: {refusals[0].detail}" if refusals else ""
    if not rows:
        raise FeedError(f"holds no usable time{skipped}", path=asked.path)
    if len({row[0].dated for row in rows}) > 1:
        raise FeedError(
            "mixes dates with numbers", path=asked.path, hint="write all times the same way"
        )
    gathered = assemble(rows, asked)
    reasons = dict(sorted(Counter(r.reason for r in refusals).items()))
    kind = "parquet" if asked.path.endswith(".parquet") else "csv"
    count = len(rows) + len(refusals)
    done = Input(asked.path, digest, kind, count, len(rows), len(refusals), reasons)
    notes = list(gathered.notes)
    if left:
        notes.append(f"{left} rows are left out by --where")
    return Gathered(
        gathered.events,
        gathered.as_of,
        gathered.resolution,
        gathered.whole_days,
        done,
        tuple(refusals),
        tuple(notes),
    )


def read_table(path: str) -> tuple[pl.DataFrame, str]:
    file = Path(path)
    try:
        data = file.read_bytes()
        if file.suffix == ".parquet":
            return pl.read_parquet(data), hashlib.sha256(data).hexdigest()
        table = pl.read_csv(data, infer_schema=False, truncate_ragged_lines=True)
    except OSError as error:
        raise FeedError(f"cannot be read: {error.strerror}", path=path) from None
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise FeedError(
            f"is no table: {str(error).splitlines()[0]}", path=path, hint="give CSV or Parquet"
        ) from None
    return table, hashlib.sha256(data).hexdigest()


Row = tuple[Span, float, str, str]  # span, weight, state, id


def _rows(table: pl.DataFrame, asked: EventFile) -> tuple[list[Row], list[Refusal], int]:
    rows: list[Row] = []
    refusals: list[Refusal] = []
    left = 0
    for k, record in enumerate(table.iter_rows(named=True)):
        if any(text_of(record.get(column)) != value for column, value in asked.where):
            left += 1
            continue
        place = f"line {k + 2}" if not asked.path.endswith(".parquet") else f"row {k + 1}"
        try:
            span = span_of(record[asked.time], asked.unit)
            if asked.latest is not None and record[asked.latest] not in (None, ""):
                span = Span(span.low, span_of(record[asked.latest], asked.unit).high, span.dated)
            if not span.low <= span.high:
                raise Bad("bad-interval", "the latest time lies before the earliest")
            weight = weight_of(record[asked.weight]) if asked.weight else 1.0
        except Bad as bad:
            refusals.append(Refusal(asked.path, place, bad.reason, bad.detail))
            continue
        state = text_of(record[asked.state]) if asked.state else ""
        if asked.state and not state:
            detail = f'column "{asked.state}" is empty; say whose airspace, or leave the row out'
            refusals.append(Refusal(asked.path, place, "no-state", detail))
            continue
        rows.append((span, weight, state, text_of(record[asked.id]) if asked.id else place))
    return rows, refusals, left


def assemble(rows: list[Row], asked: EventFile) -> Gathered:
    """Return the incidents of rows that were read, in the window that is asked for."""
    notes = []
    dated = rows[0][0].dated
    calendar = dated or asked.unit is Unit.YEAR
    spans = [row[0] for row in rows]
    # Whole numbers among others are exact: 12.0 written as 12.
    exact = not all(s.whole for s in spans)
    low = np.array([s.low for s in spans])
    high = np.array([s.low if exact and s.whole else s.high for s in spans])
    widths = high - low
    whole = asked.unit is Unit.DAY and bool((widths == 1).all() and (low == np.floor(low)).all())
    if widths.any():
        known = "to the day" if whole else "to an interval"
        notes.append(f"times known {known} are drawn from it, evenly")
    begin, end, as_of, said = _window(low, high, asked, calendar, dated)
    if said:
        notes.append(said)
    made = events(
        (low + high) / 2,
        begin,
        end,
        interval=(low, high),
        p=np.array([row[1] for row in rows]),
        state=tuple(row[2] for row in rows),
        id=tuple(row[3] for row in rows),
        gaps=_gaps(asked, dated, begin, end),
        unit=asked.unit,
        calendar=calendar,
    )
    outside = int(((made.hi < begin) | (made.lo > end)).sum())
    if outside:
        notes.append(f"{outside} incidents lie outside the window and are left out")
    blank = Input(asked.path, "", "", 0, 0, 0)
    return Gathered(made, as_of, float(np.median(widths)), whole, blank, (), tuple(notes))


def _gaps(
    asked: EventFile, dated: bool, begin: float, end: float
) -> tuple[tuple[float, float], ...]:
    """Return the gaps in order; those that touch or overlap are one."""
    found = (gap_of(gap, asked.unit, dated, begin, end) for gap in asked.gaps)
    merged: list[tuple[float, float]] = []
    for low, high in sorted(gap for gap in found if gap is not None):
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return tuple(merged)


def _window(
    low: np.ndarray[Any, Any],
    high: np.ndarray[Any, Any],
    asked: EventFile,
    calendar: bool,
    dated: bool,
) -> tuple[float, float, float, str]:
    """Return begin, end and as-of, and in words what of them was assumed."""
    first, last = float(low.min()), float(high.max())
    begin = edge_of(asked.begin, asked.unit, "--from", dated)
    end = edge_of(asked.end, asked.unit, "--to", dated, late=True)
    as_of = edge_of(asked.as_of, asked.unit, "--as-of", dated, late=True)
    said = []
    if begin is None:
        begin, how = first, "the first incident"
        if calendar and not dated:
            begin, how = math.floor(first), f"the year of the first incident, {math.floor(first)}"
        elif not calendar and 0 <= first < last - first:
            begin, how = 0.0, "0, where its clock begins"
        elif dated and asked.unit is Unit.DAY:
            begin = math.floor(first)
        said.append(f"from {how}")
    if end is None and as_of is not None:
        end = as_of
    elif end is None:
        end, how = last, "the last incident"
        if calendar and not dated:
            end, how = math.floor(last) + 1.0, f"the end of {math.floor(last)}"
        elif dated and asked.unit is Unit.DAY:
            end = math.ceil(last)
        said.append(f"to {how}")
    words = f"the window is taken {' '.join(said)}; give --from and --to if it is known" * bool(
        said
    )
    if not begin < end:
        ends = [said_time(edge, asked.unit, calendar) for edge in (begin, end)]
        raise UsageError(
            f"the window from {ends[0]} to {ends[1]} is empty",
            hint="give --from before --to and --as-of; incidents run from "
            f"{said_time(first, asked.unit, calendar)}",
        )
    return begin, end, as_of if as_of is not None else end, words
