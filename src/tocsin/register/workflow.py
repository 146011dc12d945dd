"""Which step may follow which, and who may take it.

    draft --approve--> reviewed --adjudicate--> adjudicated --release--> released
      ^ |edit            |                        |                        |
      +-+----return------+------------------------+                        |
      +-----reopen-------+------------------------+------------------------+
    any but superseded --supersede--> superseded --reopen--> draft

Each step is a revision.  Whoever wrote any of an incident's content approves none of it:
here, and again in the store by a trigger, so that no other way in is easier.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from tocsin.errors import RegisterError, UsageError


class State(StrEnum):
    DRAFT = "draft"
    REVIEWED = "reviewed"
    ADJUDICATED = "adjudicated"
    RELEASED = "released"
    SUPERSEDED = "superseded"  # merged into another or split: kept, not counted


class Action(StrEnum):
    ADD = "add"
    EDIT = "edit"
    APPROVE = "approve"
    ADJUDICATE = "adjudicate"
    RELEASE = "release"
    RETURN = "return"
    REOPEN = "reopen"
    SUPERSEDE = "supersede"


_OPEN = (State.DRAFT, State.REVIEWED, State.ADJUDICATED)
STEPS: dict[tuple[State | None, Action], State] = {
    (None, Action.ADD): State.DRAFT,
    (State.DRAFT, Action.EDIT): State.DRAFT,
    (State.DRAFT, Action.APPROVE): State.REVIEWED,
    (State.REVIEWED, Action.ADJUDICATE): State.ADJUDICATED,
    (State.ADJUDICATED, Action.RELEASE): State.RELEASED,
    **{(state, Action.RETURN): State.DRAFT for state in _OPEN},
    **{(state, Action.REOPEN): State.DRAFT for state in State if state is not State.DRAFT},
    **{(state, Action.SUPERSEDE): State.SUPERSEDED for state in (*_OPEN, State.RELEASED)},
}

#: What only somebody who wrote none of the content may do.
APPROVALS = frozenset({Action.APPROVE, Action.ADJUDICATE, Action.RELEASE})
#: What may change the content; all others repeat it.
CHANGES = frozenset({Action.ADD, Action.EDIT, Action.REOPEN, Action.SUPERSEDE})
#: What nobody should have to guess the grounds of.
REASONED = frozenset({Action.RETURN, Action.REOPEN, Action.SUPERSEDE})


def step(state: State | None, action: Action, incident: str) -> State:
    """Return the state after a step; raise RegisterError where it may not be taken."""
    after = STEPS.get((state, action))
    if after is not None:
        return after
    if state is None:
        raise RegisterError(f"{incident} is not in the register", hint="add it first")
    if action is Action.ADD:
        raise RegisterError(f"{incident} is already in the register", hint="edit it instead")
    possible = [each.value for at, each in STEPS if at is state]
    raise RegisterError(
        f"{incident} is {state.value}: it cannot be {_DONE[action]}",
        hint=f"possible now: {', '.join(possible)}",
    )


_DONE = {
    Action.ADD: "added",
    Action.EDIT: "edited",
    Action.APPROVE: "approved",
    Action.ADJUDICATE: "adjudicated",
    Action.RELEASE: "released",
    Action.RETURN: "returned",
    Action.REOPEN: "reopened",
    Action.SUPERSEDE: "superseded",
}


def check_reason(action: Action, reason: str) -> None:
    """Raise UsageError where a step needs a reason and has none."""
    if action in REASONED and not reason.strip():
        raise UsageError(f"to {action.value} an incident needs a reason", hint="add --reason TEXT")


def check_approver(action: Action, by: str, writers: frozenset[str], incident: str) -> None:
    """Raise RegisterError where somebody would approve what they wrote.

    writers  `person_key` of everybody who wrote content of the incident
    """
    if action in APPROVALS and person_key(by) in writers:
        raise RegisterError(
            f'"{by}" wrote {incident} and cannot {action.value} it', hint="ask somebody else"
        )


def person(name: str) -> str:
    """Return the id of a person or a desk, tidied: NFC, single spaces; raise UsageError if none."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not tidy or len(tidy) > 120 or any(unicodedata.category(c)[0] == "C" for c in tidy):
        raise UsageError(f'"{name}" names nobody', hint="give a name or a desk, up to 120 letters")
    return tidy


def person_key(name: str) -> str:
    """Return what makes several spellings one person.

    Case, width, spaces, dots, hyphens and the like do not count, nor whether a letter that looks
    Latin is Cyrillic or Greek.  Letters with a mark are other letters: Märt is not Mart.
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    alike = unicodedata.normalize("NFKC", plain).translate(_LOOKALIKES)
    letters = "".join(c for c in alike if unicodedata.category(c)[0] in "LMN")
    return letters or " ".join(plain.split())


#: Letters of other scripts -> the Latin letter they are taken for, in either case (UTS #39).
_LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁһӏԛԝαβεζηικμνορτυχ",
    "abekmhopctyxijsdhlqwabezhikmvoptux",
)
