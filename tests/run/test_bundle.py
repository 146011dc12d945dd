"""The bundle of a run: all that the findings rest on, and the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.run.bundlecase import CASE, made, ran
from tocsin.dossier.bundlezip import unpack
from tocsin.errors import TocsinError, UsageError
from tocsin.register.sign import new_key
from tocsin.run.bundle import Seal, answered
from tocsin.run.bundleread import open_bundle
from tocsin.run.flow import run_case, study
from tocsin.settings import FindSettings

NAMES = [
    *("dossier.html", "dossier.pdf", "findings.json"),
    *("incursions.parquet", "quarantine.ndjson", "tracks.parquet", "view.json"),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ran(tmp_path_factory.mktemp("bundle"))


def test_a_bag_holds_inputs_results_and_where_they_come_from(out: Path) -> None:
    files = unpack((out / "bundle.zip").read_bytes())
    assert {name.split("/")[0] for name in files} == {"bundle"}
    held = {name.removeprefix("bundle/data/") for name in files if "/data/" in name}
    assert held == {
        *(f"case/{name}" for name in ("case.toml", "track.csv", "box.geojson", "log.csv")),
        *(f"results/{name}" for name in NAMES),
        *("provenance/observations.parquet", "provenance/prov.json", "provenance/statements.json"),
        *("run.json", "ro-crate-metadata.json"),
    }
    for name in NAMES:
        assert files[f"bundle/data/results/{name}"] == (out / name).read_bytes()


def test_inputs_are_listed_with_the_hash_of_what_lies_there(out: Path) -> None:
    run = open_bundle(out / "bundle.zip").run
    rows = {row["path"]: row for row in run["files"]}
    assert [row["role"] for row in run["files"]] == ["case", "source", "airspace", "log"]
    for path, row in rows.items():
        assert row["sha256"] == hashlib.sha256((out.parent / path).read_bytes()).hexdigest()
    assert run["settings"] == {"max_gap_s": 60.0, "max_error_m": 0.05, "integrity": True}
    assert run["code"]["libraries"]["numpy"]


def test_another_reader_of_bags_accepts_it(out: Path, tmp_path: Path) -> None:
    bagit = pytest.importorskip("bagit")
    for name, data in unpack((out / "bundle.zip").read_bytes()).items():
        where = tmp_path / name
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(data)
    assert bagit.Bag(str(tmp_path / "bundle")).validate()


def test_what_ships_is_named_by_its_hash_and_not_copied(tmp_path: Path) -> None:
    case = CASE.replace('path = "box.geojson"\nvolume = "BOX"', 'path = "bundled:sovereign"\n'
                        'volume = "EE"').replace("(BOX)", "(EE)")  # fmt: skip
    opened = open_bundle(ran(tmp_path, case) / "bundle.zip")
    (row,) = opened.run["shipped"]
    assert row["file"] == "sovereign_osm_2024.parquet"
    (area,) = opened.findings["airspace"]
    assert row["sha256"] == area["sha256"]
    assert not any("sovereign" in name for name in opened.files)


@pytest.mark.parametrize("path", ["../beside.csv", "deep/down/track.csv", "{absolute}", "a%b.csv"])
def test_inputs_may_lie_anywhere(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "case"
    path = path.format(absolute=tmp_path / "far" / "track.csv")
    made(folder, CASE.replace('path = "track.csv"', f'path = "{path}"'))
    where = folder / path
    where.parent.mkdir(parents=True, exist_ok=True)
    (folder / "track.csv").rename(where)
    run_case(folder / "case.toml", tmp_path / "out")
    opened = open_bundle(tmp_path / "out" / "bundle.zip")
    row = next(row for row in opened.run["files"] if row["role"] == "source")
    assert row["path"] == path
    assert row["bag"].startswith("data/case/")
    assert ".." not in row["bag"] and opened.files[row["bag"]] == where.read_bytes()


def test_two_processes_in_two_places_write_the_same_bytes(tmp_path: Path) -> None:
    """Not the clock, not the time zone, not the order of a set, not the folder."""
    sums = []
    for name, zone, seed in (("one", "UTC", "1"), ("another", "Asia/Tokyo", "2")):
        folder = tmp_path / name
        made(folder)
        new_key(folder / "key.pem") if name == "one" else None
        done = subprocess.run(
            [sys.executable, "-m", "tocsin", "run", "case.toml", "-o", "out", "--key",
             tmp_path / "one" / "key.pem"],
            cwd=folder,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        written = sorted((folder / "out").iterdir())
        assert [one.name for one in written] == sorted([*NAMES, "bundle.zip"])
        sums.append({one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in written})
    if sums[0] != sums[1]:
        codes = [
            open_bundle(tmp_path / name / "out" / "bundle.zip").run["code"]["sha256"]
            for name in ("one", "another")
        ]
        assert codes[0] == codes[1], "the program's files were changed between the two runs"
    assert sums[0] == sums[1]


def test_observations_name_the_fixes_of_a_passage(out: Path) -> None:
    opened = open_bundle(out / "bundle.zip")
    (incursion,) = opened.findings["incursions"]
    where = out / "observations.parquet"
    where.write_bytes(opened.files["data/provenance/observations.parquet"])
    table = pq.read_table(where)
    where.unlink()
    assert set(table["incursion"].to_pylist()) == {incursion["id"]}
    assert table["place"].to_pylist() == ["before", "inside", "after"]
    tracks = pq.read_table(out / "tracks.parquet")
    assert set(table["obs_id"].to_pylist()) <= set(tracks["obs_id"].to_pylist())


def test_statements_of_the_page_say_what_they_rest_on(out: Path) -> None:
    opened = open_bundle(out / "bundle.zip")
    (incursion,) = opened.findings["incursions"]
    rows = opened.statements
    assert [row["id"] for row in rows] == [f"s{k}" for k in range(1, len(rows) + 1)]
    assert rows[1]["incursions"] == [incursion["id"]]
    page = (out / "dossier.html").read_text(encoding="utf-8")
    for row in rows:
        assert f'id="why-{row["id"]}"' in page
    assert 'id="s2"' in page and 'href="#why-s2"' in page


def test_an_input_that_changes_while_the_case_runs_is_an_error(tmp_path: Path) -> None:
    case = made(tmp_path)
    done = study(case, FindSettings())
    with (tmp_path / "track.csv").open("a") as file:
        file.write("2025-09-19T07:04:00Z,4ab179-1,24.5,58.9,10\n")
    with pytest.raises(TocsinError, match=r"track\.csv: changed while the case ran"):
        answered(done, FindSettings())


def test_a_key_that_others_can_read_does_not_sign(tmp_path: Path) -> None:
    new_key(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(UsageError, match="others can read"):
        ran(tmp_path, seal=Seal(tmp_path / "key.pem"))


def test_run_json_has_no_path_of_this_machine(out: Path) -> None:
    opened = open_bundle(out / "bundle.zip")
    for name, data in opened.files.items():
        assert str(out.parent).encode() not in data, name
    json.loads(opened.files["data/ro-crate-metadata.json"])
