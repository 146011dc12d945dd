"""What changed between two runs, and which change it came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.run.bundlecase import CASE, ROWS, made, ran, tocsin
from tocsin.errors import UsageError
from tocsin.run.bundleread import Opened, open_results
from tocsin.run.diff import Cause, Change, diff
from tocsin.run.flow import run_case
from tocsin.settings import FindSettings


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ran(tmp_path_factory.mktemp("first"))


def other(folder: Path, case: str = CASE, rows: str = ROWS, gap: float = 60.0) -> Opened:
    made(folder, case)
    (folder / "track.csv").write_text(rows)
    run_case(folder / "case.toml", folder / "out", FindSettings(max_gap_s=gap))
    return open_results(folder / "out")


def told(first: Path, second: Opened) -> tuple[list[Cause], dict[tuple[str, str], Change]]:
    causes, changes = diff(open_results(first), second)
    return causes, {(one.part, one.field): one for one in changes}


def test_a_run_and_itself_differ_in_nothing(first: Path) -> None:
    assert diff(open_results(first), open_results(first / "bundle.zip")) == ([], [])
    done = tocsin("diff", first, first)
    assert done.stdout == "nothing changed\n" and done.returncode == 0


def test_a_wider_boundary_widens_the_interval_and_is_named(first: Path, tmp_path: Path) -> None:
    causes, changes = told(first, other(tmp_path, CASE.replace("sigma_m = 20", "sigma_m = 40")))
    (cause,) = causes
    assert (cause.kind, cause.old, cause.new) == ("airspace", 20, 40)
    change = changes["incursions", "max_depth_m.q05"]
    assert change.new < change.old
    assert change.causes == ("sigma_m of [[airspace]] box.geojson (as-drawn)",)
    assert ("incursions", "max_depth_m.q50") not in changes


def test_another_recording_is_named_and_its_passage_is_still_the_same_one(
    first: Path, tmp_path: Path
) -> None:
    causes, changes = told(first, other(tmp_path, rows=ROWS.replace("59.08", "59.10")))
    (cause,) = causes
    assert cause.what == "source track.csv is another file"
    assert cause.old != cause.new
    assert ("incursions", "id") not in changes
    assert changes["incursions", "max_depth_m.q50"].causes == (cause.what,)


def test_a_report_explains_authorisation_and_no_geometry(first: Path, tmp_path: Path) -> None:
    case = CASE.replace('authorised = "no"', 'authorised = "yes"')
    causes, changes = told(first, other(tmp_path, case))
    assert [cause.kind for cause in causes] == ["report"]
    change = changes["incursions", "authorised"]
    assert (change.old, change.new) == ("no", "yes")
    assert change.causes == ("authorised of [[report]] 1",)
    assert not any(part == "incursions" and "depth" in name for part, name in changes)


def test_a_claim_bears_on_itself_alone(first: Path, tmp_path: Path) -> None:
    case = CASE.replace("inside(BOX) for about 90 s", "inside(BOX) for about 30 s")
    _, changes = told(first, other(tmp_path, case))
    assert changes["claims", "verdict"].causes == ("test of [[claim]] x-2",)
    causes, changes = told(first, other(tmp_path / "b", CASE + '\n[[claim]]\nid = "x-3"\n'
                                        'test = "height < 9 km"\n'))  # fmt: skip
    assert [cause.what for cause in causes] == ["[[claim]] x-3 was added"]
    assert changes["claims", ""].new == "found"


def test_a_setting_is_named_with_both_values(first: Path, tmp_path: Path) -> None:
    causes, changes = told(first, other(tmp_path, gap=45.0))
    assert [(cause.what, cause.old, cause.new) for cause in causes] == [
        ("setting max_gap_s", 60.0, 45.0)
    ]
    assert all(change.causes for change in changes.values())


def test_findings_alone_can_be_compared_too(first: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "findings.json").write_bytes((first / "findings.json").read_bytes())
    assert diff(open_results(bare), open_results(bare)) == ([], [])
    with pytest.raises(UsageError, match=r"holds no findings\.json"):
        open_results(tmp_path)


def test_as_json_it_is_one_object(first: Path, tmp_path: Path) -> None:
    other(tmp_path, CASE.replace("sigma_m = 20", "sigma_m = 40"))
    answer = json.loads(tocsin("diff", first, tmp_path / "out", "--json").stdout)
    assert [one["kind"] for one in answer["causes"]] == ["airspace"]
    assert {"part", "subject", "field", "old", "new", "causes"} == set(answer["changes"][0])
