"""`tocsin simulate`: the reference scenario is what was published, and directories are safe."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tocsin.cli import app
from tocsin.errors import CaseError, UsageError
from tocsin.feed.formats import read
from tocsin.feed.source import ReadOptions
from tocsin.geo import distance_m
from tocsin.run.simulate import Made, simulate_file, summary

REFERENCE = Path(__file__).resolve().parents[2] / "examples/vaindloo-2025-09-19/scenario.toml"
VAINDLOO = (26.3611, 59.8169)

SMALL = """
[scenario]
id = "small"
start = 2025-09-19T06:45:00Z
end = 2025-09-19T06:50:00Z
[[aircraft]]
id = "one"
[[aircraft.waypoint]]
lat_deg = 59.9
lon_deg = 26.8
h_hae_m = 6000
speed_mps = 200
[[aircraft.waypoint]]
lat_deg = 59.85
lon_deg = 26.0
h_hae_m = 6000
speed_mps = 200
[[radar]]
id = "radar-a"
lat_deg = 59.39
lon_deg = 24.83
h_hae_m = 60
[[airspace]]
path = "bundled:sovereign/EE"
"""


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return simulate_file(REFERENCE, tmp_path_factory.mktemp("reference") / "out")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_the_reference_path_is_what_estonia_published(reference: Made) -> None:
    """In from 06:58 to 07:10 UTC, 12 minutes, less than 10 km deep, nearly 100 km inside."""
    (passage,) = reference.simulated.truth["EE"]
    assert passage["entry_utc"][:16] in ("2025-09-19T06:57", "2025-09-19T06:58")
    assert passage["exit_utc"][:16] in ("2025-09-19T07:09", "2025-09-19T07:10")
    assert 710 < passage["duration_s"] < 730
    assert 5_000 < passage["max_depth_m"] < 10_000
    assert passage["path_inside_m"] == pytest.approx(100_000, rel=0.03)
    assert reference.simulated.truth["aircraft_count"] == 3


def test_the_reference_path_is_what_russia_published_too(reference: Made) -> None:
    """More than 3 km from the island, at all times."""
    path = reference.simulated.truth["path"]["mig-31"]
    lon, lat = np.array(path["lon_deg"]), np.array(path["lat_deg"])
    far = distance_m(lon, lat, np.full(len(lon), VAINDLOO[0]), np.full(len(lon), VAINDLOO[1]))
    assert 3_000 < far.min() < 8_000
    assert np.diff(far).max() < 200  # the sampling misses nothing


def test_the_reference_formation_flies_from_east_to_west_and_says_nothing(reference: Made) -> None:
    path = reference.simulated.truth["path"]["mig-31"]
    assert (np.diff(path["lon_deg"]) < 0).all()
    step = np.diff(path["t_s"])
    east_m = np.diff(path["lon_deg"]) * 55_900
    north_m = np.diff(path["lat_deg"]) * 111_400
    speed = np.hypot(east_m, north_m) / step
    assert 135 < speed.min() < speed.max() < 160
    for plots in reference.simulated.plots.values():
        own = plots.target == 0
        assert own.sum() > 100
        assert not plots.ssr[own].any()
        assert (plots.members[own] == 3).mean() > 0.9


def test_the_reference_passage_is_seen_by_both_radars_all_the_way(reference: Made) -> None:
    for plots in reference.simulated.plots.values():
        inside = (plots.target == 0) & (plots.t_true_s > 780) & (plots.t_true_s < 1_497)
        assert inside.sum() >= 55
        assert np.diff(plots.t_true_s[inside]).max() < 40
        far = plots.true_range_m[inside]
        assert 30_000 < far.min() < far.max() < 160_000


def test_the_reference_traffic_calibrates_both_radars(reference: Made) -> None:
    """Flights that both radars and ADS-B see, many plots of each."""
    simulated = reference.simulated
    heard = simulated.heard["adsb"].target
    useful = [
        k
        for k in range(1, len(simulated.targets))
        if (heard == k).sum() > 500
        and all((p.ssr & (p.target == k)).sum() > 30 for p in simulated.plots.values())
    ]
    assert len(useful) >= 6


def test_the_recordings_of_the_reference_are_read_as_sources(reference: Made) -> None:
    done = read(str(reference.directory / "adsb.jsonl"))
    assert done.input.format == "jet1090"
    assert done.input.quarantined == 0
    assert set(done.fixes["callsign"].to_pylist()) - {None} == {f"SYN{101 + k}" for k in range(8)}


def test_the_plots_of_the_reference_read_back_are_those_made(reference: Made) -> None:
    """By the readers of recordings, and placed within what noise and bias allow."""
    for name, plots in reference.simulated.plots.items():
        options = ReadOptions(date=date(2025, 9, 19))
        done = read(str(reference.directory / f"{name}.ast"), options=options)
        assert done.input.quarantined == 0
        fixes = done.fixes
        assert fixes["simulated"].to_pylist() == [True] * len(plots)
        assert fixes["range_m"].to_numpy() == pytest.approx(plots.range_m, abs=1852 / 512 + 0.01)
        assert fixes["primary_only"].to_pylist() == (~plots.ssr).tolist()
        lon, lat = fixes["lon_deg"].to_numpy(), fixes["lat_deg"].to_numpy()
        for k in range(1, len(reference.simulated.targets)):
            own = (plots.target == k) & np.isfinite(lon)
            at_lon, at_lat, _ = reference.simulated.targets[k].flown.geodetic(plots.t_true_s[own])
            off = distance_m(at_lon, at_lat, lon[own], lat[own])
            sigma = np.hypot(150, np.radians(0.08 + 0.1) * plots.true_range_m[own])
            assert np.mean(off / sigma) < 1.5


def test_files_are_listed_with_their_hashes(reference: Made) -> None:
    told = json.loads((reference.directory / "truth.json").read_text(encoding="utf-8"))
    assert told["synthetic"] is True
    assert told["scenario_sha256"] == hashlib.sha256(REFERENCE.read_bytes()).hexdigest()
    names = {entry.name for entry in reference.directory.iterdir()}
    assert names == {*told["files"], "truth.json"}
    for name, digest in told["files"].items():
        data = (reference.directory / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest


def test_the_same_seed_gives_the_same_directory_and_another_does_not(
    small: Path, tmp_path: Path
) -> None:
    first = simulate_file(small, tmp_path / "a", seed=5)
    second = simulate_file(small, tmp_path / "b", seed=5)
    for name in first.files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    other = simulate_file(small, tmp_path / "a", seed=6)  # an earlier simulation is replaced
    assert other.simulated.truth["seed"] == 6
    assert (tmp_path / "a/radar-a.ast").read_bytes() != (tmp_path / "b/radar-a.ast").read_bytes()
    assert second.simulated.truth["EE"] == other.simulated.truth["EE"]


def test_a_directory_with_anything_else_in_it_is_refused(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    simulate_file(small, out)
    (out / "case.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="was not written by tocsin"):
        simulate_file(small, out)
    assert (out / "case.toml").read_text(encoding="utf-8") == "mine"


def test_an_open_passage_has_no_time_at_its_open_end(small: Path, tmp_path: Path) -> None:
    inside = SMALL.replace("lat_deg = 59.9\nlon_deg = 26.8", "lat_deg = 59.87\nlon_deg = 26.45")
    small.write_text(inside, encoding="utf-8")
    (passage,) = simulate_file(small, tmp_path / "out").simulated.truth["EE"]
    assert passage["entry_utc"] is None
    assert passage["duration_s"] > 60


def test_errors_of_the_file_name_it(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"none.toml: no such file"):
        simulate_file(tmp_path / "none.toml", tmp_path / "out")
    with pytest.raises(CaseError, match="is a directory"):
        simulate_file(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_verb_says_what_it_made(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["simulate", str(small), "-o", str(out), "--seed", "3"])
    assert done.exit_code == 0, done.output
    assert "small (SYNTHETIC): seed 3, 2 files" in done.output
    assert "one EE: in 2025-09-19T06:4" in done.output
    done = CliRunner().invoke(app, ["simulate", str(small), "-o", str(out), "--json"])
    told = json.loads(done.stdout)
    assert told["synthetic"] is True
    assert told["files"] == ["radar-a.ast", "truth.json"]
    assert told["passages"]["EE"][0]["aircraft"] == "one"
    assert told == summary(simulate_file(small, out))
