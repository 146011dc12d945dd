"""Files of cases, people and places to a grid of counts; files of events to places and days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import floor

import numpy as np

from tocsin.errors import FeedError, UsageError
from tocsin.pattern.events import Unit
from tocsin.pattern.periods import EPOCH
from tocsin.pattern.scan_permutation import Located
from tocsin.pattern.scan_poisson import Counts
from tocsin.pattern.scan_zones import geodesic_km, planar_km
from tocsin.run import space_tables as tables
from tocsin.run.pattern_cells import Bad, Span, span_of
from tocsin.run.space_tables import Table, number, read_table, year_of
from tocsin.schema import Floats, Input, Refusal

GEODESIC = "distances are geodesics on WGS-84"
PLANAR = "distances are planar: coordinates are taken as kilometres"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Places by their keys."""

    names: tuple[str, ...]
    keys: dict[str, int]
    xy: Floats  # (P, 2) longitude and latitude, or km
    planar: bool
    columns: tuple[str, str]

    @property
    def distance_km(self) -> Floats:
        measure = planar_km if self.planar else geodesic_km
        return measure(self.xy[:, 0], self.xy[:, 1])

    @property
    def note(self) -> str:
        x, y = self.columns
        return f"{PLANAR if self.planar else GEODESIC}; coordinates from {x} and {y}"


@dataclass(frozen=True, slots=True, eq=False)
class EventsRead:
    """Events with a place and a time, which may be an interval."""

    lo: Floats  # (N,) days or years: an event is somewhere in [lo, hi), at lo if they are equal
    hi: Floats
    lonlat: Floats  # (N, 2)
    p: Floats  # (N,) chance that each counts
    calendar: bool
    input: Input
    refusals: tuple[Refusal, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether every event counts and the whole unit of its time is known."""
        known = np.ceil(self.hi) - np.floor(self.lo) <= 1
        return bool(known.all() and (self.p == 1).all())

    def located(self, rng: np.random.Generator) -> Located:
        """Return the events by place and whole unit; what is not known is drawn."""
        t = self.lo + (self.hi - self.lo) * rng.random(len(self.lo))
        counts = rng.random(len(t)) < self.p
        at = np.round(self.lonlat[counts], 6)
        places, index = np.unique(at, axis=0, return_inverse=True)
        days = np.floor(t[counts]).astype(np.int64)
        return Located(places[:, 0], places[:, 1], np.asarray(index).ravel(), days)


def read_places(path: str, lon: str | None, lat: str | None, planar: bool) -> tuple[Placed, Table]:
    """Return the places of a file; UsageError where coordinates are not degrees."""
    table = read_table(path)
    key = table.column(None, tables.PLACE, "a place")
    x_name = table.column(lon, tables.LON, "longitude")
    y_name = table.column(lat, tables.LAT, "latitude")
    names: list[str] = []
    keys: dict[str, int] = {}
    xy: list[tuple[float, float]] = []
    for line, row in table.rows:
        x, y = number(row[x_name]), number(row[y_name])
        if x is None or y is None:
            wrong = row[x_name] if x is None else row[y_name]
            table.refuse(line, "bad-coordinate", f'coordinate "{wrong}" is not a number')
        elif _key(row[key]) in keys:
            table.refuse(line, "duplicate", f'place "{row[key]}" stands here a second time')
        else:
            keys[_key(row[key])] = len(names)
            names.append(row[key])
            xy.append((x, y))
    if not names:
        raise FeedError("holds no place with coordinates", path=path)
    at = np.array(xy)
    if not planar and not tables.degrees(at[:, 0], at[:, 1]):
        raise UsageError(
            f"{x_name} and {y_name} are not degrees",
            path=path,
            hint="give --planar if they are kilometres of a plane",
        )
    return Placed(tuple(names), keys, at, planar, (x_name, y_name)), table


def read_counts(
    cases_path: str, people_path: str, placed: Placed, time: str | None
) -> tuple[Counts, list[Table], list[str]]:
    """Return cases and people on a grid of kinds, places and years; kinds are shared columns.

    Years run from the first to the last that either file names.
    """
    cases = read_table(cases_path)
    people = cases if people_path == cases_path else read_table(people_path)
    roles = {}
    for name, table in (("cases", cases), ("people", people)):
        roles[name] = (
            table.column(None, tables.PLACE, "a place"),
            table.column(time if time in table.header else None, tables.YEAR, "a year"),
        )
    counted = cases.maybe(tables.COUNT)
    head = people.column(None, tables.PEOPLE, "population")
    taken = {counted, head, *roles["cases"], *roles["people"]}
    kinds = [name for name in cases.header if name in people.header and name not in taken]
    if people is cases:
        kinds = []  # one file of both: its other columns need not divide the people
    notes: list[str] = []
    found = _rows(cases, roles["cases"], counted, kinds, placed, whole=True)
    lived = _rows(people, roles["people"], head, kinds, placed, whole=False)
    if not found:
        one = cases.refusals[0]
        why = f"the first: {one.place}: {one.detail}"
        raise FeedError(f"holds no row of cases that can be used; {why}", path=cases_path)
    if not lived:
        raise FeedError("holds no row of people that can be used", path=people_path)
    lived = _same_century(lived, found, notes)
    years = [row[2] for row in (*found, *lived)]
    first, last = min(years), max(years)
    if last - first > 2000:
        raise UsageError(f"years run from {first} to {last}", hint="is that the column of years?")
    grid = np.arange(first, last + 1)
    order = {kind: k for k, kind in enumerate(sorted({row[0] for row in lived}))}
    shape = (len(order), len(placed.names), len(grid))
    at_risk = _interpolated(lived, order, shape, grid, notes)
    counts = np.zeros(shape, dtype=np.int64)
    settled = at_risk.sum(axis=(0, 2)) > 0
    for kind, place, year, value, line in found:
        if kind not in order or not settled[place]:
            who = f"people of kind {'/'.join(kind)}" if kind not in order else "people"
            detail = f'no {who} are counted at "{placed.names[place]}"; add them or leave it out'
            cases.refuse(line, "no-population", detail)
        else:
            counts[order[kind], place, year - first] += int(value)
    empty = [name for name, here in zip(placed.names, settled, strict=True) if not here]
    if empty:
        notes.append(f"nobody is counted at {', '.join(empty)}: kept as a place")
    if kinds:
        notes.append(f"adjusted for {', '.join(kinds)}: {len(order)} kinds of people")
    labels = tuple(str(year) for year in grid)
    used = [cases] if people is cases else [cases, people]
    return Counts(placed.names, labels, counts, at_risk), used, notes


def read_events(
    path: str, time: str | None, unit: Unit, lon: str | None, lat: str | None
) -> EventsRead:
    """Return events with their places; rows that lack either are quarantined."""
    table = read_table(path)
    t_name = table.column(time, tables.YEAR, "a time")
    x_name = table.column(lon, tables.LON, "longitude")
    y_name = table.column(lat, tables.LAT, "latitude")
    times: list[Span] = []
    places: list[tuple[float, float]] = []
    for line, row in table.rows:
        x, y = number(row[x_name]), number(row[y_name])
        try:
            at = span_of(row[t_name], unit)
        except Bad as bad:
            table.refuse(line, bad.reason, bad.detail)
            continue
        if x is None or y is None:
            table.refuse(line, "no-place", "longitude or latitude is missing or not a number")
        elif not tables.degrees([x], [y]):
            table.refuse(line, "bad-coordinate", f"{x:g}, {y:g} are not degrees")
        else:
            times.append(at)
            places.append((x, y))
    if len({one.dated for one in times}) > 1:
        raise FeedError("mixes dates with numbers", path=path, hint="write all times the same way")
    if not times:
        one = table.refusals[0]
        why = f"the first: {one.place}: {one.detail}"
        raise FeedError(f"holds no event with a time and a place; {why}", path=path)
    lonlat = np.array(places, dtype=np.float64)
    lo, hi = np.array([one.low for one in times]), np.array([one.high for one in times])
    dated = any(one.dated for one in times)
    return EventsRead(
        lo, hi, lonlat, np.ones(len(times)), dated, table.read(), tuple(table.refusals)
    )


def day_label(unit: Unit, calendar: bool) -> Callable[[int], str]:
    """Return what names a whole unit of time."""
    if unit is Unit.YEAR:
        return str
    if calendar:
        return lambda day: (EPOCH + timedelta(days=day)).isoformat()
    return lambda day: f"day {day}"


Row = tuple[tuple[str, ...], int, int, float, int]  # kind, place, year, value, line


def _rows(
    table: Table,
    roles: tuple[str, str],
    value: str | None,
    kinds: list[str],
    placed: Placed,
    *,
    whole: bool,
) -> list[Row]:
    out: list[Row] = []
    for line, row in table.rows:
        year = year_of(row[roles[1]])
        amount = 1.0 if value is None else number(row[value])
        if year is None:
            detail = f'"{row[roles[1]]}" is no year; years look like 1985 or 1985-03-01'
            table.refuse(line, "bad-time", detail)
        elif _key(row[roles[0]]) not in placed.keys:
            detail = f'place "{row[roles[0]]}" is not in the file of places'
            table.refuse(line, "unknown-place", detail)
        elif amount is None or amount < 0 or (whole and amount != floor(amount)):
            what = "a whole number from 0" if whole else "a number from 0"
            table.refuse(line, "bad-count", f'{value} "{row[value or ""]}" is not {what}')
        else:
            kind = tuple(row[name] for name in kinds)
            out.append((kind, placed.keys[_key(row[roles[0]])], year, amount, line))
    return out


def _same_century(lived: list[Row], found: list[Row], notes: list[str]) -> list[Row]:
    """Return rows of people whose two-digit years are put into the century of the cases."""
    if not found or max(row[2] for row in lived) > 99 or min(row[2] for row in found) < 100:
        return lived
    century = min(row[2] for row in found) // 100 * 100
    notes.append(f"two-digit years of the population are read as {century} and after")
    return [(kind, place, year + century, value, line) for kind, place, year, value, line in lived]


def _interpolated(
    lived: list[Row],
    order: dict[tuple[str, ...], int],
    shape: tuple[int, int, int],
    grid: np.ndarray,
    notes: list[str],
) -> Floats:
    known: dict[tuple[int, int], dict[int, float]] = {}
    for kind, place, year, value, _ in lived:
        years = known.setdefault((order[kind], place), {})
        years[year] = years.get(year, 0.0) + value
    out = np.zeros(shape)
    filled = False
    for (kind_at, place), years in known.items():
        at = sorted(years)
        out[kind_at, place] = np.interp(grid, at, [years[year] for year in at])
        filled |= len(at) < len(grid)
    if filled:
        notes.append("people between counts are interpolated, outside them held")
    return out


def _key(name: str) -> str:
    return "".join(name.casefold().split())
