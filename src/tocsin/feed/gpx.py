"""Fixes from GPX tracks: `trkpt` with `time`; `ele` is height above mean sea level in metres.

Waypoints and routes are plans, not observations, and are not read.
Source: GPX 1.1 schema (Topografix, 2004), wptType; 1.0 has the same points.
"""

from __future__ import annotations

import re

from tocsin.errors import FeedError
from tocsin.feed.geotrack import Points, child_text, lay, local, parse_xml
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

NAME = "gpx"
TITLE = "GPX tracks"


def sniff(head: bytes) -> bool:
    """Return whether these first bytes are a GPX document."""
    return re.search(rb"<(?:\w+:)?gpx[\s>]", head[:4096]) is not None


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of GPX tracks; records are track points."""
    points = Points()
    planned = 0
    number = 0
    for element in parse_xml(source, source.data).iter():
        name = local(element)
        planned += name in ("rtept", "wpt")
        if name != "trk":
            continue
        title = child_text(element, "name")
        for point in element.iter():
            if local(point) != "trkpt":
                continue
            h_m = child_text(point, "ele")
            points.add(
                f"trkpt {number}",
                child_text(point, "time"),
                point.get("lat"),
                point.get("lon"),
                h_m,
                "" if h_m is None else "msl",
                track=title,
            )
            number += 1
    if not number:
        raise FeedError(
            "holds no track points" + (", only waypoints or routes" if planned else ""),
            path=source.path,
            hint="export the recorded track, not the plan",
        )
    notes = (f"{planned} waypoints and route points were left aside",) if planned else ()
    return lay(source, options, NAME, points, notes)
