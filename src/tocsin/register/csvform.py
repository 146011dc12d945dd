"""Incidents as CSV, and back without loss: one row an incident, one column a field.

Simple fields have a column each, named by their place (`when.begin`, `duration_s.least`); lists
(sources, actors, statements, ...) are JSON in one cell.  A row needs `id`, `what`, `domain` and
`sources`; for people who write by hand `source_title`, `source_url`, `source_date` and
`source_grade` stand in for one source.  Empty is unknown, as is a column that is left out.

A cell that a spreadsheet would run as a formula (=, +, -, @, tab or return in front) gets an
apostrophe when it is written and loses it when it is read; one that comes without is refused.
Numbers are no formulas: -3.5 is written as it is.  (OWASP, CSV Injection.)
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tocsin.errors import IncidentError
from tocsin.schema import Incident, incident_dict, incident_of

PARTS = {
    "when": ("begin", "end"),
    "where": ("text", "lat_deg", "lon_deg", "radius_m"),
    "count_of_objects": ("least", "most", "text"),
    "duration_s": ("least", "most", "text"),
    "depth_m": ("least", "most", "text"),
    "authorised": ("answer", "by", "text"),
    "transponder": ("answer", "by", "text"),
    "flight_plan": ("answer", "by", "text"),
    "radio": ("answer", "by", "text"),
    "response": ("answer", "by", "text"),
}
WHOLE = ("id", "what", "domain", "verification", "tlp", "notes")
FLAGS = ("control", "synthetic")
#: Lists of names, separated by a slash.
NAMES = ("states",)
LISTS = ("actors", "civil", "incursions", "claims", "findings", "statements", "sources", "links")
ONE_SOURCE = ("source_title", "source_url", "source_date", "source_grade")
OUTLINE = "where.outline_deg"
COLUMNS = (
    *("id", "what", "domain", "states"),
    *(f"{field}.{part}" for field, parts in PARTS.items() for part in parts),
    *(OUTLINE, "verification", *FLAGS, "tlp", "notes", *LISTS),
    "schema_version",
)
_WHOLE_NUMBERS = ("count_of_objects.least", "count_of_objects.most", "schema_version")
_NUMBERS = (
    *("where.lat_deg", "where.lon_deg", "where.radius_m"),
    *(f"{field}.{end}" for field in ("duration_s", "depth_m") for end in ("least", "most")),
)
_SIGN = re.compile("'*[=+\\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def written(incidents: Iterable[Incident]) -> Iterator[str]:
    """Yield the lines of a CSV file, the header first."""
    yield _line(COLUMNS)
    for incident in incidents:
        yield _line([neutral(cell) for cell in cells(incident)])


def cells(incident: Incident) -> list[str]:
    """Return the cells of an incident, in the order of COLUMNS, before signs are neutralised."""
    told = incident_dict(incident)
    return [_cell(told, column) for column in COLUMNS]


def incident_of_row(row: Mapping[str, str | None]) -> Incident:
    """Return the incident of a row; raise IncidentError with the column that is wrong."""
    told: dict[str, Any] = {}
    for column, raw in row.items():
        text = read_cell(column, raw or "")
        if column not in COLUMNS and column not in ONE_SOURCE:
            raise IncidentError(f'no column is called "{column}"', hint=f"use {_near(column)}")
        if text and column not in ONE_SOURCE:
            _put(told, column, text)
    one = [read_cell(name, row.get(name) or "") for name in ONE_SOURCE]
    if one[0]:
        title, url, date, grade = one
        source = {"title": title, "url": url, "date": date or "unknown", "grade": grade or "F6"}
        told["sources"] = [*told.get("sources", []), source]
    return incident_of(told)


def read_cell(column: str, cell: str) -> str:
    """Return the text of a cell; raise IncidentError where a spreadsheet would run it."""
    text = cell.strip(" \n")
    if not _SIGN.match(text):
        return text
    if text.startswith("'"):
        return text[1:]
    if _NUMBER.fullmatch(text):
        return text
    raise IncidentError(
        f'{column} "{text[:40]}" is a formula to a spreadsheet',
        place="formula",
        hint="put an apostrophe in front if it is text",
    )


def neutral(text: str) -> str:
    """Return a cell that no spreadsheet runs; `read_cell` gives the text back."""
    return f"'{text}" if _SIGN.match(text) and not _NUMBER.fullmatch(text) else text


def _cell(told: Mapping[str, Any], column: str) -> str:
    field, dot, part = column.partition(".")
    value = told[field][part] if dot else told[field]
    if column in NAMES:
        return "/".join(value)
    if column in LISTS or column == OUTLINE:
        return json.dumps(value, ensure_ascii=False) if value else ""
    if value is None or value == "unknown":
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    return repr(value) if isinstance(value, float) else str(value)


def _put(told: dict[str, Any], column: str, text: str) -> None:
    field, dot, part = column.partition(".")
    value: Any = text
    if column in NAMES:
        value = [name.strip() for name in text.split("/") if name.strip()]
    elif column in LISTS or column == OUTLINE:
        value = _json(column, text)
    elif column in FLAGS:
        if text.casefold() not in ("true", "false"):
            raise IncidentError(f'{column} "{text}" is neither true nor false')
        value = text.casefold() == "true"
    elif column in _WHOLE_NUMBERS:
        value = _number(column, text, int)
    elif column in _NUMBERS:
        value = _number(column, text, float)
    if dot:
        told.setdefault(field, {})[part] = value
    else:
        told[field] = value


def _number(column: str, text: str, kind: type[int] | type[float]) -> float:
    try:
        return kind(text)
    except ValueError:
        what = "a whole number" if kind is int else "a number"
        raise IncidentError(f'{column} "{text}" is not {what}', hint="or empty") from None


def _json(column: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise IncidentError(f"{column} is not JSON: {error}") from None


def _near(column: str) -> str:
    from difflib import get_close_matches

    known = (*COLUMNS, *ONE_SOURCE)
    return ", ".join(get_close_matches(column, known, n=3) or known[:4])


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
