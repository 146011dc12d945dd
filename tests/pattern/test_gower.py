"""Gower's distance."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.pattern.gower import Feature, Kind, gower, known, scaled

#: The worked example of the Python package gower (M. Yan, README): nine people, six features, and
#: the first row of the matrix it prints.
PEOPLE = [
    (21, "M", "MARRIED", 3000.0, 1, 2200),
    (21, "M", "SINGLE", 1200.0, 0, 100),
    (19, "N", "SINGLE", 32000.0, 1, 22000),
    (30, "M", "SINGLE", 1800.0, 1, 1100),
    (21, "F", "MARRIED", 2900.0, 1, 2000),
    (21, "F", "SINGLE", 1100.0, 0, 100),
    (19, "F", "WIDOW", 10000.0, 0, 6000),
    (30, "F", "DIVORCED", 1500.0, 1, 2200),
    (None, None, None, None, None, None),
]
NAMES = ("age", "gender", "status", "salary", "children", "credit")
FIRST_ROW = [
    0.0,
    0.3590238,
    0.6707398,
    0.31787416,
    0.16872811,
    0.52622986,
    0.59697855,
    0.47778758,
    None,
]


def test_the_first_row_of_a_known_matrix() -> None:
    rows: list[dict[str, Any]] = [dict(zip(NAMES, one, strict=True)) for one in PEOPLE]
    words = ("gender", "status")
    kinds = [Feature(n, Kind.CATEGORY if n in words else Kind.NUMBER) for n in NAMES]
    features = scaled(kinds, rows)
    found = [gower(features, rows[0], row).distance for row in rows]
    assert found[-1] is None  # nothing to compare is not alike
    assert found[:-1] == pytest.approx(FIRST_ROW[:-1], abs=1e-6)


FEATURES = (
    Feature("place", Kind.PLACE, scale=25.0),
    Feature("hour", Kind.CIRCULAR, scale=24.0),
    Feature("type", Kind.CATEGORY, weight=2.0),
    Feature("count", Kind.NUMBER, scale=10.0),
    Feature("armed", Kind.PRESENCE),
)
ROWS = st.fixed_dictionaries(
    {
        "place": st.none() | st.tuples(st.floats(20, 30), st.floats(55, 60)),
        "hour": st.none() | st.floats(0, 24),
        "type": st.none() | st.sampled_from(["air", "sea", "drone"]),
        "count": st.none() | st.floats(0, 10),
        "armed": st.none() | st.booleans(),
    }
)


@given(ROWS, ROWS)
def test_the_same_both_ways_between_0_and_1_and_within_its_ends(
    a: dict[str, Any], b: dict[str, Any]
) -> None:
    there, back = gower(FEATURES, a, b), gower(FEATURES, b, a)
    assert there.least <= there.most <= 1 + 1e-12
    if there.distance is None:
        assert back.distance is None
    else:
        assert back.distance == pytest.approx(there.distance)
        assert there.least - 1e-12 <= there.distance <= there.most + 1e-12


@given(ROWS)
def test_an_incident_is_no_way_from_itself(a: dict[str, Any]) -> None:
    distance = gower(FEATURES, a, a).distance
    assert distance is None or distance == pytest.approx(0, abs=1e-12)


def test_missing_counts_neither_way_and_is_reported() -> None:
    full = {"type": "air", "count": 1.0}
    found = gower(FEATURES[2:4], full, {"type": "air", "count": None})
    assert found.distance == 0
    assert found.missing == ("count",)
    assert found.compared == pytest.approx(2 / 3)  # of the weight
    assert found.least == 0
    assert found.most == pytest.approx(1 / 3)


def test_half_past_eleven_and_half_past_midnight_are_an_hour_apart() -> None:
    (part,) = gower(FEATURES[1:2], {"hour": 23.5}, {"hour": 0.5}).parts
    assert part.apart == pytest.approx(1)
    assert part.d == pytest.approx(1 / 12)


def test_places_25_km_apart() -> None:
    # one degree of latitude at 59.5 N is 111.41 km
    north = {"place": (26.0, 59.5 + 25 / 111.41)}
    found = gower(FEATURES[:1], {"place": (26.0, 59.5)}, north).distance
    assert found == pytest.approx(1 - math.exp(-1), abs=1e-3)


def test_absence_in_common_is_not_likeness() -> None:
    both = gower(FEATURES[4:], {"armed": False}, {"armed": False})
    assert both.distance is None
    assert gower(FEATURES[4:], {"armed": True}, {"armed": True}).distance == 0


def test_numbers_of_which_only_ratios_matter() -> None:
    rows = [{"n": 0.0}, {"n": 1.0}, {"n": 255.0}]
    (feature,) = scaled([Feature("n", Kind.NUMBER, log=True)], rows)
    assert gower([feature], rows[0], rows[1]).distance == pytest.approx(1 / 8)  # ln 2 / ln 256


@pytest.mark.parametrize("value", [None, "", " ", "unknown", "?", float("nan"), ()])
def test_what_is_not_known(value: object) -> None:
    assert not known(value)


def test_what_cannot_be_a_feature() -> None:
    with pytest.raises(UsageError, match="weight of x"):
        Feature("x", Kind.NUMBER, weight=0)
    with pytest.raises(UsageError, match="needs its period"):
        Feature("hour", Kind.CIRCULAR)
