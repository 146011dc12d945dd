"""Which stretches are false: the least that must be so, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from tests.track.lines import line, moving
from tocsin.track.choose import Choice, choose, runs
from tocsin.track.jumps import leaps, strain
from tocsin.track.limits import IntegritySettings
from tocsin.track.motion import fast_mps, legs
from tocsin.track.stretches import cut

RULES = IntegritySettings()


def judged(minutes: list[tuple[float, float]]) -> Choice:
    """Return the choice for a flight at 200 m/s in parts of (minutes, metres aside)."""
    north = np.concatenate([np.full(int(length * 60), aside) for length, aside in minutes])
    t = np.arange(len(north), dtype=float)
    m = moving(line(t.tolist(), 200 * t, north.tolist(), gs=200.0, course=90.0))
    leg = legs(m, RULES)
    nothing = np.zeros(len(m), np.bool_)
    tight = strain(m, leg, RULES)
    pieces = cut(m, leg, tight, leaps(m, leg, RULES), nothing, nothing, RULES)
    return choose(m, leg, pieces, float(fast_mps(m, leg)[0]), RULES)


@pytest.mark.parametrize(
    ("minutes", "false"),
    [
        ([(10, 0), (0.1, 9e4), (10, 0)], [0, 1, 0]),
        ([(10, 0), (15, 9e4), (10, 0)], [0, 1, 0]),  # longer than either end
        ([(10, 0), (15, 9e5), (15, -9e5), (10, 0)], [0, 1, 1, 0]),
        ([(10, 0), (1, 9e4), (8, 0), (1, 9e4), (10, 0)], [0, 1, 0, 1, 0]),  # twice, not once
        ([(30, 0), (5, 9e4)], [0, 1]),
        ([(5, 9e4), (30, 0)], [1, 0]),
    ],
)
def test_the_false_stretch_is_the_one_whose_falsehood_explains_most(
    minutes: list[tuple[float, float]], false: list[int]
) -> None:
    got = judged(minutes)
    assert got.false.astype(int).tolist() == false
    assert not got.doubtful.any()


@pytest.mark.parametrize(
    "minutes",
    [
        [(20, 0), (18, 9e4)],  # two halves
        [(8, 0), (40, 9e4), (8, 0)],  # a long middle against two ends that agree
    ],
)
def test_what_cannot_be_told_is_refused_on_both_sides(minutes: list[tuple[float, float]]) -> None:
    got = judged(minutes)
    assert got.doubtful.sum() >= 2
    assert got.false[got.doubtful].all()


def test_runs_of_a_mask_by_hand() -> None:
    assert runs(np.array([1, 0, 0, 1, 1], bool)) == [(0, 1), (3, 5)]
    assert runs(np.zeros(3, bool)) == []
