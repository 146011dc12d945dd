"""Requests for consultations under Article 4, and cases known for having none.

Both are records (`kind` "consultation"), not incidents: a request is what a state did about an
incident or a war, and a case without one is a case because somebody looked.  Where one answers an
incident of the register, `incident` names it; `precedents` and the rules of thresholds are made
from the same list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tocsin.errors import IncidentError
from tocsin.register.record import Note
from tocsin.schema import Moment

CONSULTATION = "consultation"
#: Date and states of a row -> the incident it is about.  What happened in the night may bear the
#: day before in UTC, so no rule by date alone would find them.
INCIDENTS = {
    ("2025-09-10", "POL"): "PL-2025-09-10",
    ("2025-09-19", "EST"): "EE-2025-09-19",
    ("2025-09-13", "ROU"): "RO-2025-09-13",
    ("2025-09-22", "DNK"): "DK-2025-09-22",
    ("2025-10-23", "LTU"): "LT-2025-10-23",
    ("2026-03-04", "TUR"): "TR-2026-03-04",
    ("2026-05-29", "ROU"): "RO-2026-05-29",
}


def consultations(rows: Iterable[Mapping[str, str]]) -> list[Note]:
    """Return the records of article4.csv; raise IncidentError for a row without a source."""
    return [_note(row, n) for n, row in enumerate(rows, 2)]


def _note(row: Mapping[str, str], line: int) -> Note:
    invoked = row["invoked"] == "yes"
    name = f"A4-{row['n']}" if invoked else f"A4-none-{row['date_requested']}-{row['requesters']}"
    if not row["source_title"].strip():
        raise IncidentError(f"{name} has no source", place=f"line {line}")
    # A list cannot show that nobody asked: at most, that no request was found.
    absent = row["outcome"] + row["notes"]
    unsure = "not found" in absent or "no request found" in absent or "UNVERIFIED" in absent
    body = {
        "id": name,
        "invoked": "yes" if invoked else "not found" if unsure else "no",
        "states": row["requesters"].split(";"),
        "requested": str(Moment.of(row["date_requested"])) if invoked else "unknown",
        "date": str(Moment.of(row["date_requested"])),
        "met": str(Moment.of(row["date_nac"])),
        "trigger": row["trigger"],
        "outcome": row["outcome"],
        "incident": INCIDENTS.get((row["date_requested"], row["requesters"]), ""),
        "source_title": row["source_title"],
        "source_url": row["source_url"],
        "source_date": str(Moment.of(row["source_date"])),
        "notes": row["notes"],
    }
    return Note(CONSULTATION, name, body)
