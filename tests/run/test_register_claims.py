"""`register:` tests answered from a register, from what ships, and from a bundle alone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.register.made import CLOCK_NS, add, bundled, incident, template
from tests.run.bundlecase import CASE, made
from tocsin.claims.evaluate import evaluate
from tocsin.claims.evidence import Evidence, Told
from tocsin.claims.grammar import parse
from tocsin.claims.tree import Register, leaves
from tocsin.claims.verdict import overall, verdicts
from tocsin.cli import app
from tocsin.errors import CaseError, ClaimError, IntegrityError, RegisterError, TocsinError
from tocsin.register.shelf import Shelf
from tocsin.register.sql import open_store
from tocsin.run.bundle import Seal
from tocsin.run.bundleread import open_bundle
from tocsin.run.case import read_case
from tocsin.run.flow import run_case
from tocsin.run.register_claims import Asked, ask
from tocsin.run.register_extract import EXTRACT, extracted, opened, read_extract, shipped
from tocsin.run.verify import verify
from tocsin.schema import Moment

FOURTH = "register: count(state = EE, domain = air, year = 2025) = 4"
SPENT = "entity = EST, metric = defence_pct_gdp, year = 2025"
HELP = 'entity = EST, metric = poll, question = "NATO would give direct military help"'
AS_OF = "2025-09-23T12:00:00Z"
LATER = "2026-11-22T12:00:00Z"
WITH = CASE + f"\n[[claim]]\nid = 'ee-3'\nby = 'Estonia'\ntest = '{FOURTH}'\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store that the shipped register was imported into."""
    path = tmp_path_factory.mktemp("store") / "r.db"
    path.write_bytes(bundled().read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return shipped()


def asked(shelf: Shelf, *tests: str, as_of: str = LATER) -> Asked:
    questions = [x for text in tests for x in leaves(parse(text)) if isinstance(x, Register)]
    return Asked(extracted(shelf, questions, Moment.of(as_of).earliest_ns, as_of))


def told(shelf: Shelf, text: str, as_of: str = LATER) -> Told:
    answer = asked(shelf, text, as_of=as_of)
    (question,) = leaves(parse(text))
    assert isinstance(question, Register)
    return answer(question)


def verdict(shelf: Shelf, text: str, as_of: str = LATER) -> str:
    have = Evidence(register=asked(shelf, text, as_of=as_of))
    return str(overall(verdicts(evaluate(parse(text), have))))


def test_the_fourth_of_the_year_names_its_rows_and_what_could_not_decide(shelf: Shelf) -> None:
    answer = told(shelf, FOURTH, AS_OF)
    assert answer.spans == ((4, 4),)
    assert [row["link"] for row in answer.rests_on] == [
        "EE-2025-05-13@1",
        "EE-2025-06-22@1",
        "EE-2025-09-07@1",
        "EE-2025-09-19@1",
    ]
    assert all(source["grade"] for row in answer.rests_on for source in row["sources"])
    kinds = [row["kind"] for row in answer.could_not_decide]
    assert {"incident", "gap", "differs", "reported"} <= set(kinds)
    assert "EE-20xx-Tu154M@1" in "; ".join(answer.notes)
    assert told(shelf, FOURTH, "2025-09-10T00:00:00Z").spans == ((3, 3),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FOURTH, "supported"),
        ("register: count(state = EE, domain = air, year = 2025) > 4", "contradicted"),
        # Nobody looked after June 2026, so none found is not none.
        ("register: count(state = EE, domain = air, year = 2026) = 0", "unresolved"),
        ("register: count(state = EE, domain = drone, year = 2026) >= 1", "supported"),
        (f'register: figure({SPENT}, edition = "August 2025") = 3.38 %', "supported"),
        (f"register: figure({SPENT}, edition = 2026) = 3.38 %", "contradicted"),
        (f"register: figure({SPENT}) = 3.38 %", "unresolved"),  # editions differ
        (f"register: figure({SPENT}) > 2 %", "supported"),  # by every edition
        ("register: figure(entity = Estonia, metric = pledge, year = 2035) = 5", "unobserved"),
        ("register: figure(entity = NATO, metric = pledge, year = 2035) = 5 %", "supported"),
        (f"register: figure({HELP}, year = 2016) = 44 %", "supported"),
        (f"register: figure({HELP}) = 44 %", "unresolved"),  # 2016, 2018 and 2022 differ
        (f"register: figure({HELP}, year = 2025) = 44 %", "unobserved"),  # not asked then
        (f"register: figure({HELP.replace('direct', 'no')}) = 11 %", "unresolved"),  # other words
        ("register: figure(entity = ATL, metric = defence_pct_gdp, year = 2025) = 1", "unobserved"),
    ],
)
def test_what_ships_answers(text: str, expected: str, shelf: Shelf) -> None:
    assert verdict(shelf, text) == expected


def test_an_edition_is_not_known_before_it_is_out(shelf: Shelf) -> None:
    answer = told(shelf, f"register: figure({SPENT}) = 3.38 %", "2025-10-05T00:00:00Z")
    assert answer.spans == ((3.38, 3.38),)
    both = told(shelf, f"register: figure({SPENT}) = 3.38 %")
    assert "3.38 % in the August 2025 edition" in both.notes[0]
    assert "3.93 % in the 2026 edition" in both.notes[0]


def test_polls_with_other_questions_are_named_with_n_and_date(shelf: Shelf) -> None:
    text = 'register: figure(entity = EST, metric = poll, question = "doubts it", year = 2025) = 70'
    answer = told(shelf, text)
    assert answer.spans == () and answer.gap is not None and answer.gap.looked
    assert "cannot be compared" in answer.gap.why
    polls = [row for row in answer.could_not_decide if row.get("metric") == "poll"]
    assert len(polls) == 21 and all(row["year"] and row["what"] for row in polls)
    assert any(row["sample_n"] == 1206 for row in polls)
    assert any("NO SURVEY FOUND" in note for note in answer.notes)


def test_undecided_rows_widen_a_count() -> None:
    made_ = [incident("EE-1"), incident("EE-2", when={"begin": "2025-12/2026-01"})]
    shelf = Shelf(made_, [], by="ann", why="", at_ns=CLOCK_NS)
    answer = told(shelf, "register: count(state = EE, year = 2025) = 1")
    assert answer.spans == ((1, 2),)
    assert [row["id"] for row in answer.could_not_decide] == ["EE-2"]
    assert verdict(shelf, "register: count(state = EE, year = 2025) = 1") == "unresolved"
    assert verdict(shelf, "register: count(state = EE, year = 2025) >= 1") == "supported"


def test_a_store_and_what_ships_give_the_same_extract(url: str, shelf: Shelf) -> None:
    def frozen(where: str) -> bytes:
        questions = [parse(FOURTH), parse(f"register: figure({SPENT}) > 2")]
        with opened(where, Path()) as register:
            kept = [each for each in questions if isinstance(each, Register)]
            return extracted(register, kept, Moment.of(AS_OF).earliest_ns, AS_OF).data

    assert frozen(url) == frozen("bundled:")


def test_an_extract_reads_back_and_a_changed_one_does_not(shelf: Shelf, tmp_path: Path) -> None:
    extract = asked(shelf, FOURTH, f"register: figure({SPENT}) > 2").extract
    path = tmp_path / EXTRACT
    path.write_bytes(extract.data)
    assert read_extract(path) == extract
    plain = json.loads(extract.data)
    plain["incidents"][0]["incident"]["what"] = "two aircraft"
    path.write_text(json.dumps(plain))
    with pytest.raises(RegisterError, match="not the content that its hash names"):
        read_extract(path)
    for wrong in ("", "[]", '{"format": 9}', '{"format": 1}', '{"format": 1, "as_of": 3}'):
        path.write_text(wrong)
        with pytest.raises(TocsinError):
            read_extract(path)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, url: str) -> Path:
    folder = tmp_path_factory.mktemp("ran")
    for name in ("one", "two"):
        run_case(made(folder / name, WITH), folder / name / "out", store=url)
    return folder


def claim(out: Path) -> dict[str, object]:
    rows = json.loads((out / "findings.json").read_text())["claims"]
    return dict(next(row for row in rows if row["id"] == "ee-3"))


def test_a_run_with_a_store_supports_the_fourth(ran: Path) -> None:
    row = claim(ran / "one" / "out")
    assert row["verdict"] == "supported"
    assert len(row["rests_on"]) == 4  # type: ignore[arg-type]
    page = (ran / "one" / "out" / "dossier.html").read_text()
    assert "EE-2025-09-07@1" in page and "EDF press release" in page


def test_two_runs_give_the_same_bytes(ran: Path) -> None:
    def hashes(name: str) -> dict[str, str]:
        files = (ran / name / "out").iterdir()
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    assert hashes("one") == hashes("two")


def test_a_bundle_counts_again_with_no_store(ran: Path, url: str) -> None:
    bundle = open_bundle(ran / "one" / "out" / "bundle.zip")
    assert json.loads(bundle.files[f"data/{EXTRACT}"])["as_of"] == AS_OF
    assert url not in bundle.files[f"data/{EXTRACT}"].decode()
    checked = verify(ran / "one" / "out" / "bundle.zip")
    assert checked.ok and any("register" in note for note in checked.notes)


def test_without_a_register_nobody_looked(tmp_path: Path) -> None:
    run_case(made(tmp_path, WITH), tmp_path / "out")
    row = claim(tmp_path / "out")
    assert (row["verdict"], row["why"], row["rests_on"]) == ("unobserved", "no register", [])


def test_what_may_not_leave_takes_the_claim_with_it(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    path.write_bytes(Path(template()).read_bytes())
    with open_store(f"sqlite:///{path}") as store:
        add(store, incident("EE-SECRET", tlp="RED", what="what nobody may read"))
    run_case(
        made(tmp_path, WITH),
        tmp_path / "out",
        store=f"sqlite:///{path}",
        seal=Seal(redact="GREEN"),
    )
    row = claim(tmp_path / "out")
    assert row["rests_on"] == [] and "TLP:GREEN" in str(row["why"])
    bundle = open_bundle(tmp_path / "out" / "bundle.zip")
    assert not any(b"EE-SECRET" in data for data in bundle.files.values())


def test_a_case_names_its_register(tmp_path: Path, url: str) -> None:
    where = made(tmp_path, WITH.replace("[case]", '[register]\nstore = "bundled:"\n\n[case]'))
    case = read_case(where)
    trees = {"ee-3": parse(FOURTH)}
    answer = ask(case, trees)
    assert isinstance(answer, Asked) and answer.extract.as_of == AS_OF
    moved = ask(case, trees, store=url, moved={})  # in a bundle without one, none is opened
    assert moved is None
    broken = where.read_text().replace('store = "bundled:"', 'stor = "x"')
    where.write_text(broken)
    with pytest.raises(CaseError, match='"stor" means nothing here; did you mean store'):
        read_case(where)


def test_the_path_of_a_store_is_relative_to_its_case(tmp_path: Path) -> None:
    (tmp_path / "r.db").write_bytes(Path(template()).read_bytes())
    with opened("sqlite:///r.db", tmp_path) as store:
        assert store.records("figure") == []
    with (
        pytest.raises(RegisterError, match="no such register"),
        opened("sqlite:///r2.db", tmp_path),
    ):
        pass


@pytest.mark.parametrize("value", ["domain = aircraft", "year = twenty", "verification = hearsay"])
def test_a_value_that_no_register_has_is_refused(value: str, tmp_path: Path) -> None:
    test = f"register: count(state = EE, {value}) = 4"
    where = made(tmp_path, WITH.replace(FOURTH, test))
    with pytest.raises(ClaimError, match="claim ee-3"):
        ask(read_case(where), {"ee-3": parse(test)})


def test_judge_takes_a_store(tmp_path: Path) -> None:
    where = made(tmp_path, WITH)
    done = CliRunner().invoke(app, ["judge", str(where), "--store", "bundled:", "--json"])
    rows = {row["id"]: row["verdict"] for row in json.loads(done.stdout)["claims"]}
    assert rows["ee-3"] == "supported"
    missing = f"sqlite:///{tmp_path}/none.db"
    done = CliRunner().invoke(app, ["judge", str(where), "--store", missing])
    assert done.exit_code == 1


def test_a_bundle_whose_rows_were_changed_is_refused(ran: Path, tmp_path: Path) -> None:
    data = bytearray((ran / "one" / "out" / "bundle.zip").read_bytes())
    at = data.find(b"register-extract.json")
    data[at + 200] ^= 1
    path = tmp_path / "bundle.zip"
    path.write_bytes(bytes(data))
    with pytest.raises(IntegrityError):
        verify(path)
