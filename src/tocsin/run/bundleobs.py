"""Which observations made which finding: the fixes and plots of each passage, by their ids.

An id stands for one record of one file (`feed.columns.observation_ids`); `tocsin why` reads the
file again to say where in it the record stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.schema import DISTRUST, UTC_NS, WORD

if TYPE_CHECKING:
    from tocsin.run.flow import Studied

SCHEMA = pa.schema(
    [
        ("incursion", WORD),
        ("obs_id", pa.uint64()),
        ("t", UTC_NS),
        ("place", WORD),  # "inside" the passage as seen, or the neighbour "before" or "after" it
    ]
)
PLACES = ("before", "inside", "after")
Times = NDArray[np.int64]
Ids = NDArray[np.uint64]


def observations(done: Studied) -> pa.Table:
    """Return one row an observation of each incursion, in the order of the findings, then time."""
    own = _dark(done)
    codes, ids, times, places = [], [], [], []
    rows = done.findings["incursions"]
    fixes = _fixes(done) if any(row["track"] not in own for row in rows) else {}
    for code, row in enumerate(rows):
        t_ns, obs_id = own.get(row["track"]) or fixes.get(row["track"]) or _NOTHING
        first, last = np.searchsorted(t_ns, [_ns(row["from_utc"]), _ns(row["to_utc"]) + 1])
        begin, end = max(first - 1, 0), min(last + 1, len(t_ns))
        where = np.arange(begin, end)
        codes.append(np.full(len(where), code, np.int32))
        ids.append(obs_id[begin:end])
        times.append(t_ns[begin:end])
        places.append(1 + (where >= last).astype(np.int32) - (where < first).astype(np.int32))
    names = pa.array([row["id"] for row in rows], pa.string())
    return pa.table(
        [
            pa.DictionaryArray.from_arrays(pa.array(_joined(codes, np.int32)), names),
            pa.array(_joined(ids, np.uint64)),
            pa.array(_joined(times, np.int64)).cast(UTC_NS),
            pa.DictionaryArray.from_arrays(
                pa.array(_joined(places, np.int32)), pa.array(PLACES, pa.string())
            ),
        ],
        schema=SCHEMA,
    )


_NOTHING: tuple[Times, Ids] = (np.zeros(0, np.int64), np.zeros(0, np.uint64))


def _dark(done: Studied) -> Mapping[str, tuple[Times, Ids]]:
    """Return the plots of every track that only radar saw."""
    found = {}
    for one in done.weighed:
        track = one.track
        if track.obs_id is not None:
            t_ns = track.t0_ns + np.round(track.plots.t_s * 1e9).astype(np.int64)
            found[track.posterior.track] = (t_ns, track.obs_id)
    return found


def _fixes(done: Studied) -> Mapping[str, tuple[Times, Ids]]:
    """Return the trusted fixes of every track that has a finding."""
    table = done.gathered.tracks
    words = table["track"].combine_chunks()
    names, code = words.dictionary.to_pylist(), words.indices.to_numpy()
    good = (table["flags"].to_numpy() & int(DISTRUST)) == 0
    t_ns = table["t"].cast(pa.int64()).fill_null(0).to_numpy()
    obs_id = table["obs_id"].fill_null(0).to_numpy()
    wanted = {row["track"] for row in done.findings["incursions"]}
    found = {}
    for k, name in enumerate(names):
        if name in wanted:
            rows = np.flatnonzero((code == k) & good)
            found[name] = (t_ns[rows], obs_id[rows])
    return found


def _ns(text: Any) -> int:
    moment = datetime.fromisoformat(text)
    return round(moment.timestamp() * 1000) * 1_000_000


def _joined(parts: list[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)
