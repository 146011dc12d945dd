"""What is encoded is what an independent decoder reads: categories 034, 048 and 062."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulate.decoded import item, quantity, records, whole
from tests.simulate.scenes import FLIGHT, RADAR, made, scene
from tocsin.simulate import encode_062
from tocsin.simulate.asterix import Message, angle, pack, record, signed, stream, time_of_day
from tocsin.simulate.simulate import Simulated
from tocsin.simulate.station import keep
from tocsin.simulate.tracker import follow
from tocsin.units import FL_M, NM_M

SILENT = """
[[aircraft]]
id = "silent"
count = 3
spacing_m = 60
[[aircraft.waypoint]]
lat_deg = 59.9
lon_deg = 26.0
h_hae_m = 5000
speed_mps = 150
[[aircraft.waypoint]]
lat_deg = 59.8
lon_deg = 23.0
h_hae_m = 5000
speed_mps = 150
"""
TRACKER = """
[[tracker]]
id = "centre"
lat_deg = 59.4
lon_deg = 25.5
sac = 3
sic = 4
"""
MIDNIGHT_S = 6 * 3600 + 45 * 60  # the scenario starts at 06:45


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return made(FLIGHT, SILENT, RADAR, TRACKER)


@pytest.fixture(scope="module")
def radar_records(simulated: Simulated) -> list[tuple[int, Any]]:
    return records(simulated.files["radar-a.ast"])


@pytest.fixture(scope="module")
def plots048(radar_records: list[tuple[int, Any]]) -> list[Any]:
    return [each for category, each in radar_records if category == 48]


@pytest.fixture(scope="module")
def tracks062(simulated: Simulated) -> list[Any]:
    return [each for _, each in records(simulated.files["centre.ast"])]


def test_bits_of_a_worked_example() -> None:
    """The example of the libasterix manual: north marker, and a plot at 10 NM and 45 degrees."""
    north = record({1: b"\x01\x02", 2: b"\x01"})
    plot = record(
        {
            1: b"\x01\x02",
            4: pack((round(10.0 * 256), 16), angle(45.0, 16)),
            5: pack((0, 4), (0o7777, 12)),
        }
    )
    bits = stream([Message(0.0, 34, north), Message(1.0, 48, plot)])
    assert bits.hex() == "220007c0010201" + "30000c9801020a0020000fff"


def test_all_plots_are_there_in_the_order_of_time(
    simulated: Simulated, plots048: list[Any]
) -> None:
    plots = simulated.plots["radar-a"]
    assert len(plots048) == len(plots) > 100
    times = [quantity(each, "140", unit="s") or 0.0 for each in plots048]
    assert times == pytest.approx(plots.t_s + MIDNIGHT_S, abs=1 / 256)
    assert times == sorted(times)


def test_positions_are_within_half_a_step(simulated: Simulated, plots048: list[Any]) -> None:
    plots = simulated.plots["radar-a"]
    rho = np.array([quantity(each, "040", "RHO", unit="NM") for each in plots048]) * NM_M
    theta = np.array([quantity(each, "040", "THETA", unit="°") for each in plots048])
    assert np.abs(rho - plots.range_m).max() <= NM_M / 512 + 1e-6
    apart = (theta - plots.azimuth_deg + 180) % 360 - 180
    assert np.abs(apart).max() <= 360 / 2**17 + 1e-9


def test_every_report_says_that_it_is_simulated(plots048: list[Any], tracks062: list[Any]) -> None:
    assert {whole(each, "020", "SIM") for each in plots048} == {1}
    assert {whole(each, "080", "SIM") for each in tracks062} == {1}


def test_only_a_transponder_has_something_to_say(simulated: Simulated, plots048: list[Any]) -> None:
    plots = simulated.plots["radar-a"]
    aircraft = simulated.targets[0].aircraft
    for k, each in enumerate(plots048):
        kind = whole(each, "020", "TYP")
        assert kind == ((7 if plots.psr[k] else 5) if plots.ssr[k] else 1)
        told = [name for name in ("070", "090", "220", "230", "240") if each.get_item(name)]
        if plots.ssr[k]:
            assert told == ["070", "090", "220", "230", "240"]
            assert whole(each, "220") == int(aircraft.icao24, 16)
            assert item(each, "240").as_string().strip() == aircraft.callsign
            assert item(each, "070", "MODE3A").as_string() == aircraft.squawk
            level = quantity(each, "090", "FL", unit="FL")
            assert level == pytest.approx(plots.pressure_m[k] / FL_M, abs=0.125 + 1e-9)
            assert whole(each, "230", "STAT") == 0
            assert whole(each, "230", "ARC") == 1
        else:
            assert told == []
    assert {int(plots.target[k]) for k in range(len(plots)) if plots.ssr[k]} == {0}
    assert (plots.target == 1).sum() > 50


def test_mode_ac_has_no_address_and_counts_in_hundreds_of_feet() -> None:
    words = FLIGHT.replace('"mode_s"', '"mode_ac"').replace("adsb = true", "")
    simulated = made(words, RADAR)
    for _, each in (r for r in records(simulated.files["radar-a.ast"]) if r[0] == 48):
        assert whole(each, "020", "TYP") in (1, 2, 3)
        assert each.get_item("220") is None
        level = quantity(each, "090", "FL", unit="FL")
        assert level is None or level == round(level)


def test_flight_levels_below_zero_are_negative() -> None:
    assert pack((0, 2), signed(-1.0, 0.25, 14)) == b"\x3f\xfc"  # FL -1, not FL 4095


def test_plot_characteristics_tell_how_far_apart_both_channels_were(
    simulated: Simulated, plots048: list[Any]
) -> None:
    plots = simulated.plots["radar-a"]
    both = np.flatnonzero(plots.psr & plots.ssr)
    assert len(both) > 30
    for k in both.tolist():
        apart_nm = (plots.psr_range_m[k] - plots.range_m[k]) / NM_M
        assert quantity(plots048[k], "130", "RPD", unit="NM") == pytest.approx(
            np.clip(apart_nm, -0.5, 127 / 256), abs=1 / 512
        )
        apart_deg = (plots.psr_azimuth_deg[k] - plots.azimuth_deg[k] + 180) % 360 - 180
        assert quantity(plots048[k], "130", "APD", unit="°") == pytest.approx(
            apart_deg, abs=360 / 2**15
        )
    alone = plots048[int(np.flatnonzero(~plots.ssr)[0])]
    assert quantity(alone, "130", "PAM", unit="dBm") is not None
    assert item(alone, "130", "SAM") is None


def test_track_numbers_status_and_velocity_are_the_stations(
    simulated: Simulated, plots048: list[Any]
) -> None:
    (radar,) = scene(RADAR, FLIGHT).radars
    station = keep(radar, simulated.plots["radar-a"])
    for k, each in enumerate(plots048):
        assert whole(each, "161", "TRN") == station.track_no[k]
        assert whole(each, "170", "CNF") == station.tentative[k]
        assert (whole(each, "170", "TRE") or 0) == station.ended[k]
        speed = quantity(each, "200", "GSP", unit="NM/s")
        assert (speed is None) == bool(np.isnan(station.gs_mps[k]))
        if speed is not None:
            assert speed * NM_M == pytest.approx(station.gs_mps[k], abs=NM_M / 2**15)


def test_north_markers_say_where_the_radar_is_and_how_it_turns(
    simulated: Simulated, radar_records: list[tuple[int, Any]]
) -> None:
    own = [each for category, each in radar_records if category == 34]
    north = [each for each in own if whole(each, "000") == 1]
    sectors = [each for each in own if whole(each, "000") == 2]
    times = np.array([quantity(each, "030", unit="s") for each in north])
    assert np.diff(times) == pytest.approx(np.full(len(times) - 1, 12.0), abs=1 / 128)
    assert len(north) == 75  # 15 minutes of 12 s
    assert len(sectors) == pytest.approx(16 * 75, abs=16)
    for each in north:
        assert quantity(each, "041", unit="s") == 12.0
        assert quantity(each, "120", "LAT", unit="°") == pytest.approx(59.39, abs=90 / 2**23)
        assert quantity(each, "120", "LON", unit="°") == pytest.approx(24.83, abs=90 / 2**23)
        assert quantity(each, "120", "HGT", unit="m") == 60.0
        assert (whole(each, "010", "SAC"), whole(each, "010", "SIC")) == (7, 9)
        assert whole(each, "050", "MDS", "CHAB") == 1
        assert whole(each, "050", "PSR", "CHAB") == 1
        assert item(each, "050", "SSR", "CHAB") is None
    angles = {quantity(each, "020", unit="°") for each in sectors}
    assert angles == {22.5 * k for k in range(16)}


def test_plots_lie_in_the_sector_that_was_announced(
    simulated: Simulated, radar_records: list[tuple[int, Any]]
) -> None:
    """The beam is in a sector from its message on; a plot is stamped when the beam is there."""
    sector = None
    slack = 1.0  # degrees: noise, bias of azimuth, and the step of the stamps
    for category, each in radar_records:
        if category == 34:
            sector = quantity(each, "020", unit="°") if whole(each, "000") == 2 else sector
        elif sector is not None:
            into = ((quantity(each, "040", "THETA", unit="°") or 0.0) - sector + 180) % 360 - 180
            assert -slack < into < 22.5 + slack


def test_system_tracks_are_those_of_the_tracker(simulated: Simulated, tracks062: list[Any]) -> None:
    scenario = scene(FLIGHT, SILENT, RADAR, TRACKER)
    (tracker,) = scenario.trackers
    tracks = follow(
        tracker,
        scenario.radars,
        list(simulated.plots.values()),
        simulated.targets,
        scenario.met,
        scenario.length_s,
    )
    assert len(tracks) == len(tracks062) > 300
    for track, each in zip(tracks, tracks062, strict=True):
        assert quantity(each, "070", unit="s") == pytest.approx(track.t_s + MIDNIGHT_S, abs=1 / 256)
        half = encode_062.PLACE_DEG / 2 + 1e-12
        assert quantity(each, "105", "LAT", unit="°") == pytest.approx(track.lat_deg, abs=half)
        assert quantity(each, "105", "LON", unit="°") == pytest.approx(track.lon_deg, abs=half)
        assert quantity(each, "185", "VX", unit="m/s") == pytest.approx(track.east_mps, abs=0.125)
        assert quantity(each, "185", "VY", unit="m/s") == pytest.approx(track.north_mps, abs=0.125)
        assert whole(each, "040") == track.number
        assert whole(each, "015") == 1
        assert whole(each, "080", "MON") == 1
        assert whole(each, "080", "CST") == track.coasting
        assert whole(each, "080", "TSB") == track.first
        assert whole(each, "080", "TSE") == track.last
        assert quantity(each, "290", "TRK", unit="s") == pytest.approx(track.age_s, abs=0.125)
        east, north = np.sqrt(np.diag(track.covariance)[:2])
        assert quantity(each, "500", "APC", "X", unit="m") == pytest.approx(east, abs=0.25)
        assert quantity(each, "500", "APC", "Y", unit="m") == pytest.approx(north, abs=0.25)
        cov = quantity(each, "500", "COV", unit="m")
        assert cov is not None
        assert np.sign(cov) * cov**2 == pytest.approx(
            track.covariance[0, 1], abs=abs(cov) / 2 + 0.07
        )
        lat_sigma = quantity(each, "500", "APW", "LAT", unit="°")
        assert lat_sigma == pytest.approx(north / 111_319.5, abs=encode_062.PLACE_DEG)
        if simulated.targets[track.target].aircraft.id == "silent":
            assert each.get_item("060") is None
            assert each.get_item("380") is None
            assert each.get_item("136") is None
            assert whole(each, "080", "SDS") == 2
            assert item(each, "290", "MDS") is None
        else:
            assert whole(each, "380", "ADR") == 0xF01234
            assert item(each, "060", "MODE3A").as_string() == "2041"
            assert quantity(each, "136", unit="FL") == pytest.approx(
                track.pressure_m / FL_M if track.pressure_m is not None else None, abs=0.125
            )
            assert whole(each, "135", "QNH") == 0
            age = quantity(each, "290", "MDS", unit="s")
            assert age == pytest.approx(track.secondary_age_s, abs=0.125)
            assert item(each, "290", "SSR") is None


@given(st.floats(0, 86_399.99), st.integers(0, 86_399))
def test_time_of_day_begins_again_at_midnight(t_s: float, start_s: int) -> None:
    steps = int.from_bytes(time_of_day(t_s, start_s * 10**9), "big")
    assert 0 <= steps < 86_400 * 128
    assert abs((steps / 128 - start_s - t_s + 43_200) % 86_400 - 43_200) <= 1 / 256 + 1e-9


def test_a_value_without_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="256 does not fit into 8 bits"):
        pack((256, 8))
    with pytest.raises(ValueError, match="no whole bytes"):
        pack((1, 7))
