"""What each claim rests on, and what could not decide it, as the rows of one table.

A row is an incident of the register, a figure of its ledger, a report, or a period that nobody
looked at.  The track is left out: it has a page of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]
MOST = 40  # rows of one claim on the page; all stand in findings.json
_MISSING = {"gap": "not covered", "differs": "reported otherwise", "partial": "covered in part"}


def rests(findings: Mapping[str, Any]) -> list[Row]:
    """Return the rows, those of a claim together: claim, verdict, what, mark, says, why, sources.

    `first` marks the first of a claim.  Where a claim could not be decided by just the rows of one
    before it, one row says so.
    """
    out: list[Row] = []
    before: dict[str, str] = {}
    for claim in findings.get("claims", ()):
        held = [row for row in claim.get("rests_on") or () if row.get("kind") != "track"]
        rows = [_row(row, "rests on") for row in held]
        undecided = claim.get("could_not_decide") or ()
        same = before.setdefault(repr(undecided), str(claim["id"])) if undecided else ""
        if undecided and same != claim["id"]:
            rows.append(_plain("could not decide", f"the same {len(undecided)} rows as for {same}"))
        else:
            rows += [_row(row, "could not decide") for row in undecided]
        if len(rows) > MOST:
            left = len(rows) - MOST
            rows = [*rows[:MOST], _plain("", f"{left} more rows stand in findings.json")]
        out += [
            row | {"claim": str(claim["id"]), "verdict": str(claim["verdict"]), "first": k == 0}
            for k, row in enumerate(rows)
        ]
    return out


def _plain(what: str, says: str) -> Row:
    return {"what": what, "mark": "", "says": says, "why": "", "sources": []}


def _row(row: Mapping[str, Any], what: str) -> Row:
    mark, says = _told(row)
    return {
        "what": what,
        "mark": mark,
        "says": says,
        "why": str(row.get("why") or "") if what != "rests on" else "",
        "sources": [
            {
                "title": str(source.get("title") or ""),
                "about": ", ".join(
                    str(source[key]) for key in ("date", "grade") if source.get(key)
                ),
                "url": str(source.get("url") or ""),
            }
            for source in row.get("sources") or ()
        ],
    }


def _told(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the mark of a row and what it says."""
    kind = row.get("kind")
    if kind == "incident":
        begin = str(row.get("begin") or "unknown")
        return str(row.get("link") or ""), f"{begin}: {row.get('what')}"
    if kind == "figure":
        value = row.get("value")
        says = "not published" if value is None else f"{value:g} {row.get('unit') or ''}".rstrip()
        many = f", n {row['sample_n']}" if row.get("sample_n") else ""
        edition = f", {row['edition']} edition" if row.get("edition") else ""
        mark = f"{row.get('entity')} {row.get('metric')} {row.get('year') or ''}".rstrip()
        status = row.get("status") or "no status"
        return mark, f"{says}: {row.get('what')}{edition}{many} ({status})"
    if kind == "report":
        parts = [str(row[key]) for key in ("about", "value", "step", "from") if row.get(key)]
        text = f" ({row['text']})" if row.get("text") else ""
        grade = f", {row['grade']}" if row.get("grade") else ""
        return f"{row.get('report')}", f"{row.get('by')}{grade}: {', '.join(parts)}{text}"
    if kind == "reported":
        where = " ".join(str(row[key]) for key in ("state", "domain", "period") if row.get(key))
        return f"{row.get('text')} reported", f"{where}, by {row.get('by')} ({row.get('date')})"
    where = " ".join(str(row[key]) for key in ("state", "domain") if row.get(key)) or "all"
    period = str(row.get("period") or "").replace("T00:00:00Z", "")
    apart = "" if row.get("in_window", True) else "; outside the time asked about"
    return _MISSING.get(str(kind), str(kind)), f"{where} {period}{apart}"
