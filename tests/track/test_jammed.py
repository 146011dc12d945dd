"""Silences of positions: told where an aircraft is heard, and nowhere else."""

from __future__ import annotations

import numpy as np

from tocsin.track.jammed import silences
from tocsin.track.limits import IntegritySettings

RULES = IntegritySettings()


def quiet(fresh: list[int], *, every_s: float = 1.0, ground: bool = False) -> list[int]:
    count = len(fresh)
    t_ns = (np.arange(count) * every_s * 1e9).astype(np.int64)
    found = silences(
        np.zeros(count, np.int32),
        t_ns,
        np.ones(count, np.bool_),
        np.array(fresh, bool),
        np.full(count, ground),
        RULES,
    )
    return np.flatnonzero(found).tolist()


def test_forty_rows_without_a_new_position_between_two_that_bring_one() -> None:
    assert quiet([1] * 10 + [0] * 40 + [1] * 10) == list(range(10, 50))


def test_ten_seconds_are_no_silence_nor_is_the_end_of_coverage() -> None:
    assert quiet([1] * 10 + [0] * 10 + [1] * 10) == []
    assert quiet([1] * 10 + [0] * 40) == []
    assert quiet([0] * 40 + [1] * 10) == []


def test_who_is_not_heard_or_stands_on_the_ground_is_not_jammed() -> None:
    assert quiet([1] * 10 + [0] * 4 + [1] * 10, every_s=40.0) == []
    assert quiet([1] * 10 + [0] * 40 + [1] * 10, ground=True) == []


def test_positions_that_come_every_half_minute_all_along_are_the_receivers_way() -> None:
    assert quiet(([1] + [0] * 29) * 10 + [1]) == []
