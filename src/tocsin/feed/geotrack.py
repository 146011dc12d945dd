"""What GeoJSON, GPX and KML tracks share: points with a written time, laid out as fixes.

A time must state its zone.  Where a whole file leaves it out, a mapping file may name it:
`[time]` with `timezone = "UTC"`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

import numpy as np
import polars as pl

from tocsin.errors import FeedError
from tocsin.feed import jsontext, parse, textcells
from tocsin.feed.layout import read_toml
from tocsin.feed.parse import Fault
from tocsin.feed.rows import Rows, identity, source_id, utc
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

#: Numbers above this are milliseconds since 1970: as seconds they would be the year 5138.
_MILLISECONDS = 1e11


@dataclass(slots=True)
class Points:
    """The points of a file in the order in which they stand, one entry a point in each list."""

    time: list[object] = field(default_factory=list)  # text, or a number since 1970
    lat: list[object] = field(default_factory=list)
    lon: list[object] = field(default_factory=list)
    h_m: list[object] = field(default_factory=list)
    datum: list[str] = field(default_factory=list)  # msl, hae, agl or "" where the height is none
    track: list[str | None] = field(default_factory=list)
    icao24: list[str | None] = field(default_factory=list)
    callsign: list[str | None] = field(default_factory=list)
    place: list[str] = field(default_factory=list)

    def add(
        self,
        place: str,
        time: object,
        lat: object,
        lon: object,
        h_m: object = None,
        datum: str = "",
        *,
        track: str | None = None,
        icao24: str | None = None,
        callsign: str | None = None,
    ) -> None:
        self.place.append(place)
        self.time.append(time)
        self.lat.append(lat)
        self.lon.append(lon)
        self.h_m.append(h_m)
        self.datum.append(datum)
        self.track.append(track)
        self.icao24.append(icao24)
        self.callsign.append(callsign)


def lay(
    source: Source, options: ReadOptions, fmt: str, points: Points, notes: tuple[str, ...] = ()
) -> Reading:
    """Return points as a reading; each point is a record."""
    rows = Rows(
        source,
        fmt,
        len(points.place),
        lambda row: points.place[row],
        lambda row: f"{points.time[row]} {points.lat[row]} {points.lon[row]}",
    )
    t_ns = _times(rows, points, _zone(options))
    rows.check_times(t_ns, lambda row: points.time[row], "time")
    lat, lon = _number(rows, "latitude", points.lat), _number(rows, "longitude", points.lon)
    rows.refuse(
        np.isnan(lat) & np.isnan(lon), "no-position", lambda row: "has a time but no coordinates"
    )
    rows.check_positions(lat, lon)
    h_m = _number(rows, "height", points.h_m)
    datum = np.array(points.datum)
    columns: dict[str, object] = {
        "source_id": source_id(source, options),
        "source_kind": "file",
        "row_number": np.arange(rows.count, dtype=np.uint64),
        "t_applicability": utc(t_ns),
        "t_quality": "host",
        "lat_deg": lat,
        "lon_deg": lon,
    }
    for name in ("hae", "msl", "agl"):
        if (datum == name).any():
            columns[f"h_{name}_m"] = np.where(datum == name, h_m, np.nan)
    if any(points.track):
        columns["track"] = jsontext.texts(points.track)
    if any(points.callsign):
        columns["callsign"] = jsontext.texts(points.callsign)
    if any(points.icao24):
        address, _ = parse.each_once(jsontext.texts(points.icao24), parse.address)
        rows.refuse(
            np.isnan(address) & np.array([bool(text) for text in points.icao24]),
            "bad-address",
            lambda row: f'icao24 "{points.icao24[row]}" is not six hexadecimal digits',
        )
        columns |= identity(address)
    return rows.reading(columns, notes=notes)


def parse_xml(source: Source, data: bytes) -> ElementTree.Element:
    """Return the root of an XML document of which a DTD is no part.

    Raises FeedError for a document type or entity declaration (with them a small file can name
    other files or grow without bound) and for XML that is cut short or malformed.
    """
    plain = parse.utf8(data, source.path)
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", plain, re.I):
        raise FeedError(
            "declares a document type or entities, which are not read",
            path=source.path,
            hint="remove the <!DOCTYPE ...> from it; tracks need none",
        )
    try:
        return ElementTree.fromstring(plain)  # noqa: S314 - without a DTD nothing expands
    except (ElementTree.ParseError, ValueError) as error:
        raise FeedError(
            f"is no well-formed XML: {error}",
            path=source.path,
            hint="the file was cut short or edited, fetch it again",
        ) from None


def local(element: ElementTree.Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child_text(element: ElementTree.Element, name: str) -> str | None:
    """Return the text of the first child of that name, None where there is none."""
    for child in element:
        if local(child) == name:
            return (child.text or "").strip() or None
    return None


def _zone(options: ReadOptions) -> str | None:
    if options.mapping is None:
        return None
    table = read_toml(options.mapping)
    time = table.get("time")
    zone = time.get("timezone") if isinstance(time, dict) else None
    return str(zone) if zone else None


def _times(rows: Rows, points: Points, zone: str | None) -> parse.Ints:
    number = np.array(
        [v if isinstance(v, int | float) and not isinstance(v, bool) else np.nan
         for v in points.time], np.float64,
    )  # fmt: skip
    with np.errstate(invalid="ignore"):
        seconds = np.where(np.abs(number) > _MILLISECONDS, number / 1000.0, number)
    written = [v if isinstance(v, str) else None for v in points.time]
    text_ns, fault = textcells.times(pl.Series(written, dtype=pl.String), zone)
    shown: Callable[[int], object] = lambda row: points.time[row]  # noqa: E731
    naive = fault == Fault.NAIVE
    if naive.any() and (naive | (fault != Fault.NONE)).all() and np.isnan(number).all():
        raise FeedError(
            f'none of its times states a zone ("{shown(int(np.flatnonzero(naive)[0]))}")',
            path=rows.source.path,
            hint='end them in Z, or give --mapping FILE with [time] timezone = "UTC"',
        )
    rows.refuse(naive, "naive-time", lambda row: f'time "{shown(row)}" states no zone; end it in Z')
    rows.refuse(
        fault == Fault.UNREADABLE,
        "bad-time",
        lambda row: f'time "{shown(row)}" is no time; write 2025-09-19T06:58:00Z',
    )
    rows.refuse(
        fault == Fault.AMBIGUOUS,
        "ambiguous-time",
        lambda row: f'time "{shown(row)}" came twice or never in {zone} that day',
    )
    return np.where(np.isnan(number), text_ns, parse.epoch_ns(seconds))


def _number(rows: Rows, name: str, values: list[object]) -> parse.Floats:
    number, bad = jsontext.numbers(values)
    rows.refuse(bad, "not-a-number", lambda row: f'{name} "{values[row]}" is not a number')
    return number
