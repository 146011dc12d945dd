"""The engine as a whole: what opens, what closes, and what does neither."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.watch.world import (
    DEG_M,
    START_NS,
    alerts,
    area,
    batch,
    engine,
    flight,
    fly,
    fly_fleet,
    north,
    rule,
)
from tocsin.errors import IntegrityError, UsageError
from tocsin.schema import Datum, Limit
from tocsin.schema.live import TRACK_COLUMNS, AlertKind, AlertState, plain
from tocsin.units import FL_M
from tocsin.watch import tell
from tocsin.watch.engine import Engine, Step
from tocsin.watch.hold import Turn
from tocsin.watch.said import Asked

S = 1_000_000_000
THROUGH = {"gs_mps": 250.0, "track_deg": 0.0}


def test_one_flight_through_gives_one_alert() -> None:
    steps = fly(engine(), np.full(600, 25.0), north(58.95, 250.0, 600), **THROUGH)
    told = alerts(steps)
    assert [a.state for a in told] == [AlertState.OPEN, AlertState.CLOSED]
    assert {a.id for a in told} == {told[0].id}
    assert [a.revision for a in told] == [1, 2]
    opened, closed = told
    assert (opened.kind, opened.area, opened.track) == (AlertKind.INSIDE, "EE", "4ab179")
    assert opened.p_inside is not None and opened.p_inside > 0.9
    assert opened.waiting_cost == pytest.approx(opened.p_inside * opened.severity, abs=1e-3)
    assert "inside EE airspace" in opened.why and "100 %" not in opened.why
    assert "has left EE airspace" in closed.why
    # At 250 m/s the limit is passed when the geodesic of the south side is; its P follows at once.
    entry_s = (_south(25.0) - 58.95) * DEG_M / 250.0
    assert entry_s <= (opened.opened_ns - START_NS) / S <= entry_s + 3


def test_the_steps_of_a_replay_are_the_same_to_the_byte() -> None:
    def told() -> list[str]:
        machine = engine(rules=[rule(kinds=["inside", "predicted"])])
        steps = fly(machine, np.full(200, 25.0), north(58.7, 250.0, 200), **THROUGH)
        return [json.dumps([plain(a) for a in step.alerts]) for step in steps]

    assert told() == told()


def test_an_alert_says_what_was_so_at_the_time_whenever_it_is_read() -> None:
    whole = flight(np.full(620, 25.0), north(58.7, 250.0, 620), gs_mps=250.0, track_deg=0.0)

    def told(*, later: bool) -> list[str]:
        machine = engine(rules=[rule(kinds=["inside", "predicted"])])
        steps = []
        for k in range(len(whole)):
            steps.append(machine.step(whole.take(np.array([k])), int(whole.t_ns[k])))
            if not later:
                assert len(list(steps[-1].alerts)) == len(steps[-1].alerts)
        assert all(alert.id == name for name, alert in machine.book.alerts.items())
        return [json.dumps([plain(a) for a in step.alerts]) for step in steps]

    at_once = told(later=False)
    assert told(later=True) == at_once and sum("has left" in each for each in at_once) == 1


@settings(max_examples=6)
@given(st.integers(1, 10_000), st.integers(5, 100))
def test_a_checkpoint_goes_on_as_the_original_does(seed: int, cut: int) -> None:
    rules = [rule(kinds=["inside", "predicted", "dark"])]
    rng = np.random.default_rng(seed)
    lat = north(58.93, 250.0, 120) + rng.normal(0, 40 / DEG_M, 120)
    kind = rng.choice(["adsb", "psr"], 1)[0]
    whole = flight(
        np.full(120, 25.0),
        lat,
        source_kind=str(kind),
        icao24=0x4AB179 if kind == "adsb" else None,
        track_no=17,
        callsign="EST1",
        nacp=9,
    )
    one, two = engine(rules=rules), engine(rules=rules)

    def step(machine: Engine, k: int) -> Step:
        return machine.step(whole.take(np.array([k])), int(whole.t_ns[k]))

    for k in range(cut):
        step(one, k)
    saved = one.dump()
    two.load(saved)
    assert two.dump() == saved
    for k in range(cut, 120):
        left, right = step(one, k), step(two, k)
        assert left.alerts == right.alerts
        assert list(left.changed) == list(right.changed)
    assert one.dump() == two.dump()


def test_a_checkpoint_that_is_torn_or_of_another_watch_is_refused() -> None:
    machine = engine()
    fly(machine, np.full(5, 25.0), north(59.5, 250.0, 5))
    saved = machine.dump()
    with pytest.raises(IntegrityError, match="not whole"):
        engine().load(saved[:-1] + b"x")
    with pytest.raises(UsageError, match="other areas"):
        engine(rules=[rule(severity=4)]).load(saved)


@pytest.mark.parametrize("sigma_m", [30.0, 100.0])
def test_tracks_along_the_limit_do_not_flap(sigma_m: float) -> None:
    """Noise alone, five minutes on the line, 60 aircraft: one alert each at most."""
    rng = np.random.default_rng(17)
    count, fleet = 300, 60
    lon = 24.3 + np.arange(count) * 230 / 57_000
    lat = np.array([_south(x) for x in lon]) + rng.normal(0, sigma_m / DEG_M, (fleet, count))
    told = fly_fleet(engine(), np.tile(lon, (fleet, 1)), lat, pos_epu95_m=sigma_m * 2.448)
    opened = [a.track for a in told if a.revision == 1]
    assert len(opened) == len(set(opened))


def _south(lon: float) -> float:
    """Return the latitude of the geodesic from (24, 59) to (26, 59) at a longitude."""
    from math import atan, cos, degrees, radians, tan

    lift = cos(radians(lon - 25.0)) / cos(radians(1.0))
    return degrees(atan(tan(radians(59.0)) * lift))


@pytest.mark.parametrize("passages", [1, 2])
def test_every_real_passage_gives_one_alert(passages: int) -> None:
    """40 aircraft in and out, with 30 m of noise: as many alerts as passages, each with an id."""
    rng = np.random.default_rng(passages)
    fleet = 40
    legs = [north(58.9, 250.0, 160), north(58.9, 250.0, 160)[::-1]] * passages
    lat = np.concatenate(legs) + rng.normal(0, 30 / DEG_M, (fleet, 320 * passages))
    lon = np.tile(np.linspace(24.6, 25.4, fleet)[:, None], (1, 320 * passages))
    told = fly_fleet(engine(), lon, lat, pos_epu95_m=74.0)
    opened = [a for a in told if a.revision == 1]
    assert len({a.id for a in opened}) == len(opened) == passages * fleet
    assert {a.track: sum(b.track == a.track for b in opened) for a in opened} == {
        f"{0x400000 + k:06x}": passages for k in range(fleet)
    }


def test_an_aircraft_that_stays_in_the_dark_of_its_height_gives_no_alert() -> None:
    low = area("CTR", upper=Limit(762.0, Datum.MSL, "2500 ft AMSL"))
    lon, lat = np.full(120, 25.0), north(59.5, 100.0, 120)
    unsure = fly(engine([low]), lon, lat, h_pressure_m=740.0)
    assert alerts(unsure) == []
    assert next(iter(unsure[-1].changed))[TRACK_COLUMNS.index("p_inside")] is None  # not 0
    assert len(alerts(fly(engine([low], qnh_hpa=1030.0), lat=lat, lon=lon, h_pressure_m=300.0)))
    assert alerts(fly(engine([low]), lon, lat, h_pressure_m=350 * FL_M)) == []


def test_a_descent_into_an_area_is_seen_without_a_step_to_the_side() -> None:
    low = area("CTR", upper=Limit(95 * FL_M, Datum.PRESSURE, "FL95"))
    h = np.linspace(120, 60, 120) * FL_M
    told = alerts(fly(engine([low]), np.full(120, 25.0), north(59.5, 100.0, 120), h_pressure_m=h))
    assert len(told) == 1
    assert 50 <= (told[0].opened_ns - START_NS) / S <= 60  # FL95 is passed after 50 s


def test_without_a_height_the_prior_is_taken_and_the_alert_says_so() -> None:
    tall = area("A", upper=Limit(660 * FL_M, Datum.PRESSURE, "FL660"))
    told = alerts(fly(engine([tall]), np.full(30, 25.0), north(59.5, 200.0, 30)))
    assert len(told) == 1 and "no height is reported" in told[0].why


def test_what_people_do_is_kept_and_counted() -> None:
    machine = engine()
    (opened,) = alerts(fly(machine, np.full(30, 25.0), north(59.5, 200.0, 30)))
    now = START_NS + 40 * S

    def say(action: str, at: int, until: int | None = None) -> Step:
        return machine.say(Asked(action, "mari", "known flight", opened.id, until), at)

    (seen,) = say("acknowledge", now).alerts
    assert seen.state is AlertState.ACKNOWLEDGED and seen.handling[0].by == "mari"
    (quiet,) = say("snooze", now + S, now + 61 * S).alerts
    assert quiet.state is AlertState.SNOOZED and quiet.revision == opened.revision + 2
    assert machine.tick(now + 50 * S).alerts == ()
    (awake,) = machine.tick(now + 62 * S).alerts
    assert awake.state is AlertState.OPEN and len(awake.handling) == 2
    assert say("acknowledge", now + 63 * S).alerts[0].state is AlertState.ACKNOWLEDGED
    (again,) = say("reopen", now + 64 * S).alerts
    assert again.state is AlertState.OPEN and again.id == opened.id
    assert machine.say(Asked("acknowledge", "mari", "", "no-such"), now + 65 * S).alerts == ()
    assert machine.counts["said-of-nothing"] == 1


def test_a_clock_that_steps_back_does_not_lengthen_a_snooze() -> None:
    machine = engine()
    (opened,) = alerts(fly(machine, np.full(30, 25.0), north(59.5, 200.0, 30)))
    now = START_NS + 40 * S
    machine.say(Asked("snooze", "mari", "", opened.id, now + 60 * S), now)
    machine.tick(now - 3600 * S)
    (awake,) = machine.tick(now - 3600 * S + 61 * S).alerts
    assert awake.state is AlertState.OPEN
    assert machine.counts["time-stepped-back"] == 1


def test_the_button_and_the_feeds() -> None:
    machine = engine()
    (test,) = machine.say(Asked("test", "mari", "Monday"), START_NS).alerts
    assert test.kind is AlertKind.TEST and "mari" in test.why
    (done,) = machine.say(Asked("acknowledge", "mari", "", test.id), START_NS).alerts
    assert done.state is AlertState.CLOSED
    (silent,) = machine.feed("rx-1", "rx-1 is silent for 30 s", START_NS + S).alerts
    assert silent.kind is AlertKind.FEED and silent.state is AlertState.OPEN
    assert machine.feed("rx-1", "rx-1 is silent for 30 s", START_NS + 2 * S).alerts == ()
    (well,) = machine.feed("rx-1", None, START_NS + 3 * S).alerts
    assert well.id == silent.id and well.state is AlertState.CLOSED
    (full,) = machine.strain("disk", "the journal's disk is full", START_NS + 4 * S).alerts
    assert full.kind is AlertKind.LOAD


def test_memory_is_bounded_and_the_track_not_heard_for_longest_gives_way() -> None:
    machine = engine(capacity=16)
    for k in range(40):
        machine.step(
            batch(
                icao24=0x400000 + k,
                t_applicability=[START_NS + k * S],
                lon_deg=[25.0],
                lat_deg=[57.0],
            ),
            START_NS + k * S,
        )
    assert len(machine.tracks) == 16
    kept = [f"{0x400000 + k:06x}" for k in range(24, 40)]
    assert sorted(row[0] for row in machine.rows()) == kept
    assert machine.counts["evicted"] == 24


def test_an_alert_whose_track_is_dropped_says_that_its_end_was_not_seen() -> None:
    machine = engine(forget_s=60.0)
    fly(machine, np.full(30, 25.0), north(59.5, 200.0, 30))
    told = alerts([machine.tick(START_NS + k * S) for k in range(30, 100)])
    assert [a.state for a in told] == [AlertState.CLOSED]
    assert "was not seen" in told[0].why
    assert len(machine.tracks) == 0


def test_rows_of_tracks_have_their_columns() -> None:
    machine = engine()
    steps = fly(
        machine,
        np.full(30, 25.0),
        north(59.5, 200.0, 30),
        callsign="EST1",
        h_pressure_m=3000.0,
        gs_mps=200.0,
        track_deg=0.0,
    )
    row = dict(zip(TRACK_COLUMNS, next(iter(steps[-1].changed)), strict=True))
    assert row["id"] == "4ab179" and row["callsign"] == "EST1" and row["kind"] == "adsb"
    assert row["h_datum"] == "pressure" and row["cooperative"] is True and row["state"] == "seen"
    assert row["gs_mps"] == pytest.approx(200.0, abs=5)
    assert row["track_deg"] % 360 == pytest.approx(0.0, abs=3) or row["track_deg"] > 357
    assert row["area"] == "EE" and row["p_inside"] > 0.99
    machine.tick(START_NS + 90 * S)
    late = dict(zip(TRACK_COLUMNS, machine.rows()[0], strict=True))
    assert late["state"] == "coasting" and late["age_s"] == pytest.approx(61.0, abs=0.2)


def test_a_rule_by_name_and_by_answer() -> None:
    rules = [
        rule(id="all"),
        rule(id="not-ours", except_callsigns=["EST*"]),
        rule(id="silent", cooperative=False),
    ]
    told = alerts(
        fly(engine(rules=rules), np.full(30, 25.0), north(59.5, 200.0, 30), callsign="EST1")
    )
    assert [a.rule for a in told] == ["all"]


def test_who_stands_on_the_ground_is_in_no_airspace() -> None:
    lon, lat = np.full(30, 25.0), np.full(30, 59.5) + 1e-4 * np.arange(30)
    assert alerts(fly(engine(), lon, lat, on_ground=True)) == []
    assert len(alerts(fly(engine(), lon, lat, on_ground=False))) == 1


def test_an_area_out_of_its_hours_raises_nothing() -> None:
    later = area("NIGHT", active=(("2025-09-19T06:01:00Z", "2025-09-19T07:00:00Z"),))
    told = alerts(fly(engine([later]), np.full(100, 25.0), north(59.5, 100.0, 100)))
    assert len(told) == 1 and (told[0].opened_ns - START_NS) / S >= 60


def test_what_cannot_be_told_waits_as_if_it_were_so() -> None:
    """A P that is unknown is neither 0 on the rail, nor a NaN that no page can read."""
    machine = engine(rules=[rule(id="in", kinds=["inside"])])
    fly(machine, np.full(20, 25.0), north(59.2, 250.0, 20), **THROUGH)
    (row,) = machine.tracks.rows().tolist()
    turn = Turn(row, 0, 0, True, machine.now_ns)
    told = tell.alert(machine, turn, float("nan"), guessed=False)
    assert told.p_inside is None and told.waiting_cost == told.severity
    json.dumps(plain(told), allow_nan=False)
