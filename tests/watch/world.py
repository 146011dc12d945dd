"""Areas, rules and flights that the tests of the watch share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.airspace.datum import parse_limit
from tocsin.airspace.edges import outline
from tocsin.schema import FIX, Edge, Floats, Limit, Outline, Ring, Volume
from tocsin.watch.area import Area, area_of
from tocsin.watch.batch import Batch, batch_of
from tocsin.watch.engine import Engine, Step
from tocsin.watch.rules import Rule, rules_of
from tocsin.watch.settings import WatchSettings

START_NS = 1_758_261_600_000_000_000  # 2025-09-19T06:00:00Z
LAT = 59.5
DEG_M = 111_400.0  # a degree of latitude there


def box(
    name: str = "EE",
    west: float = 24.0,
    south: float = 59.0,
    east: float = 26.0,
    north: float = 60.0,
    **more: Any,
) -> Outline:
    """Return the outline of a box whose sides are geodesics."""
    lon, lat = np.array([west, east, east, west]), np.array([south, south, north, north])
    ring = Ring(lon, lat, (Edge.GEODESIC,) * 4)
    told: dict[str, Any] = {
        "layer": "sovereign",
        "sigma_m": 30.0,
        "title": f"{name} airspace",
    } | more
    return outline(Volume(name, (ring,), **told))


def area(name: str = "EE", **more: Any) -> Area:
    return area_of(box(name, **more))


def rule(**told: Any) -> Rule:
    """Return one rule of a TOML table."""
    table = {"id": "r", "kinds": ["inside"]} | told
    (made,) = rules_of([table], limit_of)
    return made


def limit_of(text: str) -> Limit:
    return parse_limit(text)


def engine(
    areas: Sequence[Area] | None = None, rules: Sequence[Rule] | None = None, **settings: Any
) -> Engine:
    return Engine(
        [area()] if areas is None else areas,
        [rule()] if rules is None else rules,
        WatchSettings(**({"capacity": 256} | settings)),
        synthetic=True,
    )


def fixes(**columns: Any) -> pa.Table:
    """Return a table of fixes; one value stands for all rows."""
    count = max(np.size(v) if not isinstance(v, str) else 1 for v in columns.values())
    arrays, names = [], []
    for name, values in columns.items():
        if isinstance(values, str) or not np.ndim(values):
            values = [values] * count
        listed = [
            None if v is None else v
            for v in (values.tolist() if hasattr(values, "tolist") else values)
        ]
        kind = FIX.field(name).type
        if pa.types.is_timestamp(kind):
            made = pa.array(listed, pa.int64()).cast(kind)
        elif pa.types.is_dictionary(kind):
            made = pa.array(listed, pa.string()).dictionary_encode().cast(kind)
        else:
            made = pa.array(listed, kind)
        arrays.append(made)
        names.append(name)
    return pa.table(arrays, schema=pa.schema([FIX.field(n) for n in names]))


def batch(witness: str = "rx", **columns: Any) -> Batch:
    told = {"source_kind": "adsb", "icao24": 0x4AB179} | columns
    return batch_of(fixes(**told), witness, witness)


def fly(
    machine: Engine,
    lon: Floats,
    lat: Floats,
    *,
    step_s: float = 1.0,
    start_ns: int = START_NS,
    witness: str = "rx",
    **columns: Any,
) -> list[Step]:
    """Fly one aircraft, one position a step."""
    out = []
    for k in range(len(lon)):
        at = start_ns + round(k * step_s * 1e9)
        told = {
            "t_applicability": [at],
            "lon_deg": [float(lon[k])],
            "lat_deg": [float(lat[k])],
            "pos_epu95_m": [92.6],
        }
        each = {n: [v[k]] if isinstance(v, np.ndarray) else [v] for n, v in columns.items()}
        out.append(machine.step(batch(witness, **(told | each)), at))
    return out


def north(lat0: float, speed_mps: float, count: int, step_s: float = 1.0) -> Floats:
    """Return latitudes of a flight to the north."""
    return np.asarray(lat0 + np.arange(count) * step_s * speed_mps / DEG_M, np.float64)
