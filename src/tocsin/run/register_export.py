"""Incidents out of a register, for an audience: found, marked, redacted, written.

What decides whether an incident may leave is the stricter of two marks: that of the revision
asked for, and that of the newest.  `--as-of` reaches back in time, and not behind a mark.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.register.exchange.formats import Format
from tocsin.register.exchange.item import Item, Manifest
from tocsin.register.exchange.redact import Redacted, allowed, redact, told
from tocsin.register.link import Link, link_of
from tocsin.register.query import NOW, Filter, Row, Standing, Times
from tocsin.register.record import DISSENT
from tocsin.register.revision import Revision
from tocsin.register.store import Store
from tocsin.schema import Moment, Tlp

_ALL = frozenset(Standing)
#: Of rows that never count as many are looked up as it takes to say how many there are.
_MOST_EXCLUDED = 100_000


@dataclass(frozen=True, slots=True)
class Exported:
    """What is to be written, and what it says of itself."""

    items: tuple[Item, ...]
    manifest: Manifest
    excluded: dict[str, int]  # control, synthetic, ...: by reason, see --include


def export(
    store: Store,
    wanted: Filter,
    times: Times,
    form: Format,
    audience: Tlp,
    *,
    limit: int | None = None,
    as_of: str | None = None,
    recorded_as_of: str | None = None,
) -> Exported:
    """Return the items of a question that may leave for an audience.

    as_of, recorded_as_of  the times as asked, for the file to say
    """
    dissents = dissents_by_incident(store, times)
    rows = store.opened(store.find(wanted, times, limit))
    items = [
        item
        for row, found in rows
        for item in items_of(store, row, found, dissents, times, history=form.history)
    ]
    done = spared(store, items, audience)
    kept: list[Item] = list(done.items)
    left_out: dict[str, int] = {}
    if form.fitting is not None:
        kept, left_out = form.fitting(kept)
    written = {item.incident.id for item in kept}
    manifest = Manifest(
        audience=audience,
        profile=told(audience),
        incidents=len(written),
        withheld=len({item.incident.id for item in items})
        - len({item.incident.id for item in done.items}),
        removed=tuple(each for each in done.removed if each.id in written),
        undecided=tuple(dict.fromkeys(item.incident.id for item in kept if not item.decided)),
        left_out=left_out,
        as_of=as_of,
        recorded_as_of=recorded_as_of,
    )
    return Exported(tuple(kept), manifest, _excluded(store, wanted, times))


def spared(store: Store, items: Sequence[Item], audience: Tlp) -> Redacted:
    """Return items as they may leave for an audience, by the marks of the whole register."""
    return redact(items, audience, stricter=_stricter(store, audience), marks=_marks(store, items))


def items_of(
    store: Store,
    row: Row,
    found: Revision,
    dissents: Mapping[str, list[tuple[int, dict[str, Any]]]],
    times: Times,
    *,
    history: bool = False,
) -> Iterator[Item]:
    """Yield one row as it is exported: its revision, or with `history` all up to it."""
    newest = found if times == NOW else store.revision(Link(row.incident)) or found
    first = found if found.number == 1 else store.revision(Link(row.incident, 1)) or found
    revisions = [found]
    if history:
        revisions = [
            each
            for each in store.history(row.incident)
            if each.number <= found.number and _known(each, times)
        ]
    for each in revisions:
        yield Item(
            incident=each.read(),
            number=each.number,
            state=each.state,
            action=each.action,
            author=each.author,
            reason=each.reason,
            known_on=each.known_on,
            hash=each.hash,
            previous=each.previous,
            content_sha256=each.content_sha256,
            recorded_ns=each.recorded_ns,
            first_ns=first.recorded_ns,
            decided=row.decided,
            marking=Tlp(newest.record["tlp"]),
            dissents=tuple(
                body
                for number, body in dissents.get(row.incident, ())
                if (number == each.number if history else number <= each.number)
            ),
        )


def _known(revision: Revision, times: Times) -> bool:
    if times.recorded_ns is not None and revision.recorded_ns > times.recorded_ns:
        return False
    known = Moment.of(revision.known_on).earliest_ns
    return times.as_of_ns is None or known is None or known < times.as_of_ns


def dissents_by_incident(
    store: Store, times: Times, subject: str | None = None
) -> Mapping[str, list[tuple[int, dict[str, Any]]]]:
    """Return (revision, dissent) by incident: of all incidents, or of one."""
    found: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for record in store.records(DISSENT, subject):
        if times.recorded_ns is None or record.recorded_ns <= times.recorded_ns:
            link = link_of(record.subject)
            found[link.incident].append((link.number or 0, record.body))
    return found


def _stricter(store: Store, audience: Tlp) -> Iterator[str]:
    """Yield the ids that may not be named, of the whole register."""
    for tlp in Tlp:
        if not allowed(tlp, audience):
            for row in store.find(Filter(tlp=tlp, include=_ALL)):
                yield row.incident


def _marks(store: Store, items: Iterable[Item]) -> dict[str, Tlp]:
    names = {link.id for item in items for link in item.incident.links}
    heads = ((name, store.revision(Link(name))) for name in sorted(names))
    return {name: Tlp(head.record["tlp"]) for name, head in heads if head is not None}


def _excluded(store: Store, wanted: Filter, times: Times) -> dict[str, int]:
    why: dict[str, int] = {}
    for row in store.count(wanted, times, _MOST_EXCLUDED).excluded:
        why[row.standing.value] = why.get(row.standing.value, 0) + 1
    return dict(sorted(why.items()))
