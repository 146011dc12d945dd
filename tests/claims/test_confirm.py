"""The least bias, where the flight that belongs to a bias can be drawn again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.claims.flights import evidence
from tocsin.claims.bias import bias_needed
from tocsin.claims.confirm import confirmed
from tocsin.claims.evidence import Evidence
from tocsin.claims.grammar import parse
from tocsin.schema import Floats, Posterior

M, K = 1000, 40
DEPTH_M = 6000.0


def bent(stiffness: float) -> Evidence:
    """Return a flight whose depth is 6 km less 200 b0 + 150 b1, a push that tires as b grows."""
    rng = np.random.default_rng(7)
    draws = rng.normal(size=(M, 3))
    depth = DEPTH_M - draws[:, :2] @ [200.0, 150.0] + 40 * draws[:, 2]
    case = evidence(
        np.repeat(depth[:, None], K, axis=1), bias_names=("a", "b"), bias_sigmas=draws[:, :2]
    )
    base = case.posterior
    assert base is not None
    mean = base.bias_sigmas.mean(axis=0)
    from_lat = np.polyfit(depth, base.lat_deg[:, 0], 1)

    def given(biases: Floats, t_ns: NDArray[np.int64], samples: int) -> Posterior:
        push = biases @ [200.0, 150.0] / (1 + stiffness * np.linalg.norm(biases - mean, axis=1))
        noise = 40 * np.random.default_rng(0).normal(size=samples)
        lat = np.polyval(from_lat, (DEPTH_M - push[:, None] + noise).ravel())
        shape = (len(lat), len(t_ns))
        return replace(
            base,
            t_ns=t_ns,
            lon_deg=np.broadcast_to(base.lon_deg[0, 0], shape),
            lat_deg=np.broadcast_to(lat[:, None], shape),
            h_hae_m=np.zeros(shape),
            observed=np.ones(len(t_ns), bool),
            bias_sigmas=np.zeros((0, 0)),
        )

    return replace(case, posterior=replace(base, given_biases=given))


@pytest.mark.parametrize("stiffness", [0.0, 0.005])
def test_the_bias_is_that_of_the_flight_drawn_again(stiffness: float) -> None:
    """|b| with 250 |b| / (1 + s |b|) = 6000: straight 24, bent 24 / (1 - 24 s)."""
    need = bias_needed(parse("never inside(EE)"), bent(stiffness))["osm-2024"]
    wanted = 24 / (1 - 24 * stiffness)
    assert need.sigma == pytest.approx(wanted, rel=0.02)
    assert dict(need.parts)["a"] == pytest.approx(0.8 * wanted, rel=0.05)
    assert need.p_there is not None and 0.5 <= need.p_there < 0.8


def test_what_nothing_drawn_again_satisfies_has_no_number() -> None:
    """The push tires for good at 250 / 0.1 = 2500 m of the 6000."""
    need = bias_needed(parse("never inside(EE)"), bent(0.1))["osm-2024"]
    assert need.beyond and need.p_there is None


def test_a_way_that_still_fails_as_far_out_as_the_best_is_left_there() -> None:
    """Four sigma along a hold; b falls short by far and rises slowly: it is tried twice."""
    tried: list[Floats] = []

    def weighing(bias: Floats) -> tuple[float, float]:
        tried.append(bias)
        margin = float(bias[0] - 4.0 if bias[0] else bias[1] / 100 - 10.0)
        return margin, float(margin >= 0)

    best = confirmed(
        [lambda: np.array([4.05, 0.0]), lambda: np.array([0.0, 1.0])], weighing, None, 300.0
    )
    assert best is not None
    assert float(np.linalg.norm(best.bias)) == pytest.approx(4.0, abs=0.1)
    assert best.bias[1] == 0.0


def test_a_way_that_holds_in_a_band_on_the_way_out_is_still_found() -> None:
    """b fails at 1 and, worse, at 4, but holds between 1.3 and 2."""

    def weighing(bias: Floats) -> tuple[float, float]:
        a, b = bias.tolist()
        margin = a - 4.0 if a else min(b - 1.3, 2.0 - b)
        return margin, float(margin >= 0)

    ways = [lambda: np.array([4.05, 0.0]), lambda: np.array([0.0, 1.0])]
    best = confirmed(ways, weighing, None, 300.0)
    assert best is not None
    assert best.bias.tolist() == pytest.approx([0.0, 1.33], abs=0.1)
