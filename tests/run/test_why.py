"""From a sentence to bytes: the tree leads to the record in the file that the number came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from tests.run.bundlecase import ran, tocsin
from tocsin.errors import UsageError
from tocsin.run.bundleread import open_results
from tocsin.run.why import Node, ids, why


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ran(tmp_path_factory.mktemp("why"))


def words(node: Node) -> str:
    return "\n".join([node.what, *(words(child) for child in node.rests_on)])


def facts(node: Node, key: str) -> list[object]:
    mine = [node.facts[key]] if key in node.facts else []
    return mine + [one for child in node.rests_on for one in facts(child, key)]


def test_a_statement_leads_to_rows_of_the_recording(out: Path) -> None:
    node = why(open_results(out), "s2")
    ((_, inside, _),) = cast("list[list[dict[str, Any]]]", facts(node, "observations"))
    lines = (out.parent / "track.csv").read_text().splitlines()
    # Row 4 of the file is the one fix inside the box; its neighbours stand beside it.
    assert lines[inside["row_number"] - 1].startswith("2025-09-19T07:01:40Z")
    told = words(node)
    assert "1 observation inside and 2 beside them, track.csv, row 3 to row 5" in told
    assert "boundary box.geojson, one sigma 20 m" in told
    assert "case.toml [[report]] 1: the authority" in told
    assert "settings max_gap_s 60.0" in told and "program tocsin" in told


def test_every_id_can_be_walked_from(out: Path) -> None:
    opened = open_results(out)
    known = list(ids(opened))
    assert {"s1", "x-1", "x-2", "x-1+x-2"} <= set(known)
    for identity in known:
        node = why(opened, identity)
        assert "program tocsin" in words(node)
        json.dumps(node.as_json(), allow_nan=False)


def test_the_bundle_and_the_directory_say_the_same(out: Path) -> None:
    there, here = (why(open_results(path), "x-1") for path in (out, out / "bundle.zip"))
    assert there == here


def test_without_the_bundle_it_says_what_is_not_kept(out: Path, tmp_path: Path) -> None:
    (tmp_path / "findings.json").write_bytes((out / "findings.json").read_bytes())
    opened = open_results(tmp_path)
    (incursion,) = opened.findings["incursions"]
    assert "observations: not kept here" in words(why(opened, incursion["id"]))
    with pytest.raises(UsageError, match=r"statements stand in bundle\.zip"):
        why(opened, "s1")


def test_an_id_that_is_not_there_is_answered_with_the_nearest(out: Path) -> None:
    with pytest.raises(UsageError, match="did you mean x-"):
        why(open_results(out), "x-l")
    done = tocsin("why", "x-9", out)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


def test_on_the_terminal_it_is_a_tree_and_as_json_one_object(out: Path) -> None:
    shown = tocsin("why", "x-1", out).stdout
    assert shown.startswith("claim x-1 by the other side: contradicted\n")
    assert "└─ program tocsin" in shown
    told = json.loads(tocsin("why", "x-1", out, "--json").stdout)
    assert told["facts"]["test"] == "never inside(BOX)" and told["rests_on"]
