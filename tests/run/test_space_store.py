"""Incidents of a register for the verbs that look at where, and at likeness."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tests.register.made import add, incident, template
from tocsin.commands.pattern import app
from tocsin.register.sql import open_store
from tocsin.run.space_store import features


def register(tmp_path: Path) -> str:
    path = shutil.copy(template(), tmp_path / "register.db")
    url = f"sqlite:///{path}"
    with open_store(url) as store:
        for k in range(24):
            near = k < 5
            lat, lon = (59.8, 26.3) if near else (55 + k * 0.1, 20 + k * 0.3)
            at = {"text": "there", "lat_deg": lat, "lon_deg": lon, "radius_m": 1e4}
            day = f"2025-09-{k + 1:02d}" if near else f"20{k * 7 % 24:02d}-05-{k + 1:02d}"
            add(store, incident(f"EE-{k}", where=at, when={"begin": day}))
        add(store, incident("EE-nowhere", when={"begin": "2024-01-01"}))
    return url


def asked(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_clusters_of_a_register(tmp_path: Path) -> None:
    url = register(tmp_path)
    answer = asked("cluster", "--store", url, "--replicates", "99")
    assert answer["cases"] == 24
    assert "59.800, 26.300" in answer["most_likely"]["places"]
    assert answer["most_likely"]["last"] == "2025-09-05"
    (read,) = answer["inputs"]
    assert (read["records"], read["decoded"], read["reasons"]) == (25, 24, {"no-place": 1})


def test_precedents_of_a_register(tmp_path: Path) -> None:
    answer = asked("similar", "--store", register(tmp_path), "--id", "EE-0", "--nearest", "4")
    assert {one["id"] for one in answer["precedents"]} == {"EE-1", "EE-2", "EE-3", "EE-4"}
    assert answer["recurrence"]["within"] == [4, 4]


def test_a_probe_of_a_register(tmp_path: Path) -> None:
    responses = tmp_path / "responses.csv"
    responses.write_text("time\n2025-09-03\n")
    url = register(tmp_path)
    answer = asked("probe", "--store", url, "--responses", str(responses), "--replicates", "49")
    assert answer["responses"] == 1
    assert answer["unit"] == "day"


def test_what_is_open_is_not_known() -> None:
    made = incident(
        "EE-1",
        when={"begin": "2025-09-19T06:58Z"},
        count_of_objects={"least": 3},
        radio={"answer": "no"},
    )
    told = features(made)
    assert told["count"] is None
    assert told["radio"] == "no"
    assert told["transponder"] is None
    assert abs(told["time of day"] - (6 + 58 / 60)) < 1e-9
    assert features(incident("EE-2", when={"begin": "2025-09-19"}))["time of day"] is None
