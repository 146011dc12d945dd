"""Accuracy that collapses, and accuracy that never was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from tocsin.track.quality import collapsed

ONE = np.zeros(10, np.int32)


def column(values: Sequence[int | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.uint8())])


def test_nacp_that_falls_from_9_to_0_is_a_collapse() -> None:
    found = collapsed(ONE, column([9] * 6 + [0, 1, None, 9]), None)
    assert np.flatnonzero(found).tolist() == [6, 7]


def test_nic_speaks_as_well_and_either_suffices() -> None:
    found = collapsed(ONE, column([9] * 10), column([8] * 7 + [0] * 3))
    assert np.flatnonzero(found).tolist() == [7, 8, 9]


def test_zero_all_along_is_a_plain_installation() -> None:
    assert not collapsed(ONE, column([0] * 9 + [8]), None).any()
    assert not collapsed(ONE, None, None).any()
    assert not collapsed(ONE, column([None] * 10), None).any()


def test_each_track_is_measured_by_itself() -> None:
    track = np.repeat(np.array([0, 1], np.int32), 8)
    found = collapsed(track, column([9] * 7 + [2] + [2] * 8), None)
    assert np.flatnonzero(found).tolist() == [7]
