"""Outward limits of the volumes that ship and of those of a case, and `tocsin find --flag`."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Geod

from tests.calling import tocsin
from tocsin.airspace.bundled import bundled_volumes, states_near
from tocsin.airspace.edges import outline
from tocsin.errors import CaseError, UsageError
from tocsin.incursion.outward import ENCLOSED, NO_FLAG
from tocsin.run.case import read_case
from tocsin.run.flow import run_case
from tocsin.run.outward import OutwardLimits, listed
from tocsin.run.simulate import made
from tocsin.run.whose import flag_of
from tocsin.schema import Edge, Ring, Volume
from tocsin.simulate.reading import parse

GEOD = Geod(ellps="WGS84")
#: South Estonia, 25.7 km from Latvia and twice as far from Russia and from the sea.
TRACK = """t,track,lon,lat
2025-09-19T07:00:00Z,a,24.6,58.2
2025-09-19T07:00:40Z,a,24.62,58.19
"""


def test_the_outward_limit_of_estonia_is_the_sea_and_the_russian_line() -> None:
    (volume,) = bundled_volumes("sovereign", ["EE"])
    estonia = outline(volume)
    limits = OutwardLimits([volume], "Russia", 0.05)
    limit = limits(estonia)
    assert limit is not None
    assert (limit.flag, limit.left_out, limit.why) == ("RU", ("LV",), "")
    facing = limit.facing
    assert set(facing.names) >= {"FI", "LV", "RU"}
    ends = (facing.a_lon_deg, facing.a_lat_deg, facing.b_lon_deg, facing.b_lat_deg)
    length_m = GEOD.inv(*ends)[2]
    whole = float(length_m.sum())
    names = [facing.names[k] if k >= 0 else "" for k in facing.beyond.tolist()]
    share = {name: float(length_m[np.array(names) == name].sum()) for name in set(names)}
    assert set(share) == {"", "LV", "RU"}  # Finland's limit and Estonia's leave a corridor
    assert sum(share.values()) == pytest.approx(whole)
    assert 340_000 < share["LV"] < 500_000  # 343 km on land by treaty, the sea beside it
    assert 330_000 < share["RU"] < 450_000  # 338 km on land
    # East of Vaindloo both drawings overlap: that stretch is named.
    disputed = facing.disputed
    assert 20_000 < length_m[disputed].sum() < 40_000
    assert facing.a_lon_deg[disputed].min() > 26.5
    ally = OutwardLimits([volume], "LV", 0.05)(estonia)
    assert ally is not None
    assert ally.left_out == ("RU",)
    assert limits.said([estonia]) == [
        "Depth in EE (osm-2024) is measured from the outward limit for an aircraft of RU: "
        "edges shared with LV do not count."
    ]


def _open_m(state: str) -> tuple[float, str]:
    """Return how much of a state's limit faces nobody, and why every edge counts for the US."""
    (volume,) = bundled_volumes("sovereign", [state])
    limit = OutwardLimits([volume], "US", 0.05)(outline(volume))
    assert limit is not None
    facing = limit.facing
    ends = (facing.a_lon_deg, facing.a_lat_deg, facing.b_lon_deg, facing.b_lat_deg)
    return float(GEOD.inv(*ends)[2][facing.beyond < 0].sum()), limit.why


@pytest.mark.parametrize("state", ["AD", "LI", "LU", "SM"])
def test_a_state_without_a_coast_has_no_open_edge(state: str) -> None:
    assert _open_m(state) == (0.0, ENCLOSED)


@pytest.mark.full
@pytest.mark.parametrize("state", ["AT", "BY", "CH", "CZ", "HU", "MD", "MK", "SK", "VA", "XK"])
def test_no_other_state_without_a_coast_has_one(state: str) -> None:
    assert _open_m(state) == (0.0, ENCLOSED)


@pytest.mark.full
def test_what_neither_serbia_nor_croatia_claims_is_open() -> None:
    open_m, _ = _open_m("RS")  # the pockets on the Danube near 45.6 to 45.9 N
    assert 3_000 < open_m < 10_000


def test_what_is_not_sovereign_airspace_has_no_outward_limit() -> None:
    (volume,) = bundled_volumes("sovereign", ["EE"])
    region = outline(replace(volume, layer="fir"))
    limits = OutwardLimits([], "RU", 0.05)
    assert limits(region) is None
    assert limits.said([region]) == [
        "Depth in EE (osm-2024): it is not sovereign airspace, so every edge counts."
    ]
    assert OutwardLimits([], "", 0.05).said([region]) == []


def test_the_seam_between_two_parts_of_a_volume_is_no_limit() -> None:
    def part(west: float) -> Volume:
        lon = west + np.array([0.0, 1.0, 1.0, 0.0])
        ring = Ring(lon, np.array([59.0, 59.0, 60.0, 60.0]), (Edge.GEODESIC,) * 4)
        return Volume("V", (ring,), layer="sovereign", sigma_m=10.0)

    parts = [part(24.0), part(25.0)]
    limit = OutwardLimits(parts, "RU", 0.05)(outline(parts[0]))
    assert limit is not None
    assert (limit.left_out, limit.why) == (("V",), "")
    gone = ~limit.counts
    assert limit.facing.a_lon_deg[gone] == pytest.approx(25.0, abs=1e-4)
    at = limit.facing
    ends = [each[gone] for each in (at.a_lon_deg, at.a_lat_deg, at.b_lon_deg, at.b_lat_deg)]
    assert GEOD.inv(ends[0], ends[1], ends[2], ends[3])[2].sum() == pytest.approx(111_400, abs=100)


def test_a_flag_is_a_state() -> None:
    assert [flag_of(name) for name in ("RUS", "Russia", "us", "")] == ["RU", "RU", "US", ""]
    with pytest.raises(UsageError, match='flag "Rusia" is no state'):
        flag_of("Rusia")
    assert flag_of("Redland", ["Redland"]) == "Redland"  # a volume that is laid
    assert listed(["LV"]) == "LV"
    assert listed(["FI", "LV", "RU"]) == "FI, LV and RU"


def test_states_near_a_box_are_told_by_their_boxes() -> None:
    around = set(states_near(21.0, 57.4, 28.3, 60.0))
    assert around >= {"EE", "FI", "LV", "RU", "SE"}
    assert not around & {"DE", "PL", "UA"}
    assert states_near(178.0, 65.0, 179.0, 66.0) == ["RU"]  # on either side of 180 degrees
    assert states_near(-175.0, 65.0, -174.0, 66.0) == ["RU"]


def test_find_with_a_flag_says_from_which_edge(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TRACK)
    command = ["find", "t.csv", "--airspace", "bundled:sovereign/EE"]
    plain = tocsin(*command, cwd=tmp_path)
    ruled = tocsin(*command, "--flag", "RU", cwd=tmp_path)
    (before,) = csv.DictReader(io.StringIO(plain.stdout))
    (after,) = csv.DictReader(io.StringIO(ruled.stdout))
    assert float(before["max_depth_m"]) == pytest.approx(25_700, abs=3000)
    assert after["depth_any_m"] == before["max_depth_m"]
    assert float(after["max_depth_m"]) > 1.5 * float(before["max_depth_m"])
    same = [name for name in before if name not in ("max_depth_m", "sigma_depth_m")]
    assert [after[name] for name in same] == [before[name] for name in same]
    assert (after["depth_edge"], after["depth_neighbour"]) == ("open", "")
    away = GEOD.inv(24.62, 58.19, float(after["depth_lon"]), float(after["depth_lat"]))[2]
    assert float(after["max_depth_m"]) == pytest.approx(away, abs=3000)
    assert "edges shared with LV do not count" in ruled.stderr
    told = json.loads(tocsin(*command, "--flag", "RU", "--json", cwd=tmp_path).stdout)
    assert told["passages"][0]["depth_edge"] == "open"
    refused = tocsin(*command, "--flag", "Rusia", cwd=tmp_path)
    assert refused.returncode == 2
    assert 'flag "Rusia" is no state' in refused.stderr


CASE = """
[case]
id = "T-1"
title = "Beside an ally"
window = [2025-09-19T06:45:00Z, 2025-09-19T07:25:00Z]
synthetic = true
{target}
[[source]]
path = "t.csv"
[[airspace]]
path = "bundled:sovereign"
volume = "EE"
[[claim]]
id = "shallow"
test = "always depth(EE) < 30 km"
"""
#: From Latvia over the border and back, in ten minutes of level flight.
FLIGHT = [(24.62 + 0.0001 * k, 57.95 + 0.25 * (1 - abs(k - 30) / 30)) for k in range(61)]


def _run(folder: Path, target: str) -> dict[str, Any]:
    folder.mkdir()
    start = datetime(2025, 9, 19, 6, 58, tzinfo=UTC)
    rows = [
        f"{start + timedelta(seconds=10 * k):%Y-%m-%dT%H:%M:%SZ},a,{x},{y}"
        for k, (x, y) in enumerate(FLIGHT)
    ]
    (folder / "t.csv").write_text("t,track,lon,lat\n" + "\n".join(rows) + "\n")
    (folder / "case.toml").write_text(CASE.format(target=target))
    run_case(folder / "case.toml", folder / "out")
    told: dict[str, Any] = json.loads((folder / "out" / "findings.json").read_text())
    view = json.loads((folder / "out" / "view.json").read_text())
    (answer,) = view["answers"]
    told["greatest_m"] = max(answer["depth_m"]["q50"])
    return told


def test_a_case_with_a_flag_says_from_which_edge_and_its_claims_mean_the_same(
    tmp_path: Path,
) -> None:
    plain = _run(tmp_path / "plain", "")
    ruled = _run(tmp_path / "ruled", '[target]\nflag = "Russia"')
    (before,), (after,) = plain["incursions"], ruled["incursions"]
    assert before["depth_from"]["every_edge"] == NO_FLAG
    assert (before["depth_from"]["edge"], before["depth_from"]["neighbour"]) == ("shared", "LV")
    told = after["depth_from"]
    assert (told["edge"], told["flag"], told["left_out"]) == ("open", "RU", ["LV"])
    assert told["every_edge"] is None
    assert told["every_edge_m"]["q50"] == before["max_depth_m"]["q50"]
    assert after["max_depth_m"]["q50"] > 1.5 * before["max_depth_m"]["q50"]
    deep = after["max_depth_m"]["q50"]
    turn = FLIGHT[30]
    assert GEOD.inv(*turn, told["lon_deg"], told["lat_deg"])[2] == pytest.approx(deep, abs=500)
    for name in ("id", "p_inside", "entry_utc", "exit_utc", "duration_s", "path_inside_m"):
        assert before[name] == after[name]
    # The incident screen's depth over time is of the same edges.
    assert plain["greatest_m"] == pytest.approx(before["max_depth_m"]["q50"], abs=50)
    assert ruled["greatest_m"] == pytest.approx(deep, abs=50)
    assert [row["verdict"] for row in plain["claims"]] == ["supported"]
    assert [row["verdict"] for row in ruled["claims"]] == ["contradicted"]
    assert any("edges shared with LV do not count" in line for line in ruled["limits"])
    page = (tmp_path / "ruled" / "out" / "dossier.html").read_text()
    assert "from the open edge at 57°54" in page
    assert "by every edge" in page
    page = (tmp_path / "plain" / "out" / "dossier.html").read_text()
    assert "from the edge shared with" in page
    assert "every edge counts" in page


def test_a_case_with_a_flag_that_is_no_state_is_refused(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text(CASE.format(target='[target]\nflag = "Rusia"'))
    with pytest.raises(CaseError, match=r"\[target\].*Rusia"):
        read_case(tmp_path / "case.toml")


def test_the_truth_of_a_simulation_means_the_same_depth(tmp_path: Path) -> None:
    text = """
[scenario]
id = "ally"
title = "Beside an ally"
start = 2025-09-19T06:58:00Z
end = 2025-09-19T07:08:00Z
[[aircraft]]
id = "one"
{flag}
[[aircraft.waypoint]]
lat_deg = 57.90
lon_deg = 24.62
h_hae_m = 6000
speed_mps = 200
[[aircraft.waypoint]]
lat_deg = 58.20
lon_deg = 24.62
h_hae_m = 6000
speed_mps = 200
[[airspace]]
path = "bundled:sovereign/EE"
layer = "sovereign"
"""
    plain = made(parse(text.format(flag=""), "s.toml"), 1, tmp_path).truth["EE"]
    ruled = made(parse(text.format(flag='flag = "RU"'), "s.toml"), 1, tmp_path).truth["EE"]
    (before,), (after,) = plain, ruled
    assert after["max_depth_m"] > 1.5 * before["max_depth_m"]
    assert {**after, "max_depth_m": 0.0} == {**before, "max_depth_m": 0.0}
    with pytest.raises(CaseError, match='flag "Rusia" is no state'):
        made(parse(text.format(flag='flag = "Rusia"'), "s.toml"), 1, tmp_path)
