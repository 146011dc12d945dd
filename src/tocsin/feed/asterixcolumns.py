"""What the columns of all ASTERIX categories have in common.

A module for each category turns `Items` into columns of fixes by name, plus three that are not of
the schema: `tod_s` (time of day of applicability), `heard_s` (time of day of reception) and `keep`
(which records are fixes at all).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin.feed.asterixitems import Items
from tocsin.feed.frames import Bools, Ints
from tocsin.schema import Floats

Columns = dict[str, Any]
Says = NDArray[np.int8]  # 1 yes, 0 no, -1 not reported

LSB_100FT_M, LSB_25FT_M = 30.48, 7.62


def truths(says: Says) -> pa.Array:
    """Return yes, no and null (N,) of 1, 0 and -1."""
    return pa.array(says == 1, mask=says < 0)


def words(which: Ints, of: tuple[str, ...]) -> pa.DictionaryArray:
    """Return a column of words (N,) by their number; null for one that is not in the list."""
    known = (which >= 0) & (which < len(of))
    distinct = {word: at for at, word in enumerate(dict.fromkeys(of))}
    number = np.array([distinct[word] for word in of] or [0], np.int32)
    indices = pa.array(number[np.where(known, which, 0)], mask=~known)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(distinct), pa.string()))


def either(*says: Says) -> Says:
    """Return 1 where any says yes, else 0 where any says no, else -1, (N,)."""
    return np.asarray(np.max(np.stack(says), axis=0), np.int8)


def numbers(values: Floats, kind: pa.DataType) -> pa.Array:
    """Return whole numbers (N,) in a type of Arrow; NaN is null."""
    lost = ~np.isfinite(values)
    return pa.array(np.where(lost, 0, values).astype(np.int64), mask=lost).cast(kind)


def codes(values: Ints, kind: pa.DataType) -> pa.Array:
    """Return codes (N,) in a type of Arrow; a negative one is null."""
    return pa.array(np.maximum(values, 0), mask=values < 0).cast(kind)


def first(*values: Floats) -> Floats:
    """Return the first that is known of several columns (N,)."""
    out = values[0]
    for other in values[1:]:
        out = np.where(np.isfinite(out), out, other)
    return out


def texts(*columns: pa.DictionaryArray) -> pa.DictionaryArray:
    """Return the first that is known of several columns of text (N,)."""
    if len(columns) == 1:
        return columns[0]
    return pc.coalesce(*(column.cast(pa.string()) for column in columns)).dictionary_encode()


def address(items: Items, path: str) -> Ints:
    """Return 24-bit addresses (N,), -1 where absent or 0, which no aircraft has."""
    code = items.codes(path)
    return np.where(code > 0, code, -1)


def mode3a(items: Items, item: str) -> Columns:
    """Return the columns of a Mode 3/A code with its validity bits."""
    return {
        "squawk": numbers(items.octal(f"{item}/MODE3A"), pa.uint16()),
        "squawk_valid": truths(_inverse(items.flags(f"{item}/V"))),
        "squawk_garbled": truths(items.flags(f"{item}/G")),
        "squawk_smoothed": truths(items.flags(f"{item}/L")),
    }


def modec(items: Items, item: str, level: str) -> Columns:
    """Return the columns of a flight level, signed, with its validity bits.

    Edition 1.32 of CAT048 says that the level is signed (I048/090): FL -1 is no FL 4095.
    """
    return {
        "h_pressure_m": items.numbers(f"{item}/{level}"),
        "modec_valid": truths(_inverse(items.flags(f"{item}/V"))),
        "modec_garbled": truths(items.flags(f"{item}/G")),
    }


def step_m(arc: Ints) -> Floats:
    """Return the step of reported heights (N,) by the capability bit ARC (1: 25 ft); else NaN."""
    return np.where(arc == 1, LSB_25FT_M, np.where(arc == 0, LSB_100FT_M, np.nan))


def velocity(east_mps: Floats, north_mps: Floats) -> Columns:
    """Return the columns of a velocity given by its parts."""
    still = (east_mps == 0) & (north_mps == 0)
    track = np.degrees(np.arctan2(east_mps, north_mps)) % 360.0
    return {
        "ve_mps": east_mps,
        "vn_mps": north_mps,
        "gs_mps": np.hypot(east_mps, north_mps),
        "track_deg": np.where(still, np.nan, track),
    }


def primary(psr: Says, *others: Says | Bools) -> Says:
    """Return whether only primary radar saw the target (N,): -1 where nothing says which did."""
    seen = np.zeros(len(psr), np.bool_)
    for other in others:
        seen |= other == 1
    return np.where(seen, 0, np.where(psr == 1, 1, -1)).astype(np.int8)


def covariance(east_m: Floats, north_m: Floats, cross_m2: Floats) -> Columns:
    """Return the columns of a reported covariance from sigmas and covariance (N,)."""
    reported = np.isfinite(east_m) & np.isfinite(north_m)
    return {
        "pos_cov_ee": np.where(reported, east_m**2, np.nan),
        "pos_cov_nn": np.where(reported, north_m**2, np.nan),
        "pos_cov_en": np.where(reported, np.nan_to_num(cross_m2), np.nan),
        "acc_basis": words(np.where(reported, 0, -1), ("reported",)),
    }


def _inverse(says: Says) -> Says:
    """Return the opposite; V is 0 for a validated code."""
    return np.where(says < 0, says, 1 - says).astype(np.int8)
