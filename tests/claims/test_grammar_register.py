"""What a test may ask of a register: counts, and figures that say what they are figures of."""

from __future__ import annotations

import pytest

from tocsin.claims.grammar import parse
from tocsin.claims.reading import reading
from tocsin.claims.tree import Amount, And, Bound, Fact, Register
from tocsin.errors import ClaimError

SPENT = "entity = EST, metric = defence_pct_gdp, year = 2025"


def test_a_figure_is_read_with_its_edition_and_its_unit() -> None:
    made = parse(f'register: figure({SPENT}, edition = "August 2025") = 3.38 %')
    where = (
        ("entity", "EST"),
        ("metric", "defence_pct_gdp"),
        ("year", "2025"),
        ("edition", "August 2025"),
    )
    assert made == Register("figure", where, Bound("=", Amount("3.38", "%")))
    assert parse(str(made)) == made
    bare = parse(f"register: figure({SPENT}) = 3.38")
    assert bare == Register("figure", where[:-1], Bound("=", Amount("3.38")))
    assert "3.38 % (3.375 to 3.385 %)" in reading(made)


def test_a_month_needs_no_quotes_and_two_counts_are_two_tests() -> None:
    made = parse(
        "register: count(state = PL, domain = drone, year = 2025-09) >= 1"
        ' and register: count(state = RO, domain = drone, year = "2025-09") >= 1'
    )
    assert isinstance(made, And)
    assert [leaf.where[-1] for leaf in made.parts if isinstance(leaf, Register)] == [
        ("year", "2025-09")
    ] * 2
    assert parse(str(made)) == made


def test_a_topic_is_named_and_its_value_may_be_anything() -> None:
    made = parse('reported("where they spoke") = "telephone call"')
    assert made == Fact("reported", "telephone call", "where they spoke")
    assert parse(str(made)) == made
    assert reading(made) == "reports on where they spoke say telephone call"
    assert made.question == 'reported("where they spoke")'


@pytest.mark.parametrize(
    ("text", "problem", "nearest"),
    [
        (
            "register: figure(entity = EST, metric = poll, year = 2025) = 70 %",
            "a poll is nothing without its question",
            'register: figure(entity = EST, metric = poll, year = 2025, question = "trusts NATO") '
            "= 70 %",
        ),
        (
            "register: figure(entity = EST, metric = defence_pct_gdp) = 3.38",
            "a figure is nothing without its year",
            "register: figure(entity = EST, metric = defence_pct_gdp, year = 2025) = 3.38",
        ),
        (
            "register: figure(metric = defence_pct_gdp, year = 2025) = 3.38",
            "a figure is nothing without its entity",
            "register: figure(metric = defence_pct_gdp, year = 2025, entity = EST) = 3.38",
        ),
        (
            "register: count(sate = EE) = 4",
            '"sate" stands where a column of the register',
            "register: count(state = EE) = 4",
        ),
        (
            "register: coutn(state = EE) = 4",
            '"coutn" stands where "count" or "figure"',
            "register: count(state = EE) = 4",
        ),
        (
            f"register: figure({SPENT}) = 4 km",
            '"km" stands where',
            f"register: figure({SPENT}) = 4",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_does(
    text: str, problem: str, nearest: str
) -> None:
    with pytest.raises(ClaimError, match=problem) as caught:
        parse(text)
    assert caught.value.nearest == nearest


@pytest.mark.parametrize(
    "text",
    [
        "register: count(state = EE, state = RO) = 4",
        f"register: figure({SPENT}, question = x) = 4",
        "reported = yes",
        "register: figure() = 4",
    ],
)
def test_nor_are_these_tests(text: str) -> None:
    with pytest.raises(ClaimError):
        parse(text)
