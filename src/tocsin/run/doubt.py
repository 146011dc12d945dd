"""What a naive reading would say and this one does not: not established, and not observed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.boundary import put_together
from tocsin.incursion.find import Passages, find
from tocsin.incursion.passages import crossings
from tocsin.incursion.path import POLAR_DEG, Path, lay_out
from tocsin.run.findings import utc
from tocsin.schema import DISTRUST, Distrust, Outline

Json = dict[str, Any]
Bools = NDArray[np.bool_]
NS = 1_000_000_000


def naive_tracks(tracks: pa.Table) -> tuple[pa.Table, Bools, NDArray[np.int64]]:
    """Return the tracks as one would take them who trusts every position.

    With them, row for row: whether the position is trusted here, and how many legs had been
    broken before it; two neighbours with different counts have a broken leg between them.
    """
    breaks = np.cumsum(tracks["break_before"].to_numpy())
    ns = tracks["t"].cast(pa.int64()).to_numpy(zero_copy_only=False)
    lon, lat = tracks["lon_deg"].to_numpy(), tracks["lat_deg"].to_numpy()
    rows = np.flatnonzero(
        np.isfinite(lon)
        & (np.abs(lat) < POLAR_DEG)
        & pa.compute.is_valid(tracks["t"]).to_numpy(zero_copy_only=False)
    )
    code = tracks["track"].combine_chunks().indices.to_numpy()
    rows = rows[np.lexsort((rows, ns[rows], code[rows]))]
    same = (ns[rows][1:] == ns[rows][:-1]) & (code[rows][1:] == code[rows][:-1])
    rows = rows[np.concatenate([[True], ~same])] if len(rows) else rows
    trusted = (tracks["flags"].to_numpy()[rows] & int(DISTRUST)) == 0
    table = tracks.take(pa.array(rows))
    table = table.set_column(
        table.column_names.index("flags"), "flags", pa.array(np.zeros(len(rows), np.uint32))
    )
    table = table.set_column(
        table.column_names.index("break_before"),
        "break_before",
        pa.array(np.zeros(len(rows), bool)),
    )
    return table, trusted, breaks[rows]


def left_out(tracks: pa.Table, outlines: Sequence[Outline], max_gap_s: float) -> list[Json]:
    """Return every boundary crossing of the raw tracks that is no event, and why it is none.

    A raw crossing is one of the straight line between two consecutive positions, whatever
    they are worth and however far apart.  It is left out where the line spans a gap, touches a
    position that is not trusted, or was broken by the track's own contradictions.
    """
    table, trusted, broken = naive_tracks(tracks)
    path = lay_out(table, max_gap_s=float("inf"))
    boundary = put_together(outlines)
    cuts = crossings(path, boundary)
    if not len(cuts.leg):
        return []
    fix = np.cumsum(path.is_fix) - 1  # a long leg is cut by points that are no fixes
    begin = fix[cuts.leg]
    at_fix = np.flatnonzero(path.is_fix)
    t0, t1 = path.t_s[at_fix[begin]], path.t_s[at_fix[begin + 1]]
    doubted = ~trusted[begin] | ~trusted[begin + 1] | (broken[begin] != broken[begin + 1])
    gap = t1 - t0 > max_gap_s
    out = np.flatnonzero(doubted | gap | boundary.clip[cuts.piece])
    lon, lat = geo.lonlat(path.at(cuts.leg[out], cuts.s[out]))
    when = path.time(cuts.leg[out], cuts.s[out])
    rows = []
    for k, cut in enumerate(out):
        volume = outlines[cuts.volume[cut]].volume
        why = (
            "a position at its end is not trusted"
            if doubted[cut]
            else f"in a gap of {t1[cut] - t0[cut]:.0f} s"
            if gap[cut]
            else "on a line where the airspace data ends"
        )
        rows.append(
            {
                "track": path.names[path.track[cuts.leg[cut]]],
                "volume": volume.name,
                "hypothesis": volume.hypothesis,
                "from_utc": utc(path.t0_ns + round(t0[cut] * NS)),
                "to_utc": utc(path.t0_ns + round(t1[cut] * NS)),
                "straight_line_utc": utc(path.t0_ns + round(when[k] * NS)),
                "lon_deg": round(float(lon[k]), 6),
                "lat_deg": round(float(lat[k]), 6),
                "why": why,
            }
        )
    return sorted(rows, key=lambda row: (row["track"], row["straight_line_utc"], row["volume"]))


def not_established(
    tracks: pa.Table,
    distrust: Sequence[Distrust],
    outlines: Sequence[Outline],
    found: Passages,
) -> list[Json]:
    """Return the passages that only untrusted positions make, each with the reasons against it."""
    if not distrust:
        return []
    naive = find(naive_tracks(tracks)[0], outlines, max_gap_s=float("inf"))
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
    return int(round(moment.timestamp() * 1_000_000) * 1000)
