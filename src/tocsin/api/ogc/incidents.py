"""Incidents as features: those whose place and time meet what is asked, undecided ones included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tocsin.api import register
from tocsin.api.ogc.moving import meets_box
from tocsin.api.ogc.when import Interval
from tocsin.register.exchange.geojson import feature
from tocsin.register.exchange.shape import geometry
from tocsin.register.query import Filter, Row, Times
from tocsin.register.revision import Revision
from tocsin.register.store import Store
from tocsin.schema import Tlp

Json = dict[str, Any]


def found(
    store: Store, wanted: Filter, times: Times, when: Interval | None, audience: Tlp
) -> list[Row]:
    """Return the rows whose incidents a question with a box and an interval meets.

    A place without coordinates lies in no box; a time that may be in the interval meets it.
    """
    box = wanted.box
    asked = wanted
    if when is not None and when.high_ns is not None:
        asked = replace(asked, end_ns=when.high_ns)  # it began before the interval ended
    rows = register.rows_for(store, asked, times, audience)
    if box is None and when is None:
        return rows
    return [row for row, revision in store.opened(rows) if _meets(revision, wanted, when)]


def _meets(revision: Revision, wanted: Filter, when: Interval | None) -> bool:
    incident = revision.read()
    if when is not None:
        begun, end = incident.when.begun, incident.when.end
        if not begun.known and not end.known:
            return False
        last_ns = end.latest_ns if end.known else begun.latest_ns
        if not when.meets(begun.earliest_ns, last_ns):
            return False
    return wanted.box is None or meets_box(geometry(incident.where), wanted.box)


def features(page: register.Page) -> Iterator[Json]:
    """Yield the incidents of a page as features."""
    for item in page.items:
        yield feature(item)
