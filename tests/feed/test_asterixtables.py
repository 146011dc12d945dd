"""The committed definitions: whole, of known origin, and the same when made again."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.feed import asterixtables

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "src" / "tocsin" / "feed" / "asterix_tables"


def test_the_categories_of_evidence_have_these_editions() -> None:
    """As asterix-specs of 2026-07-14 has them, all of them."""
    wanted = {
        1: "1.4 1.3 1.2",
        2: "1.2 1.1 1.0",
        10: "1.1",
        21: "2.7 2.6 2.5 2.4 2.3 2.2 2.1 0.26 0.25 0.24 0.23",
        34: "1.29 1.28 1.27",
        48: "1.32 1.31 1.30 1.29 1.28 1.27",
        62: "1.21 1.20 1.19 1.18 1.17 1.16",
        65: "1.6 1.5 1.4",
    }
    for category, names in wanted.items():
        assert " ".join(e.name for e in asterixtables.editions(category)) == names
    assert asterixtables.editions(252) == ()


@pytest.mark.parametrize("category", asterixtables.categories())
def test_the_hash_of_an_edition_is_that_of_its_definition(category: int) -> None:
    table = json.loads((TABLES / f"cat{category:03d}.json").read_text())

    def expanded(number: int) -> Any:
        node = table["nodes"][number]
        if node[0] in "gxc":
            return [node[0], [p if p == 0 or p[0] is None else [p[0], expanded(p[1])] for p in node[1]]]  # fmt: skip  # noqa: E501
        return ["r", node[1], expanded(node[2])] if node[0] == "r" else node

    for edition in table["editions"].values():
        full = {
            name: [[i[0], expanded(i[1])] if isinstance(i, list) else i for i in items]
            for name, items in edition["uaps"].items()
        }
        text = json.dumps([full, edition["selector"]], separators=(",", ":"), sort_keys=True)
        assert hashlib.sha256(text.encode()).hexdigest() == edition["sha256"]


def test_levels_and_source_are_as_in_the_specification() -> None:
    """I048/090 is signed with 1/4 FL in edition 1.32; I062/105 has 180/2^25 degrees."""
    newest = asterixtables.editions(48)[0]
    field = newest.field("090/FL")
    assert field is not None
    assert (field[1].bit, field[1].width, field[1].content) == (2, 14, ["q", 1, 0.25, "FL"])
    place = asterixtables.editions(62)[0].field("105/LAT")
    assert place is not None
    assert place[1].content == ["q", 1, 180 / 2**25, "°"]


def test_the_builder_makes_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("asterix", reason="needs libasterix, a development dependency")
    path = ROOT / "builders" / "build_asterix.py"
    spec = importlib.util.spec_from_file_location("build_asterix", path)
    assert spec is not None
    assert spec.loader is not None
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    monkeypatch.setattr(builder, "OUTPUT", tmp_path)
    builder.main()
    made = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert made == {p.name: p.read_bytes() for p in TABLES.iterdir()}
