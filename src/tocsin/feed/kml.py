"""Fixes from KML and KMZ: `gx:Track`, and placemarks with a `TimeStamp` at a point or model.

`altitudeMode` absolute is height above mean sea level (EGM96), relativeToGround is above ground;
in any other mode the height is for drawing only and is not read.  A LineString has no times and
counts as one record that is refused.  Source: OGC KML 2.3 (12-007r2).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.etree.ElementTree import Element

from tocsin.errors import FeedError
from tocsin.feed.geotrack import Points, child_text, lay, local, parse_xml
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

NAME = "kml"
TITLE = "KML and KMZ tracks"

ZIP_MAGIC = b"PK\x03\x04"
#: A KMZ that unpacks to more is no track that a person made.
MAX_UNPACKED = 1 << 30

_DATUM = {"absolute": "msl", "relativeToGround": "agl"}


def sniff(head: bytes) -> bool:
    """Return whether these first bytes are KML, or a zip whose first files are one."""
    if head.startswith(ZIP_MAGIC):
        return re.search(rb"\.kml(?:PK|[^\w]|$)", head, re.I) is not None or (
            b"doc.kml" in head or _first_name(head).lower().endswith(b".kml")
        )
    return re.search(rb"<(?:\w+:)?kml[\s>]", head[:4096]) is not None


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of KML tracks; records are timed points, and lines without times."""
    data = _unzipped(source) if source.data.startswith(ZIP_MAGIC) else source.data
    points = Points()
    number = 0
    for element in parse_xml(source, data).iter():
        if local(element) == "Placemark":
            _placemark(points, f"placemark {number}", element)
            number += 1
    if not number:
        raise FeedError("holds no placemarks", path=source.path, hint="export the track itself")
    if not any(time is not None for time in points.time):
        areas = any(local(e) == "Polygon" for e in parse_xml(source, data).iter())
        raise FeedError(
            "holds areas (polygons), not tracks" if areas else "holds no times, only drawn lines",
            path=source.path,
            hint="give it as airspace: --airspace FILE" if areas else "export it as gx:Track",
        )
    return lay(source, options, NAME, points)


def _placemark(points: Points, place: str, placemark: Element) -> None:
    title = child_text(placemark, "name")
    tracks = [e for e in placemark.iter() if local(e) == "Track"]
    if tracks:
        for track in tracks:
            _gx_track(points, place, track, title)
        return
    when = next((child_text(e, "when") for e in placemark if local(e) == "TimeStamp"), None)
    for geometry in placemark.iter():
        kind = local(geometry)
        mode = _DATUM.get(child_text(geometry, "altitudeMode") or "", "")
        if kind == "Point":
            lon, lat, h_m = _split(child_text(geometry, "coordinates"), ",")
            points.add(place, when, lat, lon, h_m, mode if h_m else "")
            return
        if kind == "Model":
            spot = next((e for e in geometry if local(e) == "Location"), geometry)
            lat, lon, h_m = (child_text(spot, n) for n in ("latitude", "longitude", "altitude"))
            points.add(place, when, lat, lon, h_m, mode if h_m else "")
            return
    points.add(place, None, None, None)


def _gx_track(points: Points, place: str, track: Element, title: str | None) -> None:
    mode = _DATUM.get(child_text(track, "altitudeMode") or "", "")
    times = [(e.text or "").strip() or None for e in track if local(e) == "when"]
    coords = [e.text for e in track if local(e) == "coord"]
    for number in range(max(len(times), len(coords))):
        time = times[number] if number < len(times) else None
        lon, lat, h_m = _split(coords[number] if number < len(coords) else None, None)
        points.add(f"{place} point {number}", time, lat, lon, h_m, mode if h_m else "", track=title)


def _split(text: str | None, by: str | None) -> tuple[str | None, str | None, str | None]:
    parts = (text or "").strip().split(by)
    lon, lat, h_m = (*(part.strip() or None for part in parts), None, None, None)[:3]
    return lon, lat, h_m


def _first_name(head: bytes) -> bytes:
    length = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + length]


def _unzipped(source: Source) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            inside = [i for i in archive.infolist() if i.filename.lower().endswith(".kml")]
            if not inside:
                raise FeedError("is a zip with no .kml in it", path=source.path)
            main = max(inside, key=lambda info: (info.filename == "doc.kml", info.file_size))
            if main.file_size > MAX_UNPACKED:
                raise FeedError(
                    f"unpacks to {main.file_size} bytes", path=source.path, hint="unpack it by hand"
                )
            return archive.read(main)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise FeedError(
            f"is a damaged or locked zip file: {error}", path=source.path, hint="unpack it by hand"
        ) from None
