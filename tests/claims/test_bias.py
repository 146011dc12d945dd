"""The bias a claim needs, against closed forms."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from tests.claims.flights import DEGREE_M, EE, LIMIT_LAT, evidence
from tocsin.claims.bias import LIMIT_SIGMA, bias_needed, least
from tocsin.claims.evidence import Evidence
from tocsin.claims.grammar import parse
from tocsin.claims.shifts import Shifts
from tocsin.schema import Floats

M, K = 2000, 60


def normal(columns: int) -> Floats:
    """Return M draws that are standard normal and uncorrelated to machine precision."""
    draws = np.random.default_rng(1).normal(size=(M, columns))
    draws -= draws.mean(axis=0)
    return np.asarray(np.linalg.qr(draws)[0] * np.sqrt(M))


def gaussian(d_m: float, slopes: list[float], noise_m: float = 60.0, **changes: Any) -> Evidence:
    """Return a flight d_m inside, less `slopes` metres for each sigma of each bias."""
    draws = normal(len(slopes) + 1)
    depth = d_m - draws[:, :-1] @ np.array(slopes) + noise_m * draws[:, -1]
    names = tuple(f"radar-{i}: range" for i in range(len(slopes)))
    return evidence(
        np.repeat(depth[:, None], K, axis=1),
        bias_names=names,
        bias_sigmas=draws[:, :-1],
        **changes,
    )


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(("d_m", "slope_m"), [(4700.0, 500.0), (900.0, 300.0), (2000.0, 70.0)])
def test_one_bias_in_one_dimension_is_d_over_sigma(d_m: float, slope_m: float, exact: bool) -> None:
    """The limit is reached at b = d / s; P(test | b) is then Phi(0) = 1/2."""
    changes: dict[str, Any] = {} if exact else {"signed_distance": {}}
    case = gaussian(d_m, [slope_m], **changes)
    need = bias_needed(parse("never inside(EE)"), case)["osm-2024"]
    median_m = 1.25 * 60 / np.sqrt(200)  # standard error of the median of 200 residuals
    assert need.sigma == pytest.approx(d_m / slope_m, abs=0.02 + 2 * median_m / slope_m)
    assert need.parts[0][0] == "radar-0: range"
    assert need.parts[0][1] == pytest.approx(need.sigma, abs=1e-9)


def test_several_biases_share_the_work() -> None:
    """The point of a plane nearest to the origin: norm d / |s|, along s."""
    slopes = [300.0, -200.0, 100.0, 0.0]
    need = bias_needed(parse("never inside(EE)"), gaussian(4500.0, slopes))["osm-2024"]
    assert need.sigma == pytest.approx(4500 / np.linalg.norm(slopes), abs=0.03)
    found = dict(need.parts)
    for i, slope in enumerate(slopes[:3]):
        wanted = 4500 * slope / np.dot(slopes, slopes)
        assert found[f"radar-{i}: range"] == pytest.approx(wanted, abs=0.06)
    assert abs(found.get("radar-3: range", 0.0)) < 0.2


def test_given_a_bias_the_rest_is_gaussian() -> None:
    """P(inside | b) = Phi((d - s b) / noise)."""
    case = gaussian(2000.0, [500.0], noise_m=100.0)
    assert case.posterior is not None
    shifts = Shifts(case, case.posterior, M)
    for b in (3.7, 3.9, 4.0, 4.1, 4.4):
        (depth,) = shifts.exact(np.array([b])).signed_distance_m.values()
        wanted = NormalDist().cdf((2000 - 500 * b) / 100)
        assert np.mean(depth[:, 0] > 0) == pytest.approx(wanted, abs=3 * 0.5 / np.sqrt(M))


def test_a_total_in_a_narrow_band_is_not_leapt_over() -> None:
    """A parabola of depth 4500 - 6000 s^2: 12 min of 33 remain at 9.5 sigma of 374 m."""
    s = np.linspace(-1, 1, 200)
    draws = normal(5)
    slopes = np.array([300.0, -200.0, 100.0, 0.0])
    depth = 4500 - 6000 * s**2 - (draws[:, :4] @ slopes)[:, None] + 60 * draws[:, 4:]
    case = evidence(depth, bias_names=tuple("abcd"), bias_sigmas=draws[:, :4])
    need = bias_needed(parse("inside(EE) for about 12 min"), case)["osm-2024"]
    # The upper end of the band, 13.2 min, is the first that shrinking reaches.
    half = 13.2 * 60 / (199 * 10)
    wanted = (4500 - 6000 * half**2) / np.linalg.norm(slopes)
    assert need.sigma == pytest.approx(wanted, abs=0.1)


def test_a_claim_that_holds_needs_none() -> None:
    needs = bias_needed(parse("inside(EE)"), gaussian(4700.0, [500.0]))
    assert needs["osm-2024"].sigma is None
    assert needs["osm-2024"].why == "needs no bias"
    assert least(needs) is None


def test_what_no_bias_can_do_is_said_and_is_not_null() -> None:
    case = gaussian(4700.0, [10.0])  # 470 sigma
    need = bias_needed(parse("never inside(EE)"), case)["osm-2024"]
    assert (need.sigma, need.beyond) == (LIMIT_SIGMA, True)
    assert str(need) == f"more than {LIMIT_SIGMA:.0f} sigma, none nearer was found"


@pytest.mark.parametrize("text", ["transponder = off", "register: count(state = EE) = 4"])
def test_a_claim_of_no_position_needs_none(text: str) -> None:
    (need,) = bias_needed(parse(text), gaussian(4700.0, [500.0])).values()
    assert need.sigma is None


def test_the_same_inputs_give_the_same_number() -> None:
    case = gaussian(2500.0, [300.0, 200.0])
    tree = parse("never inside(EE)")
    assert bias_needed(tree, case) == bias_needed(tree, case)


def test_depth_from_an_outward_limit_is_measured_where_the_flight_is() -> None:
    """Twice as far as the limit is: 3 km of it are 1.5 km of the other, (4700 - 1500) / 500."""

    def outward(lon: Floats, lat: Floats, signed_m: Floats) -> Floats:
        assert np.isfinite(lon).all()
        return 2.0 * (LIMIT_LAT - lat) * DEGREE_M

    case = gaussian(4700.0, [500.0], outward={EE: outward})
    need = bias_needed(parse("always depth(EE) < 3 km"), case)["osm-2024"]
    assert need.sigma == pytest.approx(6.4, abs=0.06)
