"""The news report of the examples, fact by fact: the verdicts, and what they rest on."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.run.examples import examples
from tocsin.run.judge import judge_case
from tocsin.settings import FindSettings

VERDICTS = {
    "over-12-min": "unresolved",  # 717 s with 3 s either way: 720 s lies at its edge
    "about-12-min": "supported",
    "three-aircraft": "supported",  # NATO counted them, and is no party
    "no-radio": "unresolved",  # on Estonia's word only
    "from-lithuania": "contradicted",
    "from-finland": "supported",
    "fourth": "supported",
    "drones-poland": "supported",
    "drones-romania": "supported",
    "spends-3.38": "supported",
    "spends-3.38-any": "unresolved",
    "above-2": "supported",
    "5-by-2026": "supported",
    "70-doubt": "unresolved",
    "45-before-2022": "unresolved",
    "quarrel-at-council": "contradicted",
    "premier-at-council": "contradicted",
}


@pytest.fixture(scope="module")
def claims() -> dict[str, dict[str, Any]]:
    found, _ = judge_case(examples()["news-report"], FindSettings())
    assert found["synthetic"] is True
    return {row["id"]: row for row in found["claims"]}


def test_every_statement_has_its_verdict(claims: dict[str, dict[str, Any]]) -> None:
    assert {name: row["verdict"] for name, row in claims.items()} == VERDICTS


def test_each_names_what_it_rests_on_or_what_could_not_decide(
    claims: dict[str, dict[str, Any]],
) -> None:
    for row in claims.values():
        assert row["rests_on"] or row["could_not_decide"], row["id"]
    assert {len(claims[name]["rests_on"]) for name in ("drones-poland", "drones-romania")} == {1}
    assert len(claims["fourth"]["rests_on"]) == 4


def test_both_editions_are_named(claims: dict[str, dict[str, Any]]) -> None:
    row = claims["spends-3.38-any"]
    assert {(r["edition"], r["value"]) for r in row["rests_on"]} == {
        ("August 2025", 3.38),
        ("2026", 3.93),
    }
    assert all(part in row["why"] for part in ("3.38 %", "August 2025", "3.93 %", "2026 edition"))
    (later,) = claims["5-by-2026"]["rests_on"]
    assert (later["value"], later["status"], later["edition"]) == (5.1, "estimate", "2026")


def test_no_survey_asked_what_the_report_says(claims: dict[str, dict[str, Any]]) -> None:
    for name in ("70-doubt", "45-before-2022"):
        row = claims[name]
        assert row["rests_on"] == []
        assert "cannot be compared" in row["why"] and "NO SURVEY FOUND" in row["why"]


def test_where_they_spoke_has_its_sources(claims: dict[str, dict[str, Any]]) -> None:
    rows = claims["quarrel-at-council"]["rests_on"]
    assert {row["value"] for row in rows} == {"telephone call"}
    assert all(row["sources"] for row in rows)
    assert "NATO, spokesperson" in claims["quarrel-at-council"]["why"]
