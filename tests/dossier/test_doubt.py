"""Not credible is not the same as not observed."""

from __future__ import annotations

import numpy as np
import pytest

from tests.dossier.case import T0
from tocsin.dossier import DrawnTrack
from tocsin.dossier.doubt import crossed_out, not_credible

STRETCH = {
    "track": "4ab179-1",
    "from_utc": "2018-11-26T11:00:00Z",
    "to_utc": "2018-11-26T11:05:00Z",
}
A, B = T0 + 1340, T0 + 1640


@pytest.mark.parametrize("reason", ["jammed", "stale", "duplicate", "position"])
def test_silence_is_a_gap(track: DrawnTrack, reason: str) -> None:
    assert not_credible({"integrity": [{**STRETCH, "reason": reason}]}, track) == []


@pytest.mark.parametrize("reason", ["spoofed", "teleport", "a reason of tomorrow"])
def test_a_wrong_position_is_not_credible(track: DrawnTrack, reason: str) -> None:
    found = not_credible({"integrity": [{**STRETCH, "reason": reason}]}, track)
    assert found == [(A, B)]
    assert int(crossed_out(track, found).sum()) == 76  # every 4 s, both ends counted


def test_stretches_that_overlap_are_one(track: DrawnTrack) -> None:
    later = {**STRETCH, "from_utc": "2018-11-26T11:04:00Z", "to_utc": "2018-11-26T11:09:00Z"}
    findings = {"integrity": [{**STRETCH, "reason": "spoofed"}], "not_established": [later]}
    assert not_credible(findings, track) == [(A, T0 + 1880)]


def test_refused_fixes_that_no_row_explains_are_shown(track: DrawnTrack) -> None:
    assert not_credible({}, track) == [(A, T0 + 1896)]
    other = {**STRETCH, "track": "somebody else", "reason": "spoofed"}
    assert not_credible({"integrity": [other]}, track) == [(A, T0 + 1896)]


def test_a_trusted_fix_is_never_crossed_out(track: DrawnTrack) -> None:
    drawn = crossed_out(track, [(-np.inf, np.inf)])
    assert not (drawn & track.trusted).any()
