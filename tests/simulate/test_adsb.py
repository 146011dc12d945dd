"""Squitters read back by the feed readers: another code base than the encoder's."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pyarrow.compute as pc
import pytest
from pyarrow import Table

from tests.simulate.odds import share_bounds
from tests.simulate.scenes import FLIGHT, RECEIVER, made
from tocsin.feed import beast, beastframes, jet1090
from tocsin.feed.cpr import zones as zones_of_the_reader
from tocsin.feed.source import ReadOptions, Source
from tocsin.geo import distance_m
from tocsin.schema import Floats, Reading
from tocsin.simulate.gnss import EPU95_M, PER_AXIS, gauss_markov
from tocsin.simulate.simulate import Simulated
from tocsin.simulate.squitter import zones

DAY = date(2025, 9, 19)
#: Half a cell of each code (DO-260B, A.1.7): 2.6 m of latitude, up to 5 m of longitude at 60N.
CELL_M = 6.0
EXACT = FLIGHT.replace("adsb = true", "adsb = true\nnacp = 11\nlatency_max_s = 0.0")


@pytest.fixture(scope="module")
def exact() -> Simulated:
    """One aircraft without latency and with an error of 1.2 m per axis."""
    return made(EXACT, RECEIVER)


def read(simulated: Simulated, name: str, reader: object = beast) -> Reading:
    source = Source(name, simulated.files[name], b"\x22" * 32)
    done: Reading = reader.read(source, ReadOptions(date=DAY))  # type: ignore[attr-defined]
    return done


def seconds(fixes: Table) -> Floats:
    """Seconds since 06:45 of each fix."""
    ns = pc.cast(fixes["t_applicability"], "int64").to_numpy()
    midnight = np.datetime64("2025-09-19T06:45:00", "ns").astype(np.int64)
    return np.asarray((ns - midnight) / 1e9)


def off_by_m(simulated: Simulated, fixes: Table, t: Floats) -> Floats:
    lon, lat, _ = simulated.targets[0].flown.geodetic(t)
    return distance_m(lon, lat, fixes["lon_deg"].to_numpy(), fixes["lat_deg"].to_numpy())


@pytest.mark.parametrize(
    ("name", "reader"), [("ears-synthetic-gps.beast", beast), ("ears.jsonl", jet1090)]
)
def test_positions_read_back_are_those_flown(exact: Simulated, name: str, reader: object) -> None:
    done = read(exact, name, reader)
    assert done.input.quarantined == 0
    fixes = done.fixes.filter(pc.is_valid(done.fixes["lat_deg"]))
    assert fixes.num_rows > 500
    off = off_by_m(exact, fixes, seconds(fixes))
    gnss = 4.5 * EPU95_M[11] / PER_AXIS
    assert off.max() < CELL_M + gnss
    assert set(pc.cast(fixes["icao24"], "int64").to_pylist()) == {0xF01234}


def test_the_counter_of_beast_gives_differences_only(exact: Simulated) -> None:
    name = "ears-synthetic.beast"
    messages, lost = beastframes.split(exact.files[name])
    assert lost == []
    heard = exact.heard["ears"]
    ticks = np.diff(messages.stamp) / 12e6
    assert ticks == pytest.approx(np.diff(heard.t_s), abs=2 / 12e6)
    done = read(exact, name)
    assert any("arbitrary" in note for note in done.input.notes)


def test_height_speed_name_and_codes_read_back(exact: Simulated) -> None:
    fixes = read(exact, "ears.jsonl", jet1090).fixes
    t = seconds(fixes)
    target = exact.targets[0]
    h = fixes["h_pressure_m"].to_numpy()
    told = np.isfinite(h)
    apart = h[told] - target.pressure_m(t[told])
    assert apart.std() < 7.62  # 25 ft steps, and carried over some frames in the climb
    assert abs(apart.mean()) < 45.0  # the altimeter's own constant
    speed = fixes["gs_mps"].to_numpy()
    east, north, _ = target.flown.motion(t)
    told = np.isfinite(speed)
    assert np.abs(speed[told] - np.hypot(east, north)[told]).max() < 4.0
    course = fixes["track_deg"].to_numpy()[told]
    wanted = np.degrees(np.arctan2(east, north))[told]
    # A carried course is up to some frames old, which shows in a turn only.
    assert np.percentile(np.abs((course - wanted + 180) % 360 - 180), 95) < 1.0
    assert "SYN1" in fixes["callsign"].to_pylist()
    codes = fixes.filter(pc.is_valid(fixes["nacp"]))
    assert codes.num_rows > 0
    assert set(codes["nacp"].to_pylist()) == {11}
    assert set(codes["adsb_version"].to_pylist()) == {2}
    assert set(pc.drop_null(fixes["nic"]).to_pylist()) == {8}


def test_the_cadence_is_two_positions_a_second(exact: Simulated) -> None:
    from tocsin.simulate.adsb import send
    from tocsin.simulate.gnss import believe

    rng = np.random.default_rng(1)
    sent = send(0, believe(exact.targets[0], 900.0, rng), 900.0, rng)
    tc = sent.frame[:, 4] >> 3
    for code, seconds_apart in ((11, 0.5), (19, 0.5), (31, 2.5), (4, 5.0)):
        gaps = np.diff(sent.t_s[tc == code])
        assert gaps.mean() == pytest.approx(seconds_apart, rel=0.05)
        assert gaps.max() <= 1.2 * seconds_apart + 1e-9
    odd = sent.frame[tc == 11][:, 6] >> 2 & 1
    assert (np.diff(odd.astype(int)) != 0).all()


def test_every_json_line_says_that_it_is_synthetic(exact: Simulated) -> None:
    lines = exact.files["ears.jsonl"].decode().splitlines()
    assert all(json.loads(line)["synthetic"] is True for line in lines)
    assert "ears-synthetic.beast" in exact.files  # which has no room for a mark inside


def test_position_errors_have_the_size_of_their_nacp_and_last_for_minutes() -> None:
    sigma, tau = EPU95_M[9] / PER_AXIS, 300.0
    x = np.concatenate(
        [gauss_markov(np.random.default_rng(seed), 6_000, 1.0, sigma, tau) for seed in range(60)]
    ).reshape(60, -1)
    independent = 60 * 6_000 / (2 * tau)
    assert x.std() == pytest.approx(sigma, rel=4 / np.sqrt(2 * independent))
    lag = np.mean(x[:, 300:] * x[:, :-300]) / np.var(x)
    assert lag == pytest.approx(np.exp(-1), abs=0.1)


def test_a_spoofed_offset_moves_every_position_and_no_other() -> None:
    words = EXACT.replace(
        "[[aircraft.waypoint]]",
        "[[aircraft.spoof]]\nbegin = 2025-09-19T06:50:00Z\nend = 2025-09-19T06:53:00Z\n"
        "east_m = 3000\nnorth_m = 4000\n[[aircraft.waypoint]]",
        1,
    )
    done = read(made(words, RECEIVER), "ears.jsonl", jet1090)
    fixes = done.fixes.filter(pc.is_valid(done.fixes["lat_deg"]))
    t = seconds(fixes)
    off = off_by_m(made(words, RECEIVER), fixes, t)
    lied = (t > 301) & (t < 479)
    assert off[lied] == pytest.approx(np.full(int(lied.sum()), 5_000.0), abs=15.0)
    assert off[(t < 299) | (t > 495)].max() < 12.0


def test_a_spoofed_drift_ends_at_its_spot() -> None:
    words = EXACT.replace(
        "[[aircraft.waypoint]]",
        "[[aircraft.spoof]]\nbegin = 2025-09-19T06:50:00Z\nend = 2025-09-19T06:56:00Z\n"
        "lat_deg = 59.9\nlon_deg = 25.1\ndrift_s = 120\n[[aircraft.waypoint]]",
        1,
    )
    simulated = made(words, RECEIVER)
    done = read(simulated, "ears.jsonl", jet1090)
    fixes = done.fixes.filter(pc.is_valid(done.fixes["lat_deg"]))
    t = seconds(fixes)
    there = fixes.filter((t > 425) & (t < 655))
    n = there.num_rows
    assert n > 50
    apart = distance_m(
        there["lon_deg"].to_numpy(), there["lat_deg"].to_numpy(), np.full(n, 25.1), np.full(n, 59.9)
    )
    assert apart.max() < 12.0


def test_a_jammed_aircraft_is_heard_and_has_no_position() -> None:
    words = EXACT.replace(
        "[[aircraft.waypoint]]",
        "jammed = [[2025-09-19T06:50:00Z, 2025-09-19T06:53:00Z]]\n[[aircraft.waypoint]]",
        1,
    )
    simulated = made(words, RECEIVER)
    heard = simulated.heard["ears"]
    tc = heard.frame[:, 4] >> 3
    jammed = (heard.t_s > 300.01) & (heard.t_s < 479.99)
    assert jammed.sum() > 200
    assert not np.isin(tc[jammed], range(9, 19)).any()
    assert (tc[jammed] == 0).any()
    done = read(simulated, "ears.jsonl", jet1090)
    t = seconds(done.fixes)
    nacp = done.fixes["nacp"].to_pylist()
    assert {nacp[k] for k in np.flatnonzero((t > 310) & (t < 479)) if nacp[k] is not None} == {0}


def test_reception_is_by_chance_and_by_the_horizon() -> None:
    simulated = made(EXACT, RECEIVER.replace("h_hae_m = 50", "h_hae_m = 50\nmax_range_m = 60000"))
    heard = simulated.heard["ears"]
    assert heard.range_m.max() <= 60_000
    everything = made(
        EXACT,
        RECEIVER.replace("h_hae_m = 50", "h_hae_m = 50\ndetection_probability = 1.0"),
    ).heard["ears"]
    share = made(EXACT, RECEIVER).heard["ears"]
    low, high = share_bounds(len(everything.t_s), 0.6)
    assert low <= len(share.t_s) <= high


def test_longitude_zones_are_those_of_the_reader() -> None:
    lat = np.linspace(-86.9, 86.9, 20_001)
    assert (zones(lat) == zones_of_the_reader(lat)).all()
