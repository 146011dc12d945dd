"""Incidents as CSV without loss, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.register.made import incident
from tocsin.errors import IncidentError
from tocsin.register.csvform import COLUMNS, incident_of_row, written
from tocsin.run.register_import import bundled_incidents
from tocsin.schema import AirspaceClass, Cause, Civil, Incident, Severity


def back(text: str) -> list[Incident]:
    return [incident_of_row(row) for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_the_shipped_register_comes_back_as_it_was() -> None:
    every = bundled_incidents()
    assert back("".join(written(every))) == every


def test_everything_an_incident_can_hold_comes_back() -> None:
    made = incident(
        "X-1",
        civil={"airspace_class": "C", "causes": ["height", "weather"], "severity": "D"},
        where={"outline_deg": [[-3.5, 1.0], [2.0, -1.5], [0.0, 2.0]]},
        links=[{"kind": "related", "id": "X-2"}],
        control=True, synthetic=True, tlp="AMBER+STRICT", incursions=["i1"],
    )  # fmt: skip
    assert back("".join(written([made]))) == [made]
    causes = (Cause.HEIGHT, Cause.WEATHER)
    assert made.civil == Civil(AirspaceClass.C, causes, severity=Severity.D)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30))
def test_any_text_survives_and_none_begins_a_formula(text: str) -> None:
    if not text.strip() or text != text.strip(" \n"):
        return
    made = replace(incident(), what=text)
    out = "".join(written([made]))
    (row,) = csv.reader(io.StringIO(out.split("\n", 1)[1], newline=""))
    cell = row[COLUMNS.index("what")]
    assert cell[0] not in "=@" and (cell[0] not in "+-" or cell.strip("+-.0123456789eE") == "")
    assert back(out) == [made]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1"])
def test_a_formula_is_refused(cell: str) -> None:
    row = {"id": "X", "what": cell, "domain": "air", "source_title": "a"}
    with pytest.raises(IncidentError, match="formula"):
        incident_of_row(row)
    assert incident_of_row({**row, "what": f"'{cell}"}).what == cell if "\t" not in cell else True


def test_negative_numbers_are_numbers() -> None:
    row = {"id": "X", "what": "x", "domain": "air", "source_title": "a",
           "where.lat_deg": "-33.5", "where.lon_deg": "+18.25"}  # fmt: skip
    assert incident_of_row(row).where.lat_deg == -33.5


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("wehn.begin", "2025", "did you mean|use when.begin"),
        ("where.lat_deg", "north", "not a number"),
        ("count_of_objects.least", "2.5", "not a whole number"),
        ("sources", "[{", "is not JSON"),
        ("control", "maybe", "neither true nor false"),
    ],
)
def test_a_wrong_cell_is_named(column: str, cell: str, says: str) -> None:
    row = {"id": "X", "what": "x", "domain": "air", "source_title": "a", column: cell}
    with pytest.raises(IncidentError, match=says):
        incident_of_row(row)
