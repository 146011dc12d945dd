"""The fields of an incident that a map or a table shows: one value each, for people and filters.

They repeat what the whole incident beside them says; where the two differ on the way back, the
record is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.register.exchange.item import Item, stamp
from tocsin.schema import Incident


def fields(item: Item) -> dict[str, Any]:
    """Return text, numbers, booleans and None; unknown is None, never 0.

    An interval of time is [earliest, latest) in UTC; `place_radius_m` is None where nobody
    stated how far the point may be off.
    """
    incident = item.incident
    begun, end = incident.when.begun, incident.when.end
    return {
        "id": incident.id,
        "what": incident.what,
        "domain": incident.domain.value,
        "states": "/".join(incident.states) or None,
        "begin": str(incident.when.begin),
        "end": str(incident.when.end),
        "begin_earliest": stamp(begun.earliest_ns, 3),
        "begin_latest": stamp(begun.latest_ns, 3),
        "end_earliest": stamp(end.earliest_ns, 3),
        "end_latest": stamp(end.latest_ns, 3),
        "place": incident.where.text or None,
        "place_radius_m": incident.where.radius_m,
        "count_least": incident.count_of_objects.least,
        "count_most": incident.count_of_objects.most,
        "duration_least_s": incident.duration_s.least,
        "duration_most_s": incident.duration_s.most,
        "depth_least_m": incident.depth_m.least,
        "depth_most_m": incident.depth_m.most,
        "authorised": incident.authorised.answer.value,
        "verification": incident.verification.value,
        "control": incident.control,
        "synthetic": incident.synthetic,
        "tlp": incident.tlp.value,
        "link": item.link,
        "workflow": item.state or None,
        "known_on": item.known_on or str(incident.known_on),
        "decided": item.decided,
    }


#: Compared on the way back.  Times and amounts are not: GIS programs rewrite them on their own.
COMPARED = ("id", "what", "domain", "states", "place", "place_radius_m", "tlp", "verification")


def differing(incident: Incident, told: Mapping[str, Any]) -> list[str]:
    """Return the names of fields that are given and say something else than the incident."""
    own = fields(Item(incident=incident))
    return [name for name in COMPARED if name in told and told[name] != own[name]]
