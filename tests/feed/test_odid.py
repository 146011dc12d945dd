"""Open Drone ID messages: published bytes, round trips, and what is unknown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed import transmitters as tx

from tocsin.feed import odid
from tocsin.feed.broadcast import Malformed

#: Counter and message pack of the beacon that the Open Drone ID core library builds in its unit
#: test (opendroneid-core-c, test/unit_odid_wifi_beacon.cpp, "beacon_transport_build_frame"), as
#: far as it is given there: pack head, Basic ID, first two bytes of the Location.
CORE_LIBRARY = bytes.fromhex("55f21903 0214") + b"USS-Enterprise" + bytes(9) + b"\x12\x20"


def located(**values: object) -> odid.Locations:
    return odid.locations(odid.block(tx.location(47.3763734, 8.5282979, **values), [0]))  # type: ignore[arg-type]


def test_the_beacon_of_the_core_library() -> None:
    whole = CORE_LIBRARY + bytes(1 + 4 + 1 + 75 - len(CORE_LIBRARY))
    places, lost = odid.messages(whole, 0, len(whole))
    assert (places, lost) == ([4, 29, 54], 0)
    told = odid.basic_id(whole[4:29])
    assert (told.id_type, told.ua_type, told.uas_id) == (odid.SERIAL, 4, "USS-Enterprise")
    assert whole[29] >> 4 == odid.LOCATION
    rows = odid.locations(odid.block(whole, [29]))
    assert rows.status.tolist() == [odid.AIRBORNE]
    assert rows.version.tolist() == [2]
    assert tx.basic_id("USS-Enterprise", ua_type=4) == whole[4:29]  # the encoder agrees with it


def test_a_real_location() -> None:
    # Frame 22 of parrot_anafi4_spoofed.pcapng as tshark prints it (wlan.tag.vendor.data).
    message = bytes.fromhex("1020540000960f3d1ca350150500000000d00700005f240000")
    rows = odid.locations(odid.block(message, [0]))
    assert rows.lat_deg.tolist() == [0x1C3D0F96 / 1e7]
    assert rows.lon_deg.tolist() == [0x051550A3 / 1e7]
    assert rows.track_deg.tolist() == [84]
    assert rows.height_m.tolist() == [0]
    assert rows.hour_s.tolist() == pytest.approx([931.1])
    for unknown in (rows.h_pressure_m, rows.h_hae_m, rows.horizontal95_m, rows.vertical95_m):
        assert np.isnan(unknown).all()


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    track=st.integers(0, 359),
    speed=st.floats(0, 254.25),
    climb=st.integers(-124, 124),
    heights=st.tuples(*[st.integers(1, 65535)] * 3),
    hour=st.integers(0, 36_000),
    codes=st.tuples(*[st.integers(0, 15)] * 5),
    status=st.integers(0, 15),
    ground=st.booleans(),
)
def test_what_is_sent_is_read(
    lat: float,
    lon: float,
    track: int,
    speed: float,
    climb: int,
    heights: tuple[int, int, int],
    hour: int,
    codes: tuple[int, int, int, int, int],
    status: int,
    ground: bool,
) -> None:
    h_m = [code / 2 - 1000 for code in heights]
    message = tx.location(
        lat,
        lon,
        status=status,
        track_deg=track,
        gs_mps=speed,
        vrate_mps=climb / 2,
        h_pressure_m=h_m[0],
        h_hae_m=h_m[1],
        height_m=h_m[2],
        above_ground=ground,
        horizontal=codes[0],
        vertical=codes[1],
        pressure=codes[2],
        speed=codes[3],
        tenths_accuracy=codes[4],
        hour_s=hour / 10,
    )
    rows = odid.locations(odid.block(b"xy" + message, [2]))
    if round(lat * 1e7) or round(lon * 1e7):
        assert abs(rows.lat_deg[0] - lat) <= 0.6e-7
        assert abs(rows.lon_deg[0] - lon) <= 0.6e-7
    assert rows.track_deg[0] == track
    assert abs(rows.gs_mps[0] - speed) <= (0.125 if speed <= 63.75 else 0.375) + 1e-9
    assert rows.vrate_mps[0] == climb / 2
    assert [rows.h_pressure_m[0], rows.h_hae_m[0], rows.height_m[0]] == h_m
    assert (rows.status[0], rows.height_above[0]) == (status, ground)
    assert rows.hour_s[0] == pytest.approx(hour / 10)
    assert np.array_equal(rows.horizontal95_m[0], odid.HORIZONTAL95_M[codes[0]], equal_nan=True)
    assert np.array_equal(rows.vertical95_m[0], odid.VERTICAL95_M[codes[1]], equal_nan=True)
    assert np.array_equal(rows.pressure95_m[0], odid.VERTICAL95_M[codes[2]], equal_nan=True)
    assert np.array_equal(rows.speed95_mps[0], odid.SPEED95_MPS[codes[3]], equal_nan=True)


def test_unknown_is_never_zero() -> None:
    rows = odid.locations(odid.block(tx.location(0, 0), [0]))
    for column in (
        rows.lat_deg,
        rows.lon_deg,
        rows.track_deg,
        rows.gs_mps,
        rows.vrate_mps,
        rows.h_pressure_m,
        rows.h_hae_m,
        rows.height_m,
        rows.horizontal95_m,
        rows.hour_s,
        rows.hour_bound_s,
    ):
        assert np.isnan(column).all()
    equator = odid.locations(odid.block(tx.location(0, 8.5), [0]))
    assert (equator.lat_deg[0], equator.lon_deg[0]) == (0, 8.5)


@pytest.mark.parametrize(
    ("code", "bound_m"),
    list(enumerate([18520, 7408, 3704, 1852, 926, 555.6, 185.2, 92.6, 30, 10, 3, 1], 1)),
)
def test_horizontal_accuracies(code: int, bound_m: float) -> None:
    # ODID_Horizontal_accuracy_t of opendroneid.h: 10, 4, 2, 1, .5, .3, .1, .05 NM, then metres
    assert located(horizontal=code).horizontal95_m[0] == bound_m


def test_a_system_message() -> None:
    sent = tx.system(
        47.2, 8.7, h_hae_m=471.5, location_type=0, classification=1, radius_m=250, second=86_400
    )
    told = odid.systems(odid.block(sent, [0]))
    assert (told.lat_deg[0], told.lon_deg[0], told.h_hae_m[0]) == (47.2, 8.7, 471.5)
    assert (told.location_type[0], told.classification[0]) == (0, 1)
    assert (told.area_count[0], told.area_radius_m[0]) == (1, 250)
    assert np.isnan(told.area_ceiling_m[0])
    assert (told.category_eu[0], told.class_eu[0]) == (1, 2)
    assert np.datetime64(int(told.t_s[0]), "s") == np.datetime64("2019-01-02T00:00:00")


def test_identities() -> None:
    assert odid.basic_id(tx.basic_id("FIN87astrdge12k8", id_type=2)).uas_id == "FIN87astrdge12k8"
    assert odid.basic_id(tx.basic_id(b"\x01\xfe\x02", id_type=4)).uas_id == "01fe02"  # session
    assert odid.basic_id(tx.basic_id(b"\xc3\xa9", id_type=3)).uas_id == "c3a9"  # not ASCII
    assert odid.basic_id(tx.basic_id("", id_type=0)).uas_id == ""
    assert odid.basic_id(tx.basic_id("A", id_type=9, ua_type=13)).id_type == 9  # reserved, kept
    assert odid.self_id(tx.self_id("Survey of a roof")).text == "Survey of a roof"
    assert odid.operator_id(tx.operator_id("FIN87astrdge12k8")).text == "FIN87astrdge12k8"


def test_pages_of_authentication() -> None:
    first = odid.authentication(tx.authentication(0))
    assert (first.auth_type, first.page, first.last_page, first.length) == (1, 0, 1, 40)
    assert first.t_s == odid.EPOCH_2019_S + 1000
    assert first.data == b"\xbb" * 17
    second = odid.authentication(tx.authentication(1))
    assert (second.page, second.last_page, second.data) == (1, None, b"\xaa" * 23)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "truncated"),
        (b"\0", "truncated"),
        (b"\0" + tx.location(1, 2)[:-1], "truncated"),
        (b"\0\xf2\x19", "truncated"),
        (b"\0" + tx.pack(tx.location(1, 2))[:-1], "truncated"),
        (b"\0\xf2\x18\x01" + bytes(25), "bad-pack"),
        (b"\0\xf2\x19\x00" + bytes(25), "bad-pack"),
        (b"\0" + tx.pack(b"\xf2" + bytes(24)), "bad-pack"),
    ],
)
def test_malformed_broadcasts(payload: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        odid.messages(payload, 0, len(payload))
    assert caught.value.reason == reason


def test_the_whole_messages_of_a_short_pack_stand() -> None:
    payload = b"\0" + tx.pack(tx.basic_id("A"), tx.location(1, 2))[:-1]
    assert odid.messages(payload, 0, len(payload)) == ([4], 1)


@given(st.binary(min_size=25, max_size=25))
def test_any_message_can_be_read(message: bytes) -> None:
    rows = odid.locations(odid.block(message, [0]))
    assert rows.status[0] == message[1] >> 4  # of unknown meaning or not
    told = odid.systems(odid.block(message, [0]))
    assert 0 <= told.classification[0] < 8
    assert odid.basic_id(message).uas_id.isascii()
    assert odid.authentication(message).page == message[1] & 15
