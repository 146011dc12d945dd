"""What two people would have to believe: the boundary, its consistency with J, flips, value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tocsin.errors import CaseError, UsageError
from tocsin.policy.believe import Advice, Belief, Position, Stakes, compare, read
from tocsin.policy.believe.compare import view
from tocsin.policy.believe.flip import flips, settles
from tocsin.policy.believe.model import (
    COORDINATES,
    crossing,
    false_cost,
    gain,
    gain_of,
    prior_needed,
)
from tocsin.policy.believe.position import advice, gains
from tocsin.policy.believe.region import SPAN, slice_, surface
from tocsin.policy.believe.value import worth
from tocsin.run.believe import compared, read_dispute

beliefs = st.builds(
    Belief, st.floats(0.02, 0.98), st.floats(0.01, 1), st.floats(0.05, 5), st.floats(0.1, 5)
)
stakes = st.builds(
    Stakes,
    weeks_saved=st.floats(0.5, 20),
    response_value=st.floats(1, 80),
    campaigns_per_year=st.floats(0.1, 3),
    false_rings_per_year=st.floats(0, 3),
    strength=st.floats(0.2, 1),
)


def position(name: str = "A", **changes: tuple[float, float]) -> Position:
    box = {"prior": (0.6, 0.6), "phi": (0.4, 0.4), "cost_ratio": (0.5, 0.5), "recovery": (0.5, 0.5)}
    return Position.of(name, box | changes)


def test_by_hand() -> None:
    """v = 40 * .5 / 4 = 5 a year, L = .4 / .5 = .8 years: a false ring costs .5 + 4 = 4.5."""
    belief = Belief(0.6, 0.4, 0.5, 0.5)
    assert gain_of(belief, Stakes()) == pytest.approx(0.6 - 0.4 * 4.5)
    assert prior_needed(belief, Stakes()) == pytest.approx(4.5 / 5.5)
    assert prior_needed(replace(belief, phi=0.0), Stakes()) == pytest.approx(1 / 3)


@given(st.floats(0.01, 1), st.floats(0.1, 4), st.floats(0, 3), st.floats(0.1, 2), st.floats(1, 60))
def test_the_cost_of_a_false_ring_is_the_slope_of_j(
    phi: float, rho: float, nu: float, campaigns: float, value: float
) -> None:
    """METHODS, section 5: J = r_c [c_d ADD + V (1 - E R)] + c_FA nu."""
    c_fa, step = 2.0, 1e-6

    def j(rate: float) -> float:
        return campaigns * value * (1 - rho / (rho + rate * phi)) + c_fa * rate

    here = Stakes(
        weeks_saved=3.0,
        response_value=value,
        campaigns_per_year=campaigns,
        false_rings_per_year=nu,
        strength=rho / (rho + nu * phi),
    )
    slope = (j(nu + step) - j(max(nu - step, 0))) / (step + min(step, nu))
    cost = float(false_cost(phi, c_fa / here.unit, rho, here)) * here.unit
    assert cost == pytest.approx(slope, rel=1e-4)


@given(beliefs, stakes, st.sampled_from(list(COORDINATES)))
def test_at_a_crossing_ringing_just_balances(belief: Belief, given_: Stakes, name: str) -> None:
    at = crossing(name, belief, given_)
    low, high = {"prior": (0, 1), "phi": (0, 1), "cost_ratio": (0, 1e9), "recovery": (1e-9, 1e9)}[
        name
    ]
    if not low <= at <= high:
        return
    moved = gain_of(replace(belief, **{name: at}), given_)
    assert moved == pytest.approx(0, abs=1e-6 * (1 + given_.year_lost / belief.recovery))


@given(beliefs, stakes, st.sampled_from(list(COORDINATES)), st.floats(1.01, 1.5))
def test_each_number_speaks_one_way(belief: Belief, given_: Stakes, name: str, by: float) -> None:
    more = min(
        getattr(belief, name) * by, 0.999 if name == "prior" else 1.0 if name == "phi" else 9
    )
    assume(more > getattr(belief, name))
    change = gain_of(replace(belief, **{name: more}), given_) - gain_of(belief, given_)
    assert change >= -1e-12 if COORDINATES[name] else change <= 1e-12


@given(beliefs, beliefs, stakes)
def test_the_gain_over_a_box_is_bounded_by_its_corners(
    a: Belief, b: Belief, given_: Stakes
) -> None:
    pairs = {n: sorted((getattr(a, n), getattr(b, n))) for n in COORDINATES}
    box = Position.of("A", {n: (lo, hi) for n, (lo, hi) in pairs.items()})
    low, high = gains(box, given_)
    rng = np.random.default_rng(1)
    inside = {n: rng.uniform(*box.box[n], 500) for n in COORDINATES}
    g = gain(inside["prior"], inside["phi"], inside["cost_ratio"], inside["recovery"], given_)
    assert low - 1e-9 <= g.min() and g.max() <= high + 1e-9


@pytest.mark.parametrize("across", list(COORDINATES))
@pytest.mark.parametrize("up", list(COORDINATES))
@pytest.mark.parametrize("phi", [0.0, 0.05, 0.4])
@pytest.mark.parametrize("value", [0.0, 40.0])
def test_the_polygon_is_where_ringing_gains(across: str, up: str, phi: float, value: float) -> None:
    from matplotlib.path import Path

    if across == up:
        return
    held = Belief(0.6, phi, 0.5, 1.0)
    part = slice_(across, up, held, Stakes(response_value=value), points=201)
    x, y = np.meshgrid(part.x, part.y)
    clear = np.abs(part.gain) > 0.05  # away from the edge, where a polygon of 201 rows may differ
    inner = (slice(2, -2), slice(2, -2))
    grid = np.column_stack([x[inner].ravel(), y[inner].ravel()])
    inside = np.zeros(len(grid), dtype=bool)
    if len(part.ring):
        inside = Path(part.ring).contains_points(grid)
    agree = inside == (part.gain[inner] > 0).ravel()
    assert agree[clear[inner].ravel()].all()
    assert (
        len(part.boundary) == 0
        or np.abs(
            [
                gain_of(
                    replace(held, **{across: float(u), up: float(v)}), Stakes(response_value=value)
                )
                for u, v in part.boundary[::20]
            ]
        ).max()
        < 1e-9
    )


def test_the_surface_is_the_cost_ratio_at_which_it_balances() -> None:
    found = surface(0.5, Stakes(), points=21)
    for row in (0, 3, 20):
        for column in (0, 10, 20):
            k = found.cost_ratio[row, column]
            belief = Belief(float(found.prior[column]), float(found.phi[row]), 1.0, 0.5)
            if np.isnan(k):
                assert gain_of(replace(belief, cost_ratio=1e-12), Stakes()) <= 0
            else:
                assert gain_of(replace(belief, cost_ratio=float(k)), Stakes()) == pytest.approx(0)
    assert np.isnan(found.cost_ratio).any() and not np.isnan(found.cost_ratio).all()


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"phi": (0.0, 0.0)}, Advice.RING),
        ({}, Advice.NOT),
        ({"phi": (0.0, 0.4)}, Advice.DIVIDED),
        ({"recovery": (2.0, 2.0)}, Advice.NOT),  # exactly balanced: ringing is not advised
    ],
)
def test_advice(changes: Any, wanted: Advice) -> None:
    assert advice(position(**changes), Stakes()) is wanted


@given(beliefs, stakes)
def test_moving_past_the_flip_turns_the_advice(belief: Belief, given_: Stakes) -> None:
    point = Position.of("A", {n: (getattr(belief, n), getattr(belief, n)) for n in COORDINATES})
    assume(abs(gain_of(belief, given_)) > 1e-3)
    before = advice(point, given_)
    for flip in flips(point, given_):
        if flip.at is None:
            continue
        beyond = flip.at + (flip.at - flip.now) * 1e-3
        if flip.coordinate in ("prior", "phi") and not 0 < beyond < 1:
            continue
        assume(beyond > 0)
        assert advice(point.with_(**{flip.coordinate: (beyond, beyond)}), given_) is not before
    steps = [flip.steps for flip in flips(point, given_) if flip.steps is not None]
    assert steps == sorted(steps)


def test_another_scale_may_name_another_assumption() -> None:
    point = position(phi=(0.0, 0.0))
    turning = view(point, Stakes()).turning
    assert turning is not None and turning.coordinate == "phi"
    assert turning.at == pytest.approx(0.1)  # .6 = .4 (.5 + 5 phi / .5)
    found = flips(point, Stakes(), {"prior": 0.5})
    assert found[0].coordinate == "prior"
    for bad in ({"prior": 0.0}, {"recovery": 1.0}, {"depth": 1.0}):
        with pytest.raises(UsageError):
            flips(point, Stakes(), bad)


def test_what_settles_a_divided_position() -> None:
    box = position(phi=(0.0, 0.4))
    assert flips(box, Stakes()) == ()
    for each in settles(box, Stakes()):
        low, high = (each.ring, each.not_ring)
        if low is not None:
            edge = low * (1.001 if COORDINATES[each.coordinate] else 0.999)
            if not (each.coordinate == "prior" and edge >= 1):
                moved = box.with_(**{each.coordinate: (edge, edge)})
                assert advice(moved, Stakes()) is Advice.RING
        if high is not None:
            edge = high * (0.999 if COORDINATES[each.coordinate] else 1.001)
            moved = box.with_(**{each.coordinate: (edge, edge)})
            assert advice(moved, Stakes()) is Advice.NOT


@given(beliefs, beliefs, stakes)
def test_the_value_of_knowing_agrees_with_a_grid(a: Belief, b: Belief, given_: Stakes) -> None:
    pairs = {n: sorted((getattr(a, n), getattr(b, n))) for n in COORDINATES}
    box = Position.of("A", {n: (lo, hi) for n, (lo, hi) in pairs.items()})
    low, high = worth(box, given_).campaign
    axes = [np.linspace(*box.box[n], 15) for n in COORDINATES]
    p, phi, k, rho = np.meshgrid(*axes)
    cost = false_cost(phi, k, rho, given_)
    seen = np.minimum(p * given_.strength, (1 - p) * cost)
    assert low == pytest.approx(seen.min(), rel=1e-9)
    assert seen.max() <= high * (1 + 1e-9)
    assert high <= seen.max() * 1.2 + 1e-9


def test_the_value_of_a_number_agrees_with_simulation() -> None:
    box = position(phi=(0.0, 0.4), prior=(0.5, 0.9), recovery=(0.5, 3.0))
    found = worth(box, Stakes()).number
    rng = np.random.default_rng(7)
    n = 400_000
    draw = {name: rng.uniform(*box.box[name], n) for name in COORDINATES}
    wear = float(false_cost(draw["phi"], 0.0, draw["recovery"], Stakes()).mean())
    p, k = 0.7, 0.5
    flat = max(0.0, p - (1 - p) * (k + wear))
    by_prior = np.maximum(0, draw["prior"] - (1 - draw["prior"]) * (k + wear)).mean() - flat
    assert found["prior"] == pytest.approx(by_prior, abs=4e-3)
    some = rng.uniform(0.5, 3.0, 4000)
    inner = np.array(
        [false_cost(phi, 0.0, some, Stakes()).mean() for phi in rng.uniform(0, 0.4, 4000)]
    )
    by_phi = np.maximum(0, p - (1 - p) * (k + inner)).mean() - flat
    assert found["phi"] == pytest.approx(by_phi, abs=6e-3)
    assert found["cost_ratio"] == 0
    assert all(value >= 0 for value in found.values())


def test_nothing_is_worth_learning_that_cannot_turn_the_advice() -> None:
    found = worth(position(phi=(0.0, 0.01), prior=(0.8, 0.9)), Stakes())
    assert found.most_worth is None


def test_the_crux_is_named() -> None:
    found = compare([position("A", phi=(0.0, 0.0), recovery=(2.0, 2.0)), position("B")], Stakes())
    assert [view.advice for view in found.views] == [Advice.RING, Advice.NOT]
    assert found.crux == ("phi",)
    assert "phi" in found.says and found.carries[0][0] == "phi"
    assert all(view.advice_phi0 is Advice.RING for view in found.views)


def test_a_party_that_does_not_follow_its_own_numbers_is_told_so() -> None:
    says = replace(position(), says=Advice.RING)
    assert "contradicts itself" in view(says, Stakes()).remark
    divided = replace(position(phi=(0.0, 0.4)), says=Advice.RING)
    assert "allow that and the contrary" in view(divided, Stakes()).remark
    assert view(replace(position(), says=Advice.NOT), Stakes()).remark == ""


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"prior": (0.7, 0.6)}, "contradicts itself: prior is at least 0.7 and at most 0.6"),
        ({"prior": (0.0, 0.5)}, "no evidence could move a certainty"),
        ({"prior": (0.5, 1.0)}, "no evidence could move a certainty"),
        ({"phi": (0.0, 1.2)}, "from 0 to 1"),
        ({"cost_ratio": (0.0, 1.0)}, "lies above 0"),
        ({"cost_ratio": (-2.0, -1.0)}, "lies above 0"),
        ({"recovery": (0.0, 1.0)}, "never comes back"),
        ({"phi": (0.1, float("nan"))}, "is not finite"),
    ],
)
def test_a_position_that_cannot_be_is_a_sentence(changes: Any, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        position(**changes)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "bad",
    [
        {"weeks_saved": 0},
        {"delay_cost_per_week": -1},
        {"response_value": -1},
        {"strength": 0},
        {"strength": 1.1},
        {"false_rings_per_year": float("inf")},
    ],
)
def test_stakes_that_cannot_be_are_a_sentence(bad: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Stakes(**bad)


def test_two_positions_of_two_names_are_compared() -> None:
    for given_ in ([position()], [position(), position()]):
        with pytest.raises(UsageError):
            compare(given_, Stakes())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "needs a name"),
        ({"prior": None}, "says nothing of prior, which has no default"),
        ({"prior": "high"}, "neither a number nor"),
        ({"prior": [0.1, 0.2, 0.3]}, "neither a number nor"),
        ({"certainty": 1}, "means nothing here"),
        ({"says": "perhaps"}, 'write "ring" or "do not ring"'),
    ],
)
def test_what_a_file_gets_wrong_is_said(change: dict[str, object], says: str) -> None:
    good = {"name": "A", "prior": 0.5, "phi": [0, 0.2], "cost_ratio": 1, "recovery": 1}
    assert read(good).phi == (0, 0.2)
    with pytest.raises(UsageError) as caught:
        read(good | change)
    assert says in str(caught.value)


def test_the_bundled_views_follow_their_own_numbers() -> None:
    dispute = read_dispute("bundled:september-2025")
    assert dispute.illustrative and all(each.sources for each in dispute.positions)
    found = compared(dispute)
    assert [view.remark for view in found.views] == ["", ""]
    assert {view.advice for view in found.views} == {Advice.RING, Advice.NOT}
    assert compared(dispute, response_value=0.0).views[1].advice is not Advice.RING


def test_a_file_of_positions_that_cannot_be_read_is_one_line(tmp_path: Any) -> None:
    for k, text in enumerate(("[position", "x = 1", "[[position]]\nname = 3", "stakes = 3")):
        path = tmp_path / f"{k}.toml"
        path.write_text(text)
        with pytest.raises(CaseError) as caught:
            read_dispute(str(path))
        assert str(path) in str(caught.value)
    with pytest.raises(CaseError, match="no such file"):
        read_dispute(str(tmp_path / "none.toml"))
    with pytest.raises(UsageError, match="does not ship"):
        read_dispute("bundled:none")


def test_the_mapped_span_is_within_what_a_position_may_be() -> None:
    Position.of("A", SPAN)
