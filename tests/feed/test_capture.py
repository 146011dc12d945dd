"""Captures: byte orders, resolutions, every block that holds a packet, and damage."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed.transmitters import (
    block,
    enhanced,
    interface,
    pcap,
    pcapng,
    section,
)

from tocsin.errors import FeedError
from tocsin.feed.capture import MAGICS, NO_TIME_NS, is_capture, packets

T_NS = 1_681_634_789_055_503_022

_PACKETS = st.lists(
    st.tuples(st.integers(1_000, 4_294_967_295_999_999_999), st.binary(max_size=40)), max_size=5
)


def bodies(data: bytes) -> list[bytes]:
    taken = packets(data)
    spans = zip(taken.offset.tolist(), taken.length.tolist(), strict=True)
    return [data[at : at + length] for at, length in spans]


@given(_PACKETS, st.sampled_from("<>"), st.booleans())
def test_a_pcap_file_gives_back_what_was_written(
    written: list[tuple[int, bytes]], order: str, nano: bool
) -> None:
    data = pcap(written, 105, order, nano)
    taken = packets(data)
    tick = 1 if nano else 1000
    assert bodies(data) == [body for _, body in written]
    assert taken.t_ns.tolist() == [t_ns // tick * tick or NO_TIME_NS for t_ns, _ in written]
    assert set(taken.linktype.tolist()) <= {105}
    assert not taken.damage


@given(_PACKETS, st.sampled_from("<>"))
def test_a_pcapng_file_gives_back_what_was_written(
    written: list[tuple[int, bytes]], order: str
) -> None:
    data = pcapng(written, 256, order)
    assert bodies(data) == [body for _, body in written]
    assert packets(data).t_ns.tolist() == [t_ns for t_ns, _ in written]


@pytest.mark.parametrize(
    ("resolution", "stamp", "t_ns"),
    [
        (None, 1_681_634_789_055_503, 1_681_634_789_055_503_000),  # microseconds when not said
        (9, T_NS, T_NS),
        (3, 1_681_634_789_055, 1_681_634_789_055_000_000),
        (0x80 | 10, 1_681_634_789 * 1024 + 512, 1_681_634_789_500_000_000),  # 2^-10 s
        (9, 0, NO_TIME_NS),  # a clock that was never set
    ],
)
def test_the_resolution_of_time_stamps(resolution: int | None, stamp: int, t_ns: int) -> None:
    taken = packets(section() + interface(127, resolution) + enhanced(stamp, b"ab"))
    assert taken.t_ns.tolist() == [t_ns]


def test_an_interface_may_offset_its_stamps() -> None:
    data = section() + interface(127, 6, offset_s=1_681_634_000) + enhanced(789_000_000, b"ab")
    assert packets(data).t_ns.tolist() == [1_681_634_789_000_000_000]


def test_simple_and_obsolete_blocks_and_unknown_ones() -> None:
    simple = block(3, struct.pack("<I", 5) + b"hello")
    obsolete = block(2, struct.pack("<HHIIII", 1, 0, 0, 1_000_000, 3, 9) + b"abc")
    data = section() + interface(1) + interface(105) + block(5, b"1234") + simple + obsolete
    taken = packets(data)
    assert bodies(data) == [b"hello", b"abc"]
    assert taken.linktype.tolist() == [1, 105]
    assert taken.t_ns.tolist() == [NO_TIME_NS, 1_000_000_000]
    assert taken.wire.tolist() == [5, 9]  # the second was cut by the capture


def test_each_section_has_its_own_order_and_interfaces() -> None:
    data = pcapng([(T_NS, b"one")], 127, "<") + pcapng([(T_NS, b"two")], 105, ">")
    assert bodies(data) == [b"one", b"two"]
    assert packets(data).linktype.tolist() == [127, 105]


def test_a_link_type_with_a_frame_check_sequence_is_the_same_link_type() -> None:
    data = bytearray(pcap([(T_NS, b"x")], 105))
    data[23] = 0x24  # four bytes of FCS, as written in the upper bits
    assert packets(bytes(data)).linktype.tolist() == [105]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pcap([(T_NS, b"abc")])[:-1], "truncated"),
        (pcap([])[:20], "truncated"),
        (pcapng([(T_NS, b"abc")])[:-3], "truncated"),
        (section() + b"\x06\0\0\0\x08\0\0\0" + b"\0" * 8, "bad-block"),
        (section() + enhanced(1, b"abc"), "bad-block"),  # no interface
        (pcapng([]) + section()[:8] + b"\1\2\3\4" + b"\0" * 16, "bad-block"),
    ],
)
def test_damage_that_nothing_follows_is_placed_to_the_end(data: bytes, reason: str) -> None:
    taken = packets(data)
    (damage,) = taken.damage
    assert damage.reason == reason
    assert damage.offset + damage.span == len(data)
    assert damage.detail


def test_what_stood_before_the_damage_is_kept() -> None:
    data = pcap([(T_NS, b"one"), (T_NS, b"two")])[:-1]
    assert bodies(data) == [b"one"]


def _pcap_of(bodies: list[bytes], order: str) -> tuple[bytearray, list[int]]:
    """Return a file of packets a tenth of a second apart, and where each record begins."""
    written = [(T_NS + n * 100_000_000, body) for n, body in enumerate(bodies)]
    begins = [24]
    for body in bodies[:-1]:
        begins.append(begins[-1] + 16 + len(body))
    return bytearray(pcap(written, 1, order)), begins


_MANY = st.lists(st.binary(min_size=1, max_size=60), min_size=6, max_size=12)


@given(_MANY, st.sampled_from("<>"), st.data())
def test_a_wrong_length_costs_one_packet(
    bodies_: list[bytes], order: str, draw: st.DataObject
) -> None:
    data, begins = _pcap_of(bodies_, order)
    k = draw.draw(st.integers(0, len(bodies_) - 2))
    ends = {begin - begins[k] - 16 for begin in [*begins, len(data)]}
    wrong = draw.draw(
        st.one_of(st.integers(0, 500), st.integers(0, 2**32 - 1)).filter(lambda n: n not in ends)
    )
    struct.pack_into(order + "I", data, begins[k] + 8, wrong)
    read = bodies(bytes(data))
    (damage,) = packets(bytes(data)).damage
    assert damage.offset + damage.span == begins[k + 1]
    if damage.offset > begins[k]:  # too short by more than a header: that much of it is read
        assert read.pop(k) == bodies_[k][:wrong]
    assert read == bodies_[:k] + bodies_[k + 1 :]


@given(_MANY, st.sampled_from("<>"), st.binary(min_size=1, max_size=100), st.data())
def test_every_byte_is_of_a_packet_or_of_damage(
    bodies_: list[bytes], order: str, burst: bytes, draw: st.DataObject
) -> None:
    data, _ = _pcap_of(bodies_, order)
    at = draw.draw(st.integers(24, len(data)))
    data[at : at + len(burst)] = burst
    taken = packets(bytes(data))
    spans = [(at - 16, at + length) for at, length in zip(taken.offset, taken.length, strict=True)]
    spans += [(lost.offset, lost.offset + lost.span) for lost in taken.damage]
    spans.sort()
    assert [begin for begin, _ in spans] + [len(data)] == [24] + [end for _, end in spans]


@given(_MANY, st.sampled_from("<>"), st.data())
def test_a_damaged_block_costs_one_packet(
    bodies_: list[bytes], order: str, draw: st.DataObject
) -> None:
    written = [(T_NS + n, body) for n, body in enumerate(bodies_)]
    data = bytearray(pcapng(written, 105, order))
    k = draw.draw(st.integers(0, len(bodies_) - 2))
    at = bytes(data).index(enhanced(*written[k], order=order))
    field = draw.draw(st.sampled_from([0, 4, 20]))  # type, length, length captured
    wrong = st.integers(2**17, 2**32 - 1).filter(lambda n: n != 0x0A0D0D0A)  # a section of its own
    struct.pack_into(order + "I", data, at + field, draw.draw(wrong))
    read = bodies(bytes(data))
    assert read == bodies_[:k] + bodies_[k + 1 :]
    # A type that nobody knows is a block that is skipped, as the draft has it.
    assert len(packets(bytes(data)).damage) == (field > 0)


def test_bytes_before_the_first_record_are_passed_over() -> None:
    data, _ = _pcap_of([b"one", b"two", b"three"], "<")
    data[24:24] = b"\xff" * 5
    assert bodies(bytes(data)) == [b"one", b"two", b"three"]
    (damage,) = packets(bytes(data)).damage
    assert (damage.offset, damage.span, damage.reason) == (24, 5, "bad-block")


def test_a_file_put_together_of_two_days_is_read_whole() -> None:
    day_ns = 86_400 * 1_000_000_000
    written = [(T_NS + (n % 2) * 9 * day_ns, bytes([n])) for n in range(40)]
    data = pcap(written)
    assert bodies(data) == [body for _, body in written] and not packets(data).damage


def test_an_interface_that_damage_may_have_taken_gives_its_number_to_no_other() -> None:
    broken = bytearray(interface(105))
    broken[4] ^= 1
    data = section() + interface(1) + bytes(broken) + interface(127)
    data += enhanced(T_NS, b"first", 0) + enhanced(T_NS, b"which?", 1)
    taken = packets(data)
    assert bodies(data) == [b"first"] and taken.linktype.tolist() == [1]
    assert [lost.reason for lost in taken.damage] == ["bad-block", "bad-block"]
    assert "after damage" in taken.damage[1].detail


def test_other_bytes_are_no_capture() -> None:
    assert not is_capture(b"\x0a\x0d\x0d\x0a" + b"\0" * 8)
    with pytest.raises(FeedError, match="is no network capture"):
        packets(b"hello")


@given(st.sampled_from(MAGICS), st.binary(max_size=200))
def test_no_bytes_can_break_it(magic: bytes, rest: bytes) -> None:
    for data in (magic + rest, section() + interface() + rest, pcap([]) + rest):
        if is_capture(data):
            taken = packets(data)
            assert np.all(taken.offset + taken.length <= len(data))
            assert np.all(np.diff(taken.offset) >= 0)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "count", "first_ns"),
    [  # capinfos -c; tshark -c 1 -T fields -e frame.time_epoch
        ("parrot_anafi4_spoofed.pcapng", 1606, 1_681_634_788_147_003_756),
        ("mavic_multiple_spoofed.pcapng", 239, 1_678_096_630_081_096_044),
    ],
)
def test_packets_and_times_as_wireshark_counts_them(
    shared: Path, name: str, count: int, first_ns: int
) -> None:
    taken = packets((shared / "data" / "drone" / name).read_bytes())
    assert len(taken) == count
    assert taken.t_ns[0] == first_ns
    assert set(taken.linktype.tolist()) == {127}
    assert np.array_equal(taken.length, taken.wire)
