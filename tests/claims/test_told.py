"""A register's answer is every value that it leaves possible; a test must hold for all of them."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.claims.compatibility import compatible
from tocsin.claims.evaluate import evaluate
from tocsin.claims.evidence import Evidence, Gap, Told
from tocsin.claims.grammar import parse
from tocsin.claims.judge import judge
from tocsin.claims.verdict import overall, verdicts
from tocsin.schema import Claim, Report, Verdict

COUNT = "register: count(state = EE, year = 2025)"
WHERE = 'reported("where they spoke")'


def verdict(text: str, *spans: tuple[float, float], gap: Gap | None = None) -> Verdict:
    told = Told(spans=spans, gap=gap)
    return overall(verdicts(evaluate(parse(text), Evidence(register=lambda node: told))))


@pytest.mark.parametrize(
    ("test", "spans", "expected"),
    [
        ("= 4", [(4, 4)], Verdict.SUPPORTED),
        ("= 4", [(4, 5)], Verdict.UNRESOLVED),  # one row cannot be decided
        ("> 3", [(4, 5)], Verdict.SUPPORTED),
        ("= 3", [(4, 5)], Verdict.CONTRADICTED),
        ("> 7", [(4, inf)], Verdict.UNRESOLVED),  # nobody looked at part of the time
        (">= 4", [(4, inf)], Verdict.SUPPORTED),
        ("= 3", [(4, inf)], Verdict.CONTRADICTED),
    ],
)
def test_a_count_with_undecided_rows(
    test: str, spans: list[tuple[float, float]], expected: Verdict
) -> None:
    assert verdict(f"{COUNT} {test}", *spans, gap=Gap("rows", looked=True)) is expected


def test_editions_are_values_of_their_own_with_nothing_between() -> None:
    figure = "register: figure(entity = EST, metric = defence_pct_gdp, year = 2025)"
    both = (3.38, 3.38), (3.93, 3.93)
    differ = Gap("editions differ", looked=True)
    assert verdict(f"{figure} = 3.38 %", *both, gap=differ) is Verdict.UNRESOLVED
    assert verdict(f"{figure} > 2 %", *both, gap=differ) is Verdict.SUPPORTED
    assert verdict(f"{figure} = 3.6 %", *both, gap=differ) is Verdict.CONTRADICTED


def test_without_a_value_its_gap_says_whether_anybody_looked() -> None:
    assert verdict(f"{COUNT} = 4", gap=Gap("not on record")) is Verdict.UNOBSERVED
    assert verdict(f"{COUNT} = 4", gap=Gap("others", looked=True)) is Verdict.UNRESOLVED
    assert verdict(f"{COUNT} = 4") is Verdict.UNOBSERVED


@given(
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 9),
    st.sampled_from(["<", "<=", "=", ">=", ">"]),
)
def test_an_interval_is_all_its_whole_numbers(low: int, more: int, n: int, op: str) -> None:
    text = f"{COUNT} {op} {n}"
    each = {verdict(text, (k, k)) for k in range(low, low + more + 1)}
    whole = verdict(text, (low, low + more), gap=Gap("undecided", looked=True))
    assert whole is (each.pop() if len(each) == 1 else Verdict.UNRESOLVED)


def test_the_row_of_a_claim_names_what_it_rests_on_and_what_could_not_decide() -> None:
    sure, unsure = {"kind": "incident", "id": "EE-1"}, {"kind": "incident", "id": "EE-2"}
    told = Told(((1, 2),), Gap("1 or 2", looked=True), ("one",), (sure,), (unsure,))
    twice = f"{COUNT} = 1 or {COUNT} = 7"  # the same rows, named once
    (row,), _ = judge([Claim("x", "", twice)], Evidence(register=lambda node: told))
    assert row["rests_on"] == [sure] and row["could_not_decide"] == [unsure]
    assert row["verdict"] == "unresolved" and "1 or 2" in row["why"]


def statement(by: str, value: str) -> Report:
    more = (("value", value), ("source_title", "a paper"))
    return Report("statement", by=by, subject="where they spoke", properties=more)


def test_a_statement_is_weighed_like_any_report() -> None:
    call = Evidence(reports=(statement("NATO, spokesperson", "Telephone call"),))

    def said(value: str, have: Evidence) -> Verdict:
        return overall(verdicts(evaluate(parse(f'{WHERE} = "{value}"'), have, by="a paper")))

    assert said("telephone call", call) is Verdict.SUPPORTED
    assert said("Council meeting", call) is Verdict.CONTRADICTED
    assert said("Council meeting", Evidence()) is Verdict.UNOBSERVED
    party = Evidence(reports=call.reports, claimants=frozenset({"NATO"}))
    assert said("telephone call", party) is Verdict.UNRESOLVED
    rows = evaluate(parse(f"{WHERE} = x"), call).rests_on
    assert [row["value"] for row in rows] == ["Telephone call"]
    assert rows[0]["sources"] == [{"title": "a paper"}]


def test_claims_about_different_things_are_tried_apart() -> None:
    # Together they would be 2 ** 12 * 3 ** 12 worlds.
    tests = [f'reported(topic-{k}) = "so"' for k in range(12)]
    tests += [f"register: count(state = EE, year = {2000 + k}) = 4" for k in range(12)]
    assert compatible(list(map(parse, tests)), Evidence()).compatible is True
    against = [*tests, "reported(topic-3) = otherwise"]
    assert compatible(list(map(parse, against)), Evidence()).compatible is False


def test_figures_that_fit_between_two_bounds_are_found() -> None:
    figure = "register: figure(entity = EST, metric = defence_pct_gdp, year = 2025)"
    fits = [parse(f"{figure} > 3.4 %"), parse(f"{figure} < 3.5 %")]
    assert compatible(fits, Evidence()).compatible is True
    not_so = [parse(f"{figure} = 3.38 %"), parse(f"{figure} = 3.93 %")]
    assert compatible(not_so, Evidence()).compatible is False
