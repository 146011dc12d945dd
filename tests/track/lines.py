"""Short tables of tracks, written by hand, for tests that a reader can check."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from tests.track.flights import METRE_DEG, START_NS
from tocsin.schema import TRACK, UTC_NS
from tocsin.track.limits import Reals
from tocsin.track.motion import Motion, motion

Column = Sequence[float | None] | float | None


def line(
    t_s: Sequence[float],
    east_m: Sequence[float] | Reals,
    north_m: Sequence[float] | Reals | float = 0.0,
    *,
    gs: Column = None,
    course: Column = None,
    h_m: Column = None,
    sigma_m: float = 10.0,
    on_ground: bool | None = None,
    track: str | Sequence[str] = "4ab179-1",
) -> pa.Table:
    """Return a table in schema.TRACK on the equator, where a metre east is a metre north."""
    count = len(t_s)

    def column(value: Column) -> pa.Array:
        values = list(value) if isinstance(value, Sequence) else [value] * count
        return pa.array(values, pa.float32())

    names = [track] * count if isinstance(track, str) else list(track)
    north = np.broadcast_to(np.asarray(north_m, float), count)
    columns = {name: pa.nulls(count, TRACK.field(name).type) for name in TRACK.names}
    columns |= {
        "track": pa.array(names).dictionary_encode(),
        "t": pa.array([START_NS + round(t * 1e9) for t in t_s], pa.int64()).cast(UTC_NS),
        "lon_deg": pa.array(np.asarray(east_m, float) * METRE_DEG),
        "lat_deg": pa.array(north * METRE_DEG),
        "gs_mps": column(gs),
        "track_deg": column(course),
        "h_pressure_m": column(h_m),
        "on_ground": pa.array([on_ground] * count, pa.bool_()),
        "sigma_m": column(sigma_m),
        "acc_basis": pa.array(["default"] * count).dictionary_encode(),
        "flags": pa.array([0] * count, pa.uint32()),
        "break_before": pa.array([False] * count),
        "obs_id": pa.array(range(count), pa.uint64()),
    }
    return pa.table([columns[name] for name in TRACK.names], schema=TRACK)


def moving(table: pa.Table) -> Motion:
    """Return the fixes of such a table as the integrity modules see them."""
    t_ns = table.column("t").cast(pa.int64()).to_numpy()
    code = table.column("track").combine_chunks().indices.to_numpy()
    return motion(table, t_ns, code, np.ones(len(table), np.bool_))
