"""A register file to the features of its incidents, and their nearest precedents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.errors import FeedError, UsageError
from tocsin.pattern.background import (
    Background,
    Recurrence,
    anywhere,
    background_near,
    recurrence,
)
from tocsin.pattern.figures.precedents import precedents
from tocsin.pattern.similar import similar
from tocsin.run import space_tables as tables
from tocsin.run.pattern_space import Told
from tocsin.run.space_tables import Table, number, read_table
from tocsin.schema import Floats, Input, Refusal

#: Columns of a register file by the feature they hold.
COLUMNS = {
    "domain": ("domain",),
    "type": ("type", "aircraft_type", "object"),
    "state": ("state", "country"),
    "actor": ("actor_alleged", "actor"),
    "count": ("count_of_objects", "aircraft_count", "count"),
    "duration": ("duration_s", "duration"),
    "depth": ("depth_km", "depth"),
    "transponder": ("transponder",),
    "flight plan": ("flight_plan",),
    "radio": ("radio",),
}
NUMBERS = ("count", "duration", "depth")
_CLOCK = re.compile(r"T(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the precedents."""

    id: str
    nearest: int = 5
    radius_km: float = 25.0
    tracks: str | None = None  # file of id, longitude and latitude in order of flight
    background: str | None = None  # file of longitude, latitude and flights: what passes where
    share: tuple[float, float] | None = None  # of all traffic that passes within the radius
    share_source: str = ""
    seed: int = 1
    replicates: int = 999


@dataclass(frozen=True, slots=True)
class Known:
    """The incidents of a record by their ids."""

    rows: dict[str, dict[str, Any]]  # features, see tocsin.pattern.similar
    titles: dict[str, str]
    sigma_km: dict[str, float]  # how far a place may be off
    input: Input
    refusals: tuple[Refusal, ...] = ()


def similar_file(path: str, asked: Asked) -> Told:
    """Return the precedents nearest to one incident of a file, with their picture."""
    table = read_table(path)
    key = table.column("id" if "id" in table.header else None, ("id", "name"), "an id")
    rows: dict[str, dict[str, Any]] = {}
    titles: dict[str, str] = {}
    sigmas: dict[str, float] = {}
    for line, row in table.rows:
        name = row[key]
        if not name:
            table.refuse(line, "no-id", "an incident without an id cannot be named")
        elif name in rows:
            table.refuse(line, "duplicate", f'id "{name}" stands here a second time')
        else:
            rows[name] = _features(table, row)
            titles[name] = row.get("what", "")
            sigmas[name] = number(row.get("position_uncertainty_km", "")) or 0.0
    return similar_known(Known(rows, titles, sigmas, table.read(), tuple(table.refusals)), asked)


def similar_known(record: Known, asked: Asked) -> Told:
    """Return the precedents nearest to one incident of a record, with their picture."""
    id, rows = asked.id, record.rows
    if id not in rows:
        some = ", ".join(list(rows)[:5])
        path = record.input.path
        raise UsageError(f'there is no incident "{id}"', path=path, hint=f"ids such as {some}")
    read = []
    if asked.tracks is not None:
        read.append(_tracks(asked.tracks, rows))
    notes = []
    again: Recurrence | None = None
    if rows[id].get("place") is None:
        notes.append(f"{id} has no place: whether it happened there again cannot be asked")
    else:
        again, more = _again(record, asked)
        read += more
    answer = similar(id, rows, nearest=asked.nearest, titles=record.titles, recurrence=again)
    refusals = (*record.refusals, *(one for each in read for one in each.refusals))
    inputs = (record.input, *(each.read() for each in read))
    return Told(answer, precedents(answer), inputs, refusals, tuple(notes))


def _features(table: Table, row: Mapping[str, str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for feature, names in COLUMNS.items():
        column = next((name for name in names if name in table.header), None)
        cell = row[column] if column is not None else ""
        if feature in NUMBERS:
            out[feature] = number(cell)  # "<60" and "tens" are no numbers: not known
        else:
            out[feature] = _short(cell) or None
    x_name, y_name = table.maybe(tables.LON), table.maybe(tables.LAT)
    if x_name is not None and y_name is not None:
        x, y = number(row[x_name]), number(row[y_name])
        known = x is not None and y is not None and tables.degrees([x], [y])
        out["place"] = (x, y) if known else None
    began = next((row[name] for name in ("start_utc", "time", "date") if name in row), "")
    clock = _CLOCK.search(began)
    # A time of day that is told as midnight is told: only a bare date has none.
    out["time of day"] = int(clock[1]) + int(clock[2]) / 60 if clock else None
    return out


def _short(cell: str) -> str:
    """Return the word that a cell begins with: "none with Estonian ATS" is none."""
    plain = cell.split("(")[0].split(";")[0].strip()
    return "none" if plain.casefold().startswith("none") else plain


def _tracks(path: str, rows: dict[str, dict[str, Any]]) -> Table:
    table = read_table(path)
    key = table.column(None, ("id", "incident", "track"), "an id")
    x_name = table.column(None, tables.LON, "longitude")
    y_name = table.column(None, tables.LAT, "latitude")
    points: dict[str, list[tuple[float, float]]] = {}
    for line, row in table.rows:
        x, y = number(row[x_name]), number(row[y_name])
        if row[key] not in rows:
            table.refuse(line, "unknown-id", f'there is no incident "{row[key]}"')
        elif x is None or y is None or not tables.degrees([x], [y]):
            table.refuse(line, "bad-coordinate", "longitude or latitude is no number of degrees")
        else:
            points.setdefault(row[key], []).append((x, y))
    for name, track in points.items():
        rows[name]["track"] = np.array(track)
    return table


def _again(record: Known, asked: Asked) -> tuple[Recurrence, list[Table]]:
    rows = record.rows
    others = [name for name in rows if name != asked.id and rows[name].get("place") is not None]
    at = np.array([rows[name]["place"] for name in others], dtype=np.float64).reshape(-1, 2)
    sigma = np.array([record.sigma_km[name] for name in others])
    here = rows[asked.id]["place"]
    if asked.background is not None and asked.share is not None:
        raise UsageError("give --background or --background-share, not both")
    given, some, read = None, None, []
    if asked.share is not None:
        if not asked.share_source.strip():
            raise UsageError(
                "a share of traffic needs its source", hint="give --background-source TEXT"
            )
        given = Background(asked.share, asked.share_source)
    elif asked.background is not None:
        table, traffic, flights = _traffic(asked.background)
        read.append(table)
        given = background_near(
            here, traffic, flights, radius_km=asked.radius_km, source=asked.background
        )
        if len(at):
            some = anywhere(
                np.vstack([[here], at]),
                traffic,
                flights,
                radius_km=asked.radius_km,
                rng=np.random.default_rng(asked.seed),
                replicates=asked.replicates,
            )
    answer = recurrence(here, at, sigma, radius_km=asked.radius_km, background=given, anywhere=some)
    return answer, read


def _traffic(path: str) -> tuple[Table, Floats, Floats]:
    table = read_table(path)
    x_name = table.column(None, tables.LON, "longitude")
    y_name = table.column(None, tables.LAT, "latitude")
    n_name = table.maybe(("flights", *tables.COUNT))
    places, flights = [], []
    for line, row in table.rows:
        x, y = number(row[x_name]), number(row[y_name])
        n = 1.0 if n_name is None else number(row[n_name])
        if x is None or y is None or not tables.degrees([x], [y]):
            table.refuse(line, "bad-coordinate", "longitude or latitude is no number of degrees")
        elif n is None or n < 0:
            table.refuse(line, "bad-count", f'{n_name} "{row[n_name or ""]}" is no number from 0')
        else:
            places.append((x, y))
            flights.append(n)
    if not places or not sum(flights) > 0:
        raise FeedError("holds no flights with a place", path=path)
    return table, np.array(places), np.array(flights)
