"""Areas, rules and flights that the tests of the watch share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.airspace.datum import parse_limit
from tocsin.airspace.edges import outline
from tocsin.schema import FIX, Edge, Floats, Limit, Outline, Ring, Volume
from tocsin.schema.live import Alert
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
    count = max(1 if isinstance(v, str) else np.size(v) for v in columns.values())
    arrays, names = [], []
    for name, values in columns.items():
        if isinstance(values, str) or not np.ndim(values):
            values = [values] * count
        listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
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


def flight(
    lon: Floats,
    lat: Floats,
    *,
    step_s: float = 1.0,
    start_ns: int = START_NS,
    witness: str = "rx",
    **columns: Any,
) -> Batch:
    """Return the positions of one aircraft, one each step."""
    at = start_ns + np.round(np.arange(len(lon)) * step_s * 1e9).astype(np.int64)
    told = {"t_applicability": at, "lon_deg": lon, "lat_deg": lat, "pos_epu95_m": 92.6}
    return batch(witness, **(told | columns))


def fly(
    machine: Engine, lon: Floats, lat: Floats, *, step_s: float = 1.0, **more: Any
) -> list[Step]:
    """Fly one aircraft, one position a step."""
    whole = flight(lon, lat, step_s=step_s, **more)
    return [machine.step(whole.take(np.array([k])), int(whole.t_ns[k])) for k in range(len(whole))]


def fly_fleet(machine: Engine, lon: Floats, lat: Floats, **more: Any) -> list[Alert]:
    """Fly many aircraft, (fleet, times), each with a position a second; return the alerts."""
    fleet, count = lon.shape
    at = START_NS + np.arange(count) * 1_000_000_000
    whole = batch(
        icao24=np.repeat(0x400000 + np.arange(fleet), count),
        t_applicability=np.tile(at, fleet),
        lon_deg=lon.ravel(),
        lat_deg=lat.ravel(),
        **more,
    )
    index = np.arange(fleet * count).reshape(fleet, count)
    return alerts([machine.step(whole.take(index[:, k]), int(at[k])) for k in range(count)])


def alerts(steps: Sequence[Step]) -> list[Alert]:
    """Return the alerts of steps, in order."""
    return [alert for step in steps for alert in step.alerts]


def north(lat0: float, speed_mps: float, count: int, step_s: float = 1.0) -> Floats:
    """Return latitudes of a flight to the north."""
    return np.asarray(lat0 + np.arange(count) * step_s * speed_mps / DEG_M, np.float64)
