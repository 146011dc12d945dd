"""The rows of one source on their way to fixes: which stand, and why the others do not.

A reader names the place of a row and hands over whole columns; `Rows` refuses the bad ones with
place, reason and sentence, and lays out what is left.  All readers of tables and JSON share it, so
that one fault has one reason code whatever the format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin.errors import FeedError
from tocsin.feed import parse
from tocsin.feed.columns import fixes
from tocsin.feed.csvtable import CsvTable
from tocsin.feed.parse import Bools, Floats, Ints
from tocsin.feed.quarantine import Quarantine
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import UTC_NS, Reading

#: A neighbour in time is never this far away: looking for swapped coordinates begins here.
_LEAP_DEG = 3.0
#: How near a position must come to its track, once swapped, to be called swapped.
_HOME_DEG = 2.0


def source_id(source: Source, options: ReadOptions) -> str:
    """Return the name of the feed: as configured, else the file's name."""
    return options.source_id or Path(source.path).name


@dataclass(slots=True)
class Rows:
    """N rows, of which `good` still stand."""

    source: Source
    fmt: str
    count: int
    place: Callable[[int], str]
    raw: Callable[[int], str] = lambda _row: ""
    good: Bools = field(init=False)
    quarantine: Quarantine = field(init=False)

    def __post_init__(self) -> None:
        if not self.count:
            raise FeedError(
                "holds no records", path=self.source.path, hint="export it again with its data"
            )
        self.good = np.ones(self.count, np.bool_)
        self.quarantine = Quarantine(self.source.path)

    def refuse(self, bad: Bools, reason: str, detail: Callable[[int], str]) -> None:
        """Quarantine the rows where `bad` holds and that still stand."""
        for row in np.flatnonzero(bad & self.good).tolist():
            self.quarantine.add(self.place(row), reason, detail(row), self.raw(row))
        self.good &= ~bad

    def refuse_ragged(self, table: CsvTable) -> None:
        """Quarantine the lines of a CSV file that have too many or too few fields."""
        for bad in table.ragged:
            self.quarantine.add(
                f"line {bad.line}",
                "ragged-row",
                f"has {bad.found} fields where the header names {bad.expected}; "
                "a delimiter is missing, or a text that holds one is not quoted",
                bad.text,
            )

    def check_times(self, t_ns: Ints, shown: Callable[[int], object], name: str) -> None:
        """Refuse rows without a time and rows whose time cannot be one of an observation."""
        self.refuse(
            t_ns == parse.NAT,
            "no-time",
            lambda row: f"has no {name}; a position without a time shows nothing",
        )
        self.refuse(
            (t_ns < parse.EARLIEST_NS) | (t_ns >= parse.LATEST_NS),
            "impossible-time",
            lambda row: (
                f"{name} {shown(row)} is {parse.iso(t_ns[row])}, outside 1980 to 2099; "
                f"{_time_hint(t_ns[row])}"
            ),
        )

    def check_positions(
        self, lat: Floats, lon: Floats, of: NDArray[np.int64] | None = None
    ) -> None:
        """Refuse rows whose position is no position; both coordinates null is no fault.

        of  (N,) which track each row belongs to, where that is known: then a row whose swapped
            coordinates would lie on its track, while as they stand they do not, is refused too
        """
        no_lat, no_lon = np.isnan(lat), np.isnan(lon)
        self.refuse(
            no_lat != no_lon,
            "half-position",
            lambda row: (
                f"has a {'longitude' if no_lat[row] else 'latitude'} but no "
                f"{'latitude' if no_lat[row] else 'longitude'}; give both or neither"
            ),
        )
        with np.errstate(invalid="ignore"):
            beyond = np.abs(lat) > 90.0
            self.refuse(
                beyond & (np.abs(lat) <= 180.0) & (np.abs(lon) <= 90.0),
                "swapped-coordinates",
                lambda row: (
                    f"latitude {lat[row]:g} is beyond 90 and longitude {lon[row]:g} would be a "
                    "latitude; the two look swapped, swap the columns and read again"
                ),
            )
            self.refuse(
                beyond,
                "bad-position",
                lambda row: f"latitude {lat[row]:g} is not between -90 and 90; correct the source",
            )
            self.refuse(
                np.abs(lon) > 180.0,
                "bad-position",
                lambda row: (
                    f"longitude {lon[row]:g} is not between -180 and 180; "
                    "subtract 360 where it runs from 0 to 360"
                ),
            )
        if of is not None:
            self.refuse(
                _swapped(lat, lon, of, self.good),
                "swapped-coordinates",
                lambda row: (
                    f"latitude {lat[row]:g}, longitude {lon[row]:g} lies far off its track and "
                    "would lie on it with the two swapped; correct that row and read again"
                ),
            )

    def reading(
        self,
        columns: Mapping[str, object],
        *,
        index: NDArray[np.uint64] | None = None,
        unread: int = 0,
        notes: tuple[str, ...] = (),
    ) -> Reading:
        """Return the reading: the rows that stand as fixes, the others as refusals.

        columns  of all N rows, by name in the schema, or one value for all
        index    (N,) what a row's id is made from; its number when not given
        unread   records refused before they became rows (ragged lines)

        Raises FeedError when nothing is left.
        """
        if not self.good.any():
            raise self._unusable(self.count + unread)
        index = np.arange(self.count, dtype=np.uint64) if index is None else index
        kept = dict(columns)
        if not self.good.all():
            mask = pa.array(self.good)
            index = index[self.good]
            for name, value in columns.items():
                if isinstance(value, np.ndarray):
                    kept[name] = value[self.good]
                elif isinstance(value, pa.Array | pa.ChunkedArray):
                    kept[name] = value.filter(mask)
        table = fixes(self.source.sha256, index, kept)
        return self.quarantine.reading(
            self.source.sha256, self.fmt, self.count + unread, table, notes
        )

    def _unusable(self, records: int) -> FeedError:
        counts: dict[str, int] = {}
        for refusal in self.quarantine.refusals:
            counts[refusal.reason] = counts.get(refusal.reason, 0) + 1
        told = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
        first = self.quarantine.refusals[0]
        return FeedError(
            f"none of its {records} records can be used ({told}); {first.place}: {first.detail}",
            path=self.source.path,
        )


def utc(t_ns: Ints) -> pa.Array:
    """Return nanoseconds as a column of UTC times, NAT as null."""
    missing = t_ns == parse.NAT
    return pa.array(t_ns, pa.int64(), mask=missing if missing.any() else None).cast(UTC_NS)


def known(values: Floats, kind: pa.DataType) -> pa.Array:
    """Return numbers as a column of an integer type, NaN as null."""
    missing = np.isnan(values)
    return pa.array(np.where(missing, 0, values).astype(np.int64), mask=missing).cast(kind)


def identity(addresses: Floats) -> dict[str, pa.Array]:
    """Return the columns `icao24` and, where some are not ICAO's, `icao24_kind`."""
    missing = np.isnan(addresses)
    number = np.where(missing, 0, addresses).astype(np.int64)
    columns = {"icao24": pa.array(number & 0xFFFFFF, mask=missing).cast(pa.uint32())}
    foreign = (number >> 24) > 0
    if foreign.any():
        kind = pa.array(np.where(foreign, "non_icao", ""), pa.string())
        columns["icao24_kind"] = pc.if_else(pa.array(foreign), kind, pa.scalar(None, pa.string()))
    return columns


def _time_hint(ns: int) -> str:
    seconds = abs(int(ns)) / parse.NS
    if seconds >= 4e9:
        return "large numbers are milliseconds or finer: name the unit in a mapping file"
    return "check the clock or the unit of the source"


def _swapped(lat: Floats, lon: Floats, of: NDArray[np.int64], good: Bools) -> Bools:
    """Return the rows that lie on their track only with latitude and longitude swapped, (N,).

    A suspect is more than 3 degrees from the median of its track as it stands and within 2 degrees
    once swapped.  It is refused if the fixes before and after it that are no suspects are also
    more than 3 degrees away as it stands, and one of them is near it once swapped: the mirror
    image of a long flight can lie near the flight itself, but not in one leap there and back.
    Suspects that are a third of a track or more are left alone: then it is the track that is odd.
    """
    bad = np.zeros(len(lat), np.bool_)
    usable = np.flatnonzero(good & ~np.isnan(lat))
    if len(usable) < 4:
        return bad
    y, x, track = lat[usable], lon[usable], of[usable]
    leap = np.maximum(np.abs(np.diff(y)), np.abs(np.diff(x))) > _LEAP_DEG
    turns = np.diff(track) != 0
    if np.count_nonzero(turns) <= track.max():  # tracks stand together: no leap from one to another
        leap &= ~turns
    if not leap.any():  # nearly always: then the search costs nothing
        return bad
    order = np.argsort(track, kind="stable")
    usable, y, x, track = usable[order], y[order], x[order], track[order]
    frame = pl.DataFrame({"track": track, "y": y, "x": x})
    home = frame.select(pl.col("y", "x").median().over("track"))
    home_y, home_x = home["y"].to_numpy(), home["x"].to_numpy()
    suspect = np.hypot(y - home_y, x - home_x) > _LEAP_DEG
    suspect &= np.hypot(x - home_y, y - home_x) < _HOME_DEG
    rare = pl.DataFrame({"track": track, "s": suspect}).select(pl.col("s").mean().over("track"))
    suspect &= rare["s"].to_numpy() < 1 / 3
    row = np.arange(len(y))
    before = np.maximum(np.maximum.accumulate(np.where(suspect, -1, row)), 0)
    after = np.minimum.accumulate(np.where(suspect, len(y), row)[::-1])[::-1]
    after = np.minimum(after, len(y) - 1)
    here, there = np.zeros(len(y), np.bool_), np.zeros(len(y), np.bool_)
    for beside in (before, after):
        own = (track[beside] == track) & ~suspect[beside]
        here |= own & (np.hypot(y - y[beside], x - x[beside]) <= _LEAP_DEG)
        there |= own & (np.hypot(x - y[beside], y - x[beside]) <= _HOME_DEG)
    bad[usable[suspect & there & ~here]] = True
    return bad
