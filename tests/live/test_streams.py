"""A feed cut anywhere gives what the whole file gives; what is remembered survives a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from tests.conftest import ROOT
from tocsin.feed.documents import ipc, joined
from tocsin.feed.formats import read
from tocsin.feed.source import ReadOptions
from tocsin.feed.stream import Stream, stream

VAINDLOO = ROOT / "examples" / "vaindloo-2025-09-19"
NOW_NS = 1_758_263_000_000_000_000
DAY = ReadOptions(date=date(2025, 9, 19))
#: What a stream must say otherwise: it has another name and other bytes, and no file's date; and
#: as long as its stamps may yet be either, its times are those of receipt.
_OWN = ("obs_id", "file_sha256", "source_id", "t_applicability", "t_reception", "t_quality")


def cut(data: bytes, rng: Random, sizes: tuple[int, ...]) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        size = rng.choice(sizes)
        yield data[at : at + size]
        at += size


def streamed(
    name: str, chunks: Iterator[bytes], options: ReadOptions, *, reload: int = 0
) -> tuple[pa.Table, int, int]:
    """Return all fixes of a stream, its records and those refused; with restarts if asked."""
    reader: Stream = stream(name, "feed", options)
    tables, records, refused = [], 0, 0
    for number, chunk in enumerate(chunks, 1):
        reading = reader.take(chunk, NOW_NS + number * 1_000_000)
        records += reading.input.records
        refused += reading.input.quarantined
        if reading.fixes.num_rows:
            tables.append(reading.fixes)
        if reload and number % reload == 0:
            kept = json.loads(json.dumps(reader.dump()))
            reader = stream(name, "feed", options)
            reader.load(kept)
    return pa.concat_tables(tables).unify_dictionaries(), records, refused


def same(stream: pa.Table, whole: pa.Table) -> None:
    assert stream.num_rows == whole.num_rows
    for name in whole.column_names:
        if name in _OWN:
            continue
        ours, theirs = stream[name], whole[name]
        if pa.types.is_dictionary(theirs.type):
            ours, theirs = ours.cast(pa.string()), theirs.cast(pa.string())
        if name == "icao24_kind":  # a later frame may prove an address: a stream cannot know yet
            early = pa.compute.equal(ours, "parity")
            ours = pa.compute.if_else(early, theirs, ours)
        assert ours.combine_chunks().equals(theirs.combine_chunks()), name


@pytest.mark.parametrize(("seed", "sizes"), [(1, (500, 1000)), (2, (7, 90, 700)), (3, (1, 2, 3))])
def test_a_real_beast_recording_cut_anywhere(
    seed: int, sizes: tuple[int, ...], shared: Path, tmp_path: Path
) -> None:
    path = tmp_path / "cut.bin"
    data = (shared / "data" / "adsb_raw" / "sample_dump1090.bin").read_bytes()
    path.write_bytes(data[:250] if 1 in sizes else data)
    table, records, refused = streamed("beast", cut(path.read_bytes(), Random(seed), sizes), DAY)
    whole = read(path, "beast", DAY)
    same(table, whole.fixes)
    told = whole.input.records - whole.input.reasons.get("truncated", 0)  # its rest may yet come
    assert (records, refused) == (told, whole.input.quarantined - whole.input.records + told)


def test_forty_minutes_of_beast_with_restarts() -> None:
    """Version, accuracy and call sign are said long before the positions that they bear on."""
    path = VAINDLOO / "adsb-synthetic-gps.beast"
    chunks = cut(path.read_bytes(), Random(3), (1, 40, 9000, 20_000))
    table, records, refused = streamed("beast", chunks, DAY, reload=7)
    whole = read(path, "beast", DAY)
    same(table, whole.fixes)
    assert (records, refused) == (whole.input.records, whole.input.quarantined)
    # The day is given, the stamps are GPS: the times are those of the file too.
    for name in ("t_applicability", "t_reception", "t_quality"):
        assert table[name].combine_chunks().equals(whole.fixes[name].combine_chunks())


def test_a_counter_without_a_date_begins_at_receipt(shared: Path) -> None:
    data = (shared / "data" / "adsb_raw" / "sample_dump1090.bin").read_bytes()
    reading = stream("beast", "feed", ReadOptions()).take(data, NOW_NS)
    t_ns = reading.fixes["t_applicability"].cast(pa.int64()).to_numpy()
    assert t_ns[-1] == NOW_NS
    assert (np.diff(t_ns) >= 0).all()


def test_garbage_between_good_messages_is_counted_and_costs_no_more() -> None:
    data = (VAINDLOO / "adsb-synthetic-gps.beast").read_bytes()[:20_000]
    clean, _, _ = streamed("beast", iter([data]), DAY)
    reader = stream("beast", "feed", DAY)
    first = reader.take(data[:0] + bytes(range(1, 25)) * 100, NOW_NS)
    second = reader.take(data, NOW_NS + 1)
    assert first.input.quarantined == first.input.records > 0
    assert second.fixes.num_rows == clean.num_rows


def test_sbs_lines_cut_anywhere() -> None:
    lines = []
    for k in range(200):
        stamp = f"2024/04/06,11:{k // 60:02d}:{k % 60:02d}.000"
        head = f"MSG,{{}},1,1,4AB{k % 3:03X},1,{stamp},{stamp}"
        lines.append(head.format(3) + f",,{30000 + k},,,{59 + k / 1000:.5f},25.0,,,0,0,0,0")
        lines.append(head.format(4) + f",,,{400 + k},{k}.0,,,0,,,,,")
        if k % 20 == 0:
            lines.append(head.format(1) + f",SAS{k % 3},,,,,,,,,,,")
    data = "\r\n".join([*lines, ""]).encode()
    options = ReadOptions(assume_utc=True)
    once, *counts = streamed("sbs", iter([data]), options)
    table, *others = streamed("sbs", cut(data, Random(5), (1, 17, 300)), options, reload=11)
    names = [n for n in once.column_names if n != "row_number"]
    same(table.select(names), once.select(names))
    assert others == counts
    assert once["gs_mps"].null_count < once.num_rows


def test_asterix_datagrams_are_dated_by_their_receipt() -> None:
    data = (VAINDLOO / "radar-a.ast").read_bytes()
    options = ReadOptions(editions={"048": "1.32"})
    whole = read(VAINDLOO / "radar-a.ast", "asterix", DAY)
    blocks, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 3], "big")
        blocks.append(data[at : at + size])
        at += size
    times = whole.fixes["t_applicability"].cast(pa.int64()).to_numpy()
    reader = stream("asterix", "feed", options)
    tables = [
        reader.take(joined(blocks[k : k + 40]), int(times[0])).fixes
        for k in range(0, len(blocks), 40)
    ]
    table = pa.concat_tables([t for t in tables if t.num_rows], promote_options="default")
    ours = table["t_applicability"].cast(pa.int64()).to_numpy()
    assert np.abs(ours - times).max() <= 1000  # a date that is given is counted in microseconds
    for name in ("range_m", "azimuth_deg", "icao24"):
        assert table[name].combine_chunks().equals(whole.fixes[name].combine_chunks()), name


def test_a_datagram_of_garbage_costs_no_other() -> None:
    data = (VAINDLOO / "radar-a.ast").read_bytes()
    size = int.from_bytes(data[1:3], "big")
    reader = stream("asterix", "feed", ReadOptions())
    reading = reader.take(joined([b"\xff" * 30, data[:size], b""]), NOW_NS)
    assert reading.input.reasons == {"no-asterix": 2}
    assert reading.input.decoded > 0


def test_tables_and_snapshots_one_of_them_broken() -> None:
    table = read(VAINDLOO / "adsb-synthetic-gps.beast", "beast", DAY).fixes.slice(0, 50)
    reader = stream("fixes", "feed", ReadOptions())
    reading = reader.take(joined([ipc(table), b"no table"]), NOW_NS)
    assert reading.fixes.num_rows == 50
    assert reading.input.reasons == {"unreadable": 1}
    snapshot = {
        "now": 1_758_263_000.0,
        "aircraft": [{"hex": "4ab179", "lat": 59.5, "lon": 25.0, "seen_pos": 0.4, "seen": 0.1}],
    }
    reader = stream("readsb", "feed", ReadOptions())
    reading = reader.take(joined([json.dumps(snapshot).encode(), b"{"]), NOW_NS)
    assert reading.fixes["icao24"].to_pylist() == [0x4AB179]
    assert reading.input.quarantined == 1
