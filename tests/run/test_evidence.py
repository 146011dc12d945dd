"""The reference case from real bytes to verdicts, against the truth that was simulated."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from tocsin.run.examples import examples
from tocsin.run.flow import run_case

REFERENCE = examples()["vaindloo-2025-09-19"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("vaindloo") / "out"
    return run_case(REFERENCE, out).findings


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    (row,) = json.loads((REFERENCE.parent / "truth.json").read_text())["EE"]
    return dict(row)


def test_time_inside_holds_the_truth_and_is_narrow(
    found: dict[str, Any], truth: dict[str, Any]
) -> None:
    by_hypothesis = {i["hypothesis"]: i for i in found["incursions"]}
    assert set(by_hypothesis) == {"osm-2024", "sk42", "overlap"}
    told = by_hypothesis["osm-2024"]
    q = told["duration_s"]
    assert q["q05"] <= truth["duration_s"] <= q["q95"]
    assert q["q95"] - q["q05"] <= 120
    depth = told["max_depth_m"]
    assert depth["q05"] - 100 <= truth["max_depth_m"] <= depth["q95"] + 100
    for end in ("entry_utc", "exit_utc"):
        low, high = (datetime.fromisoformat(told[end][x]) for x in ("q05", "q95"))
        assert low <= datetime.fromisoformat(truth[end]) <= high
    assert told["authorised"] == "no" and told["open"] == "none"


def test_verdicts_come_out_by_themselves(found: dict[str, Any]) -> None:
    claims = {claim["id"]: claim for claim in found["claims"]}
    assert claims["ru-1"]["verdict"] == "contradicted"
    assert claims["ru-1"]["bias_needed_sigma"] > 5
    assert claims["ru-2"]["verdict"] == "supported"
    assert claims["ee-1"]["verdict"] == "supported"
    assert claims["ee-2"]["verdict"] == "supported"
    assert claims["ee-3"]["verdict"] == "unobserved" and "register" in claims["ee-3"]["why"]


def test_more_than_3_km_from_vaindloo_fits_a_violation(found: dict[str, Any]) -> None:
    pairs = {frozenset((c["a"], c["b"])): c for c in found["compatibility"]}
    fits = pairs[frozenset(("ru-2", "ee-1"))]
    assert fits["compatible"] is True
    assert "every point 3 km from vaindloo lies 8.8 to 14.4 km inside EE" in fits["why"]
    assert pairs[frozenset(("ru-1", "ee-1"))]["compatible"] is False


def test_it_is_marked_synthetic_and_says_what_dominates(found: dict[str, Any]) -> None:
    assert found["synthetic"] is True
    shares = found["incursions"][0]["shares_of_variance"]
    assert sum(shares.values()) == pytest.approx(1.0, abs=0.01)
    assert max(shares, key=lambda name: shares[name]) == "boundary"


def test_silence_on_the_radio_is_weak_evidence_near_vaindloo(found: dict[str, Any]) -> None:
    """The island is Estonian and lies about 1 km inside the St Petersburg FIR (METHODS 1)."""
    radio = found["context"]["radio"]
    assert radio["answer"] == "no"
    near = next(place for place in radio["places"] if place["place"] == "vaindloo")
    assert (near["place"], near["fir"], near["weight"]) == ("vaindloo", "St Petersburg FIR", "weak")
    assert 500 < near["inside_m"] < 1300
    shares = {row["fir"]: row["share"] for row in radio["regions"]}
    assert 0.1 < shares["St Petersburg FIR"] < 0.3  # measured on the sampled path
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-3)
    assert "Near Vaindloo, lack of contact is weak evidence" in radio["why"]
    assert radio["sources"][-1]["path"] == "bundled:fir-gof"


def test_whose_word_it_is_stands_beside_the_finding(found: dict[str, Any]) -> None:
    for row in found["incursions"]:
        assert row["authorised_by"] == "Estonia, Ministry of Foreign Affairs"
        assert row["aircraft_count"] == 3
    context = found["context"]
    assert context["transponder"]["by"] == ["Estonia, Defence Forces", "radar-a", "radar-b"]
    assert context["flight_plan"]["owed"] is True
    assert context["response"]["missing"] == ["detected"]
    assert context["coverage"]["answer"] == "yes"


def test_what_the_height_costs_is_told(found: dict[str, Any]) -> None:
    table = found["sensitivity"][0]
    rows = {row["quantity"]: row for row in table["rows"]}
    assert set(rows) == {"duration", "depth", "entry", "exit"}
    q = found["incursions"][0]["duration_s"]
    assert rows["duration"]["width"] == pytest.approx(q["q95"] - q["q05"], abs=0.01)
    for row in rows.values():
        assert min(row["known"], key=lambda name: row["known"][name]) == "boundary"
    assert any(text.startswith("Knowing the height would") for text in table["says"])
