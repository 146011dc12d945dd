"""Incidents out of a file that was exported here or written elsewhere: the format by its content.

GeoJSON, STIX 2.1, GeoParquet and CSV are read.  KML, Cursor on Target and CloudEvents are told by
name and refused: the first two lost what an incident needs, the last carries revisions, which
belong to the register that made them.
"""

from __future__ import annotations

import re
from typing import Any

from tocsin.errors import IncidentError
from tocsin.register.exchange import csv, geojson, geoparquet, stix
from tocsin.register.exchange.plain import Found, loads
from tocsin.schema import Incident, Refusal

PARQUET = b"PAR1"
_XML = re.compile(rb"<(kml|events?)[\s>/]")


def read(data: bytes, name: str) -> tuple[list[Incident], list[Refusal]]:
    """Return the incidents of a file and what was refused of it, each with its place and reason.

    name  of the file, for messages; its suffix decides nothing
    Raises IncidentError where the file as a whole is none of the formats.
    """
    found = _found(data, name)
    return found.incidents, found.refusals


def holds(data: bytes) -> str:
    """Return which of these formats the bytes look like: geoparquet, stix, geojson, or ""."""
    if data.startswith(PARQUET):
        return "geoparquet"
    head = data[:100_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"{"):
        return "xml" if head.startswith(b"<") else ""
    if re.search(rb'"type"\s*:\s*"bundle"', head):
        return "stix"
    if re.search(rb'"type"\s*:\s*"Feature(Collection)?"', head):
        return "geojson"
    return "cloudevents" if re.search(rb'"specversion"\s*:', head) else ""


def _found(data: bytes, name: str) -> Found:
    kind = holds(data)
    if kind == "geoparquet":
        return geoparquet.read(data, name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IncidentError(f"is not UTF-8: {error.reason}", path=name) from None
    if kind == "xml":
        found = _XML.search(data[:100_000])
        word = {b"kml": "KML"}.get(found[1], "Cursor on Target") if found else "XML"
        raise IncidentError(
            f"is {word}, which holds too little of an incident to be read back",
            path=name,
            hint="export it as geojson, geoparquet, csv or stix",
        )
    if kind == "cloudevents":
        raise IncidentError(
            "holds CloudEvents: revisions of another register, with hashes that only it can make",
            path=name,
            hint="export it as geojson, or move the store",
        )
    if text.lstrip().startswith("{"):
        return _json(text, name)
    return csv.read(text, name)


def _json(text: str, name: str) -> Found:
    try:
        told: Any = loads(text, name)
    except IncidentError:
        if not text.lstrip().startswith('{"type": "Feature"'):
            raise
        return geojson.read_text(text, name)
    kind = told.get("type")
    if kind == "bundle":
        return stix.read(told, name)
    if kind in ("FeatureCollection", "Feature"):
        return geojson.read(told, name)
    raise IncidentError(f"is JSON and neither GeoJSON nor a STIX bundle (type {kind!r})", path=name)
