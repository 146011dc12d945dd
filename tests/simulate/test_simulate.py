"""The whole: the same seed gives the same bytes, and the truth says what was drawn."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.simulate.scenes import FLIGHT, RADAR, RECEIVER, made, scene
from tests.simulate.test_encode_rid import DRONE, LISTENER
from tests.simulate.test_tracker import TRACKER
from tocsin.geo import distance_m
from tocsin.simulate.scenario import Met, Traffic
from tocsin.simulate.simulate import simulate
from tocsin.simulate.traffic import flights

TRAFFIC = """
[traffic]
count = 6
seed = 4
lat_deg = 59.6
lon_deg = 24.9
"""
ALL = (FLIGHT, DRONE, RADAR, RECEIVER, LISTENER, TRACKER, TRAFFIC)


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = made(*ALL), made(*ALL)
    assert first.files == second.files
    assert set(first.files) == {
        "radar-a.ast", "centre.ast", "ears.jsonl", "ears-synthetic.beast",
        "ears-synthetic-gps.beast", "roof.pcapng", "truth.json",
    }  # fmt: skip
    other = made(*ALL, seed=2)
    same = {name for name in first.files if first.files[name] == other.files[name]}
    assert same == set()


def test_another_sensor_does_not_change_the_noise_of_the_first() -> None:
    alone = made(FLIGHT, RADAR)
    other = RADAR.replace("radar-a", "radar-b")
    both = made(FLIGHT, RADAR, other, RECEIVER)
    assert alone.files["radar-a.ast"] == both.files["radar-a.ast"]
    assert both.files["radar-a.ast"] != both.files["radar-b.ast"]


def test_traffic_stays_the_same_under_another_seed() -> None:
    first, second = made(FLIGHT, RADAR, TRAFFIC), made(FLIGHT, RADAR, TRAFFIC, seed=9)
    for a, b in zip(first.targets, second.targets, strict=True):
        assert np.array_equal(a.flown.xyz_m, b.flown.xyz_m)
    assert first.biases != second.biases


def test_traffic_is_seen_by_everybody_and_names_nobody() -> None:
    done = made(FLIGHT, RADAR, RECEIVER, TRAFFIC)
    plots, heard = done.plots["radar-a"], done.heard["ears"]
    for k, target in enumerate(done.targets[1:], 1):
        aircraft = target.aircraft
        assert aircraft.callsign.startswith("SYN")
        assert 0xF00000 <= int(aircraft.icao24, 16) <= 0xF07FFF
        assert (plots.ssr & (plots.target == k)).any() == (heard.target == k).any()
    assert len({t.aircraft.icao24 for t in done.targets}) == 7
    assert sum((heard.target == k).any() for k in range(1, 7)) >= 3


def test_traffic_crosses_its_disc() -> None:
    traffic = Traffic(count=20, lat_deg=59.6, lon_deg=24.9, seed=1, radius_m=100_000)
    for flight in flights(traffic, 2_400.0):
        ends = [flight.waypoint[0], flight.waypoint[-1]]
        for point in ends:
            far = distance_m(
                np.array([24.9]), np.array([59.6]), np.array([point.lon_deg]),
                np.array([point.lat_deg]),
            )  # fmt: skip
            assert far[0] == pytest.approx(100_000, abs=1)
        assert flight.start < 2_400


def test_the_truth_says_what_was_drawn_and_flown() -> None:
    done = made(*ALL)
    told = json.loads(done.files["truth.json"])
    assert told == done.truth
    assert told["synthetic"] is True
    assert told["seed"] == 1
    assert told["aircraft_count"] == 2
    assert told["sensors"]["radar-a"]["azimuth_deg"] == done.biases["radar-a"].azimuth_deg
    assert set(told["sensors"]["radar-a"]["transponder_delay_m"]) == {
        "one", *(f"traffic-{k}" for k in range(1, 7))
    }  # fmt: skip
    path = told["path"]["one"]
    assert np.diff(path["t_s"]) == pytest.approx(np.ones(len(path["t_s"]) - 1))
    lon, lat, _ = done.targets[0].flown.geodetic(np.array(path["t_s"]))
    assert path["lon_deg"] == pytest.approx(lon, abs=1e-7)
    assert path["lat_deg"] == pytest.approx(lat, abs=1e-7)
    assert [a["id"] for a in told["aircraft"] if not a["background"]] == ["one", "drone"]


def test_passages_are_laid_out_by_volume_and_traffic_apart() -> None:
    row = {"entry_utc": "x", "exit_utc": "y", "duration_s": 1.0}
    rng = np.random.default_rng(1)
    done = simulate(
        scene(FLIGHT, TRAFFIC),
        rng,
        lambda targets: {target.aircraft.id: {"EE": [row]} for target in targets},
    )
    assert done.truth["EE"] == [row | {"aircraft": "one"}]
    assert [each["aircraft"] for each in done.truth["traffic"]["EE"]] == [
        f"traffic-{k}" for k in range(1, 7)
    ]


def test_pressure_altitude_follows_the_qnh() -> None:
    """1 hPa is 27 ft or 8.3 m near the ground (ICAO Doc 7488: 1000 hPa lies at 110.9 m)."""
    assert Met(1013.25, 0.0).pressure_altitude_m(3_000.0) == pytest.approx(3_000.0)
    assert Met(1000.0, 0.0).pressure_altitude_m(0.0) == pytest.approx(110.9, abs=0.2)
    assert Met(1013.25, 17.0).pressure_altitude_m(17.0) == pytest.approx(0.0, abs=1e-9)
