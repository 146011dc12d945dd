"""Precedents with reasons for and against."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.pattern.similar import similar

ROWS: dict[str, dict[str, Any]] = {
    "case": {"place": (26.36, 59.82), "time of day": 7.0, "domain": "air", "transponder": "off"},
    "there": {"place": (26.40, 59.83), "time of day": 6.5, "domain": "air", "transponder": "off"},
    "far": {"place": (21.0, 55.0), "time of day": 19.0, "domain": "sea", "transponder": "on"},
    "thin": {"domain": "air"},
    "none": {},
}


def test_the_nearest_comes_first_with_its_reasons() -> None:
    found = similar("case", ROWS)
    assert [one.id for one in found.precedents] == ["there", "far", "thin"]  # thin ones last
    near, far, thin = found.precedents
    assert near.reasons_for[0].startswith("place: 2.")
    assert near.reasons_against == ()
    assert "domain: air, there sea" in far.reasons_against
    assert "time of day: 12 h apart" in far.reasons_against
    assert thin.thin
    assert thin.compared.missing == ("place", "time of day", "transponder")
    assert any("too little is known" in line for line in found.words)


def test_what_nobody_has_is_not_compared() -> None:
    found = similar("case", ROWS)
    assert [one.name for one in found.features] == [
        "place",
        "time of day",
        "domain",
        "transponder",
    ]


def test_three_cues_of_one_thing_weigh_as_one() -> None:
    weights = {one.name: one.weight for one in similar("a", both()).features}
    cues = weights["transponder"] + weights["flight plan"] + weights["radio"]
    assert cues == pytest.approx(weights["domain"])


def both() -> dict[str, dict[str, Any]]:
    row = {"domain": "air", "transponder": "off", "flight plan": "none", "radio": "none"}
    return {"a": row, "b": dict(row)}


def test_fewer_than_five_carry_no_claim() -> None:
    found = similar("a", both())
    assert found.words[0].startswith("no pattern claim is possible")
    assert found.as_json()["verdict"] == "no pattern claim is possible"
    assert found.precedents[0].compared.distance == 0


def test_a_register_of_one() -> None:
    found = similar("a", {"a": {"domain": "air"}})
    assert found.precedents == ()
    assert any("Nothing in the record" in line for line in found.words)
