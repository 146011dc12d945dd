"""Incidents for the pattern verbs out of a register: what counts, what may, what nobody covered.

A date is an interval there already.  An incident that the register cannot decide on a criterion,
or that those in a position to know dispute, counts with chance `DISPUTED`; one that was refuted
does not count.  Gaps in the register's coverage are gaps here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tocsin.errors import SourceError
from tocsin.pattern.events import Unit
from tocsin.register.query import Filter, Standing, Times
from tocsin.register.store import Store
from tocsin.run.pattern import EventFile, Gathered, Row, assemble
from tocsin.run.pattern_cells import Bad, dated_span
from tocsin.schema import Incident, Input, Refusal, Verification

DISPUTED = 0.5


def events_from_register(
    store: Store,
    wanted: Filter,
    times: Times,
    *,
    where: str,
    begin: str | None = None,
    end: str | None = None,
    as_of: str | None = None,
    gaps: tuple[str, ...] = (),
) -> Gathered:
    """Return the incidents that a filter finds, in days since 1970.

    where  the store's address, to be named; gaps are added to those of the register's coverage

    Raises SourceError where no incident found has a date.
    """
    rows: list[Row] = []
    refusals: list[Refusal] = []
    doubts: Counter[str] = Counter()
    for row, revision in store.opened(store.find(wanted, times)):
        if row.standing is not Standing.COUNTED:
            continue
        incident = revision.read()
        if incident.verification is Verification.REFUTED:
            doubts["refuted and left out"] += 1
            continue
        try:
            span = dated_span(incident.when.begun, Unit.DAY)
        except Bad as bad:
            refusals.append(Refusal(where, row.link, bad.reason, bad.detail))
            continue
        rows.append(
            (span, _weight(row.decided, incident, doubts), _state(incident, wanted), str(row.link))
        )
    if not rows:
        raise SourceError("has no dated incident of that kind", path=where)
    periods = tuple(gap["period"] for gap in store.count(wanted, times, 0).coverage_gaps)
    asked = EventFile(
        where, "", Unit.DAY, begin=begin, end=end, as_of=as_of, gaps=(*periods, *gaps)
    )
    gathered = assemble(rows, asked)
    told = [f"{count} incidents {what}" for what, count in sorted(doubts.items())]
    if any(row[1] < 1 for row in rows):
        told.append(f"incidents in doubt count with chance {DISPUTED}")
    told += [f"the register does not cover {period}" for period in periods]
    reasons = dict(sorted(Counter(r.reason for r in refusals).items()))
    count = len(rows) + len(refusals)
    head = store.head()
    done = Input(where, head.seal, "register", count, len(rows), len(refusals), reasons)
    return replace(gathered, input=done, refusals=tuple(refusals), notes=(*gathered.notes, *told))


def _weight(decided: bool, incident: Incident, doubts: Counter[str]) -> float:
    if not decided:
        doubts["undecided by the filter"] += 1
        return DISPUTED
    if incident.verification is Verification.DISPUTED:
        doubts["disputed"] += 1
        return DISPUTED
    return 1.0


def _state(incident: Incident, wanted: Filter) -> str:
    """Return whose incident it is: the state asked for, else all that it names."""
    return wanted.state or "+".join(incident.states) or "unknown"
