"""System tracks behave as those of real centres: their errors last, and their accuracies lie."""

from __future__ import annotations

import numpy as np
import pytest

from tests.simulate.scenes import FLIGHT, RADAR, made, scene
from tocsin.geo import WGS84
from tocsin.schema import Floats
from tocsin.simulate.tracker import SystemTrack, follow

TRACKER = """
[[tracker]]
id = "centre"
lat_deg = 59.4
lon_deg = 25.5
"""
EXACT = (
    "range_bias_m = 0\nazimuth_bias_deg = 0\ntime_bias_s = 0\ntransponder_delay_sd_m = 0\n"
    "detection_probability = 0.95\n"
)
LONG = FLIGHT.replace("59.5\nlon_deg = 24.0", "59.2\nlon_deg = 23.5")


def tracked(more: str, tracker: str = TRACKER) -> tuple[list[SystemTrack], Floats]:
    """Return the updates of a track and its errors east and north, (K, 2) in metres."""
    scenario = scene(LONG, RADAR + more, tracker)
    done = made(LONG, RADAR + more, tracker)
    tracks = follow(
        scenario.trackers[0],
        scenario.radars,
        list(done.plots.values()),
        done.targets,
        scenario.met,
        scenario.length_s,
    )
    t = np.array([track.t_s for track in tracks])
    lon, lat, _ = done.targets[0].flown.geodetic(t)
    azimuth, _, far = WGS84.inv(
        lon, lat, np.array([x.lon_deg for x in tracks]), np.array([x.lat_deg for x in tracks])
    )
    azimuth = np.radians(azimuth)
    return tracks, np.stack([far * np.sin(azimuth), far * np.cos(azimuth)], axis=-1)


def test_without_bias_the_stated_accuracy_is_about_right() -> None:
    tracks, error = tracked(EXACT)
    settled = np.array([track.plots > 12 for track in tracks])
    nees = np.array(
        [e @ np.linalg.solve(x.covariance[:2, :2], e) for x, e in zip(tracks, error, strict=True)]
    )[settled]
    assert 0.5 < nees.mean() < 4.0  # 2 for white errors; the updates of one track are not


def test_with_bias_it_is_not() -> None:
    biased = EXACT.replace("range_bias_m = 0", "range_bias_m = 250").replace(
        "azimuth_bias_deg = 0", "azimuth_bias_deg = 0.25"
    )
    tracks, error = tracked(biased)
    settled = np.array([track.plots > 12 for track in tracks])
    nees = np.array(
        [e @ np.linalg.solve(x.covariance[:2, :2], e) for x, e in zip(tracks, error, strict=True)]
    )[settled]
    assert nees.mean() > 8.0


def test_errors_last_from_update_to_update() -> None:
    _, error = tracked(EXACT)
    east = error[40:, 0] - error[40:, 0].mean()
    assert np.corrcoef(east[1:], east[:-1])[0, 1] > 0.5


def test_a_track_coasts_and_ends_and_begins_anew() -> None:
    tracks, _ = tracked(
        EXACT + "outages = [[2025-09-19T06:50:00Z, 2025-09-19T06:53:00Z]]\n",
    )
    assert sorted({track.number for track in tracks}) == [1, 2]
    first = [track for track in tracks if track.number == 1]
    assert first[0].first
    assert first[-1].last
    assert 60 < first[-1].age_s <= 64
    assert [track.coasting for track in first] == [track.age_s > 30 for track in first]
    assert 300 < first[-1].t_s < 380


def test_a_tracker_may_listen_to_some_radars_only() -> None:
    other = RADAR.replace("radar-a", "radar-b").replace("sic = 9", "sic = 10")
    alone = TRACKER + 'radars = ["radar-b"]\n'
    both, _ = tracked(EXACT + other + EXACT)
    one, _ = tracked(EXACT + other + EXACT, alone)
    assert max(track.sensors for track in both) == 2
    assert max(track.sensors for track in one) == 1
    late = [track for track in both if track.plots > 20]
    lone = [track for track in one if track.plots > 20]
    assert np.median([t.covariance[0, 0] for t in late]) < np.median(
        [t.covariance[0, 0] for t in lone]
    )


def test_a_tracker_has_no_accuracies_to_give_if_told_so() -> None:
    given = made(LONG, RADAR, TRACKER).files["centre.ast"]
    without = made(LONG, RADAR, TRACKER + "accuracies = false\n").files["centre.ast"]
    assert len(without) < len(given) - 10 * 200


def test_velocity_is_east_and_north_at_the_track() -> None:
    tracks, _ = tracked(EXACT)
    done = made(LONG, RADAR + EXACT, TRACKER)
    settled = [track for track in tracks if track.plots > 20]
    t = np.array([track.t_s for track in settled])
    east, north, _ = done.targets[0].flown.motion(t)
    assert np.median([x.east_mps for x in settled] - east) == pytest.approx(0.0, abs=8.0)
    assert np.median([x.north_mps for x in settled] - north) == pytest.approx(0.0, abs=8.0)
