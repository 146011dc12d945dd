"""The columns of a table as arrays: times, numbers, coordinates, heights.

A cell may be text (CSV) or typed (Parquet); either way a row whose cell cannot be read is refused
with the name of the column, the cell and what it should look like.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa

from tocsin.errors import FeedError
from tocsin.feed import parse, textcells
from tocsin.feed.layout import Layout
from tocsin.feed.parse import NAT, Fault, Floats, Ints
from tocsin.feed.rows import Rows
from tocsin.feed.source import ReadOptions

Cells: TypeAlias = "pl.Series | pa.ChunkedArray"


def times(rows: Rows, layout: Layout, cells: Cells, options: ReadOptions) -> Ints:
    """Return a column as UTC nanoseconds, NAT where it has no time, (N,).

    Raises FeedError where the whole column cannot be one of times.
    """
    if layout.time_unit == "tod":
        if options.date is None:
            raise FeedError(
                f"column {layout.time} is a time of day",
                path=rows.source.path,
                hint="give the day of the first row with --date",
            )
        tod_s = numbers(rows, layout.time, cells, False)
        return parse.unroll_midnight(tod_s, options.date)
    if isinstance(cells, pl.Series):
        return _text_times(rows, layout, cells)
    kind = cells.type
    if pa.types.is_timestamp(kind):
        naive = kind.tz is None
        if naive and layout.zone is None:
            raise FeedError(
                f"column {layout.time} is a time without a zone",
                path=rows.source.path,
                hint='write it with a zone (UTC), or name one in a mapping file: timezone = "UTC"',
            )
        nanos = cells.cast(pa.timestamp("ns", tz=kind.tz)).cast(pa.int64())
        ns = nanos.fill_null(NAT).to_numpy()
        return _local(rows, layout, ns, cells) if naive and layout.zone else ns
    if pa.types.is_integer(kind) and not cells.null_count:
        return parse.epoch_ns(cells.to_numpy(), layout.time_unit)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return parse.epoch_ns(cells.cast(pa.float64(), safe=False).to_numpy(), layout.time_unit)
    raise FeedError(
        f"column {layout.time} is {kind}, not a time",
        path=rows.source.path,
        hint="write timestamps with a zone, or Unix seconds",
    )


def _local(rows: Rows, layout: Layout, ns: Ints, cells: Cells) -> Ints:
    out, fault = textcells.localise(ns, str(layout.zone))
    rows.refuse(
        fault == Fault.AMBIGUOUS,
        "ambiguous-time",
        lambda row: f"{layout.time} {cells[row]} came twice or never in {layout.zone} that day",
    )
    return out


def _text_times(rows: Rows, layout: Layout, cells: pl.Series) -> Ints:
    if layout.time_format:
        return _formatted_times(rows, layout, cells)
    number, number_fault = textcells.numbers(cells)
    numeric = number_fault == Fault.NONE
    if numeric.all():
        return parse.epoch_ns(number, layout.time_unit)
    ns, fault = textcells.times(cells, layout.zone)
    ns = np.where(numeric, parse.epoch_ns(number, layout.time_unit), ns)
    naive = (fault == Fault.NAIVE) & ~numeric
    if naive.all():  # said once, not a million times
        raise FeedError(
            f'none of its times states a zone ({layout.time} "{cells[0]}")',
            path=rows.source.path,
            hint='end them in Z, or name the zone in a mapping file: timezone = "UTC"',
        )
    rows.refuse(
        naive,
        "naive-time",
        lambda row: (
            f'{layout.time} "{cells[row]}" states no zone; end it in Z or +00:00, '
            'or name the zone in a mapping file: timezone = "UTC"'
        ),
    )
    rows.refuse(
        (fault == Fault.AMBIGUOUS) & ~numeric,
        "ambiguous-time",
        lambda row: f"{layout.time} {cells[row]} came twice or never in {layout.zone} that day",
    )
    rows.refuse(
        ((fault == Fault.UNREADABLE) | (number_fault == Fault.NAN)) & ~numeric,
        "bad-time",
        lambda row: (
            f'{layout.time} "{cells[row]}" is no time; write 2025-09-19T06:58:00Z or Unix seconds'
        ),
    )
    return ns


def _formatted_times(rows: Rows, layout: Layout, cells: pl.Series) -> Ints:
    try:
        read = cells.str.strip_chars().str.to_datetime(
            layout.time_format, time_unit="ns", strict=False
        )
    except pl.exceptions.PolarsError as error:
        raise FeedError(
            f'time format "{layout.time_format}" cannot be used: {error}', path=rows.source.path
        ) from None
    aware = "%z" in layout.time_format
    if not aware and layout.zone is None:
        raise FeedError(
            f'time format "{layout.time_format}" has no zone',
            path=rows.source.path,
            hint='add timezone = "UTC" to [time] of the mapping file',
        )
    ns = read.dt.epoch("ns").fill_null(NAT).to_numpy()
    rows.refuse(
        (ns == NAT) & ~textcells.is_blank(cells),
        "bad-time",
        lambda row: f'{layout.time} "{cells[row]}" does not look like {layout.time_format}',
    )
    return ns if aware else _local(rows, layout, ns, cells)


def numbers(rows: Rows, name: str, cells: Cells, comma: bool, *, level: bool = False) -> Floats:
    """Return a column as numbers, NaN where nothing was reported; rows with no number are refused.

    level  "FL350" is a number too, in the unit that the column's factor undoes: metres
    """
    if not isinstance(cells, pl.Series):
        return _typed(rows, name, cells)
    value, fault = textcells.numbers(cells, decimal_comma=comma)
    bad = fault == Fault.UNREADABLE
    if level and bad.any():
        metres, is_level = textcells.levels(cells)
        value = np.where(is_level, metres, value)
        bad &= ~is_level
    hint = "; flight levels look like FL350" if name.lower().startswith(("h_", "alt")) else ""
    rows.refuse(
        bad,
        "not-a-number",
        lambda row: f'{name} "{cells[row]}" is not a number{hint}',
    )
    return value


def _typed(rows: Rows, name: str, cells: pa.ChunkedArray) -> Floats:
    kind = cells.type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
        raise FeedError(
            f"column {name} is {kind}, not a number", path=rows.source.path, hint="cast it first"
        )
    return np.asarray(cells.cast(pa.float64(), safe=False).to_numpy())


def coordinate(rows: Rows, name: str, cells: Cells, comma: bool) -> Floats:
    """Return a coordinate, NaN where none was reported; a NaN that was written is refused."""
    value = numbers(rows, name, cells, comma)
    if isinstance(cells, pl.Series):
        _, fault = textcells.numbers(cells, decimal_comma=comma)
        written = fault == Fault.NAN
    else:
        written = np.isnan(value)
        if cells.null_count:
            written &= ~cells.is_null().to_numpy()
        written |= np.isinf(value)
    if written.any():
        rows.refuse(
            written,
            "nan-position",
            lambda row: f"{name} is NaN; leave it empty where there is no position",
        )
    return value


def levels(rows: Rows, name: str, cells: Cells, notes: list[str]) -> Floats | None:
    """Return the flight levels of a column of unknown unit and datum, in metres, or None.

    Only a cell that says FL is used; a bare number could be feet or metres above anything.
    """
    unknown = (
        f"{name} was not used: neither its unit nor its datum is known; name both in a mapping"
    )
    if not isinstance(cells, pl.Series):
        notes.append(unknown)
        return None
    number, fault = textcells.numbers(cells)
    metres, is_level = textcells.levels(cells)
    other = (fault == Fault.UNREADABLE) & ~is_level
    if other.any():
        written = np.array(
            [parse.height(cells[int(row)]) is not None for row in np.flatnonzero(other)]
        )
        other[np.flatnonzero(other)[written]] = False  # "1500 ft" is a height without a datum
    rows.refuse(
        other,
        "not-a-number",
        lambda row: f'{name} "{cells[row]}" is not a number; flight levels look like FL350',
    )
    if not np.isnan(number).all() or not is_level.any():
        notes.append(unknown)
    return metres if is_level.any() else None


def truth(cells: Cells) -> pa.Array:
    """Return a column as booleans; null where it says neither yes nor no, (N,)."""
    if isinstance(cells, pl.Series):
        word = cells.str.strip_chars().str.to_lowercase()
        yes, no = word.is_in(["true", "t", "1", "yes"]), word.is_in(["false", "f", "0", "no"])
        return pl.select(pl.when(yes).then(True).when(no).then(False)).to_series().to_arrow()
    return cells.cast(pa.bool_()).combine_chunks()
