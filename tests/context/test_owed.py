"""What was owed, by the Convention; and what silence on the radio weighs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.context.fir import FirShare, Weight, radio_weight
from tocsin.context.owed import owed, weight

ESTONIA, RUSSIA = "Estonia", "Russia"


@pytest.mark.parametrize("layer", ["eez", "fir", "adiz", "restricted", "custom"])
@pytest.mark.parametrize("what", ["flight_plan", "transponder"])
def test_a_state_aircraft_outside_sovereign_airspace_owes_nothing(what: str, layer: str) -> None:
    """Chicago Convention, article 3(d): due regard, and no more."""
    rule = owed(what, layer, True)
    assert rule.value is False
    assert "3(d)" in rule.why
    assert weight(rule).weight is Weight.NONE


def test_inside_it_needs_authorisation() -> None:
    rule = owed("flight_plan", "sovereign", True)
    assert rule.value is True
    assert "3(c)" in rule.why
    assert weight(rule).weight is Weight.FULL


def test_a_civil_flight_across_a_border_owes_a_plan() -> None:
    assert owed("flight_plan", "fir", False, crosses_border=True).value is True
    assert owed("flight_plan", "sovereign", None, crosses_border=True).value is True
    assert owed("transponder", "sovereign", False, crosses_border=True).value is None


def test_what_is_not_known_is_not_owed_nor_free() -> None:
    for rule in (owed("flight_plan", "fir", None), owed("flight_plan", "sovereign", None), None):
        assert weight(rule).weight is Weight.UNKNOWN
    with pytest.raises(ValueError, match="neither"):
        owed("radio", "sovereign", True)


def test_vaindloo_lies_in_a_region_that_a_neighbour_serves() -> None:
    """ANCHORS: Vaindloo is about 1 km inside the ST PETERSBURG FIR."""
    around = radio_weight(
        [FirShare("ST PETERSBURG FIR", RUSSIA, 0.6), FirShare("TALLINN FIR", ESTONIA, 0.4)], ESTONIA
    )
    assert around.weight is Weight.WEAK
    assert around.why == (
        "a flight information region is not sovereignty; of the time inside: "
        "60% in ST PETERSBURG FIR, served by Russia, 40% in TALLINN FIR, served by Estonia"
    )
    some = [FirShare("ST PETERSBURG FIR", RUSSIA, 0.2), FirShare("TALLINN FIR", ESTONIA, 0.8)]
    assert radio_weight(some, ESTONIA).weight is Weight.PARTIAL
    assert radio_weight([FirShare("TALLINN FIR", ESTONIA, 1.0)], ESTONIA).weight is Weight.FULL


def test_time_in_no_known_region_counts_for_nobody() -> None:
    half = radio_weight([FirShare("TALLINN FIR", ESTONIA, 0.5)], ESTONIA)
    assert half.weight is Weight.WEAK
    assert "50% in no known region" in half.why
    assert radio_weight([], ESTONIA).weight is Weight.UNKNOWN


def test_impossible_shares_raise() -> None:
    for share in (1.2, float("inf")):
        with pytest.raises(ValueError, match="add up"):
            radio_weight([FirShare("A", ESTONIA, share)], ESTONIA)
    with pytest.raises(ValueError, match="add up"):
        radio_weight([FirShare("A", ESTONIA, 0.7), FirShare("B", RUSSIA, 0.7)], ESTONIA)
    with pytest.raises(ValueError, match="add up"):
        radio_weight([FirShare("A", ESTONIA, float("nan"))], ESTONIA)
    with pytest.raises(ValueError, match="add up"):
        radio_weight([FirShare("A", ESTONIA, -0.1)], ESTONIA)


ORDER = [Weight.WEAK, Weight.PARTIAL, Weight.FULL]


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_of_the_neighbour_never_weighs_more(a: float, b: float) -> None:
    low, high = sorted((a, b))

    def rank(theirs: float) -> int:
        shares = [FirShare("A", ESTONIA, 1 - theirs), FirShare("B", RUSSIA, theirs)]
        return ORDER.index(radio_weight(shares, ESTONIA).weight)

    assert rank(high) <= rank(low)
