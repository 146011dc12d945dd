"""`tocsin judge`: the verdicts of a run, and nothing written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.run.boxes import studied, tocsin, write

CLAIMS = """
[[claim]]
id = "a"
by = "Russia"
test = "transponder = off"
[[claim]]
id = "b"
by = "Estonia"
test = "transponder = on"
"""


def test_judge_gives_the_verdicts_of_a_run_and_writes_nothing(tmp_path: Path) -> None:
    write(tmp_path, CLAIMS)
    before = sorted(tmp_path.iterdir())
    done = tocsin(tmp_path, "judge", "case.toml", "--json")
    assert done.returncode == 0 and done.stderr == ""
    answer = json.loads(done.stdout)
    ran = studied(tmp_path, CLAIMS).findings
    for key in ("case", "claims", "compatibility", "inputs", "settings_sha256"):
        assert answer[key] == ran[key]
    assert [c["verdict"] for c in answer["claims"]] == ["contradicted", "supported"]
    assert sorted(tmp_path.iterdir()) == before


def test_people_read_a_table(tmp_path: Path) -> None:
    write(tmp_path, CLAIMS)
    done = tocsin(tmp_path, "judge", "case.toml")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "T-1 (SYNTHETIC): 2 claims"
    (row,) = [line for line in lines if " Russia " in line]
    assert row.split() == ["a", "Russia", "transponder", "=", "off", "contradicted", "-", "-"]
    assert any(line.startswith("a and b: not compatible.") for line in lines)


def test_a_case_without_claims_says_so(tmp_path: Path) -> None:
    write(tmp_path)
    done = tocsin(tmp_path, "judge", "case.toml")
    assert (done.returncode, done.stdout) == (0, "T-1 (SYNTHETIC): 0 claims\n")


@pytest.mark.parametrize("verb", [("judge",), ("run", "-o", "out")])
def test_a_claim_that_does_not_parse_is_pointed_at(tmp_path: Path, verb: tuple[str, ...]) -> None:
    write(tmp_path, '[[claim]]\nid = "a"\nby = "x"\ntest = "never insde(EE)"\n')
    done = tocsin(tmp_path, *verb, "case.toml")
    assert (done.returncode, done.stdout) == (3, "")
    first, test, caret, nearest = done.stderr.splitlines()
    assert first.startswith("tocsin: case.toml claim a: ") and "at character 7" in first
    assert test == "  never insde(EE)"
    assert caret == "        ^"  # under the i of insde
    assert nearest == "  never inside(EE)"


def test_names_are_those_of_the_case(tmp_path: Path) -> None:
    write(tmp_path, '[[claim]]\nid = "a"\nby = "x"\ntest = "never inside(EF)"\n')
    done = tocsin(tmp_path, "judge", "case.toml")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == "  never inside(EE)"


def test_strict_and_unreadable_files_have_their_exit_codes(tmp_path: Path) -> None:
    log = "time,kind,by,value\n2025-09-19 07:02,radio,Estonia,no\n2025-09-19T07:02Z,radio,x,no\n"
    write(tmp_path, '[[log]]\npath = "log.csv"\n', log_csv=log)
    assert tocsin(tmp_path, "judge", "case.toml").returncode == 0
    assert tocsin(tmp_path, "judge", "case.toml", "--strict").returncode == 3
    assert tocsin(tmp_path, "judge", "gone.toml").returncode == 3
