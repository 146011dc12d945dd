"""What a naive reading would say and this one does not: not established, and not observed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.incursion.find import Passages, find
from tocsin.incursion.path import Path
from tocsin.run.findings import naive_tracks, utc
from tocsin.schema import Distrust, Outline

Json = dict[str, Any]
NS = 1_000_000_000


def not_established(
    tracks: pa.Table,
    distrust: Sequence[Distrust],
    outlines: Sequence[Outline],
    found: Passages,
) -> list[Json]:
    """Return the passages that only untrusted positions make, each with the reasons against it."""
    if not distrust:
        return []
    naive = find(naive_tracks(tracks), outlines, max_gap_s=float("inf"))
    seen = _spans(found)
    rows = []
    for row, more in zip(naive.table.to_pylist(), naive.detail.to_pylist(), strict=True):
        begin, end = _ns(more["from_t"]), _ns(more["to_t"])
        key = (row["track"], row["volume"], row["hypothesis"])
        if any(a <= end and begin <= b for a, b in seen.get(key, ())):
            continue
        against = [
            d for d in distrust if d.track == row["track"] and d.from_ns <= end and begin <= d.to_ns
        ]
        if not against or row["fixes_inside"] == 0:
            continue
        rows.append(
            {
                "volume": row["volume"],
                "hypothesis": row["hypothesis"],
                "track": row["track"],
                "from_utc": utc(begin),
                "to_utc": utc(end),
                "why": "positions not credible: "
                + "; ".join(dict.fromkeys(f"{d.reason}: {d.detail}" for d in against)),
            }
        )
    return rows


def unobserved(found: Passages, outlines: Sequence[Outline], max_gap_s: float) -> list[Json]:
    """Return the gaps of every track, and the volumes that lie on the straight line across.

    The line is named to say what was missed, not where the aircraft was.
    """
    path = found.path
    if not len(path.t_s):
        return []
    gaps = np.flatnonzero((path.run[1:] != path.run[:-1]) & (path.track[1:] == path.track[:-1]))
    gaps = gaps[path.t_s[gaps + 1] - path.t_s[gaps] > max_gap_s]
    if not len(gaps):
        return []
    across = find(_bridges(path, gaps), outlines, max_gap_s=float("inf"))
    between: dict[str, list[str]] = {}
    for row in across.table.to_pylist():
        names = between.setdefault(row["track"], [])
        if row["volume"] not in names:
            names.append(row["volume"])
    rows = []
    for k, gap in enumerate(gaps):
        length_s = path.t_s[gap + 1] - path.t_s[gap]
        rows.append(
            {
                "track": path.names[path.track[gap]],
                "from_utc": utc(path.t0_ns + round(path.t_s[gap] * NS)),
                "to_utc": utc(path.t0_ns + round(path.t_s[gap + 1] * NS)),
                "why": f"no position to be trusted for {length_s:.0f} s",
                "states_between": between.get(_bridge(k), []),
            }
        )
    return rows


def _bridge(k: int) -> str:
    return f"gap-{k:06d}"


def _bridges(path: Path, gaps: np.ndarray[Any, np.dtype[np.int64]]) -> pa.Table:
    """Return each gap as a track of two points."""
    at = np.stack([gaps, gaps + 1], axis=1).ravel()
    names = pa.array([_bridge(k) for k in range(len(gaps))], pa.string())
    count = len(at)
    return pa.table(
        {
            "track": pa.DictionaryArray.from_arrays(
                pa.array(np.arange(count, dtype=np.int32) // 2), names
            ),
            "t": pa.array(path.t0_ns + np.round(path.t_s[at] * NS).astype(np.int64)).cast(
                pa.timestamp("ns", tz="UTC")
            ),
            "lon_deg": pa.array(path.lon_deg[at]),
            "lat_deg": pa.array(path.lat_deg[at]),
            "flags": pa.array(np.zeros(count, np.uint32)),
            "break_before": pa.array(np.zeros(count, bool)),
            "sigma_m": pa.array(np.zeros(count, np.float32)),
        }
    )


def _spans(found: Passages) -> dict[tuple[str, str, str], list[tuple[int, int]]]:
    spans: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for row, more in zip(found.table.to_pylist(), found.detail.to_pylist(), strict=True):
        key = (row["track"], row["volume"], row["hypothesis"])
        spans.setdefault(key, []).append((_ns(more["from_t"]), _ns(more["to_t"])))
    return spans


def _ns(moment: Any) -> int:
    return round(moment.timestamp() * 1_000_000) * 1000
