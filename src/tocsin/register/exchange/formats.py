"""The formats an export is written in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tocsin.register.exchange import cloudevents, cot, csv, geojson, geoparquet, kml, stix
from tocsin.register.exchange.item import Item, Items, Manifest


@dataclass(frozen=True, slots=True)
class Format:
    """One format: how it is written, and what it can hold."""

    name: str
    media_type: str
    write: Callable[[Items, Manifest], bytes]
    #: One JSON object a line, for a stream; None where the format has no lines.
    lines: Callable[[Items, Manifest], Iterator[dict[str, Any]]] | None = None
    #: Which items it can hold, and how many it cannot, by reason; None: all.
    fitting: Callable[[Items], tuple[list[Item], dict[str, int]]] | None = None
    #: What stands in a file of its own beside one called so; None: the format has room for it.
    metadata: Callable[[Manifest, str], bytes] | None = None
    text: bool = True
    back: bool = False  # `read` gives the same incidents
    history: bool = False  # one record a revision, not an incident


FORMATS = {
    each.name: each
    for each in (
        Format("geojson", "application/geo+json", geojson.write, geojson.lines, back=True),
        Format(
            "geoparquet",
            "application/vnd.apache.parquet",
            geoparquet.write,
            text=False,
            back=True,
        ),
        Format("csv", "text/csv", csv.write, metadata=csv.metadata, back=True),
        Format("stix", "application/stix+json;version=2.1", stix.write, back=True),
        Format("kml", "application/vnd.google-earth.kml+xml", kml.write),
        Format("cot", "application/xml", cot.write, fitting=cot.fitting),
        Format(
            "cloudevents",
            "application/cloudevents+json",
            cloudevents.write,
            cloudevents.lines,
            history=True,
        ),
    )
}
