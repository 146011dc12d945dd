"""Revisions and records in memory, asked as a store is asked, and only read.

For the register that ships with tocsin, where somebody wants an answer and keeps no store.  It is
asked in plain Python by `query.matches`, with which the SQL of a store must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tocsin.register.coverage import gaps
from tocsin.register.query import NEVER_NS, NOW, Counted, Filter, Row, Standing, Times
from tocsin.register.query import matches as met
from tocsin.register.query import standing as standing_of
from tocsin.register.record import COVERAGE, Note, Record, seal_note
from tocsin.register.revision import Draft, Revision, seal
from tocsin.register.workflow import Action, State
from tocsin.schema import Answer, Incident, Moment


class Shelf:
    """Incidents, each in its first revision, and records; the newest is what there is."""

    def __init__(
        self, incidents: Iterable[Incident], notes: Iterable[Note], *, by: str, why: str, at_ns: int
    ) -> None:
        """Seal them as if they had been written at `at_ns`, which is when they are known."""
        self.incidents = {each.id: each for each in incidents}
        self._revisions = {
            name: seal(Draft(name, Action.ADD, by, each, why), None, at_ns)
            for name, each in self.incidents.items()
        }
        self._records = [seal_note(note, at_ns) for note in notes]

    def records(self, kind: str, subject: str | None = None) -> list[Record]:
        """Return records of a kind, or of a kind and a subject."""
        return [
            each for each in self._records if each.kind == kind and subject in (None, each.subject)
        ]

    def count(self, wanted: Filter, times: Times = NOW, most_rows: int = 1000) -> Counted:
        """Count incidents."""
        rows: list[Row] = []
        excluded: list[Row] = []
        for revision in self._dated():
            row = self._row(revision, wanted, times)
            if row is not None:
                kept = row.standing in (Standing.COUNTED, *wanted.include)
                if kept:
                    rows.append(replace(row, standing=Standing.COUNTED))
                else:  # what never counts decides nothing
                    excluded.append(replace(row, decided=False))
        sure = sum(row.decided for row in rows)
        return Counted(
            count=sure,
            undecided=len(rows) - sure,
            rows=tuple(rows[:most_rows]),
            excluded=tuple(excluded[:most_rows]),
            coverage_gaps=gaps(self.records(COVERAGE), wanted),
        )

    def opened(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Revision]]:
        """Yield rows with the revisions they name."""
        for row in rows:
            yield row, self._revisions[row.incident]

    def _dated(self) -> Sequence[Revision]:
        def begun(revision: Revision) -> tuple[int, str]:
            first = self.incidents[revision.incident].when.begun.earliest_ns
            return -NEVER_NS if first is None else first, revision.incident

        return sorted(self._revisions.values(), key=begun)

    def _row(self, revision: Revision, wanted: Filter, times: Times) -> Row | None:
        incident = self.incidents[revision.incident]
        answer = met(wanted, incident, State(revision.state))
        known = known_then(revision.known_on, revision.recorded_ns, times.as_of_ns)
        if Answer.NO in (answer, known):
            return None
        decided = answer is Answer.YES and known is Answer.YES
        kind = standing_for(wanted, incident, State(revision.state))
        return Row(incident.id, revision.number, decided, kind)


def known_then(known_on: str, recorded_ns: int, as_of_ns: int | None) -> Answer:
    """Return whether the world knew of a revision before an instant.

    What is recorded is known: an undated source was there by then at the latest.
    """
    if as_of_ns is None:
        return Answer.YES
    moment = Moment.of(known_on)
    first = -NEVER_NS if moment.earliest_ns is None else moment.earliest_ns
    last = NEVER_NS if moment.latest_ns is None else moment.latest_ns
    if min(last, recorded_ns) <= as_of_ns:
        return Answer.YES
    return Answer.UNKNOWN if min(first, recorded_ns) < as_of_ns else Answer.NO


def standing_for(wanted: Filter, incident: Incident, state: State) -> Standing:
    """Return whether an incident counts for a question: one without a date in no window."""
    kind = standing_of(incident, state)
    dateless = not incident.when.begun.known
    return Standing.UNDATED if kind is Standing.COUNTED and wanted.dated and dateless else kind
