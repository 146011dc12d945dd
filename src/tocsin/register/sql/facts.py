"""The rows by which questions find a revision, computed from the revision alone.

They are a projection: an audit computes them again and compares.
"""

from __future__ import annotations

from typing import Any

from tocsin.register.query import NEVER_NS, Standing, words_of
from tocsin.register.revision import Revision
from tocsin.register.workflow import State, person_key
from tocsin.schema.moment import Moment, When
from tocsin.schema.record import read
from tocsin.schema.where import Box, Where

DAY_NS = 86_400_000_000_000
#: The longest interval of each class of vagueness: a day, a year, anything.
VAGUE_NS = (DAY_NS, 366 * DAY_NS, 2 * NEVER_NS)


#: The tallest box of each class of reach, in degrees of latitude; then no box at all.
REACH_DEG = (0.2, 1.0, 4.0, 180.0)
NO_REACH = len(REACH_DEG)
#: `live` of a revision that is not the newest.
PAST = -1
#: What is subtracted from `live` of a newest revision that never counts.
LEFT_OUT = 10


#: Every value of `live`.
LIVES = (*(n - LEFT_OUT for n in range(4)), PAST, *range(4))


def live(first_state: bool, first_actor: bool, counted: bool) -> int:
    """Return the class of a newest revision's row.

    Rows of one revision differ in `state_n` and `actor_n`; a question about neither takes those
    that are first in both, one about a state those first in the actor, and so on.
    """
    return 2 * first_state + first_actor - (0 if counted else LEFT_OUT)


def facts_of(revision: Revision, *, head: bool = True) -> list[dict[str, Any]]:
    """Return the rows of a revision; `head`: the newest of its incident."""
    told = revision.record
    begun = read(When, told["when"]).begun
    begin_from = -NEVER_NS if begun.earliest_ns is None else begun.earliest_ns
    begin_by = NEVER_NS if begun.latest_ns is None else begun.latest_ns
    known_from, known_by = known(revision)
    box = read(Where, told["where"]).box
    kept = _standing(told, revision.state)
    counted = kept is Standing.COUNTED
    row: dict[str, Any] = {
        "incident": revision.incident,
        "number": revision.number,
        "head": int(head),
        "standing": kept.value,
        "workflow": revision.state,
        "domain": told["domain"],
        "verification": told["verification"],
        "tlp": told["tlp"],
        "vague": next(n for n, most in enumerate(VAGUE_NS) if begin_by - begin_from <= most),
        "begin_from": begin_from,
        "begin_by": begin_by,
        "reach": _reach(box),
        "west": box[0] if box else None,
        "south": box[1] if box else None,
        "east": box[2] if box else None,
        "north": box[3] if box else None,
        "known_from": known_from,
        "known_by": known_by,
        "recorded_ns": revision.recorded_ns,
        "words": words_of(told["id"], told["what"], told["where"]["text"], told["notes"]),
    }
    actors = list(dict.fromkeys(person_key(actor["name"]) for actor in told["actors"])) or [""]
    states = told["states"] or [""]
    return [
        {
            **row,
            "state_n": i,
            "state": state,
            "actor_n": j,
            "actor": actor,
            "live": live(i == 0, j == 0, counted) if head else PAST,
        }
        for i, state in enumerate(states)
        for j, actor in enumerate(actors)
    ]


def known(revision: Revision) -> tuple[int, int]:
    """Return from when the world may, and by when it surely did, know of a revision.

    What is recorded is known: an undated source was there by then at the latest.
    """
    moment = Moment.of(revision.known_on)
    first = -NEVER_NS if moment.earliest_ns is None else moment.earliest_ns
    last = NEVER_NS if moment.latest_ns is None else moment.latest_ns
    return min(first, revision.recorded_ns), min(last, revision.recorded_ns)


def _reach(box: Box | None) -> int:
    if box is None:
        return NO_REACH
    return next(n for n, most in enumerate(REACH_DEG) if box[3] - box[1] <= most)


def _standing(told: dict[str, Any], state: str) -> Standing:
    if told["synthetic"]:
        return Standing.SYNTHETIC
    if told["control"]:
        return Standing.CONTROL
    return Standing.SUPERSEDED if state == State.SUPERSEDED else Standing.COUNTED
