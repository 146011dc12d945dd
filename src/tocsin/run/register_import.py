"""Bring incidents into a register: those that ship with tocsin, or a file of somebody's own.

Both are idempotent.  What is there already with the same content is left; what is there with
other content is left too, and named, unless it is asked to be revised.  Work is written in
chunks, each whole or not at all, so that an import that is cut short is finished by another.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import TypeVar

from tocsin.errors import IncidentError
from tocsin.register.bundled import Tables, incidents
from tocsin.register.canonical import canonical
from tocsin.register.consulted import CONSULTATION, consultations
from tocsin.register.link import Link
from tocsin.register.record import COVERAGE, Note
from tocsin.register.reported import REPORTED, bundled_counts
from tocsin.register.revision import Draft
from tocsin.register.statistics import FIGURE, Figure, figure_of
from tocsin.register.store import Store
from tocsin.register.workflow import Action, State
from tocsin.run.register import now_ns
from tocsin.run.register_files import incidents_in
from tocsin.schema import Incident, Input, Refusal, incident_dict

BY = "tocsin, bundled register"
WHY = "imported from the register that ships with tocsin"
CHUNK = 500
T = TypeVar("T")
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: tuple[str, ...] = ()
    revised: tuple[str, ...] = ()
    unchanged: int = 0
    differing: tuple[str, ...] = ()  # there with other content, and left as they are
    notes: dict[str, int] = field(default_factory=dict)  # records written, by kind
    notes_unchanged: int = 0
    inputs: tuple[Input, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.added or self.revised or self.notes)


def bundled_incidents() -> list[Incident]:
    """Return the incidents that ship, in the order of their list."""
    return incidents(
        Tables(_table("incidents.csv"), _table("actors.csv"), _table("statements.csv"))
    )


def bundled_figures() -> tuple[list[Figure], list[Refusal]]:
    """Return the figures that ship, and those that say too little of themselves to be kept."""
    return figures_of(_table("alliance.csv"), "bundled:alliance.csv")


def bundled_notes(figures: Iterable[Figure]) -> list[Note]:
    """Return the records that ship: reported counts, gaps, requests, and these figures."""
    return [
        *bundled_counts(_table("incident_counts.csv")),
        *consultations(_table("article4.csv")),
        *(each.note for each in figures),
    ]


def figures_of(rows: Iterable[dict[str, str]], path: str) -> tuple[list[Figure], list[Refusal]]:
    """Return the figures of rows; those without edition or question are refused by name."""
    kept, refused = [], []
    for n, row in enumerate(rows, 2):
        try:
            kept.append(figure_of(row))
        except IncidentError as error:
            reason = "no-edition" if "edition" in error.problem else "bad-figure"
            detail = f"{error.problem}; {error.hint}" if error.hint else error.problem
            refused.append(Refusal(path, f"line {n}", reason, detail))
    return kept, refused


def import_bundled(
    store: Store, by: str = BY, *, update: bool = False, tell: Tell | None = None
) -> Imported:
    """Write the shipped incidents, requests, reported counts, gaps and figures."""
    made = bundled_incidents()
    figures, refused = bundled_figures()
    notes = bundled_notes(figures)
    done = _write(store, iter(made), len(made), by, WHY, update, tell)
    new, same = _new(store, notes)
    for n, chunk in enumerate(_chunks(iter(new)), 1):
        store.append(list(chunk), now_ns())
        if tell:
            tell(min(n * CHUNK, len(new)), len(new))
    inputs = [
        Input(f"bundled:{name}", _digest(name), "csv", count, count - bad, bad, reasons)
        for name, count, bad, reasons in (
            ("incidents.csv", len(made), 0, {}),
            ("article4.csv", len(_table("article4.csv")), 0, {}),
            ("incident_counts.csv", len(_table("incident_counts.csv")), 0, {}),
            (
                "alliance.csv",
                len(figures) + len(refused),
                len(refused),
                dict(Counter(each.reason for each in refused)),
            ),
        )
    ]
    kinds = dict(sorted(Counter(note.kind for note in new).items()))
    return replace(
        done, notes=kinds, notes_unchanged=same, inputs=tuple(inputs), refusals=tuple(refused)
    )


def import_files(
    store: Store,
    paths: Sequence[Path],
    by: str,
    *,
    reason: str = "",
    update: bool = False,
    tell: Tell | None = None,
) -> Imported:
    """Write the incidents of files; raise IncidentError for a file that holds none.

    by       who imports; a later review is by somebody else
    update   write a new revision where one is there with other content
    """
    total = Imported()
    for path in paths:
        found = list(incidents_in(path))
        good = [each.incident for each in found if each.incident is not None]
        bad = [each.refusal for each in found if each.refusal is not None]
        if not good:
            why = f"; the first: {bad[0].place}: {bad[0].detail}" if bad else ""
            raise IncidentError(f"holds no usable incident{why}", path=str(path))
        done = _write(store, iter(good), len(good), by, reason, update, tell)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        reasons = dict(sorted(Counter(each.reason for each in bad).items()))
        kind = path.suffix.lower().lstrip(".") or "json"
        one = Input(str(path), digest, kind, len(found), len(good), len(bad), reasons)
        total = Imported(
            added=(*total.added, *done.added),
            revised=(*total.revised, *done.revised),
            unchanged=total.unchanged + done.unchanged,
            differing=(*total.differing, *done.differing),
            inputs=(*total.inputs, one),
            refusals=(*total.refusals, *bad),
        )
    return total


def _write(
    store: Store,
    made: Iterator[Incident],
    count: int,
    by: str,
    reason: str,
    update: bool,
    tell: Tell | None,
) -> Imported:
    added: list[str] = []
    revised: list[str] = []
    differing: list[str] = []
    done = unchanged = 0
    for chunk in _chunks(made):
        drafts = []
        for incident in chunk:
            head = store.revision(Link(incident.id))
            if head is None:
                drafts.append(Draft(incident.id, Action.ADD, by, incident, reason))
                added.append(incident.id)
            elif head.content == canonical(incident_dict(incident)):
                unchanged += 1
            elif not update:
                differing.append(incident.id)
            else:
                draft = head.state == State.DRAFT
                action = Action.EDIT if draft else Action.REOPEN
                why = reason or "imported again with other content"
                drafts.append(Draft(incident.id, action, by, incident, why, head.number))
                revised.append(incident.id)
        if drafts:
            store.append(drafts, now_ns())
        done += len(chunk)
        if tell:
            tell(done, count)
    return Imported(tuple(added), tuple(revised), unchanged, tuple(differing))


def _new(store: Store, notes: Sequence[Note]) -> tuple[list[Note], int]:
    """Return the notes that the store does not hold, and how many it does."""
    held = {
        (record.kind, record.subject, record.text)
        for kind in (COVERAGE, REPORTED, CONSULTATION, FIGURE)
        for record in store.records(kind)
    }
    new = [note for note in notes if (note.kind, note.subject, canonical(note.body)) not in held]
    return new, len(notes) - len(new)


def _chunks(items: Iterator[T]) -> Iterator[list[T]]:
    while chunk := list(islice(items, CHUNK)):
        yield chunk


@cache
def _table(name: str) -> list[dict[str, str]]:
    text = files("tocsin.data").joinpath("register", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _digest(name: str) -> str:
    data = files("tocsin.data").joinpath("register", name).read_bytes()
    return hashlib.sha256(data).hexdigest()
