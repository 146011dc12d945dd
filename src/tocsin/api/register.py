"""The register as an audience may read it: found, marked, redacted, in pages.

What decides is `run/register_export`: the stricter of the marks of a revision and of the newest,
then the fields that an audience is spared.  An incident that may not be read is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tocsin.api.problem import Problem
from tocsin.register.exchange.item import Item, stamp
from tocsin.register.exchange.redact import allowed
from tocsin.register.link import Link
from tocsin.register.query import NOW, Filter, Row, Standing, Times
from tocsin.register.record import SIGNATURE
from tocsin.register.store import Store
from tocsin.run.register import found
from tocsin.run.register_export import dissents_by_incident, items_of, spared
from tocsin.schema import Incident, Tlp, incident_dict

Json = dict[str, Any]
_ALL = frozenset(Standing)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the incidents that a question found, in order of time."""

    items: tuple[Item, ...]
    standing: dict[str, Standing]  # by id: why it would not be counted
    matched: int
    removed: int  # fields taken out of those of this page


def rows_for(store: Store, wanted: Filter, times: Times, audience: Tlp) -> list[Row]:
    """Return the rows of a question that an audience may read, in order of time."""
    if wanted.tlp is not None and not allowed(wanted.tlp, audience):
        return []
    hidden = hidden_from(store, audience, times)
    return [row for row in store.find(wanted, times) if row.incident not in hidden]


def hidden_from(store: Store, audience: Tlp, times: Times = NOW) -> frozenset[str]:
    """Return the ids that an audience may not read: marked so now, or at the time asked about."""
    names: set[str] = set()
    for tlp in Tlp:
        if not allowed(tlp, audience):
            marked = Filter(tlp=tlp, include=_ALL)
            for when in {NOW, times}:
                names.update(row.incident for row in store.find(marked, when))
    return frozenset(names)


def page_of(
    store: Store, rows: Sequence[Row], times: Times, audience: Tlp, offset: int, limit: int
) -> Page:
    """Return a page of rows, opened and redacted."""
    return opened(store, rows[offset : offset + limit], times, audience, len(rows))


def opened(
    store: Store, rows: Sequence[Row], times: Times, audience: Tlp, matched: int | None = None
) -> Page:
    """Return rows with what they hold, redacted."""
    dissents = dissents_by_incident(store, times)
    items = [
        item
        for row, revision in store.opened(rows)
        for item in items_of(store, row, revision, dissents, times)
    ]
    done = spared(store, items, audience)
    standing = {row.incident: row.standing for row in rows}
    count = len(rows) if matched is None else matched
    return Page(done.items, standing, count, len(done.removed))


def one(store: Store, link: Link, times: Times, audience: Tlp) -> tuple[Item, bool]:
    """Return a revision for an audience, and whether anything was taken out of it."""
    return revisions(store, link, times, audience)[-1]


def revisions(store: Store, link: Link, times: Times, audience: Tlp) -> list[tuple[Item, bool]]:
    """Return all revisions of an incident up to one, the first first; raise where none may be seen.

    Those that are marked for fewer than the audience are left out.
    """
    revision = found(store, link, times)
    row = Row(revision.incident, revision.number, True)
    dissents = dissents_by_incident(store, times)
    out = []
    for item in items_of(store, row, revision, dissents, times, history=True):
        kept = replace(item, dissents=_until(store, item, dissents))
        done = spared(store, [kept], audience)
        if done.items:
            out.append((done.items[0], bool(done.removed)))
        elif item.number == revision.number:
            raise Problem(404, f"{link} is not in the register")
    return out


def _until(store: Store, item: Item, dissents: Any) -> tuple[Json, ...]:
    """Return every dissent on an incident up to a revision: none is forgotten by an edit."""
    said = dissents.get(item.incident.id, ())
    return tuple(body for number, body in said if number <= item.number)


def whole(store: Store, link: Link, audience: Tlp) -> Incident:
    """Return an incident for somebody who will write it again; raise where they see only part.

    What was taken out of their copy would be lost by their edit.
    """
    item, removed = one(store, link, NOW, audience)
    if removed:
        raise Problem(403, f"{item.link} holds what you may not read", hint="ask somebody who may")
    return item.incident


def told(item: Item, standing: Standing = Standing.COUNTED) -> Json:
    """Return an item as JSON: the revision, and the incident in it."""
    return {
        "id": item.incident.id,
        "revision": item.number,
        "link": item.link,
        "path": f"/i/{item.link}",
        "state": item.state,
        "action": item.action,
        "author": item.author or None,
        "reason": item.reason,
        "known_on": item.known_on,
        "recorded_at": stamp(item.recorded_ns, 9),
        "hash": item.hash or None,
        "previous": item.previous or None,
        "content_sha256": item.content_sha256 or None,
        "decided": item.decided,
        "standing": standing.value,
        "tlp": item.tlp.value,
        "incident": incident_dict(item.incident),
    }


def shown(store: Store, item: Item) -> Json:
    """Return one revision with its signatures and every dissent.

    Where something was taken out, a signature covers what is no longer there: it is left out.
    """
    signatures = []
    if item.hash:
        signatures = [record.body for record in store.records(SIGNATURE, item.link)]
    return {**told(item), "signatures": signatures, "dissents": [dict(d) for d in item.dissents]}
