"""Outward limits of the volumes that ship and of those of a case, and `tocsin find --flag`."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from tests.calling import tocsin
from tocsin.airspace.bundled import bundled_volumes, states_near
from tocsin.airspace.edges import outline
from tocsin.errors import UsageError
from tocsin.incursion.outward import NOT_SOVEREIGN
from tocsin.run.outward import OutwardLimits, flag_of, listed

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
    assert limits.of(estonia, "LV").left_out == ("RU",)
    assert limits.said() == [
        "Depth in EE (osm-2024) is measured from the outward limit for an aircraft of RU: "
        "edges shared with LV do not count."
    ]


def test_what_is_nobody_s_sovereign_airspace_has_no_outward_limit() -> None:
    (volume,) = bundled_volumes("sovereign", ["EE"])
    limit = OutwardLimits([], "RU", 0.05)(outline(replace(volume, layer="fir")))
    assert (limit.why, limit.every, limit.facing.names) == (NOT_SOVEREIGN, True, ())


def test_a_flag_is_a_state() -> None:
    assert [flag_of(name) for name in ("RUS", "Russia", "us", "")] == ["RU", "RU", "US", ""]
    with pytest.raises(UsageError, match='flag "Rusia" is no state'):
        flag_of("Rusia")
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
