"""Arrays as the incident screen gets them: lists of numbers with few digits, null for unknown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats

Json = dict[str, Any]
Bools = NDArray[np.bool_]

DEGREES = 6  # 0.1 m
METRES = 0
CHANCES = 4


def numbers(values: Floats, digits: int) -> list[float | int | None]:
    """Return a list of rounded numbers, None where a value is not finite."""
    array = np.asarray(values, dtype=np.float64)
    # "+ 0.0" turns a minus zero into a zero: the same number must be the same bytes.
    rounded = np.round(np.where(np.isfinite(array), array, 0.0), digits) + 0.0
    told: list[Any] = rounded.astype(np.int64).tolist() if digits == 0 else rounded.tolist()
    for k in np.flatnonzero(~np.isfinite(array)):
        told[int(k)] = None
    return told


def number(value: float | None, digits: int) -> float | int | None:
    """Return one rounded number, None where it is not finite."""
    return None if value is None else numbers(np.array([value]), digits)[0]


def stretches(t_s: Floats, yes: Bools) -> list[list[float]]:
    """Return [from, to] of every unbroken run of times at which something holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], yes, [False]]).astype(np.int8)))
    return [
        [round(float(t_s[a]), 3), round(float(t_s[b - 1]), 3)]
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def zulu(epoch_s: float) -> str:
    """Return whole UTC seconds since 1970 as RFC 3339."""
    return f"{datetime.fromtimestamp(epoch_s, UTC):%Y-%m-%dT%H:%M:%SZ}"


def seconds(text: str | None, t0_s: float) -> float | None:
    """Return an RFC 3339 time as seconds on the clock of the view."""
    return None if not text else round(datetime.fromisoformat(text).timestamp() - t0_s, 3)


def dated(text: str) -> tuple[str, str] | None:
    """Return when what carries a date may first and must at last have been known.

    A day is all that a date says: it may be its first second, and it is over at midnight.
    None: no date that can be read.
    """
    try:
        if len(text) == len("2025-09-19"):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return zulu(day.timestamp()), zulu((day + timedelta(days=1)).timestamp())
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return (at := zulu(moment.timestamp())), at


def spaced(count: int, most: int) -> slice:
    """Return every so many of `count` values, `most` at most."""
    return slice(None, None, max(1, -(-count // most)))


def pairs(
    lon_deg: Sequence[float] | Floats, lat_deg: Sequence[float] | Floats
) -> list[list[float]]:
    """Return positions as GeoJSON has them."""
    points = np.round(np.stack([np.asarray(lon_deg), np.asarray(lat_deg)], axis=-1), 5) + 0.0
    made: list[list[float]] = points.tolist()
    return made
