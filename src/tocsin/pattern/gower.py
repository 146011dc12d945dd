"""Gower's distance of two incidents over features of any kind (Gower 1971, Biometrics 27:857).

    d = sum_k w_k delta_k d_k / sum_k w_k delta_k

with d_k in 0..1 and delta_k = 0 where either side is missing: what is not known counts neither for
nor against, and the share of the weight that could be compared is given with every distance, as
are its ends if all that is missing agreed or all differed.

    number     |a - b| / range of the feature; of ln(1 + x) where only ratios matter (1, 3, 300)
    circular   the shorter way round, / half the period: hours of the day, directions
    category   0 if equal, else 1
    presence   as category, but left out where both say no: absence in common is not likeness
    place      1 - exp(-distance / scale): 25 km apart is .63, and nothing is infinitely far
    track      the same of the discrete Frechet distance
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from tocsin.errors import UsageError
from tocsin.geo import WGS84
from tocsin.pattern.frechet import tracks_km

PLACE_KM = 25.0  # METHODS, section 4


class Kind(StrEnum):
    """How two values of a feature are compared."""

    NUMBER = "number"
    CIRCULAR = "circular"
    CATEGORY = "category"
    PRESENCE = "presence"
    PLACE = "place"
    TRACK = "track"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature, its weight, and the scale that makes its differences 0..1."""

    name: str
    kind: Kind
    weight: float = 1.0
    scale: float = 0.0  # number: range; circular: period; place and track: km; 0: see `scaled`
    unit: str = ""
    log: bool = False  # number: compared as ln(1 + x), from 0 up

    def measured(self, value: Any) -> float:
        """Return a number on the scale on which it is compared."""
        return math.log1p(max(float(value), 0.0)) if self.log else float(value)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight > 0):
            raise UsageError(f"the weight of {self.name} lies above 0, not at {self.weight}")
        if self.kind is Kind.CIRCULAR and not self.scale > 0:
            raise UsageError(f"{self.name} is circular and needs its period", hint="24 for hours")


@dataclass(frozen=True, slots=True)
class Part:
    """What one feature says of a pair."""

    feature: Feature
    d: float | None  # 0..1; None: not known, or absent on both sides
    a: Any
    b: Any
    apart: float | None = None  # the raw difference, in the feature's unit, km for places


@dataclass(frozen=True, slots=True)
class Compared:
    """Two incidents side by side."""

    distance: float | None  # None: nothing could be compared
    parts: tuple[Part, ...]
    compared: float  # share of the weight that could be
    least: float  # the distance if all that is missing agreed
    most: float  # and if all of it differed

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(part.feature.name for part in self.parts if part.d is None)


def known(value: Any) -> bool:
    """Return whether a value is there: None, NaN, "" and "unknown" are not."""
    if value is None:
        return False
    if isinstance(value, str):
        return value.strip().casefold() not in ("", "unknown", "?")
    if isinstance(value, (float, np.floating)):
        return math.isfinite(value)
    if isinstance(value, (tuple, list, np.ndarray)):
        return len(value) > 0 and bool(np.isfinite(np.asarray(value, dtype=np.float64)).all())
    return True


def scaled(features: Sequence[Feature], rows: Iterable[Mapping[str, Any]]) -> tuple[Feature, ...]:
    """Return the features with the ranges of their numbers over all rows, places at 25 km."""
    rows = list(rows)
    out = []
    for one in features:
        scale = one.scale
        if one.kind is Kind.NUMBER and not scale > 0:
            seen = [one.measured(row[one.name]) for row in rows if known(row.get(one.name))]
            scale = max(seen) - min(seen) if seen else 0.0
        elif one.kind in (Kind.PLACE, Kind.TRACK) and not scale > 0:
            scale = PLACE_KM
        out.append(replace(one, scale=scale))
    return tuple(out)


def gower(features: Sequence[Feature], a: Mapping[str, Any], b: Mapping[str, Any]) -> Compared:
    """Return the distance of two incidents and what each feature adds to it.

    features  with their scales (see `scaled`); places are (lon_deg, lat_deg), tracks (N, 2) of them
    """
    parts = tuple(_part(one, a.get(one.name), b.get(one.name)) for one in features)
    weight = math.fsum(one.weight for one in features)
    used = math.fsum(part.feature.weight for part in parts if part.d is not None)
    total = math.fsum(part.feature.weight * part.d for part in parts if part.d is not None)
    # Presences absent on both sides are known: they can add nothing, and widen no interval.
    open_ = math.fsum(
        part.feature.weight
        for part in parts
        if part.d is None and not (known(part.a) and known(part.b))
    )
    most = (total + open_) / (used + open_) if used + open_ else 1.0
    least = total / (used + open_) if used + open_ else 0.0
    share = (weight - open_) / weight if weight else 0.0
    return Compared(total / used if used else None, parts, share, least, most)


def _part(one: Feature, a: Any, b: Any) -> Part:
    if not (known(a) and known(b)):
        return Part(one, None, a, b)
    if one.kind is Kind.CATEGORY:
        return Part(one, float(not _same(a, b)), a, b)
    if one.kind is Kind.PRESENCE:
        return Part(one, None if not a and not b else float(bool(a) != bool(b)), a, b)
    if one.kind is Kind.NUMBER:
        apart = abs(one.measured(a) - one.measured(b))
        share = min(1.0, apart / one.scale) if one.scale > 0 else 0.0
        return Part(one, share, a, b, abs(float(a) - float(b)))
    if one.kind is Kind.CIRCULAR:
        gone = abs(float(a) - float(b)) % one.scale
        apart = min(gone, one.scale - gone)
        return Part(one, apart / (one.scale / 2), a, b, apart)
    if one.kind is Kind.PLACE:
        _, _, metres = WGS84.inv(float(a[0]), float(a[1]), float(b[0]), float(b[1]))
        apart = float(metres) / 1000.0
    else:
        apart = tracks_km(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    return Part(one, -math.expm1(-apart / (one.scale or PLACE_KM)), a, b, apart)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, str) and isinstance(b, str):
        return a.strip().casefold() == b.strip().casefold()
    return bool(a == b)
