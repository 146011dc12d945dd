"""Fields of extended squitters: rs1090 as the other route, and where it is wrong, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed.squitters import by_rs1090, operational_status, pack, squitter, velocity

from tocsin.feed import squitter as fields
from tocsin.feed.squitter import Squitter
from tocsin.units import FPM_MPS, FT_M, KT_MPS


def of(*frames: str) -> Squitter:
    data = np.frombuffer(bytes.fromhex("".join(frames)), np.uint8).reshape(-1, 14)
    return Squitter.of(data, np.ones(len(frames), np.bool_))


def test_velocity_of_the_riddle() -> None:
    # The 1090 Megahertz Riddle, chapter 7: 159 kt, 182.88 degrees, -832 ft/min, 550 ft above.
    found = fields.velocity(of("8D485020994409940838175B284F"))
    assert found["gs_mps"][0] / KT_MPS == pytest.approx(159.20, abs=0.01)
    assert found["track_deg"][0] == pytest.approx(182.88, abs=0.01)
    assert found["vrate_mps"][0] / FPM_MPS == pytest.approx(-832)
    assert found["geo_minus_baro_m"][0] / FT_M == pytest.approx(550)


def test_airspeed_is_no_ground_speed() -> None:
    # The same chapter: subtype 3, heading 243.98, 375 kt true airspeed, -2304 ft/min.
    found = fields.velocity(of("8DA05F219B06B6AF189400CBC33F"))
    assert np.isnan(found["gs_mps"][0])
    assert found["vrate_mps"][0] / FPM_MPS == pytest.approx(-2304)


knots = st.integers(-1020, 1020)


@given(knots, knots, st.integers(-500, 500), st.integers(-125, 125))
def test_velocity_agrees_with_rs1090(east: int, north: int, climb: int, above: int) -> None:
    frame = velocity(east, north, climb * 64, above * 25)
    found, other = fields.velocity(of(frame)), by_rs1090(frame)
    assert found["gs_mps"][0] / KT_MPS == pytest.approx(other["groundspeed"])
    if east or north:
        turn = found["track_deg"][0] - other["track"]
        assert (turn + 180) % 360 - 180 == pytest.approx(0, abs=1e-9)
    assert found["vrate_mps"][0] / FPM_MPS == pytest.approx(other["vertical_rate"])
    # Code 1 is a difference of 0 ft (DO-260B, 2.2.3.2.6.1); rs1090 takes it for "unknown".
    theirs = other["geo_minus_baro"] or 0
    assert found["geo_minus_baro_m"][0] / FT_M == pytest.approx(theirs)
    assert found["nacv"][0] == other["NACv"]


@given(st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_supersonic_velocity_counts_in_four_knots(east: int, north: int) -> None:
    """DO-260B, 2.2.3.2.6.2; rs1090 0.7.0 reads subtype 2 in knots, a quarter of the speed."""
    found = fields.velocity(of(velocity(4 * east, 4 * north, subtype=2)))
    assert found["gs_mps"][0] / KT_MPS == pytest.approx(4 * np.hypot(east, north))


def test_saturated_and_missing_fields_are_not_reported() -> None:
    me = pack((19, 5), (1, 3), (0, 5), (0, 1), (1023, 10), (0, 1), (5, 10), (0, 2), (511, 9))
    assert all(np.isnan(v[0]) for k, v in fields.velocity(of(squitter(me))).items() if k != "nacv")


@pytest.mark.parametrize("code", range(125))
def test_movement_agrees_with_rs1090(code: int) -> None:
    frame = squitter(pack((7, 5), (code, 7), (1, 1), (64, 7), (0, 36)))
    gs_mps, track_deg = fields.surface_motion(of(frame))
    other = by_rs1090(frame).get("groundspeed")
    assert gs_mps[0] / KT_MPS == pytest.approx(np.nan if other is None else other, nan_ok=True)
    assert track_deg[0] == 180.0


def test_operational_status() -> None:
    found = fields.status(of(operational_status(nacp=9, nic_a=1, sil=3, gva=2, sda=2)))
    wanted = {"adsb_version": 2, "nacp": 9, "nic_a": 1, "sil": 3, "sil_supp": 1, "gva": 2}
    wanted |= {"sda": 2, "nic_baro": 1}
    assert {k: v[0] for k, v in found.items() if not np.isnan(v[0])} == wanted
    other = by_rs1090(operational_status())
    assert (other["version"], other["NACp"], other["SIL"], other["GVA"]) == (2, 9, 3, 2)


def test_version_0_has_no_accuracy_codes_and_version_1_no_gva() -> None:
    none = fields.status(of(operational_status(version=0)))
    assert [k for k, v in none.items() if not np.isnan(v[0])] == ["adsb_version"]
    one = fields.status(of(operational_status(version=1)))
    assert np.isnan(one["gva"][0])
    assert one["nacp"][0] == 9


def test_target_state_of_version_2_carries_accuracy() -> None:
    me = pack((29, 5), (1, 2), (1, 1), (0, 31), (8, 4), (1, 1), (3, 2), (0, 10))
    found = fields.status(of(squitter(me)))
    assert [found[k][0] for k in ("nacp", "nic_baro", "sil", "sil_supp")] == [8, 1, 3, 1]
    other = by_rs1090(squitter(me))
    assert (other["bds"], other["NACp"]) == ("62", 8)


@pytest.mark.parametrize(
    ("df", "field", "expected"),
    [
        (11, 4, 1),
        (17, 5, 0),
        (17, 6, None),
        (4, 0, 0),
        (20, 3, 1),
        (5, 4, None),
        (0, 4, 1),
        (16, 0, 0),
    ],
)
def test_on_ground_by_downlink_format(df: int, field: int, expected: int | None) -> None:
    none = Squitter(np.zeros(1, np.uint64), np.zeros(1, np.bool_))
    found = fields.on_ground(np.array([df]), np.array([field]), none)[0]
    assert np.isnan(found) if expected is None else found == expected
