"""The rows of findings.json, on the reference case: three aircraft near Vaindloo."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.claims import vaindloo
from tests.claims.flights import WINDOW_NS, evidence, posterior
from tocsin.claims.changes import changes_if
from tocsin.claims.evaluate import evaluate
from tocsin.claims.evidence import Evidence
from tocsin.claims.grammar import parse
from tocsin.claims.judge import judge
from tocsin.claims.reading import mapping_note, reading
from tocsin.claims.shifts import place_m
from tocsin.errors import ClaimError
from tocsin.schema import Claim

CLAIMS = (
    Claim(
        "ru-1", "Russia, Ministry of Defence", "never inside(EE)", "over neutral waters", grade="D4"
    ),
    Claim("ru-2", "Russia, Ministry of Defence", "always distance(vaindloo) > 3 km"),
    Claim("ee-1", "Estonia, defence forces", "inside(EE) for about 12 min"),
    Claim("ee-2", "Estonia, Foreign Ministry", "always depth(EE) < 10 km"),
    Claim("ee-3", "Estonia", "register: count(state = EE, domain = air, year = 2025) = 4"),
    Claim("ee-4", "Estonia", "transponder = off"),
)
KEYS = ("id", "by", "test", "verdict", "verdicts", "p", "bias_needed_sigma", "why", "changes_if")


def reference() -> Evidence:
    """Return an invented flight along the real limit: 12 min and 100 km inside, 9.4 km deep."""
    rng = np.random.default_rng(19)
    m, k = 1000, 150
    lon0, lat0 = vaindloo.VAINDLOO
    bias = 0.12 * rng.normal(size=(m, 2))  # what the data leave of a prior of one sigma
    east_m = 75_000 - 1390 * np.arange(k) + 250 * bias[:, 1:]
    north_m = 4_000 + 0.25 * (75_000 - 1390 * np.arange(k)) + 1000 * bias[:, :1]
    north_m = north_m + 100 * rng.normal(size=(m, 1))
    flight = posterior(
        np.zeros((m, k)),
        lon_deg=lon0 + east_m / (111_400 * np.cos(np.radians(lat0))),
        lat_deg=lat0 + north_m / 111_400,
        bias_names=("radar-a: azimuth", "radar-a: range"),
        bias_sigmas=bias,
    )
    return Evidence(
        flight,
        WINDOW_NS,
        vaindloo.signed(flight.lon_deg, flight.lat_deg),
        {"vaindloo": place_m(flight.lon_deg, flight.lat_deg, lon0, lat0)},
        signed_distance={vaindloo.EE: vaindloo.inland_m},
        places={"vaindloo": vaindloo.VAINDLOO},
    )


@pytest.fixture(scope="module")
def judged() -> tuple[dict[str, dict[str, object]], dict[tuple[str, str], dict[str, object]]]:
    rows, pairs = judge(CLAIMS, reference())
    return {row["id"]: row for row in rows}, {(row["a"], row["b"]): row for row in pairs}


def test_the_verdicts_of_the_reference_case(judged) -> None:  # type: ignore[no-untyped-def]
    rows, _ = judged
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "ru-1": "contradicted",
        "ru-2": "supported",
        "ee-1": "supported",
        "ee-2": "supported",
        "ee-3": "unobserved",
        "ee-4": "unobserved",
    }


def test_a_row_has_what_the_design_names_and_is_json(judged) -> None:  # type: ignore[no-untyped-def]
    rows, pairs = judged
    for row in rows.values():
        assert set(KEYS) <= set(row)
    text = json.dumps([list(rows.values()), list(pairs.values())], allow_nan=False)
    assert "NaN" not in text


def test_the_denial_needs_a_bias_and_the_rest_none(judged) -> None:  # type: ignore[no-untyped-def]
    rows, _ = judged
    # Every direction tried in steps of 4 degrees and 0.1 sigma: 9.0, at -4 degrees.
    assert rows["ru-1"]["bias_needed_sigma"] == pytest.approx(9.0, abs=0.15)
    assert "sigma (radar-a: azimuth +" in rows["ru-1"]["bias_needed"]
    assert [rows[name]["bias_needed_sigma"] for name in ("ru-2", "ee-1", "ee-3")] == [None] * 3
    assert rows["ru-1"]["p"]["osm-2024"] == pytest.approx(3 / 1000)
    assert rows["ru-1"]["changes_if"].startswith("it would no longer be contradicted if the limit")
    assert "further south" in rows["ru-1"]["changes_if"]


def test_what_excludes_what(judged) -> None:  # type: ignore[no-untyped-def]
    _, pairs = judged
    assert pairs["ru-2", "ee-1"]["compatible"] is True
    assert pairs["ru-1", "ee-1"]["compatible"] is False
    assert pairs["ru-1", "ru-2"]["compatible"] is True
    assert pairs["ee-1", "ee-2, ee-3, ee-4"]["compatible"] is True


def test_neutral_waters_are_mapped_and_the_mapping_is_shown(judged) -> None:  # type: ignore[no-untyped-def]
    rows, _ = judged
    assert "outside every sovereign limit" in rows["ru-1"]["mapping"]
    assert rows["ru-2"]["mapping"] == ""
    assert "“international airspace”" in mapping_note("stayed in international airspace")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("inside(EE)", "no quantifier is given, so at every time"),
        ("never inside(EE)", "at no observed time, it is inside EE"),
        ("inside(EE) for about 12 min", "is about 12 min (10.8 to 13.2 min)"),
        ("inside(EE) for 12 min", "is 12 min (11.5 to 12.5 min)"),
        ("always depth(EE) < 10 km", "outside, the depth is 0"),
        ("aircraft_count = 3", "the number of aircraft is 3"),
        ("height = FL200", "FL199.5 to FL200.5"),
    ],
)
def test_the_reading_says_what_the_test_leaves_out(text: str, words: str) -> None:
    assert words in reading(parse(text))


def test_a_claim_that_does_not_parse_names_the_claim() -> None:
    bad = (Claim("ru-1", "Russia", "never inside(EV)"),)
    with pytest.raises(
        ClaimError, match=r"case.toml claim ru-1: no volume .EV.*never inside\(EE\)"
    ):
        judge(bad, evidence(np.full((10, 5), 1e3)), path="case.toml")


def test_a_test_of_several_parts_says_which_of_them_would_have_to_change() -> None:
    """4 km inside throughout: the depth decides, and the parts that hold are not named."""
    case = evidence(np.full((400, 60), 4000.0) + np.linspace(-50, 50, 400)[:, None])
    for text, joined in (
        ("inside(EE) and always depth(EE) < 3 km", '"always depth(EE) < 3 km": it would no longer'),
        ("never inside(EE) or always depth(EE) < 3 km", "; or "),
    ):
        tree = parse(text)
        told = changes_if(tree, case, evaluate(tree, case))
        assert joined in told, told
    assert '"inside(EE)"' not in told
