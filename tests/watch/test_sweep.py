"""What time alone brings comes once a second to every track, however often the watch is called."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.watch.test_absent import RADAR
from tests.watch.world import START_NS, alerts, batch, engine, rule
from tocsin.schema.live import Alert, AlertState
from tocsin.watch.sweep import PARTS, parts_due

S = 1_000_000_000


@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=60))
def test_every_part_has_its_turn_once_a_second(steps: list[float]) -> None:
    at, turns = 0.0, Counter[int]()
    for step in steps:
        parts = parts_due(at, at + step)
        assert len(parts) == len(set(parts)) <= PARTS
        assert abs(len(parts) - min(step, 1.0) * PARTS) <= 1
        turns.update(parts)
        at += step
    if all(step <= 1.0 for step in steps):
        assert max(turns.values(), default=0) - min(turns[k] for k in range(PARTS)) <= 1


@pytest.mark.parametrize("every_s", [0.1, 1.0, 2.5])
def test_lost_and_forgotten_tracks_are_told_however_often_it_is_called(every_s: float) -> None:
    machine = engine(rules=[rule(kinds=["lost"])], sensors=(RADAR,), forget_s=60.0)
    fleet = 25
    for k in range(6):
        now = START_NS + 4 * k * S
        told = batch(
            "radar-a",
            icao24=0x400000 + np.arange(fleet),
            t_applicability=np.full(fleet, now),
            lon_deg=np.linspace(24.4, 25.6, fleet),
            lat_deg=np.full(fleet, 59.4 + 0.008 * k),
            h_pressure_m=np.full(fleet, 9_000.0),
            track_deg=np.zeros(fleet),
            gs_mps=np.full(fleet, 220.0),
        )
        machine.step(told, now)
    told_of: list[Alert] = []
    at_s = 20.0
    while at_s < 100.0:
        at_s += every_s
        told_of += alerts([machine.tick(START_NS + round(at_s * S))])
    opened = [a for a in told_of if a.state is AlertState.OPEN and a.revision == 1]
    closed = [a for a in told_of if a.state is AlertState.CLOSED]
    assert len({a.track for a in opened}) == len(opened) == len(closed) == fleet
    first_s = np.array([(a.changed_ns - START_NS) / S for a in opened])
    assert first_s.min() >= 36.0 and np.ptp(first_s) <= 1.0 + every_s
    last_s = np.array([(a.changed_ns - START_NS) / S for a in closed])
    assert last_s.min() >= 80.0 and last_s.max() <= 81.0 + every_s
    assert all("was not seen" in a.why for a in closed)
    assert len(machine.tracks) == 0
