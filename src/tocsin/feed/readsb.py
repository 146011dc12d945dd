"""Fixes from readsb and dump1090 JSON: trace_full files and aircraft.json snapshots.

Trace: rows of [s after `timestamp`, lat, lon, altitude ft or "ground" or null, gs kt, track deg,
flags, ft/min, aircraft object or null, type, geometric altitude ft, ...].  Flag 1 marks a position
that follows at least 15 s of silence, which readsb calls stale; 2 a new leg; 4 a vertical rate and
8 an altitude that are geometric.  Of the 37 such positions after the first in the one real trace
at hand, 36 lie where the speed of the aircraft puts them and one lags by 2.3 km, and nothing in
the row tells which: all are flagged `Flag.STALE`, at the price of good fixes at the end of gaps.
The aircraft object comes with every fourth row or so; what it says is carried on for
`QUALITY_MAX_AGE_S` and its age stands in `quality_age_s`.

aircraft.json: one row an aircraft, in the names of dump1090 (`altitude`, `speed`, `vert_rate`) and
those of readsb (`alt_baro`, `gs`, `baro_rate`).  A position is as old as `seen_pos` says, so its
time of applicability is `now - seen_pos`; an aircraft without one was heard at `now - seen`.

Source: README-json.md of readsb, DO-260B emergency/priority status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.errors import FeedError
from tocsin.feed import accuracy, jsontext, parse
from tocsin.feed.parse import Bools, Floats
from tocsin.feed.rows import Rows, identity, known, source_id, utc
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Flag, Reading
from tocsin.units import FPM_MPS, FT_M, KT_MPS

NAME = "readsb"
TITLE = "readsb, tar1090 and dump1090 JSON: trace_full, aircraft.json"

H_LSB_M = 7.62  # 25 ft

#: What an aircraft said about its accuracy holds this long: it is sent every 2.5 s, so a minute of
#: silence means it may have changed.
QUALITY_MAX_AGE_S = 60.0

#: readsb `type` to the kinds of source the schema knows.
_KIND = {
    "adsb_icao": "adsb",
    "adsb_icao_nt": "adsb",
    "adsb_other": "adsb",
    "adsr_icao": "adsr",
    "adsr_other": "adsr",
    "tisb_icao": "tisb",
    "tisb_other": "tisb",
    "tisb_trackfile": "tisb",
    "mlat": "mlat",
    "mode_s": "mode_s",
    "adsc": "adsb",
    "other": "file",
    "unknown": "file",
}
_EMERGENCY = {
    "none": 0,
    "general": 1,
    "lifeguard": 2,
    "minfuel": 3,
    "nordo": 4,
    "unlawful": 5,
    "downed": 6,
    "reserved": 7,
}
#: Raw accuracy codes: name in readsb, name in the schema.
_CODES = {
    "nac_p": "nacp",
    "nic": "nic",
    "nac_v": "nacv",
    "sil": "sil",
    "gva": "gva",
    "sda": "sda",
    "nic_baro": "nic_baro",
    "version": "adsb_version",
}


def sniff(head: bytes) -> bool:
    """Return whether these first bytes are a trace or a snapshot of readsb or dump1090."""
    start = head.lstrip()
    if not start.startswith(b"{"):
        return False
    if re.search(rb'"trace"\s*:\s*\[\s*\[', start) and re.search(rb'"icao"\s*:\s*"', start[:4096]):
        return True
    named = re.search(rb'"(?:aircraft|ac)"\s*:\s*\[', start) is not None
    if named and re.search(rb'"hex"\s*:\s*"', start) is not None:
        return True
    return named and re.search(rb'"now"\s*:\s*\d', start) is not None


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of a trace or a snapshot; records are its rows or its aircraft."""
    value = jsontext.load(source)
    if isinstance(value, dict) and isinstance(value.get("trace"), list):
        return _trace(source, options, value)
    if isinstance(value, dict):
        for key in ("aircraft", "ac"):
            if isinstance(value.get(key), list):
                return _snapshot(source, options, value, value[key])
    raise FeedError(
        'is JSON with neither a list "trace" nor a list "aircraft"',
        path=source.path,
        hint="readsb writes trace_full_*.json and aircraft.json",
    )


def _trace(source: Source, options: ReadOptions, value: dict[str, Any]) -> Reading:
    base = value.get("timestamp")
    if not isinstance(base, int | float) or isinstance(base, bool):
        raise FeedError('the trace has no "timestamp" to count from', path=source.path)
    address = parse.address(str(value.get("icao", "")))
    if address is None:
        raise FeedError(
            f'icao "{value.get("icao")}" is not six hexadecimal digits', path=source.path
        )
    trace = value["trace"]
    rows = Rows(source, NAME, len(trace), lambda row: f"trace[{row}]", lambda row: str(trace[row]))
    short = np.array([not isinstance(r, list) or len(r) < 3 for r in trace], np.bool_)
    rows.refuse(short, "not-a-record", lambda row: "is no list of time, latitude, longitude, ...")
    cells = [r if isinstance(r, list) else [] for r in trace]
    width = max((len(r) for r in cells), default=0)
    cell = [
        [r[place] if place < len(r) else None for r in cells] for place in range(max(width, 14))
    ]

    offset_s = _numbers(rows, "time", cell[0])
    lat, lon = _numbers(rows, "latitude", cell[1]), _numbers(rows, "longitude", cell[2])
    altitude_ft, ground = _altitude(rows, cell[3])
    bits = np.nan_to_num(_numbers(rows, "flags", cell[6])).astype(np.int64)
    t_ns = parse.epoch_ns(float(base) + offset_s)
    rows.check_positions(lat, lon)
    rows.check_times(t_ns, lambda row: cell[0][row], "time")

    geometric = (bits & 8) > 0
    objects, age_s = _carried(cell[8], t_ns)
    geo_ft = _numbers(rows, "geometric altitude", cell[10])
    kind = [_KIND.get(k) if isinstance(k, str) else None for k in cell[9]]
    columns = {
        **_common(objects),
        **identity(np.full(rows.count, float(address))),
        "source_id": source_id(source, options),
        "source_kind": pa.array([k or "file" for k in kind]),
        "row_number": np.arange(rows.count, dtype=np.uint64),
        "t_applicability": utc(t_ns),
        "t_quality": "host",
        "lat_deg": lat,
        "lon_deg": lon,
        "h_pressure_m": np.where(geometric, np.nan, altitude_ft) * FT_M,
        "h_hae_m": np.where(geometric & np.isnan(geo_ft), altitude_ft, geo_ft) * FT_M,
        "h_lsb_m": H_LSB_M,
        "gs_mps": _numbers(rows, "speed", cell[4]) * KT_MPS,
        "track_deg": parse.turn_deg(_numbers(rows, "track", cell[5])),
        "vrate_mps": _numbers(rows, "vertical rate", cell[7]) * FPM_MPS,
        "on_ground": pa.array(ground, mask=np.isnan(altitude_ft) & ~ground),
        "quality_age_s": age_s,
        "flags": pa.array(np.where(bits & 1, int(Flag.STALE), 0), pa.uint32()),
    }
    stale = int(((bits & 1) > 0)[rows.good].sum())
    notes = (f"{stale} positions that readsb calls stale (after silence) are flagged stale",)
    return rows.reading(columns, notes=notes if stale else ())


def _snapshot(
    source: Source, options: ReadOptions, value: dict[str, Any], listed: list[Any]
) -> Reading:
    now = value.get("now")
    if not isinstance(now, int | float) or isinstance(now, bool):
        raise FeedError('the snapshot has no time "now"', path=source.path)
    now_s = now / 1000.0 if now > 1e11 else float(now)  # some services write milliseconds
    rows = Rows(
        source, NAME, len(listed), lambda row: f"aircraft[{row}]", lambda row: str(listed[row])
    )
    odd = np.array([not isinstance(entry, dict) for entry in listed], np.bool_)
    rows.refuse(odd, "not-a-record", lambda row: "is no JSON object")
    craft = [entry if isinstance(entry, dict) else {} for entry in listed]

    def first(*names: str) -> list[Any]:
        return [next((c[n] for n in names if c.get(n) is not None), None) for c in craft]

    address, _ = parse.each_once(jsontext.texts(first("hex")), parse.address)
    rows.refuse(
        np.isnan(address),
        "bad-address",
        lambda row: f'hex "{craft[row].get("hex")}" is not six hexadecimal digits',
    )
    lat, lon = _numbers(rows, "lat", first("lat")), _numbers(rows, "lon", first("lon"))
    rows.check_positions(lat, lon)
    altitude_ft, ground = _altitude(rows, first("alt_baro", "altitude"))
    positioned = ~np.isnan(lat)
    seen_s, pos_age_s = _numbers(rows, "seen", first("seen")), _numbers(
        rows, "seen_pos", first("seen_pos")
    )  # fmt: skip
    rows.refuse(
        positioned & np.isnan(pos_age_s),
        "no-time",
        lambda row: "has a position but no seen_pos; the age of the position is not known",
    )
    t_ns = parse.epoch_ns(now_s - np.where(positioned, pos_age_s, np.nan_to_num(seen_s)))
    rows.check_times(t_ns, lambda row: now, "now")
    columns = {
        **_common(craft),
        **identity(address),
        "source_id": source_id(source, options),
        "source_kind": pa.array([_kind(c) for c in craft]),
        "row_number": np.arange(rows.count, dtype=np.uint64),
        "t_applicability": utc(t_ns),
        "t_quality": "host",
        "lat_deg": lat,
        "lon_deg": lon,
        "h_pressure_m": altitude_ft * FT_M,
        "h_hae_m": _numbers(rows, "alt_geom", first("alt_geom")) * FT_M,
        "h_lsb_m": H_LSB_M,
        "gs_mps": _numbers(rows, "gs", first("gs", "speed")) * KT_MPS,
        "track_deg": parse.turn_deg(_numbers(rows, "track", first("track"))),
        "vrate_mps": _numbers(rows, "rate", first("baro_rate", "geom_rate", "vert_rate")) * FPM_MPS,
        "on_ground": pa.array(ground, mask=np.isnan(altitude_ft) & ~ground),
        "pos_age_s": np.where(positioned, pos_age_s, np.nan),
    }
    return rows.reading(columns)


def _numbers(rows: Rows, name: str, values: Sequence[object]) -> Floats:
    """Return JSON values as numbers; rows where one is no number are refused."""
    number, bad = jsontext.numbers(values)
    rows.refuse(bad, "not-a-number", lambda row: f'{name} "{values[row]}" is not a number')
    return number


def _altitude(rows: Rows, values: Sequence[object]) -> tuple[Floats, Bools]:
    """Return altitudes in feet, and where one is the word "ground", both (N,)."""
    ground = np.array([value == "ground" for value in values], np.bool_)
    plain = [None if value == "ground" else value for value in values]
    number, bad = jsontext.numbers(plain)
    rows.refuse(
        bad, "not-a-number", lambda row: f'altitude "{values[row]}" is neither feet nor "ground"'
    )
    return number, ground


def _carried(
    objects: Sequence[object], t_ns: NDArray[np.int64]
) -> tuple[list[Mapping[str, Any]], Floats]:
    """Return for every row the last aircraft object that is young enough, and its age in s."""
    has = np.array([isinstance(entry, dict) for entry in objects], np.bool_)
    last = np.maximum.accumulate(np.where(has, np.arange(len(has)), -1))
    age_s = np.where(last >= 0, (t_ns - t_ns[last]) / parse.NS, np.nan)
    valid = (last >= 0) & (age_s >= 0) & (age_s <= QUALITY_MAX_AGE_S)
    carried: list[Mapping[str, Any]] = []
    for place, holds in zip(last.tolist(), valid.tolist(), strict=True):
        entry = objects[place] if holds else None
        carried.append(entry if isinstance(entry, dict) else {})
    return carried, np.where(valid, age_s, np.nan)


def _common(craft: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Return the columns that a trace's aircraft object and a snapshot's entry share."""
    callsign = jsontext.texts([c.get("flight") for c in craft])
    squawks, _ = parse.each_once(jsontext.texts([c.get("squawk") for c in craft]), parse.squawk)
    columns: dict[str, object] = {"callsign": callsign, "squawk": known(squawks, pa.uint16())}
    for key, name in _CODES.items():
        code, _ = jsontext.numbers([c.get(key) for c in craft])
        columns[name] = known(np.where((code >= 0) & (code <= 15), code, np.nan), pa.uint8())
    nacp, _ = jsontext.numbers([c.get("nac_p") for c in craft])
    epu95_m = accuracy.lookup(accuracy.EPU95_M, nacp)
    columns["pos_epu95_m"] = epu95_m
    columns["acc_basis"] = pa.array(np.where(np.isnan(epu95_m), "none", "derived_code"))
    sil, _ = jsontext.numbers([c.get("sil") for c in craft])
    columns["sil_prob"] = accuracy.lookup(accuracy.SIL_PROBABILITY, sil)
    rc_m, _ = jsontext.numbers([c.get("rc") for c in craft])
    columns["pos_rc_m"] = np.where(rc_m > 0, rc_m, np.nan)  # readsb writes 0 for "unknown"
    emergency = [_EMERGENCY.get(str(c.get("emergency"))) for c in craft]
    columns["emergency"] = pa.array(emergency, pa.uint8())
    columns["spi"] = jsontext.flags([c.get("spi") for c in craft])
    return columns


def _kind(craft: Mapping[str, Any]) -> str:
    """Return where an aircraft's position comes from, as far as its entry says."""
    stated = craft.get("type")
    if isinstance(stated, str):
        return _KIND.get(stated, "file")
    for listed in ("mlat", "tisb"):  # dump1090 lists the fields that came that way
        if isinstance(craft.get(listed), list) and "lat" in craft[listed]:
            return listed
    return "adsb" if craft.get("lat") is not None else "mode_s"
