"""Each incursion as points in time and place: what its context is asked about.

Of a radar track the points are those of joint samples that are inside, so that a share of them
is a share of the sampled path; of other tracks they lie on the straight legs between fixes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.run.evidence import Weighed
from tocsin.run.findings import utc
from tocsin.run.sources import Gathered
from tocsin.schema import DISTRUST, Floats, Volume

Json = dict[str, Any]
SAMPLES = 80  # of a posterior
TIMES = 240  # in a stay: every three seconds of twelve minutes, half a percent of it


@dataclass(frozen=True, slots=True, eq=False)
class Stay:
    """One incursion, as far as its context goes."""

    id: str
    track: str
    volume: Volume
    interval_ns: tuple[int, int]  # median entry to median exit, or as far as it was seen
    crosses: bool | None  # whether it came or left over the limit while observed
    lon_deg: Floats  # (P,) inside
    lat_deg: Floats  # (P,)
    h_hae_m: Floats  # (P,) NaN where nobody reported it
    sample: NDArray[np.int64]  # (P,) which sample a point is of
    t_ns: NDArray[np.int64]  # (P,)
    sampled: bool  # from joint samples


def stays(
    findings: Json,
    gathered: Gathered,
    weighed: Sequence[Weighed],
    volumes: Sequence[Volume],
) -> list[Stay]:
    """Return the stays of all incursions, in the order of the findings."""
    by_key = {(v.name, v.hypothesis): v for v in volumes}
    dark = {
        (
            one.track.posterior.track,
            one.outline.volume.name,
            one.outline.volume.hypothesis,
            utc(int(one.track.posterior.t_ns[episode.begin])),
        ): (one, episode.begin, episode.end)
        for one in weighed
        for episode in one.judged.episodes
    }
    names = gathered.tracks["track"].combine_chunks()
    out = []
    for row in findings["incursions"]:
        key = (row["track"], row["volume"], row["hypothesis"])
        interval = _interval(row)
        found = dark.get((*key, row["from_utc"]))
        if found is not None:
            lon, lat, h, sample, t_ns = _sampled(*found)
        else:
            lon, lat, h, sample, t_ns = _flown(gathered.tracks, names, row["track"], interval)
        volume = by_key[(row["volume"], row["hypothesis"])]
        crosses = True if row["entry_utc"] or row["exit_utc"] else None
        out.append(
            Stay(
                row["id"],
                row["track"],
                volume,
                interval,
                crosses,
                lon,
                lat,
                h,
                sample,
                t_ns,
                found is not None,
            )
        )
    return out


def _interval(row: Mapping[str, Any]) -> tuple[int, int]:
    entry, leave = (
        (row[key] or {}).get("q50") or row[seen]
        for key, seen in (("entry_utc", "from_utc"), ("exit_utc", "to_utc"))
    )
    begin, end = ns(entry), ns(leave)
    return begin, max(begin, end)


def ns(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000_000) * 1000


def _sampled(one: Weighed, begin: int, end: int) -> tuple[Any, ...]:
    made = one.track.posterior
    count = len(made.lon_deg)
    rows = np.linspace(0, count - 1, min(count, SAMPLES)).astype(np.int64)
    columns = np.unique(np.linspace(begin, end, min(end - begin + 1, TIMES)).astype(np.int64))
    at = np.ix_(rows, columns)
    inside = (one.judged.signed_m[at] > 0) & made.observed[columns]
    sample, time = np.nonzero(inside)
    return (
        made.lon_deg[at][inside],
        made.lat_deg[at][inside],
        made.h_hae_m[at][inside],
        sample,
        made.t_ns[columns][time],
    )


def _flown(
    tracks: pa.Table, names: pa.DictionaryArray, name: str, interval: tuple[int, int]
) -> tuple[Any, ...]:
    """Return points on the legs of a track, straight where nobody saw it."""
    code = names.dictionary.to_pylist().index(name)
    mine = np.flatnonzero(
        (names.indices.to_numpy() == code) & ((tracks["flags"].to_numpy() & int(DISTRUST)) == 0)
    )
    t = tracks["t"].cast(pa.int64()).to_numpy(zero_copy_only=False)[mine]
    at = np.unique(np.linspace(*interval, TIMES).astype(np.int64))
    lon = np.unwrap(tracks["lon_deg"].to_numpy()[mine], period=360.0)
    h = _heights(tracks, mine)
    known = np.isfinite(h)
    return (
        np.interp(at, t, lon),
        np.interp(at, t, tracks["lat_deg"].to_numpy()[mine]),
        np.interp(at, t[known], h[known]) if known.any() else np.full(len(at), np.nan),
        np.zeros(len(at), np.int64),
        at,
    )


def _heights(tracks: pa.Table, rows: NDArray[np.int64]) -> Floats:
    """Return heights good enough for a horizon: of the best datum that is reported.

    The datums differ by tens of metres, which moves a horizon by a kilometre in hundreds.
    """
    h = np.full(len(rows), np.nan)
    for column in ("h_hae_m", "h_msl_m", "h_pressure_m"):
        told = tracks[column].to_numpy().astype(np.float64)[rows]
        h = np.where(np.isfinite(h), h, told)
    return h
