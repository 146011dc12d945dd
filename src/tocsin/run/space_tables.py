"""Tables of cases, people, places and events: columns found by name, rows read or quarantined."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.errors import FeedError, UsageError
from tocsin.schema import Input, Refusal

DELIMITERS = ",;\t|"

PLACE = ("place", "county", "location", "region", "name", "zone", "id")
YEAR = ("year", "time", "date", "start_utc", "t")
COUNT = ("count", "cases", "n", "number")
PEOPLE = ("population", "people", "pop")
LON = ("lon_deg", "lon", "long", "longitude", "x")
LAT = ("lat_deg", "lat", "latitude", "y")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(slots=True)
class Table:
    """A file of rows; what is wrong with them is collected in `refusals` as it is found."""

    path: str
    sha256: str
    header: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]  # line, cells by column
    refusals: list[Refusal] = field(default_factory=list)
    records: int = 0

    def refuse(self, line: int, reason: str, detail: str) -> None:
        self.refusals.append(Refusal(self.path, f"line {line}", reason, detail))

    def column(self, wanted: str | None, names: Sequence[str], what: str) -> str:
        """Return the column asked for, or the one whose name says it; UsageError if there is none.

        A name that ends in one of `names`, such as seat_long, will do; the first counts.
        """
        if wanted is not None:
            if wanted in self.header:
                return wanted
            raise UsageError(
                f'there is no column "{wanted}" for {what}',
                path=self.path,
                hint=f"its columns are {', '.join(self.header)}",
            )
        found = self.maybe(names)
        if found is None:
            raise UsageError(
                f"no column is named like {what}",
                path=self.path,
                hint=f"its columns are {', '.join(self.header)}; name one {names[0]}",
            )
        return found

    def maybe(self, names: Sequence[str]) -> str | None:
        """Return the column whose name says it, or None."""
        by_name = {name.casefold(): name for name in reversed(self.header)}
        exact = (by_name[name] for name in names if name in by_name)
        ending = (
            column
            for column in self.header
            if any(column.casefold().endswith(f"_{name}") for name in names if len(name) > 1)
        )
        return next(exact, None) or next(ending, None)

    def read(self) -> Input:
        """Return what became of the file."""
        reasons = Counter(one.reason for one in self.refusals)
        bad = len({one.place for one in self.refusals})
        return Input(
            self.path, self.sha256, "csv", self.records, self.records - bad, bad, dict(reasons)
        )


def read_table(path: str) -> Table:
    """Return the rows of a CSV file, UTF-8, with a header; FeedError where there are none."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise FeedError(f"cannot be read: {error.strerror}", path=path) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FeedError(
            f"is not UTF-8 text at byte {error.start}", path=path, hint="save it as UTF-8 CSV"
        ) from error
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error as error:
        raise FeedError(f"is no CSV: {error}", path=path) from error
    if not lines:
        raise FeedError("is empty", path=path, hint="a header and rows are expected")
    header = tuple(name.strip() for name in lines[0][1])
    if any(_NUMBER.fullmatch(name) for name in header if name):
        raise FeedError(
            "has no header", path=path, hint="the first line names the columns, such as date"
        )
    table = Table(path, hashlib.sha256(data).hexdigest(), header, [], [], len(lines) - 1)
    for line, cells in lines[1:]:
        if len(cells) != len(header):
            detail = f"{len(cells)} fields where the header has {len(header)}; quote commas in text"
            table.refuse(line, "ragged", detail)
        else:
            table.rows.append((line, dict(zip(header, (c.strip() for c in cells), strict=True))))
    if not table.rows:
        raise FeedError("has no rows", path=path, hint="a header and rows are expected")
    return table


def number(text: str) -> float | None:
    """Return a number, or None for anything else: NaN and infinities are none."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def year_of(text: str) -> int | None:
    """Return the year of "1985", "1985.3", "1985-03-01" or "1985/3/1"."""
    value = number(text)
    if value is not None:
        return math.floor(value)
    found = re.match(r"(\d{4})[-/]", text)
    return int(found[1]) if found else None


def degrees(lons: Iterable[float], lats: Iterable[float]) -> bool:
    """Return whether all coordinates may be degrees."""
    return all(-180 <= x <= 360 for x in lons) and all(-90 <= y <= 90 for y in lats)
