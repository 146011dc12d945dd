"""Incidents as GeoParquet 1.1.0, and back without loss.

One row an incident: the plain fields of `flat`, states as a list, times as timestamps in UTC,
`geometry` (the point or outline) and `area` (what the place surely lies in, where it is bounded)
as WKB, `bbox` as the struct that the standard's covering names, and the whole incident as JSON in
`incident`.  Longitude, latitude on WGS-84 (OGC:CRS84, the standard's default).  What the file says
of itself is JSON under the key `tocsin` of the file's metadata, beside `geo`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from shapely.geometry import mapping
from shapely.geometry import shape as shapely_of

from tocsin.errors import IncidentError
from tocsin.register.exchange import flat, shape
from tocsin.register.exchange.item import Item, Items, Manifest
from tocsin.register.exchange.plain import WHOLE, Found, edited, foreign, loads, whole
from tocsin.schema import Incident, incident_dict

VERSION = "1.1.0"
_UTC = pa.timestamp("ms", "UTC")
_TIMES = ("begin_earliest", "begin_latest", "end_earliest", "end_latest")
_BOX = pa.struct([(name, pa.float64()) for name in ("xmin", "ymin", "xmax", "ymax")])
#: In the order of `flat.fields`.
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "what", "domain")),
        ("states", pa.list_(pa.string())),
        *((name, pa.string()) for name in ("begin", "end")),
        *((name, _UTC) for name in _TIMES),
        ("place", pa.string()),
        ("place_radius_m", pa.float64()),
        *((name, pa.int64()) for name in ("count_least", "count_most")),
        *((f"duration_{end}_s", pa.float64()) for end in ("least", "most")),
        *((f"depth_{end}_m", pa.float64()) for end in ("least", "most")),
        *((name, pa.string()) for name in ("authorised", "verification")),
        *((name, pa.bool_()) for name in ("control", "synthetic")),
        *((name, pa.string()) for name in ("tlp", "link", "workflow", "known_on")),
        ("decided", pa.bool_()),
        *((name, pa.string()) for name in ("dissents", WHOLE)),
        *((name, pa.binary()) for name in ("geometry", "area")),
        ("bbox", _BOX),
    ]
)
_LARGEST = 2**63 - 1


def write(items: Items, manifest: Manifest) -> bytes:
    """Return a Parquet file."""
    rows = [_row(item) for item in items]
    table = pa.Table.from_pylist(rows, SCHEMA)
    said = {
        b"geo": json.dumps(geo_metadata(items)).encode(),
        b"tocsin": json.dumps(manifest.told(), ensure_ascii=False).encode(),
    }
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(said), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())


def geo_metadata(items: Items) -> dict[str, Any]:
    """Return what stands under `geo` in the file's metadata (GeoParquet 1.1.0, schema.json)."""
    points = [shape.geometry(item.incident.where) for item in items]
    areas = [shape.area(item.incident.where) for item in items]
    covering = {name: ["bbox", name] for name in ("xmin", "ymin", "xmax", "ymax")}
    return {
        "version": VERSION,
        "primary_column": "geometry",
        "columns": {
            "geometry": {**_column(points), "covering": {"bbox": covering}},
            "area": _column(areas),
        },
    }


def read(data: bytes, path: str) -> Found:
    """Return the incidents of a GeoParquet file."""
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        geo = (file.schema_arrow.metadata or {}).get(b"geo")
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise IncidentError(f"is no Parquet: {error}", path=path) from None
    if geo is None:
        raise IncidentError(
            "is Parquet and no GeoParquet: its metadata has no `geo`",
            path=path,
            hint="write it with GeoPandas, DuckDB or `register export --format geoparquet`",
        )
    told = loads(geo, path)
    primary = told.get("primary_column") if isinstance(told, dict) else None
    if primary not in table.column_names:
        raise IncidentError(f'has no column "{primary}", its `primary_column`', path=path)
    found = Found(path)
    ours = WHOLE in table.column_names
    names = [WHOLE, "what", "domain", "tlp", primary] if ours else table.column_names
    kept = table.select([name for name in names if name in table.column_names])
    row = 0
    for batch in kept.to_batches(max_chunksize=10_000):
        for each in batch.to_pylist():
            row += 1
            found.take(f"row {row}", partial(_incident, each, str(primary), ours))
    return found


def _incident(row: dict[str, Any], primary: str, ours: bool) -> Incident:
    geometry = _of_wkb(row.pop(primary))
    if not ours or row[WHOLE] is None:
        row.pop(WHOLE, None)
        return foreign({k: v for k, v in row.items() if k not in ("bbox", "area")}, geometry)
    incident = whole(row.pop(WHOLE))
    changed = flat.differing(incident, row)
    if not shape.same(shape.geometry(incident.where), geometry):
        changed.append(primary)
    if changed:
        edited(changed, incident)
    return incident


def _row(item: Item) -> dict[str, Any]:
    where = item.incident.where
    told = flat.fields(item)
    spot = shape.geometry(where)
    told["states"] = list(item.incident.states)
    for name in _TIMES:
        told[name] = None if told[name] is None else _ms(item, name)
    for name in ("count_least", "count_most"):  # what no column can hold is in `incident`
        told[name] = told[name] if (told[name] or 0) <= _LARGEST else None
    box = None if spot is None else shapely_of(spot).bounds
    return {
        **told,
        "dissents": json.dumps([dict(body) for body in item.dissents], ensure_ascii=False),
        WHOLE: json.dumps(incident_dict(item.incident), ensure_ascii=False, allow_nan=False),
        "geometry": _wkb(spot),
        "area": _wkb(shape.area(where)),
        "bbox": None
        if box is None
        else dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)),
    }


def _ms(item: Item, name: str) -> int | None:
    which, _, end = name.partition("_")
    moment = item.incident.when.begun if which == "begin" else item.incident.when.end
    t_ns = moment.earliest_ns if end == "earliest" else moment.latest_ns
    return None if t_ns is None else t_ns // 1_000_000


def _column(geometries: Iterable[shape.Geometry | None]) -> dict[str, Any]:
    known = [each for each in geometries if each is not None]
    told: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted({each["type"] for each in known}),
        "orientation": "counterclockwise",
    }
    if known:
        bounds = shapely.total_bounds(shapely.from_wkb([_wkb(each) for each in known]))
        told["bbox"] = [float(x) for x in bounds]
    return told


def _wkb(geometry: shape.Geometry | None) -> bytes | None:
    if geometry is None:
        return None
    return bytes(shapely.to_wkb(shapely_of(geometry), byte_order=1, flavor="iso"))


def _of_wkb(data: Any) -> shape.Geometry | None:
    if data is None:
        return None
    found = shapely.from_wkb(data, on_invalid="ignore") if isinstance(data, bytes) else None
    if found is None:
        raise IncidentError("the geometry is no WKB", place="geometry")
    told = mapping(found)
    return {"type": told["type"], "coordinates": shape.lists(told.get("coordinates", ()))}
