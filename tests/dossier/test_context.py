"""The sections on context and on uncertainty: what stands there, and what is left out."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from tests.dossier.case import quantiles
from tests.dossier.test_compose import EVIL, parse
from tocsin.dossier import DossierData, allowed, render
from tocsin.dossier.response import response
from tocsin.dossier.uncertainty import sensitivity

ID = "4ab179-1/DK/1"
SHA = "ab" * 32
REGIONS: list[dict[str, Any]] = [
    {"fir": "Malmö FIR", "served_by": "Sweden", "share": 0.19, "weight_there": "weak",
     "share_interval": quantiles(0.18, 0.19, 0.2), "path": "fir.geojson", "sha256": SHA},
    {"fir": "Copenhagen FIR", "served_by": "Denmark", "share": 0.8, "weight_there": "full",
     "share_interval": quantiles(0.79, 0.8, 0.81), "path": "fir.geojson", "sha256": SHA},
]  # fmt: skip
SAID = {"by": "Denmark, Naviair", "path": "case.toml", "place": "[[report]] 1", "grade": "B2"}


@pytest.fixture
def told() -> dict[str, Any]:
    """A context as findings.json has it."""
    answer = {"answer": "no", "why": "Denmark, Naviair says no", "by": ["Denmark, Naviair"],
              "weight": "full", "weight_why": "", "owed_why": "it was owed", "sources": [SAID],
              "each": []}  # fmt: skip
    near = {"place": "isle", "title": "Isle", "weight": "weak", "why": "Isle lies in Malmö FIR"}
    return {
        "about": ID,
        "authorisation": {**answer, "until": None},
        "flight_plan": {**answer, "answer": "not in this feed", "by": [], "sources": []},
        "transponder": {**answer, "answer": "yes", "weight": "unknown"},
        "radio": {**answer, "weight": "partial", "weight_why": "served by two", "regions": REGIONS,
                  "places": [near], "says": ["Near Isle, lack of contact is weak evidence."]},
        "activation": {"answer": "yes", "why": "sovereign airspace has no hours", "sources": [],
                       "each": []},
        "coverage": {"answer": "cannot tell", "why": "of the passage, 40 % is seen", "share": 0.4,
                     "limits": "no terrain is known", "sensors": [
                         {"sensor": "radar-a", "kind": "radar", "share": 0.4,
                          "lowest_m": {"isle": 260}}]},
        "response": {
            "answer": "yes",
            "steps": [
                {"step": "scrambled", "from_utc": "2018-11-26T10:38:00Z",
                 "to_utc": "2018-11-26T10:39:00Z", "by": ["Denmark, QRA"], "who": ["F-16"]},
                {"step": "airborne", "from_utc": None, "to_utc": "2018-11-26T10:45:00Z",
                 "by": ["Denmark, QRA"], "who": ["F-16", "F-35"]},
                {"step": "escorted", "from_utc": None, "to_utc": None, "by": [], "who": []},
            ],
            "between": [
                {"first": "detected", "then": "scrambled", "min_s": None, "max_s": None},
                {"first": "scrambled", "then": "airborne", "min_s": None, "max_s": 420.0},
            ],
        },
    }  # fmt: skip


@pytest.fixture
def tables() -> list[dict[str, Any]]:
    known = {"boundary": 1.8, "height": 5.9, "bias": 6.5, "noise": 6.6}
    row = {"quantity": "duration", "unit": "s", "width": 6.6, "known": known}
    says = ["Knowing the height would narrow the time inside from 6.6 s to 5.9 s."]
    return [{"incursion": ID, "rows": [row], "says": says}]


@pytest.fixture
def whole(
    findings: dict[str, Any], told: dict[str, Any], tables: list[dict[str, Any]]
) -> dict[str, Any]:
    return {**findings, "context": told, "sensitivity": tables}


def test_the_sections_stand_in_their_order(whole: dict[str, Any], data: DossierData) -> None:
    html = render(whole, data)
    heads = [re.sub("<[^>]+>", "", h) for h in re.findall(r"<h2[^>]*>.*?</h2>", html)]
    assert heads[4:10] == [
        "4Passages",
        "5Was it allowed?",
        "6Who could have seen it?",
        "7Response",
        "8What the uncertainty is made of",
        "9Where the track is not to be trusted",
    ]
    found = parse(html)
    assert found.wrong == [] and found.open == []
    assert len(found.ids) == len(set(found.ids))
    text = " ".join(" ".join(found.text).split())
    for fact in (
        "It was not authorised, on the word of Denmark, Naviair.",
        "Near Isle, lack of contact is weak evidence.",
        "near Isle it weighs little",
        "In part: sensors of this case could see 40",
        "Sees above Isle",
        "nobody recorded it",
        "Knowing the height would narrow the time inside from 6.6 s to 5.9 s.",
    ):
        assert fact in text or fact in html, fact


def test_a_case_without_them_has_none(findings: dict[str, Any], data: DossierData) -> None:
    html = render(findings, data)
    for head in ("Was it allowed?", "Who could have seen it?", "Response", "uncertainty is made"):
        assert head not in html


def test_the_context_is_left_as_it_was(whole: dict[str, Any], data: DossierData) -> None:
    before = copy.deepcopy(whole)
    render(whole, data)
    assert whole == before


def test_no_text_of_a_record_becomes_markup(whole: dict[str, Any], data: DossierData) -> None:
    fixed = {"about", "id", "incursion", "from_utc", "to_utc", "quantity", "step", "unit"}
    outside = {"window", "as_of", "tlp", "incursions", "integrity", "not_established", "unobserved"}

    def poison(value: Any, key: str = "") -> Any:
        if key in fixed | outside or value is None or isinstance(value, (int, float)):
            return value
        if isinstance(value, dict):
            return {k: poison(v, k) for k, v in value.items()}
        return [poison(v, key) for v in value] if isinstance(value, list) else EVIL

    html = render(poison(whole), data)
    found = parse(html)
    assert "script" not in found.tags
    assert found.wrong == []
    assert found.loads == ["link href=data:,"]


def test_only_a_no_weighs(whole: dict[str, Any]) -> None:
    rows = {row["question"]: row for row in allowed.asked(whole)}
    assert list(rows) == [
        "Authorised", "Flight plan", "Transponder on", "Radio contact with the state"
    ]  # fmt: skip
    assert rows["Flight plan"]["answer"] == "Not in this feed"
    assert rows["Flight plan"]["weight"] == ""  # unobserved is never no
    assert rows["Transponder on"]["weight"] == ""
    radio = rows["Radio contact with the state"]
    assert (radio["level"], radio["near"][0]["level"]) == (2, 1)


def test_what_no_region_holds_is_drawn_as_such(whole: dict[str, Any]) -> None:
    parts = allowed.served(whole)["parts"]
    assert [(p["name"], p["own"]) for p in parts] == [
        ("Malmö FIR", False),
        ("Copenhagen FIR", True),
        ("no known region", None),
    ]
    assert sum(p["width"] for p in parts) == pytest.approx(100.0)


def test_a_response_keeps_what_is_unknown(whole: dict[str, Any]) -> None:
    figure, rows, between = response(whole)
    assert figure is not None and 'aria-label="The response over time.' in figure.svg
    when = {row["step"]: row["when"].replace("\u00a0", " ") for row in rows}
    assert when == {
        "detected": "not recorded",
        "scrambled": "10:38:00 Z to 10:39:00 Z",
        "airborne": "by 10:45:00 Z",
        "intercepted": "not recorded",
        "escorted": "time not recorded",
        "out": "not recorded",
    }
    assert rows[2]["who"] == "the first of F-16 and F-35"
    assert [b["text"].replace("\u00a0", " ") for b in between] == ["unknown", "up to 7 min 00 s"]


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (None, None, "unknown"),
        (0.0, None, "unknown, but not before it"),
        (30.0, None, "at least 30 s"),
        (30.0, 60.0, "30 s to 60 s"),
        (45.0, 45.0, "45 s"),
        (-30.0, 60.0, "up to 60 s"),
        (-60.0, -30.0, "in the other order"),
    ],
)
def test_times_between_steps_in_words(
    whole: dict[str, Any], least: float | None, most: float | None, text: str
) -> None:
    pair = {"first": "scrambled", "then": "airborne", "min_s": least, "max_s": most}
    whole["context"]["response"]["between"] = [pair]
    _, _, (row,) = response(whole)
    assert row["text"].replace("\u00a0", " ") == text


def test_steps_without_any_time_have_no_figure_and_still_their_rows(whole: dict[str, Any]) -> None:
    whole["context"]["response"]["steps"] = [{"step": "scrambled", "by": ["Denmark"]}]
    figure, rows, _ = response(whole)
    assert figure is None
    assert [row["when"] for row in rows][:3] == [
        "not recorded",
        "time not recorded",
        "not recorded",
    ]


def test_bars_are_shares_of_the_whole_width(whole: dict[str, Any]) -> None:
    table = sensitivity(whole)
    widths = {row["cause"]: row["cells"][0]["width"] for row in table["rows"]}
    assert widths["As it is"] == 100
    assert widths["Boundary known"] == pytest.approx(27.3, abs=0.1)
    assert table["rows"][2]["cells"][0]["text"].replace("\u00a0", " ") == "5.9 s"
