"""docs/reference/methods-numbers.md names tests that exist, and every test of the numbers."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/methods-numbers.md").read_text("utf-8")
PROPERTIES = "# --- properties"


def test_every_test_that_is_named_stands_where_it_is_said_to() -> None:
    named = set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE))
    assert len(named) > 40
    lost = [
        f"{path}::{name}"
        for path, name in sorted(named)
        if f"\ndef {name}(" not in (ROOT / "tests" / path).read_text("utf-8")
    ]
    assert lost == []


def test_every_test_of_a_number_is_in_the_table() -> None:
    for path in sorted((ROOT / "tests/methods").glob("test_section*.py")):
        text = path.read_text("utf-8").partition(PROPERTIES)[0]
        for name in re.findall(r"^def (test_\w+)\(", text, re.M):
            assert f"`methods/{path.name}::{name}`" in PAGE, name


def test_every_row_has_four_cells() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    assert len(rows) > 50
    assert {row.count("|") for row in rows} == {5}
