"""What every reader of this folder does alike: strict JSON, one record after another, refusals.

A record that fails is set aside with its file, its place and a sentence; the others survive.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tocsin.errors import IncidentError
from tocsin.register.csvform import COLUMNS, NAMES, ONE_SOURCE, incident_of_row
from tocsin.register.exchange.shape import where_of
from tocsin.schema import Incident, Refusal, incident_of

#: The property or column that holds an incident whole.
WHOLE = "incident"
_FIELDS = frozenset(Incident.__dataclass_fields__)
_COLUMNS = frozenset((*COLUMNS, *ONE_SOURCE))


@dataclass(slots=True)
class Found:
    """What a file held: incidents, and refusals for the rest."""

    path: str
    incidents: list[Incident] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)  # id -> place

    def take(self, place: str, make: Callable[[], Incident]) -> None:
        """Keep the incident that `make` returns, or why it is none."""
        try:
            incident = make()
        except IncidentError as error:
            where = f"{error.place}: " if error.place and error.place not in _REASONS else ""
            hint = f"; {error.hint}" if error.hint else ""
            self.refuse(place, _reason(error), f"{where}{error.problem}{hint}")
            return
        if incident.id in self.seen:
            first = self.seen[incident.id]
            self.refuse(
                place, "duplicate", f"{incident.id} stands at {first} already; rename one of them"
            )
            return
        self.seen[incident.id] = place
        self.incidents.append(incident)

    def refuse(self, place: str, reason: str, detail: str) -> None:
        self.refusals.append(Refusal(self.path, place, reason, detail))


_REASONS = frozenset({"formula", "edited", "no-domain", "geometry"})


def _reason(error: IncidentError) -> str:
    if error.place in _REASONS:
        return error.place
    return "no-source" if "has no source" in error.problem else "bad-record"


def loads(text: str | bytes, path: str = "") -> Any:
    """Return what JSON text means; raise IncidentError for NaN and for keys given twice."""
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise IncidentError(f"is not JSON: {error}", path=path) from None


def whole(told: Any) -> Incident:
    """Return the incident that was written whole: a dictionary, or text of one."""
    if isinstance(told, str):  # as GIS programs hand nested values on
        told = loads(told)
    if not isinstance(told, dict):
        raise IncidentError("is no incident: a table of fields is wanted", place=WHOLE)
    return incident_of(told)


def edited(names: list[str], incident: Incident) -> NoReturn:
    """Refuse a record in which something else says what the whole incident does not."""
    raise IncidentError(
        f"{incident.id}: {', '.join(names)} differs from what `{WHOLE}` holds",
        place="edited",
        hint=f"change both, or remove `{WHOLE}` and keep the plain fields",
    )


def foreign(told: Mapping[str, Any], place: Any, name: Any = None) -> Incident:
    """Return the incident of a record that another program wrote, from fields named like ours.

    told   fields of an incident, or columns as `register.csvform` names them; others are refused
    place  a geometry, taken as the place where the fields name none
    name   the id, where the fields give none
    """
    fields = {key: value for key, value in told.items() if value is not None}
    if name is not None:
        fields.setdefault("id", str(name))
    if set(fields) <= _FIELDS:
        if place is not None and "where" not in fields:
            fields["where"] = _place(place)
        return incident_of(fields)
    if set(fields) <= _COLUMNS:
        row = {key: _cell(value, key in NAMES) for key, value in fields.items()}
        if place is not None and not any(key.startswith("where.l") for key in row):
            row |= {f"where.{key}": _cell(value) for key, value in _place(place).items()}
        return incident_of_row(row)
    odd = sorted(set(fields) - _FIELDS - _COLUMNS)
    raise IncidentError(
        f"no field is called {', '.join(odd[:5])}",
        hint="name fields as the CSV form does: id, what, domain, when.begin, source_title",
    )


def _place(geometry: Any) -> dict[str, Any]:
    found = where_of(geometry)
    if found is None:
        raise IncidentError(
            "the geometry is neither a point nor one outline without holes",
            place="geometry",
            hint="give a Point, or a Polygon of one ring",
        )
    return found


def _cell(value: Any, names: bool = False) -> str:
    if names and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "/".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a key is given twice")
    return table


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number; unknown is null")
