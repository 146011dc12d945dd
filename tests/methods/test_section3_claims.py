"""METHODS section 3, claims: its numbers, and the properties that no example shows.

Doubling the same witness changes nothing; mirror in, mirror out; `not` is the complement; a
looser threshold is never less probable.
"""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.claims.flights import DEGREE_M, EE, LIMIT_LAT, evidence, signed
from tests.claims.test_bias import gaussian
from tocsin.claims.bias import bias_needed
from tocsin.claims.compatibility import compatible
from tocsin.claims.evaluate import evaluate
from tocsin.claims.evidence import Evidence, Held
from tocsin.claims.grammar import parse
from tocsin.claims.rivals import bayes_factor
from tocsin.claims.shifts import Shifts
from tocsin.claims.verdict import CERTAINTY, chance, overall, verdicts, word
from tocsin.claims.weigh import weigh
from tocsin.schema import Floats, Verdict

DEPTHS = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 40), st.integers(2, 9)),
    elements=st.integers(-12_000, 12_000).filter(bool).map(float),
)
STATES = st.sampled_from(["inside(EE)", "outside(EE)", "depth(EE) < 5 km", "depth(EE) >= 2 km"])
QUANTIFIED = st.sampled_from(
    ["always inside(EE)", "never inside(EE)", "at some time depth(EE) > 3 km",
     "inside(EE) for > 30 s", "entered(EE)", "left(EE)", "always depth(EE) < 6 km"]
)  # fmt: skip
OPPOSITE = {
    Verdict.SUPPORTED: Verdict.CONTRADICTED,
    Verdict.CONTRADICTED: Verdict.SUPPORTED,
    Verdict.UNRESOLVED: Verdict.UNRESOLVED,
    Verdict.UNOBSERVED: Verdict.UNOBSERVED,
}


def held(text: str, case: Evidence) -> Held:
    (only,) = evaluate(parse(text), case).held.values()
    return only


def verdict(text: str, case: Evidence) -> Verdict:
    return overall(verdicts(evaluate(parse(text), case)))


def mirrored(lon: Floats, lat: Floats) -> dict[tuple[str, str], Floats]:
    """Return distances where Estonia is what was outside before."""
    return {key: -value for key, value in signed(lon, lat).items()}


# --- the numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.95, Verdict.SUPPORTED), (0.949, Verdict.UNRESOLVED), (0.5, Verdict.UNRESOLVED),
        (0.051, Verdict.UNRESOLVED), (0.05, Verdict.CONTRADICTED), (0.999, Verdict.SUPPORTED),
    ],
)  # fmt: skip
def test_words_begin_at_95_and_at_5_in_a_hundred(p: float, expected: Verdict) -> None:
    """Point 2; schema.Verdict: P >= .95 and P <= .05."""
    assert CERTAINTY == 0.95
    assert word(p) is expected


def test_the_example_of_a_9_4_sigma_bias() -> None:
    """Point 4: 4,700 m inside, 500 m for each sigma of one bias.

    The smallest bias for which P(test | bias, data) >= 0.5: half of the samples at it, fewer a
    tenth of a sigma before.
    """
    case = gaussian(4700.0, [500.0])
    need = bias_needed(parse("never inside(EE)"), case)["osm-2024"]
    assert need.sigma is not None and need.sigma == pytest.approx(9.4, abs=0.04)
    assert case.posterior is not None
    shifts = Shifts(case, case.posterior, len(case.posterior.lon_deg))
    share = []
    for sigma in (need.sigma + 0.02, need.sigma - 0.1):
        moved = shifts.exact(np.array([sigma]))
        share.append(held("never inside(EE)", moved).yes.mean())
    assert share[0] >= 0.5 > share[1]


@pytest.mark.parametrize("samples", [100, 1000, 4000])
def test_mass_below_one_in_m_is_bounded_and_not_zero(samples: int) -> None:
    """Point 3; the rule of three, 3/M, bounds the probability itself (general rules)."""
    after = evidence(np.full((samples, 5), 1e3))
    half = np.where(np.arange(samples) < samples // 2, 1e3, -1e3)
    before = evidence(np.repeat(half[:, None], 5, axis=1))
    factor = bayes_factor(
        parse("inside(EE)"), parse("never inside(EE)"), posterior=after, prior=before
    )["osm-2024"]
    assert factor.bound == ">"
    assert factor.bans == pytest.approx(math.log10(samples))
    assert str(chance(held("never inside(EE)", after))) == f"<3/{samples}"


def test_a_prior_has_no_default_value() -> None:
    for function in (weigh, bayes_factor):
        prior = inspect.signature(function).parameters["prior"]
        assert prior.default is inspect.Parameter.empty
        assert prior.kind is inspect.Parameter.KEYWORD_ONLY


# --- properties ---------------------------------------------------------------------------------


@given(DEPTHS, QUANTIFIED)
def test_the_same_samples_heard_twice_change_nothing(depth_m: Floats, text: str) -> None:
    once, twice = evidence(depth_m), evidence(np.concatenate([depth_m, depth_m]))
    a, b = chance(held(text, once)), chance(held(text, twice))
    if not a.bound:
        assert b.p == a.p
    else:
        assert b.bound == a.bound  # only the bound on what was never drawn is tighter


@given(DEPTHS, QUANTIFIED, st.integers(1, 3))
def test_another_feed_of_the_same_radar_changes_nothing(
    depth_m: Floats, text: str, feeds: int
) -> None:
    """The witnesses of a posterior are a list of names: a name said again adds no weight."""
    alone = evidence(depth_m, witnesses=("radar-a",))
    again = evidence(depth_m, witnesses=("radar-a",) * feeds)
    assert verdict(text, alone) is verdict(text, again)
    assert chance(held(text, alone)) == chance(held(text, again))


@given(DEPTHS, st.sampled_from(["always {}", "never {}", "at some time {}", "{} for > 20 s"]))
def test_mirror_in_mirror_out(depth_m: Floats, shape: str) -> None:
    """With inside and outside exchanged, what was said of one holds of the other."""
    case = evidence(depth_m)
    flight = case.posterior
    assert flight is not None
    other = evidence(
        depth_m,
        signed_distance_m=mirrored(flight.lon_deg, flight.lat_deg),
        signed_distance=mirrored,
    )
    a, b = held(shape.format("inside(EE)"), case), held(shape.format("outside(EE)"), other)
    assert np.array_equal(a.yes, b.yes) and np.array_equal(a.no, b.no)


@given(DEPTHS, QUANTIFIED)
def test_a_flight_in_a_mirror_has_the_same_verdict(depth_m: Floats, text: str) -> None:
    """East and west exchanged, the limit lying along a parallel."""
    case = evidence(depth_m)
    assert case.posterior is not None
    turned = evidence(depth_m, lon_deg=2 * 26.0 - case.posterior.lon_deg)
    assert verdict(text, turned) is verdict(text, case)
    assert EE in turned.signed_distance_m
    assert case.posterior.lat_deg == pytest.approx(LIMIT_LAT - depth_m / DEGREE_M)


@given(DEPTHS, QUANTIFIED)
def test_not_is_the_complement(depth_m: Floats, text: str) -> None:
    case = evidence(depth_m)
    a, b = held(text, case), held(f"not ({text})", case)
    assert np.array_equal(a.yes, b.no) and np.array_equal(a.no, b.yes)
    p, q = chance(a).p, chance(b).p
    assert (p is None) == (q is None)
    if p is not None and q is not None:
        assert p + q == pytest.approx(1.0)
    assert verdict(f"not ({text})", case) is OPPOSITE[verdict(text, case)]


@given(
    DEPTHS,
    st.sampled_from(["always", "at some time", "never"]),
    st.floats(0.1, 9.0),
    st.floats(0.1, 9.0),
)
def test_a_looser_threshold_is_never_less_probable(
    depth_m: Floats, quantifier: str, one: float, two: float
) -> None:
    """P(depth < d) does not fall as d grows; under `never` it does not rise."""
    low, high = sorted((round(one, 2), round(two, 2)))
    assume(low < high)
    case = evidence(depth_m)
    tight, loose = (held(f"{quantifier} depth(EE) < {d} km", case) for d in (low, high))
    if quantifier == "never":
        tight, loose = loose, tight
    assert (loose.yes | ~tight.yes).all()
    assert (tight.no | ~loose.no).all()
    few, many = chance(tight), chance(loose)
    if few.p is not None and many.p is not None and not few.bound and not many.bound:
        assert many.p >= few.p  # the rule of three's bound is wider than a share that was counted


@given(DEPTHS, st.integers(1, 40), st.integers(1, 40))
def test_a_longer_stay_is_never_more_probable(depth_m: Floats, one: int, two: int) -> None:
    short, long = sorted((one, two))
    case = evidence(depth_m)
    more, less = (held(f"inside(EE) for > {s} s", case) for s in (short, long))
    assert (more.yes | ~less.yes).all()


@settings(max_examples=20, deadline=None)
@given(DEPTHS, st.lists(STATES, min_size=2, max_size=3))
def test_neither_order_nor_repetition_matters_to_compatibility(
    depth_m: Floats, texts: list[str]
) -> None:
    case = evidence(depth_m)
    trees = [parse(text) for text in texts]
    assert compatible(trees[::-1], case).compatible is compatible(trees, case).compatible
    assert compatible(trees * 2, case).compatible is compatible(trees, case).compatible
