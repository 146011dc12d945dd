"""The engine as a whole: what opens, what closes, and what does neither."""

from __future__ import annotations

import numpy as np

from tests.watch.world import engine, fly, north
from tocsin.schema.live import AlertKind, AlertState


def test_one_flight_through_gives_one_alert() -> None:
    machine = engine()
    lat = north(58.95, 250.0, 600)
    steps = fly(machine, np.full(600, 25.0), lat, gs_mps=250.0, track_deg=0.0)
    told = [alert for step in steps for alert in step.alerts]
    assert [a.state for a in told] == [AlertState.OPEN, AlertState.CLOSED]
    assert {a.id for a in told} == {told[0].id}
    assert [a.revision for a in told] == [1, 2]
    opened, closed = told
    assert opened.kind is AlertKind.INSIDE and opened.area == "EE" and opened.track == "4ab179"
    assert opened.p_inside is not None and opened.p_inside > 0.9
    assert "inside EE airspace" in opened.why and "100 %" not in opened.why
    print(opened.why, closed.why)
    # 0.05 degrees to the limit are 22 s, the limit at that place runs north of the parallel; then 5 s of dwell.
    entered_s = (opened.opened_ns - 1_758_261_600_000_000_000) / 1e9
    assert 22 <= entered_s <= 30
