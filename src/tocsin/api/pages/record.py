"""One incident as a page: what is said and by whom, revisions, dissent, and what may be done."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request, Response

from tocsin.api import register
from tocsin.api.held import Held
from tocsin.api.pages.difference import changes
from tocsin.api.pages.look import render
from tocsin.api.problem import Problem
from tocsin.api.role import Role
from tocsin.api.who import Who, who_of
from tocsin.dossier import incident as dossier
from tocsin.register.link import Link, link_of
from tocsin.register.query import NOW, Times
from tocsin.register.workflow import STEPS, Action, State, person_key
from tocsin.run import register_dossier
from tocsin.run.register import times_of
from tocsin.schema import incident_dict
from tocsin.schema.incident import Incident

#: What each step is called on its button, and who may take it.
_BUTTONS = {
    Action.APPROVE: ("Approve", Role.APPROVER),
    Action.ADJUDICATE: ("Adjudicate", Role.APPROVER),
    Action.RELEASE: ("Release", Role.APPROVER),
    Action.RETURN: ("Return to its author", Role.APPROVER),
    Action.REOPEN: ("Reopen", Role.ANALYST),
}
_ASKS_WHY = (Action.RETURN, Action.REOPEN)


def record(
    held: Held, request: Request, name: str, as_of: str | None, recorded_as_of: str | None
) -> Response:
    """Return the page of a revision, or of the newest one as of a time."""
    who, link = who_of(request), link_of(name)
    times = times_of(as_of, recorded_as_of)
    found = register.revisions(held.store, link, times, who.audience)
    item, _ = found[-1]
    told = register_dossier.given(
        held.store,
        Link(item.incident.id, item.number),
        Times(),
        who.audience,
        as_of=as_of or "",
        recorded_as_of=recorded_as_of or "",
    )
    page = dossier.document(told)
    newest = held.store.revision(Link(item.incident.id))
    is_newest = newest is not None and newest.number == item.number
    numbers = [each.number for each, _ in found]
    values = {
        "link": item.link,
        "id": item.incident.id,
        "title": page["title"],
        "about": page["about"],
        "summary": page["summary"],
        "sections": page["sections"],
        "state": item.state,
        "number": item.number,
        "newest": newest.number if newest is not None else item.number,
        "is_newest": is_newest,
        "numbers": numbers,
        "buttons": _buttons(held, who, item.incident.id, item.state) if is_newest else [],
        "may_edit": is_newest and item.state == State.DRAFT.value and _may_write(who),
        "may_dissent": _may_write(who),
        "case": _case(held, item.incident.id, who),
    }
    return render(
        held,
        request,
        "incident-page.html.j2",
        values,
        here="register",
        marks=[item.tlp],
        synthetic=item.incident.synthetic,
    )


def difference(held: Held, request: Request, name: str, a: int, b: int) -> Response:
    """Return the page that shows two revisions beside each other."""
    who, link = who_of(request), link_of(name)
    found = {
        item.number: item
        for item, _ in register.revisions(held.store, Link(link.incident), NOW, who.audience)
    }
    for number in (a, b):
        if number not in found:
            raise Problem(404, f"{link.incident}@{number} does not exist", hint="see its history")
    before, after = found[a], found[b]
    values = {
        "id": link.incident,
        "a": a,
        "b": b,
        "numbers": sorted(found),
        "before": before,
        "after": after,
        "changes": changes(incident_dict(before.incident), incident_dict(after.incident)),
    }
    return render(
        held,
        request,
        "difference.html.j2",
        values,
        here="register",
        marks=[before.tlp, after.tlp],
        synthetic=after.incident.synthetic,
    )


def draft(
    held: Held,
    request: Request,
    name: str | None,
    *,
    text: str | None = None,
    reason: str = "",
    base: int | None = None,
    refused: str = "",
    status: int = 200,
) -> Response:
    """Return the form of a draft: a new one, or one that is written again."""
    who = who_of(request)
    marks = []
    if name is not None:
        item, _ = register.one(held.store, Link(name), NOW, who.audience)
        marks.append(item.tlp)
        if text is None:
            text = _form(register.whole(held.store, Link(name), who.audience))
    if name is not None and base is None:
        head = held.store.revision(Link(name))
        base = head.number if head is not None else None
    values = {
        "id": name,
        "text": text if text is not None else _EMPTY,
        "reason": reason,
        "base": base,
        "refused": refused,
    }
    return render(
        held, request, "draft.html.j2", values, here="register", marks=marks, status=status
    )


def _form(incident: Incident) -> str:
    return json.dumps(incident_dict(incident), indent=1, ensure_ascii=False)


_EMPTY = """{
 "id": "",
 "what": "",
 "domain": "air",
 "states": [],
 "when": {"begin": "unknown", "end": "unknown"},
 "where": {"text": ""},
 "verification": "unverified",
 "tlp": "CLEAR",
 "sources": [{"title": "", "url": "", "date": "unknown", "grade": "F6"}],
 "notes": ""
}"""


def _buttons(held: Held, who: Who, incident: str, state: str) -> list[dict[str, Any]]:
    """Return the steps that may be taken now, each with why this person may not, if so."""
    if who.name is None:
        return []
    wrote = {person_key(each.author) for each in held.store.history(incident)
             if each.action in ("add", "edit", "reopen", "supersede")}  # fmt: skip
    out = []
    for action, (label, role) in _BUTTONS.items():
        if (State(state), action) not in STEPS or not who.may(role):
            continue
        own = role is Role.APPROVER and action is not Action.RETURN
        blocked = own and person_key(who.name) in wrote
        out.append(
            {
                "action": action.value,
                "label": label,
                "why": action in _ASKS_WHY,
                "blocked": "you wrote it: ask somebody else" if blocked else "",
            }
        )
    return out


def _may_write(who: Who) -> bool:
    return who.name is not None and who.may(Role.ANALYST)


def _case(held: Held, incident: str, who: Who) -> str | None:
    return next((c.id for c in held.cases.listed(who.audience) if c.id == incident), None)
