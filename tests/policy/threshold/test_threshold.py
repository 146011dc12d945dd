"""Factors, load, precedents, the audit, competing hypotheses and the assurance tree."""

from __future__ import annotations

from itertools import combinations
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.policy.threshold import assurance
from tocsin.policy.threshold.ach import Item, matrix
from tocsin.policy.threshold.consistency import across_states, audit, violations
from tocsin.policy.threshold.factors import Factors, Score, gather, known
from tocsin.policy.threshold.isotonic import order
from tocsin.policy.threshold.load import Earlier, as_score, load, loads
from tocsin.policy.threshold.precedents import Precedent, after, gower, nearest
from tocsin.policy.threshold.rules import Source
from tocsin.policy.threshold.scale import FACTORS, SCALE, words


def factors(*values: float, width: float = 0.0) -> Factors:
    """Return the first factors at these values, the rest unknown."""
    return gather(
        Score(name, max(0, v - width), min(4, v + width), ("e",))
        for name, v in zip(FACTORS, values, strict=False)
    )


def case(
    name: str, level: int | None, *values: float, asked: str = "no", state: str = "EE"
) -> Precedent:
    return Precedent(
        name, name, "2025", (state,), "air", factors(*values), asked, level, "", Source("s")
    )


def test_every_factor_has_five_words() -> None:
    assert len(FACTORS) == 13
    assert all(len(set(steps)) == 5 for steps in SCALE.values())
    assert words("effect", 2.9) == SCALE["effect"][2]


def test_a_factor_without_evidence_is_unknown_and_said() -> None:
    found = gather([Score("effect", 3, 3), Score("intent", 1, 2, ("e1",))])
    assert (found["effect"].low, found["effect"].high) == (0, 4)
    assert not known(found["effect"]) and known(found["intent"])
    assert found.refused == ("effect = [3, 3] names no evidence and counts as unknown, [0, 4]",)
    assert "effect" in found.unknown and "legality" in found.unknown
    assert found.evidence == ("e1",)


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (3, 2, "ends below"),
        (-1, 2, "leaves the scale"),
        (0, 4.1, "leaves"),
        (float("nan"), 1, "not"),
    ],
)
def test_a_score_that_is_none_is_refused(low: float, high: float, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        Score("effect", low, high, ("e",))


def test_names_are_checked_and_one_factor_is_scored_once() -> None:
    with pytest.raises(UsageError, match="no factor"):
        Score("depth", 1, 1, ("e",))
    with pytest.raises(UsageError, match="scored twice"):
        gather([Score("effect", 1, 1, ("e",)), Score("effect", 2, 2, ("e",))])


def test_the_load_is_the_sum_of_what_is_left() -> None:
    """METHODS, section 7: sum s_i exp(-(t - t_i) / tau) at tau 30, 90 and 365 days."""
    earlier = [Earlier("a", (10, 10), (1, 1)), Earlier("b", (100, 100), (2, 2))]
    for found in loads(earlier):
        wanted = exp(-10 / found.tau_d) + 2 * exp(-100 / found.tau_d)
        assert found.low == pytest.approx(wanted, rel=1e-14)
        assert found.high == pytest.approx(wanted, rel=1e-14)
    assert [found.tau_d for found in loads(earlier)] == [30, 90, 365]


def test_an_uncertain_date_widens_the_load_and_the_future_is_not_counted() -> None:
    month = Earlier("month", (10, 40), (1, 2))
    later = Earlier("later", (-5, -1), (1, 1))
    straddles = Earlier("straddles", (-5, 5), (1, 1))
    found = load([month, later, straddles], 30)
    assert found.low == pytest.approx(exp(-40 / 30))
    assert found.high == pytest.approx(2 * exp(-10 / 30) + 1)
    assert found.later == ("later",) and found.counted == ("month", "straddles")
    assert load([Earlier("now", (0, 0), (1, 1))], 30).low == 1


def test_the_factor_spans_every_tau_and_is_cut_at_the_scale() -> None:
    low, high = as_score(loads([Earlier("a", (30, 30), (3, 3))]))
    assert low == pytest.approx(3 * exp(-1)) and high == pytest.approx(3 * exp(-30 / 365))
    assert as_score(loads([Earlier("a", (0, 0), (9, 9))])) == (4, 4)


@pytest.mark.parametrize("tau", [0.0, -1.0, float("nan"), float("inf")])
def test_a_load_needs_a_time_to_fade(tau: float) -> None:
    with pytest.raises(UsageError, match="tau"):
        load([], tau)
    with pytest.raises(UsageError, match="negative"):
        Earlier("a", (0, 1), (-1, 1))
    with pytest.raises(UsageError, match="no interval"):
        Earlier("a", (2, 1), (1, 1))


def test_gower_by_hand() -> None:
    """Gower 1971: mean of |x - y| / range over what is known in both."""
    a, b = factors(0, 4, 2), factors(2, 4, 1, 3)
    found = gower(a, b)
    assert found is not None
    assert found == pytest.approx(((2 + 0 + 1) / 12,) * 3)
    wide = gower(factors(0, 4, 2, width=0.5), b)
    assert wide is not None and wide[1] <= wide[0] <= wide[2] and wide[2] > wide[1]
    assert gower(factors(), b) is None
    weighted = gower(a, b, {"effect": 0.0})
    assert weighted is not None and weighted[0] == pytest.approx(1 / 8)


@given(
    st.lists(st.floats(0, 4), min_size=4, max_size=4),
    st.lists(st.floats(0, 4), min_size=4, max_size=4),
)
def test_gower_is_a_distance(x: list[float], y: list[float]) -> None:
    a, b = factors(*x), factors(*y)
    there, back = gower(a, b), gower(b, a)
    assert there == pytest.approx(back)
    assert there is not None and 0 <= there[0] <= 1
    own = gower(a, a)
    assert own is not None and own[0] == 0


def test_both_kinds_of_past_case_are_shown_with_reasons() -> None:
    own = factors(2, 3, 1, 2)
    cases = [
        case("near-no", 2, 2, 3, 1, 2),
        case("far-no", 1, 0, 0, 4, 4, asked="not found"),
        case("yes", 4, 4, 3, 1, 0, asked="yes"),
        case("blank", 4, 2, asked="yes"),
    ]
    found = nearest(own, cases)
    assert [near.precedent.id for near in found.overall] == ["near-no", "yes", "far-no"]
    assert [near.precedent.id for near in found.consulted] == ["yes"]
    assert [near.precedent.id for near in found.not_consulted] == ["near-no", "far-no"]
    assert found.not_ranked == ("blank",)  # one factor of four in common is no nearness
    (yes,) = found.consulted
    assert "effect: less here (2 against 4)" in yes.reasons_against
    assert "directness: graver here (2 against 0)" in yes.reasons_for
    assert yes.reasons_against[-1].startswith("not known of one or both: measurability")
    with pytest.raises(UsageError):
        nearest(own, cases, 0)


def test_cases_after_the_incident_are_marked() -> None:
    own = factors(2, 3, 1, 2)
    found = nearest(own, [case("x", 2, 2, 3, 1, 2)], date="2024-12-31T10:00Z")
    assert found.overall[0].later
    assert found.overall[0].reasons_against[0] == "came later: nobody could know it then"
    assert not nearest(own, [case("x", 2, 2, 3, 1, 2)]).overall[0].later
    assert after("2025-09-20", "2025-09-19T06:58Z") and not after("2025-09-19", "2025-09-19T06Z")
    assert not after("2025", "2025-09-19") and not after("", "2025") and not after("2025", "")


def test_a_clash_is_found_and_certain_only_where_intervals_part() -> None:
    x = np.array([[1.0, 1.0], [2.0, 1.0], [0.0, 3.0]])
    labels = np.array([3, 1, 0])
    (clash,) = violations(["a", "b", "c"], labels, order(x))
    assert (clash.lesser, clash.graver, clash.certain) == ("a", "b", True)
    (clash,) = violations(["a", "b", "c"], labels, order(x), np.zeros((3, 3), dtype=bool))
    assert not clash.certain


def test_the_audit_names_what_it_left_out() -> None:
    cases = [
        *(case(f"c{k}", k % 3, k % 4, 1) for k in range(8)),
        case("silent", None, 1, 1),
        case("blank", 2, 1),
    ]
    found = audit(cases, np.random.default_rng(1), factors=("effect", "immediacy"))
    assert found.factors == ("effect", "immediacy")
    assert found.factors_unknown == tuple(c.id for c in cases if c.id != "silent")
    found = audit(cases, np.random.default_rng(1))
    assert found.factors == ("effect", "invasiveness")
    assert found.response_unknown == ("silent",) and found.factors_unknown == ("blank",)
    assert found.clashes and found.relabelled
    assert len(found.isotonic) == len(found.cases) == 8
    with pytest.raises(UsageError, match="no factor"):
        audit(cases, np.random.default_rng(1), factors=("depth",))


def test_a_state_that_is_treated_otherwise_shows() -> None:
    residuals = np.array([1.0, 1, 1, 1, -1, -1, -1, -1])
    found = across_states(residuals, ["A"] * 4 + ["B"] * 4, np.random.default_rng(1))
    assert found.exact and found.p == pytest.approx(2 / 70)
    assert found.means == {"A": 1.0, "B": -1.0}


def test_deals_drawn_agree_with_deals_enumerated() -> None:
    residuals = np.array([1.0, 0.5, 1, 0, 0.25, -1, -1, 0.5, -1])
    states = ["A"] * 5 + ["B"] * 4
    drawn = across_states(residuals, states, np.random.default_rng(1), 20_000)
    spread = [
        (residuals[list(a)].sum() ** 2 / 5 + (residuals.sum() - residuals[list(a)].sum()) ** 2 / 4)
        for a in combinations(range(9), 5)
    ]
    exact = float(np.mean(np.array(spread) >= spread[0] - 1e-12))
    assert drawn.p is not None and not drawn.exact
    assert abs(drawn.p - exact) < 4 * (exact * (1 - exact) / 20_000) ** 0.5 + 1e-4
    assert drawn.least_p == pytest.approx(1 / 126)


def test_too_few_cases_cannot_tell() -> None:
    rng = np.random.default_rng(1)
    assert across_states(np.ones(4), list("ABAB"), rng).why.startswith("cannot tell")
    assert across_states(np.ones(6), ["A"] * 6, rng).p is None
    assert across_states(np.ones(6), list("AABBAB"), rng).p is None
    assert audit([], rng).across.p is None
    with pytest.raises(UsageError):
        across_states(np.ones(4), ["A"], rng)


HYPOTHESES = ("accident", "interference", "deliberate")


def item(name: str, *ratings: str, group: str = "", weight: float = 1.0) -> Item:
    return Item(name, name, ratings, ("e",), weight, group)


def test_the_least_contradicted_is_kept() -> None:
    """Heuer 1999, chapter 8: what counts is the evidence against."""
    found = matrix(
        HYPOTHESES,
        [item("a", "II", "I", "C"), item("b", "C", "C", "C"), item("c", "N", "I", "CC")],
    )
    assert found.against == (2.0, 2.0, 0.0)
    assert found.least_contradicted == ("deliberate",)
    told = {each.id: each.diagnosticity for each in found.weighed}
    assert told == {"a": 0.75, "b": 0.0, "c": 0.75}
    assert "does not make it true" in found.says


def test_what_fits_everything_moves_nothing() -> None:
    found = matrix(HYPOTHESES, [item("a", "CC", "CC", "CC"), item("b", "NA", "NA", "NA")])
    assert found.least_contradicted == HYPOTHESES and found.says.startswith("cannot tell")
    assert {each.id: each.diagnosticity for each in found.weighed} == {"a": 0.0, "b": None}


def test_one_thing_said_three_times_counts_once() -> None:
    one = [item("plan", "II", "N", "N")]
    three = [item(n, "II", "N", "N", group="silent") for n in ("plan", "radio", "squawk")]
    assert matrix(HYPOTHESES, one).against == matrix(HYPOTHESES, three).against


def test_the_item_on_which_it_hangs_is_named() -> None:
    found = matrix(HYPOTHESES, [item("a", "II", "I", "N"), item("b", "I", "N", "N")])
    hangs = {each.id: each.changes_lead for each in found.weighed}
    assert hangs == {"a": True, "b": False}


def test_an_item_without_evidence_is_listed_and_not_counted() -> None:
    bare = Item("x", "x", ("C", "II", "II"))
    found = matrix(HYPOTHESES, [bare])
    assert found.without_evidence == ("x",) and found.against == (0, 0, 0)


@pytest.mark.parametrize(
    "bad", [item("a", "C", "C"), item("a", "C", "C", "maybe"), item("a", "C", "C", "C", weight=2)]
)
def test_what_is_no_rating_is_refused(bad: Item) -> None:
    with pytest.raises(UsageError):
        matrix(HYPOTHESES, [bad])
    with pytest.raises(UsageError):
        matrix(["one"], [])


def test_the_tree_shows_its_gaps() -> None:
    tree = assurance.goal(
        "G-1",
        "it was so",
        assurance.strategy(
            "S-1", "by part", assurance.goal("G-2", "seen", assurance.evidence("e1"))
        ),
        assurance.goal("G-3", "heard"),
    )
    found = assurance.gaps(tree, {"e2"})
    assert found.undeveloped == ("G-3",) and found.missing == ("e1",) and found
    assert not assurance.gaps(tree.below[0], None)
    assert list(assurance.lines(tree, {"e2"})) == [
        "goal G-1: it was so",
        "  strategy S-1: by part",
        "    goal G-2: seen",
        "      evidence e1 [missing]",
        "  goal G-3: heard [undeveloped]",
    ]
    with pytest.raises(UsageError):
        assurance.Node(assurance.Kind.EVIDENCE, "e", "", (tree,))
    with pytest.raises(UsageError):
        assurance.strategy("S-1", "", assurance.strategy("S-2", ""))
