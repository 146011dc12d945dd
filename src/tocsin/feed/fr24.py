"""Fixes from Flightradar24: playback JSON of one flight, and granular CSV.

Playback: `track` lists latitude, longitude, altitude in feet of pressure altitude, speed, heading
and a `timestamp` in whole seconds.  Flightradar24 writes 0 ft for an aircraft on the ground and for
one whose altitude it does not know, and squawk "0" for none: both are read as not reported.
`ems.altGPS` is height above the ellipsoid at `ems.ts`, and is used within `EMS_MAX_AGE_S` of it.

Granular: `network_time` is when the network had the message and `receiver_time` when the receiver
did, written 2024-01-02 07:41:03Z.515 for 07:41:03.515Z.  The receiver's is the time of
applicability: on a real flight it fits the motion with a median error of 0.13 to 0.25 s, the
network's with 0.25 to 0.45 s.  A receiver without a clock says 1970; one whose clock is ahead of
the network's, or far behind it, is wrong: those rows are quarantined, for an aircraft at 250 m/s
moves 250 m in each second of doubt.  `no_position` N is a message without one, with zeros in the
place of coordinates.  Free columns: `GPSA` is height above the ellipsoid in feet.  `P` is read as
NIC, the reading that promises less (NIC 8 contains to 185 m, NUCp 8 to 25 m); it gives no sigma.

There is no published description of either file; this reading was checked on the files themselves.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from tocsin.errors import FeedError
from tocsin.feed import jsontext, parse, textcells
from tocsin.feed.csvtable import header, read_csv
from tocsin.feed.rows import Rows, identity, known, source_id, utc
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading
from tocsin.units import FPM_MPS, FT_M, KT_MPS

NAME = "fr24"
TITLE = "Flightradar24 playback JSON and granular CSV"

H_LSB_M = 7.62  # 25 ft
EMS_MAX_AGE_S = 5.0

#: A receiver may lead the network's clock by this, and trail it by that, before it is called wrong.
RECEIVER_LEAD_S = 0.5
RECEIVER_LAG_S = 60.0
#: One-sigma error of receiver_time against the motion of a real flight: 0.25 s median / 0.6745.
RECEIVER_SIGMA_S = 0.4

_GRANULAR = ("network_time", "receiver_time", "hex", "latitude", "longitude", "no_position")


def sniff(head: bytes) -> bool:
    """Return whether these first bytes are a playback or a granular export."""
    start = head.lstrip()
    if start.startswith(b"{"):
        flight = re.search(rb'"flight"\s*:\s*\{', start) is not None
        return flight and re.search(rb'"(?:track|identification)"\s*:\s*[\[{]', start) is not None
    names, _ = header(head)
    return set(_GRANULAR) <= set(names)


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of a playback or granular file; records are its track points or lines."""
    if parse.utf8(source.head[:256]).lstrip().startswith(b"{"):
        return _playback(source, options)
    return _granular(source, options)


def _playback(source: Source, options: ReadOptions) -> Reading:
    flight = _flight(jsontext.load(source))
    track = flight.get("track")
    if not isinstance(track, list):
        raise FeedError(
            'holds no list "track"', path=source.path, hint="playback JSON holds result.response"
        )
    rows = Rows(source, NAME, len(track), lambda row: f"track[{row}]", lambda r: str(track[r]))
    odd = np.array([not isinstance(point, dict) for point in track], np.bool_)
    rows.refuse(odd, "not-a-record", lambda row: "is no JSON object")
    points = [point if isinstance(point, dict) else {} for point in track]

    def number(outer: str, inner: str = "") -> parse.Floats:
        values = [_inner(p, outer, inner) for p in points]
        out, bad = jsontext.numbers(values)
        name = f"{outer}.{inner}" if inner else outer
        rows.refuse(bad, "not-a-number", lambda row: f'{name} "{values[row]}" is not a number')
        return out

    lat, lon, stamp_s = number("latitude"), number("longitude"), number("timestamp")
    rows.check_positions(lat, lon)
    t_ns = parse.epoch_ns(stamp_s)
    rows.check_times(t_ns, lambda row: points[row].get("timestamp"), "timestamp")
    feet, gps_ft = _nonzero(number("altitude", "feet")), _nonzero(number("ems", "altGPS"))
    with np.errstate(invalid="ignore"):
        recent = np.abs(stamp_s - number("ems", "ts")) <= EMS_MAX_AGE_S
    squawks, _ = parse.each_once(jsontext.texts([p.get("squawk") for p in points]), parse.squawk)
    codes = str(_inner(flight.get("aircraft"), "identification", "modes") or "")
    address = parse.address(codes)
    columns: dict[str, object] = {
        "source_id": source_id(source, options),
        "source_kind": "file",
        "row_number": np.arange(rows.count, dtype=np.uint64),
        "t_applicability": utc(t_ns),
        "t_quality": "host",
        "lat_deg": lat,
        "lon_deg": lon,
        "h_pressure_m": feet * FT_M,
        "h_hae_m": np.where(recent, gps_ft, np.nan) * FT_M,
        "h_lsb_m": H_LSB_M,
        "gs_mps": number("speed", "kts") * KT_MPS,
        "track_deg": parse.turn_deg(number("heading")),
        "vrate_mps": number("verticalSpeed", "fpm") * FPM_MPS,
        "squawk": known(_nonzero(squawks), pa.uint16()),
    }
    if address is not None:
        columns.update(identity(np.full(rows.count, float(address))))
    callsign = _inner(flight, "identification", "callsign")
    if isinstance(callsign, str) and callsign.strip():
        columns["callsign"] = callsign.strip()
    notes = ("times are whole seconds; 0 ft and squawk 0 were read as not reported",)
    return rows.reading(columns, notes=notes)


def _granular(source: Source, options: ReadOptions) -> Reading:
    table = read_csv(source.data, source.path)
    rows = Rows(source, NAME, table.count, lambda row: f"line {table.line[row]}", table.raw)
    rows.refuse_ragged(table)
    cells = table.columns
    empty = pl.Series([""]).new_from_index(0, table.count)

    def number(name: str) -> parse.Floats:
        column = cells.get(name, empty)
        out, fault = textcells.numbers(column)
        bad = (fault == parse.Fault.UNREADABLE) | (fault == parse.Fault.NAN)
        rows.refuse(bad, "not-a-number", lambda row: f'{name} "{column[row]}" is not a number')
        return out

    times: dict[str, parse.Ints] = {}
    for name in ("network_time", "receiver_time"):
        texts = cells[name]
        ns, fault = textcells.times(texts.str.replace(r"[Zz]\.(\d+)$", ".${1}Z"))
        rows.refuse(
            fault == parse.Fault.NAIVE,
            "naive-time",
            lambda row, t=texts, n=name: f'{n} "{t[row]}" states no zone; it must end in Z',  # type: ignore[misc]
        )
        rows.refuse(
            fault == parse.Fault.UNREADABLE,
            "bad-time",
            lambda row, t=texts, n=name: f'{n} "{t[row]}" is no time like 2024-01-02 07:41:03Z.515',  # type: ignore[misc]
        )
        times[name] = ns
    t_ns, network_ns = times["receiver_time"], times["network_time"]
    rows.check_times(t_ns, lambda row: cells["receiver_time"][row], "receiver_time")
    lag_s = (network_ns - t_ns) / parse.NS
    rows.refuse(
        (network_ns != parse.NAT) & ((lag_s < -RECEIVER_LEAD_S) | (lag_s > RECEIVER_LAG_S)),
        "receiver-clock",
        lambda row: (
            f"receiver_time is {abs(lag_s[row]):.1f} s {'after' if lag_s[row] < 0 else 'before'} "
            "network_time: the receiver's clock is wrong, and with it the time of the position"
        ),
    )
    positioned = (cells["no_position"].str.strip_chars() == "P").to_numpy()
    lat = np.where(positioned, number("latitude"), np.nan)
    lon = np.where(positioned, number("longitude"), np.nan)
    rows.check_positions(lat, lon)
    address, _ = parse.each_once(cells["hex"].to_arrow(), parse.address)
    rows.refuse(
        np.isnan(address),
        "bad-address",
        lambda row: f'hex "{cells["hex"][row]}" is not 0x and six hexadecimal digits',
    )
    squawks, _ = parse.each_once(cells.get("squawk", empty).to_arrow(), parse.squawk)
    # Messages without velocity write 0 into all three columns; a real standstill has a track.
    speed, course, rate = number("speed"), number("track"), number("vspeed")
    silent = (speed == 0) & (course == 0) & (rate == 0)
    ground = cells.get("on_ground", empty).str.strip_chars()
    free = [column for name, column in cells.items() if name.startswith("_")]
    extra = pl.select(pl.concat_str(free, separator=",")).to_series() if free else empty
    columns: dict[str, object] = {
        "source_id": source_id(source, options),
        "source_kind": "adsb",
        "row_number": table.line.astype(np.uint64),
        "t_applicability": utc(t_ns),
        "t_reception": utc(network_ns),
        "t_quality": "host",
        "t_sigma_s": RECEIVER_SIGMA_S,
        "lat_deg": lat,
        "lon_deg": lon,
        "h_pressure_m": _nonzero(number("altitude")) * FT_M,
        "h_hae_m": _nonzero(_free(extra, "GPSA")) * FT_M,
        "h_lsb_m": H_LSB_M,
        "gs_mps": np.where(silent, np.nan, speed) * KT_MPS,
        "track_deg": parse.turn_deg(np.where(silent, np.nan, course)),
        "vrate_mps": np.where(silent, np.nan, rate) * FPM_MPS,
        "on_ground": pa.array(
            (ground == "G").to_numpy(), mask=~ground.is_in(["A", "G"]).to_numpy()
        ),
        **identity(address),
        "callsign": pl.select(
            pl.when(cells["callsign"].str.strip_chars() != "").then(cells["callsign"])
        )
        .to_series()
        .to_arrow()
        .cast(pa.string())
        if "callsign" in cells
        else pa.nulls(table.count, pa.string()),
        "squawk": known(_nonzero(squawks), pa.uint16()),
        "nic": known(_nonzero(_free(extra, "P")), pa.uint8()),
    }
    notes = (
        "time of applicability is receiver_time; P was read as NIC, GPSA as ft above the ellipsoid",
        *table.notes,
    )
    return rows.reading(columns, unread=len(table.ragged), notes=notes)


def _flight(value: Any) -> dict[str, Any]:
    """Return the object that holds the track, however deep the answer wrapped it."""
    for key in ("result", "response", "data", "flight"):
        if isinstance(value, dict) and isinstance(value.get(key), dict):
            value = value[key]
    return value if isinstance(value, dict) else {}


def _inner(value: object, outer: str, inner: str) -> object:
    found = value.get(outer) if isinstance(value, dict) else None
    if inner:
        return found.get(inner) if isinstance(found, dict) else None
    return found


def _nonzero(values: parse.Floats) -> parse.Floats:
    return np.where(values == 0, np.nan, values)


def _free(extra: pl.Series, key: str) -> parse.Floats:
    """Return the number of one free column ("GPSA:26075"), NaN where a row has none, (N,)."""
    text = extra.str.extract(rf"(?:^|,){key}:(-?\d+(?:\.\d+)?)", 1)
    return text.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
