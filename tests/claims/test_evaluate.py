"""Tests answered from samples: laws of logic, closed forms, and what was not observed."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.claims.flights import MINUTE_NS, T0_NS, WINDOW_NS, evidence
from tocsin.claims.evaluate import evaluate
from tocsin.claims.evidence import Evidence, Held
from tocsin.claims.grammar import parse
from tocsin.claims.verdict import chance, overall, verdicts
from tocsin.errors import UsageError
from tocsin.schema import Floats, Posterior, Verdict

DEPTHS = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 4), st.integers(2, 9)),
    elements=st.floats(-20_000, 20_000).map(lambda x: round(x)) | st.just(float("nan")),
)
STATES = st.sampled_from(
    ["inside(EE)", "outside(EE)", "depth(EE) < 5 km", "depth(EE) >= 2 km", "speed > 100 m/s"]
)


def held(text: str, given_: Evidence) -> Held:
    (only,) = evaluate(parse(text), given_).held.values()
    return only


def verdict(text: str, given_: Evidence, by: str = "") -> Verdict:
    return overall(verdicts(evaluate(parse(text), given_, by=by)))


def same(a: Held, b: Held) -> bool:
    return bool(np.array_equal(a.yes, b.yes) and np.array_equal(a.no, b.no))


@given(DEPTHS, STATES)
def test_never_is_not_at_some_time(depth_m: Floats, x: str) -> None:
    case = evidence(depth_m)
    assert same(held(f"never {x}", case), held(f"not (at some time {x})", case))
    assert same(held(f"always {x}", case), held(f"never (not {x})", case))


@given(DEPTHS, STATES, STATES)
def test_de_morgan_at_each_time_and_over_the_flight(depth_m: Floats, x: str, y: str) -> None:
    case = evidence(depth_m)
    assert same(held(f"not ({x} and {y})", case), held(f"not {x} or not {y}", case))
    left = held(f"not (always {x} or never {y})", case)
    assert same(left, held(f"not (always {x}) and not (never {y})", case))


@given(DEPTHS, STATES)
def test_a_state_without_a_quantifier_is_always(depth_m: Floats, x: str) -> None:
    case = evidence(depth_m)
    assert same(held(x, case), held(f"always {x}", case))


@given(DEPTHS, STATES)
def test_nothing_is_both_true_and_false(depth_m: Floats, x: str) -> None:
    for text in (f"always {x}", f"at some time {x}", f"{x} for > 20 s", "entered(EE)"):
        h = held(text, evidence(depth_m))
        assert not (h.yes & h.no).any()


@given(
    hnp.arrays(np.float64, (3, 25), elements=st.floats(-9e3, 9e3)),
    st.integers(0, 3),
    st.integers(1, 3),
)
def test_always_only_gets_easier_within_a_shorter_window(
    depth_m: Floats, start: int, minutes: int
) -> None:
    case = evidence(depth_m)
    end = min(start + minutes, 4)
    if end <= start:
        return
    within = held(f"between 06:{45 + start}Z and 06:{45 + end}Z inside(EE)", case)
    whole = held("between 06:45Z and 06:49Z inside(EE)", case)
    assert (within.yes | ~whole.yes).all()
    assert (~within.no | whole.no).all()


@given(hnp.arrays(np.float64, (3, 12), elements=st.floats(-9e3, 9e3)))
def test_time_inside_and_outside_add_up_to_all_of_it(depth_m: Floats) -> None:
    """Whatever the path between two fixes, the two times share it: 11 legs of 10 s."""
    case = evidence(depth_m, window_ns=(T0_NS, T0_NS + 110 * 10**9))
    for limit in (0, 30, 55, 110):
        more_in = held(f"inside(EE) for > {limit} s", case).yes
        less_out = held(f"outside(EE) for < {110 - limit} s", case).yes
        assert np.array_equal(more_in, less_out)


def test_navigation_drift_of_a_half_plane() -> None:
    """P(depth > d) = 1 - Phi((d - mean) / sigma): METHODS, section 2."""
    sigma, d = 600.0, 1000.0
    quantiles = (np.arange(4000) + 0.5) / 4000
    z = np.array([NormalDist().inv_cdf(q) for q in quantiles])
    case = evidence(np.repeat((400 + sigma * z)[:, None], 5, axis=1))
    p = chance(held("depth(EE) > 1 km", case)).p
    assert p == pytest.approx(1 - NormalDist(400, sigma).cdf(d), abs=1 / 4000)


def test_the_time_inside_is_found_between_the_fixes() -> None:
    # Depth rises from -1000 m by 100 m every 10 s and falls again: inside from t = 100 to 300 s.
    depth = np.concatenate([np.arange(-1000, 1001, 100), np.arange(900, -1001, -100)])
    case = evidence(depth + 37.0, step_s=10.0)  # 37 m deeper: 3.7 s longer at either end
    assert held("inside(EE) for 207.4 s", case).yes.all()
    assert held("inside(EE) for < 207.3 s", case).no.all()
    assert held("inside(EE) for about 200 s", case).yes.all()


def test_a_figure_as_written_decides_what_it_covers() -> None:
    """13 min against "12 min", "about 12 min" and "over ten minutes" (facts, conflict 1)."""
    minutes = 13
    inside = np.full(minutes * 6 + 1, 3000.0)
    depth = np.concatenate([[-3000.0] * 6, [-1e-6], inside, [-1e-6], [-3000.0] * 6])
    case = evidence(depth, step_s=10.0)
    assert verdict("inside(EE) for 12 min", case) is not Verdict.SUPPORTED
    assert held("inside(EE) for 12 min", case).no.all()
    assert held("inside(EE) for about 12 min", case).no.all()  # 13 min 20 s is 11 % more
    assert held("inside(EE) for > 10 min", case).yes.all()


def test_path_length_of_a_straight_flight() -> None:
    # 100 legs of 0.005 degrees of longitude at 59.955 N: Karney's geodesic, through pyproj.
    from pyproj import Geod

    case = evidence(np.full(101, 5000.0), window_ns=(T0_NS, T0_NS + 1000 * 10**9))
    flight = case.posterior
    assert flight is not None
    _, _, legs = Geod(ellps="WGS84").inv(
        flight.lon_deg[0, :-1], flight.lat_deg[0, :-1], flight.lon_deg[0, 1:], flight.lat_deg[0, 1:]
    )
    km = float(legs.sum()) / 1000
    assert held(f"path_length(EE) = {km:.3f} km +- 2 m", case).yes.all()
    speed = float(legs[0]) / 10
    assert held(f"speed = {speed:.1f} m/s +- 0.1 m/s", case).yes.all()


def test_outside_the_depth_is_zero() -> None:
    case = evidence(np.full((1, 9), -5000.0))
    assert held("always depth(EE) < 10 km", case).yes.all()
    assert held("at some time depth(EE) > 0 m", case).no.all()


# --- what was not observed ----------------------------------------------------------------------


def test_silence_is_not_a_no() -> None:
    nothing = np.zeros(9, np.bool_)
    for case in (Evidence(), evidence(np.full((5, 9), -5e3), observed=nothing)):
        for text in ("never inside(EE)", "at some time inside(EE)", "inside(EE) for > 1 min"):
            assert verdict(text, case) is Verdict.UNOBSERVED
    away = (T0_NS + 600 * MINUTE_NS, T0_NS + 660 * MINUTE_NS)
    assert (
        verdict("never inside(EE)", evidence(np.full((5, 9), -5e3), window_ns=away)) == "unobserved"
    )


def test_a_gap_supports_nothing_but_one_sighting_inside_decides() -> None:
    depth = np.full((100, 60), -5e3)
    observed = np.zeros(60, np.bool_)
    observed[[0, 1, 58, 59]] = True  # seen at both ends, for 2 legs of 59
    assert verdict("never inside(EE)", evidence(depth, observed=observed)) is Verdict.UNOBSERVED
    depth[:, 1] = 5e3
    assert verdict("never inside(EE)", evidence(depth, observed=observed)) is Verdict.CONTRADICTED


def test_the_coverage_is_said() -> None:
    observed = np.ones(101, np.bool_)
    observed[40:60] = False
    answer = evaluate(
        parse("never inside(EE)"), evidence(np.full((100, 101), -5e3), observed=observed)
    )
    assert overall(verdicts(answer)) is Verdict.SUPPORTED
    assert answer.coverage == pytest.approx(79 / 100)
    assert any("79%" in note for note in answer.notes)


def test_a_duration_with_a_gap_inside_is_an_interval() -> None:
    """Inside for 8 min, unseen for 5: neither "more than 10" nor "less than 10" is known."""
    depth = np.concatenate([[-3e3] * 6, [3e3] * 79, [-3e3] * 6])
    observed = np.ones(len(depth), np.bool_)
    observed[30:60] = False
    case = evidence(np.tile(depth, (100, 1)), observed=observed)
    assert verdict("inside(EE) for > 10 min", case) is Verdict.UNOBSERVED
    assert verdict("inside(EE) for < 10 min", case) is Verdict.UNOBSERVED
    assert verdict("inside(EE) for > 7 min", case) is Verdict.SUPPORTED
    assert verdict("inside(EE) for > 20 min", case) is Verdict.CONTRADICTED


def test_inside_when_first_seen_is_not_an_entry_and_not_the_lack_of_one() -> None:
    late = {"window_ns": (T0_NS - 10 * MINUTE_NS, WINDOW_NS[1])}
    depth = np.tile(np.concatenate([[3e3] * 20, [-3e3] * 20]), (100, 1))
    assert verdict("entered(EE)", evidence(depth, **late)) is Verdict.UNOBSERVED
    assert verdict("left(EE)", evidence(depth, **late)) is Verdict.SUPPORTED
    assert verdict("entered(EE)", evidence(-depth, **late)) is Verdict.SUPPORTED
    assert verdict("never entered(EE)", evidence(-depth, **late)) is Verdict.CONTRADICTED


def test_height_from_the_prior_alone_is_not_observed() -> None:
    depth = np.full((100, 9), 3e3)
    assert verdict("height < 7 km", evidence(depth, height_observed=False)) is Verdict.UNOBSERVED
    assert verdict("height < 7 km", evidence(depth)) is Verdict.UNOBSERVED  # no geoid: no datum
    assert verdict("height < 7 km", evidence(depth, geoid_m=17.0)) is Verdict.SUPPORTED
    assert verdict("height < FL200", evidence(depth, geoid_m=17.0)) is Verdict.UNOBSERVED
    level = evidence(depth, pressure_minus_hae_m=-17.0)
    assert verdict("height < FL200", level) is Verdict.SUPPORTED


def test_the_register_answers_or_nobody_does() -> None:
    text = "register: count(state = EE, domain = air, year = 2025) = 4"
    assert evaluate(parse(text), Evidence()).gaps[0].why == "no register"
    assert verdict(text, Evidence()) is Verdict.UNOBSERVED
    assert verdict(text, Evidence(register=lambda query: 4.0)) is Verdict.SUPPORTED
    assert verdict(text, Evidence(register=lambda query: 5.0)) is Verdict.CONTRADICTED
    assert verdict(text, Evidence(register=lambda query: None)) is Verdict.UNOBSERVED


def test_aircraft_are_counted_by_somebody_or_not_at_all() -> None:
    assert verdict("aircraft_count = 3", Evidence()) is Verdict.UNOBSERVED
    three = Evidence(aircraft_count=3, aircraft_count_source="visual, two F-35")
    assert verdict("aircraft_count = 3", three) is Verdict.SUPPORTED
    assert verdict("aircraft_count < 3", three) is Verdict.CONTRADICTED


# --- hypotheses and bounds ----------------------------------------------------------------------


def test_a_verdict_needs_every_hypothesis() -> None:
    case = evidence(np.full((100, 9), 300.0))
    flight = case.posterior
    assert flight is not None
    rivals = {
        ("EE", "osm-2024"): np.full((100, 9), 300.0),
        ("EE", "sk-42"): np.full((100, 9), -20.0),
    }
    answer = evaluate(parse("inside(EE)"), Evidence(flight, WINDOW_NS, rivals))
    assert verdicts(answer) == {"osm-2024": "supported", "sk-42": "contradicted"}
    assert overall(verdicts(answer)) is Verdict.UNRESOLVED


def test_no_probability_is_zero_or_one() -> None:
    for m, expected in ((4000, Verdict.SUPPORTED), (10, Verdict.UNRESOLVED)):
        case = evidence(np.full((m, 9), 300.0))
        odds = chance(held("inside(EE)", case))
        assert odds.p == pytest.approx(1 - min(3 / m, 0.5))
        assert str(odds) == f">1 - 3/{m}"
        assert verdict("inside(EE)", case) is expected  # ten samples support nothing at .95
    assert str(chance(held("outside(EE)", evidence(np.full((4000, 9), 300.0))))) == "<3/4000"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("between 07:10Z and 06:58Z inside(EE)", "holds no time"),
        ("between 2025-09-19T06:45:00Z and 06:46Z inside(EE)", None),
    ],
)
def test_times_of_a_claim(text: str, problem: str | None) -> None:
    case = evidence(np.full((100, 9), 300.0))
    if problem is None:
        assert verdict(text, case) is Verdict.SUPPORTED
    else:
        with pytest.raises(UsageError, match=problem):
            evaluate(parse(text), case)


def test_local_time_with_its_zone_is_the_same_moment() -> None:
    case = evidence(np.tile(np.linspace(-4e3, 4e3, 61), (100, 1)))
    utc, local = (
        held(f"between {a} and {b} inside(EE)", case)
        for a, b in (("06:51Z", "06:54Z"), ("09:51+03:00", "09:54+03:00"))
    )
    assert same(utc, local) and utc.yes.all()


def test_arrays_of_another_shape_are_a_bad_call() -> None:
    with pytest.raises(UsageError, match="distances to EE"):
        evidence(np.zeros((3, 5)), signed_distance_m={("EE", "osm-2024"): np.zeros((5, 3))})
    flight = evidence(np.zeros((3, 5))).posterior
    assert isinstance(flight, Posterior)
    with pytest.raises(UsageError, match="must end after"):
        Evidence(flight, (T0_NS, T0_NS))


def test_depth_is_from_the_outward_limit_and_inside_from_every_edge() -> None:
    """2 km from an ally's border and 12 km from the sea; the one half of the flight is outside."""
    deep = np.array([[2000.0, 2000.0, -50.0, float("nan")]])
    plain = evidence(deep)
    (key,) = plain.signed_distance_m

    def far(lon: Floats, lat: Floats, signed_m: Floats) -> Floats:
        assert lon.shape == lat.shape == signed_m.shape
        return np.full(signed_m.shape, 12_000.0)

    ruled = evidence(deep, outward={key: far})
    assert held("at some time depth(EE) > 10 km", plain).yes.tolist() == [False]
    assert held("at some time depth(EE) > 10 km", ruled).yes.tolist() == [True]
    for text in ("inside(EE) for > 5 s", "always inside(EE)", "entered(EE)"):
        assert same(held(text, plain), held(text, ruled))
    outside = evidence(np.full((1, 3), -50.0), outward={key: far})
    assert held("always depth(EE) < 1 km", outside).yes.tolist() == [True]
