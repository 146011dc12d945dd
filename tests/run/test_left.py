"""A source with nothing in the window: an error where it is the only one, and no more than that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.run.boxes import tocsin, write

RADAR = """
[[source]]
path = "north.ast"
date = 2025-09-19
[source.sensor]
lat_deg = 59.39
lon_deg = 24.83
h_hae_m = 60
[[claim]]
id = "a"
test = "never inside(EE)"
"""
SCENARIO = """
[scenario]
id = "passage"
start = 2025-09-19T06:58:00Z
end = 2025-09-19T07:03:00Z
[[aircraft]]
id = "one"
[[aircraft.waypoint]]
lat_deg = 59.7
lon_deg = 23.9
h_hae_m = 6000
speed_mps = 200
[[aircraft.waypoint]]
lat_deg = 59.7
lon_deg = 25.2
h_hae_m = 6000
speed_mps = 200
[[radar]]
id = "north"
lat_deg = 59.39
lon_deg = 24.83
h_hae_m = 60
rotation_s = 6
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("passage")
    (folder / "passage.toml").write_text(SCENARIO)
    assert tocsin(folder, "simulate", "passage.toml", "-o", "out").returncode == 0
    return (folder / "out" / "north.ast").read_bytes()


def case(folder: Path, recorded: bytes) -> Path:
    """Write a case with a radar, and a receiver that hears nothing until the next day."""
    path = write(folder, RADAR)
    (folder / "north.ast").write_bytes(recorded)
    track = folder / "track.csv"
    track.write_text(track.read_text().replace("2025-09-19", "2025-09-20"))
    return path


def test_a_receiver_without_a_fix_in_the_window_leaves_what_the_radar_saw(
    tmp_path: Path, recorded: bytes
) -> None:
    case(tmp_path, recorded)
    done = tocsin(tmp_path, "run", "case.toml", "-o", "out", "--json")
    assert done.returncode == 0, done.stderr
    (claim,) = json.loads(done.stdout)["claims"]
    assert claim["verdict"] == "contradicted"


def test_a_radar_without_a_plot_in_the_window_is_an_error_not_a_case_without_tracks(
    tmp_path: Path, recorded: bytes
) -> None:
    path = case(tmp_path, recorded)
    text = path.read_text().replace("date = 2025-09-19\n", "date = 2025-09-18\n")
    path.write_text(text)
    done = tocsin(tmp_path, "run", "case.toml", "-o", "out")
    assert done.returncode == 3
    assert "no fix with a time and a position is left in the window of the case" in done.stderr
    path.write_text(text.replace("date = 2025-09-18\n", ""))
    assert "a time of day needs its day" in tocsin(tmp_path, "run", "case.toml", "-o", "o").stderr


def test_plots_of_a_radar_that_stands_nowhere_are_counted(tmp_path: Path, recorded: bytes) -> None:
    path = case(tmp_path, recorded)
    path.write_text(path.read_text().replace("[source.sensor]\nlat_deg = 59.39", "[source.sensor]"))
    done = tocsin(tmp_path, "run", "case.toml", "-o", "out", "--json")
    found = json.loads(done.stdout)
    assert found["claims"][0]["verdict"] == "unobserved"
    (note,) = [text for text in found["limits"] if "judged by nobody" in text]
    assert "give lat_deg and lon_deg in [source.sensor]" in note
