"""Remote ID in Wi-Fi frames: beacons, probe responses, NAN; headers, checks and cuts."""

from __future__ import annotations

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed import transmitters as tx

from tocsin.feed import wifi
from tocsin.feed.broadcast import DJI, FRENCH, ODID, Broadcast, Malformed

PAYLOAD = tx.pack(tx.basic_id("A"), tx.location(47, 8))
MAC = "90:3a:e6:5b:c8:a8"


def heard(packet: bytes, linktype: int = wifi.RAW, whole: bool = True) -> list[Broadcast]:
    return wifi.broadcasts(packet, 0, len(packet), linktype, whole)


def payloads(packet: bytes, linktype: int = wifi.RAW) -> list[tuple[str, str, bytes]]:
    return [(b.scheme, b.sender, packet[b.begin : b.end]) for b in heard(packet, linktype)]


def test_the_nan_service_of_remote_id_is_the_hash_of_its_name() -> None:
    digest = hashlib.sha256(b"org.opendroneid.remoteid").digest()
    assert digest[:6] == tx.SERVICE_HASH
    assert digest[:6] in wifi.MARKS


@pytest.mark.parametrize("subtype", [8, 5])
@pytest.mark.parametrize("oui", [b"\xfa\x0b\xbc\x0d", b"\x90\x3a\xe6\x0d"])
def test_beacons_and_probe_responses(subtype: int, oui: bytes) -> None:
    frame = tx.beacon(tx.element(1, b"\x8c"), tx.vendor(PAYLOAD, 7, oui), subtype=subtype)
    assert payloads(frame) == [(ODID, MAC, b"\x07" + PAYLOAD)]


def test_a_frame_with_two_schemes_and_one_of_the_french() -> None:
    record = tx.dji("SN", 1, 2)
    french = tx.element(221, b"\x6a\x5c\x35\x01" + b"\x01\x01\x01")
    frame = tx.beacon(tx.vendor(PAYLOAD), tx.dji_vendor(record), french)
    schemes = [scheme for scheme, _, _ in payloads(frame)]
    assert schemes == [ODID, DJI, FRENCH]
    assert payloads(frame)[1] == (DJI, MAC, record)


@pytest.mark.parametrize(
    ("control", "before"),
    [(0x10, b""), (0x50, b"\1\2"), (0x14, b"\x02ab"), (0x1C, b"\x02ab\x01c"), (0x30, b"")],
)
def test_neighbor_awareness_networking(control: int, before: bytes) -> None:
    frame = tx.nan_action(PAYLOAD, 9, control, before)
    assert payloads(frame) == [(ODID, MAC, b"\x09" + PAYLOAD)]


def test_a_service_that_is_only_announced_has_no_message() -> None:
    assert payloads(tx.nan_action(PAYLOAD, control=0)) == []


@pytest.mark.parametrize("timer", [False, True])
@pytest.mark.parametrize("fcs", [False, True])
def test_radiotap(timer: bool, fcs: bool) -> None:
    packet = tx.radiotap(tx.beacon(tx.vendor(PAYLOAD)), fcs=fcs, timer=timer)
    assert payloads(packet, wifi.RADIOTAP) == [(ODID, MAC, b"\0" + PAYLOAD)]


@pytest.mark.parametrize("order", "<>")
def test_prism_and_avs(order: str) -> None:
    frame = tx.beacon(tx.vendor(PAYLOAD))
    prism = struct.pack(order + "II", 0x44, 144) + bytes(136) + frame
    assert payloads(prism, wifi.PRISM) == [(ODID, MAC, b"\0" + PAYLOAD)]
    avs = struct.pack(">II", 0x80211001, 64) + bytes(56) + frame
    assert payloads(avs, wifi.AVS) == payloads(avs, wifi.PRISM) == [(ODID, MAC, b"\0" + PAYLOAD)]


def test_frames_received_with_errors_are_refused() -> None:
    frame = tx.beacon(tx.vendor(PAYLOAD))
    flipped = bytearray(tx.radiotap(frame, fcs=True))
    flipped[-20] ^= 1
    for packet in (bytes(flipped), tx.radiotap(frame, bad=True)):
        with pytest.raises(Malformed) as caught:
            heard(packet, wifi.RADIOTAP)
        assert caught.value.reason == "bad-crc"


def test_frames_without_remote_id_are_none_of_ours() -> None:
    data = bytearray(tx.beacon(tx.vendor(PAYLOAD)))
    data[0] = 0x08  # a data frame whose payload happens to hold the mark
    assert payloads(bytes(data)) == []
    data[0], data[1] = 0x80, 0x40  # encrypted
    assert payloads(bytes(data)) == []
    assert payloads(tx.beacon(tx.element(221, b"\x00\x50\xf2\x02abc"))) == []


@pytest.mark.parametrize("frame", [tx.beacon(tx.vendor(PAYLOAD)), tx.nan_action(PAYLOAD)])
def test_cut_frames(frame: bytes) -> None:
    packet = frame[:-20]
    with pytest.raises(Malformed) as caught:
        heard(packet, whole=False)
    assert caught.value.reason == "truncated"


def test_an_element_that_swallows_remote_id_is_named() -> None:
    frame = tx.beacon(b"\x05\xff" + tx.vendor(PAYLOAD))
    with pytest.raises(Malformed, match="element 5 says 255 bytes"):
        heard(frame)


@given(st.data())
def test_no_bytes_can_break_it(data: st.DataObject) -> None:
    frame = bytearray(data.draw(st.sampled_from([
        tx.radiotap(tx.beacon(tx.vendor(PAYLOAD)), fcs=True, timer=True),
        tx.radiotap(tx.nan_action(PAYLOAD, control=0x5C, before=b"\1\2\x01a\x01b")),
    ])))  # fmt: skip
    for place, octet in data.draw(
        st.lists(st.tuples(st.integers(0, len(frame) - 1), st.integers(0, 255)), max_size=6)
    ):
        frame[place] = octet
    packet = bytes(frame[: data.draw(st.integers(0, len(frame)))])
    for linktype in wifi.LINKTYPES:
        try:
            found = heard(packet, linktype, data.draw(st.booleans()))
        except Malformed as error:
            assert error.reason in ("truncated", "bad-crc")
        else:
            assert all(0 < b.begin <= b.end <= len(packet) for b in found)
