"""What ships with tocsin, by name: the sovereign volumes, and lines and points of the law.

`sovereign` are volumes.  The others are facts with their sources: a line is no volume, and is
given as it was read, with an edge type per segment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.errors import AirspaceError
from tocsin.schema import Edge, Ring, Volume

SOVEREIGN_FILE = "sovereign_osm_2024.parquet"
METADATA_KEY = "tocsin"
SCALE = 1e7  # integers of 1e-7 degree, about 1 cm

#: Other names that people give to states, beside ISO 3166 codes and the English name.
ALIASES = {
    "BOSNIA": "BA", "CZECH REPUBLIC": "CZ", "ENGLAND": "GB", "GREAT BRITAIN": "GB", "UK": "GB",
    "EL": "GR", "HOLLAND": "NL", "MACEDONIA": "MK", "RUSSIAN FEDERATION": "RU",
    "TURKIYE": "TR", "TÜRKIYE": "TR", "HOLY SEE": "VA", "VATICAN": "VA", "XKX": "XK", "KOS": "XK",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shipped:
    """One shipped file: what it is."""

    name: str
    kind: str  # volumes, line, points, place
    title: str

    @property
    def file(self) -> str:
        return SOVEREIGN_FILE if self.kind == "volumes" else f"boundaries/{self.name}.geojson"


SHIPPED = (
    Shipped("sovereign", "volumes", "states of Europe, Turkey and Russia as OSM draws them (ODbL)"),
    Shipped("eez-est-fin-1996", "line", "EEZ Estonia-Finland, treaty of 1996"),
    Shipped("eez-fin-2004", "line", "EEZ of Finland, points 1-7, decree 1073/2004"),
    Shipped("fir-gof", "line", "FIRs Helsinki and Tallinn against St Petersburg, AIP 2020"),
    Shipped("baseline-fin-1995", "line", "baseline of Finland, points 1-18, decree 993/1995"),
    Shipped("est-limit-points", "points", "candidates for the sea limit of Estonia (OSM, ODbL)"),
    Shipped("treaty-est-rus-2005", "line", "Estonia-Russia 2005, points 1-3 of 9, not in force"),
    Shipped("vaindloo", "place", "the island of Vaindloo"),
)


def listing() -> tuple[Shipped, ...]:
    """Return what ships, volumes first."""
    return SHIPPED


def bundled(name: str) -> bytes:
    """Return the bytes of a shipped file.

    Raises AirspaceError for a name that does not ship.
    """
    wanted = name.strip().lower()
    for shipped in SHIPPED:
        if shipped.name == wanted:
            return _file(shipped.file).read_bytes()
    raise AirspaceError(
        f'nothing called "{name}" ships with tocsin',
        hint="there are " + ", ".join(shipped.name for shipped in SHIPPED),
    )


def bundled_volumes(name: str, names: Iterable[str] | None = None) -> tuple[Volume, ...]:
    """Return shipped volumes, all or those named, in the order of the names.

    names  ISO 3166 codes of two or three letters or English names, in any case

    Longitudes of Russia run on past 180.  Raises AirspaceError for a file that is no volume and
    for a state that it does not hold.
    """
    if name.strip().lower() != "sovereign":
        bundled(name)  # says so if there is no such name at all
        raise AirspaceError(f'"{name}" is no volume', hint="bundled volumes are: sovereign")
    store = _sovereign()
    if names is None:
        return tuple(_volume(store, code) for code in sorted(store.groups))
    out = []
    for wanted in names:
        code = store.known.get(wanted.strip().upper())
        if code is None:
            raise AirspaceError(
                f'"{wanted}" is not among the sovereign volumes that ship',
                hint="give a code such as EE or EST; there are " + ", ".join(sorted(store.groups)),
            )
        out.append(_volume(store, code))
    return tuple(out)


def states_near(west_deg: float, south_deg: float, east_deg: float, north_deg: float) -> list[str]:
    """Return the codes of the states that ship whose boxes meet another; nothing is loaded."""
    store = _sovereign()
    about = store.parquet.metadata
    out = []
    for code, group in store.groups.items():
        row = about.row_group(group)
        columns = {row.column(k).path_in_schema: row.column(k) for k in range(row.num_columns)}
        lon, lat = (columns[f"{name}.list.element"].statistics for name in ("lon_e7", "lat_e7"))
        if lat.min > north_deg * SCALE or lat.max < south_deg * SCALE:
            continue
        if any(
            lon.min <= (east_deg + turn) * SCALE and lon.max >= (west_deg + turn) * SCALE
            for turn in (-360.0, 0.0, 360.0)
        ):
            out.append(code)
    return sorted(out)


def state_codes() -> dict[str, str]:
    """Return the two-letter code of every state that ships, by each of its names in capitals."""
    return dict(_sovereign().known)


@dataclass(frozen=True, slots=True, eq=False)
class _Store:
    """The open file: one row group a state, so that one state costs no more than itself."""

    parquet: pq.ParquetFile
    about: dict[str, Any]
    groups: dict[str, int]  # state to row group
    known: dict[str, str]  # every name of a state, in capitals, to its code
    sha256: str


@cache
def _sovereign() -> _Store:
    data = _file(SOVEREIGN_FILE).read_bytes()
    parquet = pq.ParquetFile(pa.BufferReader(data))
    about = json.loads(parquet.schema_arrow.metadata[METADATA_KEY.encode()])
    known = dict(ALIASES)
    for code, (iso_a3, name) in about["states"].items():
        known |= {code: code, iso_a3: code, name.upper(): code}
    return _Store(
        parquet=parquet,
        about=about,
        groups={code: group for group, code in enumerate(about["states"])},
        known=known,
        sha256=hashlib.sha256(data).hexdigest(),
    )


@cache
def _volume(store: _Store, code: str) -> Volume:
    table = store.parquet.read_row_group(
        store.groups[code], columns=["lon_e7", "lat_e7", "edge", "clip"], use_threads=False
    )
    about = store.about
    iso_a3, name = about["states"][code]
    return Volume(
        name=code,
        rings=tuple(_ring(table, row) for row in range(table.num_rows)),
        layer=about["layer"],
        hypothesis=about["hypothesis"],
        sigma_m=float(about["sigma_m"]),
        title=name,
        properties=(
            ("iso_a2", code),
            ("iso_a3", iso_a3),
            ("name", name),
            *((key, about[key]) for key in ("attribution", "license", "source")),
        ),
        path="bundled:sovereign",
        place=code,
        sha256=store.sha256,
    )


def _ring(table: pa.Table, row: int) -> Ring:
    lon = table["lon_e7"][row].values.to_numpy() / SCALE
    lat = table["lat_e7"][row].values.to_numpy() / SCALE
    edges = [Edge(table["edge"][row].as_py())] * len(lon)
    for segment in table["clip"][row].as_py():
        edges[segment] = Edge.CLIP
    lon.flags.writeable = lat.flags.writeable = False  # shared by all who ask for this state
    return Ring(lon, lat, tuple(edges))


def _file(name: str) -> Traversable:
    return files("tocsin.data").joinpath(name)
