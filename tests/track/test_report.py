"""Intervals: one reason, one track, one stretch of time each."""

from __future__ import annotations

import numpy as np

from tocsin.schema import Distrust, Flag
from tocsin.track.report import REASONS, intervals

S = 1_000_000_000


def told(flags: list[int], t_s: list[float], track: list[int] | None = None) -> list[Distrust]:
    count = len(flags)
    code = np.array(track or [0] * count, np.int32)
    found = intervals(
        ["a", "b"],
        code,
        np.array([round(t * S) for t in t_s], np.int64),
        np.ones(count, np.bool_),
        np.array(flags, np.uint32),
        {2: "a remark"},
    )
    return list(found)


def test_the_strongest_reason_names_the_interval_and_remarks_follow_it() -> None:
    both = int(Flag.SPOOFED | Flag.ENVELOPE)
    (got,) = told([0, both, both, int(Flag.SPOOFED), 0], [0, 1, 2, 3, 4])
    assert (got.track, got.from_ns, got.to_ns, got.reason, got.fixes) == (
        "a",
        S,
        3 * S,
        "spoofed",
        3,
    )
    assert got.detail.endswith("; a remark")


def test_runs_are_joined_within_a_minute_and_split_by_tracks_and_reasons() -> None:
    far, jam = int(Flag.TELEPORT), int(Flag.JAMMED)
    got = told([far, 0, far, far, jam, far], [0, 30, 60, 200, 201, 300], [0, 0, 0, 0, 0, 1])
    assert [(d.track, d.reason, d.fixes) for d in got] == [
        ("a", "teleport", 2),
        ("a", "teleport", 1),
        ("a", "jammed", 1),
        ("b", "teleport", 1),
    ]


def test_single_copies_are_daily_bread_and_half_a_minute_of_them_is_not() -> None:
    old = int(Flag.STALE)
    assert told([0, old, 0, old, 0], [0, 1, 2, 3, 4]) == []
    assert [d.fixes for d in told([0, *[old] * 40, 0], list(range(42)))] == [40]


def test_every_flag_that_is_distrusted_has_a_reason() -> None:
    from tocsin.schema import DISTRUST

    named = Flag(0)
    for bit, _, _ in REASONS:
        named |= bit
    assert named == DISTRUST
