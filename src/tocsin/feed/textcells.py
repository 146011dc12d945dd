"""Times, numbers and flight levels of columns of text.

Returned arrays have one entry per row, as in `parse`: `NaN` or `NAT` where nothing was reported,
and a `Fault` per row where something was reported that cannot be read.

Source: ISO 8601-1:2019 and RFC 3339 for times.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tocsin.errors import FeedError
from tocsin.feed.parse import NAT, NS, Bools, Codes, Fault, Floats, Ints
from tocsin.units import FL_M

#: What tables write where they have no value.
BLANK = ("", "null", "none", "na", "n/a", "-", "--", "\\n")

_ISO = (
    r"^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,18}))?)?"
    r"\s*(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$"
)


def times(texts: pl.Series, zone: str | None = None) -> tuple[Ints, Codes]:
    """Return ISO 8601 texts as UTC nanoseconds and a fault per row, both (N,).

    zone  IANA name of the zone of times that state none; without it they are a `Fault.NAIVE`
    """
    clean = texts.str.strip_chars()
    part = clean.str.extract_groups(_ISO).struct.unnest().get_columns()
    day = part[0].str.to_date("%Y-%m-%d", strict=False).cast(pl.Int64)
    hour, minute, second = (column.cast(pl.Int64).fill_null(0) for column in part[1:4])
    digits = part[4].fill_null("").str.pad_end(9, "0").str.slice(0, 9).cast(pl.Int64)
    fits = (hour < 24) & (minute < 60) & (second <= 60)  # 60: a leap second
    read = (day.is_not_null() & fits).to_numpy()
    clock = (day.fill_null(0) * 86_400 + hour * 3600 + minute * 60 + second) * NS + digits
    ns = np.where(read, clock.to_numpy(), NAT)
    fault = np.where(read, Fault.NONE, Fault.UNREADABLE).astype(np.uint8)

    stated = part[5]
    sign = pl.Series(np.where(stated.str.starts_with("-").fill_null(False).to_numpy(), -1, 1))
    offset = stated.str.extract_groups(r"^[+-](\d\d):?(\d\d)?$").struct.unnest().get_columns()
    hours, minutes = (column.cast(pl.Int64).fill_null(0) for column in offset)
    ns = np.where(read, ns - (sign * (hours * 3600 + minutes * 60)).to_numpy() * NS, NAT)

    naive = read & stated.is_null().to_numpy()
    if zone is None:
        fault[naive] = Fault.NAIVE
        ns[naive] = NAT
    elif naive.any():
        ns, fault = _localised(ns, fault, naive, zone)
    blank = is_blank(clean)
    return np.where(blank, NAT, ns), np.where(blank, Fault.BLANK, fault).astype(np.uint8)


def localise(ns: Ints, zone: str) -> tuple[Ints, Codes]:
    """Return wall-clock nanoseconds of a zone as UTC, and a fault per row, both (N,).

    A time that the zone's clocks showed twice or never (the hours of the clock change) is a
    `Fault.AMBIGUOUS`: guessing would move an aircraft by an hour.
    """
    fault = np.where(ns == NAT, Fault.BLANK, Fault.NONE).astype(np.uint8)
    return _localised(ns, fault, ns != NAT, zone)


def _localised(ns: Ints, fault: Codes, naive: Bools, zone: str) -> tuple[Ints, Codes]:
    wall = pl.Series(ns[naive]).cast(pl.Datetime("ns"))
    try:
        local = wall.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    except pl.exceptions.ComputeError:
        raise FeedError(
            f'"{zone}" is not the name of a time zone', hint='names look like "Europe/Tallinn"'
        ) from None
    utc = local.dt.epoch("ns").fill_null(NAT).to_numpy()
    ns, fault = ns.copy(), fault.copy()
    ns[naive] = utc
    fault[naive] = np.where(utc == NAT, Fault.AMBIGUOUS, Fault.NONE)
    return ns, fault


def is_blank(texts: pl.Series) -> Bools:
    """Return where a cell holds nothing, or one of the words tables write for nothing, (N,)."""
    return (texts.is_null() | texts.str.to_lowercase().is_in(BLANK)).to_numpy()


def numbers(texts: pl.Series, *, decimal_comma: bool = False) -> tuple[Floats, Codes]:
    """Return texts as numbers and a fault per row, both (N,); infinity is no number."""
    clean = texts.str.strip_chars()
    if decimal_comma:
        clean = clean.str.replace(",", ".", literal=True)
    value = clean.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    value = np.where(np.isinf(value), np.nan, value)
    missing = np.isnan(value)
    fault = np.zeros(len(value), np.uint8)
    if missing.any():
        fault[missing] = Fault.UNREADABLE
        fault[is_blank(clean)] = Fault.BLANK
        fault[missing & (clean.str.to_lowercase() == "nan").fill_null(False).to_numpy()] = Fault.NAN
    return value, fault


def levels(texts: pl.Series) -> tuple[Floats, Bools]:
    """Return cells that are flight levels ("FL350") in metres, and where they are, both (N,)."""
    digits = texts.str.strip_chars().str.extract(r"^(?i)FL\s*(\d{1,3})$", 1)
    level = digits.cast(pl.Float64).fill_null(np.nan).to_numpy() * FL_M
    return level, ~np.isnan(level)
