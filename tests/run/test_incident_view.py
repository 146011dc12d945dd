"""The incident screen's data: what it holds, that it adds up, and what a redaction leaves of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.run import boxes
from tocsin import geo
from tocsin.run.aside import Aside
from tocsin.run.bundle import answered
from tocsin.run.flow import Studied, run_case, study
from tocsin.run.incident_view import FORMAT, VIEW
from tocsin.run.incident_view_rows import dated, numbers, stretches
from tocsin.run.results import results
from tocsin.run.simulate import simulate_file
from tocsin.settings import FindSettings

Json = dict[str, Any]
T0 = datetime(2025, 9, 19, 6, 45, tzinfo=UTC)  # every case here begins then

SCENARIO = """
[scenario]
id = "passage"
start = 2025-09-19T06:45:00Z
end = 2025-09-19T06:52:00Z
[[aircraft]]
id = "one"
[[aircraft.waypoint]]
lat_deg = 59.85
lon_deg = 25.35
h_hae_m = 6000
speed_mps = 230
[[aircraft.waypoint]]
lat_deg = 59.95
lon_deg = 23.6
h_hae_m = 6000
speed_mps = 230
[[radar]]
id = "radar-a"
lat_deg = 59.39
lon_deg = 24.83
h_hae_m = 60
[[radar]]
id = "radar-b"
lat_deg = 59.10
lon_deg = 26.90
h_hae_m = 130
rotation_s = 10
[[airspace]]
path = "box.geojson"
"""
SOURCE = """
[[source]]
path = "{name}.ast"
date = 2025-09-19
witness = "{name}"
[source.sensor]
lat_deg = {lat}
lon_deg = {lon}
h_hae_m = {h}
rotation_s = {turn}
"""
CASE = """[case]
id = "T-2"
title = "A dark target"
window = [2025-09-19T06:45:00Z, 2025-09-19T06:52:00Z]
as_of = 2025-09-23T12:00:00Z
synthetic = true
tlp = "CLEAR"
[target]
h_msl_m = { median = 5000, q05 = 1000, q95 = 11000 }
""" + "".join(
    SOURCE.format(name=name, lat=lat, lon=lon, h=h, turn=turn)
    for name, lat, lon, h, turn in (
        ("radar-a", 59.39, 24.83, 60, 12),
        ("radar-b", 59.10, 26.90, 130, 10),
    )
) + """
[[airspace]]
path = "box.geojson"
volume = "EE"
sigma_m = 50
hypothesis = "drawn"
[[airspace]]
path = "box.geojson"
volume = "EE"
sigma_m = 500
hypothesis = "rough"
[[place]]
id = "rock"
lat_deg = 59.8
lon_deg = 24.6
[[report]]
kind = "clearance"
authorised = "no"
by = "Estonia, Ministry of Foreign Affairs"
source = { title = "Release", date = 2025-09-20 }
[[claim]]
id = "out"
by = "Elsewhere, Ministry"
says = "never inside"
test = "never inside(EE)"
source = { title = "Denial", date = 2025-09-21 }
grade = "D4"
"""  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dark")
    boxes.write(folder)
    (folder / "scenario.toml").write_text(SCENARIO)
    simulate_file(folder / "scenario.toml", folder / "flown")
    for name in ("radar-a.ast", "radar-b.ast"):
        (folder / "flown" / name).rename(folder / name)
    (folder / "case.toml").write_text(CASE)
    return folder


@pytest.fixture(scope="module")
def done(folder: Path) -> Studied:
    return study(folder / "case.toml", FindSettings())


@pytest.fixture(scope="module")
def view(done: Studied) -> Json:
    files, _ = results(done, 60.0)
    made: Json = json.loads(files[VIEW])
    return made


def test_the_head_says_what_case_it_is_of(view: Json) -> None:
    assert view["view"] == FORMAT
    assert view["case"]["id"] == "T-2" and view["case"]["synthetic"] is True
    assert view["t0_utc"] == "2025-09-19T06:45:00Z" and view["window_s"] == [0.0, 420.0]


def test_twice_the_same_bytes(done: Studied, view: Json) -> None:
    files, _ = results(done, 60.0)
    again = json.loads(files[VIEW])
    assert again == view


def test_arrays_of_a_track_are_of_one_length_and_near_the_truth(view: Json) -> None:
    (track,) = view["tracks"]
    count = len(track["t_s"])
    assert 380 < count <= 421
    for name in ("lon_deg", "lat_deg", "course_deg", "speed_mps"):
        assert len(track[name]) == count
    for part in (track["ellipse"], track["corridor"]["50"], track["corridor"]["95"]):
        assert {len(values) for values in part.values()} == {count}
    assert np.median(track["speed_mps"]) == pytest.approx(230.0, abs=5.0)
    assert np.median(track["course_deg"]) == pytest.approx(278.0, abs=3.0)
    wide = np.array(track["corridor"]["95"]["left_m"])
    assert (wide > np.array(track["corridor"]["50"]["left_m"])).all()
    # The truth flies straight from one waypoint to the other: within a few sigmas of the corridor.
    at = np.array([track["lon_deg"], track["lat_deg"]]).T
    on_line = 59.85 + (25.35 - at[:, 0]) / 1.75 * 0.1
    assert np.abs(at[:, 1] - on_line).max() * 111_000 < 1500


def test_the_strip_crosses_a_half_where_the_finding_says(view: Json) -> None:
    answers = {a["hypothesis"]: a for a in view["answers"]}
    t_s = np.array(view["tracks"][0]["t_s"])
    assert set(answers) == {"drawn", "rough"}
    assert len(view["incursions"]) == 2
    for found in view["incursions"]:
        edge = found["depth_from"]
        assert edge and found["depth_edge"].startswith("from the ")
        p = np.array(answers[found["hypothesis"]]["p"], float)
        inside = t_s[p > 0.5]
        entry, leave = found["entry_utc"]["q50"], found["exit_utc"]["q50"]
        assert inside[0] == pytest.approx(_after(entry), abs=3.0)
        assert inside[-1] == pytest.approx(_after(leave), abs=3.0)
        density = view["densities"][found["id"]]["entry"]
        assert sum(density["share"]) == pytest.approx(1.0, abs=0.02)
        middle = density["from_s"] + density["step_s"] * len(density["share"]) / 2
        assert middle == pytest.approx(_after(entry), abs=20.0)


def _after(utc: str) -> float:
    return datetime.fromisoformat(utc).timestamp() - T0.timestamp()


def test_plots_stand_beside_the_fused_track_with_what_is_left_of_them(view: Json) -> None:
    (track,) = view["tracks"]
    assert [plots["sensor"] for plots in track["plots"]] == ["radar-a", "radar-b"]
    for plots, site in zip(track["plots"], ((24.83, 59.39), (26.90, 59.10)), strict=True):
        sigmas = np.array(plots["range_sigmas"]), np.array(plots["azimuth_sigmas"])
        for z in sigmas:
            assert 0.4 < z.std() < 1.6 and abs(z.mean()) < 4.0
        # Back from the map to the radar: what is projected is what was measured.
        h = np.full(len(plots["t_s"]), np.median(track["height"]["q50_m"]))
        sensor = next(s for s in view["sensors"] if s["id"] == plots["sensor"])
        assert (sensor["lon_deg"], sensor["lat_deg"]) == site
        rho, theta, _ = geo.to_polar(
            np.array(plots["lon_deg"]), np.array(plots["lat_deg"]), h, (*site, sensor["h_hae_m"])
        )
        assert np.abs(rho - plots["range_m"]).max() < 30.0
        assert np.abs(geo.wrap_deg(theta - np.array(plots["azimuth_deg"]))).max() < 0.01
        assert plots["arrival"] == "detection" and set(plots["track_number"]) != {None}


def test_what_was_known_is_less_than_what_is_known(view: Json) -> None:
    (track,) = view["tracks"]
    known = track["known"]
    count = sum(len(plots["t_s"]) for plots in track["plots"])
    assert len(known["t_s"]) == count and known["t_s"] == sorted(known["t_s"])
    smoothed = np.interp(known["t_s"], track["t_s"], track["ellipse"]["major_m"])
    assert (np.array(known["major_m"])[:-2] > 0.95 * smoothed[:-2]).mean() > 0.9
    for answer in view["answers"]:
        p = np.array(answer["known_p"], float)
        assert len(p) == count and ((p >= 0) & (p <= 1)).all() and p.max() > 0.99 > 0.05 > p.min()


def test_the_other_side_needs_what_the_claim_says_and_stays_outside(view: Json) -> None:
    (claim,) = view["claims"]
    assert claim["verdict"] == "contradicted"
    (other,) = view["other_side"]
    assert other["claim"] == "out" and other["outside"] is True
    norm = np.linalg.norm(list(other["parts"].values()))
    assert other["sigma"] == pytest.approx(claim["bias_needed_sigma"], abs=0.01)
    assert norm == pytest.approx(other["sigma"], rel=0.01)
    deepest = {a["hypothesis"]: max(a["depth_m"]) for a in other["answers"]}
    assert min(deepest.values()) < 100.0
    assert len(other["lon_deg"]) == len(other["t_s"]) == len(other["left_m"])


def test_statements_and_claims_know_their_day(view: Json) -> None:
    (told,) = [s for s in view["statements"] if s["about"] == "authorisation"]
    assert told["out"] == {"from_utc": "2025-09-20T00:00:00Z", "by_utc": "2025-09-21T00:00:00Z"}
    assert view["claims"][0]["out"]["by_utc"] == "2025-09-22T00:00:00Z"
    assert any(s["by"] == "radar-a" and s["out"] is None for s in view["statements"])


def test_limits_are_drawn_once_a_hypothesis(view: Json) -> None:
    drawn = {row["hypothesis"]: row for row in view["boundaries"]}
    assert {row["sigma_m"] for row in drawn.values()} == {50.0, 500.0}
    line = drawn["drawn"]["line"]["coordinates"]
    assert drawn["drawn"]["line"]["type"] == "MultiLineString"
    at = np.array([point for part in line for point in part])
    assert at[:, 0].min() == pytest.approx(24.0) and at[:, 1].max() == pytest.approx(60.0, abs=0.01)
    assert drawn["drawn"]["upper"] == {"h_m": None, "datum": None, "text": "unlimited"}
    assert view["places"][0]["id"] == "rock"


def test_every_sensor_says_when_it_could_have_seen(view: Json) -> None:
    told = {row["sensor"]: row["stretches"] for row in view["tracks"][0]["coverage"]}
    assert set(told) == {"radar-a", "radar-b"}
    assert {word for rows in told.values() for *_, word in rows} <= {"yes", "no", "cannot tell"}
    assert any(word == "yes" for *_, word in told["radar-a"])


def test_a_redacted_view_tells_nothing_of_sensors(done: Studied) -> None:
    text = answered(done, FindSettings(), redact="GREEN").results[VIEW].decode()
    view = json.loads(text)
    (track,) = view["tracks"]
    assert not {"plots", "known", "coverage", "corridor", "ellipse"} & set(track)
    assert view["sensors"] == [] and view["other_side"] == [] and view["densities"] == {}
    assert all("known_p" not in a and set(a["depth_m"]) == {"q50"} for a in view["answers"])
    for secret in ('"lat_deg":59.39,', '"lon_deg":24.83,', "range_sigma_m", "azimuth"):
        assert secret not in text


def test_an_aircraft_that_tells_its_position_has_a_view_too(tmp_path: Path) -> None:
    done = boxes.studied(tmp_path)
    files, _ = results(done, 60.0)
    view = json.loads(files[VIEW])
    (track,) = view["tracks"]
    assert (track["id"], track["kind"]) == (boxes.TRACK, "own")
    assert track["height"]["datum"] == "hae" and set(track["height"]["q50_m"]) == {3000}
    assert track["corridor"]["95"]["left_m"][0] == pytest.approx(20 * 1.96, abs=0.1)
    (answer,) = view["answers"]
    (found,) = view["incursions"]
    p = np.array(answer["p"])
    inside = np.array(track["t_s"])[p > 0.5]
    assert inside[0] == pytest.approx(_after(found["entry_utc"]["q50"]), abs=1.5)
    assert inside[-1] == pytest.approx(_after(found["exit_utc"]["q50"]), abs=1.5)
    assert view["left_out"] == {"tracks": 0} and view["other_side"] == []


def test_a_withheld_boundary_is_not_drawn(done: Studied) -> None:
    from tocsin.run.incident_view_ground import limits_near

    about = done.findings["airspace"]
    box = (23.0, 58.0, 26.0, 61.0)
    shown = limits_near(done.outlines, about, box, {("EE", "drawn")})
    hidden = limits_near(done.outlines, about, box, {("EE", "drawn")}, {"box.geojson"})
    assert len(shown) == 2 and all(row["line"] for row in shown)
    assert [row["line"] for row in hidden] == [None]


def test_numbers_keep_unknown_apart_from_zero() -> None:
    assert numbers(np.array([1.26, np.nan, -0.01, np.inf]), 1) == [1.3, None, 0.0, None]
    assert numbers(np.array([1.6, np.nan]), 0) == [2, None]


def test_stretches_are_unbroken() -> None:
    t = np.arange(6.0)
    assert stretches(t, np.array([1, 1, 0, 0, 1, 0], bool)) == [[0.0, 1.0], [4.0, 4.0]]
    assert stretches(t, np.zeros(6, bool)) == []


def test_a_date_is_known_from_its_first_second_and_surely_when_it_is_over() -> None:
    assert dated("2025-12-31") == ("2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z")
    assert dated("2025-12-31T10:00:00+02:00") == ("2025-12-31T08:00:00Z",) * 2
    assert dated("") is None and dated("September 2025") is None
    assert dated("2025-12-31T10:00:00") is None  # of no zone


def test_one_process_and_two_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Who draws a figure, prints a page or looks for a bias is on none of them."""
    case = folder / "case.toml"
    alone = run_case(case, tmp_path / "one")
    with Aside(1) as aside:
        beside = run_case(case, tmp_path / "two", aside=aside)
    assert alone.files == beside.files and "bundle.zip" in alone.files
    for name in alone.files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
