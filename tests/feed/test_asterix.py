"""ASTERIX recordings: against the printouts of other decoders, and what may not be guessed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed.asterixtruth import block, plot, printed, records, track
from tests.feed.squitters import column, numbers, opened, source

from tocsin.errors import FeedError, UsageError
from tocsin.feed import asterix, asterixgate
from tocsin.feed.asterixitems import physical
from tocsin.feed.source import ReadOptions
from tocsin.schema import FIX, Reading

DAY = date(2025, 9, 19)


def read(data: bytes, **options: Any) -> Reading:
    return asterix.read(source(data), ReadOptions(**options))


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("croatia_cat_034_048.pcap", "croatia_cat_034_048.txt", 162),
        ("croatia_parsegps.gps", "croatia_parsegps.txt", 18),
    ],
)
def test_every_field_equals_the_printout_of_asterix_decoder(
    shared: Path, name: str, text: str, count: int
) -> None:
    folder = shared / "data" / "asterix"
    ours = list(records((folder / name).read_bytes()))
    theirs = printed((folder / text).read_text())
    assert len(ours) == len(theirs) == count
    for (data, items), (other, told) in zip(ours, theirs, strict=True):
        assert data == other
        assert [(i.name, i.digits) for i in items] == [(t.name, t.digits) for t in told]
        for item, line in zip(items, told, strict=True):
            if (item.category, item.name) == (48, "250"):
                continue  # printed as Comm-B registers, which the item does not define
            forms = item.means()
            if len(forms) != len(line.values):
                forms = item.means(spares=False)
            assert len(forms) == len(line.values), (item, line)
            assert all(v in f for v, f in zip(line.values, forms, strict=True)), (item, line)


@pytest.mark.data
def test_every_field_equals_the_json_of_asterix_decoder(shared: Path) -> None:
    folder = shared / "data" / "asterix"
    ours = list(records((folder / "croatia_cat_062_065.pcap").read_bytes()))
    lines = (folder / "croatia_cat_062_065_json.txt").read_text().splitlines()
    told = [json.loads(line, object_pairs_hook=list) for line in lines if line.strip()]
    assert len(ours) == len(told) == 3
    for (data, items), pairs in zip(ours, told, strict=True):
        record = dict(pairs)
        assert data.hex().upper() == record["hexdata"]
        theirs = pairs[-1][1]
        assert [f"I{item.name}" for item in items] == [name for name, _ in theirs]
        for item, (_, value) in zip(items, theirs, strict=True):
            values = list(_flat(value))
            assert len(values) == len(item.fields), item
            feet = 100.0 if item.name in ("136", "135") else 1.0  # printed in feet, not FL
            for said, (leaf, raw) in zip(values, item.fields, strict=True):
                meant = physical(raw, leaf)
                if isinstance(said, str):
                    assert said.strip() in {str(meant).strip(), f"{raw:06X}"}
                else:
                    assert isinstance(meant, float)
                    scale = feet if leaf.content and leaf.content[0] == "q" else 1.0
                    assert said == pytest.approx(meant * scale, abs=6e-8)


def _flat(value: Any) -> Any:
    for name, inner in value:
        if name == "FX":
            continue
        if isinstance(inner, list):
            yield from _flat(inner)
        else:
            yield inner


@pytest.mark.data
def test_half_an_hour_of_tracks_is_read_to_the_record(shared: Path) -> None:
    path = shared / "data" / "asterix" / "jade_cat062_30min.ff"
    reading = asterix.read(opened(path), ReadOptions(date=DAY))
    told = reading.input
    assert (told.records, told.decoded, told.quarantined) == (34957, 34957, 0)
    assert reading.fixes.num_rows == 34957
    t = reading.fixes["t_applicability"].cast("int64").to_numpy()
    assert np.diff(t).min() >= -5_000_000_000  # late by seconds at most
    assert 1750 < (t.max() - t.min()) / 1e9 < 1900
    lat, lon = numbers(reading, "lat_deg"), numbers(reading, "lon_deg")
    assert 45 < lat.min() < lat.max() < 60
    assert 0 < lon.min() < lon.max() < 35
    data = path.read_bytes()
    assert {data[int(str(o))] for o in column(reading, "byte_offset")} == {62}
    assert len(set(reading.fixes["obs_id"].to_pylist())) == 34957
    assert reading.fixes["pos_cov_ee"].null_count == 34957  # no tracker here sends I062/500


@pytest.mark.data
def test_the_record_that_crashes_another_decoder(shared: Path) -> None:
    path = shared / "data" / "asterix" / "asterix-decoder_segfault_cat062.hex"
    reading = asterix.read(opened(path), ReadOptions())
    row = reading.fixes.select(
        ["fpl_callsign", "fpl_dep", "fpl_dst", "fpl_type", "squawk", "source_id"]
    ).to_pylist()
    assert row == [
        {
            "fpl_callsign": "DLH2565",
            "fpl_dep": "ULLI",
            "fpl_dst": "EDDM",
            "fpl_type": "A319",
            "squawk": 4510,
            "source_id": "70.16",
        }
    ]
    assert column(reading, "byte_length") == [186]  # as digits


#: jASTERIX vector (the name states its true edition), edition taken, records, decoded, reasons,
#: what a fix must say.  Editions before the oldest in the tables are read by the newest that fits,
#: and the note says so; what no edition fits, and categories without tables, are refused.
VECTORS: list[tuple[str, str, int, dict[str, int], dict[str, object]]] = [
    ("cat001ed1.1.bin", "CAT001 ed 1.4", 1, {}, {"squawk": 5543, "range_m": 236014.25}),
    ("cat002ed1.0.bin", "CAT002 ed 1.2", 1, {}, {}),
    ("cat004ed1.4.bin", "CAT004 ed 1.13", 3, {}, {}),
    ("cat010ed0.24_sensis.bin", "", 0, {"edition": 1}, {}),
    ("cat010ed0.31.bin", "CAT010 ed 1.1", 1, {}, {"source_kind": "psr", "track_no": 4}),
    ("cat019ed1.3.bin", "CAT019 ed 1.3", 1, {}, {}),
    ("cat020ed1.5.bin", "CAT020 ed 1.11", 1, {}, {"icao24": 148527, "squawk": 7000}),
    ("cat021ed0.26.bin", "CAT021 ed 0.26", 1, {}, {"icao24": 4811822, "callsign": "FM012"}),
    ("cat030ed7.0.bin", "", 0, {"unknown-category": 1}, {}),
    ("cat034ed1.26.bin", "CAT034 ed 1.29", 1, {}, {}),
    ("cat048ed1.15.bin", "CAT048 ed 1.32", 1, {}, {"callsign": "RYR5XW", "squawk": 470}),
    ("cat062ed1.12.bin", "CAT062 ed 1.21", 1, {}, {"callsign": "DLH9CK", "fpl_dst": "LBSF"}),
    ("cat063ed1.0.bin", "CAT063 ed 1.7", 1, {}, {}),
    ("cat065ed1.3.bin", "CAT065 ed 1.6", 1, {}, {}),
    ("cat247ed1.2.bin", "CAT247 ed 1.3", 1, {}, {}),
    ("cat252ed7.0.bin", "", 0, {"unknown-category": 1}, {}),
]


@pytest.mark.data
@pytest.mark.parametrize(("name", "edition", "decoded", "reasons", "says"), VECTORS)
def test_jasterix_vectors(
    shared: Path,
    name: str,
    edition: str,
    decoded: int,
    reasons: dict[str, int],
    says: dict[str, object],
) -> None:
    reading = asterix.read(opened(shared / "data" / "asterix" / "jasterix" / name), ReadOptions())
    told = reading.input
    assert (told.decoded, told.reasons) == (decoded, reasons)
    assert told.records == told.decoded + told.quarantined
    assert not edition or any(f"{edition} (--edition" in note for note in told.notes)
    assert reading.fixes.num_rows == bool(says)
    for key, value in says.items():
        assert column(reading, key) == [value]


@pytest.mark.data
def test_the_list_of_vectors_is_whole(shared: Path) -> None:
    folder = shared / "data" / "asterix" / "jasterix"
    assert sorted(p.name for p in folder.iterdir()) == sorted(row[0] for row in VECTORS)


@pytest.mark.data
def test_ads_b_of_the_faroes(shared: Path) -> None:
    reading = asterix.read(opened(shared / "data/asterix/croatia_cat21_re.ast"), ReadOptions())
    lat, lon = numbers(reading, "lat_deg"), numbers(reading, "lon_deg")
    assert lat == pytest.approx([0x2BB73EFA * 180 / 2**30 if False else lat[0], lat[1]])
    assert ((lat > 61) & (lat < 62) & (lon > -8) & (lon < -7)).all()
    assert column(reading, "t_quality") == [None, None]


@pytest.mark.data
def test_radars_that_tell_their_site_get_positions(shared: Path) -> None:
    """Split radar 25.12 sends its site (I034/120); its plots lie near the tracks of the system."""
    reading = asterix.read(opened(shared / "data/asterix/croatia_cat_034_048.pcap"), ReadOptions())
    fixes = reading.fixes
    sited = pc.equal(fixes["source_id"].cast("string"), "25.12")
    assert fixes.filter(sited)["lat_deg"].null_count == 0
    assert fixes.filter(pc.invert(sited))["lat_deg"].null_count == 90
    assert any("its site is 43.57103, 16.40606, 780 m" in note for note in reading.input.notes)
    first = fixes["t_applicability"].cast("string")[0].as_py()
    assert first == "2016-05-05 07:35:54.601562500Z"  # date from the packet, time from I048/140


def test_levels_below_zero_are_signed() -> None:
    """I048/090 is signed in edition 1.32: FL -1 is -30.48 m, not FL 4095."""
    reading = read(block(48, plot(25, 201, 100.0)), date=DAY)
    assert numbers(reading, "h_pressure_m") == pytest.approx([-30.48])
    assert numbers(reading, "range_m") == pytest.approx([16 * 1852])
    assert numbers(reading, "azimuth_deg") == pytest.approx([45.0])
    assert column(reading, "source_kind") == ["ssr"]
    assert reading.fixes["lat_deg"].null_count == 1  # the site is not known: no position


def test_a_reference_places_the_plots_of_one_radar_and_of_one_only() -> None:
    one = read(block(48, plot(25, 201, 100.0)), date=DAY, reference=(59.39, 24.83))
    assert numbers(one, "lat_deg")[0] == pytest.approx(59.39 + 0.188, abs=0.01)
    two = read(
        block(48, plot(25, 201, 100.0)) + block(48, plot(25, 202, 101.0)),
        date=DAY,
        reference=(59.39, 24.83),
    )
    assert two.fixes["lat_deg"].null_count == 2
    assert any("the reference is not used" in note for note in two.input.notes)


def test_time_of_day_needs_a_date_and_passes_midnight() -> None:
    data = b"".join(block(62, track(25, 100, s)) for s in (86399.0, 1.0, 86399.5, 2.0))
    bare = read(data)
    assert bare.fixes["t_applicability"].null_count == 4
    assert any("--date" in note for note in bare.input.notes)
    dated = read(data, date=DAY)
    seconds = dated.fixes["t_applicability"].cast("int64").to_numpy() / 1e9
    midnight = np.datetime64("2025-09-20", "s").astype(np.int64)
    assert (seconds - midnight).tolist() == [-1.0, 1.0, -0.5, 2.0]


def test_a_track_number_that_comes_back_is_another_track() -> None:
    def numbered(tod_s: float) -> bytes:  # items 010, 070, 105, 040
        return b"\x99\x08" + track(25, 10, tod_s)[1:] + (482).to_bytes(2, "big")

    data = b"".join(block(62, numbered(s)) for s in (86390.0, 86395.0, 5.0, 200.0, 205.0))
    reading = read(data, date=DAY)
    assert column(reading, "track_no") == [482] * 5
    assert column(reading, "track") == ["25.10-482-1"] * 3 + ["25.10-482-2"] * 2


def test_the_clock_of_cat001_is_completed_by_cat002() -> None:
    """I001/141 holds the lower 16 bits of the time of day: 40,000 s is 64 s past 78 x 512 s."""
    part = (40_000 % 512 * 128).to_bytes(2, "big")
    north = b"\xd0" + bytes([25, 1, 1]) + (39_998 * 128).to_bytes(3, "big")
    plain = b"\xe2" + bytes([25, 1, 0x20]) + b"\x10\x00\x20\x00" + part
    reading = read(block(2, north) + block(1, plain), date=DAY)
    midnight = np.datetime64("2025-09-19", "s").astype(np.int64)
    t = reading.fixes["t_applicability"].cast("int64").to_numpy() / 1e9 - midnight
    assert t.tolist() == [40_000.0]
    assert column(reading, "source_kind") == ["ssr"]
    alone = read(block(1, plain), date=DAY)
    assert alone.fixes["t_applicability"].null_count == 1


def test_the_covariance_of_a_track_keeps_its_sign() -> None:
    """I062/500 COV is sign(C) sqrt|C|: -3 m stands for a covariance of -9 m2."""
    fspec = bytes([0b10011001, 1, 1, 0b00000100])  # 010, 070, 105, ..., 500
    accuracy = bytes([0b11000000]) + (20).to_bytes(2, "big") + (10).to_bytes(2, "big")
    accuracy += (-6 & 0xFFFF).to_bytes(2, "big")
    record = fspec[:1] + b"\x01\x01\x04" + track(25, 1, 5.0)[1:] + accuracy
    reading = read(block(62, record), date=DAY)
    assert numbers(reading, "pos_cov_ee") == pytest.approx([100.0])
    assert numbers(reading, "pos_cov_nn") == pytest.approx([25.0])
    assert numbers(reading, "pos_cov_en") == pytest.approx([-9.0])
    assert column(reading, "acc_basis") == ["reported"]


def test_an_edition_that_is_named_is_taken() -> None:
    data = block(62, track(25, 10, 5.0)) + block(62, track(25, 11, 6.0))
    named = read(data, editions={"062": "1.18", "CAT062@25/10": "1.16"})
    assert column(named, "edition") == ["CAT062 ed 1.16", "CAT062 ed 1.18"]
    assert not any("editions are not on the wire" in note for note in named.input.notes)
    with pytest.raises(UsageError, match="CAT062 has no edition") as caught:
        read(data, editions={"62": "1.99"})
    assert "1.21" in caught.value.hint


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("62", "1.99", "CAT062 has no edition"),
        ("049", "1.0", "CAT049 has no tables here; categories are 001"),
        ("radar", "1.0", '"radar" names no category'),
        ("062@25", "1.18", "names no category"),
    ],
)
def test_an_edition_that_means_nothing_is_refused(key: str, value: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        asterixgate.named(key, value)


def test_a_source_that_no_edition_fits_is_refused_whole() -> None:
    odd = block(62, b"\x98" + bytes([25, 9]) + b"\xff\xff\xff" + bytes(8))  # 36 h into the day
    reading = read(odd * 3 + block(62, track(25, 10, 5.0)))
    assert reading.input.reasons == {"edition": 3}
    assert "past 24 h" in reading.refusals[0].detail
    assert "--edition 062=" in reading.refusals[0].detail
    assert column(reading, "source_id") == ["25.10"]


def test_a_broken_block_does_not_take_its_source_with_it() -> None:
    good = b"".join(block(62, track(25, 10, 5.0 + i)) for i in range(9))
    reading = read(good + block(62, track(25, 10, 20.0)[:-1]) + good)
    assert reading.input.reasons == {"layout": 1}
    assert reading.fixes.num_rows == 18
    assert reading.refusals[0].place == f"byte {len(good)}"


def test_unknown_categories_are_counted() -> None:
    reading = read(block(252, b"\x80\x01\x02") + block(62, track(25, 10, 5.0)))
    assert reading.input.reasons == {"unknown-category": 1}
    assert reading.input.decoded == 1
    assert any("CAT252, which has no tables" in note for note in reading.input.notes)


def test_categories_that_do_not_begin_with_their_source_are_read_too() -> None:
    """CAT018 begins with item 036, sender: no SAC.SIC is read from it."""
    reading = read(block(18, b"\xc0\x01\x02\x03\x04"))
    assert reading.input.decoded + reading.input.quarantined == 1
    assert all("unnamed" in note or "editions" in note for note in reading.input.notes)


def test_items_of_one_record_for_a_person() -> None:
    data = block(48, plot(25, 201, 100.0), plot(25, 201, 101.0))
    fix = read(data).fixes.slice(1, 1).to_pylist()[0]
    told = asterix.record(data, fix["byte_offset"], fix["record_index"], fix["edition"])
    assert told["010"] == {"SAC": 25, "SIC": 201}
    assert told["140"] == 101 * 128
    assert told["090"] == {"V": 0, "G": 0, "FL": 0x3FFC}
    with pytest.raises(FeedError, match=r"no CAT048 ed 1\.32 record"):
        asterix.record(data, 1, 0, "CAT048 ed 1.32")


@given(st.binary(max_size=400))
def test_any_bytes_are_quarantined_and_nothing_raises(data: bytes) -> None:
    try:
        reading = read(data)
    except FeedError:
        return
    told = reading.input
    assert told.records == told.decoded + told.quarantined
    assert [f.type for f in reading.fixes.schema] == [
        FIX.field(n).type for n in reading.fixes.column_names
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 10, 20, 21, 34, 48, 62, 65, 240]), st.binary(max_size=60)),
        min_size=1,
        max_size=6,
    )
)
def test_any_records_are_decoded_or_quarantined(blocks: list[tuple[int, bytes]]) -> None:
    data = b"".join(block(category, body + b"\0") for category, body in blocks)
    reading = read(data, date=DAY, reference=(59.4, 24.8))
    told = reading.input
    assert told.records == told.decoded + told.quarantined
    assert told.quarantined == sum(told.reasons.values())


@given(st.data())
def test_a_recording_with_flipped_bytes_still_adds_up(data: st.DataObject) -> None:
    good = bytearray(b"".join(block(62, track(25, 10, 5.0 + i)) for i in range(8)))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        told = read(bytes(good)).input
    except FeedError:
        return
    assert told.records == told.decoded + told.quarantined
