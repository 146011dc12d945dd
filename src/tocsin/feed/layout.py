"""Which column of a table is what: recognised by name, or told by a mapping file.

Recognised: `t` (or time, timestamp, utc), `lon`, `lat` (or longitude, latitude), `track` (which
aircraft or target), `icao24`, `callsign`, `sigma_m`, and any column of fixes by its own name
(`h_pressure_m`, `gs_mps`, `track_deg`, ...), for those say their unit and datum.  Anything else
with a unit needs a mapping file:

    [time]
    column = "when"
    unit = "ms"                   # s (default), ms, us, ns since 1970, or tod: s since midnight
    format = "%d/%m/%Y %H:%M:%S"  # text that is not ISO 8601
    timezone = "Europe/Tallinn"   # of times that state none
    [lat]
    column = "y"                  # or in one line: lat = "y"
    [lon]
    column = "x"
    [altitude]
    column = "alt"
    unit = "ft"                   # m, ft, FL
    datum = "pressure"            # pressure, msl, hae: there is no default
    [speed]
    column = "v"
    unit = "kt"                   # m/s, kt, km/h
    [track]
    column = "course"             # direction of motion, degrees from true north
    [id]
    column = "reg"
    kind = "track"                # track (default), icao24, callsign
    [sigma]
    column = "err"
    unit = "m"                    # one-sigma error per horizontal axis
    [csv]
    delimiter = ";"
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from tocsin.errors import FeedError
from tocsin.schema import FIX
from tocsin.units import FPM_MPS, FT_M, KT_MPS, LENGTH_M, SPEED_MPS

_TIME = ("t", "time", "timestamp", "utc", "time_utc", "timestamp_utc", "datetime")
_LAT = ("lat", "latitude", "lat_deg")
_LON = ("lon", "longitude", "lon_deg", "lng", "long")
_WORDS = {
    "track": ("track", "track_id", "id"),
    "icao24": ("icao24", "icao", "hex"),
    "callsign": ("callsign",),
}
_LEVEL = ("altitude", "alt", "level", "flight_level", "fl")
_DATUM = {"pressure": "h_pressure_m", "msl": "h_msl_m", "hae": "h_hae_m"}
_TIME_UNITS = ("s", "ms", "us", "ns", "tod")

#: Numeric columns of the schema that a table may carry under their own name.
_OWN = tuple(
    f.name
    for f in FIX
    if (pa.types.is_floating(f.type) or f.name == "aircraft_count")
    and f.name not in ("lat_deg", "lon_deg")
)

#: A table of the `traffic` library, whose units are known.
_TRAFFIC = {"timestamp", "icao24", "latitude", "longitude", "altitude", "groundspeed", "track"}


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table by their meaning."""

    time: str
    lat: str
    lon: str
    time_unit: str = "s"
    time_format: str = ""
    zone: str | None = None
    numbers: dict[str, tuple[str, float]] = field(default_factory=dict)  # SI name: (column, factor)
    words: dict[str, str] = field(default_factory=dict)  # track, icao24, callsign
    sigma: tuple[str, float] | None = None
    level: str = ""  # heights that must say "FL350", for neither unit nor datum is known
    ground: str = ""
    delimiter: str = ""

    @property
    def columns(self) -> list[str]:
        """Every column that is wanted from the table."""
        named = [self.time, self.lat, self.lon, self.level, self.ground]
        named += [column for column, _ in self.numbers.values()] + list(self.words.values())
        named += [self.sigma[0]] if self.sigma else []
        return list(dict.fromkeys(name for name in named if name))


def recognise(names: Sequence[str], path: str) -> Layout:
    """Return the layout of a table from the names of its columns.

    Raises FeedError, with the mapping file to write, where time or position is not named.
    """
    lower = {name.strip().lower(): name for name in reversed(names)}

    def find(candidates: Sequence[str]) -> str:
        return next((lower[name] for name in candidates if name in lower), "")

    time, lat, lon = find(_TIME), find(_LAT), find(_LON)
    lacking = [
        what for what, name in (("time", time), ("latitude", lat), ("longitude", lon)) if not name
    ]
    if lacking:
        raise FeedError(
            f"is a table with no column recognised as {', '.join(lacking)}; its columns are "
            f"{', '.join(names[:12])}{', ...' if len(names) > 12 else ''}",
            path=path,
            hint="name the columns t, lat, lon, or give --mapping FILE with lines like [time] "
            'column = "when"',
        )
    if set(lower) >= _TRAFFIC and "last_position" not in lower:
        return _traffic(lower)
    numbers = {name: (lower[name], 1.0) for name in _OWN if name in lower}
    words = {role: find(candidates) for role, candidates in _WORDS.items()}
    return Layout(
        time,
        lat,
        lon,
        numbers=numbers,
        words={role: name for role, name in words.items() if name},
        sigma=(lower["sigma_m"], 1.0) if "sigma_m" in lower else None,
        level=find(_LEVEL),
        ground=find(("on_ground", "onground")),
    )


def _traffic(lower: dict[str, str]) -> Layout:
    units = {
        "h_pressure_m": ("altitude", FT_M),
        "h_hae_m": ("geoaltitude", FT_M),
        "gs_mps": ("groundspeed", KT_MPS),
        "track_deg": ("track", 1.0),
        "vrate_mps": ("vertical_rate", FPM_MPS),
    }
    return Layout(
        lower["timestamp"],
        lower["latitude"],
        lower["longitude"],
        numbers={name: (lower[c], f) for name, (c, f) in units.items() if c in lower},
        words={
            role: lower[column]
            for role, column in (
                ("icao24", "icao24"),
                ("callsign", "callsign"),
                ("track", "flight_id"),
            )
            if column in lower
        },
        ground=lower.get("onground", ""),
    )


def load(path: Path) -> Layout:
    """Return the layout that a mapping file tells.

    Raises FeedError for a file that is not there, is no TOML, or leaves something out.
    """
    table = read_toml(path)
    mapping = _Mapping(str(path), table)
    mapping.only({"time", "lat", "lon", "altitude", "speed", "track", "id", "sigma", "csv"})
    time = mapping.part("time", {"unit", "format", "timezone"})
    numbers: dict[str, tuple[str, float]] = {}
    altitude = mapping.part("altitude", {"unit", "datum"}, needed=False)
    if altitude:
        datum = altitude.get("datum")
        if datum not in _DATUM:
            raise mapping.wrong(
                "altitude", f"datum is {datum!r}", "say pressure, msl or hae: they differ by 100 m"
            )
        unit = mapping.one_of("altitude", altitude, "unit", LENGTH_M)
        numbers[_DATUM[datum]] = (altitude["column"], unit)
    speed = mapping.part("speed", {"unit"}, needed=False)
    if speed:
        numbers["gs_mps"] = (
            speed["column"],
            mapping.one_of("speed", speed, "unit", SPEED_MPS),
        )
    course = mapping.part("track", set(), needed=False)
    if course:
        numbers["track_deg"] = (course["column"], 1.0)
    identity = mapping.part("id", {"kind"}, needed=False)
    kind = identity.get("kind", "track")
    if kind not in _WORDS:
        raise mapping.wrong("id", f"kind is {kind!r}", "say track, icao24 or callsign")
    sigma = mapping.part("sigma", {"unit"}, needed=False)
    time_unit = time.get("unit", "s")
    if time_unit not in _TIME_UNITS:
        raise mapping.wrong("time", f"unit is {time_unit!r}", f"say {', '.join(_TIME_UNITS)}")
    return Layout(
        time["column"],
        mapping.part("lat", set())["column"],
        mapping.part("lon", set())["column"],
        time_unit=time_unit,
        time_format=time.get("format", ""),
        zone=time.get("timezone"),
        numbers=numbers,
        words={kind: identity["column"]} if identity else {},
        sigma=(
            (sigma["column"], mapping.one_of("sigma", sigma, "unit", LENGTH_M)) if sigma else None
        ),
        delimiter=str(table.get("csv", {}).get("delimiter", "")),
    )


def read_toml(path: Path) -> dict[str, Any]:
    """Return a mapping file as a dictionary; raises FeedError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FeedError(f"mapping cannot be read: {error.strerror}", path=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FeedError(f"mapping is no TOML: {error}", path=str(path)) from None


@dataclass(frozen=True, slots=True)
class _Mapping:
    path: str
    table: dict[str, Any]

    def only(self, allowed: set[str]) -> None:
        unknown = sorted(set(self.table) - allowed)
        if unknown:
            raise self.wrong(
                unknown[0], "is not known", f"a mapping has {', '.join(sorted(allowed))}"
            )

    def part(self, name: str, keys: set[str], *, needed: bool = True) -> dict[str, str]:
        value = self.table.get(name)
        if value is None and not needed:
            return {}
        if isinstance(value, str):
            value = {"column": value}
        if not isinstance(value, dict) or not isinstance(value.get("column"), str):
            raise self.wrong(name, "names no column", f'write: [{name}] column = "NAME"')
        unknown = sorted(set(value) - keys - {"column"})
        if unknown:
            raise self.wrong(name, f"{unknown[0]} is not known", f"it may say {sorted(keys)}")
        return {key: str(entry) for key, entry in value.items()}

    def one_of(self, name: str, part: dict[str, str], key: str, values: dict[str, float]) -> float:
        stated = part.get(key)
        if stated not in values:
            raise self.wrong(name, f"{key} is {stated!r}", f"say one of {', '.join(values)}")
        return values[stated]

    def wrong(self, name: str, problem: str, hint: str) -> FeedError:
        return FeedError(problem, path=self.path, place=f"[{name}]", hint=hint)
