"""The bell report: what it must say, what it must never say, and that it stands alone."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tocsin.dossier import bell
from tocsin.dossier.blocks import MARK, Block, Section
from tocsin.policy.threshold.ach import Item, matrix
from tocsin.policy.threshold.assess import Dissent
from tocsin.run.assess import Incident, bundled_incident
from tocsin.run.believe import read_dispute
from tocsin.run.bell_report import of_incident

TITLE = 'MiG-31 </style><script>alert("x")</script>'
DISSENT = Dissent("desk B", "the depth is not <measured>", "invasiveness", ("N-7",))


@pytest.fixture(scope="module")
def given() -> dict[str, Any]:
    case = bundled_incident("EE-2025-09-19")
    rows = matrix(
        ["probe", "navigation error"],
        [Item("K1", "turned along the border", ("C", "I"), ("EE-2025-09-19",))],
    )
    about = Incident(case.id, case.factors, TITLE, hypotheses=rows, dissent=(DISSENT,))
    return of_incident(about, read_dispute("bundled:september-2025"), tlp_label="AMBER")


@pytest.fixture(scope="module")
def page(given: dict[str, Any]) -> str:
    return bell.page(bell.document(given))


def text_of(page: str) -> str:
    """Return what a reader sees, figures included."""
    body = re.sub(r"<style>.*?</style>", " ", page, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


CLAIM = re.compile(
    r"(?:Articles?(?:\s+[45]|\s+four|\s+five)?|threshold|conditions?|criteria)[^.;:]{0,40}?"
    r"\b(?:is|are|was|were|has been|have been|would be)\s+(?:\w+\s+)?"
    r"(?:met|reached|fulfilled|satisfied|triggered|justified|applicable)\b"
    r"|(?:meets?|triggers?|fulfils?|satisf(?:y|ies)|justif(?:y|ies))\s[^.;:]{0,40}Article",
    re.I,
)
DENIAL = re.compile(r"(?:never says that|not whether|whether)\s+(?:it|the\s+Article)\b", re.I)


def claims(text: str) -> list[str]:
    """Return the sentences that say an Article is met, those that deny saying so left out."""
    sentences = re.split(r"(?<=[.;])\s", text)
    return [one for one in sentences if CLAIM.search(one) and not DENIAL.search(one)]


def test_the_search_for_claims_finds_them() -> None:
    assert claims("So Article 4 is clearly met. The Article has been triggered.")
    assert claims("This incident meets the threshold of Article 5.")
    assert not claims("It says which factors; not whether the Article is met.")


def test_no_sentence_says_that_an_article_is_met(page: str) -> None:
    text = text_of(page)
    assert claims(text) == []
    assert "assessment to support a decision" in text
    assert "is for the parties to judge" in text
    assert "never says that it is met" in text


def test_the_page_stands_alone(page: str) -> None:
    assert "<script" not in page
    assert not re.search(r"\s(?:src|srcset|poster|action|onload)=", page)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    for tag, target in re.findall(r'<(\w+)[^>]*?\shref="([^"]*)"', page):
        if tag == "link":
            assert target == "data:,"
        elif tag != "a":
            assert target.startswith("#"), (tag, target)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_same_bytes(given: dict[str, Any], page: str) -> None:
    assert bell.page(bell.document(given)) == page


def test_sections_in_order_with_all_four_figures(given: dict[str, Any], page: str) -> None:
    made = bell.document(given)
    assert [section.id for section in made["sections"]] == [
        "assessment", "factors", "precedents", "consistency", "curve", "beliefs", "information",
        "levers", "hypotheses", "rests-on", "dissent", "caveats",
    ]  # fmt: skip
    assert page.count("<figure>") == 4
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_dissent_is_printed_as_it_was_said(page: str) -> None:
    assert "“the depth is not <measured>”" in text_of(page)
    assert "<measured>" not in page


def test_dissent_stands_even_when_there_is_none(given: dict[str, Any]) -> None:
    none = given | {"assessment": given["assessment"] | {"dissent": [], "hypotheses": None}}
    made = bell.document(none)
    last = [section for section in made["sections"] if section.id == "dissent"]
    assert [block.text for block in last[0].blocks] == ["No dissent on record."]
    assert "hypotheses" not in [section.id for section in made["sections"]]


def section(given: dict[str, Any], name: str) -> Section:
    found: list[Section] = bell.document(given)["sections"]
    return next(each for each in found if each.id == name)


def tables(found: Section) -> list[Block]:
    return [block for block in found.blocks if block.kind == "table"]


@pytest.mark.parametrize("name", ["curve", "levers"])
def test_each_illustrative_cost_is_marked_where_it_stands(given: dict[str, Any], name: str) -> None:
    table = tables(section(given, name))[0]
    costs = [k for k, head in enumerate(table.head) if re.search(r"J|arm|Cost|Over", head)]
    assert len(costs) >= 3
    for row in table.rows:
        for k in costs:
            assert MARK in row[k], (table.head[k], row)


def test_every_number_of_a_position_is_marked(given: dict[str, Any]) -> None:
    table = tables(section(given, "beliefs"))[0]
    for row in table.rows[:6]:
        assert all(MARK in cell for cell in row[1:]), row


def test_what_the_reader_gave_is_not_called_illustrative(given: dict[str, Any]) -> None:
    policy = given["policy"] | {"illustrative": []}
    found = section(given | {"policy": policy}, "curve")
    assert not any(MARK in cell for block in tables(found) for row in block.rows for cell in row)


def test_phi_0_stands_beside(given: dict[str, Any]) -> None:
    curve = tables(section(given, "curve"))[0]
    assert [row[0][0] for row in curve.rows] == ["phi = 0.4", "phi = 0"]
    for row in tables(section(given, "levers"))[0].rows:
        assert sum("phi = 0" in line for cell in row for line in cell) == 3
    beside = [row for row in tables(section(given, "beliefs"))[0].rows if "phi = 0" in row[0][0]]
    assert len(beside) == 1


def test_every_rule_names_its_source(given: dict[str, Any]) -> None:
    rows = tables(section(given, "assessment"))[0].rows
    assert len(rows) == len(given["rules"]["rules"]) > 3
    for row in rows:
        assert row[3][0]
        assert row[3][-1].startswith("http")


def test_a_title_cannot_become_markup(page: str) -> None:
    assert "&lt;/style&gt;&lt;script&gt;" in page
    assert page.count("<style>") == page.count("</style>") == 1


def test_on_paper_the_same_bytes_and_the_same_words(given: dict[str, Any], tmp_path: Path) -> None:
    made = bell.paper(bell.document(given))
    assert made == bell.paper(bell.document(given))
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (poppler-utils)")
    (tmp_path / "b.pdf").write_bytes(made)
    command = ["pdftotext", "-layout", str(tmp_path / "b.pdf"), "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    text = " ".join(done.stdout.split())
    assert claims(text) == []
    for said in (
        "is for the parties to judge", "desk B", "Policy curve", "TLP:AMBER", MARK, "phi = 0"
    ):  # fmt: skip
        assert said in text, said
