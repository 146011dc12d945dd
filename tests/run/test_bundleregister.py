"""A register's answers travel with the bundle, so that its verdicts can be computed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.run.bundlecase import CASE, made
from tocsin.claims.evidence import Gap, Told
from tocsin.claims.tree import Register
from tocsin.errors import IntegrityError
from tocsin.run.bundle import Seal
from tocsin.run.bundleread import open_bundle
from tocsin.run.bundleregister import ANSWERS, replayed
from tocsin.run.flow import run_case
from tocsin.run.verify import verify
from tocsin.run.why import why

FOURTH = CASE + '\n[[claim]]\nid = "x-4"\ntest = "register: count(state = EE, year = 2025) = 4"\n'


def four(node: Register) -> Told:
    rows = tuple({"kind": "incident", "id": f"ee-{k}"} for k in range(4))
    return Told(spans=((4.0, 4.0),), notes=(node.query,), rests_on=rows)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("register")
    run_case(made(folder, FOURTH), folder / "out", seal=Seal(), register=four)
    return folder / "out" / "bundle.zip"


def test_a_verdict_from_a_register_is_computed_again_without_it(bundle: Path) -> None:
    opened = open_bundle(bundle)
    claim = next(row for row in opened.findings["claims"] if row["id"] == "x-4")
    assert claim["verdict"] == "supported"
    verdict = verify(bundle)
    assert verdict.ok
    assert any("register" in note for note in verdict.notes)


def test_why_names_the_rows_it_rests_on(bundle: Path) -> None:
    told = [node.what for node in why(open_bundle(bundle), "x-4").rests_on]
    assert "incident: id ee-3" in told


def test_without_a_register_nobody_looked(tmp_path: Path) -> None:
    run_case(made(tmp_path, FOURTH), tmp_path / "out")
    opened = open_bundle(tmp_path / "out" / "bundle.zip")
    claim = next(row for row in opened.findings["claims"] if row["id"] == "x-4")
    assert claim["verdict"] == "unobserved"
    assert ANSWERS not in opened.files
    assert verify(tmp_path / "out" / "bundle.zip").ok


def test_what_was_not_asked_is_not_known(bundle: Path) -> None:
    asking = replayed(open_bundle(bundle).files[ANSWERS])
    unknown = asking(None)  # type: ignore[arg-type]
    assert isinstance(unknown, Told) and unknown.spans == ()
    assert isinstance(unknown.gap, Gap)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"a": {"spans": 1}}', b'{"a": true}', b"\xff"])
def test_damaged_answers_are_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError):
        replayed(data)
