"""Beast framing: whatever the bytes, each is accounted for once, and whole messages survive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tocsin.feed.beastframes import ESCAPE, join, split

SIZES = {0x31: 2, 0x32: 7, 0x33: 14, 0x34: 14}
escapes = st.binary().map(lambda b: b.replace(b"\x00", b"\x1a"))
biased = st.lists(st.sampled_from([0x1A, 0x1A, 0x31, 0x32, 0x33, 0x34, 0x00, 0xFF])).map(bytes)


@st.composite
def messages(draw: st.DrawFn) -> tuple[int, int, int, bytes]:
    kind = draw(st.sampled_from(sorted(SIZES)))
    payload = draw(st.lists(st.sampled_from([0x1A, 0x33, 0x00, 0x8D]), min_size=14, max_size=14))
    stamp = draw(st.integers(0, 2**48 - 1) | st.just(0x1A1A1A1A1A1A))
    return kind, stamp, draw(st.integers(0, 255)), bytes(payload[: SIZES[kind]])


@given(st.lists(messages(), max_size=12))
def test_what_is_joined_is_split_again(given_messages: list[tuple[int, int, int, bytes]]) -> None:
    found, lost = split(b"".join(join(*message) for message in given_messages))
    assert lost == []
    assert [
        (int(k), int(t), int(s), p[: SIZES[int(k)]].tobytes())
        for k, t, s, p in zip(found.kind, found.stamp, found.signal, found.payload, strict=True)
    ] == given_messages


@given(st.binary(max_size=200) | biased | escapes)
def test_every_byte_belongs_to_one_message_or_one_refused_stretch(data: bytes) -> None:
    found, lost = split(data)
    pieces = sorted(
        [*zip(found.offset.tolist(), found.span.tolist(), strict=True)]
        + [(stretch.offset, stretch.span) for stretch in lost]
    )
    at = 0
    for offset, span in pieces:
        assert offset == at
        assert span > 0
        at += span
    assert at == len(data)


@given(messages(), messages(), st.binary(min_size=1, max_size=20))
def test_garbage_between_two_messages_costs_neither(
    a: tuple[int, int, int, bytes], b: tuple[int, int, int, bytes], noise: bytes
) -> None:
    noise = noise.replace(bytes([ESCAPE]), b"\x00")
    first = join(*a)
    found, lost = split(first + noise + join(*b))
    assert found.stamp.tolist() == [a[1], b[1]]
    assert [(s.offset, s.span, s.reason) for s in lost] == [(len(first), len(noise), "garbage")]


@given(messages(), messages(), st.data())
def test_a_cut_last_message_is_truncated(
    a: tuple[int, int, int, bytes], b: tuple[int, int, int, bytes], data: st.DataObject
) -> None:
    first, second = join(*a), join(*b)
    # The last byte may be half of a doubled 0x1a at the end of a message that is then whole.
    keep = data.draw(st.integers(1, len(second) - 2))
    found, lost = split(first + second[:keep])
    assert len(found.offset) == 1
    assert [s.reason for s in lost][-1] == "truncated"
    assert sum(s.span for s in lost) == keep


def test_a_message_of_an_unknown_type_is_named() -> None:
    found, lost = split(b"\x1a\xe3" + bytes(8) + join(0x32, 5, 6, bytes(7)))
    assert len(found.offset) == 1
    assert [(s.offset, s.reason) for s in lost] == [(0, "unknown-type")]
