"""Isotonic labels and minimal relabelling against published values and exhaustive search."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, isotonic_regression, minimize

from tocsin.errors import UsageError
from tocsin.policy.threshold.flow import Network
from tocsin.policy.threshold.isotonic import isotonic, order, pava
from tocsin.policy.threshold.relabel import clashes, fewest
from tocsin.schema import Floats


def test_pava_as_published() -> None:
    """METHODS, section 7: PAVA(1, 3, 2, 4) = 1, 2.5, 2.5, 4."""
    assert pava([1, 3, 2, 4]).tolist() == [1, 2.5, 2.5, 4]


def test_pava_weighs() -> None:
    assert pava([1, 3, 2, 4], [1, 3, 1, 1]).tolist() == [1, 2.75, 2.75, 4]
    assert pava([]).tolist() == []


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0.1, 9)), min_size=1, max_size=30))
def test_pava_agrees_with_scipy(pairs: list[tuple[float, float]]) -> None:
    y, w = np.array(pairs).T
    np.testing.assert_allclose(pava(y, w), isotonic_regression(y, weights=w).x, atol=1e-9)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_a_line_is_a_partial_order(labels: list[int]) -> None:
    below = order(np.arange(len(labels), dtype=float)[:, None])
    np.testing.assert_allclose(isotonic(labels, below), pava(labels), atol=1e-9)


points = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 3)), min_size=2, max_size=6
)


@given(points)
def test_a_partial_order_agrees_with_a_general_optimiser(rows: list[tuple[int, int, int]]) -> None:
    data = np.array(rows, dtype=float)
    below, y = order(data[:, :2]), data[:, 2]
    found = isotonic(y, below)
    assert all(found[i] <= found[j] + 1e-9 for i, j in zip(*np.nonzero(below), strict=True))
    steps = np.zeros((int(below.sum()), len(y)))
    for k, (i, j) in enumerate(zip(*np.nonzero(below), strict=True)):
        steps[k, j] += 1
        steps[k, i] -= 1
    held = LinearConstraint(steps, 0, np.inf)

    def squares(g: Floats) -> float:
        return float(((g - y) ** 2).sum())

    best = minimize(squares, np.full(len(y), y.mean()), constraints=[held])
    assert ((found - y) ** 2).sum() <= best.fun + 1e-6


@given(points)
def test_the_fewest_labels_are_changed(rows: list[tuple[int, int, int]]) -> None:
    data = np.array(rows)
    below, labels = order(data[:, :2].astype(float)), data[:, 2]
    found = fewest(labels, below)
    assert not clashes(found.labels, below).any()
    assert found.changed == tuple(np.flatnonzero(found.labels != labels))
    ways = product(range(4), repeat=len(labels)) if len(labels) <= 5 else ()
    least = min(
        (
            int((np.array(way) != labels).sum())
            for way in ways
            if not clashes(np.array(way), below).any()
        ),
        default=len(found.changed),
    )
    assert len(found.changed) == least


def test_one_label_of_the_published_line_is_enough() -> None:
    below = order(np.arange(4.0)[:, None])
    found = fewest(np.array([1, 3, 2, 4]), below)
    assert len(found.changed) == 1
    assert found.labels.tolist() in ([1, 2, 2, 4], [1, 3, 3, 4])


def test_equal_cases_get_one_label() -> None:
    below = order(np.zeros((3, 2)))
    assert isotonic([0, 3, 3], below).tolist() == [2, 2, 2]
    assert fewest(np.array([0, 3, 3]), below).labels.tolist() == [3, 3, 3]


def test_a_flow_known_by_hand() -> None:
    net = Network(4)
    for tail, head, room in ((0, 1, 3.0), (0, 2, 2.0), (1, 2, 1.0), (1, 3, 2.0), (2, 3, 3.0)):
        net.join(tail, head, room)
    assert net.flow(0, 3) == 5.0


@pytest.mark.parametrize(("y", "w"), [([1, float("nan")], None), ([1, 2], [1, 0]), ([1], [1, 2])])
def test_what_is_no_label_is_refused(y: list[float], w: list[float] | None) -> None:
    with pytest.raises(UsageError):
        pava(y, w)
    with pytest.raises(UsageError, match="does not fit"):
        isotonic([1, 2], np.ones((3, 3), dtype=bool))
