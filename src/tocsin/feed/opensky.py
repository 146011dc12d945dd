"""Fixes from OpenSky state vectors: Parquet and CSV of the Trino table, and the REST answer.

A state vector is a snapshot of what the network last knew.  `lastposupdate` says when the position
was received, and is the time of applicability; `time` is only when the snapshot was taken, up to
15 s and in practice minutes later.  A position that comes again under a new `time` is a stale copy:
it is kept and flagged `Flag.STALE`, so that counts add up and no finding rests on it.  Where there
is no position, the row stands for an aircraft that was still heard at `lastcontact`.

Units are SI already; `baroaltitude` is pressure altitude, `geoaltitude` is above the ellipsoid.
Source: OpenSky Trino table `state_vectors_data4` and REST API `/states/all`, field descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.errors import FeedError
from tocsin.feed import jsontext, parse, textcells
from tocsin.feed.columns import constant
from tocsin.feed.csvtable import CsvTable, header, read_csv
from tocsin.feed.parse import NAT, Bools, Floats, Ints
from tocsin.feed.rows import Rows, identity, known, source_id, utc
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Flag, Reading

NAME = "opensky"
TITLE = "OpenSky state vectors: Parquet, CSV, REST JSON"

H_LSB_M = 7.62  # 25 ft, the step of an ADS-B altitude

#: Places of the REST answer's lists (API documentation, "State vectors").
_REST = (
    "icao24",
    "callsign",
    "origin",
    "lastposupdate",
    "lastcontact",
    "lon",
    "lat",
    "baroaltitude",
    "onground",
    "velocity",
    "heading",
    "vertrate",
    "serials",
    "geoaltitude",
    "squawk",
    "spi",
    "position_source",
)
_REST_KIND = {0: "adsb", 1: "track", 2: "mlat", 3: "flarm"}
_NUMBERS = ("lat", "lon", "velocity", "heading", "vertrate", "baroaltitude", "geoaltitude")
_TIMES = ("time", "lastposupdate", "lastcontact")
_TEXTS = ("icao24", "callsign", "squawk")
_BOOLS = ("onground", "spi")


def sniff(head: bytes) -> bool:
    """Return whether these first bytes (of Parquet: its footer) are state vectors."""
    if head.startswith(b"PAR1"):
        return b"lastposupdate" in head and b"icao24" in head
    if re.match(rb'\s*\{\s*"time"\s*:\s*\d+\s*,\s*"states"\s*:', head):
        return True
    names, _ = header(head)
    return {"time", "icao24", "lat", "lon", "lastposupdate"} <= set(names)


@dataclass(slots=True)
class _States:
    """State vectors as columns, whatever they came in."""

    number: dict[str, Floats]
    time_ns: dict[str, Ints]
    text: dict[str, pa.Array]
    truth: dict[str, pa.Array]
    bad: list[tuple[Bools, str]] = field(default_factory=list)  # rows, name of the column
    kind: pa.Array | None = None


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of state vectors; records are its rows."""
    if source.data.startswith(b"PAR1"):
        table = _parquet(source)
        return _lay(source, options, table, Rows(source, NAME, _count(table), _row_place))
    if parse.utf8(source.head[:64]).lstrip()[:1] == b"{":
        table = _rest(source)
        return _lay(source, options, table, Rows(source, NAME, _count(table), _state_place))
    text = read_csv(source.data, source.path)
    rows = Rows(source, NAME, text.count, lambda row: f"line {text.line[row]}", text.raw)
    rows.refuse_ragged(text)
    return _lay(source, options, _csv(text), rows, text)


def stale(address: Floats, applicable: Ints, seen: Ints, positioned: Bools) -> Bools:
    """Return the rows whose position was seen before, (N,).

    A position is known by its aircraft and its time of applicability; the row that was seen first
    keeps it, in the order of the file where several were seen at once.
    """
    frame = pl.DataFrame(
        {"a": address, "t": applicable, "seen": seen, "row": np.arange(len(seen))}
    ).filter(pl.Series(positioned & (applicable != NAT)))
    ordered = frame.sort("a", "t", "seen", "row")
    again = (ordered["a"].diff() == 0) & (ordered["t"].diff() == 0)
    out = np.zeros(len(seen), np.bool_)
    out[ordered["row"].to_numpy()] = again.fill_null(False).to_numpy()
    return out


def _lay(
    source: Source, options: ReadOptions, states: _States, rows: Rows, text: CsvTable | None = None
) -> Reading:
    number, time = states.number, states.time_ns
    for bad, name in states.bad:
        rows.refuse(
            bad,
            "not-a-number",
            lambda row, name=name: f"{name} is not a number or a time; export it again",  # type: ignore[misc]
        )
    lat, lon = number["lat"], number["lon"]
    address, _ = parse.each_once(states.text["icao24"], parse.address)
    rows.refuse(
        np.isnan(address),
        "bad-address",
        lambda row: f"icao24 {states.text['icao24'][row]} is not six hexadecimal digits",
    )
    rows.check_positions(lat, lon)
    positioned = ~np.isnan(lat)
    position_ns = time["lastposupdate"]
    heard_ns = np.where(time["lastcontact"] == NAT, time["time"], time["lastcontact"])
    own = positioned & (position_ns != NAT)
    t_ns = np.where(own, position_ns, np.where(positioned, time["time"], heard_ns))
    rows.check_times(t_ns, lambda row: parse.iso(t_ns[row]), "lastposupdate, time or lastcontact")

    again = stale(address, t_ns, time["time"], positioned & rows.good)
    age_s = np.where(own & (time["time"] != NAT), (time["time"] - position_ns) / parse.NS, np.nan)
    # The snapshot of second s holds what came in during it, so it can be up to 1 s older.
    age_s = np.maximum(age_s, 0.0)
    squawks, _ = parse.each_once(states.text["squawk"], parse.squawk)
    columns: dict[str, object] = {
        "source_id": source_id(source, options),
        "source_kind": "adsb" if states.kind is None else states.kind,
        "row_number": np.arange(rows.count, dtype=np.uint64)
        if text is None
        else text.line.astype(np.uint64),
        "t_applicability": utc(t_ns),
        "t_quality": pa.array(np.where(own | ~positioned, "host", "inferred")),
        "lat_deg": lat,
        "lon_deg": lon,
        "h_pressure_m": number["baroaltitude"],
        "h_hae_m": number["geoaltitude"],
        "h_lsb_m": H_LSB_M,
        "gs_mps": number["velocity"],
        "track_deg": parse.turn_deg(number["heading"]),
        "vrate_mps": number["vertrate"],
        "on_ground": states.truth["onground"],
        **identity(address),
        "callsign": states.text["callsign"],
        "squawk": known(squawks, pa.uint16()),
        "spi": states.truth["spi"],
        "pos_age_s": age_s,
        "flags": pa.array(np.where(again, int(Flag.STALE), 0), pa.uint32()),
    }
    notes = ["time of applicability is lastposupdate; rows without a position are at lastcontact"]
    if stale_count := int((again & rows.good).sum()):
        notes.append(f"{stale_count} rows repeat an old position and are flagged stale")
    if text is not None:
        notes += text.notes
    unread = len(text.ragged) if text is not None else 0
    return rows.reading(columns, unread=unread, notes=tuple(notes))


def _parquet(source: Source) -> _States:
    try:
        file = pq.ParquetFile(pa.BufferReader(source.data))
        present = set(file.schema_arrow.names)
        wanted = [n for n in (*_NUMBERS, *_TIMES, *_TEXTS, *_BOOLS) if n in present]
        table = file.read(columns=wanted)
    except (pa.ArrowInvalid, OSError) as error:
        raise FeedError(
            f"is a damaged Parquet file: {error}", path=source.path, hint="fetch it again"
        ) from error
    rows = table.num_rows
    times: dict[str, Ints] = {}
    for name in _TIMES:
        times[name] = np.full(rows, NAT)
        if name in present:
            times[name] = _times(table[name], name, source.path)
    try:
        numbers = {
            name: table[name].cast(pa.float64()).to_numpy()
            if name in present
            else np.full(rows, np.nan)
            for name in _NUMBERS
        }
        truth = {
            name: table[name].cast(pa.bool_()).combine_chunks()
            if name in present
            else pa.nulls(rows, pa.bool_())
            for name in _BOOLS
        }
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise FeedError(f"has a column of another type: {error}", path=source.path) from error
    text = {
        name: _clean(pl.Series(table[name].cast(pa.string())))
        if name in present
        else pa.nulls(rows, pa.string())
        for name in _TEXTS
    }
    return _States(numbers, times, text, truth)


def _times(column: pa.ChunkedArray, name: str, path: str) -> Ints:
    kind = column.type
    if pa.types.is_timestamp(kind):
        if kind.tz is None:
            raise FeedError(
                f"column {name} is a time without a zone",
                path=path,
                hint="OpenSky writes Unix seconds or UTC; state the zone where it was exported",
            )
        nanos = column.cast(pa.timestamp("ns", tz="UTC")).cast(pa.int64())
        return np.asarray(nanos.fill_null(NAT).to_numpy())
    return parse.epoch_ns(column.cast(pa.float64()).to_numpy())


def _csv(table: CsvTable) -> _States:
    rows = table.count
    empty = pl.Series([""]).new_from_index(0, rows)
    bad: list[tuple[Bools, str]] = []
    numbers: dict[str, Floats] = {}
    for name in _NUMBERS:
        numbers[name], fault = textcells.numbers(table.columns.get(name, empty))
        bad.append((fault == parse.Fault.UNREADABLE, name))
    times: dict[str, Ints] = {}
    for name in _TIMES:
        cells = table.columns.get(name, empty)
        value, fault = textcells.numbers(cells)
        times[name] = parse.epoch_ns(value)
        if (fault == parse.Fault.UNREADABLE).any():
            # The table's times are Unix seconds or UTC; pandas writes the latter without a zone.
            spelled, fault_text = textcells.times(cells, zone="UTC")
            odd = fault == parse.Fault.UNREADABLE
            times[name] = np.where(odd, spelled, times[name])
            bad.append((odd & (fault_text != parse.Fault.NONE), name))
    text = {name: _clean(table.columns.get(name, empty)) for name in _TEXTS}
    truth = {name: _truth(table.columns.get(name, empty)) for name in _BOOLS}
    return _States(numbers, times, text, truth, bad)


def _rest(source: Source) -> _States:
    answer = jsontext.load(source)
    states = answer.get("states") if isinstance(answer, dict) else None
    if not isinstance(states, list) or not isinstance(answer.get("time"), int | float):
        raise FeedError(
            'is no answer of /states/all: "states" is no list', path=source.path,
            hint="an empty answer holds null: ask again for another area",
        )  # fmt: skip
    full = [s if isinstance(s, list) and len(s) >= 16 else [None] * 17 for s in states]
    column: dict[str, Sequence[object]] = {
        name: [s[place] if place < len(s) else None for s in full]
        for place, name in enumerate(_REST)
    }
    bad: list[tuple[Bools, str]] = []
    numbers: dict[str, Floats] = {}
    for name in (*_NUMBERS, "lastposupdate", "lastcontact", "position_source"):
        numbers[name], odd = jsontext.numbers(column[name])
        bad.append((odd, name))
    count = len(states)
    times = {name: parse.epoch_ns(numbers.pop(name)) for name in _TIMES[1:]}
    times["time"] = parse.epoch_ns(np.full(count, float(answer["time"])))
    kind = [_REST_KIND.get(int(v)) if v == v else None for v in numbers.pop("position_source")]
    return _States(
        numbers,
        times,
        {name: jsontext.texts(column[name]) for name in _TEXTS},
        {name: jsontext.flags(column[name]) for name in _BOOLS},
        bad,
        pa.array(kind, pa.string()) if count else constant("adsb", 0, "source_kind"),
    )


def _clean(cells: pl.Series) -> pa.Array:
    stripped = cells.str.strip_chars()
    blank = pl.Series(textcells.is_blank(stripped))
    out = pl.select(pl.when(~blank).then(stripped)).to_series()
    return out.to_arrow().cast(pa.string())


def _truth(cells: pl.Series) -> pa.Array:
    word = cells.str.strip_chars().str.to_lowercase()
    yes, no = word.is_in(["true", "t", "1"]), word.is_in(["false", "f", "0"])
    return pl.select(pl.when(yes).then(True).when(no).then(False)).to_series().to_arrow()


def _count(states: _States) -> int:
    return len(states.number["lat"])


def _row_place(row: int) -> str:
    return f"row {row}"


def _state_place(row: int) -> str:
    return f"states[{row}]"
