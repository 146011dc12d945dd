"""The shipped register in a store, files of one's own, and what is asked of them, by command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.register.conftest import sqlite_url
from tests.register.made import incident
from tests.register.test_register_cli import answer, refused, tocsin
from tocsin.register.csvform import written
from tocsin.register.sql import open_store
from tocsin.run.pattern_reported import reported_periods
from tocsin.run.register import times_of
from tocsin.schema import incident_dict


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped register in r.db; only read."""
    folder = tmp_path_factory.mktemp("bundled")
    sqlite_url(folder / "r.db")
    done = tocsin(folder, "import", "--bundled")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("76 incidents added, 14 consultation records, 5 coverage")
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    sqlite_url(tmp_path / "r.db")
    return tmp_path


def gaps(told: dict[str, Any], kind: str) -> dict[str, str]:
    return {gap["period"]: gap["why"] for gap in told["coverage_gaps"] if gap["kind"] == kind}


def test_a_second_import_changes_nothing_and_says_so(box: Path) -> None:
    head = answer(box, "audit")["head"]
    again = answer(box, "import", "--bundled")
    assert again["changed"] is False and again["unchanged"] == 76
    assert again["added"] == again["differing"] == [] and again["records"] == {}
    assert answer(box, "audit")["head"] == head
    assert "nothing changed: 557 are there already" in tocsin(box, "import", "--bundled").stdout


def test_the_fourth_of_2025_and_the_third_ten_days_before(box: Path) -> None:
    asked = ("count", "--state", "EE", "--domain", "air", "--year", "2025")
    told = answer(box, *asked)
    assert told["count"] == 4 and told["undecided"] == 0
    assert [row["id"] for row in told["rows"]] == [
        "EE-2025-05-13", "EE-2025-06-22", "EE-2025-09-07", "EE-2025-09-19"
    ]  # fmt: skip
    assert all(row["sources"][0]["grade"] and row["sources"][0]["url"] for row in told["rows"])
    assert {"count", "undecided", "as_of", "rows", "coverage_gaps"} <= set(told)
    assert told["excluded"] == [{"link": "EE-20xx-Tu154M@1", "why": "undated"}]
    assert answer(box, *asked, "--as-of", "2025-09-10")["count"] == 3
    assert answer(box, *asked, "--as-of", "2025-05-13")["count"] == 0


def test_every_answer_names_the_gaps_also_outside_its_window(box: Path) -> None:
    for asked in (("--year", "2025"), ("--year", "2016"), ()):
        told = answer(box, "count", "--state", "EE", "--domain", "air", *asked)
        missing = gaps(told, "gap")
        assert {"2014", "2015", "2017", "2020"} <= set(missing)
        assert any(period.startswith("2026-07-01") for period in missing)
        assert gaps(told, "partial")
    inside = answer(box, "count", "--year", "2026-08")["coverage_gaps"]
    assert [gap["in_window"] for gap in inside if gap["period"].startswith("2026-07")] == [True]


def test_reported_counts_are_compared_and_never_added(box: Path) -> None:
    told = answer(box, "count", "--state", "EE", "--domain", "air", "--year", "2016")
    assert told["count"] == 4  # incident_counts.csv: 10 (ERR News) against 7 (Ohtuleht)
    why = gaps(told, "differs")["2016"]
    assert why.startswith("reports differ: 10 by ERR News") and "7 by Ohtuleht" in why
    assert why.endswith("4 in this register")
    told = answer(box, "count", "--state", "EE", "--domain", "air", "--year", "2021")
    assert told["count"] == 0 and "5 by ERR News" in gaps(told, "differs")["2021"]
    told = answer(box, "count", "--state", "EE", "--domain", "air", "--year", "2025")
    (agrees,) = [r for r in told["reported_counts"] if r["period"] == "2025/2025-09-19"]
    assert agrees["rows_here"] == [4, 4] and "2025/2025-09-19" not in gaps(told, "differs")


def test_a_count_that_was_reported_later_was_not_known_before(box: Path) -> None:
    asked = ("count", "--state", "EE", "--domain", "air", "--year", "2025", "--as-of", "2025-09-10")
    periods = {row["period"] for row in answer(box, *asked)["reported_counts"]}
    assert "2025/2025-09-19" not in periods and "2016" in periods


def test_controls_are_listed_and_not_counted(box: Path) -> None:
    told = answer(box, "count", "--state", "EE", "--domain", "air", "--year", "2021")
    assert told["count"] == 0
    assert {"link": "EE-2021-06-UAV-FI@1", "why": "control"} in told["excluded"]


def test_requests_and_cases_without_one(box: Path) -> None:
    lines = tocsin(box, "consultations", "--json").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert sum(row["invoked"] == "yes" for row in rows) == 9
    by_id = {row["id"]: row for row in rows}
    assert by_id["A4-9"]["incident"] == "EE-2025-09-19" and by_id["A4-9"]["met"] == "2025-09-23"
    assert by_id["A4-none-2026-05-29-ROU"]["invoked"] == "not found"  # nobody showed that none was
    only = tocsin(box, "consultations", "--invoked", "no").stdout.splitlines()
    assert len(only) == 3 and all(" no: " in line for line in only)
    refused(tocsin(box, "consultations", "--invoked", "maybe"), 2, "is unknown")


def test_a_figure_by_edition(box: Path) -> None:
    told = answer(
        box, "figure", "EST", "defence_pct_gdp", "--year", "2025", "--store", "sqlite:///r.db"
    )
    assert {f["edition"]: f["value"] for f in told["figures"]} == {
        "2026": 3.93,
        "August 2025": 3.38,
    }
    assert told["conflict"] is True
    shown = tocsin(box, "figure", "EST", "poll", "--year", "2022")
    assert "NATO would give direct military help, n not stated" in shown.stdout
    refused(tocsin(box, "figure", "EST", "happiness"), 2, "defence_pct_gdp")
    refused(tocsin(box, "figure", "XXX", "poll"), 2, "nothing is known")


def test_the_rate_with_what_others_report(box: Path) -> None:
    """METHODS, 4: with 3 in the 3 full years before, 4 by 19 September has p = .0295."""
    from tocsin.register.query import Filter
    from tocsin.run.pattern_time import tell_rate
    from tocsin.schema import Domain, Moment

    until = (Moment.of("2025-09-19").latest_ns or 0) / 86_400e9
    with open_store(f"sqlite:///{box / 'r.db'}") as store:
        wanted = Filter(state="EE", domain=Domain.AIR)
        found = reported_periods(store, wanted, times_of(None, None), until)
    assert found is not None
    current, before = found
    assert (current.count, round(current.exposure, 3)) == (4, 0.718)
    years = {period.label: (period.count, period.most) for period in before if period.reported}
    assert years == {
        "2024": (0, 0), "2023": (0, 0), "2022": (3, 3), "2021": (5, 5), "2020": (0, 5),
        "2019": (2, 5), "2018": (4, 4), "2016": (7, 10),
    }  # fmt: skip
    words = tell_rate([(current, before)]).words
    assert any("(3 in 3 years): p 0.0295" in line and "0.0706" in line for line in words)


def test_good_rows_survive_bad_ones(empty: Path) -> None:
    (empty / "a.csv").write_text(
        "id,what,domain,states,when.begin,source_title,source_date\n"
        'X-1,"one, quoted",air,EE,2025-03-01,a ministry,2025-03-02\n'
        "X-2,no source,air,EE,2025-03-02,,\n"
        "X-3,=1+1,air,EE,2025-03-03,a,2025-03-04\n"
        "X-4,no domain,plane,EE,2025-03-03,a,2025-03-04\n"
        "X-1,again,air,EE,2025-03-03,a,2025-03-04\n"
        "X-6,short,air\n"
        "X-7,'=text,air,EE,2025-03-07,a,2025-03-08\n"
    )
    refused(tocsin(empty, "import", "a.csv"), 2, "add --by")
    refused(tocsin(empty, "import"), 2, "--bundled, or files")
    done = tocsin(empty, "import", "a.csv", "--by", "ann", "--quarantine", "q.ndjson", "--strict")
    assert done.returncode == 3 and done.stdout == "2 incidents added\n"
    kept = [json.loads(line) for line in (empty / "q.ndjson").read_text().splitlines()]
    assert [(row["place"], row["reason"]) for row in kept] == [
        ("line 3", "no-source"), ("line 4", "formula"), ("line 5", "bad-record"),
        ("line 6", "duplicate"), ("line 7", "bad-record"),
    ]  # fmt: skip
    assert kept[0]["detail"].startswith("X-2 has no source; say who published it")
    assert answer(empty, "show", "X-7")["incident"]["what"] == "=text"
    assert answer(empty, "import", "a.csv", "--by", "ann")["unchanged"] == 2


def test_what_is_there_with_other_content_is_left_unless_asked(empty: Path) -> None:
    (empty / "one.json").write_text(json.dumps([incident_dict(incident("X-1"))]))
    assert answer(empty, "import", "one.json", "--by", "ann")["added"] == ["X-1"]
    (empty / "one.json").write_text(json.dumps([incident_dict(incident("X-1", what="two"))]))
    assert answer(empty, "import", "one.json", "--by", "bob")["differing"] == ["X-1"]
    told = answer(empty, "import", "one.json", "--by", "bob", "--update")
    assert told["revised"] == ["X-1"]
    tocsin(empty, "review", "X-1", "--by", "eve", "--approve")
    (empty / "one.json").write_text(json.dumps([incident_dict(incident("X-1", what="three"))]))
    assert answer(empty, "import", "one.json", "--by", "bob", "--update")["revised"] == ["X-1"]
    assert answer(empty, "show", "X-1")["state"] == "draft"  # reopened, and to be reviewed again


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", '{"a":', "is not JSON"),
        ("a.json", "[]", "holds no usable incident"),
        ("a.json", '{"id": "X", "id": "Y"}', "a key is given twice"),
        ("a.csv", "a,b\n1,2\n", "has no column id, what, domain"),
        ("a.csv", 'id,what,domain\n"x,y,z\n', "is no CSV"),
        ("a.csv", "id,what,domain\n", "holds no usable incident"),
        ("a.csv", "", "is empty"),
        ("b.csv", None, "no such file"),
    ],
)
def test_a_file_that_is_none_is_one_line(
    empty: Path, name: str, text: str | None, says: str
) -> None:
    if text is not None:
        (empty / name).write_text(text)
    done = tocsin(empty, "import", name, "--by", "ann")
    refused(done, 3, says)
    assert done.stderr.count("\n") == 1 and name in done.stderr


def test_lines_of_json_and_the_form_of_the_shipped_list(empty: Path) -> None:
    (empty / "a.ndjson").write_text(json.dumps(incident_dict(incident("X-1"))) + "\n\n{\n")
    done = tocsin(empty, "import", "a.ndjson", "--by", "ann")
    assert "1 incident added" in done.stdout and "line 3: bad-record" in done.stderr
    from importlib.resources import files

    listed = files("tocsin.data").joinpath("register", "incidents.csv").read_text("utf-8")
    (empty / "b.csv").write_text(listed)
    assert len(answer(empty, "import", "b.csv", "--by", "ann")["added"]) == 76


def test_one_reported_twice_is_proposed_merged_and_taken_apart(empty: Path) -> None:
    paper = incident("P-1", when={"begin": "2025-09-19"}, what="three MiG-31 near the island")
    run = incident(
        "R-1", what="three MiG-31, passage through EE", when={"begin": "2025-09-19T06:58Z"},
        sources=[{"title": "a run", "date": "2025-09-21"}],
    )  # fmt: skip
    (empty / "a.csv").write_text("".join(written([paper, run])))
    assert tocsin(empty, "import", "a.csv", "--by", "ann").returncode == 0
    assert answer(empty, "count", "--year", "2025")["count"] == 2
    (pair,) = answer(empty, "match")["proposals"]
    assert (pair["a"], pair["b"]) == ("P-1@1", "R-1@1") and pair["chance"] > 0.5
    assert "when: 2025-09-19, 2025-09-19T06:58Z" in tocsin(empty, "match").stdout
    assert answer(empty, "count", "--year", "2025")["count"] == 2  # proposed, not merged

    refused(tocsin(empty, "merge", "P-1", "R-1", "--by", "bob"), 2, "needs a reason")
    refused(tocsin(empty, "merge", "P-1", "P-1", "--by", "bob", "--reason", "x"), 2, "itself")
    before = answer(empty, "show", "P-1")["incident"]
    done = tocsin(empty, "merge", "P-1@1", "R-1@1", "--by", "bob", "--reason", "one flight")
    assert done.stdout == "P-1@2 holds R-1@2, which is superseded\n"
    told = answer(empty, "count", "--year", "2025")
    assert told["count"] == 1 and {"link": "R-1@2", "why": "superseded"} in told["excluded"]
    one = answer(empty, "show", "P-1")
    assert one["incident"]["when"]["begin"] == "2025-09-19T06:58Z" and one["reason"] == "one flight"
    assert answer(empty, "match")["proposals"] == []
    refused(tocsin(empty, "merge", "P-1", "R-1", "--by", "b", "--reason", "x"), 1, "is superseded")

    done = tocsin(empty, "split", "P-1", "--take-out", "R-1", "--by", "eve", "--reason", "two")
    assert done.stdout == "P-1@3 draft\nR-1@3 draft\n"
    after = answer(empty, "show", "P-1")["incident"]
    assert {**after, "links": []} == {**before, "links": []}
    assert answer(empty, "count", "--year", "2025")["count"] == 2
    assert answer(empty, "match")["proposals"] == []  # split by a person: not proposed again
    assert answer(empty, "audit")["ok"]


def test_one_that_was_two_is_split(empty: Path) -> None:
    whole = incident("W-1", what="two flights")
    (empty / "w.csv").write_text("".join(written([whole])))
    tocsin(empty, "import", "w.csv", "--by", "ann")
    parts = [incident_dict(incident(f"W-1{x}", what=f"flight {x}")) for x in "ab"]
    (empty / "p.json").write_text(json.dumps(parts))
    asked = ("split", "W-1", "--by", "bob", "--reason", "two aircraft")
    refused(tocsin(empty, *asked), 2, "--into FILE, or --take-out")
    refused(tocsin(empty, *asked, "--take-out", "W-1"), 1, "was not merged")
    assert len(answer(empty, *asked, "--into", "p.json")["written"]) == 3
    told = answer(empty, "count", "--year", "2025")
    assert told["count"] == 2 and {"link": "W-1@2", "why": "superseded"} in told["excluded"]
    links = answer(empty, "show", "W-1a")["incident"]["links"]
    assert links == [{"kind": "split_from", "id": "W-1"}]


def test_a_month_as_a_page(empty: Path) -> None:
    civil = {"airspace_class": "C", "causes": ["height"], "severity": "C"}
    made = [
        incident("C-1", when={"begin": "2025-09-03T10:15Z"}, civil=civil, where={"text": "CTR"}),
        incident("C-2", when={"begin": "2025-08-30/2025-09-02"}, civil={}),
        incident("C-3", when={"begin": "2025-09-04"}),
    ]
    (empty / "c.csv").write_text("".join(written(made)))
    tocsin(empty, "import", "c.csv", "--by", "ann")
    asked = ("report", "--year", "2025", "--month", "9", "--state", "ee")
    told = answer(empty, *asked, "-o", "m.html", "-o", "m.pdf")
    by_month = {each["period"]: (each["count"], each["undecided"]) for each in told["trend"]}
    assert len(by_month) == 12
    assert by_month["2025-09"] == (1, 1) and by_month["2025-08"] == (0, 1)
    assert (told["count"], told["undecided"]) == (1, 1)
    assert told["tables"]["hour"] == [{"value": "10", "count": 1}, {"value": "unknown", "count": 0}]
    first = (empty / "m.html").read_bytes()
    assert b"<script" not in first and b"C-1@1" in first
    assert (empty / "m.pdf").read_bytes().startswith(b"%PDF")
    refused(tocsin(empty, *asked, "-o", "m.txt"), 2, ".html or .pdf")
    refused(tocsin(empty, "report", "--year", "2025", "--month", "13"), 2, "no month")
