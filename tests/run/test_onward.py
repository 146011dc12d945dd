"""A flight that the only radar lost on the way: what it did meanwhile is unobserved, never no."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.run.boxes import collection, feature, square, tocsin
from tocsin.run.flow import study
from tocsin.run.onward import chain
from tocsin.run.radar import DarkTrack
from tocsin.schema import Posterior
from tocsin.settings import FindSettings
from tocsin.track.plots import Plots

SCENARIO = """
[scenario]
id = "lost"
start = 2025-09-19T06:45:00Z
end = 2025-09-19T06:55:00Z
[[aircraft]]
id = "one"
[[aircraft.waypoint]]
lat_deg = 55.6
lon_deg = 13.9
h_hae_m = 6000
speed_mps = 220
[[aircraft.waypoint]]
lat_deg = 55.6
lon_deg = 16.1
h_hae_m = 6000
speed_mps = 220
[[radar]]
id = "north"
lat_deg = 55.8
lon_deg = 13.9
h_hae_m = 60
rotation_s = 8
outages = [[2025-09-19T06:47:40Z, 2025-09-19T06:51:30Z]]
"""
CASE = """
[case]
id = "lost"
window = [2025-09-19T06:45:00Z, 2025-09-19T06:55:00Z]
synthetic = true
[[source]]
path = "out/north.ast"
date = 2025-09-19
[source.sensor]
lat_deg = 55.8
lon_deg = 13.9
h_hae_m = 60
rotation_s = 8
[[airspace]]
path = "boxes.geojson"
"""
TESTS = {
    "never": "never inside(MISSED)",
    "some": "at some time inside(MISSED)",
    "total": "inside(MISSED) for < 10 s",
    "entered": "entered(MISSED)",
    "between": "between 06:48:30Z and 06:50:30Z outside(MISSED)",
    "cut": "inside(CUT) for > 20 s",
    "far": "never inside(FAR)",
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Fly past three boxes: one during the outage, one that is left in it, one far away."""
    folder = tmp_path_factory.mktemp("lost")
    (folder / "lost.toml").write_text(SCENARIO)
    assert tocsin(folder, "simulate", "lost.toml", "-o", "out").returncode == 0
    boxes = {
        "MISSED": (14.7, 55.3, 15.0, 55.9),
        "CUT": (14.3, 55.3, 14.6, 55.9),
        "FAR": (14, 53, 16, 54),
    }
    (folder / "boxes.geojson").write_text(
        collection(
            *(
                feature("Polygon", [square(*box)], volume=name, edge="geodesic", layer="custom")
                for name, box in boxes.items()
            )
        )
    )
    claims = "".join(f'[[claim]]\nid = "{k}"\ntest = "{test}"\n' for k, test in TESTS.items())
    (folder / "case.toml").write_text(CASE + claims)
    return study(folder / "case.toml", FindSettings()).findings


def test_what_happened_in_a_gap_is_unobserved(found: dict[str, Any]) -> None:
    verdicts = {row["id"]: row["verdict"] for row in found["claims"]}
    assert verdicts == {
        "never": "unobserved",
        "some": "unobserved",
        "total": "unobserved",
        "entered": "unobserved",
        "between": "unobserved",
        "cut": "supported",
        "far": "supported",
    }
    why = {row["id"]: row["why"] for row in found["claims"]}
    assert "s were not observed, and on >99 % of the ways it may have flown" in why["never"]


def test_the_gap_is_listed_with_what_lies_on_the_way(found: dict[str, Any]) -> None:
    (gap,) = found["unobserved"]
    assert gap["track"] in ("primary-1", "primary-2")
    assert gap["from_utc"] < "2025-09-19T06:47:41" and gap["to_utc"] > "2025-09-19T06:51:29"
    assert "MISSED" in gap["states_between"] and "FAR" not in gap["states_between"]
    assert any("may be one flight" in note for note in found["limits"])
    assert {row["volume"]: row["open"] for row in found["incursions"]} == {"CUT": "exit"}


def track(name: str, begin_s: float, lon_deg: float, lat_deg: float, east_mps: float) -> DarkTrack:
    """Return a minute of a track that flies due east or west."""
    t_s = begin_s + np.arange(0.0, 61.0, 4.0)
    lon = lon_deg + east_mps * (t_s - begin_s) / 63_500
    none = np.full(len(t_s), np.nan)
    made = Posterior(
        name,
        (t_s * 1e9).astype(np.int64),
        np.tile(lon, (2, 1)),
        np.full((2, len(t_s)), lat_deg),
        np.full((2, len(t_s)), 6000.0),
        np.ones(len(t_s), bool),
    )
    sensors, primary = ("a",) * len(t_s), np.zeros(len(t_s), bool)
    return DarkTrack(made, Plots(t_s, sensors, primary, none, none, none, none, none, none), 0)


def test_each_of_two_flights_goes_on_as_itself() -> None:
    tracks = [
        track("a-1", 0, 179.7, 55.0, 220),  # on over the antimeridian
        track("b-1", 0, 179.7, 55.4, 220),
        track("a-2", 200, -179.61, 55.0, 220),
        track("b-2", 200, -179.61, 55.4, 220),
        track("slow", 200, 179.3, 52.0, 220),  # nobody flies 300 km in two minutes
        track("late", 4000, -179.0, 55.0, 220),
    ]
    assert chain(tracks, 0) == chain(tracks, 2) == [0, 2]
    assert chain(tracks, 3) == [1, 3]
    assert chain(tracks, 4) == [4] and chain(tracks, 5) == [5]


def test_a_turn_back_in_the_gap_is_the_same_flight() -> None:
    out, back = track("out", 0, 15.0, 55.0, 220), track("back", 200, 15.3, 55.0, -220)
    assert chain([out, back], 1) == [0, 1]
