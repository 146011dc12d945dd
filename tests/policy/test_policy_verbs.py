"""The verbs `assess`, `bell believe`, `bell deter`, `bell levers` and their figures."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tocsin.commands.assess import assess
from tocsin.commands.bell_believe import add
from tocsin.errors import CaseError, UsageError
from tocsin.run.assess import (
    assess_incident,
    bundled_incident,
    bundled_precedents,
    read_factors,
)

ROOT = Path(__file__).resolve().parents[2]
app = typer.Typer()
add(app)
app.command()(assess)


def answer(*words: str) -> Any:
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout)


def told(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.exception
    return done.stdout


def test_deter_answers_with_the_computed_values() -> None:
    found = answer("deter")
    assert found["inspection"]["ring"] == 0.25
    assert found["inspection"]["probe"] == pytest.approx(2 / 9)
    assert round(found["commitment"]["pi"], 6) == 0.321122
    assert found["commitment_phi0"]["pi"] == 0.5 and found["commitment_phi0"]["interior"] is None
    odds = [round(stage["fights"], 4) for stage in found["reputation"]["stages"]]
    assert odds == [0, 0.1111, 0.3333, 0.7778, 1, 1]
    assert "nine" in found["no_causal_estimate"] and len(found["illustrative"]) == 18
    found = answer("deter", "--set", "inspection.a=4", "--set", "alarms.n=2", "--set", "alarms.m=1")
    assert found["alarms"]["value"] == pytest.approx(-1 / 3)
    assert "inspection.a" not in found["illustrative"]


@pytest.mark.parametrize(
    "words",
    [
        ("deter", "--set", "inspection.z=4"),
        ("deter", "--set", "inspection.a"),
        ("deter", "--set", "inspection.a=x"),
        ("deter", "--set", "inspection.a=0"),
        ("deter", "--set", "alarms.n=2.5"),
        ("levers", "--set", "depth=3"),
        ("levers", "--set", "phi"),
        ("levers", "--set", "phi=2"),
        ("levers", "--horizon", "0"),
        ("believe", "--weeks-saved", "0"),
        ("assess", "XX-1"),
    ],
)
def test_a_bad_call_is_a_sentence(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, list(words))
    assert isinstance(done.exception, UsageError)


def test_believe_and_levers_say_that_they_are_illustrative_and_show_phi_zero() -> None:
    found = answer("believe")
    assert found["illustrative"] is True and len(found["views"]) == 2
    assert {part["up"] for part in found["maps"]} == {"phi", "cost_ratio"}
    text = told("believe")
    assert "nobody's estimate" in text and text.count("with phi = 0:") == 2
    levers = answer("levers")
    assert len(levers["levers"]) == 5 and all("after_phi0" in row for row in levers["levers"])
    assert "No causal estimate" in told("levers")


def test_assess_shows_both_kinds_of_past_case_and_never_says_an_article_is_met() -> None:
    found = answer("assess", "EE-2025-09-19")
    assert found["level"]["low_name"] == "summons"
    assert found["set_aside"] == ["long-armed-and-repeated"]
    assert found["level_with_own"]["high_name"] == "consulted"
    kinds = {case["consulted"] for case in found["nearest"]["not_consulted"]}
    assert found["nearest"]["consulted"] and kinds <= {"no", "not found"}
    assert not any(c["id"] == "EE-2025-09-19" for c in found["nearest"]["overall"])
    assert found["gaps"]["missing"] == []
    assert found["later_rules"] == ["people-hurt"]  # Galati, 29 May 2026
    for row in (*found["nearest"]["consulted"], *found["nearest"]["not_consulted"]):
        assert row["later"] == (row["date"][:10] > "2025-09-19")
    text = told("assess", "EE-2025-09-19")
    assert "in the opinion of any of them" in text and "Dissent: none on record" in text
    assert "is met" not in text.replace("whether the Article is met", "")


FACTORS = """
evidence = ["radar-a", "note-1"]
hypotheses = ["accident", "interference", "deliberate"]

[incident]
id = "XX-1"
title = "a test"

[[factor]]
name = "invasiveness"
score = [2, 3]
evidence = ["radar-a", "lost"]

[[factor]]
name = "military"
score = 4

[[earlier]]
id = "XX-0"
age_d = 20

[[item]]
id = "plan"
says = "no plan"
ratings = ["I", "N", "C"]
evidence = ["note-1"]

[[dissent]]
by = "a member of the desk"
on = "military"
says = "no weapon was seen"
evidence = ["note-1"]
"""


def test_a_file_of_factors_is_assessed_with_its_dissent_and_gaps(tmp_path: Path) -> None:
    path = tmp_path / "factors.toml"
    path.write_text(FACTORS)
    found = answer("assess", "XX-1", "--factors", str(path))
    assert found["refused"] == ["military = [4, 4] names no evidence and counts as unknown, [0, 4]"]
    assert found["dissent"][0]["by"] == "a member of the desk"
    assert found["gaps"]["missing"] == ["XX-0", "lost"]
    assert found["loads"][0]["tau_d"] == 30
    assert found["hypotheses"]["least_contradicted"] == ["interference", "deliberate"]
    assert (found["level"]["low"], found["level"]["high_name"]) == (0, "consulted")
    text = told("assess", "XX-1", "--factors", str(path))
    assert "a member of the desk on military: no weapon was seen" in text
    assert "evidence lost [missing]" not in text or "lost" in text


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "XX-1"', 'id = "XX-2"', 'is about "XX-2"'),
        ("score = [2, 3]", "score = [3, 2]", "ends below"),
        ("score = [2, 3]", 'score = "high"', "neither a number nor"),
        ('name = "military"', 'name = "depth"', "no factor"),
        ("[[factor]]", "[[factors]]", "means nothing here"),
        ("hypotheses =", "guesses =", "means nothing here"),
        ('["I", "N", "C"]', '["I", "N"]', "rated against 2 of 3"),
        ("[incident]", "[incident", "is not TOML"),
        ("age_d = 20", "age_d = 20\nseverity = -1", "negative"),
        ('title = "a test"', 'date = "soon"', "is no date"),
    ],
)
def test_what_a_file_of_factors_gets_wrong_is_one_line(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "factors.toml"
    path.write_text(FACTORS.replace(old, new, 1))
    with pytest.raises(CaseError) as caught:
        read_factors(path, "XX-1")
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_the_same_input_gives_the_same_assessment() -> None:
    one, two = (assess_incident(bundled_incident("RO-2026-05-29")) for _ in range(2))
    assert one == two


def test_the_bundled_cases_hold_both_kinds_and_their_sources() -> None:
    cases = bundled_precedents()
    asked = [case for case in cases if case.consulted == "yes"]
    assert len(asked) == 9 and len(cases) > 60
    assert all(case.source.title for case in cases)
    assert all(s.evidence and s.by for c in cases for s in c.factors.scores if s.evidence)
    assert {case.level for case in asked} == {4}
    assert not any(case.factors.refused for case in cases)


@pytest.mark.data
def test_the_bundled_cases_are_those_of_the_facts(shared: Path) -> None:
    command = [
        sys.executable,
        str(ROOT / "builders" / "build_precedents.py"),
        str(shared / "facts"),
    ]
    done = subprocess.run([*command, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_figure_is_the_same_bytes_twice(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for name in ("one.svg", "two.svg"):
        told("assess", "EE-2025-09-19", "--figure", str(tmp_path / name))
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@pytest.mark.parametrize(
    "words", [("believe",), ("deter",), ("levers",), ("assess", "PL-2025-09-10")]
)
def test_a_figure_says_what_it_is(tmp_path: Path, words: tuple[str, ...]) -> None:
    pytest.importorskip("matplotlib")
    told(*words, "--figure", str(tmp_path / "one.svg"))
    data = (tmp_path / "one.svg").read_bytes()
    root = ET.fromstring(data.decode().partition("\n")[2])  # noqa: S314 (our own bytes)
    text = " ".join(each.text or "" for each in root.iter() if each.tag.endswith("text"))
    assert "ILLUSTRATIVE" in text or "for illustration" in text
    assert root.attrib["role"] == "img" and root.attrib["aria-label"]
