"""The floor of speed of a jet, and those who fly below it with right."""

from __future__ import annotations

import numpy as np

from tests.track.lines import line, moving
from tocsin.track.envelope import too_slow
from tocsin.track.limits import IntegritySettings
from tocsin.track.motion import legs

RULES = IntegritySettings()


def slow(speeds: list[float], h_m: float, *, report: bool = True) -> list[bool]:
    gs = speeds if report else None
    east = np.cumsum([0.0, *speeds[1:]]).tolist()
    m = moving(line(range(len(speeds)), east, gs=gs, h_m=h_m))
    return [bool(odd) for odd in too_slow(m, legs(m, RULES), RULES)]


def test_a_jet_that_crawls_at_cruising_height_is_too_slow_from_its_first_slow_fix() -> None:
    found = slow([247.0] * 20 + [26.0] * 20 + [225.0] * 20, 11_582)
    assert found == [False] * 20 + [True] * 20 + [False] * 20


def test_without_reports_the_flown_way_tells_it() -> None:
    found = np.array(slow([247.0] * 20 + [26.0] * 20 + [225.0] * 20, 11_582, report=False))
    assert found[20:40].all()
    assert not found[:17].any()
    assert not found[43:].any()


def test_a_report_alone_is_not_enough() -> None:
    east = (np.arange(60) * 240.0).tolist()
    gs = [240.0] * 20 + [26.0] * 20 + [240.0] * 20
    m = moving(line(range(60), east, gs=gs, h_m=11_582))
    assert not too_slow(m, legs(m, RULES), RULES).any()


def test_slow_all_along_or_low_is_no_fault() -> None:
    assert not any(slow([50.0] * 10 + [2.0] * 10, 9_500))
    assert not any(slow([250.0] * 10 + [30.0] * 10, 1_000))
