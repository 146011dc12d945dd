"""Dark and lost: what absence tells, and what it does not."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.watch.world import START_NS, alerts, area, batch, engine, flight, fly, north, rule
from tocsin.schema.live import Alert, AlertKind, AlertState
from tocsin.watch.engine import Engine, Step
from tocsin.watch.settings import Coverage

S = 1_000_000_000
RADAR = Coverage("radar-a", 24.83, 59.39, 60.0, 200_000.0, 4.0)


def plots(count: int = 20, **told: Any) -> list[Step]:
    machine = told.pop("machine", None) or engine(rules=[rule(kinds=["dark"])])
    made = {"source_kind": "psr", "icao24": None, "track_no": 7, "witness": "radar-a"} | told
    return fly(machine, np.full(count, 25.0), north(59.5, 250.0, count, 4.0), step_s=4.0, **made)


def test_three_primary_plots_without_an_answer_are_a_dark_track() -> None:
    (told,) = alerts(plots())
    assert told.kind is AlertKind.DARK and told.track == "radar-a/7" and told.area is None
    assert "primary radar only" in told.why and "nobody has said" in told.why
    assert (told.opened_ns - START_NS) / S <= 16


def test_plots_without_any_number_are_one_dark_track() -> None:
    machine = engine(rules=[rule(kinds=["dark"])])
    (told,) = alerts(plots(track_no=None, machine=machine))
    assert told.track == "radar-a/plot-1"
    assert len(machine.tracks) == 1


def test_two_targets_without_a_number_are_two_tracks() -> None:
    machine = engine(rules=[rule(kinds=["dark"])])
    for k in range(20):
        lat = 59.5 + np.array([0.0, 0.1]) + k * 0.009
        told = batch(
            "radar-a",
            source_kind="psr",
            icao24=None,
            t_applicability=[START_NS + 4 * k * S] * 2,
            lon_deg=[25.0, 25.0],
            lat_deg=lat,
        )
        machine.step(told, START_NS + 4 * k * S)
    assert len(machine.tracks) == 2


def test_a_known_plan_is_not_dark_and_no_plan_is_said() -> None:
    assert alerts(plots(fpl_correlated=True)) == []
    (told,) = alerts(plots(fpl_correlated=False))
    assert "no flight plan is known" in told.why


def test_a_radars_own_number_for_an_airliner_is_not_dark() -> None:
    machine = engine(rules=[rule(kinds=["dark"])])
    lat = north(59.5, 250.0, 20, 4.0)
    airliner = flight(np.full(20, 25.0), lat, step_s=4.0)
    primary = flight(
        np.full(20, 25.0),
        lat + 0.0005,
        step_s=4.0,
        source_kind="psr",
        icao24=None,
        track_no=7,
        witness="radar-a",
    )
    told: list[Alert] = []
    for k in range(20):
        one = np.array([k])
        told += machine.step(airliner.take(one), START_NS + 4 * k * S).alerts
        told += machine.step(primary.take(one), START_NS + (4 * k + 1) * S).alerts
    assert told == []


def test_a_transponder_that_is_switched_off_before_a_radar_is_dark_a_minute_later() -> None:
    machine = engine(rules=[rule(kinds=["dark"])])
    lat = north(59.5, 200.0, 60, 4.0)
    first: dict[str, Any] = {"source_kind": "psr_ssr", "witness": "radar-a", "step_s": 4.0}
    assert alerts(fly(machine, np.full(20, 25.0), lat[:20], **first)) == []
    bare = flight(
        np.full(40, 25.0),
        lat[20:],
        step_s=4.0,
        start_ns=START_NS + 80 * S,
        source_kind="psr",
        icao24=None,
        witness="radar-a",
    )
    steps = [machine.step(bare.take(np.array([k])), int(bare.t_ns[k])) for k in range(40)]
    (told,) = alerts(steps)
    assert told.track == "4ab179" and len(machine.tracks) == 1
    assert 130 <= (told.opened_ns - START_NS) / S <= 150


def test_dark_in_an_area_asks_for_the_area() -> None:
    far = engine([area(south=62.0, north=63.0)], [rule(kinds=["dark"], areas=["EE"])])
    near = engine(rules=[rule(kinds=["dark"], areas=["EE"])])
    assert alerts(plots(machine=far)) == []
    (told,) = alerts(plots(machine=near))
    assert told.area == "EE"


def silence(machine: Engine, seconds: int, **told: Any) -> list[Alert]:
    """Fly for two minutes before the radar, then nothing comes."""
    given = {"source_kind": "psr_ssr", "witness": "radar-a", "h_pressure_m": 5_000.0}
    lat = told.pop("lat", north(59.5, 150.0, 30, 4.0))
    lon = told.pop("lon", np.full(30, 25.0))
    steps = fly(machine, lon, lat, step_s=4.0, **(given | told))
    steps += [machine.tick(START_NS + (116 + k) * S) for k in range(seconds)]
    return alerts(steps)


def lost() -> Engine:
    return engine(rules=[rule(kinds=["lost"])], sensors=(RADAR,))


def test_a_track_that_its_radar_should_see_is_lost_and_said_by_whom() -> None:
    (told,) = silence(lost(), 60)
    assert told.kind is AlertKind.LOST and "radar-a should see it" in told.why
    assert 116 + 16 <= (told.opened_ns - START_NS) / S <= 116 + 20  # four turns
    assert "5000" not in told.why and "FL164" in told.why


def test_it_is_over_when_it_is_seen_again() -> None:
    machine = lost()
    silence(machine, 60)
    back = flight(
        np.full(30, 25.0),
        north(59.75, 150.0, 30, 4.0),
        step_s=4.0,
        start_ns=START_NS + 176 * S,
        source_kind="psr_ssr",
        witness="radar-a",
    )
    steps = [machine.step(back.take(np.array([k])), int(back.t_ns[k])) for k in range(30)]
    assert [a.state for a in alerts(steps)] == [AlertState.CLOSED]


def test_what_no_sensor_should_see_is_only_not_seen() -> None:
    # Near the edge of its range; landed; the feed itself in trouble; below the horizon.
    assert silence(lost(), 60, lat=north(61.0, 150.0, 30, 4.0)) == []
    assert silence(lost(), 60, h_pressure_m=300.0, vrate_mps=-5.0) == []
    assert silence(lost(), 60, on_ground=True) == []
    assert silence(lost(), 60, h_pressure_m=150.0, lat=north(60.4, 150.0, 30, 4.0)) == []
    unwell = lost()
    unwell.feed("radar-a", "radar-a is silent for 20 s", START_NS)
    assert [a.kind for a in silence(unwell, 60)] == []
    other = lost()
    assert silence(other, 60, witness="rx-1", source_kind="adsb") == []  # not this radar's
