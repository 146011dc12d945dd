"""Files of somebody's own: delimiters, marks and headers as spreadsheets write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tocsin.errors import IncidentError
from tocsin.run.register_files import incidents_in

TABLE = "id,what,domain,states,when.begin,source_title\nA-1,a glider,air,EE/LV,2025-05,ERR\n"


def only(path: Path) -> tuple[str, tuple[str, ...], str]:
    (found,) = incidents_in(path)
    assert found.refusal is None and found.incident is not None
    told = found.incident
    return told.id, told.states, str(told.when.begin)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("name", ["a.csv", "a.TSV"])
def test_a_table_is_read_as_spreadsheets_write_it(
    tmp_path: Path, mark: str, end: str, bom: str, name: str
) -> None:
    text = bom + TABLE.replace(",", mark).replace("\n", end)
    (tmp_path / name).write_bytes(text.encode())
    assert only(tmp_path / name) == ("A-1", ("EE", "LV"), "2025-05")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        (TABLE.replace("what,", "what,what,", 1), 'has two columns "what"; keep one'),
        (TABLE.replace("domain", "sphere"), "has no column domain"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(IncidentError, match=says):
        list(incidents_in(tmp_path / "a.csv"))


@pytest.mark.parametrize("states", [["EE", "LV"], "EE/LV"])
def test_geojson_of_another_program_names_states_in_a_list_or_in_text(
    tmp_path: Path, states: object
) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [26.3, 59.8]},
        "properties": {
            "id": "A-1",
            "what": "a glider",
            "domain": "air",
            "states": states,
            "when.begin": "2025-05",
            "source_title": "ERR",
        },
    }
    (tmp_path / "a.json").write_text(json.dumps(feature))
    assert only(tmp_path / "a.json") == ("A-1", ("EE", "LV"), "2025-05")
