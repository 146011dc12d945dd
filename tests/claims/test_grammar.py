"""A test is parsed to one tree, printed back to it, and refused with a finger on the character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.claims.grammar import attempt, parse
from tocsin.claims.stop import Stop
from tocsin.claims.tree import (
    Amount,
    And,
    Between,
    Bound,
    Event,
    Fact,
    Kind,
    Measure,
    Node,
    Not,
    Or,
    Quantified,
    Quantifier,
    Register,
    Side,
    Total,
    kind,
)
from tocsin.errors import CaseError, ClaimError
from tocsin.units import FL_M, KT_MPS, NM_M

NAMES = st.sampled_from(["EE", "RU", "CTR Tallinn", "FL100", "EE-R15", "Läänemaa", "2nd zone"])
DIGITS = st.sampled_from(["0", "3", "10", "12.0", "0.25", "1500"])
TIMES = st.sampled_from(["06:58Z", "07:10:30Z", "2025-09-19T06:58:00.5Z", "09:58+03:00"])


def bounds(*units: str) -> st.SearchStrategy[Bound]:
    amounts = st.builds(Amount, DIGITS, st.sampled_from(units))
    plain = st.builds(Bound, st.sampled_from(["<", "<=", "=", ">=", ">"]), amounts)
    band = st.builds(Bound, st.just("="), amounts, st.booleans(), st.none() | amounts)
    return plain | band


LEVELS = st.builds(
    Bound, st.just("<"), st.builds(Amount, st.sampled_from(["95", "200"]), st.just("FL"))
)
LENGTHS = bounds("m", "km", "NM", "ft")
STATES: st.SearchStrategy[Node] = (
    st.builds(Side, st.sampled_from(["inside", "outside"]), NAMES)
    | st.builds(Measure, st.just("depth"), NAMES, LENGTHS)
    | st.builds(Measure, st.just("distance"), NAMES, LENGTHS)
    | st.builds(Measure, st.just("height"), st.just(""), LENGTHS | LEVELS)
    | st.builds(Measure, st.just("speed"), st.just(""), bounds("kt", "m/s", "km/h"))
)
QUERIES = st.tuples(st.tuples(st.just("state"), NAMES), st.tuples(st.just("year"), st.just("2025")))
WHOLES: st.SearchStrategy[Node] = (
    st.builds(Event, st.sampled_from(["entered", "left"]), NAMES)
    | st.builds(Measure, st.just("path_length"), NAMES, LENGTHS)
    | st.builds(Measure, st.just("aircraft_count"), st.just(""), bounds(""))
    | st.builds(Fact, st.just("transponder"), st.sampled_from(["on", "off"]))
    | st.builds(Fact, st.sampled_from(["flight_plan", "radio", "authorised"]), st.just("no"))
    | st.builds(Register, st.just("count"), QUERIES, bounds(""))
)


def grown(of: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.recursive(
        of,
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
            | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
        ),
        max_leaves=5,
    )


COMPOSED = grown(STATES)
SETTLED: st.SearchStrategy[Node] = (
    WHOLES
    | st.builds(Quantified, st.sampled_from(list(Quantifier)), COMPOSED)
    | st.builds(Total, COMPOSED, bounds("s", "min", "h"))
)
TREES = COMPOSED | grown(SETTLED | st.builds(Between, TIMES, TIMES, SETTLED | COMPOSED))


@given(TREES)
def test_what_is_printed_parses_back_to_the_same_tree(tree: Node) -> None:
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("never inside(EE)", Quantified(Quantifier.NEVER, Side("inside", "EE"))),
        (
            "always distance(vaindloo) > 3 km",
            Quantified(
                Quantifier.ALWAYS, Measure("distance", "vaindloo", Bound(">", Amount("3", "km")))
            ),
        ),
        (
            "inside(EE) for about 12 min",
            Total(Side("inside", "EE"), Bound("=", Amount("12", "min"), about=True)),
        ),
        (
            "register: count(state = EE, domain = air, year = 2025) = 4",
            Register(
                "count",
                (("state", "EE"), ("domain", "air"), ("year", "2025")),
                Bound("=", Amount("4")),
            ),
        ),
        ("not inside(A) and inside(B)", And((Not(Side("inside", "A")), Side("inside", "B")))),
        (
            "inside(A) or inside(B) and outside(C)",
            Or((Side("inside", "A"), And((Side("inside", "B"), Side("outside", "C"))))),
        ),
        (
            "inside(EE) for > 10min between 06:58Z and 07:10Z",
            Between(
                "06:58Z", "07:10Z", Total(Side("inside", "EE"), Bound(">", Amount("10", "min")))
            ),
        ),
        ("height ≤ FL 95", Measure("height", "", Bound("<=", Amount("95", "FL")))),
    ],
)
def test_the_claims_of_the_case_file_and_their_kin(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("amount", "si"),
    [
        (Amount("3", "km"), 3000.0),
        (Amount("5", "NM"), 5 * NM_M),
        (Amount("12", "min"), 720.0),
        (Amount("200", "FL"), 200 * FL_M),
        (Amount("450", "kt"), 450 * KT_MPS),
    ],
)
def test_units_come_out_in_si(amount: Amount, si: float) -> None:
    assert amount.si == pytest.approx(si)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("inside(EE) for about 12 min", 648.0, 792.0),  # 10 %
        ("inside(EE) for about 12 min +- 30 s", 690.0, 750.0),
        ("inside(EE) for 12 min", 690.0, 750.0),  # half a unit of the last digit
        ("inside(EE) for 12.0 min", 717.0, 723.0),
        ("inside(EE) for 720 s", 719.5, 720.5),
    ],
)
def test_how_exact_a_figure_is_meant(text: str, low: float, high: float) -> None:
    tree = parse(text)
    assert isinstance(tree, Total)
    assert tree.bound.amount.si - tree.bound.tolerance == pytest.approx(low)
    assert tree.bound.amount.si + tree.bound.tolerance == pytest.approx(high)


@pytest.mark.parametrize(
    ("text", "at", "nearest"),
    [
        ("nevr inside(EE)", 0, "never inside(EE)"),
        ("inside(EV)", 7, "inside(EE)"),
        ("never insde(EE", 6, "never inside(EE)"),
        ("never inside EE", 13, "never inside(EE)"),
        ("depth(EE) < 10", 14, "depth(EE) < 10 km"),
        ("speed < 500 knots", 12, "speed < 500 kt"),
        ("distance(vaindlo) > 3 km", 9, "distance(vaindloo) > 3 km"),
        ("between 06:58 and 07:10Z inside(EE)", 8, "between 06:58Z and 07:10Z inside(EE)"),
        ("transponder == off", 13, "transponder = off"),
        ("authorized = no", 0, "authorised = no"),
        ("at sometime inside(EE)", 0, "at some time inside(EE)"),
        ("always entered(EE)", 0, "at some time entered(EE)"),
        ("never inside(EE) for > 10 min", 0, "not (inside(EE) for > 10 min)"),
        ("not (inside(EE) and radio = no)", 0, "not (always inside(EE) and radio = no)"),
        ("inside(EE) for at least 10 min", 15, "inside(EE) for >= 10 min"),
        ("inside(EE) for 12,5 minutes", 17, "inside(EE) for 12.5 min"),
        ("aircraft_count = three", 17, "aircraft_count = 3"),
        ("inside(EE) for 12 min; or so", 21, "inside(EE) for 12 min"),
        ("it stayed over neutral waters", 0, "never inside(EE)"),
        ("", 0, "never inside(EE)"),
    ],
)
def test_an_error_points_at_the_character_and_shows_the_nearest_form(
    text: str, at: int, nearest: str
) -> None:
    with pytest.raises(ClaimError) as caught:
        parse(text, volumes=["EE", "RU"], places=["vaindloo"], path="case.toml", place="claim ru-1")
    error = caught.value
    assert (error.at, error.nearest) == (at, nearest)
    assert error.pointer == f"{text}\n{' ' * at}^"
    assert str(error).startswith("case.toml claim ru-1: ")
    assert "\n" not in str(error)
    assert error.exit_code == 3 and isinstance(error, CaseError)


@given(st.text(alphabet='inside(E) <10km:dforlwaysnt"Z', max_size=30))
def test_no_text_is_beyond_the_parser_and_every_suggestion_parses(text: str) -> None:
    if isinstance(stop := attempt(text), Stop):
        assert 0 <= stop.at <= len(text)
        with pytest.raises(ClaimError) as caught:
            parse(text)
        assert parse(caught.value.nearest) is not None


@pytest.mark.parametrize(
    "text",
    [
        "entered(EE) for > 1 min",  # an event lasts no time
        "depth(EE) > about 3 km",
        "depth(EE) > 3 km +- 1 km",
        "depth(EE) < FL100",
        "between 25:00Z and 26:00Z inside(EE)",
        "inside(EE) or entered(EE)",  # always inside, or inside at some time?
        "at some time aircraft_count = 3",
        "never always inside(EE)",
    ],
)
def test_what_has_no_one_meaning_is_refused(text: str) -> None:
    with pytest.raises(ClaimError):
        parse(text)


@given(COMPOSED)
def test_states_composed_are_states(tree: Node) -> None:
    assert kind(tree) is Kind.STATE
