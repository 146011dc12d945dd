"""Recordings damaged at random: nothing but an error of the room is raised, and counts add up.

Bytes are set, bits flipped, stretches cut out, doubled, overwritten and moved, ends torn off, in
captures and blocks that hold every category and every kind of drone.  `make test-all` runs them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.feed import transmitters as tx
from tests.feed.asterixtruth import block, plot, track
from tests.feed.squitters import source
from tests.feed.test_asterixblocks import final
from tests.feed.test_asterixblocks import pcap as wired_pcap
from tests.feed.test_asterixblocks import pcapng as wired_pcapng
from tests.feed.test_asterixlayout import EVIDENCE, Encoder

from tocsin.errors import FeedError
from tocsin.feed import asterix, asterixtables, capture, remoteid
from tocsin.feed.source import ReadOptions
from tocsin.schema import FIX, Reading

T_NS = 1_700_000_000_000_000_000
RECORDED_BYTES = 12_000  # of a long recording: damage is to be dense

pytestmark = pytest.mark.full
many = settings(max_examples=1000, deadline=None)
small = st.integers(0, 2**32 - 1)


def damaged(data: bytes, seed: int) -> bytes:
    """Return the bytes after one to eight accidents, the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    out = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        if not out:
            break
        at = int(rng.integers(len(out)))
        end = min(at + int(rng.integers(1, 40)), len(out))
        match int(rng.integers(7)):
            case 0:
                out[at] = int(rng.integers(256))
            case 1:
                out[at] ^= 1 << int(rng.integers(8))
            case 2:
                del out[at:end]
            case 3:
                out[at:at] = out[at:end]
            case 4:
                out[at:end] = rng.bytes(end - at)
            case 5:
                out[at:end] = bytes([int(rng.choice([0, 255]))]) * (end - at)
            case _:
                if rng.random() < 0.3:
                    del out[at:]
                else:
                    part = out[at:end]
                    del out[at:end]
                    place = int(rng.integers(len(out) + 1))
                    out[place:place] = part
    return bytes(out)


def adds_up(reading: Reading) -> None:
    told = reading.input
    assert told.records == told.decoded + told.quarantined
    assert told.quarantined == sum(told.reasons.values())
    assert reading.fixes.num_rows == 0 or told.decoded > 0
    for field in reading.fixes.schema:
        assert field.type == FIX.field(field.name).type
    for name, most in (("lat_deg", 90.0), ("lon_deg", 180.0)):
        if name in reading.fixes.column_names:
            values = reading.fixes[name].drop_null().to_numpy()
            assert (np.abs(values) <= most).all()


def survives(read: Callable[[], Reading]) -> None:
    try:
        reading = read()
    except FeedError as error:
        assert error.problem
        return
    adds_up(reading)


@cache
def every_category() -> tuple[bytes, ...]:
    """Blocks of each category as libasterix encodes them, newest and oldest edition."""
    out = []
    for category in asterixtables.categories():
        encoder = Encoder(category)
        editions = asterixtables.editions(category)
        for edition in {editions[0].name: editions[0], editions[-1].name: editions[-1]}.values():
            for uap in edition.uaps:
                rows = [encoder.telling(edition, uap)[0] for _ in range(3)]
                out.append(block(category, *rows))
    return tuple(out)


@cache
def packed() -> tuple[bytes, ...]:
    """Short recordings in every packing, whose times and places are possible."""
    blocks = [
        block(62, *(track(25, 10, 5.0 + k) for k in range(3))),
        block(48, plot(25, 201, 6.0), plot(25, 201, 7.0)),
        *(b for b in every_category() if b[0] in EVIDENCE),
    ]
    frames = [_ethernet(b) for b in blocks]
    whole = b"".join(blocks)
    return (whole, wired_pcap(*frames), wired_pcapng(*frames), final(*blocks), _hexadecimal(blocks))


def _ethernet(payload: bytes) -> bytes:
    length = len(payload)
    udp = bytes([0x21, 0x98, 0x21, 0x98]) + (8 + length).to_bytes(2, "big") + b"\0\0" + payload
    ip = b"\x45\0" + (20 + len(udp)).to_bytes(2, "big") + bytes([0, 0, 0, 0, 64, 17]) + bytes(10)
    return bytes(12) + b"\x08\x00" + ip + udp


def _hexadecimal(blocks: list[bytes]) -> bytes:
    return "\n".join(b.hex() for b in blocks).encode()


@cache
def drones() -> tuple[bytes, ...]:
    """Captures of every kind of Remote ID and of DroneID, over Wi-Fi and Bluetooth."""
    said = tx.pack(
        tx.basic_id("SER-1"), tx.location(47.0, 8.0, hour_s=800), tx.system(46.9, 7.9),
        tx.authentication(), tx.self_id("survey"), tx.operator_id("FIN87astrdge12k8"),
    )  # fmt: skip
    wifi = [
        tx.beacon(tx.vendor(said)),
        tx.nan_action(said),
        tx.beacon(tx.dji_vendor(tx.dji("SN1", 47.0, 8.0, app=(46.0, 7.0)))),
        tx.beacon(tx.dji_vendor(tx.dji("SN2", 47.0, 8.0, version=1))),
    ]
    air = [(T_NS + k, tx.radiotap(f, fcs=bool(k % 2), timer=True)) for k, f in enumerate(wifi * 2)]
    single = tx.service_data(tx.location(47.0, 8.0, hour_s=801))
    radio = [tx.with_radio(tx.advertising(single)), tx.with_radio(tx.extended(single))]
    blue = [(T_NS + k, packet) for k, packet in enumerate(radio * 2)]
    events = [
        (T_NS, tx.hci([tx.legacy_report(single)], extended_event=False)),
        (T_NS, tx.hci([tx.extended_report(single)], extended_event=True)),
    ]
    return (
        tx.pcapng(air),
        tx.pcap(air),
        tx.pcapng(blue, 256),
        tx.pcap(events, 201),
        tx.pcapng([(T_NS, tx.nordic(tx.advertising(single)))], 272),
    )


@many
@given(small, st.booleans())
def test_damaged_records_of_every_category(seed: int, dated: bool) -> None:
    blocks = every_category()
    chosen = np.random.default_rng(seed).choice(len(blocks), 4, replace=False)
    data = damaged(b"".join(blocks[k] for k in chosen), seed)
    options = ReadOptions(date=date(2025, 9, 19), reference=(59.4, 24.8)) if dated else None
    survives(lambda: asterix.read(source(data), options or ReadOptions()))


@settings(max_examples=300, deadline=None)  # each of some sixty blocks
@given(small, st.integers(0, 4))
def test_damaged_recordings_in_every_packing(seed: int, which: int) -> None:
    data = damaged(packed()[which], seed)
    survives(lambda: asterix.read(source(data), ReadOptions(date=date(2025, 9, 19))))


@many
@given(small, st.integers(0, 4), st.booleans())
def test_damaged_captures_of_drones(seed: int, which: int, operators: bool) -> None:
    data = damaged(drones()[which], seed)
    survives(lambda: remoteid.read(source(data), ReadOptions(operators=operators)))


@many
@given(small, st.integers(0, 9))
def test_damaged_captures_are_framed_up_to_the_damage(seed: int, which: int) -> None:
    data = damaged((*packed(), *drones())[which], seed)
    try:
        taken = capture.packets(data)
    except FeedError:
        return
    ends = taken.offset + taken.length
    assert (taken.length >= 0).all() and (taken.offset >= 0).all() and (ends <= len(data)).all()
    assert (taken.offset[1:] >= ends[:-1]).all()
    assert len(taken.damage) <= 1
    assert all(lost.offset + lost.span == len(data) for lost in taken.damage)


def test_undamaged_they_are_read() -> None:
    """Else the damage would be done to what nobody reads."""
    options = ReadOptions(date=date(2025, 9, 19))
    for data in packed():
        told = asterix.read(source(data), options).input
        assert told.records > 20 and told.decoded > 0
    for data in drones():
        told = remoteid.read(source(data), ReadOptions()).input
        assert told.decoded > 0 and told.quarantined == 0


@pytest.mark.data
@pytest.mark.parametrize(
    "name",
    [
        "asterix/croatia_cat_034_048.pcap",
        "asterix/croatia_cat_062_065.pcap",
        "asterix/croatia_parsegps.gps",
        "asterix/croatia_cat21_re.ast",
        "asterix/asterix-decoder_segfault_cat062.hex",
        "asterix/jade_cat062_30min.ff",
        "drone/parrot_anafi4_spoofed.pcapng",
        "drone/mavic_multiple_spoofed.pcapng",
    ],
)
def test_damaged_real_recordings(shared: Path, name: str) -> None:
    whole = (shared / "data" / name).read_bytes()[:RECORDED_BYTES]
    reader = remoteid if name.startswith("drone") else asterix
    for seed in range(250):
        data = damaged(whole, seed)
        survives(lambda data=data: reader.read(source(data), ReadOptions()))  # type: ignore[misc]
