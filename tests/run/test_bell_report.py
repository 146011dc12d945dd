"""The bell report of a register's incident, and of a register: the same answers as the verbs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.register.conftest import sqlite_url
from tocsin.commands.bell_report import report
from tocsin.dossier import bell
from tocsin.errors import UsageError
from tocsin.register.query import NOW, Filter
from tocsin.register.sql import open_store
from tocsin.register.sql.store import SqlStore
from tocsin.run.assess import assess_incident
from tocsin.run.believe import Dispute, read_dispute
from tocsin.run.bell import curve_answer
from tocsin.run.bell_counts import by_year
from tocsin.run.bell_report import as_json, of_register, of_stored
from tocsin.run.factors import assessed
from tocsin.run.register_import import import_bundled


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    address = sqlite_url(tmp_path_factory.mktemp("bell") / "r.db")
    with open_store(address) as store:
        import_bundled(store)
    return address


@pytest.fixture(scope="module")
def store(url: str) -> Iterator[SqlStore]:
    with open_store(url, create=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def dispute() -> Dispute:
    return read_dispute("bundled:september-2025")


@pytest.fixture(scope="module")
def given(store: SqlStore, dispute: Dispute) -> dict[str, Any]:
    return of_stored(store, "EE-2025-09-19", dispute, NOW)


def test_it_says_what_the_verbs_say(store: SqlStore, given: dict[str, Any]) -> None:
    from tocsin.policy.alarm.objective import optimum
    from tocsin.policy.alarm.terms import terms

    found = assess_incident(assessed(store, "EE-2025-09-19"))
    assert given["assessment"]["level"]["low"] == found.level.low
    assert given["assessment"]["level"]["high"] == found.level.high
    assert given["policy"]["optimum"] == curve_answer(optimum(terms()))["optimum"]
    stands = {rule["id"]: rule["stands"] for rule in given["rules"]["rules"]}
    assert {name for name, how in stands.items() if how == "held"} == set(found.level.held)
    assert stands["long-armed-and-repeated"] == "set aside"
    assert given["tlp"] == "CLEAR"


def test_cases_without_a_request_are_on_the_page(given: dict[str, Any]) -> None:
    page = bell.page(bell.document(given))
    near = given["assessment"]["nearest"]
    assert near["consulted"] and near["not_consulted"]
    for each in (*near["consulted"], *near["not_consulted"]):
        assert each["id"] in page
        assert each["reasons_for"] or each["reasons_against"]
    assert "No dissent on record." in page


def test_made_anew_the_same_bytes(store: SqlStore, dispute: Dispute, given: dict[str, Any]) -> None:
    again = of_stored(store, "EE-2025-09-19", dispute, NOW)
    assert bell.page(bell.document(again)) == bell.page(bell.document(given))


def test_json_is_whole_and_has_no_pictures(given: dict[str, Any]) -> None:
    row = json.loads(json.dumps(as_json(given), allow_nan=False))
    assert "figures" not in row
    assert row["kind"] == "assessment to support a decision"
    assert row["policy"]["illustrative"]


def test_years_sum_to_the_count_and_gaps_stand_beside(store: SqlStore, dispute: Dispute) -> None:
    wanted = Filter(state="EE")
    found = by_year(store, wanted, NOW)
    assert found.count == store.count(wanted, NOW).count
    assert sum(year.count for year in found.years) + len(found.undated) == found.count
    years = {year.year: year for year in found.years}
    assert years["2015"].count == 0 and years["2015"].gaps  # nobody's count of that year was found
    assert "10 by" in " ".join(years["2016"].gaps)
    page = bell.page(bell.document(of_register(store, wanted, dispute, NOW, "2026-06-30")))
    for text in ("Counts by year", "as of 2026-06-30", "Policy curve", "Map of beliefs"):
        assert text in page
    assert 'id="assessment"' not in page


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"incident": "EE-2025-09-19"}, "nothing to write"),
        ({"incident": "X", "out": Path("r.docx")}, "is no page"),
        ({"out": Path("r.html")}, "name an incident"),
        ({"incident": "X", "out": Path("r.html"), "store": "s", "factors": Path("f")}, "not from"),
        ({"incident": "X", "out": Path("r.html"), "state": "EE"}, "one is named"),
        ({"incident": "X", "out": Path("r.html"), "as_of": "2025"}, "ask a register"),
        ({"incident": "nobody", "out": Path("r.html")}, "not among the bundled cases"),
        ({"incident": "X", "out": Path("r.html"), "positions": "bundled:no"}, "does not ship"),
    ],
)
def test_what_makes_no_report_is_one_sentence(asked: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        report(**{"positions": "bundled:september-2025", **asked})


def test_the_verb_writes_a_page_from_a_file_of_factors(tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text(
        '[incident]\nid = "X-1"\ntitle = "an aircraft"\n'
        '[[factor]]\nname = "military"\nscore = 3\nevidence = ["E-1"]\n'
        '[[factor]]\nname = "legality"\nscore = 2\n'  # no evidence: refused, and said
        '[[dissent]]\nby = "desk B"\nsays = "it was civil"\n'
    )
    out = tmp_path / "r.html"
    code = report("X-1", None, tmp_path / "f.toml", "bundled:september-2025", out=out)
    page = out.read_text(encoding="utf-8")
    assert code == 0
    assert "names no evidence" in page
    assert "it was civil" in page
    assert "no TLP mark" in page
