"""What each claim rests on, and what could not decide it, as the rows of one table.

A row is an incident of the register, a figure of its ledger, a report, or a period that nobody
looked at.  The track is left out: it has a page of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]
MOST = 40  # rows of one claim on the page; all stand in findings.json
OPEN = "could not decide"
#: What stands beside an answer and leaves nothing open: counts of others, and checks on record.
_BESIDE = ("reported", "differs", "partial")
CHECKS = ("claim_check", "poll_misuse")
_MISSING = {"gap": "not covered", "differs": "reported otherwise", "partial": "covered in part"}


def rests(findings: Mapping[str, Any]) -> list[Row]:
    """Return the rows, those of a claim together: claim, verdict, what, mark, says, why, sources.

    `first` marks the first of a claim.  Where one claim rests on just the rows of another before
    it, or could not be decided by just those, one row says so.
    """
    out: list[Row] = []
    before: dict[str, str] = {}
    for claim in findings.get("claims", ()):
        name, rows = str(claim["id"]), []
        held = [row for row in claim.get("rests_on") or () if row.get("kind") != "track"]
        for what, told in (("rests on", held), (OPEN, claim.get("could_not_decide") or ())):
            same = before.setdefault(repr(told), name) if len(told) > 1 else name
            if same == name:
                rows += _shown(told, what)
            else:
                rows.append(_plain(what, f"the same {len(told)} rows as for {same}"))
        if len(rows) > MOST:
            left = len(rows) - MOST
            rows = [*rows[:MOST], _plain("", f"{left} more rows stand in findings.json")]
        verdict = str(claim["verdict"])
        out += [
            row | {"claim": name, "verdict": verdict, "first": k == 0} for k, row in enumerate(rows)
        ]
    return out


def _shown(told: Sequence[Mapping[str, Any]], what: str) -> list[Row]:
    """Return rows; periods outside the time that was asked about share one."""
    beside = [row for row in told if not row.get("in_window", True)]
    rows = [_row(row, what) for row in told if row.get("in_window", True)]
    if beside:
        periods = ", ".join(dict.fromkeys(_period(row) for row in beside))
        says = f"not covered either, outside the time asked about: {periods}"
        rows.append(_plain("beside it", says))
    return rows


def _plain(what: str, says: str) -> Row:
    return {"what": what, "mark": "", "says": says, "why": "", "sources": []}


def _row(row: Mapping[str, Any], what: str) -> Row:
    mark, says = _told(row)
    why = str(row.get("why") or "") if what == OPEN else ""
    if why.startswith("not counted"):
        what = "not counted"
    elif stands_beside(row):
        what = "beside it"
    return {
        "what": what,
        "mark": mark,
        "says": says,
        "why": why,
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


def stands_beside(row: Mapping[str, Any]) -> bool:
    """Return whether a row leaves nothing open: a count of others, a check, another time."""
    outside = row.get("in_window") is False
    return outside or row.get("kind") in _BESIDE or row.get("metric") in CHECKS


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
    return _MISSING.get(str(kind), str(kind)), f"{where} {_period(row)}"


def _period(row: Mapping[str, Any]) -> str:
    return str(row.get("period") or "").replace("T00:00:00Z", "")
