"""Formats are told from content; what is not read is refused by its name; counts add up."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tocsin.errors import FeedError, UsageError
from tocsin.feed import formats, refused
from tocsin.feed.source import ReadOptions, open_source
from tocsin.schema import FIX, FIX_CORE

#: File, format, records, decoded, quarantined, fixes: what each recording gives.
COUNTS = [
    ("readsb/aircraft_go-adsb-console.json", "readsb", 96, 96, 0, 96),
    ("readsb/trace_full_ac671b.json", "readsb", 1250, 1250, 0, 1250),
    ("opensky/sv_RYR2RG_20220202.parquet", "opensky", 1200, 1200, 0, 1200),
    ("opensky/border_control.json.gz", "traffic", 1465, 1465, 0, 1465),
    ("opensky/bornholm.json.gz", "traffic", 2572, 2572, 0, 2572),
    ("opensky/danube_valley.json.gz", "traffic", 2339, 2339, 0, 2339),
    ("opensky/inflight_refuelling.json.gz", "traffic", 10397, 10397, 0, 10397),
    ("opensky/noisy_ground.json.gz", "traffic", 924, 924, 0, 924),
    ("opensky/noisy_spoofing.json.gz", "traffic", 8681, 8681, 0, 8681),
    ("opensky/rega_zh.json.gz", "traffic", 339, 339, 0, 339),
    ("opensky/switzerland.json.gz", "traffic", 139098, 139098, 0, 139098),
    ("opensky/fr24_34a8254b.json", "fr24", 1249, 1249, 0, 1249),
    ("opensky/JL516_granular.csv", "fr24", 17521, 17469, 52, 17469),
    ("asterix/croatia_cat21_re.ast", "asterix", 2, 2, 0, 2),
    ("asterix/jade_cat062_30min.ff", "asterix", 34957, 34957, 0, 34957),
    ("asterix/croatia_parsegps.gps", "asterix", 18, 18, 0, 15),
    ("asterix/asterix-decoder_segfault_cat062.hex", "asterix", 1, 1, 0, 1),
    ("asterix/croatia_cat_034_048.pcap", "asterix", 162, 162, 0, 128),
    ("asterix/croatia_cat_062_065.pcap", "asterix", 3, 3, 0, 2),
    ("drone/parrot_anafi4_spoofed.pcapng", "remoteid", 26, 26, 0, 26),
    ("drone/mavic_multiple_spoofed.pcapng", "remoteid", 77, 77, 0, 77),
]

#: Folder or file, and the words by which it is refused.
REFUSED = [
    ("adsb_raw/uat978_sample.txt.gz", "UAT 978"),
    ("adsb_raw/golden_v2.json", "JSON of an unknown shape"),
    ("airspace/fir_vatsim.geojson", "areas"),
    ("airspace/openaip", "airspace|areas|boundaries"),
    ("asterix/croatia_cat_062_065_json.txt", "output of an ASTERIX decoder"),
    ("asterix/croatia_cat_034_048.txt", "output of an ASTERIX decoder"),
    ("drone/cenek_ds3_rtk.txt", "without a line that names them"),
    ("fpl", "FIXM"),
    ("geodesy", "without a line that names them"),
    ("patterns/NMgeo.csv", "no column recognised as time;"),
    ("patterns/coal_disasters_dates.csv", "no column recognised as time, latitude, longitude"),
    ("patterns/PProcess.csv", "text of an unknown kind"),
]


@pytest.mark.data
@pytest.mark.parametrize(("name", "fmt", "records", "decoded", "quarantined", "fixes"), COUNTS)
def test_counts(
    shared: Path, name: str, fmt: str, records: int, decoded: int, quarantined: int, fixes: int
) -> None:
    reading = formats.read(shared / "data" / name)
    told = reading.input
    assert (told.format, told.records, told.decoded, told.quarantined, reading.fixes.num_rows) == (
        fmt, records, decoded, quarantined, fixes,
    )  # fmt: skip
    assert sum(told.reasons.values()) == quarantined == len(reading.refusals)
    names = reading.fixes.column_names
    assert set(FIX_CORE) <= set(names)
    assert [f.type for f in reading.fixes.schema] == [FIX.field(n).type for n in names]
    assert len(set(reading.fixes["obs_id"].to_pylist())) == fixes


@pytest.mark.data
@pytest.mark.parametrize(("name", "words"), REFUSED)
def test_refused_by_name(shared: Path, name: str, words: str) -> None:
    path = shared / "data" / name
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    assert files
    for file in files:
        with pytest.raises(FeedError, match=words) as caught:
            formats.read(file)
        assert caught.value.exit_code == 3
        assert caught.value.hint


@pytest.mark.data
def test_the_name_of_a_file_does_not_matter(shared: Path, tmp_path: Path) -> None:
    for name, fmt, *_ in COUNTS:
        if name.endswith("switzerland.json.gz"):
            continue  # large, and of the same kind as the others
        data = (shared / "data" / name).read_bytes()
        (tmp_path / "x.bin").write_bytes(data)
        assert formats.detect(open_source(tmp_path / "x.bin")) == fmt
        packed = data if data.startswith(b"\x1f\x8b") else gzip.compress(data)
        (tmp_path / "y").write_bytes(packed)
        assert formats.detect(open_source(tmp_path / "y")) == fmt


@pytest.mark.data
@pytest.mark.parametrize("name", [row[0] for row in COUNTS if "switzerland" not in row[0]])
def test_twice_the_same(shared: Path, name: str) -> None:
    path = shared / "data" / name
    first, second = formats.read(path), formats.read(path)
    assert first == second
    assert first.fixes.schema.equals(second.fixes.schema)


@pytest.mark.data
@pytest.mark.parametrize("name", [row[0] for row in COUNTS if "switzerland" not in row[0]])
def test_fixes_survive_parquet(shared: Path, tmp_path: Path, name: str) -> None:
    fixes = formats.read(shared / "data" / name).fixes
    pq.write_table(fixes, tmp_path / "fixes.parquet")
    assert formats.read(tmp_path / "fixes.parquet").fixes.equals(fixes)


def test_the_register_agrees_with_the_modules() -> None:
    told = {(form.name, form.title) for form in formats.FORMATS}
    assert told == {(form.reader().NAME, form.reader().TITLE) for form in formats.FORMATS}
    assert len(told) == len(formats.FORMATS)


def test_no_reader_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, tocsin.feed.formats; "
        "assert not {'tocsin.feed.opensky', 'tocsin.feed.tabular', 'rs1090'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["radar-a.ast", "adsb-synthetic-gps.beast"])
def test_binary_recordings_load_no_reader_of_text(name: str) -> None:
    """What reads columns of text takes a quarter of a second to load."""
    path = Path(__file__).parents[2] / "examples" / "vaindloo-2025-09-19" / name
    code = (
        "import sys; from tocsin.feed import formats; "
        f"assert formats.read({str(path)!r}).input.format in ('asterix', 'beast'); "
        "assert not {'polars', 'tocsin.feed.tabular'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.data
@pytest.mark.parametrize("name", [row[0] for row in COUNTS])
def test_binary_readers_asked_first_answer_as_asked_last(
    shared: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = open_source(shared / "data" / name)
    told = formats.detect(source)
    monkeypatch.setattr(formats, "_BINARY", ())
    assert formats.detect(source) == told


def test_what_comes_before_the_damage_of_a_gzip_file_is_read(tmp_path: Path) -> None:
    rows = [f"2025-09-19T07:{k // 60:02d}:{k % 60:02d}Z,a-1,24.{k:04d},59.5" for k in range(1500)]
    stored = gzip.compress("\n".join(["t,track,lon,lat", *rows]).encode())
    path = tmp_path / "a"
    wrong_sum = stored[:-8] + bytes([stored[-8] ^ 1]) + stored[-7:]
    for spoilt in (stored[: len(stored) // 2], wrong_sum, stored + b"\x1f\x8b more"):
        path.write_bytes(spoilt)
        reading = formats.read(path)
        told = reading.input
        assert told.reasons["damaged-gzip"] == 1
        assert told.records == told.decoded + told.quarantined
        whole = len(spoilt) >= len(stored)
        assert reading.fixes.num_rows >= (1000 if whole else 300)
        assert "fetch the file again for the rest" in reading.refusals[-1].detail


def test_what_cannot_be_read_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a"
    cases = [
        (b"", "is empty"),
        (gzip.compress(b""), "gzip file that holds 0 bytes"),
        (gzip.compress(b"abc" * 99)[:-9], "damaged gzip"),
        (b"PAR1" + bytes(20) + b"\xff\xff\xff\x7fPAR1", "Parquet file without its end"),
        (b'[{"timestamp": 1, "icao24": "4ab179", "latitude": 1', "ends too early"),
        (b"hello", r'text of an unknown kind \(begins "hello"\); tocsin reads'),
        (bytes(range(200)), "binary of an unknown kind"),
        (b'{"a": [1]}', r"JSON of an unknown shape \(keys a\)"),
    ]
    for data, problem in cases:
        path.write_bytes(data)
        with pytest.raises(FeedError, match=problem):
            formats.read(path)
    with pytest.raises(FeedError, match="is a directory"):
        formats.read(tmp_path)
    with pytest.raises(UsageError, match="no format is called"):
        formats.read(path, "asterisk")


def test_a_named_format_overrides(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("t,lat,lon\n1758265000,59,26\n")
    assert formats.read(path).input.format == "table"
    with pytest.raises(FeedError, match="is no JSON"):
        formats.read(path, "traffic")


def test_a_mapping_makes_a_table_of_a_known_kind(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("time,icao24,lat,lon,lastposupdate\n1758265003,4ab179,59,26,1758265000\n")
    assert formats.read(path).input.format == "opensky"
    (tmp_path / "m").write_text('lat = "lat"\nlon = "lon"\ntime = "time"\n')
    assert formats.read(path, options=ReadOptions(mapping=tmp_path / "m")).input.format == "table"


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"-00a66ef135445d525a0c0519119021204800;\n", "UAT"),
        (b"$PFLAA,0,1587,-588,84,2,DDD85C,,,,,1*14\n", "FLARM"),
        (b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\n", "NMEA"),
        (b"AXXXABC\r\nHFDTE190925\r\nB0658005942000N02606000EA0010000120\r\n", "IGC"),
        (b"!AIVDM,1,1,,A,13aEOK?P00PD2wVMdLDRhgvL289?,0*26\n", "AIS"),
        (b"<!DOCTYPE html><html><body>log in</body></html>", "HTML"),
        (b'<?xml version="1.0"?><PropertyList></PropertyList>', "FlightGear"),
        (b'<?xml version="1.0"?><a/>', "XML"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"GRIB\x00\x00", "GRIB"),
        (b"-TITLE IFPL\n-ARCID CFL12\n", "ADEXP"),
        (b"(FPL-CFL12-IS\n-MIG31/H-S/C)", "Doc 4444"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04" + bytes(22) + b"\x05\x00\x00\x00a.txt", "zip"),
        (b'{"acList":[{"Id":1}]}', "Virtual Radar"),
        (b"AC R\nAN ZONE\nAH FL95\nDP 59:00:00 N 026:00:00 E\n", "OpenAir"),
    ],
)
def test_known_kinds_are_named(tmp_path: Path, head: bytes, words: str) -> None:
    kind = refused.name(head)
    assert kind is not None
    assert words in kind.title
    (tmp_path / "a").write_bytes(head)
    with pytest.raises(FeedError, match=words):
        formats.read(tmp_path / "a")
