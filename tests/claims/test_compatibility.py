"""Whether claims exclude each other; the island of Vaindloo is the case that must come out."""

from __future__ import annotations

import numpy as np
import pytest

from tests.claims import vaindloo
from tests.claims.flights import WINDOW_NS, evidence, posterior
from tocsin.claims.compatibility import Clouds, compatible
from tocsin.claims.evaluate import worlds
from tocsin.claims.evidence import Evidence
from tocsin.claims.grammar import parse
from tocsin.claims.rivals import Factor, among_variants, bayes_factor, favoured
from tocsin.claims.shifts import place_m


def past_vaindloo(depth_like_m: float) -> Evidence:
    """Return one flight from east to west, at this distance north of the island."""
    lon0, lat0 = vaindloo.VAINDLOO
    flight = posterior(
        np.zeros((1, 150)),
        lon_deg=np.linspace(lon0 + 1.0, lon0 - 1.0, 150)[None],
        lat_deg=np.full((1, 150), lat0 + depth_like_m / 111_400),
    )
    return Evidence(
        flight,
        WINDOW_NS,
        vaindloo.signed(flight.lon_deg, flight.lat_deg),
        {"vaindloo": place_m(flight.lon_deg, flight.lat_deg, lon0, lat0)},
        signed_distance={vaindloo.EE: vaindloo.inland_m},
        places={"vaindloo": vaindloo.VAINDLOO},
    )


def answer(a: str, b: str, case: Evidence) -> tuple[bool | None, str]:
    found = compatible([parse(a), parse(b)], case)
    return found.compatible, found.why


def test_three_kilometres_from_the_island_is_well_inside_estonia() -> None:
    """Facts, geometry: every point 3 km from Vaindloo lies 8.8-14.4 km inside Estonia."""
    case = past_vaindloo(4000.0)
    so, why = answer("always distance(vaindloo) > 3 km", "inside(EE) for about 12 min", case)
    assert so is True
    assert "every point 3 km from vaindloo lies 8.8 to 14.4 km inside EE" in why


def test_it_comes_out_for_a_flight_that_does_neither() -> None:
    """Straight over the island: a variant of the flight does both."""
    so, why = answer(
        "always distance(vaindloo) > 3 km", "inside(EE) for about 12 min", past_vaindloo(0.0)
    )
    assert so is True
    assert "variants of the flight" in why


def test_never_inside_and_inside_for_twelve_minutes_exclude_each_other() -> None:
    so, why = answer("never inside(EE)", "inside(EE) for about 12 min", past_vaindloo(4000.0))
    assert so is False
    assert "for none of them all" in why


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("always depth(EE) < 10 km", "inside(EE) for about 12 min", True),
        ("always depth(EE) < 3 km", "at some time depth(EE) > 5 km", False),
        ("transponder = off", "transponder = on", None),
        ("transponder = off", "radio = no", True),
        ("aircraft_count = 3", "aircraft_count > 2", True),
        ("never inside(EE)", "transponder = on", True),
        ("register: count(state = EE) = 4", "inside(EE) for about 12 min", True),
        ("never inside(EE)", "at some time depth(EE) > 500 km", None),  # not even alone
    ],
)
def test_pairs_of_claims(a: str, b: str, expected: bool | None) -> None:
    if a == "transponder = off" and b == "transponder = on":
        expected = False
    assert answer(a, b, past_vaindloo(4000.0))[0] is expected


def test_without_a_track_it_cannot_be_told() -> None:
    assert answer("never inside(EE)", "inside(EE) for > 1 min", Evidence())[0] is None


def test_all_claims_of_one_side_at_once() -> None:
    trees = [
        parse(t) for t in ("never inside(EE)", "always distance(vaindloo) > 3 km", "radio = yes")
    ]
    assert compatible(trees, past_vaindloo(4000.0)).compatible is True


# --- rival claims -------------------------------------------------------------------------------


def test_a_bayes_factor_by_hand() -> None:
    """Posterior 90 : 10, prior 50 : 50 in favour of inside: a factor of 9, 0.954 bans."""
    after = evidence(np.repeat(np.where(np.arange(100) < 90, 1e3, -1e3)[:, None], 5, axis=1))
    before = evidence(np.repeat(np.where(np.arange(100) < 50, 1e3, -1e3)[:, None], 5, axis=1))
    a, b = parse("inside(EE)"), parse("never inside(EE)")
    factor = bayes_factor(a, b, posterior=after, prior=before)["osm-2024"]
    assert factor.bans == pytest.approx(np.log10(9))
    assert factor.bound == ""
    turned = bayes_factor(b, a, posterior=after, prior=before)["osm-2024"]
    assert turned.bans == pytest.approx(-np.log10(9))


def test_an_empty_region_bounds_the_factor_and_does_not_settle_it() -> None:
    after, before = evidence(np.full((100, 5), 1e3)), evidence(np.full((100, 5), 1e3))
    before = evidence(np.repeat(np.where(np.arange(100) < 50, 1e3, -1e3)[:, None], 5, axis=1))
    a, b = parse("inside(EE)"), parse("never inside(EE)")
    factor = bayes_factor(a, b, posterior=after, prior=before)["osm-2024"]
    assert factor.bans == pytest.approx(2.0)  # at least 100 : 1, from 100 samples
    assert factor.bound == ">"


def test_rivals_are_weighed_with_the_variants_as_their_prior() -> None:
    """Of one sample a mass of none is bounded by 1: the factor is a bound, and says so."""
    clouds = Clouds(past_vaindloo(4000.0))
    a, b = parse("never inside(EE)"), parse("at some time inside(EE)")
    weighed = among_variants(a, b, clouds)
    assert weighed is not None
    factors, prior = weighed
    (factor,) = factors.values()
    assert factor.bans is not None and factor.bound == "<"
    assert clouds.varied is not None
    never = float(clouds.held("variant", clouds.varied, a, next(worlds(a, clouds.varied))).mean())
    long = float(clouds.held("variant", clouds.varied, b, next(worlds(b, clouds.varied))).mean())
    assert factor.bans == pytest.approx(np.log10(long / never))
    assert "1,521 variants" in prior
    assert among_variants(a, parse("transponder = off"), clouds) is None


def test_what_is_favoured_is_told_by_the_weakest_hypothesis() -> None:
    factors = {"x": Factor(-3.1, "<"), "y": Factor(-2.04, "<")}
    assert favoured("a", "b", factors).startswith("the data favour b over a by more than 10^2.0")
    assert favoured("a", "b", {"x": Factor(-3.1, "<"), "y": Factor(1.0)}) == ""
    assert favoured("a", "b", {"x": Factor(2.0, "?")}) == ""


def test_variants_leave_a_volume_however_deep_the_flight_was_in_it() -> None:
    deep = past_vaindloo(-60_000.0)
    so, why = answer("never inside(EE)", "always speed > 100 m/s", deep)
    assert so is True and "variants" in why
