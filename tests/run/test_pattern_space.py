"""Files to the answers of cluster, similar, intent and probe."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin.commands.pattern import app
from tocsin.errors import CaseError, FeedError, UsageError
from tocsin.pattern.events import Unit
from tocsin.pattern.scan_answer import Scan
from tocsin.pattern.words import NoClaim
from tocsin.run.pattern import EventFile
from tocsin.run.pattern_space import (
    ScanOptions,
    Told,
    cluster_counts,
    cluster_file,
    intent_file,
    probe_files,
    recapture_told,
    tipping_told,
)
from tocsin.run.space_similar import Asked, similar_file

FEW = ScanOptions(replicates=99)

CUES = """
[prior]
accident = [0.2, 0.5]
interference = 0.3
deliberate = [0.2, 0.5]
[[cue]]
name = "transponder off"
likelihood = { accident = [0.3, 0.7], interference = 0.5, deliberate = [0.5, 0.9] }
source = "a study"
[[cue]]
name = "course along the limit"
ratio = { interference = [0.8, 1.5], deliberate = [1.5, 4] }
source = "a study"
[[cue]]
name = "weapons"
state = "unobserved"
"""


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def of_new_mexico(shared: Path) -> tuple[str, str, str]:
    data = shared / "data" / "patterns"
    both = str(data / "NM_popcas.csv")
    return both, str(data / "NM_geo.csv"), both


@pytest.mark.data
def test_new_mexico_from_its_files(shared: Path, tmp_path: Path) -> None:
    # METHODS 4
    cases, places, people = of_new_mexico(shared)
    picture = tmp_path / "map.svg"
    words = ["cluster", "--cases", cases, "--places", places, "--population", people]
    done = CliRunner().invoke(app, [*words, "--replicates", "99", "--json", "-o", str(picture)])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    top = answer["most_likely"]
    assert (top["cases"], f"{top['expected']:.3f}", f"{top['llr']:.4f}") == (
        232,
        "171.847",
        "11.3187",
    )
    assert (top["centre"], top["nearest"], top["first"], top["last"]) == (
        "bernalillo",
        8,
        "1985",
        "1989",
    )
    assert [one["records"] for one in answer["inputs"]] == [608, 33]
    assert answer["smallest_detectable"]
    assert ET.fromstring(picture.read_text()).tag.endswith("svg")  # noqa: S314 - ours


@pytest.mark.data
def test_new_mexico_adjusted_for_age_and_sex(shared: Path) -> None:
    # Los Alamos and Santa Fe 1986-89, the alarm that was raised, is no cluster (Kulldorff et al.
    # 1998, Am J Public Health 88:1377).  175.136 and 10.0170 by a separate loop over all cylinders.
    data = shared / "data" / "patterns"
    cases, places, people = (str(data / f"{name}.csv") for name in ("NMcas", "NMgeo", "NMpop"))
    told = cluster_counts(cases, places, people, FEW, planar=True)
    assert isinstance(told.answer, Scan)
    top = told.answer.clusters[0]
    assert (top.cases, f"{top.expected:.3f}", f"{top.llr:.4f}") == (232, "175.136", "10.0170")
    assert any("adjusted for agegroup, sex: 36 kinds" in note for note in told.answer.notes)
    assert any("two-digit years" in note for note in told.answer.notes)
    with pytest.raises(UsageError, match="--planar"):
        cluster_counts(cases, places, people, FEW)


def test_bad_rows_are_quarantined_and_the_good_survive(tmp_path: Path) -> None:
    places = write(tmp_path / "p.csv", "place,lon,lat\nA,25,59\nB,26,59\nC,27,59\nD,x,59\nA,1,1\n")
    people = write(
        tmp_path / "n.csv",
        "place,year,population\n" + "".join(f"{p},{y},100\n" for p in "ABC" for y in (1, 2, 3, 4)),
    )
    cases = write(
        tmp_path / "c.csv",
        "place,year,count\nA,1,2\nB,2,3\nC,x,1\nE,1,1\nA,1,-1\nA,1,1.5\nC,4,4\nA,1\n",
    )
    told = cluster_counts(cases, places, people, FEW)
    reasons = sorted(one.reason for one in told.refusals)
    assert reasons == [
        "bad-coordinate",
        "bad-count",
        "bad-count",
        "bad-time",
        "duplicate",
        "ragged",
        "unknown-place",
    ]
    assert told.answer.as_json()["cases"] == 9
    for one in told.inputs:
        assert one.records == one.decoded + one.quarantined


def burst(tmp_path: Path, rows: int = 24) -> str:
    lines = ["id,date,lon,lat"]
    for k in range(rows):
        if k < 6:
            lines.append(f"b{k},2025-03-{k + 1:02d},26.36,59.82")
        else:
            lines.append(f"x{k},20{10 + k % 15}-{k % 12 + 1:02d}-05,{20 + k * 0.3},{55 + k % 4}")
    return write(tmp_path / "events.csv", "\n".join(lines))


def test_events_without_a_population(tmp_path: Path) -> None:
    told = cluster_file(burst(tmp_path), "day", ScanOptions(replicates=199))
    assert isinstance(told.answer, Scan)
    top = told.answer.clusters[0]
    assert (top.first, top.last, top.cases) == ("2025-03-01", "2025-03-06", 6)
    assert told.svg is not None
    assert "26.360" in told.svg
    again = cluster_file(burst(tmp_path), "day", ScanOptions(replicates=199))
    assert again == told


def test_a_month_that_is_all_that_is_known_is_drawn_and_it_is_said(tmp_path: Path) -> None:
    path = Path(burst(tmp_path))
    path.write_text(path.read_text().replace("2025-03-01", "2025-03"))
    told = cluster_file(str(path), "day", ScanOptions(replicates=19))
    assert isinstance(told.answer, Scan)
    assert any("uncertain times" in note for note in told.answer.notes)


def test_four_events_are_no_pattern(tmp_path: Path) -> None:
    told = cluster_file(burst(tmp_path, 4), "day", FEW)
    assert isinstance(told.answer, NoClaim)
    assert told.svg is None


def test_events_are_read_by_line(tmp_path: Path) -> None:
    bad = "date,lon,lat\n2025-01-01T10:00,25,59\nx,25,59\n2025-01-02,,\n"
    path = write(tmp_path / "e.csv", bad + "2025-01-03,25,59\n")
    told = cluster_file(path, "day", FEW)
    assert [one.reason for one in told.refusals] == ["naive-time", "bad-time", "no-place"]
    assert isinstance(told.answer, NoClaim)
    words = ["cluster", "--events", path, "--strict"]
    assert CliRunner().invoke(app, words, standalone_mode=False).return_value == 3
    with pytest.raises(FeedError, match=r"line 2: .* has no zone"):
        cluster_file(write(tmp_path / "bad.csv", bad), "day", FEW)


@pytest.mark.parametrize("text", ["", "a,b\n", "1,2\n3,4\n"])
def test_files_that_hold_nothing(tmp_path: Path, text: str) -> None:
    with pytest.raises(FeedError):
        cluster_file(write(tmp_path / "e.csv", text), "day", FEW)


def test_what_a_scan_cannot_be_told(tmp_path: Path) -> None:
    for wrong in ({"replicates": 3}, {"share": 0.7}, {"longest": 0}, {"radius_km": 0.0}):
        with pytest.raises(UsageError):
            ScanOptions(**wrong)
    with pytest.raises(UsageError, match="needs a population"):
        cluster_file(burst(tmp_path), "day", ScanOptions(spatial=True))


def test_intent_of_a_file(tmp_path: Path) -> None:
    told = intent_file(write(tmp_path / "cues.toml", CUES))
    answer = told.as_json()
    assert answer["verdict"] == "cannot tell"
    assert answer["unobserved"] == ["weapons"]
    assert answer["groups"][0]["name"] == "non-cooperative"
    assert told.svg is not None
    assert "middle of all that is allowed" in told.svg


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("[prior]", "[before]", "no default"),
        ("interference = 0.3\n", "", "prior of interference is missing"),
        ("accident = [0.2, 0.5]", "accident = [0.0, 0.5]", "no cue could move it"),
        ("deliberate = [1.5, 4]", "deliberate = [0, 4]", "numbers above 0"),
        ("deliberate = [1.5, 4]", 'deliberate = "high"', "neither a number"),
        ("deliberate = [1.5, 4]", "hostile = [1, 4]", "lacks deliberate"),
        ('state = "unobserved"', 'state = "no"', "use seen or unobserved"),
        ("ratio =", "odds =", "needs a likelihood or a ratio"),
    ],
)
def test_cues_that_have_no_meaning(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    assert was in CUES
    with pytest.raises(UsageError, match=says):
        intent_file(write(tmp_path / "cues.toml", CUES.replace(was, becomes, 1)))


def test_a_file_of_cues_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="not TOML"):
        intent_file(write(tmp_path / "cues.toml", "[prior"))
    with pytest.raises(CaseError, match="cannot be read"):
        intent_file(str(tmp_path / "none.toml"))


REGISTER = """id,start_utc,state,domain,lat,lon,position_uncertainty_km,count_of_objects,radio
case,2025-09-19T06:58Z,EE,air,59.82,26.36,1,3,none
a,2025-09-07T07:10Z,EE,air,59.83,26.40,1,1,none with Estonian ATS
b,2018-07-10,EE,air,59.80,26.30,30,<60,in contact
c,2025-09-09T21:30Z,PL,drone,51.0,23.0,5,19,
d,2025-10-05,LT,balloon,54.65,25.3,60,25,
d,2025-10-06,LT,balloon,54.65,25.3,60,25,
,2025-10-06,LT,balloon,54.65,25.3,60,25,
"""


def test_precedents_of_a_register(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", REGISTER)
    told = similar_file(path, Asked("case", share=(0.02, 0.9), share_source="a count"))
    answer = told.as_json()
    assert [one["id"] for one in answer["precedents"][:2]] == ["a", "b"]
    assert answer["precedents"][0]["parts"]["radio"] == 0  # "none with ..." is none
    assert "count" in answer["precedents"][1]["missing"]  # "<60" is no number
    assert answer["recurrence"]["within"] == [1, 2]
    assert [one.reason for one in told.refusals] == ["duplicate", "no-id"]
    with pytest.raises(UsageError, match="no incident"):
        similar_file(path, Asked("nobody"))
    with pytest.raises(UsageError, match="needs its source"):
        similar_file(path, Asked("case", share=(0.1, 0.2)))


def test_traffic_and_tracks_from_files(tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", REGISTER)
    traffic = write(tmp_path / "t.csv", "lon,lat,flights\n26.36,59.82,90\n20,55,10\nx,1,1\n")
    tracks = write(
        tmp_path / "w.csv", "id,lon,lat\ncase,26,59.8\ncase,26.4,59.8\na,26,59.9\na,26.4,59.9\n"
    )
    told = similar_file(path, Asked("case", background=traffic, tracks=tracks, replicates=19))
    answer = told.as_json()
    assert answer["recurrence"]["background"]["source"] == traffic
    assert answer["recurrence"]["anywhere"]["replicates"] == 19
    apart = next(p for p in answer["precedents"] if p["id"] == "a")
    # 0.1 degree of latitude is 11.14 km: 1 - exp(-11.14/25)
    assert apart["parts"]["track"] == pytest.approx(0.3596, abs=2e-3)
    assert told.refusals[-1].reason == "bad-coordinate"


def probed(tmp_path: Path, events: str, responses: str, **options: object) -> Told:
    made = EventFile(write(tmp_path / "e.csv", events), "t", Unit.DAY)
    given = EventFile(write(tmp_path / "r.csv", responses), "t", Unit.DAY)
    return probe_files(made, given, window=20.0, trigger=None, replicates=49, **options)  # type: ignore[arg-type]


def test_probe_of_two_files(tmp_path: Path) -> None:
    days = [3, 5, 8, 40, 70, 72, 75, 110, 150, 152, 153, 190]
    events = "t\n" + "\n".join(f"{d}.5" for d in days)
    told = probed(tmp_path, events, "t\n8.6\n75.6\n153.6\n500.5\n")
    answer = told.as_json()
    assert answer["responses"] == 3
    assert any("1 response lies outside" in note for note in answer["notes"])
    assert told.svg is not None
    assert "placebo" in told.svg


def test_a_probe_of_one_day_and_of_mixed_clocks(tmp_path: Path) -> None:
    one_day = probed(tmp_path, "t\n" + "2025-01-01T10:00Z\n" * 6, "t\n2025-01-01\n")
    assert isinstance(one_day.answer, NoClaim)
    with pytest.raises(UsageError, match="plain numbers"):
        probed(tmp_path, "t\n" + "1.5\n2.5\n9.5\n11.5\n20.5\n", "t\n2025-01-01\n")


def test_reporting_by_its_options() -> None:
    assert tipping_told((3, 3), (4, 0.718)).answer.as_json()["p"] == pytest.approx(0.0295, abs=5e-5)
    assert recapture_told((10, 15, 5), (1.0, 4.0)).answer.as_json()["chapman"] > 28
    with pytest.raises(UsageError, match="whole number"):
        tipping_told((3.5, 3), (4, 1))


@pytest.mark.parametrize(
    "words",
    [
        ["cluster"],
        ["cluster", "--events", "x.csv", "--cases", "y.csv"],
        ["cluster", "--events", "x.csv", "--store", "sqlite:///y"],
        ["similar", "x.csv"],
        ["similar", "--id", "EE-1"],
        ["probe", "--responses", "y"],
        ["reporting"],
        ["reporting", "--before", "3", "--now", "4,1"],
        ["reporting", "--lists", "a,b,c"],
        ["probe", "--events", "x", "--responses", "y", "--time", "t", "--trigger", "often"],
        ["probe", "--events", "x", "--responses", "y", "--time", "t", "--where", "often"],
    ],
)
def test_calls_without_a_meaning(words: list[str]) -> None:
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, UsageError)
