"""What may be asked of a register, and what an answer says of itself.

A criterion answers yes, no or *undecided*: a date that overlaps the window, a place that overlaps
the box, a state that nobody named.  An incident counts where every criterion says yes; it is
undecided where none says no and some cannot tell; it is never dropped for being uncertain.

Never counted, and listed with the reason: synthetic incidents, control cases (known strays,
cases of one's own), superseded ones (merged into another), and under a window of dates those
with no date at all.  `include` takes in any of them.

`as_of` asks what the world could know by then (`known_on`), `recorded_as_of` what the register
held by then.  `matches` is the same question asked of one incident in plain Python: the store's
SQL must agree with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tocsin.errors import UsageError
from tocsin.register.workflow import State, person_key
from tocsin.schema import Answer, Domain, Incident, Moment, Tlp, Verification
from tocsin.schema.where import Box

#: Stands for an open end where a number is needed; outside every date that can be written.
NEVER_NS = 2**62 + 2**61


class Standing(StrEnum):
    """Why an incident is left out of a count."""

    COUNTED = "counted"
    SYNTHETIC = "synthetic"
    CONTROL = "control"
    SUPERSEDED = "superseded"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class Filter:
    """Criteria that must all hold; None asks nothing."""

    state: str | None = None
    domain: Domain | None = None
    begin_ns: int | None = None  # of the window in which it began
    end_ns: int | None = None  # exclusive
    actor: str | None = None  # as alleged
    verification: Verification | None = None
    tlp: Tlp | None = None
    workflow: State | None = None
    text: str | None = None  # in what, place, notes or id; any case
    box: Box | None = None  # west > east passes the antimeridian
    include: frozenset[Standing] = frozenset()

    def __post_init__(self) -> None:
        if self.begin_ns is not None and self.end_ns is not None and self.begin_ns >= self.end_ns:
            raise UsageError("the window of dates ends before it begins")
        if self.box is not None:
            west, south, east, north = self.box
            if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
                raise UsageError(
                    f"box {self.box} is not on Earth", hint="write WEST,SOUTH,EAST,NORTH in degrees"
                )

    @property
    def dated(self) -> bool:
        return self.begin_ns is not None or self.end_ns is not None


@dataclass(frozen=True, slots=True)
class Times:
    """As of when a question is asked; None: now."""

    as_of_ns: int | None = None  # exclusive: known before this instant
    recorded_ns: int | None = None  # inclusive: recorded by this instant


NOW = Times()


@dataclass(frozen=True, slots=True)
class Row:
    """One incident that a question found."""

    incident: str
    number: int
    decided: bool
    standing: Standing = Standing.COUNTED

    @property
    def link(self) -> str:
        return f"{self.incident}@{self.number}"


@dataclass(frozen=True, slots=True)
class Counted:
    """A count, with what it rests on."""

    count: int
    undecided: int
    rows: tuple[Row, ...]  # decided and undecided, in order of time; at most as many as asked for
    excluded: tuple[Row, ...]
    coverage_gaps: tuple[dict[str, Any], ...]  # as in `coverage`


def window(text: str) -> tuple[int | None, int | None]:
    """Return [begin, end) of `2025`, `2025-09-19`, `A/B` or `A/..`; raise UsageError if none."""
    moment = Moment.of(text)
    if not moment.known:
        raise UsageError(f'"{text}" is no window of dates', hint="write 2025, A/B, or A/..")
    return moment.earliest_ns, moment.latest_ns


def standing(incident: Incident, state: State) -> Standing:
    """Return whether an incident counts, or why it never does."""
    if incident.synthetic:
        return Standing.SYNTHETIC
    if incident.control:
        return Standing.CONTROL
    return Standing.SUPERSEDED if state is State.SUPERSEDED else Standing.COUNTED


def matches(wanted: Filter, incident: Incident, state: State) -> Answer:
    """Return whether an incident meets all criteria, standing aside."""
    answers = [
        _state(wanted, incident),
        _same(wanted.domain, incident.domain),
        _same(wanted.verification, incident.verification),
        _same(wanted.tlp, incident.tlp),
        _same(wanted.workflow, state),
        _actor(wanted, incident),
        _words(wanted, incident),
        _began(wanted, incident),
        _inside(wanted, incident),
    ]
    if Answer.NO in answers:
        return Answer.NO
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.YES


def words_of(incident: str, what: str, place: str, notes: str) -> str:
    """Return the text that a search looks through."""
    return " ".join((incident, what, place, notes)).casefold()


def _same(wanted: object, found: object) -> Answer:
    return Answer.YES if wanted is None or wanted == found else Answer.NO


def _state(wanted: Filter, incident: Incident) -> Answer:
    if wanted.state is None or wanted.state in incident.states:
        return Answer.YES
    return Answer.NO if incident.states else Answer.UNKNOWN


def _actor(wanted: Filter, incident: Incident) -> Answer:
    # An allegation was made or it was not: without one there is nothing undecided.
    named = {person_key(actor.name) for actor in incident.actors}
    return Answer.YES if wanted.actor is None or person_key(wanted.actor) in named else Answer.NO


def _words(wanted: Filter, incident: Incident) -> Answer:
    if wanted.text is None:
        return Answer.YES
    words = words_of(incident.id, incident.what, incident.where.text, incident.notes)
    return Answer.YES if wanted.text.casefold() in words else Answer.NO


def _began(wanted: Filter, incident: Incident) -> Answer:
    begun = incident.when.begun
    first = -NEVER_NS if begun.earliest_ns is None else begun.earliest_ns
    last = NEVER_NS if begun.latest_ns is None else begun.latest_ns
    low = -NEVER_NS if wanted.begin_ns is None else wanted.begin_ns
    high = NEVER_NS if wanted.end_ns is None else wanted.end_ns
    if low <= first and last <= high:
        return Answer.YES
    return Answer.UNKNOWN if first < high and last > low else Answer.NO


def _inside(wanted: Filter, incident: Incident) -> Answer:
    if wanted.box is None:
        return Answer.YES
    box = incident.where.box
    if box is None:
        return Answer.UNKNOWN
    west, south, east, north = wanted.box
    if box[3] < south or box[1] > north:
        return Answer.NO
    if west <= east:
        touches = box[2] >= west and box[0] <= east
        within = box[0] >= west and box[2] <= east
    else:
        touches = box[2] >= west or box[0] <= east
        within = box[0] >= west or box[2] <= east
    if not touches:
        return Answer.NO
    level = south <= box[1] and box[3] <= north
    return Answer.YES if within and level else Answer.UNKNOWN
