"""The dossier of an incident out of a register: whole, for an audience, and as of another time."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.register.made import CLOCK_NS, HOUR_NS, act, add, bundled, edit, incident
from tocsin.commands.dossier import dossier
from tocsin.dossier import incident as pages
from tocsin.errors import IntegrityError, RegisterError, UsageError
from tocsin.register.link import Link
from tocsin.register.query import Times
from tocsin.register.sign import dissent_note, load_key, new_key, signature_note
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore
from tocsin.register.workflow import Action
from tocsin.run.register import times_of
from tocsin.run.register_dossier import dated, given
from tocsin.schema import Tlp

REFERENCE = Link("EE-2025-09-19")
SIGNED_AT = "2025-11-02T00:00:00.000000000Z"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """The register that ships, and one incident that went through every hand."""
    folder = tmp_path_factory.mktemp("dossier")
    shutil.copyfile(bundled(), folder / "r.db")
    with open_store(f"sqlite:///{folder / 'r.db'}") as opened:
        told = {
            "what": "a glider </script><b>off</b> its way",
            "when": {"begin": "2025-06-01T12:10Z"},
            "where": {"text": "Ämari", "lat_deg": 59.26, "lon_deg": 24.21, "radius_m": 2000},
            "civil": {"airspace_class": "D", "causes": ["navigation"], "severity": "C"},
            "statements": [{"about": "depth_m", "by": "the club", "says": "1 km", "grade": "C3"}],
            "findings": ["f-1"],
            "synthetic": True,
            "notes": "Seen by radar at 90 km. It left.",
        }
        add(opened, incident("EE-G1", **told), "ann")
        edit(opened, incident("EE-G1", **told, depth_m={"least": 900, "most": 1100}), "ann")
        third = act(opened, "EE-G1", Action.APPROVE, "bob", at_ns=CLOCK_NS + HOUR_NS)
        new_key(folder / "bob.pem")
        key = load_key(folder / "bob.pem")
        notes = [
            signature_note(third, key, "bob", SIGNED_AT),
            dissent_note(third, key, "carl", "two, not <one>", SIGNED_AT, "f-1"),
        ]
        opened.append(notes, CLOCK_NS + 2 * HOUR_NS)
        yield opened


@pytest.fixture(scope="module")
def url(store: SqlStore) -> str:
    return str(store.engine.url)


def text_of(page: str) -> str:
    body = re.sub(r"<style>.*?</style>", " ", page, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split()).replace("\u00a0", " ")


def test_the_page_has_what_it_rests_on(store: SqlStore) -> None:
    page = text_of(pages.page(pages.document(given(store, REFERENCE))))
    for told in (
        "TLP:CLEAR", "19 Sep 2025", "EE, air, 2025: number 4 of 4", "EE-2025-09-07@1",
        "No dissent on record.", "B3: usually reliable, possibly true", "joint-forces.com",
        "10 to 13 min", "over neutral waters, more than 3 km from Vaindloo",
        "Consultations under Article 4", "23 Sep 2025", "EE-20xx-Tu154M@1, undated",
    ):  # fmt: skip
        assert told in page, told


def test_dissent_signatures_and_every_revision_are_on_it(store: SqlStore) -> None:
    told = given(store, Link("EE-G1"))
    page = pages.page(pages.document(told))
    text = text_of(page)
    assert "carl dissents from EE-G1@3, finding f-1: “two, not <one>”" in text
    assert text.count("The signature holds.") == 1
    assert "signed by bob, 2025-11-02T00:00:00Z with ed25519:" in text
    assert [row["link"] for row in told["revisions"]] == ["EE-G1@1", "EE-G1@2", "EE-G1@3"]
    assert [row["author"] for row in told["revisions"]] == ["ann", "ann", "bob"]
    assert all(row["hash"] in page for row in told["revisions"])
    assert "</script><b>" not in page
    assert text.count("SYNTHETIC DATA") == 2
    assert "Class of airspace D" in text and "0.9 to 1.1 km" in text
    assert "this one not among them" in text  # synthetic: listed nowhere as counted


def test_a_link_with_a_number_is_that_revision_and_keeps_later_dissent(store: SqlStore) -> None:
    told = given(store, Link("EE-G1", 1))
    assert told["state"] == "draft"
    assert [row["link"] for row in told["revisions"]] == ["EE-G1@1"]
    assert told["incident"]["depth_m"]["least"] is None
    assert [each["says"] for each in told["dissents"]] == ["two, not <one>"]
    with pytest.raises(RegisterError, match="EE-G1@1 was not known then"):
        given(store, Link("EE-G1", 1), Times(recorded_ns=CLOCK_NS))


def test_as_of_a_date_the_count_is_that_of_the_date(store: SqlStore) -> None:
    told = given(store, Link("EE-2025-09-07"), times_of("2025-09-10", None), as_of="2025-09-10")
    (year,) = told["others"]
    assert (year["number"], year["count"]) == ({"least": 3, "most": 3}, 3)
    with pytest.raises(RegisterError, match="was not known then"):
        given(store, REFERENCE, times_of("2025-09-18", None))
    assert given(store, REFERENCE, times_of("2025-09-20", None))["consultations"] == []


def test_its_number_in_the_year_is_as_sure_as_the_dates(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'm.db'}") as made:
        for name, begin in (("EE-1", "2025-06"), ("EE-2", "2025-06-15"), ("EE-3", "2025-07-01")):
            add(made, incident(name, when={"begin": begin}))
        heads = {}
        for name in ("EE-1", "EE-2", "EE-3"):
            page = text_of(pages.page(pages.document(given(made, Link(name)))))
            heads[name] = re.findall(r"EE, air, 2025: (number .*?) of 3", page)
        assert heads == {"EE-1": ["number 1 to 2"], "EE-2": ["number 1 to 2"], "EE-3": ["number 3"]}


def test_for_an_audience_names_sensors_and_their_hashes_are_left_out(store: SqlStore) -> None:
    told = given(store, Link("EE-G1"), audience=Tlp.CLEAR)
    words = json.dumps(told) + text_of(pages.page(pages.document(told)))
    for secret in ("bob", "carl", "radar at 90 km", "ed25519:"):
        assert secret not in words, secret
    assert all(row["hash"] == "" for row in told["revisions"])
    assert "It left." in words and "[removed: sensor]" in words
    assert {each["field"] for each in told["removed"]} >= {"notes", "dissents[0].by"}
    assert told["dissents"][0]["holds"] is True  # of what the store has, not of what is shown
    assert "ann" in {row["author"] for row in given(store, Link("EE-G1"))["revisions"]}


def test_what_is_marked_stricter_is_refused(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'm.db'}") as made:
        add(made, incident("EE-1", tlp="AMBER"))
        add(made, incident("EE-2", when={"begin": "2025-07-01"}))
        with pytest.raises(RegisterError, match="marked TLP:AMBER, not for TLP:GREEN"):
            given(made, Link("EE-1"), audience=Tlp.GREEN)
        assert given(made, Link("EE-1"), audience=Tlp.AMBER)["tlp"] == "AMBER"
        assert given(made, Link("EE-2"), audience=Tlp.GREEN)["others"] == []  # would name EE-1
        assert given(made, Link("EE-2"))["others"][0]["count"] == 2


def test_what_is_not_what_was_recorded_is_exit_4(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'm.db'}") as made:
        add(made, incident("EE-1"))
        with made.engine.begin() as raw:
            for (name,) in raw.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'"
                                               ).fetchall():  # fmt: skip
                raw.exec_driver_sql(f"DROP TRIGGER {name}")
            raw.exec_driver_sql("UPDATE revision SET content = replace(content, 'one', 'two')")
        with pytest.raises(IntegrityError, match="EE-1@1 is not what was recorded"):
            given(made, Link("EE-1"))


def test_made_twice_the_same_bytes_in_html_pdf_and_text(store: SqlStore) -> None:
    def made() -> tuple[str, bytes, str]:
        told = given(store, Link("EE-G1"))
        values = pages.document(told)
        return pages.page(values), pages.paper(values, dated(told)), pages.text(values)

    first = made()
    assert first == made()
    assert first[1].startswith(b"%PDF-")
    assert max(map(len, first[2].splitlines())) <= 120
    if shutil.which("pdftotext"):
        done = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=first[1], capture_output=True, check=True
        )
        for told in ("two, not <one>", "SYNTHETIC DATA", "EE-G1@3", "Revisions"):
            assert told in done.stdout.decode(), told


def test_the_verb_writes_pages_text_and_json(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dossier("EE-2025-09-19", [tmp_path / "both"], store=url) == 0
    assert sorted(p.name for p in (tmp_path / "both").iterdir()) == ["dossier.html", "dossier.pdf"]
    assert capsys.readouterr().out == ""
    assert dossier("EE-2025-09-19", store=url) == 0
    assert "  - Duration: 10 to 13 min" in capsys.readouterr().out.splitlines()
    assert dossier("EE-2025-09-19@1", store=url, as_json=True) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["others"][0]["number"] == {"least": 4, "most": 4}


@pytest.mark.parametrize(
    ("name", "how", "error", "says"),
    [
        ("EE-1", {"out": [Path("r.docx")]}, UsageError, "is no page"),
        ("EE-2025-09-19", {"audience": "PINK"}, UsageError, "no mark of TLP 2.0"),
        ("nobody", {}, RegisterError, "not in the register"),
        ("EE-2025-09-19@9", {}, RegisterError, "the newest is EE-2025-09-19@1"),
        ("a/b", {}, UsageError, "names no incident"),
    ],
)
def test_what_makes_no_page_is_one_sentence(
    url: str, name: str, how: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        dossier(name, store=url, **how)
