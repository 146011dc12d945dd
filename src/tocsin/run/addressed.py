"""Aircraft that answer a radar with their address and tell nobody else where they are.

Who sends ADS-B, or is in a tracker's output, is tracked by that.  The others are known by their
plots alone, as a dark target is, and are sampled as one: that they have an address only makes it
plain which plots are theirs.  Only those that come near a volume are, the deepest first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin.incursion.boundary import put_together
from tocsin.incursion.field import signed_distance_m
from tocsin.run.radar import ANY_HEIGHT, DarkTrack, RadarRows, placed, sampled
from tocsin.run.weather import Qnh
from tocsin.schema import Outline, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.associate import COAST_S, LEAST_PLOTS
from tocsin.track.branches import BiasPrior

NEAR_M = 30_000.0  # farther from every volume than this, no error of a radar brings it inside
MOST_INSIDE = 100  # tracks whose plots come inside a volume: each takes seconds, and 0.1 GB at most
MOST_NEAR = 20  # and of those that an error of the radar alone could bring inside
COARSE_M = 2000.0

Own = TypeVar("Own")

_ADDRESS = re.compile(r"([0-9a-f]{6})-", re.ASCII)


def address_of(track: str) -> int | None:
    """Return the address that a track is named by; None where it is named otherwise."""
    found = _ADDRESS.match(track)
    return int(found[1], 16) if found else None


def told(table: pa.Table | None) -> set[int]:
    """Return the addresses of aircraft that a table of tracks names."""
    if table is None or not table.num_rows:
        return set()
    names = table["track"].cast(pa.string()).unique().to_pylist()
    return {address for name in names if (address := address_of(name)) is not None}


def tracked(table: pa.Table) -> dict[int, NDArray[np.int64]]:
    """Return when aircraft told where they are by fixes that are trusted, ns, by address."""
    out: dict[int, NDArray[np.int64]] = {}
    if not table.num_rows:
        return out
    good = table["flags"].to_numpy() == 0
    code = table["track"].combine_chunks()
    number, t_ns = code.indices.to_numpy(), table["t"].cast(pa.int64()).to_numpy()
    for k, name in enumerate(code.dictionary.to_pylist()):
        address = address_of(name)
        if address is not None:
            mine = np.concatenate([out.get(address, t_ns[:0]), t_ns[(number == k) & good]])
            out[address] = np.sort(mine)
    return out


def away(t_ns: NDArray[np.int64], at_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which times (K,) are more than COAST_S from every one of others, ascending."""
    if not len(at_ns):
        return np.ones(len(t_ns), np.bool_)
    k = np.searchsorted(at_ns, t_ns)
    before, after = at_ns[np.maximum(k - 1, 0)], at_ns[np.minimum(k, len(at_ns) - 1)]
    nearest = np.minimum(np.abs(t_ns - before), np.abs(t_ns - after))
    return np.asarray(nearest > COAST_S * 1e9)


def runs(rows: RadarRows, mine: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the parts of an aircraft's plots without a long gap that are enough for a track."""
    parts = np.split(mine, np.flatnonzero(np.diff(rows.t_ns[mine]) > COAST_S * 1e9) + 1)
    return [part for part in parts if len(part) >= LEAST_PLOTS]


def addressed_tracks(
    rows: RadarRows,
    known: Mapping[int, NDArray[np.int64]],
    always: set[int],
    outlines: Sequence[Outline],
    sensors: Mapping[str, Sensor],
    height: HeightPrior | None,
    calibrated: BiasPrior | None,
    rng: Generator,
    qnh: Qnh | None = None,
) -> tuple[list[DarkTrack], list[str]]:
    """Return the tracks of addresses that nothing else tracks, and what was left out.

    known   when something else tracks an address, ns, ascending: not judged within COAST_S of it
    always  addresses that are not judged at all: of traffic that only serves calibration
    """
    prior = height or ANY_HEIGHT
    unknown = (rows.address >= 0) & ~np.isin(rows.address, list(always))
    for address, at_ns in known.items():
        mine = np.flatnonzero(rows.address == address)
        unknown[mine] &= away(rows.t_ns[mine], at_ns)
    if not unknown.any() or not outlines:
        return [], []
    boundaries = [put_together([outline]) for outline in outlines]
    found: list[tuple[float, str, RadarRows]] = []
    for address in np.unique(rows.address[unknown]):
        number = 0
        for part in runs(rows, np.flatnonzero(unknown & (rows.address == address))):
            number += 1
            own = rows.take(part)
            lon, lat, _ = placed(own, sensors, prior.median_m)
            fine: NDArray[np.int64] = np.flatnonzero(np.isfinite(lon))
            if len(fine) < LEAST_PLOTS:
                continue
            own, lon, lat = own.take(fine), lon[fine], lat[fine]
            deep_m = max(
                float(signed_distance_m(lon, lat, 0, boundary, COARSE_M).max())
                for boundary in boundaries
            )
            if deep_m > -NEAR_M:
                found.append((-deep_m, f"{int(address):06x}-{number}", own))
    kept, notes = chosen(found)
    t0_ns = int(rows.t_ns[0])
    tracks = [
        sampled(name, own, t0_ns, sensors, prior, calibrated, rng, qnh) for _, name, own in kept
    ]
    return tracks, notes


def chosen(found: list[tuple[float, str, Own]]) -> tuple[list[tuple[float, str, Own]], list[str]]:
    """Return which tracks are judged, by name, and a note that names those that are not.

    found  how far outside every volume each comes at its deepest, m, negative inside; its name
    """
    found = sorted(found, key=lambda one: one[:2])
    inside = sum(one[0] < 0 for one in found)
    most = MOST_INSIDE if inside > MOST_INSIDE else inside + MOST_NEAR
    kept = sorted(found[:most], key=lambda one: one[1])
    if len(found) <= most:
        return kept, []
    left = ", ".join(name for _, name, _ in found[most:])
    return kept, [
        f"Of {len(found)} tracks of aircraft that only answer radar, the {most} that come "
        f"deepest were judged; not judged: {left}."
    ]
