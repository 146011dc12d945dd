"""Incidents as CSV (RFC 4180), safe in a spreadsheet, and back without loss.

The columns are those of `register.csvform`, which people fill in by hand, and one more, `exact`.
A cell cannot tell text with a space at its edge, or the word "unknown", from what is not there;
where that would change an incident, `exact` holds those fields as JSON.  It is mostly empty.

What the file says of itself stands beside it, as CSV on the Web has it: `NAME.csv-metadata.json`
(W3C, Metadata Vocabulary for Tabular Data, 5.3).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from tocsin.errors import IncidentError
from tocsin.register import csvform
from tocsin.register.exchange.item import Items, Manifest
from tocsin.register.exchange.plain import Found, edited, loads
from tocsin.schema import Incident, incident_dict, incident_of

EXACT = "exact"
COLUMNS = (*csvform.COLUMNS, EXACT)
#: A field longer than this is no field: the quote that should end it is missing.
_LONGEST_CELL = 1_000_000


def write(items: Items, manifest: Manifest) -> bytes:
    """Return a CSV file; the manifest stands beside it, see `metadata`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in items:
        # Stripped as they will be read: a blank in front must not hide a sign.
        cells = [csvform.neutral(cell.strip(" \n")) for cell in csvform.cells(item.incident)]
        writer.writerow([*cells, csvform.neutral(_exact(item.incident))])
    return out.getvalue().encode()


def metadata(manifest: Manifest, name: str) -> bytes:
    """Return the metadata of a CSV file called `name`."""
    told = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": name,
        "dialect": {"header": True, "encoding": "utf-8"},
        "tableSchema": {
            "columns": [{"name": column, "titles": column} for column in COLUMNS],
            "primaryKey": "id",
        },
        "urn:tocsin:export": json.dumps(manifest.told(), ensure_ascii=False),
    }
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def read(text: str, path: str) -> Found:
    """Return the incidents of a CSV file in this form or that of `register.csvform`."""
    found = Found(path)
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    try:
        missing = [name for name in ("id", "what", "domain") if name not in (rows.fieldnames or [])]
        if missing:
            raise IncidentError(f"has no column {', '.join(missing)}", path=path)
        for row in rows:
            found.take(f"line {rows.line_num}", lambda row=row: incident_of_row(row))  # type: ignore[misc]
    except csv.Error as error:
        raise IncidentError(
            f"is no CSV: {error}", path=path, place=f"line {rows.line_num}"
        ) from None
    return found


def incident_of_row(row: Mapping[str, Any]) -> Incident:
    """Return the incident of a row, with what `exact` says more exactly."""
    if row.get(""):
        raise IncidentError("has more cells than the header", hint="quote cells with commas")
    if None in row.values():
        raise IncidentError("has fewer cells than the header", hint="leave cells empty, not out")
    plain = {column: cell for column, cell in row.items() if column != EXACT}
    exact = csvform.read_cell(EXACT, row.get(EXACT) or "")
    if not exact:
        return csvform.incident_of_row(plain)
    told = loads(exact)
    if not isinstance(told, dict):
        raise IncidentError(f"{EXACT} is no JSON object", place=EXACT)
    # A title of blanks has no cell: the fields of `exact` may be needed for there to be any.
    known = {column: cell for column, cell in plain.items() if _field(column) not in told}
    base = csvform.incident_of_row({**known, **_stand_ins(told)})
    made = incident_of({**incident_dict(base), **told})
    written = dict(zip(csvform.COLUMNS, csvform.cells(made), strict=True))
    changed = [
        column
        for column, cell in plain.items()
        if column in written
        and _field(column) in told
        and _read(column, cell) != written[column].strip(" \n")
    ]
    if changed:
        edited(changed, made)
    return made


def _exact(incident: Incident) -> str:
    """Return the fields that the cells alone would not give back, as JSON; "" where none."""
    told = incident_dict(incident)
    cells = dict(zip(csvform.COLUMNS, csvform.cells(incident), strict=True))
    lost = {}
    for column, cell in cells.items():
        field, dot, part = column.partition(".")
        value = told[field][part] if dot else told[field]
        if isinstance(value, str) and cell.strip(" \n") != value and value != "unknown":
            lost[field] = told[field]
        if value == "unknown" and column in _FREE:
            lost[field] = told[field]
    return json.dumps(lost, ensure_ascii=False) if lost else ""


#: Columns of free text, in which "unknown" is a word and no absence.
_FREE = frozenset(
    {"what", "notes", "where.text"}
    | {f"{field}.text" for field in csvform.PARTS if field not in ("when", "where")}
    | {f"{field}.by" for field, parts in csvform.PARTS.items() if "by" in parts}
)


def _stand_ins(told: Mapping[str, Any]) -> dict[str, str]:
    return {"what": "x"} if "what" in told else {}


def _field(column: str) -> str:
    return column.partition(".")[0]


def _read(column: str, cell: str) -> str:
    return csvform.read_cell(column, cell or "")
