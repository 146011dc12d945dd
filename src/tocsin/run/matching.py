"""Pairs that may be one incident, out of a store; and merging and splitting, as revisions.

Nothing is merged because a number says so: `propose` only reads.  `merge` and `split` write what
a person decided, with the reason, both sides in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tocsin.errors import RegisterError, UsageError
from tocsin.register.link import Link
from tocsin.register.match import compare, proposals, word_weights
from tocsin.register.match_merge import linked, merged, unlinked
from tocsin.register.query import NOW, Filter, Standing, Times
from tocsin.register.revision import Draft, Revision
from tocsin.register.store import Store
from tocsin.register.workflow import Action, State
from tocsin.run.register import found, now_ns
from tocsin.schema import Incident, LinkKind


def propose(
    store: Store, wanted: Filter, times: Times = NOW, at_least: float = 0.5
) -> dict[str, Any]:
    """Return the pairs that are likely one incident, with reasons."""
    opened = [
        (row, revision)
        for row, revision in store.opened(store.find(wanted, times))
        if row.standing in (Standing.COUNTED, Standing.CONTROL)
    ]
    links = {row.incident: row.link for row, _ in opened}
    pairs = proposals([revision.read() for _, revision in opened], at_least)
    rows = [
        {
            "a": links[pair.a],
            "b": links[pair.b],
            "chance": round(pair.chance, 4),
            "reasons": [
                {**asdict(reason), "bans": round(reason.bans, 3)} for reason in pair.reasons
            ],
        }
        for pair in pairs
    ]
    return {"compared": len(opened), "at_least": at_least, "proposals": rows}


def explain(store: Store, a: Link, b: Link) -> dict[str, Any]:
    """Return what speaks for and against two incidents being one, whatever the chance."""
    one, two = found(store, a).read(), found(store, b).read()
    pair = compare(one, two, word_weights([one, two]))
    return {"chance": pair.chance, "reasons": [asdict(reason) for reason in pair.reasons]}


def merge(store: Store, kept: Link, other: Link, by: str, reason: str) -> list[Revision]:
    """Write one incident out of two: `kept` takes what `other` says, which is superseded."""
    if kept.incident == other.incident:
        raise UsageError(f"{kept.incident} cannot be merged with itself")
    one, two = found(store, _newest(kept)), found(store, _newest(other))
    for revision, link in ((one, kept), (two, other)):
        if revision.state == State.SUPERSEDED:
            raise RegisterError(f"{link.incident} is superseded", hint="see its links")
    content = merged(one.read(), two.read())
    gone = linked(two.read(), LinkKind.MERGED_INTO, one.incident)
    return _write(
        store,
        Draft(one.incident, _change(one), by, content, reason, kept.number or one.number),
        Draft(two.incident, Action.SUPERSEDE, by, gone, reason, other.number or two.number),
    )


def split(
    store: Store, whole: Link, parts: Sequence[Incident], by: str, reason: str
) -> list[Revision]:
    """Write several incidents for one, which is superseded."""
    if len(parts) < 2:
        raise UsageError("a split has two parts or more", hint="give a file with each of them")
    names = [part.id for part in parts]
    if whole.incident in names or len(set(names)) < len(names):
        raise UsageError("each part needs an id of its own")
    one = found(store, _newest(whole))
    gone = linked(one.read(), LinkKind.SPLIT_INTO, *names)
    return _write(
        store,
        Draft(one.incident, Action.SUPERSEDE, by, gone, reason, whole.number or one.number),
        *(
            Draft(part.id, Action.ADD, by, linked(part, LinkKind.SPLIT_FROM, one.incident), reason)
            for part in parts
        ),
    )


def take_out(store: Store, kept: Link, other: Link, by: str, reason: str) -> list[Revision]:
    """Take a merge back: `other` lives again, `kept` says what it said before.

    Raises RegisterError where `kept` was changed after the merge: what to undo is then a
    person's to say, by an edit.
    """
    one, two = found(store, _newest(kept)), found(store, _newest(other))
    history = store.history(one.incident)
    before = [r for r in history if other.incident not in _merged_from(r)]
    if other.incident not in _merged_from(one) or two.state != State.SUPERSEDED:
        raise RegisterError(f"{other.incident} was not merged into {one.incident}")
    last = before[-1]
    since = [r for r in history[last.number :] if r.content_sha256 != last.content_sha256]
    if len({r.content_sha256 for r in since}) > 1:
        raise RegisterError(
            f"{one.incident} was changed after the merge",
            hint=f"edit it by hand, then reopen {other.incident}",
        )
    back = unlinked(two.read(), LinkKind.MERGED_INTO, one.incident)
    content = linked(last.read(), LinkKind.SPLIT_INTO, other.incident)
    alive = linked(back, LinkKind.SPLIT_FROM, one.incident)
    return _write(
        store,
        Draft(one.incident, _change(one), by, content, reason, kept.number or one.number),
        Draft(two.incident, Action.REOPEN, by, alive, reason, other.number or two.number),
    )


def _merged_from(revision: Revision) -> set[str]:
    links = revision.record["links"]
    return {link["id"] for link in links if link["kind"] == LinkKind.MERGED_FROM.value}


def _change(head: Revision) -> Action:
    return Action.EDIT if head.state == State.DRAFT else Action.REOPEN


def _newest(link: Link) -> Link:
    return Link(link.incident)


def _write(store: Store, *drafts: Draft) -> list[Revision]:
    if not drafts[0].reason.strip():
        raise UsageError("a merge or a split needs a reason", hint="add --reason TEXT")
    return [item for item in store.append(list(drafts), now_ns()) if isinstance(item, Revision)]
