"""Remote ID packs read back by the tables of ASTM F3411-22a, apart from the encoder."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from tests.simulate.scenes import made
from tocsin.feed.formats import read
from tocsin.geo import distance_m
from tocsin.simulate.simulate import Simulated

START_S = 1_758_264_300  # 2025-09-19T06:45:00Z
DRONE = """
[[aircraft]]
id = "drone"
serial = "SYN0000000000000001"
operator_lat_deg = 59.4370
operator_lon_deg = 24.7450
[aircraft.random]
lat_deg = 59.4372
lon_deg = 24.7453
h_hae_m = 120
course_deg = 200
speed_mps = 62
seconds = 600
"""
LISTENER = """
[[remote_id]]
id = "roof"
lat_deg = 59.43
lon_deg = 24.75
h_hae_m = 40
max_range_m = 8000
"""


def blocks(data: bytes) -> list[tuple[int, bytes]]:
    """Return pcapng blocks as (type, body); both lengths of each agree."""
    out, at = [], 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        assert size % 4 == 0
        assert struct.unpack_from("<I", data, at + size - 4) == (size,)
        out.append((kind, data[at + 8 : at + size - 4]))
        at += size
    assert at == len(data)
    return out


def element(frame: bytes) -> bytes:
    """Return the vendor-specific element of a beacon under its radiotap header."""
    (size,) = struct.unpack_from("<H", frame, 2)
    beacon = frame[size:]
    assert beacon[0] == 0x80
    at = 24 + 12
    while at < len(beacon):
        number, length = beacon[at], beacon[at + 1]
        if number == 0xDD:
            return beacon[at + 2 : at + 2 + length]
        at += 2 + length
    raise AssertionError("no vendor-specific element")


def decode(pack: bytes) -> dict[int, bytes]:
    """Return the messages of a pack by type."""
    assert pack[0] == 0xF2  # message pack, version 2
    assert pack[1] == 25
    assert len(pack) == 3 + 25 * pack[2]
    messages = [pack[3 + 25 * k : 28 + 25 * k] for k in range(pack[2])]
    return {message[0] >> 4: message for message in messages}


def location(message: bytes) -> dict[str, float]:
    """Return a Location message in SI units (F3411-22a, table 6)."""
    flags, course, speed, climb, lat, lon, baro, geo, height = struct.unpack_from(
        "<BBBbiiHHH", message, 1
    )
    horizontal, rest, tenths = message[19], message[20], struct.unpack_from("<H", message, 21)[0]
    return {
        "status": flags >> 4,
        "course_deg": course + 180 * (flags >> 1 & 1),
        "speed_mps": speed * 0.75 + 255 * 0.25 if flags & 1 else speed * 0.25,
        "climb_mps": climb * 0.5,
        "lat_deg": lat * 1e-7,
        "lon_deg": lon * 1e-7,
        "h_pressure_m": baro * 0.5 - 1000,
        "h_hae_m": geo * 0.5 - 1000,
        "h_takeoff_m": height * 0.5 - 1000,
        "accuracy": horizontal & 15,
        "speed_accuracy": rest & 15,
        "in_hour_s": tenths / 10,
    }


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return made(DRONE, LISTENER)


@pytest.fixture(scope="module")
def packets(simulated: Simulated) -> list[tuple[float, dict[int, bytes]]]:
    out = []
    for kind, body in blocks(simulated.files["roof.pcapng"]):
        if kind == 6:
            interface, high, low, size, whole = struct.unpack_from("<IIIII", body)
            assert (interface, size) == (0, whole)
            vendor = element(body[20 : 20 + size])
            assert vendor[:4] == b"\xfa\x0b\xbc\x0d"
            out.append(((high << 32 | low) / 1e6 - START_S, decode(vendor[5:])))
    return out


def test_the_capture_says_that_it_is_synthetic(
    simulated: Simulated, packets: list[tuple[float, dict[int, bytes]]]
) -> None:
    (section, first), (interface, about), *_ = blocks(simulated.files["roof.pcapng"])
    assert section == 0x0A0D0D0A
    assert struct.unpack_from("<I", first) == (0x1A2B3C4D,)
    assert b"SYNTHETIC" in first
    assert interface == 1
    assert struct.unpack_from("<H", about) == (127,)  # radiotap
    assert all(messages[3][2:].startswith(b"SYNTHETIC") for _, messages in packets)


def test_locations_are_where_the_drone_flew(
    simulated: Simulated, packets: list[tuple[float, dict[int, bytes]]]
) -> None:
    assert len(packets) > 100
    told: list[dict[str, Any]] = [location(messages[1]) for _, messages in packets]
    t = np.array([when for when, _ in packets])
    flown = simulated.targets[0].flown
    lon, lat, h = flown.geodetic(t)
    off = distance_m(
        lon, lat, np.array([d["lon_deg"] for d in told]), np.array([d["lat_deg"] for d in told])
    )
    assert np.percentile(off, 95) < 10.0  # its code says so: better than 10 m
    assert {d["accuracy"] for d in told} == {10}
    east, north, _ = flown.motion(t)
    assert np.array([d["speed_mps"] for d in told]) == pytest.approx(
        np.hypot(east, north), abs=0.375 + 1e-6
    )
    course = np.array([d["course_deg"] for d in told])
    wanted = np.degrees(np.arctan2(east, north))
    assert np.abs((course - wanted + 180) % 360 - 180).max() <= 0.5 + 1e-6
    assert np.array([d["h_hae_m"] for d in told]) == pytest.approx(h, abs=30.0)
    pressure = np.array([d["h_pressure_m"] for d in told])
    assert pressure == pytest.approx(simulated.targets[0].pressure_m(t), abs=0.25 + 1e-6)
    assert {d["status"] for d in told} == {2}
    hour = np.array([d["in_hour_s"] for d in told])
    assert (45 * 60 + t - hour).min() > -1e-5  # cut to tenths, so never ahead of the beacon
    assert (45 * 60 + t - hour).max() < 0.1 + 1e-5


def test_identity_operator_and_time_are_those_given(
    packets: list[tuple[float, dict[int, bytes]]],
) -> None:
    for when, messages in packets:
        basic, system = messages[0], messages[4]
        assert basic[1] == 0x12  # serial number of a multirotor
        assert basic[2:22].rstrip(b"\0") == b"SYN0000000000000001"
        lat, lon = struct.unpack_from("<ii", system, 2)
        assert (lat * 1e-7, lon * 1e-7) == pytest.approx((59.4370, 24.7450), abs=1e-7)
        (stamp,) = struct.unpack_from("<I", system, 20)
        assert stamp == int(START_S + when) - 1_546_300_800
        assert all(len(message) == 25 for message in messages.values())


def test_the_reader_of_recordings_reads_the_same(simulated: Simulated, tmp_path: Path) -> None:
    path = tmp_path / "roof.pcapng"
    path.write_bytes(simulated.files["roof.pcapng"])
    done = read(path)
    assert done.input.format == "remoteid"
    assert done.input.quarantined == 0
    ns = pc.cast(done.fixes["t_applicability"], "int64").to_numpy()
    t = ns / 1e9 - START_S
    flown = simulated.targets[0].flown
    lon, lat, _ = flown.geodetic(t)
    off = distance_m(lon, lat, done.fixes["lon_deg"].to_numpy(), done.fixes["lat_deg"].to_numpy())
    # The stamp is up to 0.1 s early, 6 m at this speed.
    assert np.percentile(off, 95) < 10.0 + 6.2
    east, north, _ = flown.motion(t)
    assert done.fixes["gs_mps"].to_numpy() == pytest.approx(np.hypot(east, north), abs=0.5)


def test_beacons_end_where_the_listener_ends(simulated: Simulated) -> None:
    near = made(DRONE, LISTENER.replace("8000", "1500"))
    assert 0 < len(near.files["roof.pcapng"]) < len(simulated.files["roof.pcapng"])
