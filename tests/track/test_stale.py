"""Copies are told from aircraft that truly stand."""

from __future__ import annotations

import pytest

from tests.track.lines import line, moving
from tocsin.track.limits import IntegritySettings
from tocsin.track.stale import repeated

RULES = IntegritySettings()


@pytest.mark.parametrize("gs", [240.0, None])
def test_a_position_held_for_five_seconds_by_an_airliner(gs: float | None) -> None:
    east = [0, 240, 480, 480, 480, 480, 480, 1680, 1920]
    found = repeated(moving(line(range(9), east, gs=gs)), RULES)
    assert found.tolist() == [False] * 3 + [True] * 4 + [False] * 2


def test_held_until_the_end_it_is_a_copy_only_if_a_speed_is_reported() -> None:
    east = [0, 240, 480, 480, 480, 480]
    assert repeated(moving(line(range(6), east, gs=240.0)), RULES).sum() == 3
    assert repeated(moving(line(range(6), east)), RULES).sum() == 0


@pytest.mark.parametrize(
    ("east", "gs"),
    [
        ([0, 0, 0, 0, 0, 20, 60], 0.0),  # a hover, then off
        ([0, 0, 0, 5, 5, 5, 10], 3.0),  # a walk's pace in cells of 5 m
        ([0, 25, 25, 50, 50, 75, 75], 12.0),  # a slow glider, rounded to 25 m
        ([0, 0, 0, 0, 3, 3, 0], 70.0),  # stands, though an old speed is still reported
    ],
)
def test_what_stands_or_creeps_repeats_its_position_truly(east: list[float], gs: float) -> None:
    assert not repeated(moving(line(range(7), east, gs=gs)), RULES).any()


def test_a_held_helicopter_is_betrayed_by_its_leap() -> None:
    t = [0, 1, 2, 20, 40, 41, 42]
    east = [0, 12, 24, 24, 24, 24 + 39 * 12, 24 + 40 * 12]
    assert repeated(moving(line(t, east)), RULES).tolist() == [False] * 3 + [True] * 2 + [False] * 2
