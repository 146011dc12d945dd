"""The command line as a person meets it: answers, one-line errors, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tests.calling import tocsin
from tocsin import cli

SQUARE = [[24.0, 59.0], [25.0, 59.0], [25.0, 60.0], [24.0, 60.0], [24.0, 59.0]]
ROWS = """t,track,lon,lat,sigma_m
2025-09-19T07:00:00Z,4ab179-1,24.5,58.9,10
2025-09-19T07:00:50Z,4ab179-1,24.5,58.99,10
2025-09-19T07:01:40Z,4ab179-1,24.5,59.08,10
2025-09-19T07:02:30Z,4ab179-1,24.5,58.99,10
"""


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder with a track, an airspace and a case that joins them."""
    feature = {
        "type": "Feature",
        "properties": {"volume": "BOX", "edge": "geodesic", "layer": "restricted"},
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    }
    (tmp_path / "box.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]})
    )
    (tmp_path / "track.csv").write_text(ROWS)
    (tmp_path / "case.toml").write_text(
        '[case]\nid = "T-1"\ntitle = "A box"\nsynthetic = true\n'
        '[[source]]\npath = "track.csv"\n'
        '[[airspace]]\npath = "box.geojson"\nvolume = "BOX"\nhypothesis = "as-drawn"\n'
        "sigma_m = 20\n"
        '[[report]]\nkind = "clearance"\nauthorised = "no"\nby = "the authority"\n'
    )
    return tmp_path


def test_find_answers_with_the_columns_of_the_contract(box: Path) -> None:
    done = tocsin("find", "track.csv", "--airspace", "box.geojson", "-o", "e.parquet", cwd=box)
    assert done.returncode == 0, done.stderr
    table = pq.read_table(box / "e.parquet")
    assert table.column_names == [
        *("track", "volume", "layer", "hypothesis", "entry_t", "exit_t"),
        *("entry_lon", "entry_lat", "exit_lon", "exit_lat", "entry_observed", "exit_observed"),
        *("duration_s", "max_depth_m", "sigma_t_s", "sigma_depth_m", "fixes_inside", "p_inside"),
    ]
    (row,) = table.to_pylist()
    assert row["track"] == "4ab179-1" and row["volume"] == "BOX" and row["layer"] == "restricted"
    assert row["fixes_inside"] == 1 and row["entry_observed"] and row["exit_observed"]


@pytest.mark.parametrize("suffix", [".csv", ".geojson", ".kml"])
def test_find_writes_by_suffix(box: Path, suffix: str) -> None:
    out = box / f"events{suffix}"
    done = tocsin("find", "track.csv", "--airspace", "box.geojson", "-o", out, cwd=box)
    assert done.returncode == 0, done.stderr
    text = out.read_text()
    assert "4ab179-1" in text and "BOX" in text


def test_find_json_is_one_object_and_people_read_stderr(box: Path) -> None:
    done = tocsin("find", "track.csv", "--airspace", "box.geojson", "--json", cwd=box)
    answer = json.loads(done.stdout)
    assert set(answer) == {"inputs", "airspace", "passages", "integrity", "left_out"}
    assert len(answer["passages"]) == 1


def test_run_writes_a_directory_and_twice_the_same_bytes(box: Path) -> None:
    for name in ("one", "two"):
        done = tocsin("run", "case.toml", "-o", name, cwd=box)
        assert done.returncode == 0, done.stderr
    files = sorted(path.name for path in (box / "one").iterdir())
    assert files == [
        *("bundle.zip", "dossier.html", "dossier.pdf", "findings.json", "incursions.parquet"),
        *("quarantine.ndjson", "tracks.parquet", "view.json"),
    ]
    for name in files:
        assert (box / "one" / name).read_bytes() == (box / "two" / name).read_bytes()
    findings = json.loads((box / "one" / "findings.json").read_text())
    assert findings["case"] == "T-1" and findings["synthetic"] is True
    (incursion,) = findings["incursions"]
    assert incursion["authorised"] == "no" and incursion["hypothesis"] == "as-drawn"
    assert incursion["entry_utc"]["q05"] < incursion["entry_utc"]["q50"]
    page = (box / "one" / "dossier.html").read_text()
    assert "SYNTHETIC" in page and "http://" not in page.split("<body", 1)[1].replace(
        "http://www.w3.org", ""
    )


def test_run_json_prints_findings(box: Path) -> None:
    done = tocsin("run", "case.toml", "-o", "out", "--json", cwd=box)
    assert json.loads(done.stdout) == json.loads((box / "out" / "findings.json").read_text())


def test_run_replaces_its_own_directory_and_no_other(box: Path) -> None:
    (box / "mine").mkdir()
    (box / "mine" / "letter.txt").write_text("keep")
    done = tocsin("run", "case.toml", "-o", "mine", cwd=box)
    assert done.returncode == 2 and "was not written by tocsin" in done.stderr
    assert (box / "mine" / "letter.txt").read_text() == "keep"
    for _ in range(2):
        assert tocsin("run", "case.toml", "-o", "fresh", cwd=box).returncode == 0
    assert not [path for path in box.iterdir() if path.name.startswith(".")]


def test_fail_on_gives_10_only_where_it_is_present(box: Path) -> None:
    words = ("run", "case.toml", "-o", "out", "--fail-on")
    assert tocsin(*words, "incursion", cwd=box).returncode == 10
    assert tocsin(*words, "distrust", cwd=box).returncode == 0
    assert tocsin(*words, "rain", cwd=box).returncode == 2


def test_bad_records_are_counted_and_good_ones_survive(box: Path) -> None:
    bad = ROWS + "2025-09-19T07:03:30,4ab179-1,24.5,58.9,10\n"  # no zone
    (box / "track.csv").write_text(bad)
    done = tocsin("read", "track.csv", "--json", "--quarantine", "q.ndjson", cwd=box)
    assert done.returncode == 0
    (row,) = json.loads(done.stdout)["inputs"]
    assert (row["records"], row["decoded"], row["quarantined"]) == (5, 4, 1)
    assert row["reasons"] == {"naive-time": 1}
    (kept,) = (json.loads(line) for line in (box / "q.ndjson").read_text().splitlines())
    assert kept["place"] == "line 6" and kept["path"] == "track.csv"
    assert tocsin("read", "track.csv", "--strict", cwd=box).returncode == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty (0 bytes)"),
        (b"\x1f\x8b", "damaged gzip"),
        (b"\x00\x01\x02 nothing known \xff" * 9, "read"),
        (b'{"type": "FeatureCollection", "features": [', ""),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_3(box: Path, content: bytes, says: str) -> None:
    (box / "bad").write_bytes(content)
    done = tocsin("read", "bad", cwd=box)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("tocsin: bad")
    assert says in done.stderr


def test_one_bad_source_does_not_lose_the_others(box: Path) -> None:
    (box / "bad").write_bytes(b"")
    done = tocsin("find", "bad", "track.csv", "--airspace", "box.geojson", "--json", cwd=box)
    assert done.returncode == 3
    assert len(json.loads(done.stdout)["passages"]) == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "T-1"', 'idd = "T-1"', "did you mean id?"),
        ("[case]", "[cas]", "did you mean case?"),
        ('id = "T-1"', 'id = "T-1"\nas_of = 2025-09-19T07:00:00', "has no zone"),
        ('volume = "BOX"', 'volume = "FOX"', 'holds no volume "FOX"'),
        ("sigma_m = 20", "sigma_m = -20", "negative"),
        ('path = "track.csv"', 'path = "nowhere.csv"', "nowhere.csv: no such file"),
        ('path = "track.csv"', 'path = "."', "is a directory"),
        ('authorised = "no"', 'authorised = "maybe"', "use yes, no or unknown"),
        ("[case]", "[case", "is not TOML"),
    ],
)
def test_a_bad_case_is_one_line_and_exit_3(box: Path, old: str, new: str, says: str) -> None:
    text = (box / "case.toml").read_text()
    (box / "case.toml").write_text(text.replace(old, new, 1))
    done = tocsin("run", "case.toml", "-o", "out", cwd=box)
    assert done.returncode == 3, done.stderr
    assert says in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (box / "out").exists()


def test_usage_errors_are_2(box: Path) -> None:
    for words in (("find", "track.csv"), ("find",), ("read", "--format", "nope", "track.csv")):
        assert tocsin(*words, cwd=box).returncode == 2
    done = tocsin("find", "track.csv", "--airspace", "box.geojson", "-o", "e.doc", cwd=box)
    assert done.returncode == 2 and ".parquet" in done.stderr
    bad_gap = ("find", "track.csv", "--airspace", "box.geojson", "--max-gap", "0")
    assert tocsin(*bad_gap, cwd=box).returncode == 2


def process(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "tocsin", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_a_process_ends_with_the_code_and_shows_the_trace_only_when_asked(box: Path) -> None:
    plain = process("run", "nowhere", "-o", "out", cwd=box)
    assert plain.returncode == 3 and "Traceback" not in plain.stderr
    assert "Traceback" in process("--debug", "run", "nowhere", "-o", "out", cwd=box).stderr
    assert process("find", "track.csv", "--airspace", "box.geojson", cwd=box).returncode == 0


@pytest.mark.parametrize("verb", ["run", "watch", "verify"])
def test_a_verb_built_alone_is_the_verb_among_all(verb: str) -> None:
    alone, among = (
        CliRunner().invoke(app, [verb, "--help"], prog_name="tocsin")
        for app in (cli._app(verb), cli.app)
    )
    assert alone.output == among.output and "Usage: tocsin" in alone.output


def test_the_module_is_the_command_line_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tocsin.cli", "--version"], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stdout.strip().count(".") == 2, done.stderr


def test_all_verbs_are_built_where_a_line_begins_with_none() -> None:
    assert cli._verb(["run", "register"]) == "run"
    assert not any(map(cli._verb, ([], ["register"], ["--help"], ["runn"], ["-V", "run"])))


def test_help_version_formats_and_doctor() -> None:
    assert "find" in process("--help").stdout
    assert tocsin("--version").stdout.strip().count(".") == 2
    assert "beast" in tocsin("read", "--formats").stdout
    report = json.loads(tocsin("doctor", "--json").stdout)
    assert report["ok"] is True
    assert {"numpy", "bundled:sovereign"} <= {check["what"] for check in report["checks"]}


def test_vertical_limits_above_sea_level_need_a_qnh(box: Path) -> None:
    text = (box / "box.geojson").read_text()
    (box / "box.geojson").write_text(text.replace('"volume"', '"upper": "2000 ft AMSL", "volume"'))
    rows = ROWS.replace("sigma_m", "h_pressure_m").replace(",10\n", ",300\n")
    (box / "track.csv").write_text(rows)
    words = ("find", "track.csv", "--airspace", "box.geojson", "--json")
    (without,) = json.loads(tocsin(*words, cwd=box).stdout)["passages"]
    assert without["p_inside"] is None and not without["entry_observed"]
    (known,) = json.loads(tocsin(*words, "--qnh", "1013.25", cwd=box).stdout)["passages"]
    assert known["p_inside"] > 0.95 and known["entry_observed"]


@pytest.mark.parametrize(
    "reports",
    [
        "time,qnh_hpa\n2025-09-19T06:50:00Z,1013.25\n2025-09-19T07:20:00Z,1013.25\n",
        "EETN 190650Z 24008KT 9999 BKN020 15/12 Q1013\nEETN 190720Z 24008KT 9999 15/12 Q1013\n",
    ],
)
def test_qnh_over_time_from_a_csv_or_from_metars(box: Path, reports: str) -> None:
    text = (box / "box.geojson").read_text()
    (box / "box.geojson").write_text(text.replace('"volume"', '"upper": "2000 ft AMSL", "volume"'))
    rows = ROWS.replace("sigma_m", "h_pressure_m").replace(",10\n", ",300\n")
    (box / "track.csv").write_text(rows)
    (box / "qnh.txt").write_text(reports)
    case = (box / "case.toml").read_text().replace("[case]\n", "[case]\nWINDOW\n", 1)
    window = "window = [2025-09-19T06:45:00Z, 2025-09-19T07:25:00Z]"
    (box / "case.toml").write_text(case.replace("WINDOW", window) + '[met]\nsource = "qnh.txt"\n')
    done = tocsin("run", "case.toml", "-o", "out", "--json", cwd=box)
    assert done.returncode == 0, done.stderr
    findings = json.loads(done.stdout)
    assert len(findings["settings"]["qnh_hpa"]) == 2
    (incursion,) = findings["incursions"]
    assert incursion["open"] == "none" and incursion["p_inside"] > 0.95


def test_a_fix_at_a_pole_is_one_clear_line(box: Path) -> None:
    (box / "track.csv").write_text(ROWS.replace("58.99", "89.95"))
    done = tocsin("find", "track.csv", "--airspace", "box.geojson", cwd=box)
    assert done.returncode == 3 and "poles are not supported" in done.stderr
