"""Blocks in every packing: offsets kept, every byte accounted for, nothing claimed in error."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.feed.asterixtruth import block, track

from tocsin.feed import asterixblocks
from tocsin.feed.asterixblocks import Blocks, split

ONE, TWO = block(62, track(25, 10, 5.0)), block(65, b"\xf0\x19\x64\x02\x01\x59\x81\xb3")
BOTH = ONE + TWO


def bytes_of(blocks: Blocks) -> list[bytes]:
    rows = zip(blocks.offset.tolist(), blocks.length.tolist(), strict=True)
    return [blocks.data[offset : offset + length] for offset, length in rows]


def ethernet(payload: bytes, *, tags: bytes = b"", v6: bool = False, fragment: int = 0) -> bytes:
    udp = struct.pack(">4H", 8600, 8600, 8 + len(payload), 0) + payload
    if v6:
        ip = b"\x60\0\0\0" + struct.pack(">HBB", len(udp), 17, 64) + bytes(32)
    else:
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, fragment, 64, 17, 0) + bytes(8)
    kind = b"\x86\xdd" if v6 else b"\x08\x00"
    return bytes(12) + tags + kind + ip + udp


def pcap(*packets: bytes, order: str = "<", nano: bool = False, link: int = 1) -> bytes:
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = struct.pack(order + "IHHIIII", magic, 2, 4, 0, 0, 65535, link)
    for packet in packets:
        out += struct.pack(order + "IIII", 1000, 5, len(packet), len(packet)) + packet
    return out


def pcapng(*packets: bytes) -> bytes:
    def piece(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    out = piece(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += piece(1, struct.pack("<HHI", 1, 0, 0))
    for packet in packets:
        ticks = 1_000_000_005
        stamp = struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(packet), len(packet))
        out += piece(6, stamp + packet)
    return out


def final(*frames: bytes) -> bytes:
    out = b""
    for frame in frames:
        length = len(frame) + 12
        out += struct.pack(">H", length) + b"\0\0\0\x5c\x18\x90" + frame + b"\xa5" * 4
    return out


PACKED = [
    ("raw", BOTH),
    ("final", final(ONE, TWO)),
    ("final", final(BOTH)),
    ("gps", b"\xcd" * 2200 + ONE + bytes(10) + TWO + bytes(10)),
    ("hex", ONE.hex().encode() + b"\n" + TWO.hex().upper().encode() + b"\r\n"),
    ("pcap", pcap(ethernet(ONE), ethernet(TWO))),
    ("pcap", pcap(ethernet(BOTH), order=">")),
    ("pcap", pcap(ethernet(BOTH), nano=True)),
    ("pcap", pcap(ethernet(BOTH, tags=b"\x81\x00\x00\x05\x81\x00\x00\x07"))),
    ("pcap", pcap(ethernet(BOTH, v6=True))),
    ("pcap", pcap(ethernet(BOTH)[14:], link=101)),
    ("pcap", pcap(bytes(14) + b"\x08\x00" + ethernet(BOTH)[14:], link=113)),
    ("pcap", pcap(b"\x02\0\0\0" + ethernet(BOTH)[14:], link=0)),
    ("pcap", pcapng(ethernet(ONE), ethernet(TWO))),
]


@pytest.mark.parametrize(("name", "data"), PACKED)
def test_every_packing_gives_the_same_blocks(name: str, data: bytes) -> None:
    assert asterixblocks.packing(data, False) == name
    blocks = split(data)
    assert bytes_of(blocks) == [ONE, TWO]
    assert blocks.category.tolist() == [62, 65]
    assert blocks.lost == ()
    for place, span, whole in zip(
        blocks.place.tolist(), blocks.span.tolist(), (ONE, TWO), strict=True
    ):
        stands = data[place : place + span]
        assert (bytes.fromhex(stands.decode()) if name == "hex" else stands) == whole


def test_packet_times_are_kept() -> None:
    assert split(pcap(ethernet(ONE))).t_ns.tolist() == [1_000_000_005_000]
    assert split(pcap(ethernet(ONE), nano=True)).t_ns.tolist() == [1_000_000_000_005]
    assert split(pcapng(ethernet(ONE))).t_ns.tolist() == [1_000_000_005_000]


def test_what_is_no_block_is_lost_by_place_and_the_rest_survives() -> None:
    chain = ONE * 3
    cases = [
        (chain + b"\0\0\0\0" + chain, [("garbage", len(chain), 4)], 6),
        (chain + ONE[:-2], [("truncated", len(chain), len(ONE) - 2)], 3),
        (final(ONE) + b"\0" * 9 + b"\xa5" * 4 + final(ONE), [("garbage", len(final(ONE)), 13)], 2),
        (final(ONE) + final(ONE)[:-3], [("truncated", len(final(ONE)), len(final(ONE)) - 3)], 1),
        (pcap(ethernet(ONE), ethernet(b"\0\0\0")), [("no-asterix", 157, 3)], 1),
        (pcap(ethernet(ONE), ethernet(ONE, fragment=0x2000)), [("fragment", 115, 59)], 1),
        (ONE.hex().encode() + b"\nxyz\n", [("bad-hex", 2 * len(ONE) + 1, 3)], 1),
    ]
    for data, lost, count in cases:
        blocks = split(data)
        assert [(s.reason, s.place, s.span) for s in blocks.lost] == lost
        assert len(blocks.offset) == count


def test_other_packets_are_noted_and_not_refused() -> None:
    arp = bytes(12) + b"\x08\x06" + bytes(28)
    blocks = split(pcap(ethernet(ONE), arp, arp))
    assert blocks.lost == ()
    assert blocks.notes == ("2 x packet without UDP, not looked at",)


@pytest.mark.data
def test_wi_fi_captures_and_printouts_are_not_claimed(shared: Path) -> None:
    for folder in ("drone", "readsb", "adsb_raw", "opensky", "airspace", "fpl", "geodesy"):
        for path in (shared / "data" / folder).iterdir():
            if path.is_file():
                assert asterixblocks.packing(path.read_bytes()[:65536], False) is None, path.name
    for name in ("croatia_cat_034_048.txt", "croatia_cat_062_065_json.txt", "croatia_parsegps.txt"):
        head = (shared / "data" / "asterix" / name).read_bytes()[:65536]
        assert asterixblocks.packing(head, False) is None, name


@given(st.binary(max_size=300), st.sampled_from([b"", BOTH, BOTH * 2]))
def test_every_byte_of_a_raw_file_is_in_a_block_or_lost(noise: bytes, tail: bytes) -> None:
    data = b"\x30" + noise + tail
    if asterixblocks.packing(data, False) not in (None, "raw"):
        return
    blocks = split(data)
    spans = list(zip(blocks.place.tolist(), blocks.span.tolist(), strict=True))
    spans += [(s.place, s.span) for s in blocks.lost]
    at = 0
    for place, span in sorted(spans):
        assert place == at
        at += span
    assert at == len(data)


@given(st.sampled_from(PACKED), st.data())
def test_damaged_packings_never_raise(packed: tuple[str, bytes], data: st.DataObject) -> None:
    damaged = bytearray(packed[1])
    for _ in range(data.draw(st.integers(0, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(1, len(damaged)))])
    asterixblocks.packing(cut, False)
    blocks = split(cut)
    assert (blocks.offset + blocks.length <= len(blocks.data)).all()
    assert (blocks.place + blocks.span <= len(cut)).all()
    assert all(s.span > 0 for s in blocks.lost)


@pytest.mark.parametrize("packing", ["raw", "gps", "final"])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_few_wrong_bytes_cost_a_few_blocks_and_not_the_recording(
    packing: str, data: st.DataObject
) -> None:
    """A length that is wrong may point anywhere: into the middle, or by chance onto a block."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    blocks = []
    for _ in range(400):
        body = rng.integers(0, 256, int(rng.integers(5, 80))).astype(np.uint8).tobytes()
        blocks.append(
            bytes([int(rng.choice([34, 48]))]) + (len(body) + 3).to_bytes(2, "big") + body
        )
    if packing == "raw":
        whole = b"".join(blocks)
    elif packing == "gps":
        whole = b"\xcd" * 2200 + b"".join(block + bytes(10) for block in blocks)
    else:
        whole = b"".join(final(block) for block in blocks)
    assert len(split(whole).offset) == 400
    at = data.draw(st.integers(0, len(whole) - 1))
    kind, count = data.draw(st.sampled_from(["cut", "put", "flip"])), data.draw(st.integers(1, 12))
    made = rng.integers(0, 256, count).astype(np.uint8).tobytes()
    after = {"cut": at + count, "put": at, "flip": at + count}[kind]
    broken = whole[:at] + (b"" if kind == "cut" else made) + whole[after:]
    found = split(broken)
    same = set(blocks) & {
        broken[o : o + n] for o, n in zip(found.offset.tolist(), found.length.tolist(), strict=True)
    }
    assert len(same) >= len(set(blocks)) - 20
