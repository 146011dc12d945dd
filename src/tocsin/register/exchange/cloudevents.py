"""Revisions of incidents as CloudEvents 1.0 (CNCF), structured JSON: one envelope a revision.

`source` and `id` name a revision for good; `time` is when the register recorded it; `data` is the
revision with the incident as it stood.  Extension attributes: `tlp`, `knownon` and `workflow`.
The first line of a stream says what was withheld and removed; it is an event of its own type.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tocsin.register.canonical import canonical, sha256
from tocsin.register.exchange.item import Item, Items, Manifest, stamp
from tocsin.schema import incident_dict
from tocsin.schema.incident import SCHEMA_ID

SOURCE = "urn:tocsin:register"
REVISION = "tocsin.incident.revision"
EXPORT = "tocsin.register.export"


def write(items: Items, manifest: Manifest) -> bytes:
    """Return lines of JSON, one CloudEvent each."""
    told = (json.dumps(line, ensure_ascii=False) + "\n" for line in lines(items, manifest))
    return "".join(told).encode()


def lines(items: Items, manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Yield the envelopes, the manifest's first."""
    said = manifest.told()
    yield {
        "specversion": "1.0",
        "id": sha256(canonical([said, [item.link for item in items]])),
        "source": SOURCE,
        "type": EXPORT,
        "datacontenttype": "application/json",
        "data": said,
    }
    for item in items:
        yield envelope(item)


def envelope(item: Item) -> dict[str, Any]:
    """Return one revision in its envelope."""
    told: dict[str, Any] = {
        "specversion": "1.0",
        "id": item.link,
        "source": SOURCE,
        "type": f"{REVISION}.{item.action}" if item.action else REVISION,
        "subject": f"/i/{item.link}",
        "datacontenttype": "application/json",
        "dataschema": SCHEMA_ID,
        "tlp": item.incident.tlp.value,
    }
    at = stamp(item.recorded_ns, 9)
    optional = {"time": at, "knownon": item.known_on, "workflow": item.state}
    told |= {name: value for name, value in optional.items() if value}
    revision = {
        "number": item.number or None,
        "action": item.action or None,
        "state": item.state or None,
        "author": item.author or None,
        "reason": item.reason or None,
        "hash": item.hash or None,
        "previous": item.previous or None,
        "content_sha256": item.content_sha256 or None,
    }
    told["data"] = {
        "revision": revision,
        "dissents": [dict(body) for body in item.dissents],
        "incident": incident_dict(item.incident),
    }
    return told
