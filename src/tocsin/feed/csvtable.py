"""A CSV file as columns of text, with the line each row stands on and the lines that do not fit.

Nothing is converted here: a number that is none must be seen, not become a null.  The dialect is
RFC 4180 with any of , ; tab | between fields, with or without a byte-order mark, with LF or CRLF.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from tocsin.errors import FeedError
from tocsin.feed import parse

DELIMITERS = ",;\t|"

#: A name of a column: begins with a letter, is no sentence.
_NAME = re.compile(r"^[^\W\d][^.!?]{0,39}$")


@dataclass(frozen=True, slots=True)
class Ragged:
    """A line with too many or too few fields."""

    line: int
    found: int
    expected: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class CsvTable:
    """The columns of a CSV file, all text."""

    columns: dict[str, pl.Series]
    line: NDArray[np.int64]  # (N,) where each row stands, the first line of the file being 1
    ragged: tuple[Ragged, ...] = ()
    delimiter: str = ","
    notes: tuple[str, ...] = field(default=())

    @property
    def count(self) -> int:
        return len(self.line)

    def raw(self, row: int) -> str:
        """Return a row as it stood, near enough to find it."""
        cells = (column[row] for column in self.columns.values())
        return self.delimiter.join("" if cell is None else str(cell) for cell in cells)


def header(head: bytes) -> tuple[list[str], str]:
    """Return the column names in the first bytes of a text, and its delimiter.

    Both are empty where the first line is no list of names.
    """
    line = _first_line(parse.utf8(head))[1]
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return [], ""
    if not text.isprintable() and "\t" not in text:
        return [], ""
    delimiter = max(DELIMITERS, key=text.count)
    if not text.count(delimiter):
        return [], ""
    names = [name.strip() for name in next(csv.reader([text], delimiter=delimiter))]
    named = [name for name in names if name]
    if not named or any(not _NAME.match(name) for name in named):
        return [], ""  # prose, numbers, or the records of another format
    return names, delimiter


def read_csv(data: bytes, path: str, delimiter: str = "") -> CsvTable:
    """Return the columns of a CSV file; lines before the header that begin with # are skipped.

    A column without a name gets its number as name (`_15`).  Raises FeedError where there is no
    header, a name twice, or bytes that are no text.
    """
    data = parse.utf8(data, path)
    notes: tuple[str, ...] = ()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        data = data.decode("latin-1").encode()
        notes = (f"byte {error.start} is not UTF-8; the file was read as Latin-1",)
    skipped, first = _first_line(data)
    names, found = header(first)
    if not names:
        raise FeedError(
            "its first line names no columns",
            path=path,
            hint="put one in, or name the format with --format",
        )
    delimiter = delimiter or found
    names = [name or f"_{number}" for number, name in enumerate(names)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FeedError(f"names the column {twice[0]} twice", path=path, hint="rename one of them")
    ragged: list[Ragged] = []

    def skip(row: pacsv.InvalidRow) -> str:
        ragged.append(Ragged(row.number, row.actual_columns, row.expected_columns, row.text))
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.BufferReader(data),
            # One thread: only then are the numbers of ragged lines told.
            read_options=pacsv.ReadOptions(
                use_threads=False, column_names=names, skip_rows=skipped + 1
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter, ignore_empty_lines=False, invalid_row_handler=skip
            ),
            convert_options=pacsv.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            table = pa.table({name: pa.array([], pa.string()) for name in names})
        else:
            raise FeedError(f"is no CSV file: {error}", path=path) from error
    taken = np.array([line.line for line in ragged], np.int64)
    ragged = [line for line in ragged if line.text.strip()]
    line = np.delete(
        np.arange(skipped + 2, skipped + 2 + table.num_rows + len(taken)), taken - skipped - 2
    )
    columns = {name: pl.Series(name, table[name]) for name in names}
    filled = np.zeros(table.num_rows, np.bool_)
    for column in columns.values():
        if filled.all():
            break
        filled |= (column != "").to_numpy()
    if not filled.all():  # empty lines, and lines of nothing but delimiters, are no records
        columns = {name: column.filter(pl.Series(filled)) for name, column in columns.items()}
        line = line[filled]
    return CsvTable(columns, line, tuple(ragged), delimiter, notes)


def _first_line(data: bytes) -> tuple[int, bytes]:
    """Return how many lines are skipped before the first that is not blank or #, and that line."""
    start, number = 0, 0
    while start < len(data):
        end = data.find(b"\n", start)
        line = data[start : len(data) if end < 0 else end].strip(b"\r\n ")
        if line and not line.startswith(b"#"):
            return number, line
        if end < 0:
            break
        start, number = end + 1, number + 1
    return number, b""
