"""Fixes from the JSON of the `traffic` library: a list of records, or a table of columns.

`pandas` writes both: `[{"timestamp": ms, "icao24": ...}, ...]` and `{"timestamp": {"0": ms}, ...}`.
Units are those of the trade: `altitude` ft of pressure altitude, `geoaltitude` ft above the
ellipsoid, `groundspeed` kt, `vertical_rate` ft/min, `track` degrees (some files write -121 for
239).  Times are Unix milliseconds.

Where a record has `last_position`, that is its time of applicability: `timestamp` is when the
record was made, and lags by up to 18 minutes in real files while an aircraft is jammed.  The
copies in between are flagged `Flag.STALE`.  A record without a position is an aircraft that was
still heard at `timestamp`.  Some files were resampled before they were saved (one position every 5
or 10 s exactly); nothing in them says so, and they are read as they are.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.errors import FeedError
from tocsin.feed import jsontext, parse
from tocsin.feed.opensky import H_LSB_M, stale
from tocsin.feed.parse import NAT, Floats
from tocsin.feed.rows import Rows, identity, known, source_id, utc
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Flag, Reading
from tocsin.units import FPM_MPS, FT_M, KT_MPS

NAME = "traffic"
TITLE = "JSON of the traffic library (records or columns)"

_NUMBERS = (
    "timestamp",
    "last_position",
    "latitude",
    "longitude",
    "altitude",
    "geoaltitude",
    "groundspeed",
    "track",
    "vertical_rate",
)
_KEYS = (*_NUMBERS, "icao24", "callsign", "squawk", "onground", "spi")


def sniff(head: bytes) -> bool:
    """Return whether these first bytes begin a `traffic` table in JSON."""
    start = head[:4096].lstrip()
    if re.match(rb'\[\s*\{\s*"', start):
        first = start[: start.find(b"}") + 1] if b"}" in start else start
        return all(f'"{key}"'.encode() in first for key in ("timestamp", "icao24", "latitude"))
    # By columns, only the first name is near: a known name and an object of row numbers.
    column = re.match(rb'\{\s*"(\w+)"\s*:\s*\{\s*"\d+"\s*:', start)
    return column is not None and column.group(1).decode() in (*_KEYS, "alert", "hour", "TAS")


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of a `traffic` JSON; records are its rows."""
    column, count, odd = _columns(jsontext.load(source), source.path)
    rows = Rows(source, NAME, count, lambda row: f"record {row}")
    rows.refuse(odd, "not-a-record", lambda row: "is no JSON object with the fields of a record")

    number: dict[str, Floats] = {}
    for name in _NUMBERS:
        values = column[name]
        number[name], bad = jsontext.numbers(values)
        rows.refuse(bad, "not-a-number", lambda row, n=name, v=values: _not_a_number(n, v[row]))  # type: ignore[misc]
    address, _ = parse.each_once(jsontext.texts(column["icao24"]), parse.address)
    icao24 = column["icao24"]
    rows.refuse(
        np.isnan(address) & np.array([value is not None for value in icao24]),
        "bad-address",
        lambda row: f'icao24 "{icao24[row]}" is not six hexadecimal digits; correct the source',
    )
    lat, lon = number["latitude"], number["longitude"]
    rows.check_positions(lat, lon)

    made_ns = parse.epoch_ns(number["timestamp"], "ms")
    position_ns = parse.epoch_ns(number["last_position"], "ms")
    positioned = ~np.isnan(lat)
    own = positioned & (position_ns != NAT)
    t_ns = np.where(own, position_ns, made_ns)
    rows.check_times(t_ns, lambda row: column["timestamp"][row], "timestamp")
    again = stale(address, t_ns, made_ns, own & rows.good)
    squawks, _ = parse.each_once(jsontext.texts(column["squawk"]), parse.squawk)

    columns: dict[str, object] = {
        "source_id": source_id(source, options),
        "source_kind": "file",
        "row_number": np.arange(count, dtype=np.uint64),
        "t_applicability": utc(t_ns),
        "t_quality": "host",
        "lat_deg": lat,
        "lon_deg": lon,
        "h_pressure_m": number["altitude"] * FT_M,
        "h_hae_m": number["geoaltitude"] * FT_M,
        "h_lsb_m": H_LSB_M,
        "gs_mps": number["groundspeed"] * KT_MPS,
        "track_deg": parse.turn_deg(number["track"]),
        "vrate_mps": number["vertical_rate"] * FPM_MPS,
        "on_ground": jsontext.flags(column["onground"]),
        **identity(address),
        "callsign": jsontext.texts(column["callsign"]),
        "squawk": known(squawks, pa.uint16()),
        "flags": pa.array(np.where(again, int(Flag.STALE), 0), pa.uint32()),
    }
    notes = ["altitude was read as pressure altitude in ft, geoaltitude as ft above the ellipsoid"]
    if own.any():
        age_s = np.where(own & (made_ns != NAT), (made_ns - position_ns) / parse.NS, np.nan)
        columns["pos_age_s"] = np.maximum(age_s, 0.0)
        notes.append(
            "time of applicability is last_position; "
            f"{int((again & rows.good).sum())} rows repeat an old position and are flagged stale"
        )
    for name, used in (("on_ground", "onground"), ("h_hae_m", "geoaltitude"), ("squawk", "squawk")):
        if not any(value is not None for value in column[used]):
            del columns[name]
    return rows.reading(columns, notes=tuple(notes))


def _columns(value: Any, path: str) -> tuple[dict[str, list[Any]], int, np.ndarray]:
    """Return the named columns, the number of rows, and which rows are no records."""
    if isinstance(value, list):
        odd = np.array([not isinstance(record, dict) for record in value], np.bool_)
        records = [record if isinstance(record, dict) else {} for record in value]
        return {key: [r.get(key) for r in records] for key in _KEYS}, len(records), odd
    if isinstance(value, dict) and isinstance(value.get("timestamp"), dict):
        index = list(value["timestamp"])
        columns: dict[str, list[Any]] = {}
        for key in _KEYS:
            cells = value.get(key, {})
            if not isinstance(cells, dict):
                raise FeedError(f'column "{key}" is no object of rows', path=path)
            columns[key] = [cells.get(row) for row in index]
        return columns, len(index), np.zeros(len(index), np.bool_)
    raise FeedError(
        "is JSON, but no list of records and no table of columns with a timestamp",
        path=path,
        hint="write it with Traffic.to_json, or as CSV with a mapping file",
    )


def _not_a_number(name: str, value: object) -> str:
    hint = "flight levels look like FL350 and belong in a table" if name == "altitude" else (
        "correct the source"
    )  # fmt: skip
    return f'{name} "{value}" is not a number; {hint}'
