"""Steps of the register taken over HTTP: in the name of who signed in, and audited.

That an author approves nothing of their own is held by the store; here is only who may try.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.api import register
from tocsin.api.held import Held
from tocsin.api.problem import Problem
from tocsin.api.who import Who
from tocsin.register.canonical import canonical
from tocsin.register.exchange.redact import allowed
from tocsin.register.link import Link
from tocsin.register.query import NOW
from tocsin.register.revision import Revision
from tocsin.register.sign import load_key, new_key
from tocsin.register.workflow import Action
from tocsin.run import register as desk
from tocsin.schema import Incident, incident_of

_KEY = "serve-key.pem"


@dataclass(frozen=True, slots=True)
class Step:
    """A step with an incident."""

    incident: str
    action: Action
    reason: str = ""
    base: int | None = None  # refused unless this revision is the newest


def written(
    held: Held,
    who: Who,
    content: Mapping[str, Any],
    reason: str,
    base: int | None,
    *,
    edit: bool,
) -> Revision:
    """Write a new incident, or a new revision of a draft."""
    incident = _read(content)
    if not allowed(incident.tlp, who.audience):
        raise Problem(403, f"TLP:{incident.tlp} is above what you may read, and so write")
    before = None
    if edit:
        register.whole(held.store, Link(incident.id), who.audience)
        before = _head(held, incident.id)
    done = desk.add(held.store, [incident], _name(who), reason=reason, edit=edit, base=base)[0]
    _audit(held, who, done, before)
    return done


def act(held: Held, who: Who, step: Step) -> Revision:
    """Take a step; raise as the store does where it may not be taken."""
    register.one(held.store, Link(step.incident), NOW, who.audience)  # may they see it
    before = _head(held, step.incident)
    link = Link(step.incident, step.base)
    done = desk.review(held.store, link, step.action, _name(who), step.reason)
    _audit(held, who, done, before)
    return done


def dissented(held: Held, who: Who, link: Link, says: str, finding: str) -> dict[str, Any]:
    """Record a dissent.  The server signs that this account said so."""
    register.one(held.store, link, NOW, who.audience)
    record = desk.dissent(held.store, link, _key(held), _name(who), says, finding)
    held.audit(who, "incident.dissent", record.subject, why=says, after={"record": record.hash})
    return dict(record.body)


def _read(content: Mapping[str, Any]) -> Incident:
    try:
        canonical(dict(content))  # numbers and text that no reader could hold are refused here
    except ValueError as error:
        raise Problem(400, f"incident: {error}") from None
    return incident_of(content)


def _key(held: Held) -> Path:
    """Return the key of this server, made at its first use; readable by its owner only."""
    path = held.people.path.with_name(_KEY)
    if not path.exists():
        new_key(path)
    load_key(path)
    return path


def _head(held: Held, incident: str) -> Revision:
    return desk.found(held.store, Link(incident))


def _name(who: Who) -> str:
    if who.name is None:
        raise Problem(401, "sign in first")
    return who.name


def _audit(held: Held, who: Who, done: Revision, before: Revision | None) -> None:
    held.audit(
        who,
        f"incident.{done.action}",
        str(done.link),
        why=done.reason,
        before=_told(before) if before is not None else None,
        after=_told(done),
    )


def _told(revision: Revision) -> dict[str, Any]:
    return {"link": str(revision.link), "state": revision.state, "hash": revision.hash}
