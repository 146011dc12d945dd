"""SBS (BaseStation) text: `MSG,type,...` lines with positions that the receiver has decoded.

    0 MSG  1 type  2 session  3 aircraft  4 hex  5 flight  6 7 generated date, time  8 9 logged
    10 callsign  11 altitude ft  12 speed kt  13 track deg  14 lat  15 lon  16 climb ft/min
    17 squawk  18 alert  19 emergency  20 SPI  21 on ground (-1 true, 0 false)

Times have no zone: dump1090 and readsb write the local time of their host.  A naive time is an
error, so every line is refused as "naive-time" unless the reader is told that the clock ran on
UTC (`ReadOptions.assume_utc`, `--assume-utc`); a note then says that this was asserted.

Types 1 to 4 come from extended squitters, 5 to 8 from replies whose address was overlaid on parity.
Altitude is pressure altitude in the receiver's default setting.  There is no accuracy code and no
parity in the text: what the receiver let through is taken as it stands.  Lines of other kinds (SEL,
ID, AIR, STA, CLK) tell of the screen, not of the sky, and are counted without a fix.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.feed.carry import ALWAYS_S, IDENTITY_S, STATE_S, Memory
from tocsin.feed.columns import fixes
from tocsin.feed.frames import NO_TIME
from tocsin.feed.quarantine import Quarantine
from tocsin.feed.reports import Carrier, words
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Floats, Reading
from tocsin.units import FPM_MPS, FT_M, KT_MPS

NAME = "sbs"
TITLE = "SBS BaseStation text (MSG lines, port 30003)"

FIELDS = 22
_LINE = re.compile(rb"(MSG|MLAT|SEL|ID|AIR|STA|CLK),\d*,", re.ASCII)
_STAMP = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\Z", re.ASCII)
_NUMBERS = {
    11: ("altitude", FT_M),
    12: ("speed", KT_MPS),
    13: ("track", 1.0),
    14: ("latitude", 1.0),
    15: ("longitude", 1.0),
    16: ("vertical rate", FPM_MPS),
}
_RANGE = {13: (0.0, 360.0), 14: (-90.0, 90.0), 15: (-180.0, 180.0)}
_SCREEN = ("SEL", "ID", "AIR", "STA", "CLK")


class BadLine(ValueError):
    """A line that is refused: reason and sentence."""


def sniff(head: bytes) -> bool:
    """Return whether the first line is one of the seven kinds of BaseStation lines."""
    return _LINE.match(head.lstrip()) is not None


def read(source: Source, options: ReadOptions, memory: Memory | None = None) -> Reading:
    """Return the fixes of a BaseStation recording; none unless `options.assume_utc` is set.

    memory  of a stream whose next lines these are; it is brought up to date
    """
    quarantine = Quarantine(source.path)
    rows: list[_Row] = []
    numbers: list[int] = []
    screen = 0
    for number, line in enumerate(source.data.decode("utf-8", "replace").split("\n"), 1):
        text = line.strip()
        if not text:
            continue
        fields = text.split(",")
        if fields[0] in _SCREEN:
            screen += 1
            continue
        try:
            rows.append(_row(fields, options.assume_utc))
            numbers.append(number)
        except BadLine as bad:
            quarantine.add(f"line {number}", bad.args[0], bad.args[1], text)
    notes: tuple[str, ...] = ()
    if rows:
        notes = ("times are taken as UTC because the caller says so (--assume-utc)",)
    if screen:
        notes += (f"{screen:,} x line about the screen (SEL, ID, AIR, STA, CLK), no fix",)
    index = np.array(numbers, np.uint64)
    table = fixes(source.sha256, index, _columns(rows, index, source, options, memory))
    records = len(rows) + len(quarantine.refusals) + screen
    return quarantine.reading(source.sha256, NAME, records, table, notes)


_Row = tuple[int, int, str | None, float, bool | None, bool | None, np.datetime64, list[float], int]


def _row(fields: list[str], assume_utc: bool) -> _Row:
    """Return address, type, call sign, squawk, SPI, ground, time, numbers and whether MLAT."""
    if fields[0] not in ("MSG", "MLAT") or len(fields) < FIELDS:
        rule = f"a line begins with MSG and has {FIELDS} fields"
        raise BadLine("bad-row", f'"{fields[0]}" with {len(fields)} fields; {rule}')
    if not assume_utc:
        stamp = f"{fields[6]} {fields[7]}".strip()
        fix = "name the zone by --assume-utc if the receiver's clock ran on UTC"
        raise BadLine("naive-time", f'time "{stamp}" has no zone; {fix}')
    if fields[1] not in "12345678" or len(fields[1]) != 1:
        raise BadLine("bad-row", f'message type "{fields[1]}" is not 1 to 8')
    if not re.fullmatch("~?[0-9A-Fa-f]{6}", fields[4]):
        raise BadLine("bad-address", f'address "{fields[4]}" is not six hexadecimal digits')
    values = []
    for i, (name, unit) in _NUMBERS.items():
        value = _number(fields[i], name)
        low, high = _RANGE.get(i, (-np.inf, np.inf))
        if value < low or value > high:
            raise BadLine("bad-number", f"{name} {fields[i]} is not in {low:g}..{high:g}")
        values.append(value * unit)
    squawk = fields[17]
    if squawk and not re.fullmatch("[0-7]{4}", squawk):
        raise BadLine("bad-number", f'squawk "{squawk}" is not four octal digits')
    return (
        int(fields[4].lstrip("~"), 16) | (fields[4][0] == "~") << 24,
        int(fields[1]),
        fields[10].strip() or None,
        float(squawk) if squawk else np.nan,
        _flag(fields[20]),
        _flag(fields[21]),
        _time(f"{fields[6]} {fields[7]}"),
        values,
        fields[0] == "MLAT",
    )


def _number(text: str, name: str) -> float:
    if not text.strip():
        return np.nan
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not isfinite(value):
        raise BadLine("bad-number", f'{name} "{text}" is not a number')
    return value


def _flag(text: str) -> bool | None:
    return {"-1": True, "1": True, "0": False}.get(text.strip())


def _time(text: str) -> np.datetime64:
    found = _STAMP.match(text)
    if not found:
        raise BadLine("no-time", f'time "{text}" is not like 2024/04/06 11:00:00.123')
    year, month, day, hour, minute, second, part = found.groups()
    try:
        whole = np.datetime64(f"{year}-{month}-{day}T{hour}:{minute}:{second}", "ns")
    except ValueError:
        raise BadLine("no-time", f'time "{text}" is no date and time of day') from None
    return whole + np.timedelta64(int((part or "").ljust(9, "0")), "ns")


def _columns(
    rows: list[_Row],
    index: np.ndarray[Any, Any],
    source: Source,
    options: ReadOptions,
    memory: Memory | None,
) -> dict[str, Any]:
    count = len(rows)
    parts = list(zip(*rows, strict=True)) if rows else [()] * 9
    address = np.array(parts[0], np.int64)
    kind = np.array(parts[1], np.int64)
    t = np.array(parts[6], "datetime64[ns]") if rows else np.full(0, NO_TIME)
    values: Floats = np.array(parts[7], np.float64).reshape(count, len(_NUMBERS)).T
    altitude_m, gs_mps, track_deg, lat, lon, vrate_mps = values
    lat, lon = np.where(np.isnan(lon), np.nan, lat), np.where(np.isnan(lat), np.nan, lon)
    placed = np.isfinite(lat)
    clock_s = t.astype(np.int64).astype(np.float64) * 1e-9
    carried = Carrier.of(address, clock_s, placed, memory)
    names = pa.array(parts[2], pa.string()).dictionary_encode()
    squitter, made = kind <= 4, np.array(parts[8], np.bool_)
    anonymous, proven = address >= 1 << 24, np.isin(address, address[squitter & ~made])
    sure, _ = carried.last("proven", np.where(squitter & ~made, 1.0, np.nan), ALWAYS_S)
    proven = proven | np.isfinite(sure)
    squawk = np.array(parts[3], np.float64)
    stamp = pa.array(t).cast(pa.timestamp("ns", "UTC"))
    return {
        "source_id": options.source_id or source.path.rsplit("/", 1)[-1],
        "source_kind": words(np.where(made, 2, ~squitter), ("adsb", "mode_s", "mlat")),
        "row_number": index,
        "decoder": NAME,
        "t_applicability": stamp,
        "t_reception": stamp,
        "t_quality": "host",
        "lat_deg": lat,
        "lon_deg": lon,
        "h_pressure_m": altitude_m,
        "gs_mps": carried("gs_mps", gs_mps, STATE_S)[0],
        "track_deg": carried("track_deg", track_deg, STATE_S)[0],
        "vrate_mps": carried("vrate_mps", vrate_mps, STATE_S)[0],
        "on_ground": pa.array(parts[5], pa.bool_()),
        "icao24": address & 0xFFFFFF,
        "icao24_kind": words(np.where(anonymous, 2, ~proven), ("verified", "parity", "non_icao")),
        "callsign": carried.word("callsign", names, IDENTITY_S),
        "squawk": carried("squawk", squawk, IDENTITY_S)[0],
        "spi": pa.array(parts[4], pa.bool_()),
        "acc_basis": "none",
        "flags": np.zeros(count, np.int64),
    }
