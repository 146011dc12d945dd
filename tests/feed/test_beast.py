"""Beast recordings: counts, clocks and provenance."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rs1090
from tests.feed.squitters import airborne, all_call, column, numbers, opened, reply, source

from tocsin.feed import beast
from tocsin.feed.beastframes import join, split
from tocsin.feed.clock import MLAT_STAMP
from tocsin.feed.source import ReadOptions
from tocsin.schema import Reading

DAY = date(2025, 9, 19)


def message(frame: str, stamp: int) -> bytes:
    payload = bytes.fromhex(frame)
    return join(0x33 if len(payload) == 14 else 0x32, stamp, 100, payload)


def recording(*pieces: bytes) -> Reading:
    return beast.read(source(b"".join(pieces)), ReadOptions(date=DAY))


@pytest.mark.data
def test_a_real_recording_is_accounted_for_to_the_frame(shared: Path) -> None:
    path = shared / "data" / "adsb_raw" / "sample_dump1090.bin"
    reading = beast.read(opened(path), ReadOptions())
    assert beast.sniff(path.read_bytes())
    assert reading.input.records == 239
    assert (reading.input.decoded, reading.input.quarantined) == (239, 0)
    assert reading.fixes.num_rows == 239
    assert reading.fixes["t_applicability"].null_count == 239  # no date, no time
    offsets = [int(str(o)) for o in column(reading, "byte_offset")]
    spans = [int(str(n)) for n in column(reading, "byte_length")]
    assert offsets == np.concatenate([[0], np.cumsum(spans)[:-1]]).tolist()
    assert sum(spans) == path.stat().st_size


@pytest.mark.data
def test_addresses_and_positions_of_a_real_recording_agree_with_rs1090(shared: Path) -> None:
    data = opened(shared / "data" / "adsb_raw" / "sample_dump1090.bin")
    reading = beast.read(data, ReadOptions(date=DAY))
    frames, seconds = [], []
    messages, _ = split(data.data)
    for kind, stamp, payload in zip(messages.kind, messages.stamp, messages.payload, strict=True):
        frames.append(payload[: 14 if kind == 0x33 else 7].tobytes().hex())
        seconds.append(float(stamp) / 12e6)
    other = rs1090.decode(frames, seconds)
    assert [f"{a:06x}" for a in column(reading, "icao24")] == [m["icao24"] for m in other]
    lat = numbers(reading, "lat_deg")
    theirs = np.array([m.get("latitude") or np.nan for m in other])
    both = np.isfinite(lat) & np.isfinite(theirs)
    assert both.sum() == 3
    assert np.abs(lat - theirs)[both].max() < 1e-9


def test_a_cut_recording_keeps_its_good_frames() -> None:
    whole = message(all_call(), 10) + message(all_call(), 20)
    reading = recording(whole[:-3])
    assert reading.input.records == 2
    assert reading.input.reasons == {"truncated": 1}
    assert reading.refusals[0].place == "byte 16"


def test_garbage_is_one_record_with_its_offset() -> None:
    first = message(all_call(), 10)
    reading = recording(first, b"noise", message(all_call(), 20))
    assert (reading.input.records, reading.input.decoded) == (3, 2)
    assert [(r.place, r.reason) for r in reading.refusals] == [(f"byte {len(first)}", "garbage")]


def test_a_damaged_squitter_is_refused_by_its_parity() -> None:
    frame = airborne(59, 25, False)
    broken = f"{int(frame, 16) ^ 1 << 40:028x}"
    reading = recording(message(broken, 10), message(frame, 20))
    assert reading.input.reasons == {"bad-crc": 1}
    assert reading.refusals[0].raw == broken


def test_a_free_counter_gives_differences_and_says_that_its_day_is_arbitrary() -> None:
    reading = recording(message(all_call(), 7_000_000), message(all_call(), 19_000_000))
    t = reading.fixes["t_applicability"].to_numpy()
    assert t[0] == np.datetime64("2025-09-19T00:00:00", "ns")
    assert t[1] - t[0] == np.timedelta64(1, "s")
    assert set(column(reading, "t_quality")) == {"counter"}
    assert "arbitrary" in reading.input.notes[0]


def test_gps_stamps_are_the_time_of_day() -> None:
    settings = join(0x34, 0, 0, b"\x10" + bytes(13))
    stamp = (6 * 3600 + 58 * 60 + 1) << 30 | 250_000_000
    reading = recording(settings, message(all_call(), stamp))
    t = reading.fixes["t_applicability"].to_numpy()
    assert t[0] == np.datetime64("2025-09-19T06:58:01.25", "ns")
    assert column(reading, "t_quality") == ["gps"]
    assert "1 x receiver status message" in reading.input.notes
    assert reading.input.records == reading.input.decoded == 2


def test_multilateration_is_marked() -> None:
    frames = [message(airborne(59, 25, odd), MLAT_STAMP) for odd in (False, True)]
    reading = recording(message(all_call(), 12), *frames)
    assert column(reading, "source_kind") == ["mode_s", "mlat", "mlat"]
    assert column(reading, "t_quality") == ["counter", "inferred", "inferred"]
    assert reading.fixes["pos_epu95_m"].null_count == 3  # its codes are not those of a GNSS


def test_mode_ac_replies_are_counted_and_give_no_row() -> None:
    reading = recording(join(0x31, 5, 6, b"\x12\x34"), message(reply(4, 0x0A10), 10))
    assert (reading.input.records, reading.input.decoded, reading.fixes.num_rows) == (2, 2, 1)
    assert "1 x Mode A/C reply (no address, no fix)" in reading.input.notes


def test_sniff_wants_whole_messages() -> None:
    assert beast.sniff(message(all_call(), 1) * 3)
    assert not beast.sniff(b"MSG,3,1,1,\x1a\x1a\x1a")
    assert not beast.sniff(b"\x1a" * 100)
    assert not beast.sniff(b"")
