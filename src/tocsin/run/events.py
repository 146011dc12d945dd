"""Passages written as a table or a map, by the suffix of the file: Parquet, CSV, GeoJSON, KML."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from tocsin.errors import UsageError
from tocsin.run.output import write_file

SUFFIXES = (".parquet", ".csv", ".geojson", ".kml")


def check_suffix(target: Path) -> None:
    """Raise UsageError for a suffix that names no format, before any work is done."""
    if target.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f'"{target.suffix}" names no format',
            path=str(target),
            hint=f"use {', '.join(SUFFIXES)}",
        )


def write_events(table: pa.Table, target: Path) -> None:
    """Write passages (schema PASSAGE) to a file, whole or not at all."""
    check_suffix(target)
    write_file(target, encode(table, target.suffix.lower()))


def encode(table: pa.Table, suffix: str) -> bytes:
    """Return passages in the format of a suffix."""
    if suffix == ".parquet":
        out = io.BytesIO()
        pq.write_table(table, out, compression="zstd")
        return out.getvalue()
    if suffix == ".csv":
        out = io.BytesIO()
        pc.write_csv(_with_text_times(table), out)
        return out.getvalue()
    rows = _with_text_times(table).to_pylist()
    return (_geojson(rows) if suffix == ".geojson" else _kml(rows)).encode()


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return passages as plain objects, times as RFC 3339 text."""
    rows: list[dict[str, Any]] = _with_text_times(table).to_pylist()
    return rows


def _with_text_times(table: pa.Table) -> pa.Table:
    for name in ("entry_t", "exit_t"):
        index = table.column_names.index(name)
        text = pa.compute.strftime(table[name], format="%Y-%m-%dT%H:%M:%SZ")
        table = table.set_column(index, name, text)
    return table


def _ends(row: dict[str, Any]) -> list[tuple[str, list[float]]]:
    ends = []
    for end in ("entry", "exit"):
        if row[f"{end}_lon"] is not None:
            ends.append((end, [row[f"{end}_lon"], row[f"{end}_lat"]]))
    return ends


def _geojson(rows: list[dict[str, Any]]) -> str:
    """One feature a passage; its points are the observed entry and exit, none where both open."""
    features = []
    for row in rows:
        points = [point for _, point in _ends(row)]
        geometry = {"type": "MultiPoint", "coordinates": points} if points else None
        features.append({"type": "Feature", "geometry": geometry, "properties": row})
    return json.dumps({"type": "FeatureCollection", "features": features}, allow_nan=False) + "\n"


def _kml(rows: list[dict[str, Any]]) -> str:
    marks = []
    for row in rows:
        told = "".join(
            f'<Data name="{escape(key)}"><value>{escape(str(value))}</value></Data>'
            for key, value in row.items()
            if value is not None
        )
        for end, (lon, lat) in _ends(row):
            name = escape(f"{row['track']} {end} {row['volume']}")
            marks.append(
                f"<Placemark><name>{name}</name>"
                f"<TimeStamp><when>{row[f'{end}_t']}</when></TimeStamp>"
                f"<ExtendedData>{told}</ExtendedData>"
                f"<Point><coordinates>{lon!r},{lat!r}</coordinates></Point></Placemark>\n"
            )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
        + "".join(marks)
        + "</Document></kml>\n"
    )
