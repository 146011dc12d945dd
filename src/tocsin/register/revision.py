"""One revision of an incident: what it said, who wrote it, and what it stands on.

A `Draft` is a wish; a store seals it under its lock, when number, previous hash and time are
certain.  The hash covers the canonical text of the header, and through `content_sha256` the
incident itself:

    hash = sha256(canonical({incident, number, previous, content_sha256, known_on,
                             recorded_at, author, action, state, reason}))

`known_on` is when the world could know what is *new* in a revision: the earliest date among the
sources it adds, else that of the revision before it.  A later correction therefore does not
reach back, and a source found late does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tocsin.errors import RegisterError
from tocsin.register.canonical import canonical, sha256
from tocsin.register.link import Link
from tocsin.register.workflow import (
    CHANGES,
    Action,
    State,
    check_reason,
    person,
    step,
)
from tocsin.schema import Incident, Moment, incident_dict, incident_of
from tocsin.schema.incident import earliest
from tocsin.schema.moment import utc


@dataclass(frozen=True, slots=True)
class Draft:
    """A revision that somebody wants to write."""

    incident: str
    action: Action
    author: str
    content: Incident | None = None  # None: as it is
    reason: str = ""
    base: int | None = None  # the newest revision its author saw; None: whichever is newest
    known_on: Moment | None = None  # None: from the sources


@dataclass(frozen=True, eq=True)
class Revision:
    """A revision as it stands in a store."""

    incident: str
    number: int
    previous: str  # hash of the revision before it, "" for the first
    content: str = field(repr=False)  # canonical text of the incident
    content_sha256: str
    known_on: str  # as `Moment` writes it
    recorded_ns: int
    author: str
    action: str
    state: str
    reason: str

    @cached_property
    def header(self) -> str:
        """What is hashed and signed: canonical text."""
        return canonical(
            {
                "incident": self.incident,
                "number": self.number,
                "previous": self.previous,
                "content_sha256": self.content_sha256,
                "known_on": self.known_on,
                "recorded_at": utc(self.recorded_ns, 9),
                "author": self.author,
                "action": self.action,
                "state": self.state,
                "reason": self.reason,
            }
        )

    @cached_property
    def hash(self) -> str:
        return sha256(self.header)

    @property
    def link(self) -> Link:
        return Link(self.incident, self.number)

    @cached_property
    def record(self) -> dict[str, Any]:
        """The incident as a dictionary."""
        value: dict[str, Any] = json.loads(self.content)
        return value

    def read(self) -> Incident:
        return incident_of(self.record, place=str(self.link))


def seal(draft: Draft, head: Revision | None, recorded_ns: int) -> Revision:
    """Return the revision that follows `head`; raise where it may not be written.

    head         the newest revision of the incident, None where there is none
    recorded_ns  the store's clock
    """
    number = head.number if head else 0
    if draft.base is not None and draft.base != number:
        raise RegisterError(
            f"{draft.incident} has moved on: revision {number}, not {draft.base}, is the newest",
            hint="look at it and try again",
        )
    state = step(State(head.state) if head else None, draft.action, draft.incident)
    check_reason(draft.action, draft.reason)
    content, known_on = _content(draft, head)
    return Revision(
        incident=draft.incident,
        number=number + 1,
        previous=head.hash if head else "",
        content=content,
        content_sha256=sha256(content),
        known_on=str(draft.known_on if draft.known_on is not None else known_on),
        recorded_ns=recorded_ns,
        author=person(draft.author),
        action=draft.action.value,
        state=state.value,
        reason=" ".join(draft.reason.split()),
    )


def _content(draft: Draft, head: Revision | None) -> tuple[str, str]:
    """Return the canonical content of a draft and when it could be known."""
    if draft.content is None:
        if head is None or draft.action is Action.EDIT:
            raise RegisterError(f"{draft.incident}: nothing to {draft.action.value}")
        return head.content, head.known_on
    if draft.action not in CHANGES:
        raise RegisterError(f"{draft.incident}: to {draft.action.value} changes no content")
    if draft.content.id != draft.incident:
        raise RegisterError(f"{draft.incident}: the content is that of {draft.content.id}")
    content = canonical(incident_dict(draft.content))
    if head is None:
        return content, str(draft.content.known_on)
    if content == head.content and draft.action is Action.EDIT:
        raise RegisterError(f"{draft.incident}: nothing has changed", hint="see its history")
    before = {canonical(source) for source in head.record["sources"]}
    added = [
        source
        for source, plain in zip(
            draft.content.sources, incident_dict(draft.content)["sources"], strict=True
        )
        if canonical(plain) not in before
    ]
    return content, str(earliest(source.date for source in added)) if added else head.known_on
