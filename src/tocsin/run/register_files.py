"""Incidents out of a file, one by one: the good ones survive the bad, each with its place.

Read are the project's own CSV (`register.csvform`), the form of the shipped list (a CSV with the
column `start_utc`), JSON (one incident, a list, or `{"incident": [...]}`), lines of JSON, and what
`register export` writes as GeoJSON, STIX or GeoParquet (`register.exchange.read`).
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tocsin.errors import IncidentError
from tocsin.register import bundled, csvform
from tocsin.register.exchange import csv as exchanged_csv
from tocsin.register.exchange import read as exchanged
from tocsin.schema import Incident, Refusal, incident_of

_LIST = "start_utc"  # a column that only the form of the shipped list has
_NEEDED = ("id", "what", "domain")
_LIST_NEEDED = (
    *("id", "start_utc", "end_utc", "state", "domain", "what", "actor_alleged"),
    *("count_of_objects", "duration_s", "depth_km", "location_text", "lat", "lon"),
    *("position_uncertainty_km", "transponder", "flight_plan", "radio", "response"),
    *("source_title", "source_url", "source_date", "verification", "notes"),
)
#: A field longer than this is no field: the quote that should end it is missing.
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """One record of a file: an incident, or why it is none."""

    place: str
    incident: Incident | None
    refusal: Refusal | None


def incidents_in(path: Path) -> Iterator[Found]:
    """Yield every record of a file; raise IncidentError where the file as a whole is none."""
    data = _bytes(path)
    if exchanged.holds(data):
        yield from _exchanged(path, data)
        return
    text = _text(path, data)
    is_csv = path.suffix.lower() in (".csv", ".tsv")
    rows = _csv_rows(path, text) if is_csv else _json_rows(path, text)
    seen: dict[str, str] = {}
    for place, name, make in rows:
        try:
            made = make()
        except IncidentError as error:
            yield Found(place, None, _refused(path, place, name, error))
            continue
        if made.id in seen:
            detail = f"{made.id} stands at {seen[made.id]} already; give one of them another id"
            yield Found(place, None, Refusal(str(path), place, "duplicate", detail))
            continue
        seen[made.id] = place
        yield Found(place, made, None)


def _exchanged(path: Path, data: bytes) -> Iterator[Found]:
    made, refused = exchanged.read(data, str(path))
    yield from (Found("", incident, None) for incident in made)
    yield from (Found(refusal.place, None, refusal) for refusal in refused)


Record = tuple[str, str, Callable[[], Incident]]


def _csv_rows(path: Path, text: str) -> Iterator[Record]:
    csv.field_size_limit(_LONGEST_CELL)
    if not text.strip():
        raise IncidentError("is empty", path=str(path))
    stream = io.StringIO(text, newline="")
    reader = csv.DictReader(stream, restkey="", strict=True, delimiter=_delimiter(text))
    try:
        header = reader.fieldnames or []
        twice = [name for name, times in Counter(header).items() if times > 1]
        if twice:
            raise IncidentError(f'has two columns "{twice[0]}"', path=str(path), hint="keep one")
        listed = _LIST in header
        missing = [name for name in (_LIST_NEEDED if listed else _NEEDED) if name not in header]
        if missing:
            raise IncidentError(
                f"has no column {', '.join(missing)}",
                path=str(path),
                hint="see docs/reference/bundled-register.md for both forms",
            )
        make = _listed if listed else _own
        for row in reader:
            place = f"line {reader.line_num}"
            yield place, str(row.get("id") or ""), partial(make, row)
    except csv.Error as error:
        raise IncidentError(
            f"is no CSV: {error}", path=str(path), place=f"line {reader.line_num}"
        ) from None


def _delimiter(text: str) -> str:
    """Return what parts the names of the header: a comma, else what some spreadsheets write."""
    header = text.lstrip().partition("\n")[0]
    return max(",;\t", key=lambda mark: (header.count(mark), mark == ","))


def _own(row: Mapping[str, Any]) -> Incident:
    _ragged(row)
    return exchanged_csv.incident_of_row(row)


def _listed(row: Mapping[str, Any]) -> Incident:
    _ragged(row)
    return bundled.incident({name: csvform.read_cell(name, cell) for name, cell in row.items()})


def _ragged(row: Mapping[str, Any]) -> None:
    if row.get(""):
        raise IncidentError("has more cells than the header", hint="quote cells with commas")
    if None in row.values():
        raise IncidentError("has fewer cells than the header", hint="leave cells empty, not out")


def _json_rows(path: Path, text: str) -> Iterator[Record]:
    if path.suffix.lower() in (".ndjson", ".jsonl"):
        for n, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield f"line {n}", "", partial(_line, line)
        return
    try:
        told = _loads(text)
    except IncidentError as error:
        raise IncidentError(error.problem, path=str(path)) from None
    if isinstance(told, dict) and isinstance(told.get("incident"), list):
        told = told["incident"]
    for n, one in enumerate(told if isinstance(told, list) else [told], 1):
        name = str(one.get("id", "")) if isinstance(one, dict) else ""
        yield f"incident {n}", name, partial(_record, one)


def _record(told: Any) -> Incident:
    if not isinstance(told, dict):
        raise IncidentError("is no incident: a table of fields is wanted")
    return incident_of(told.get("incident", told) if "revision" in told else told)


def _line(text: str) -> Incident:
    return _record(_loads(text))


def _loads(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise IncidentError(f"is not JSON: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a key is given twice")
    return table


def _refused(path: Path, place: str, name: str, error: IncidentError) -> Refusal:
    if error.place == "formula":
        reason, where = "formula", ""
    else:
        reason = "no-source" if "has no source" in error.problem else "bad-record"
        where = f"{error.place}: " if error.place else ""
    named = f"{name}: " if name and not error.problem.startswith(name) else ""
    said = "say who published it: source_title, or sources" if reason == "no-source" else error.hint
    hint = f"; {said}" if said else ""
    return Refusal(str(path), place, reason, f"{named}{where}{error.problem}{hint}")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise IncidentError((error.strerror or "cannot be read").lower(), path=str(path)) from None


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IncidentError(f"is not UTF-8: {error.reason}", path=str(path)) from None
