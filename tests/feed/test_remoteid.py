"""Remote ID captures to fixes: counts, identities, times, redaction, provenance."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed import transmitters as tx
from tests.feed.squitters import opened, source

from tocsin.errors import FeedError
from tocsin.feed import formats, remoteid
from tocsin.feed.capture import NO_TIME_NS
from tocsin.feed.riddeclared import resolved_ns
from tocsin.feed.source import ReadOptions
from tocsin.schema import WORD, Reading

NS = 1_000_000_000
HOUR_NS = 3600 * NS
T_NS = 1_700_000_000 * NS  # 2023-11-14T22:13:20Z: 800 s into its hour

#: What tshark 4.0 counts and prints for the two recordings: frames with the vendor element, by
#: `-Y "wlan.tag.oui == 0xfa0bbc"` and `0x263712`, senders by `-e wlan.sa`, and the octets of the
#: element by `-e wlan.tag.vendor.data`, whose fields are taken out by hand.
SENDERS = {
    "60:60:1f:09:3a:16": 2,
    "60:60:1f:29:77:cc": 6,
    "60:60:1f:32:86:af": 6,
    "60:60:1f:46:a5:5e": 3,
    "60:60:1f:49:d6:71": 6,
    "60:60:1f:4f:8b:4a": 14,
    "60:60:1f:50:8f:c8": 3,
    "60:60:1f:85:44:2b": 8,
    "60:60:1f:94:17:79": 4,
    "60:60:1f:99:66:dd": 4,
    "60:60:1f:b1:18:68": 2,
    "60:60:1f:bf:e8:6b": 7,
    "60:60:1f:e6:a3:30": 4,
    "60:60:1f:f7:9d:e4": 3,
    "60:60:1f:ff:8f:50": 5,
}


def wifi(*frames: tuple[int, bytes], **options: Any) -> Reading:
    data = tx.pcapng([(t_ns, tx.radiotap(frame)) for t_ns, frame in frames])
    return remoteid.read(source(data), ReadOptions(**options))


def beacon(*messages: bytes, sender: bytes = tx.SENDER) -> bytes:
    return tx.beacon(tx.vendor(tx.pack(*messages)), sender=sender)


def column(reading: Reading, name: str) -> list[Any]:
    values = reading.fixes[name]
    if name.startswith("t_") and name != "t_quality" and name != "t_sigma_s":
        return list(values.cast("int64").to_pylist())
    return list(values.to_pylist())


def plain(fixes: pa.Table) -> pa.Table:
    """Return fixes with words written out: a part of a table keeps the dictionary of the whole."""
    words = [pa.field(f.name, pa.string()) if f.type == WORD else f for f in fixes.schema]
    return fixes.cast(pa.schema(words)).combine_chunks()


def noted(reading: Reading, words: str) -> str:
    (note,) = [note for note in reading.input.notes if words in note]
    return note


@pytest.mark.data
def test_a_spoofed_anafi_as_tshark_sees_it(shared: Path) -> None:
    path = shared / "data" / "drone" / "parrot_anafi4_spoofed.pcapng"
    reading = formats.read(path)
    told = reading.input
    assert (told.format, told.records, told.decoded, told.quarantined) == ("remoteid", 26, 26, 0)
    assert set(column(reading, "track")) == {"1588E040445AC004418-1"}
    assert set(column(reading, "callsign")) == {"1588E040445AC004418"}
    assert reading.fixes.num_rows == 26
    assert column(reading, "lat_deg")[0] == 0x1C3D0F96 / 1e7
    assert column(reading, "lon_deg")[0] == 0x051550A3 / 1e7
    assert column(reading, "t_reception")[0] == 1_681_634_789_055_503_022
    assert column(reading, "t_reception")[-1] == 1_681_634_837_747_569_704
    # Its elements are 105 bytes long, where a pack of four messages takes 108.
    assert noted(reading, "before its last message").startswith("26 x")
    # It says 15 min 31.1 s past the hour in every frame, at 46 and 47 minutes past.
    assert column(reading, "t_applicability") == [None] * 26
    assert "+1,693 to +1,742 s" in noted(reading, "declared time")
    assert noted(reading, "redacted").startswith("26 x")
    assert noted(reading, "without Remote ID").startswith("1,580 x")
    assert column(reading, "h_agl_m") == [None] * 26  # 0 m above the take-off point
    at = column(reading, "byte_offset")[0]
    assert path.read_bytes()[at : at + 25].hex().startswith("1020540000960f3d1ca3501505")


@pytest.mark.data
def test_fifteen_spoofed_mavics_as_tshark_counts_them(shared: Path) -> None:
    path = shared / "data" / "drone" / "mavic_multiple_spoofed.pcapng"
    reading = formats.read(path)
    told = reading.input
    assert (told.records, told.decoded, told.quarantined) == (77, 77, 0)
    frames = Counter(column(reading, "callsign"))
    assert sorted(frames.values()) == sorted(SENDERS.values())
    assert frames["GJHRZQBW4L0WPHXW"] == SENDERS["60:60:1f:85:44:2b"]
    assert noted(reading, "drone by UAS id").startswith("15 x drone")
    lat, lon = (np.array(column(reading, name)) for name in ("lat_deg", "lon_deg"))
    assert (abs(lat - 46.81) < 0.1).all()  # all around Thun
    assert (abs(lon - 7.66) < 0.1).all()
    assert noted(reading, "redacted").startswith("154 x")
    assert column(reading, "t_reception")[0] == 1_678_096_713_884_790_223


@pytest.mark.data
@pytest.mark.parametrize("name", ["parrot_anafi4_spoofed.pcapng", "mavic_multiple_spoofed.pcapng"])
def test_no_operator_gets_out_unless_asked_for(shared: Path, name: str) -> None:
    path = shared / "data" / "drone" / name
    shown = remoteid.read(opened(path), ReadOptions(operators=True))
    hidden = remoteid.read(opened(path), ReadOptions())
    kinds = np.array(column(shown, "source_kind"))
    assert set(kinds) == {"remote_id", "remote_id_operator"}
    drones = plain(shown.fixes.filter(pa.array(kinds == "remote_id")))
    assert drones.equals(plain(hidden.fixes))
    persons = {
        round(value, 4)
        for name in ("lat_deg", "lon_deg")
        for value, kind in zip(column(shown, name), kinds, strict=True)
        if kind == "remote_id_operator"
    }
    rows = hidden.fixes.drop_columns(["t_reception", "t_applicability", "file_sha256"])
    numbers = {round(v, 4) for row in rows.to_pylist() for v in row.values() if type(v) is float}
    assert persons
    assert not persons & numbers
    assert "redacted" not in " ".join(shown.input.notes)


def test_every_field_of_a_location_reaches_its_column() -> None:
    place = tx.location(
        47.5,
        -8.25,
        status=2,
        track_deg=271,
        gs_mps=12.5,
        vrate_mps=-2.5,
        h_pressure_m=410.5,
        h_hae_m=455.0,
        height_m=33.5,
        above_ground=True,
        horizontal=10,
        vertical=4,
        pressure=3,
        speed=3,
        hour_s=800.4,
        tenths_accuracy=3,
    )
    reading = wifi((T_NS + NS // 2, beacon(tx.basic_id("1581F5"), place)))
    (row,) = reading.fixes.drop_columns(["t_reception", "t_applicability"]).to_pylist()
    assert column(reading, "t_applicability") == [T_NS + 400_000_000]
    assert column(reading, "t_reception") == [T_NS + 500_000_000]
    wanted = {
        "track": "1581F5-1",
        "callsign": "1581F5",
        "source_kind": "remote_id",
        "decoder": "odid",
        "edition": "F3411 protocol 2",
        "t_quality": "declared",
        "lat_deg": 47.5,
        "lon_deg": -8.25,
        "track_deg": 271.0,
        "gs_mps": 12.5,
        "vrate_mps": -2.5,
        "h_pressure_m": 410.5,
        "h_hae_m": 455.0,
        "h_agl_m": 33.5,
        "on_ground": False,
        "emergency": 0,
        "pos_epu95_m": 10.0,
        "acc_basis": "derived_code",
        "parse_warnings": None,
    }
    assert {name: row[name] for name in wanted} == wanted
    assert row["h_sigma_m"] == pytest.approx(25 / 1.96)  # the worse known of the two heights
    assert row["vel_sigma_mps"] == pytest.approx(1 / 2.448)
    assert row["t_sigma_s"] == pytest.approx(0.3 / 3**0.5)


def test_a_status_is_not_more_than_it_says() -> None:
    frames = [(T_NS, beacon(tx.location(47, 8, status=status))) for status in (0, 1, 2, 3, 4, 9)]
    reading = wifi(*frames)
    assert column(reading, "on_ground") == [None, True, False, None, None, None]
    assert column(reading, "emergency") == [None, 0, 0, 1, None, None]
    assert column(reading, "parse_warnings")[4] == ["status 4 means a failure of its Remote ID"]
    assert column(reading, "parse_warnings")[5] == ["status 9 means nothing that is defined"]


@given(hour=st.integers(0, 36_000), t_ns=st.integers(HOUR_NS, 2_000_000_000 * NS))
def test_the_hour_is_the_nearest(hour: int, t_ns: int) -> None:
    (got,) = resolved_ns(np.array([hour / 10]), np.array([t_ns])).tolist()
    assert got % HOUR_NS == hour % 36_000 * (NS // 10)
    assert abs(got - t_ns) <= HOUR_NS // 2


def test_the_hour_across_its_turn() -> None:
    turn = T_NS - 800 * NS
    before, after = np.array([3599.9, 0.1]), np.array([turn + NS, turn - NS])
    assert resolved_ns(before, after).tolist() == [turn - NS // 10, turn + NS // 10]
    unknown = resolved_ns(np.array([np.nan, 1.0]), np.array([turn, NO_TIME_NS]))
    assert unknown.tolist() == [NO_TIME_NS, NO_TIME_NS]


def test_a_declared_time_that_the_receiver_denies_is_not_used() -> None:
    places = [tx.location(47, 8, hour_s=hour_s) for hour_s in (740.0, 739.9, 860.0, 860.1, None)]
    reading = wifi(*[(T_NS, beacon(place)) for place in places])
    taken = [t_ns is not None for t_ns in column(reading, "t_applicability")]
    assert taken == [True, False, True, False, False]
    assert column(reading, "t_quality") == ["declared", "host", "declared", "host", "host"]
    assert column(reading, "parse_warnings")[1] == [
        "declared time is 60 s before reception: not used"
    ]
    assert noted(reading, "declared time").startswith("2 x")


def test_a_packet_without_a_time_has_none() -> None:
    packet = tx.radiotap(beacon(tx.location(47, 8, hour_s=800)))
    data = tx.section() + tx.interface() + tx.enhanced(0, packet)
    reading = remoteid.read(source(data), ReadOptions())
    assert column(reading, "t_applicability") == column(reading, "t_reception") == [None]
    assert column(reading, "t_quality") == [None]
    assert noted(reading, "without a time").startswith("1 x")


def test_tracks_are_drones_and_come_back_after_a_silence() -> None:
    other = bytes.fromhex("aabbccddeeff")
    reading = wifi(
        (T_NS, beacon(tx.basic_id("ONE"), tx.location(47, 8))),
        (T_NS + NS, beacon(tx.location(47, 8))),  # the same sender, named by its Basic ID
        (T_NS + 2 * NS, beacon(tx.location(48, 9), sender=other)),
        (T_NS + 3 * HOUR_NS, beacon(tx.basic_id("ONE"), tx.location(47, 8))),
    )
    assert column(reading, "track") == ["ONE-1", "ONE-1", "aa:bb:cc:dd:ee:ff-1", "ONE-2"]
    assert column(reading, "callsign") == ["ONE", "ONE", None, "ONE"]
    assert noted(reading, "drone by").startswith("2 x drone")


def test_operators_are_rows_of_their_own_kind_when_asked_for() -> None:
    frame = beacon(tx.basic_id("ONE"), tx.location(47, 8), tx.system(46, 7, h_hae_m=500))
    hidden, shown = wifi((T_NS, frame)), wifi((T_NS, frame), operators=True)
    assert hidden.fixes.num_rows == 1
    assert noted(hidden, "redacted").startswith("1 x operator")
    assert column(shown, "source_kind") == ["remote_id", "remote_id_operator"]
    assert column(shown, "track") == ["ONE-1", "ONE operator-1"]
    assert column(shown, "lat_deg") == [47, 46]
    assert column(shown, "h_hae_m") == [None, 500]
    assert len(set(column(shown, "obs_id"))) == 2


def test_app_and_home_of_a_dji_drone_are_redacted_too() -> None:
    frame = tx.beacon(tx.dji_vendor(tx.dji("SN1", 47, 8, app=(46, 7), home=(46.5, 7.5))))
    hidden, shown = wifi((T_NS, frame)), wifi((T_NS, frame), operators=True)
    assert column(hidden, "track") == ["SN1-1"]
    assert noted(hidden, "redacted").startswith("2 x operator or home")
    assert column(shown, "track") == ["SN1-1", "SN1 operator-1", "SN1 home-1"]
    assert column(shown, "lat_deg") == pytest.approx([47, 46, 46.5], abs=1e-5)


def test_bluetooth_gives_the_same_drone() -> None:
    messages = [tx.basic_id("ONE"), tx.location(47, 8)]
    packets = [tx.with_radio(tx.advertising(tx.service_data(message))) for message in messages]
    packets.append(
        tx.with_radio(tx.extended(tx.service_data(tx.pack(*messages)), coded=True), coded=True)
    )
    data = tx.pcap([(T_NS, packet) for packet in packets], 256)
    reading = remoteid.read(source(data), ReadOptions())
    assert column(reading, "track") == ["ONE-1", "ONE-1"]
    assert reading.input.records == 3  # the Basic ID is a record without a fix


def test_what_is_counted_and_not_read() -> None:
    frame = beacon(
        tx.authentication(0),
        tx.authentication(1),
        tx.self_id("on a job"),
        tx.operator_id("FIN87astrdge12k8"),
        b"\x92" + bytes(24),
        tx.location(0, 0),
    )
    reading = wifi((T_NS, frame), (T_NS, tx.beacon(tx.element(1, b"\x8c"))))
    assert reading.fixes.num_rows == 0
    assert noted(reading, "not verified").startswith("2 x Authentication")
    assert noted(reading, "undefined").startswith("1 x message")
    assert noted(reading, "without a position").startswith("1 x")
    assert noted(reading, "without Remote ID").startswith("1 x")
    assert noted(reading, "unsigned")
    said = json.dumps([reading.input.notes, [r.raw for r in reading.refusals]])
    assert "FIN87" not in said and "on a job" not in said


def test_a_bad_frame_is_refused_whole_and_alone() -> None:
    good = beacon(tx.location(47, 8))
    french = tx.beacon(tx.element(221, b"\x6a\x5c\x35\x01\x01\x01\x01"))
    bad = beacon(tx.location(91, 8), tx.system(46, 7))
    reading = wifi((T_NS, good), (T_NS, bad), (T_NS, french), (T_NS, good), operators=True)
    told = reading.input
    assert (told.records, told.decoded, told.quarantined) == (4, 2, 2)
    assert told.reasons == {"bad-position": 1, "french-scheme": 1}
    assert column(reading, "source_kind") == ["remote_id"] * 2
    assert "91, 8 is not on Earth; frame 2" in [r.detail for r in reading.refusals][1]
    assert noted(reading, "drone by").startswith("1 x drone by UAS id, else by address; 2 x")


def test_a_refused_frame_shows_no_operator() -> None:
    message = tx.system(46.123456, 7.654321)
    packet = tx.advertising(tx.service_data(message))[:-6]
    data = tx.pcap(
        [(T_NS, packet), (T_NS, tx.advertising(tx.service_data(tx.location(1, 2))))], 251
    )
    reading = remoteid.read(source(data), ReadOptions())
    (refusal,) = reading.refusals
    assert refusal.raw
    assert message[2:6].hex() not in refusal.raw


def test_the_rest_of_a_damaged_capture_is_one_record() -> None:
    data = tx.pcapng([(T_NS, tx.radiotap(beacon(tx.location(47, 8))))]) + b"\x06\0\0\0\xff"
    reading = remoteid.read(source(data), ReadOptions())
    assert (reading.input.records, reading.input.decoded) == (2, 1)
    assert reading.input.reasons == {"truncated": 1}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (tx.pcap([(T_NS, tx.beacon())], 105), "1 packets, 1 of them Wi-Fi or Bluetooth"),
        (tx.pcap([(T_NS, b"ab")], 1), "1 packets, 0 of them"),
        (tx.pcap([])[:20], "without a whole packet"),
        (b"text", "is no network capture"),
        (
            tx.pcap([(T_NS, tx.beacon(tx.element(221, b"\x6a\x5c\x35\x01\1\1\1")))] * 3, 105),
            "3 Remote ID frames of the French scheme",
        ),
    ],
)
def test_captures_without_anything_to_read(data: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        remoteid.read(source(data), ReadOptions())


def test_the_link_type_tells_the_format(tmp_path: Path) -> None:
    wireless = tx.pcap([(T_NS, tx.beacon())], 105)
    wired = tx.pcap([(T_NS, b"\0" * 60)], 1)
    assert remoteid.sniff(wireless)
    assert not remoteid.sniff(wired)
    assert not remoteid.sniff(tx.pcap([], 105))
    (tmp_path / "wired").write_bytes(wired)
    with pytest.raises(FeedError, match="network capture"):
        formats.read(tmp_path / "wired")


@given(st.data())
def test_no_bytes_can_break_it(data: st.DataObject) -> None:
    frame = beacon(tx.basic_id("A"), tx.location(47, 8, hour_s=1), tx.system(46, 7))
    drone = tx.beacon(tx.dji_vendor(tx.dji("SN", 47, 8, app=(1, 2))))
    whole = tx.pcapng([(T_NS, tx.radiotap(frame)), (T_NS, tx.radiotap(drone, fcs=True))])
    octets = bytearray(whole)
    for place, octet in data.draw(
        st.lists(st.tuples(st.integers(0, len(octets) - 1), st.integers(0, 255)), max_size=8)
    ):
        octets[place] = octet
    cut = bytes(octets[: data.draw(st.integers(0, len(octets)))])
    try:
        reading = remoteid.read(source(cut), ReadOptions(operators=data.draw(st.booleans())))
    except FeedError:
        return
    told = reading.input
    assert told.records == told.decoded + told.quarantined
    lat = reading.fixes["lat_deg"].to_numpy()
    assert np.all(np.abs(lat) <= 90)
