"""Whether stamps are GPS time or a counter, where the receiver does not say."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import ROOT

from tocsin.feed import beast
from tocsin.feed.beastframes import STATUS, join, split
from tocsin.feed.formats import read
from tocsin.feed.source import ReadOptions
from tocsin.feed.stampkind import Evidence, StampKind
from tocsin.feed.stream import batch_of, stream

RECORDING = ROOT / "examples" / "vaindloo-2025-09-19" / "adsb-synthetic-gps.beast"
DAY = ReadOptions(date=date(2025, 9, 19))
BEGIN_NS = 1_758_265_000_000_000_000  # 06:56:40 of that day
S_NS = 1_000_000_000


def times(rate: float, seconds: float, seed: int = 1) -> np.ndarray:
    """Return moments in seconds at which frames come, at random."""
    return np.sort(np.random.default_rng(seed).uniform(0, seconds, round(rate * seconds)))


def gps(t_s: np.ndarray, since_s: float = 25_000.0) -> np.ndarray:
    whole = np.floor(t_s + since_s)
    ns = np.rint((t_s + since_s - whole) * 1e9).astype(np.int64).clip(0, 999_999_999)
    return np.asarray(whole.astype(np.int64) << 30 | ns)


def counter(t_s: np.ndarray, since_s: float = 25_000.0) -> np.ndarray:
    return np.asarray(np.rint((t_s + since_s) * 12e6).astype(np.int64) & (1 << 48) - 1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rate", [2, 50, 2000])
def test_a_file_of_gps_stamps_shows_it_and_a_counter_never_looks_like_one(
    rate: int, seed: int
) -> None:
    seconds = 300 if rate == 2 else 30
    assert Evidence().take(gps(times(rate, seconds, seed))) is StampKind.GPS
    started = np.random.default_rng(seed).uniform(0, 80 * 86_400)
    for span_s in (5, 60, 600, 6000 if rate == 2 else 100):
        found = Evidence().take(counter(times(rate, span_s, seed), started))
        assert found is not StampKind.GPS
    assert Evidence().take(counter(times(50, 200, seed), started)) is StampKind.COUNTER


def test_a_counter_that_runs_for_months_is_none_of_a_day() -> None:
    assert Evidence().take(counter(times(10, 1), 90 * 86_400.0)) is StampKind.COUNTER


def test_little_says_nothing_and_damage_says_little() -> None:
    assert Evidence().take(np.zeros(0, np.int64)) is StampKind.UNKNOWN
    assert Evidence().take(gps(times(20, 3))) is StampKind.UNKNOWN
    assert Evidence().take(counter(times(20, 3), 5.0)) is StampKind.UNKNOWN
    stamps = gps(times(500, 10))
    stamps[7] = (1 << 48) - 1
    assert Evidence().take(stamps) is StampKind.UNKNOWN


def test_a_recording_that_stops_before_each_gap_is_no_proof() -> None:
    """Three stretches of a counter, each of which ended before what GPS cannot have."""
    t_s = np.concatenate([times(100, 60), 89.48 * 3 + times(100, 60), 89.48 * 9 + times(100, 60)])
    assert Evidence().take(counter(t_s, 89.478485 * 40)) is StampKind.UNKNOWN


@pytest.mark.parametrize("speed", [0.25, 1.0, 4.0, 16.0])
def test_receipt_tells_a_counter_within_seconds_at_any_pace(speed: float) -> None:
    assert live(counter(times(60 / speed, 4 * speed), 3.0)) is StampKind.COUNTER


@pytest.mark.parametrize("speed", [1.0, 4.0, 64.0])
def test_receipt_tells_gps_within_seconds(speed: float) -> None:
    assert live(gps(times(60 / speed, 4 * speed))) is StampKind.GPS


def live(stamps: np.ndarray) -> StampKind:
    """Return what stamps are that come within four seconds, kept and loaded on the way."""
    evidence, found = Evidence(), StampKind.UNKNOWN
    for k, part in enumerate(np.array_split(stamps, 80)):
        found = evidence.take(part, BEGIN_NS + k * S_NS // 20)
        if found is not StampKind.UNKNOWN:
            return found
        kept = json.loads(json.dumps(evidence.dump()))
        evidence = Evidence()
        evidence.load(kept)
    return found


def joined_in_the_middle() -> tuple[bytes, np.ndarray]:
    """Return the recording of the reference case from some minute on, and without its status."""
    data = RECORDING.read_bytes()
    messages, _ = split(data)
    half = len(messages.offset) // 2
    kept = [
        data[int(at) : int(at + span)]
        for at, span, kind in zip(
            messages.offset[half:], messages.span[half:], messages.kind[half:], strict=True
        )
        if kind != STATUS
    ]
    return b"".join(kept), messages.stamp[half:][messages.kind[half:] != STATUS]


def test_a_gps_recording_joined_in_the_middle_is_read_as_one(tmp_path: Path) -> None:
    data, stamps = joined_in_the_middle()
    path = tmp_path / "middle.beast"
    path.write_bytes(data)
    found = read(path, "beast", DAY)
    assert set(found.fixes["t_quality"].to_pylist()) == {"gps"}
    t = found.fixes["t_applicability"].to_numpy()
    assert t.min() >= np.datetime64("2025-09-19T06:30:00")
    assert t.max() <= np.datetime64("2025-09-19T07:40:00")
    whole = read(RECORDING, "beast", DAY).fixes["t_applicability"].to_numpy()
    assert np.isin(t[1000:], whole).all()
    short = tmp_path / "short.beast"
    short.write_bytes(data[:200])
    few = read(short, "beast", DAY)
    assert "too few to rule out GPS time" in " ".join(few.input.notes)
    assert len(stamps) > 1000


def test_a_receiver_that_says_that_it_counts_is_believed() -> None:
    status = join(0x34, 0, 0, b"\x00" * 14)
    frame = bytes.fromhex("5d4ab179000000")
    data = status + b"".join(join(0x32, int(s), 9, frame) for s in gps(times(100, 20)))
    reading = beast.read(batch_of("rx", data), DAY)
    assert not any("too few" in note for note in reading.input.notes)
    assert any("free-running counter" in note for note in reading.input.notes)


def test_a_stream_joined_in_the_middle_has_times_of_receipt_until_it_is_known() -> None:
    data, stamps = joined_in_the_middle()
    own_ns = (stamps >> 30) * S_NS + (stamps & 0x3FFFFFFF)
    midnight_ns = int(np.datetime64("2025-09-19", "ns").astype(np.int64))
    messages, _ = split(data)
    reader = stream("beast", "rx", ReadOptions())
    qualities: list[tuple[float, str]] = []
    begin_ns = int(own_ns[0])
    for second in range(20):  # as it was received, with a tenth of a second on the way
        here = (own_ns >= begin_ns + second * S_NS) & (own_ns < begin_ns + (second + 1) * S_NS)
        rows = np.flatnonzero(here)
        first, last = int(rows[0]), int(rows[-1])
        chunk = data[int(messages.offset[first]) : int(messages.offset[last] + messages.span[last])]
        t_ns = midnight_ns + begin_ns + (second + 1) * S_NS + S_NS // 10
        reading = reader.take(chunk, t_ns)
        told = reading.fixes["t_applicability"].to_numpy().astype(np.int64)
        late_s = (t_ns - told) / 1e9
        assert late_s.min() >= 0.0 and late_s.max() < 1.2  # never a minute ahead
        qualities += [(second, each) for each in set(reading.fixes["t_quality"].to_pylist())]
    assert qualities[0] == (0, "host")
    assert qualities[-1] == (19, "gps")
    assert min(second for second, quality in qualities if quality == "gps") <= 4
    assert "counter" not in {quality for _, quality in qualities}
