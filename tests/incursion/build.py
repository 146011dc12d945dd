"""Short ways to write tracks and outlines in tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.schema import UTC_NS, Edge, Outline, Ring, Volume

T0_NS = 1_758_265_200 * 10**9  # 2025-09-19T07:00:00Z


def outline(
    rings: Sequence[Sequence[tuple[float, float]]],
    *,
    name: str = "V",
    clip: Sequence[int] = (),
    **volume: Any,
) -> Outline:
    """Return the outline of geodesic rings of (lon, lat); `clip` numbers clipped pieces."""
    lon = [np.array([p[0] for p in ring], float) for ring in rings]
    lat = [np.array([p[1] for p in ring], float) for ring in rings]
    made = tuple(Ring(x, y, (Edge.GEODESIC,) * len(x)) for x, y in zip(lon, lat, strict=True))
    count = sum(len(x) for x in lon)
    clipped = np.zeros(count, bool)
    clipped[list(clip)] = True
    return Outline(
        Volume(name, made, **volume),
        np.concatenate(lon),
        np.concatenate(lat),
        np.concatenate([np.full(len(x), k) for k, x in enumerate(lon)]),
        np.concatenate([np.arange(len(x)) for x in lon]),
        clipped,
    )


def tracks(
    *parts: Sequence[tuple[float, float, float]],
    sigma_m: float = 10.0,
    h_pressure_m: Sequence[float | None] | None = None,
) -> pa.Table:
    """Return a table of tracks of (t_s, lon, lat), named a-1, b-1, ..."""
    rows = [(f"{chr(97 + k)}-1", *row) for k, part in enumerate(parts) for row in part]
    count = len(rows)
    heights = h_pressure_m if h_pressure_m is not None else [None] * count
    return pa.table(
        {
            "track": pa.array([r[0] for r in rows], pa.string()).dictionary_encode(),
            "t": pa.array([T0_NS + round(r[1] * 1e9) for r in rows], pa.int64()).cast(UTC_NS),
            "lon_deg": pa.array([r[2] for r in rows], pa.float64()),
            "lat_deg": pa.array([r[3] for r in rows], pa.float64()),
            "h_pressure_m": pa.array(heights, pa.float32()),
            "sigma_m": pa.array(np.full(count, sigma_m), pa.float32()),
            "flags": pa.array(np.zeros(count), pa.uint32()),
            "break_before": pa.array(np.zeros(count, bool)),
        }
    )
