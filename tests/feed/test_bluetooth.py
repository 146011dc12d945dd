"""Remote ID in Bluetooth advertising: legacy and extended, behind what sniffers add."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed import transmitters as tx

from tocsin.feed import bluetooth
from tocsin.feed.bluetooth import HCI, HCI_PHDR, LINK_LAYER, LINK_LAYER_PHDR, NORDIC
from tocsin.feed.broadcast import Malformed

MESSAGE = tx.location(47, 8)
PACK = tx.pack(tx.basic_id("A"), tx.location(47, 8), tx.system(47, 8))
MAC = "90:3a:e6:5b:c8:a8"
FLAGS = b"\x02\x01\x06"  # an AD structure before ours
LEGACY = tx.advertising(tx.service_data(MESSAGE))
EXTENDED = tx.extended(FLAGS + tx.service_data(PACK))
CODED = tx.extended(FLAGS + tx.service_data(PACK), coded=True)
REPORTS = tx.hci([tx.legacy_report(tx.service_data(MESSAGE))] * 2, extended_event=False)
LONG_REPORT = tx.hci([tx.extended_report(FLAGS + tx.service_data(PACK))], extended_event=True)


def payloads(packet: bytes, linktype: int) -> list[tuple[str, bytes]]:
    found = bluetooth.broadcasts(packet, 0, len(packet), linktype, True)
    return [(b.sender, packet[b.begin : b.end]) for b in found]


@pytest.mark.parametrize(
    ("packet", "linktype", "payload", "count"),
    [
        (LEGACY, LINK_LAYER, MESSAGE, 1),
        (EXTENDED, LINK_LAYER, PACK, 1),
        (tx.with_radio(LEGACY), LINK_LAYER_PHDR, MESSAGE, 1),
        (tx.with_radio(EXTENDED), LINK_LAYER_PHDR, PACK, 1),
        (tx.with_radio(CODED, coded=True), LINK_LAYER_PHDR, PACK, 1),
        (tx.nordic(LEGACY), NORDIC, MESSAGE, 1),
        (tx.nordic(CODED, coded=True), NORDIC, PACK, 1),
        (REPORTS, HCI_PHDR, MESSAGE, 2),
        (REPORTS[4:], HCI, MESSAGE, 2),
        (LONG_REPORT, HCI_PHDR, PACK, 1),
    ],
)
def test_every_carrier(packet: bytes, linktype: int, payload: bytes, count: int) -> None:
    assert payloads(packet, linktype) == [(MAC, b"\0" + payload)] * count


def test_an_auxiliary_packet_without_an_address() -> None:
    data = tx.service_data(PACK)
    packet = b"\xd6\xbe\x89\x8e" + bytes([7, 4 + len(data), 3, 8, 1, 2]) + data + b"\0\0\0"
    assert payloads(packet, LINK_LAYER) == [("", b"\0" + PACK)]


@pytest.mark.parametrize(
    ("header", "linktype"), [(tx.with_radio, LINK_LAYER_PHDR), (tx.nordic, NORDIC)]
)
def test_packets_received_with_errors_are_refused(
    header: Callable[..., bytes], linktype: int
) -> None:
    with pytest.raises(Malformed) as caught:
        payloads(header(LEGACY, valid=False), linktype)
    assert caught.value.reason == "bad-crc"


@pytest.mark.parametrize(
    ("packet", "linktype"),
    [(LEGACY[:-8], LINK_LAYER), (EXTENDED[:-30], LINK_LAYER), (REPORTS[:-3], HCI_PHDR)],
)
def test_cut_packets(packet: bytes, linktype: int) -> None:
    with pytest.raises(Malformed) as caught:
        payloads(packet, linktype)
    assert caught.value.reason == "truncated"


def test_a_report_in_pieces_is_not_put_together() -> None:
    data = tx.service_data(PACK)
    packet = tx.hci([tx.extended_report(data[:40])], extended_event=True)
    with pytest.raises(Malformed, match="service data says"):
        payloads(packet, HCI_PHDR)


def test_other_packets_are_none_of_ours() -> None:
    connected = b"\1\2\3\4" + LEGACY[4:]  # the access address of a connection
    assert payloads(connected, LINK_LAYER) == []
    beacon = tx.advertising(b"\x1a\xff\x4c\x00" + b"\x16\xfa\xff\x0d" + bytes(19))
    assert payloads(beacon, LINK_LAYER) == []  # the mark inside another AD structure


@given(st.data())
def test_no_bytes_can_break_it(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([LEGACY, tx.with_radio(EXTENDED), tx.nordic(LEGACY), REPORTS,
                                       LONG_REPORT, tx.with_radio(CODED, coded=True)]))  # fmt: skip
    packet = bytearray(whole)
    for place, octet in data.draw(
        st.lists(st.tuples(st.integers(0, len(packet) - 1), st.integers(0, 255)), max_size=6)
    ):
        packet[place] = octet
    cut = bytes(packet[: data.draw(st.integers(0, len(packet)))])
    for linktype in bluetooth.LINKTYPES:
        try:
            found = bluetooth.broadcasts(cut, 0, len(cut), linktype, data.draw(st.booleans()))
        except Malformed as error:
            assert error.reason in ("truncated", "bad-crc")
        else:
            assert all(0 < b.begin <= b.end <= len(cut) for b in found)
