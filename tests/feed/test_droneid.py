"""DJI DroneID records: a real one, round trips, and what is malformed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed import transmitters as tx

from tocsin.feed import droneid
from tocsin.feed.broadcast import Malformed
from tocsin.feed.odid import block

#: Frame 124 of mavic_multiple_spoofed.pcapng as tshark prints it (wlan.tag.vendor.oui.type, .data).
REAL = bytes.fromhex(
    "58621310024d06331f474a48525a514257344c305750485857895f1400ff9b7c004100ca00b0046c078403c012"
    "4655544f00000000ff714200cfde1cff4c3a27fe48b897ffe2070031373435393030000000000000000000000000"
)


def decoded(payload: bytes) -> droneid.Flights:
    found = droneid.record(payload, 0, len(payload))
    assert found is not None
    at, version = found
    return droneid.flights(block(payload, [at], droneid.RECORD[version]), version)


def test_a_real_record() -> None:
    told = decoded(REAL)
    assert told.serial == ["GJHRZQBW4L0WPHXW"]
    assert told.state.tolist() == [0x1F33]
    assert told.lat_deg[0] == pytest.approx(0x7C9BFF / 174533)  # 46.79 N
    assert told.lon_deg[0] == pytest.approx(0x145F89 / 174533)  # 7.65 E
    assert told.app_lat_deg[0] == pytest.approx(0x4271FF / 174533)
    assert told.in_air.tolist() == [True]


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    app=st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    home=st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    version=st.sampled_from([1, 2]),
)
def test_what_is_sent_is_read(
    lat: float,
    lon: float,
    app: tuple[float, float],
    home: tuple[float, float],
    version: int,
) -> None:
    told = decoded(tx.dji("08RDD8K00100E6", lat, lon, app=app, home=home, version=version))
    step = 1 / droneid.STEPS_PER_DEG
    assert told.serial == ["08RDD8K00100E6"]
    pairs = [(told.lat_deg, told.lon_deg, lat, lon), (told.home_lat_deg, told.home_lon_deg, *home)]
    if version == 2:
        pairs.append((told.app_lat_deg, told.app_lon_deg, *app))
    else:
        assert np.isnan(told.app_lat_deg).all()
    for got_lat, got_lon, sent_lat, sent_lon in pairs:
        if abs(sent_lat) > step or abs(sent_lon) > step:  # zero and zero is "unknown"
            assert abs(got_lat[0] - sent_lat) <= step
            assert abs(got_lon[0] - sent_lon) <= step


def test_what_is_not_known() -> None:
    told = decoded(tx.dji("SN", 0, 0, state=0))
    assert np.isnan(told.lat_deg).all()
    assert told.serial == [""]  # its sender says that it is not valid
    assert told.in_air.tolist() == [False]


def test_a_record_of_texts_has_no_position() -> None:
    assert droneid.record(b"\x58\x62\x13\x11" + bytes(60), 0, 64) is None


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (REAL[:4], "truncated"),
        (REAL[:60], "truncated"),
        (REAL[:3] + b"\x12" + REAL[4:], "unknown-type"),
        (REAL[:4] + b"\x03" + REAL[5:], "unknown-type"),
    ],
)
def test_malformed_records(payload: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        droneid.record(payload, 0, len(payload))
    assert caught.value.reason == reason


def test_where_the_parts_of_a_record_stand() -> None:
    payload = tx.dji("SN", 1, 2, app=(3, 4), home=(5, 6))
    at = 4 + droneid.APP_AT[2]
    assert int.from_bytes(payload[at : at + 4], "little") == 3 * 174533
    at = 4 + droneid.HOME_AT[2]
    assert int.from_bytes(payload[at : at + 4], "little") == 6 * 174533
