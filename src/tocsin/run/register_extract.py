"""What a case took from a register, frozen: enough to count again with no register at hand.

For each question of a claim the rows that it met, whole, and what the register said that it does
not cover; and the figures of everybody asked about.  The text is canonical, holds no clock and no
address, and goes into the bundle, where `tocsin verify` answers the claims from it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.claims.tree import Register
from tocsin.dossier.bagit import sha256
from tocsin.errors import RegisterError
from tocsin.register.canonical import canonical
from tocsin.register.canonical import sha256 as text_sha256
from tocsin.register.query import Filter, Times, window
from tocsin.register.record import Record
from tocsin.register.shelf import Shelf, known_then
from tocsin.register.statistics import FIGURE, Figure
from tocsin.register.store import Reader
from tocsin.run.register_import import BY, WHY, bundled_figures, bundled_incidents, bundled_notes
from tocsin.run.register_reported import coverage
from tocsin.schema import (
    Answer,
    Domain,
    Incident,
    Input,
    Moment,
    Tlp,
    Verification,
    incident_dict,
)
from tocsin.schema.record import read, written

EXTRACT = "register-extract.json"
BUNDLED = "bundled:"
FORMAT = 1
#: The day on which the lists that ship were closed: what is in them was known by its end.
CLOSED = "2026-11-22"
MOST_ROWS = 1000  # named in one answer; what is beyond leaves the count open upwards


@dataclass(frozen=True, slots=True)
class Held:
    """One incident as the register held it."""

    link: str  # ID@REV
    state: str  # of the workflow
    known_on: str
    known: bool  # surely by the date of the question
    content_sha256: str
    incident: Incident


@dataclass(frozen=True, slots=True)
class Missing:
    """What a register says that a count does not cover (`register_reported.coverage`)."""

    kind: str  # gap, differs, partial
    state: str
    domain: str
    period: str
    why: str
    in_window: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """A count that somebody reports for the same time; never added to the rows."""

    state: str
    domain: str
    period: str
    text: str
    of: str
    by: str
    date: str
    url: str


@dataclass(frozen=True, slots=True)
class Count:
    """The answer to one count, before it is counted."""

    query: str
    rows: tuple[str, ...]  # links, in order of time
    left_out: int
    missing: tuple[Missing, ...]
    reported: tuple[Reported, ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """All that the claims of one case took from a register."""

    format: int
    as_of: str  # "" is: as known when it was asked
    incidents: tuple[Held, ...]
    counts: tuple[Count, ...]
    figures: tuple[Figure, ...]

    @property
    def data(self) -> bytes:
        """The canonical text."""
        return (canonical(written(self)) + "\n").encode()

    @property
    def tlp(self) -> str:
        """The most restricted mark of its rows, "" without any."""
        marks = {held.incident.tlp for held in self.incidents}
        return next((str(mark) for mark in Tlp if mark in marks), "")

    @property
    def input(self) -> Input:
        """The extract as one input of the case."""
        count = len(self.incidents) + len(self.figures)
        when = f"asked as of {self.as_of}" if self.as_of else "asked without a date"
        told = f"{len(self.incidents)} incidents and {len(self.figures)} figures, {when}"
        return Input(EXTRACT, sha256(self.data), "register", count, count, 0, {}, notes=(told,))


def filter_of(asked: Register) -> Filter:
    """Return the filter that a count asks for; raises IncidentError for a value that is none."""
    told = dict(asked.where)
    begin_ns, end_ns = window(told["year"]) if "year" in told else (None, None)
    words = read(_Words, {name: told[name] for name in ("domain", "verification") if name in told})
    return Filter(
        state=told["state"].upper() if "state" in told else None,
        domain=words.domain,
        begin_ns=begin_ns,
        end_ns=end_ns,
        actor=told.get("actor"),
        verification=words.verification,
        text=told.get("text"),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    domain: Domain | None = None
    verification: Verification | None = None


def extracted(
    store: Reader, questions: Iterable[Register], as_of_ns: int | None, as_of: str
) -> Extract:
    """Return what a register has for some questions."""
    asked = list({one.query: one for one in questions}.values())
    times = Times(as_of_ns=as_of_ns)
    incidents: dict[str, Held] = {}
    counts = []
    for one in asked:
        if one.function == "count":
            count, held = _counted(store, one, times)
            counts.append(count)
            incidents |= {each.link: each for each in held}
    entities = {dict(one.where)["entity"].casefold() for one in asked if one.function == "figure"}
    return Extract(
        FORMAT,
        as_of,
        tuple(incidents[link] for link in sorted(incidents)),
        tuple(counts),
        tuple(_figures(store.records(FIGURE), entities)) if entities else (),
    )


def _counted(store: Reader, one: Register, times: Times) -> tuple[Count, list[Held]]:
    wanted = filter_of(one)
    answer = store.count(wanted, times, MOST_ROWS)
    missing, reports = coverage(store, wanted, times)
    rows = (*answer.rows, *answer.excluded)
    held = [
        Held(
            link=row.link,
            state=revision.state,
            known_on=revision.known_on,
            known=known_then(revision.known_on, revision.recorded_ns, times.as_of_ns) is Answer.YES,
            content_sha256=revision.content_sha256,
            incident=revision.read(),
        )
        for row, revision in store.opened(rows)
    ]
    told = [
        Reported(
            row["state"],
            row["domain"],
            row["period"],
            *(report[name] for name in ("text", "of", "by", "date", "url")),
        )
        for row in reports
        if row["in_window"]
        for report in row["reported"]
    ]
    names = ("kind", "state", "domain", "period", "why", "in_window")
    return (
        Count(
            one.query,
            tuple(row.link for row in rows),
            answer.count + answer.undecided - len(answer.rows),
            tuple(Missing(*(row[name] for name in names)) for row in missing),
            tuple(told),
        ),
        held,
    )


def _figures(records: Sequence[Record], entities: set[str]) -> list[Figure]:
    """Return the figures of some entities, by code or name; those of one code go together."""
    figures = [read(Figure, record.body) for record in records]
    codes = {
        each.entity for each in figures if entities & {each.entity.casefold(), each.name.casefold()}
    }
    mine = {canonical(written(each)): each for each in figures if each.entity in codes}
    return [mine[text] for text in sorted(mine)]


def read_extract(path: Path) -> Extract:
    """Return the extract of a bundle; raises RegisterError or IncidentError for another file."""
    try:
        told: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise RegisterError(f"cannot be read: {error}", path=EXTRACT) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise RegisterError("is no extract of a register that this tocsin reads", path=EXTRACT)
    found = read(Extract, told, path=EXTRACT)
    known = {held.link for held in found.incidents}
    for held in found.incidents:
        if text_sha256(canonical(incident_dict(held.incident))) != held.content_sha256:
            raise RegisterError("is not the content that its hash names", path=EXTRACT,
                                place=held.link)  # fmt: skip
    lost = [link for count in found.counts for link in count.rows if link not in known]
    if lost:
        raise RegisterError("is named and not there", path=EXTRACT, place=lost[0])
    return found


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Reader]:
    """Open what a case or an option names: `bundled:`, or the URL of a store that is there.

    folder  what the path of a SQLite file is relative to
    """
    if url == BUNDLED:
        yield shipped()
        return
    from tocsin.register.sql import open_store

    with open_store(_placed(url, folder), create=False) as store:
        yield store


def shipped() -> Shelf:
    """Return the register that ships, in memory."""
    figures, _ = bundled_figures()
    notes, closed_ns = bundled_notes(figures), Moment.of(CLOSED).latest_ns
    return Shelf(bundled_incidents(), notes, by=BY, why=WHY, at_ns=closed_ns or 0)


def _placed(url: str, folder: Path) -> str:
    head = "sqlite:///"
    path = url.removeprefix(head)
    if not url.startswith(head) or path.startswith("/") or folder == Path():
        return url
    return f"{head}{folder / path}"
