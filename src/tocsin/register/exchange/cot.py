"""Incidents as Cursor on Target 2.0 events (MITRE, Event.xsd of 2003), to look at only.

One `event` an incident, each on a line of its own inside one `events` document.  Time comes from
the incident: `time` and `start` when it can have begun at the earliest, `stale` when it must have
been over.  `ce` is the radius that the place lies within, 9999999 where nobody stated one; height
is never stated, so `hae` and `le` are 9999999 always.

The affiliation is always unknown (`u`): an allegation is no identification.  An incident without
a place or without a date is no event; it is left out and counted.  Lost: everything that `detail`
does not say: sources, statements, intervals, links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from math import ceil

import numpy as np
from shapely.geometry import shape as shapely_of

from tocsin.geo import WGS84
from tocsin.register.exchange import shape
from tocsin.register.exchange.item import Item, Items, Manifest
from tocsin.register.exchange.xml import element, leaf
from tocsin.schema import Domain, Where
from tocsin.schema.moment import utc

UNKNOWN_M = "9999999.0"
#: Battle dimension by domain: air, sea surface, ground; what the object is, nobody identified.
TYPES = {
    Domain.AIR: "a-u-A",
    Domain.DRONE: "a-u-A",
    Domain.MISSILE: "a-u-A",
    Domain.BALLOON: "a-u-A",
    Domain.SEA: "a-u-S",
    Domain.LAND: "a-u-G",
    Domain.GNSS: "a-u-G",
    Domain.CYBER: "a-u-G",
}
HOW = "h-e"  # human, estimated


def fitting(items: Items) -> tuple[list[Item], dict[str, int]]:
    """Return the items that can be events, and how many cannot, by reason."""
    why: Counter[str] = Counter()
    kept = []
    for item in items:
        if _centre(item.incident.where) is None:
            why["no place"] += 1
        elif _validity(item) is None:
            why["no date"] += 1
        else:
            kept.append(item)
    return kept, dict(sorted(why.items()))


def write(items: Items, manifest: Manifest) -> bytes:
    """Return an XML document of events; items that cannot be one must be taken out before."""
    head = {
        "for": f"TLP:{manifest.audience}",
        "incidents": manifest.incidents,
        "withheld": manifest.withheld,
        "removed": len(manifest.removed),
        "note": manifest.sentence,
    }
    opening = element("events", head).replace("/>", ">")
    gone: dict[str, list[str]] = {}
    for each in manifest.removed:
        gone.setdefault(each.id, []).append(f"{each.field}: {each.why}")
    lines = [_event(item, gone.get(item.incident.id, [])) for item in items]
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', opening, *lines, "</events>"])
    return (text + "\n").encode()


def _event(item: Item, removed: list[str]) -> str:
    incident = item.incident
    centre, valid = _centre(incident.where), _validity(item)
    if centre is None or valid is None:
        raise ValueError(f"{incident.id} has no place or no date: it is no event")
    lat, lon, ce = centre
    point = {
        "lat": f"{lat:.7f}",
        "lon": f"{lon:.7f}",
        "hae": UNKNOWN_M,
        "ce": UNKNOWN_M if ce is None else f"{ce:.1f}",
        "le": UNKNOWN_M,
    }
    start, stale = (utc(t_ns, 3) for t_ns in valid)
    return element(
        "event",
        {
            "version": "2.0",
            "uid": f"tocsin.{incident.id}",
            "type": TYPES[incident.domain],
            "access": f"TLP:{incident.tlp.value}",
            "opex": "s" if incident.synthetic else None,
            "time": start,
            "start": start,
            "stale": stale,
            "how": HOW,
        },
        [element("point", point), element("detail", {}, _detail(item, removed))],
    )


def _detail(item: Item, removed: list[str]) -> Iterator[str]:
    incident = item.incident
    yield element("contact", {"callsign": incident.id})
    yield leaf("remarks", _remarks(item))
    yield element(
        "tocsin",
        {
            "link": item.link,
            "domain": incident.domain.value,
            "states": "/".join(incident.states) or None,
            "begin": incident.when.begin,
            "verification": incident.verification.value,
            "control": "true" if incident.control else None,
            "dissents": len(item.dissents) or None,
            "removed": "; ".join(removed) or None,
        },
    )


def _remarks(item: Item) -> str:
    incident = item.incident
    said = [incident.what, *(f"alleged: {a.name}, by {a.by or '-'}" for a in incident.actors)]
    said += [f"source: {source.title} {source.url}".rstrip() for source in incident.sources]
    mark = "SYNTHETIC. " if incident.synthetic else ""
    return mark + "; ".join(said)


def _validity(item: Item) -> tuple[int, int] | None:
    begun, end = item.incident.when.begun, item.incident.when.end
    last = end.latest_ns if end.latest_ns is not None else begun.latest_ns
    if begun.earliest_ns is None or last is None:
        return None
    return begun.earliest_ns, max(last, begun.earliest_ns)


def _centre(where: Where) -> tuple[float, float, float | None] | None:
    """Return latitude, longitude and the radius of a circle that holds the place, if known."""
    if where.lat_deg is not None and where.lon_deg is not None:
        return where.lat_deg, where.lon_deg, where.radius_m
    if not where.outline_deg:
        return None
    drawn = shapely_of(shape.geometry(where))
    widest = max(getattr(drawn, "geoms", [drawn]), key=lambda part: part.area)
    middle = widest.convex_hull.centroid  # of an outline that crosses itself it may lie far away
    lon, lat = float(middle.x), float(middle.y)
    lons, lats = (np.array(axis) for axis in zip(*where.outline_deg, strict=True))
    ones = np.ones(len(lons))
    _, _, reach_m = WGS84.inv(lon * ones, lat * ones, lons, lats)
    return lat, lon, ceil(float(np.max(reach_m)))
