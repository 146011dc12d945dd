"""The dossier as PDF: the same bytes each time, marks on each page, text that stays text."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.dossier import DossierData, pdf
from tocsin.dossier.compose import document

AT = datetime(2025, 9, 23, 12, tzinfo=UTC)


@pytest.fixture
def values(findings: dict[str, Any], data: DossierData) -> dict[str, Any]:
    return document(findings, data)


def text_of(made: bytes, tmp_path: Path) -> list[str]:
    """Return the text of each page, by a reader of another house."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (poppler-utils)")
    (tmp_path / "d.pdf").write_bytes(made)
    command = ["pdftotext", "-layout", str(tmp_path / "d.pdf"), "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split("\f")[:-1]


def test_twice_the_same_bytes_dated_by_the_case_and_not_by_the_clock(
    values: dict[str, Any],
) -> None:
    made = pdf.page(values, AT)
    assert made == pdf.page(values, AT)
    assert made.startswith(b"%PDF-1.7")
    assert b"D:20250923120000" in made
    assert b"/CreationDate" not in pdf.page(values)


def test_every_page_is_marked_and_numbered(values: dict[str, Any], tmp_path: Path) -> None:
    marked = values | {"synthetic": True, "tlp": "AMBER+STRICT", "tlp_colour": "#FFC000"}
    pages = text_of(pdf.page(marked, AT), tmp_path)
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert page.count("TLP:AMBER+STRICT") >= 2, number
        assert "SYNTHETIC DATA" in page
        assert re.search(rf"page {number} of {len(pages)}\b", page)


def test_a_case_that_is_not_synthetic_says_so_nowhere(
    findings: dict[str, Any], data: DossierData, tmp_path: Path
) -> None:
    plain = document(findings | {"synthetic": False}, data)
    assert "SYNTHETIC" not in "".join(text_of(pdf.page(plain, AT), tmp_path))


def test_what_the_page_says_is_on_paper(values: dict[str, Any], tmp_path: Path) -> None:
    said = " ".join(" ".join(text_of(pdf.page(values, AT), tmp_path)).split())
    for heading in ("What was found", "Passages", "Inputs", "Airspace used", "Limits of the"):
        assert heading in said
    for row in values["inputs"]:
        assert row["sha256"] in said.replace(" ", "")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(categories=None), max_size=60))
def test_whatever_a_case_says_is_text(values: dict[str, Any], text: str) -> None:
    """Nothing in a case is code: not typst's, not control characters, not lone surrogates."""
    assert pdf.page(values | {"title": text, "case": text}, AT).startswith(b"%PDF")


def test_markup_of_typst_is_printed_as_it_stands(values: dict[str, Any], tmp_path: Path) -> None:
    hostile = '#read("look.typ") $x$ *b* <svg onload="1"> \\ ] } "'
    pages = text_of(pdf.page(values | {"title": hostile}, AT), tmp_path)
    assert '#read("look.typ") $x$ *b*' in pages[0]


def test_fonts_ship_with_their_licence() -> None:
    room = Path(pdf.__file__).parent / "fonts"
    assert sorted(one.name for one in room.iterdir()) == ["IBMPlexSans-OFL.txt", "IBMPlexSans.ttf"]
    assert "SIL Open Font License" in (room / "IBMPlexSans-OFL.txt").read_text(encoding="utf-8")


def claimed(findings: dict[str, Any], why: str, pairs: list[dict[str, Any]]) -> dict[str, Any]:
    claim = {"id": "c-1", "by": "somebody", "test": "never inside(DK)", "verdict": "supported"}
    return findings | {"claims": [claim | {"why": why}], "compatibility": pairs}


def test_of_very_many_pairs_those_that_conflict_are_printed(
    findings: dict[str, Any], data: DossierData, tmp_path: Path
) -> None:
    pair = {"a": "one", "b": "two", "compatible": True, "why": "both hold"}
    odd = {"a": "this", "b": "that", "compatible": False, "why": "neither holds"}
    many = document(claimed(findings, "it is so", [pair] * 30 + [odd]), data)
    said = " ".join(" ".join(text_of(pdf.page(many, AT), tmp_path)).split())
    assert "neither holds" in said and "both hold" not in said
    assert "Of 31 combinations the other 30 are compatible" in said


def test_a_row_longer_than_a_page_is_printed_to_its_end(
    findings: dict[str, Any], data: DossierData, tmp_path: Path
) -> None:
    long = document(claimed(findings, "word " * 4000 + "the end", []), data)
    assert any("the end" in page for page in text_of(pdf.page(long, AT), tmp_path))
