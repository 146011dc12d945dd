"""Times, heights and identities as people and programs write them, whole columns at once.

Returned arrays have one entry per row: `NaN`, `NAT` or null where nothing was reported, and a
`Fault` per row where something was reported that cannot be read.  Nothing here raises for a bad
cell; the reader that asked decides what the row's fate is.

Sources: ISO 8601-1:2019 and RFC 3339 for times, ICAO Annex 10 Vol. III ch. 9 for 24-bit
addresses, Annex 10 Vol. IV 3.1.1.6 for the octal digits of a transponder code.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import IntEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.errors import FeedError
from tocsin.units import FL_M, FT_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.uint8]

#: No time: what NumPy calls NaT, as the integer that it is.
NAT = np.iinfo(np.int64).min
NS = 1_000_000_000
DAY_S = 86_400.0

#: Nothing this program reads was observed before GPS time began (6 January 1980), and nothing
#: after the century: a date outside is an unset clock or a wrong unit, not an observation.
EARLIEST_NS = int(datetime(1980, 1, 6, tzinfo=UTC).timestamp()) * NS
LATEST_NS = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * NS

UNIT_NS = {"s": 1e9, "ms": 1e6, "us": 1e3, "ns": 1.0}

_HEX = re.compile(r"^(~?)(?:0[xX])?([0-9A-Fa-f]{6})$")
_OCTAL = re.compile(r"^[0-7]{1,4}$")
_HEIGHT = re.compile(r"^(?:FL\s*(\d{1,3})|([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*(ft|m|feet)?)$", re.I)


class Fault(IntEnum):
    """Why a cell gave no value."""

    NONE = 0
    BLANK = 1  # nothing was reported: no fault of the row
    UNREADABLE = 2
    NAIVE = 3  # a time without a zone
    AMBIGUOUS = 4  # a local time that the zone's clocks showed twice, or never
    NAN = 5  # "NaN" written out


def utf8(data: bytes, path: str = "") -> bytes:
    """Return text as UTF-8 without a byte-order mark; UTF-16 is recognised by its mark.

    Bytes that are no UTF-8 are returned as they are.  Raises FeedError for broken UTF-16.
    """
    if data.startswith(codecs.BOM_UTF8):
        return data[3:]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise FeedError(
                f"begins as UTF-16 text but is broken at byte {error.start}",
                path=path,
                hint="save it again as UTF-8",
            ) from None
    return data


def epoch_ns(values: NDArray[np.generic], unit: str = "s") -> Ints:
    """Return times since 1970 as UTC nanoseconds, (N,); NaN gives NAT.

    Seconds in a double resolve 0.24 us in this century, so that they are rounded to 1 us: the
    noise below would make one time look like two.
    """
    if np.issubdtype(values.dtype, np.integer):
        scale = int(UNIT_NS[unit])
        whole = values.astype(np.int64)
        limit = np.iinfo(np.int64).max // scale
        return np.clip(whole, -limit, limit) * np.int64(scale)
    number = values.astype(np.float64)
    known = ~np.isnan(number)
    step = UNIT_NS[unit]
    limit_s = 9e18 / step  # beyond, nanoseconds do not fit: caught later as an impossible time
    number = np.clip(np.where(known, number, 0.0), -limit_s, limit_s)
    if unit == "ns":
        ns = number.astype(np.int64)
    else:
        whole = np.floor(number)
        micro = np.rint((number - whole) * (step / 1e3)).astype(np.int64)
        ns = whole.astype(np.int64) * np.int64(step) + micro * 1000
    return np.where(known, ns, NAT)


def height(text: str) -> tuple[float, str] | None:
    """Return one written height in metres and its datum, or None if it cannot be read.

    "FL350" is pressure altitude by definition; "1500 ft" and "1500 m" have no datum of their
    own (""); a bare number has no unit and is not read.
    """
    match = _HEIGHT.match(text.strip())
    if match is None:
        return None
    level, number, unit = match.groups()
    if level is not None:
        return int(level) * FL_M, "pressure"
    if unit is None:
        return None
    return float(number) * (1.0 if unit.lower() == "m" else FT_M), ""


def each_once(
    texts: pa.Array | pa.ChunkedArray, read: Callable[[str], int | None]
) -> tuple[Floats, NDArray[np.object_]]:
    """Return `read` of every text and the distinct texts it could not read.

    The function is called once per distinct text, not once per row: identities repeat.
    Returns (N,) numbers with NaN for null and unreadable, and the unreadable texts.
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    coded = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    words = coded.dictionary.to_pylist()
    known = [None if word is None else read(word) for word in words]
    table = np.array([np.nan if value is None else value for value in known] + [np.nan])
    index = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    bad = [w for w, v in zip(words, known, strict=True) if w is not None and v is None]
    return table[index], np.array(bad, dtype=object)


def address(text: str) -> int | None:
    """Return a 24-bit aircraft address from hex; bit 24 marks a "~" (not an ICAO address)."""
    match = _HEX.match(text.strip())
    if match is None:
        return None
    return int(match.group(2), 16) | (1 << 24 if match.group(1) else 0)


def squawk(text: str) -> int | None:
    """Return a transponder code as the number its four octal digits spell: "0416" is 416."""
    clean = text.strip()
    return int(clean) if _OCTAL.match(clean) else None


def turn_deg(angle: Floats) -> Floats:
    """Return directions folded into 0 <= x < 360, (N,): -121 is 239."""
    folded = np.mod(angle, 360.0)
    return np.where(folded >= 360.0, 0.0, folded)  # -1e-20 folds to 360 in floating point


def unroll_midnight(tod_s: Floats, day: date) -> Ints:
    """Return UTC nanoseconds of times of day that may pass midnight, (N,), in order of arrival.

    tod_s  seconds since midnight UTC, NaN where unknown
    day    the day of the first of them

    A step back of more than half a day is a midnight passed, and a step forward of more than
    half a day is a late arrival from before it.  So the rule holds for gaps under 12 h, and for
    records that arrive out of order by less than that.
    """
    known = np.flatnonzero(~np.isnan(tod_s))
    days = np.zeros(len(tod_s))
    if len(known):
        step = np.diff(tod_s[known])
        days[known[1:]] = np.cumsum(-np.rint(step / DAY_S))
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    ns = epoch_ns(tod_s)
    return np.where(ns == NAT, NAT, ns + (days.astype(np.int64) * 86_400 + start) * NS)


def iso(ns: int) -> str:
    """Return a UTC time in nanoseconds as RFC 3339 text for people."""
    seconds, rest = divmod(int(ns), NS)
    if not -62_135_596_800 <= seconds < 253_402_300_800:
        return f"{seconds} s after 1970"
    stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{rest:09d}".rstrip("0").rstrip(".") + "Z"
