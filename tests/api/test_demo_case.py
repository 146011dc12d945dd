"""The case that ships for the demo is what the reference case produces."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tocsin.run.examples import REFERENCE, examples

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "src" / "tocsin" / "data" / "demo" / "EE-2025-09-19.zip"
MOST_BYTES = 2_000_000


def held(name: str) -> Any:
    with zipfile.ZipFile(SHIPPED) as bundle:
        return json.loads(bundle.read(f"bundle/data/results/{name}"))


def test_it_was_made_of_the_files_of_the_example() -> None:
    folder = examples()[REFERENCE].parent
    with zipfile.ZipFile(SHIPPED) as bundle:
        names = [name for name in bundle.namelist() if name.startswith("bundle/data/case/")]
        assert "bundle/data/case/case.toml" in names and len(names) > 4
        for name in names:
            path = folder / name.rpartition("/")[2]
            same = bundle.read(name) == path.read_bytes()
            assert same, f"{path.name} has changed: run builders/build_demo_case.py"
    assert SHIPPED.stat().st_size < MOST_BYTES


def test_the_screen_and_the_findings_are_of_one_run() -> None:
    findings, view = held("findings.json"), held("view.json")
    assert view["case"]["settings_sha256"] == findings["settings_sha256"]
    assert findings["synthetic"] is True and findings["tlp"] == "CLEAR"
    verdicts = {claim["id"]: claim["verdict"] for claim in findings["claims"]}
    assert verdicts["ru-1"] == "contradicted" and verdicts["ee-1"] == "supported"


@pytest.mark.full
def test_a_new_run_finds_the_same(tmp_path: Path) -> None:
    from builders.build_demo_case import bundle

    (tmp_path / "new.zip").write_bytes(bundle())
    with zipfile.ZipFile(tmp_path / "new.zip") as new:
        found = json.loads(new.read("bundle/data/results/findings.json"))
    old = held("findings.json")
    assert found.pop("version") and old.pop("version")
    assert found == old, "run builders/build_demo_case.py"
