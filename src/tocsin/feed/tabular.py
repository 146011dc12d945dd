"""Fixes from any table with times and positions, CSV or Parquet, by names or by a mapping file.

Times are RFC 3339 text with a zone, timestamps with a zone, or Unix numbers; a naive time is
refused, for the hour is what a violation hangs on.  An empty cell is "not reported"; a written NaN
in a coordinate is a fault of the source and is quarantined.  `sigma_m` is the one-sigma error per
horizontal axis.  Whole columns are checked at once: a million rows of Parquet take about half a
second on one core.  `layout` tells which column is what.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tocsin.errors import FeedError
from tocsin.feed import parse
from tocsin.feed.cells import Cells, coordinate, levels, numbers, times, truth
from tocsin.feed.csvtable import CsvTable, header, read_csv
from tocsin.feed.layout import Layout, load, recognise
from tocsin.feed.rows import Rows, identity, known, source_id, utc
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

NAME = "table"
TITLE = "CSV or Parquet with t, lon, lat (or a mapping file)"

PARQUET_MAGIC = b"PAR1"


def sniff(head: bytes) -> bool:
    """Return whether these first bytes are Parquet, or text whose first line names columns."""
    return head.startswith(PARQUET_MAGIC) or len(header(head)[0]) > 1


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of a table; records are its rows."""
    told = load(options.mapping) if options.mapping else None
    if source.data.startswith(PARQUET_MAGIC):
        return _parquet(source, options, told)
    return _csv(source, options, told)


def _parquet(source: Source, options: ReadOptions, told: Layout | None) -> Reading:
    try:
        file = pq.ParquetFile(pa.BufferReader(source.data))
        names = file.schema_arrow.names
        layout = told or recognise(names, source.path)
        _present(layout, names, source.path)
        words = [n for n in layout.words.values() if file.schema_arrow.field(n).type == pa.string()]
        # Identities repeat: read as a dictionary they cost nothing, row by row they cost the most.
        table = pq.read_table(
            pa.BufferReader(source.data), columns=layout.columns, read_dictionary=words
        )
    except (pa.ArrowInvalid, OSError) as error:
        raise FeedError(
            f"is a damaged Parquet file: {error}", path=source.path, hint="fetch it again"
        ) from error
    rows = Rows(
        source,
        NAME,
        table.num_rows,
        lambda row: f"row {row}",
        lambda row: str(table.slice(row, 1).to_pylist()[0]),
    )
    cells: dict[str, Cells] = {}
    for name in layout.columns:
        kind = table[name].type
        textual = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        cells[name] = pl.Series(name, table[name]) if textual else table[name]
    return _lay(source, options, layout, rows, cells)


def _csv(source: Source, options: ReadOptions, told: Layout | None) -> Reading:
    text = read_csv(source.data, source.path, told.delimiter if told else "")
    layout = told or recognise(list(text.columns), source.path)
    _present(layout, list(text.columns), source.path)
    rows = Rows(source, NAME, text.count, lambda row: f"line {text.line[row]}", text.raw)
    rows.refuse_ragged(text)
    return _lay(source, options, layout, rows, dict(text.columns), text)


def _present(layout: Layout, names: Sequence[str], path: str) -> None:
    lacking = [name for name in layout.columns if name not in names]
    if lacking:
        raise FeedError(
            f"has no column {lacking[0]!r}; its columns are {', '.join(names)}",
            path=path,
            hint="correct the mapping file",
        )


def _lay(
    source: Source,
    options: ReadOptions,
    layout: Layout,
    rows: Rows,
    cells: dict[str, Cells],
    text: CsvTable | None = None,
) -> Reading:
    comma = text is not None and text.delimiter == ";"
    t_ns = times(rows, layout, cells[layout.time], options)
    rows.check_times(t_ns, lambda row: cells[layout.time][row], layout.time)
    columns: dict[str, object] = {
        "source_id": source_id(source, options),
        "source_kind": "file",
        "t_applicability": utc(t_ns),
        "t_quality": "host",
    }
    notes = list(text.notes) if text is not None else []
    if text is not None:
        columns["row_number"] = text.line.astype(np.uint64)
    for name, (column, factor) in layout.numbers.items():
        if column == layout.time:
            continue
        value = numbers(rows, column, cells[column], comma, level=name.startswith("h_pressure"))
        scaled = parse.turn_deg(value) if name == "track_deg" else value * factor
        columns[name] = known(scaled, pa.uint16()) if name == "aircraft_count" else scaled
    if layout.level:
        level = levels(rows, layout.level, cells[layout.level], notes)
        if level is not None and "h_pressure_m" not in columns:
            columns["h_pressure_m"] = level
    if layout.sigma:
        sigma = layout.sigma[0]
        sigma_m = numbers(rows, sigma, cells[sigma], comma) * layout.sigma[1]
        with np.errstate(invalid="ignore"):
            rows.refuse(
                sigma_m <= 0,
                "bad-sigma",
                lambda row: (
                    f"{sigma} {sigma_m[row]:g} is not above 0; leave it empty "
                    "where the error is not known"
                ),
            )
        variance = pa.array(sigma_m**2, from_pandas=True)
        columns |= {"pos_cov_ee": variance, "pos_cov_nn": variance}
        stated = pa.array(~np.isnan(sigma_m))
        basis = pa.array(["none", "reported"])
        columns["acc_basis"] = pa.DictionaryArray.from_arrays(stated.cast(pa.int32()), basis)
    of = _identify(rows, layout, cells, columns)
    lat = coordinate(rows, layout.lat, cells[layout.lat], comma)
    lon = coordinate(rows, layout.lon, cells[layout.lon], comma)
    rows.check_positions(lat, lon, of if layout.words else None)
    columns |= {"lat_deg": lat, "lon_deg": lon}
    if layout.ground:
        columns["on_ground"] = truth(cells[layout.ground])
    unread = len(text.ragged) if text is not None else 0
    return rows.reading(columns, unread=unread, notes=tuple(notes))


def _identify(
    rows: Rows, layout: Layout, cells: dict[str, Cells], columns: dict[str, object]
) -> parse.Ints:
    """Fill in the identity columns, and return which track each row belongs to, (N,)."""
    of = np.zeros(rows.count, np.int64)
    for role, name in layout.words.items():
        column = cells[name]
        words = pa.chunked_array([column.to_arrow()]) if isinstance(column, pl.Series) else column
        if not pa.types.is_dictionary(words.type):
            words = words.cast(pa.string())
            if isinstance(column, pl.Series):
                words = pc.if_else(pc.equal(pc.utf8_trim_whitespace(words), ""), None, words)
            words = words.dictionary_encode()
        coded = words.unify_dictionaries().combine_chunks()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.chunk(0)
        if role == "icao24":
            address, _ = parse.each_once(coded, parse.address)
            given = coded.is_valid().to_numpy(zero_copy_only=False)
            rows.refuse(
                np.isnan(address) & given,
                "bad-address",
                lambda row, c=coded: f'icao24 "{c[row]}" is not six hexadecimal digits',  # type: ignore[misc]
            )
            columns.update(identity(address))
        else:
            columns[role] = _declared(coded)
        if role in ("track", "icao24") or not of.any():
            of = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return of


def _declared(coded: pa.DictionaryArray) -> pa.DictionaryArray:
    """Return words as a dictionary of 32-bit indices to strings, the type of the schema."""
    return pa.DictionaryArray.from_arrays(
        coded.indices.cast(pa.int32()), coded.dictionary.cast(pa.string())
    )
