"""What somebody says is the number of incidents: kept beside the register, never added to it.

A reported count is a record (`kind` "reported"), with who says it and when.  It is compared with
the rows that the register holds for the same state, domain and period: where they differ, or two
reports do, the answer to a count says so as part of what it does not cover.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tocsin.errors import IncidentError
from tocsin.register import words
from tocsin.register.coverage import gap
from tocsin.register.query import NEVER_NS, Filter
from tocsin.register.record import Note, Record
from tocsin.schema import Moment

REPORTED = "reported"
#: What the words of the collected list are about, where not Estonian airspace.
_ABOUT = (
    ("ROMANIA", "RO", "drone", "near-border raids, fragment cases and crossings"),
    ("scrambles", "", "air", "scrambles of NATO over the Baltic states, not violations"),
)
#: The list was closed on 22 November 2026 and its newest row is of May.
NOT_SEARCHED = ("2026-07/2026-11", "not searched: the list of incidents ends in June 2026")
FOUND_ONLY = (
    "the list holds what was found in public sources; nobody's count says how much is missing"
)


def reported(
    period: str,
    cell: str,
    *,
    by: str,
    state: str = "",
    domain: str = "",
    of: str = "",
    url: str = "",
    date: str = "",
    notes: str = "",
) -> Note:
    """Return the record of a count that somebody reports.

    period  as `Moment` reads it
    cell    "4", ">=4", "<=5", "19-23"; other words are kept and compared with nothing
    of      what was counted, where it is not plainly incidents
    """
    if not Moment.of(period).known:
        raise IncidentError("a reported count has a period", hint="write 2016, or 2006/2016-11")
    try:
        told = words.count(cell)
        compared = not of and (told.least is not None or told.most is not None)
    except IncidentError:
        told, compared = words.count(""), False
    body = {
        "state": state,
        "domain": domain,
        "period": period,
        "least": told.least if compared else None,
        "most": told.most if compared else None,
        "text": cell.strip(),
        "of": of,
        "by": by,
        "url": url,
        "date": str(Moment.of(date)),
        "notes": notes,
    }
    return Note(REPORTED, f"{state or '*'} {domain or '*'}", body)


def bundled_counts(rows: Iterable[Mapping[str, str]]) -> list[Note]:
    """Return the records of incident_counts.csv: counts, and gaps where none was found."""
    notes: list[Note] = []
    for row in rows:
        if row["count"] == "not found":
            why = f"no count of the year was found: {row['notes']}"
            notes += [gap(year, why, state="EE", domain="air") for year in row["year"].split(",")]
            continue
        state, domain, of = "EE", "air", ""
        for word, *about in _ABOUT:
            if word in row["what"]:
                state, domain, of = about
        cell = row["count"].removesuffix(" each")
        for period in _periods(row["year"], row["what"], each=cell != row["count"]):
            notes.append(
                reported(
                    period,
                    cell,
                    by=row["source_title"],
                    state=state,
                    domain=domain,
                    of=of,
                    url=row["source_url"],
                    date=row["source_date"],
                    notes="; ".join(filter(None, (row["what"], row["notes"]))),
                )
            )
    period, why = NOT_SEARCHED
    found_only = reported("../2026-06", "", by="the list of incidents", of=FOUND_ONLY)
    return [*notes, gap(period, why), found_only]


def _periods(year: str, what: str, *, each: bool) -> list[str]:
    """Return the periods that a cell of years names."""
    first, dots, last = year.partition("..")
    if dots:
        return [f"{first}/{last}"]
    first, dash, last = year.partition("-")
    if each and dash:
        return [str(y) for y in range(int(first), int(last) + 1)]
    if what.startswith("to 19 Sept"):
        return [f"{year}/{year}-09-19"]
    if "to Nov 2016" in what:
        return [f"{first}/2016-11"]
    return [f"{first}/{last}"] if dash else [year]


def meets(body: Mapping[str, Any], wanted: Filter) -> bool:
    """Return whether a report speaks of the same state, domain and time as a question."""
    if wanted.state and body["state"] not in ("", wanted.state):
        return False
    if wanted.domain and body["domain"] not in ("", wanted.domain.value):
        return False
    first, last = window_of(body)
    low = -NEVER_NS if wanted.begin_ns is None else wanted.begin_ns
    high = NEVER_NS if wanted.end_ns is None else wanted.end_ns
    return first < high and last > low


def window_of(body: Mapping[str, Any]) -> tuple[int, int]:
    """Return the period of a report as [begin, end)."""
    period = Moment.of(body["period"])
    first = -NEVER_NS if period.earliest_ns is None else period.earliest_ns
    return first, NEVER_NS if period.latest_ns is None else period.latest_ns


def known_by(record: Record, as_of_ns: int | None) -> bool:
    """Return whether the world could know of a report; an undated one is known when recorded."""
    if as_of_ns is None:
        return True
    first = Moment.of(record.body["date"]).earliest_ns
    return record.recorded_ns < as_of_ns if first is None else first < as_of_ns


def compared(bodies: Iterable[Mapping[str, Any]], least: int, most: int) -> str:
    """Return in words how reports of one period differ, from each other or from the rows held.

    least, most  rows that surely count, and those that may; "" where nothing differs
    """
    counted = [body for body in bodies if body["least"] is not None or body["most"] is not None]
    spans = [
        (body["least"] or 0, NEVER_NS if body["most"] is None else body["most"]) for body in counted
    ]
    if not counted:
        return ""
    apart = max(low for low, _ in spans) > min(high for _, high in spans)
    if not apart and all(low <= most and least <= high for low, high in spans):
        return ""
    said = "; ".join(f"{body['text']} by {body['by']} ({body['date']})" for body in counted)
    here = str(least) if least == most else f"{least} to {most}"
    differ = "reports differ: " if apart else "reported: "
    return f"{differ}{said}; {here} in this register"
