"""The shipped incidents: each cell of the list by a stated rule, conflicts kept."""

from __future__ import annotations

import csv
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import IncidentError
from tocsin.register import grading, words
from tocsin.register.bundled import incident, sources_of, with_statement
from tocsin.run.register_import import bundled_incidents
from tocsin.schema import Answer, Count, Incident, Moment, Span, Verification

ROOT = Path(__file__).resolve().parents[2]
ALL = {each.id: each for each in bundled_incidents()}


def rows(name: str = "incidents.csv") -> list[dict[str, str]]:
    text = files("tocsin.data").joinpath("register", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def row(**cells: str) -> dict[str, str]:
    return {**dict.fromkeys(rows()[0], ""), "id": "X", "what": "x", "domain": "air",
            "source_title": "ERR News", "source_url": "u", "verification": "press",
            **cells}  # fmt: skip


def in_year(state: str, domain: str, year: int) -> list[str]:
    low, high = Moment.of(str(year)).earliest_ns, Moment.of(str(year)).latest_ns
    assert low is not None and high is not None
    return [
        each.id
        for each in ALL.values()
        if state in each.states and each.domain.value == domain and not each.control
        and each.when.begun.earliest_ns is not None and each.when.begun.latest_ns is not None
        and low <= each.when.begun.earliest_ns and each.when.begun.latest_ns <= high
    ]  # fmt: skip


def test_every_row_of_the_list_is_an_incident() -> None:
    listed = rows()
    assert [each["id"] for each in listed] == list(ALL)
    for told in listed:
        made = ALL[told["id"]]
        assert made.what == told["what"] and made.domain.value == told["domain"]
        assert "/".join(made.states) == told["state"] and made.notes == told["notes"]
        assert [source.url for source in made.sources] == told["source_url"].split(" ; ")


def test_the_fourth_of_2025() -> None:
    # Facts, incident_counts.csv: "to 19 Sept: 13 May, 22 June, 7 Sept, 19 Sept".
    assert in_year("EE", "air", 2025) == [
        "EE-2025-05-13", "EE-2025-06-22", "EE-2025-09-07", "EE-2025-09-19"
    ]  # fmt: skip
    known = [str(ALL[name].known_on) for name in in_year("EE", "air", 2025)]
    assert known == ["2025-05-14", "2025-06-25", "2025-09-08", "2025-09-19"]


@pytest.mark.parametrize(
    ("state", "domain", "year", "count"),
    [  # counted by hand in incidents.csv
        *(("EE", "air", 2016, 4), ("EE", "air", 2018, 2), ("EE", "air", 2022, 2)),
        *(("EE", "air", 2024, 0), ("EE", "drone", 2025, 2), ("EE", "drone", 2026, 2)),
        *(("EE", "gnss", 2024, 1), ("LT", "air", 2025, 1), ("LT", "drone", 2025, 3)),
        *(("LT", "drone", 2026, 1), ("LT", "balloon", 2025, 2), ("PL", "air", 2025, 3)),
        *(("PL", "drone", 2025, 2), ("PL", "missile", 2022, 2), ("PL", "missile", 2023, 1)),
        *(("PL", "missile", 2024, 1), ("RO", "drone", 2023, 1), ("RO", "drone", 2024, 1)),
        *(("RO", "drone", 2025, 3), ("RO", "drone", 2026, 1), ("FI", "air", 2022, 1)),
        *(("FI", "air", 2024, 1), ("FI", "air", 2025, 3), ("FI", "drone", 2026, 1)),
        *(("DK", "drone", 2025, 2), ("NO", "air", 2025, 3), ("LV", "drone", 2024, 1)),
        *(("LV", "drone", 2026, 2), ("SE", "air", 2022, 1), ("SE", "air", 2024, 1)),
        *(("BG", "gnss", 2025, 1), ("EE", "sea", 2024, 1), ("FI", "sea", 2025, 1)),
    ],
)
def test_counts_by_hand(state: str, domain: str, year: int, count: int) -> None:
    assert len(in_year(state, domain, year)) == count


def test_controls_and_the_undated() -> None:
    assert [each.id for each in ALL.values() if each.control] == [
        "EE-2021-06-UAV-FI", "FI-2021-11-L39"
    ]  # fmt: skip
    assert [each.id for each in ALL.values() if not each.when.begun.known] == ["EE-20xx-Tu154M"]


def test_what_each_side_says_of_19_september_is_kept() -> None:
    told = ALL["EE-2025-09-19"]
    # "12 / about 12 / nearly 12 / over 10 / 13 min (09:58-10:11)"
    assert (told.duration_s.least, told.duration_s.most) == (600, 780)
    says = [s.says for s in told.statements if s.about == "duration_s"]
    assert len(says) == 4 and any("nearly 12" in s for s in says)
    assert str(told.when.begin) == "2025-09-19T06:58Z"
    assert str(told.when.end) == "2025-09-19T07:10:00Z/2025-09-19T07:12:00Z"
    # "<10 / up to 10 / 5 NM / 5 mi / 'at least 10' (one aggregator)": the last widens nothing.
    assert told.depth_m == Span(None, 10_000, "<10")
    depths = {s.by for s in told.statements if s.about == "depth_m"}
    assert {"one aggregator", "Italy, Col. Farina"} <= depths and len(depths) == 4
    assert {s.says for s in told.statements if s.about == "number_in_year"} >= {"the fifth"}
    assert (told.transponder.answer, told.flight_plan.answer) == (Answer.NO, Answer.NO)
    assert told.authorised.answer is Answer.NO and "Estonia" in told.authorised.by
    assert told.verification is Verification.OFFICIAL
    assert told.actors[0].denied is Answer.YES
    assert [source.grade for source in told.sources] == ["B3", "C3"]  # denied: 3


def test_an_inferred_date_is_no_date() -> None:
    assert str(ALL["EE-2016-02-xx"].when.begin) == "2016-02"
    assert str(ALL["EE-2016-10-07"].when.begin) == "2016-10"  # "day 7 Oct inferred"
    assert str(ALL["RO-2025-11-25"].when.begin) == "2025-11"  # "day not in the source read"
    night = ALL["LT-2026-03-23-UAV"].when.begin  # "hour unknown (night)"
    assert str(night) == "2026-03-22T16:00:00Z/2026-03-23T06:01:00Z"
    noon = ALL["RO-2026-05-29"].when.begin  # a full hour is a rounded one
    assert str(noon) == "2026-05-28T22:30:00Z/2026-05-28T23:30:00Z"


def test_who_is_alleged_and_by_whom() -> None:
    told = ALL["EE-2025-08-24-UAV"].actors[0]
    assert (told.name, told.by) == ("Ukraine", "KAPO (Estonia)")
    assert ALL["DK-2025-09-22"].actors == ()  # "unknown"
    assert ALL["EE-2026-05-19-UAV"].actors[0].denied is Answer.NO  # apologised
    assert ALL["LT-2025-10-05-BALL"].actors[0].name == "smugglers"
    assert incident(row(actor_alleged="Russia (denies)")).actors[0].denied is Answer.YES
    assert incident(row(actor_alleged="unknown (capable)")).actors == ()


def test_what_disputes_and_investigations_make_of_a_row() -> None:
    assert ALL["EE-2018-07-16"].verification is Verification.DISPUTED
    assert ALL["GN-2025-08-31"].verification is Verification.DISPUTED
    assert ALL["FI-2024-06-10"].verification is Verification.INVESTIGATED
    assert ALL["EE-2018-07-16"].sources[0].grade == "D4"  # a repost; doubtful


def test_a_grade_is_given_by_rule() -> None:
    assert grading.reliability("ERR News") == "B"
    assert grading.reliability("Babel citing ERR") == "C"
    assert grading.reliability("TASS relaying Romanian MoD") == "D"
    assert grading.reliability("lasi.lv for distance") == "F"
    assert grading.credibility(Verification.PRESS, 2, denied=False) == "2"
    assert grading.credibility(Verification.UNVERIFIED, 3, denied=False) == "6"
    given_ = {source.grade for each in ALL.values() for source in each.sources}
    assert not {grade for grade in given_ if "A" in grade or "1" in grade}


def test_titles_pair_with_addresses_only_where_there_are_as_many() -> None:
    two = sources_of(row(source_title="A; B", source_url="u ; v", source_date="2025 / 2024"))
    assert two == [("A", "u", "2025"), ("B", "v", "2024")]
    many = sources_of(row(source_title="A; B; C", source_url="http://u/1 ; http://v/2"))
    assert [title for title, _, _ in many] == ["A; B; C [u]", "A; B; C [v]"]


@pytest.mark.parametrize(
    ("cell", "least", "most"),
    [
        *(("4", 4, 4), (">=4", 4, None), (">1", 2, None), ("<=5", None, 5), ("19-23", 19, 23)),
        *(("tens", 10, None), ("", None, None), (">40", 41, None)),
    ],
)
def test_counts_are_intervals(cell: str, least: int | None, most: int | None) -> None:
    told = words.count(cell)
    assert (told.least, told.most) == (least, most)


def test_a_length_flown_is_no_depth() -> None:
    assert words.span("~450 (path)", 1000) == Span(None, None, "~450 (path)")
    assert words.span("~10-20", 1000) == Span(9_000, 22_000, "~10-20")
    assert words.span("<60") == Span(None, 60, "<60")
    assert words.span("few minutes") == Span(60, None, "few minutes")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=5))
def test_a_hull_holds_all(pairs: list[tuple[int, int]]) -> None:
    spans = [(float(min(p)), float(max(p))) for p in pairs]
    low, high = words.hull(*spans)
    assert low is not None and high is not None
    assert all(low <= a and b <= high for a, b in spans)
    assert words.hull(*reversed(spans)) == (low, high)


def test_a_statement_widens_only_what_it_bounds() -> None:
    made = incident(row(duration_s="720", transponder="off"))
    told = {"about": "duration_s", "by": "B", "says": "13", "grade": "B2", "url": "", "date": ""}
    wider = with_statement(made, {**told, "low": "780", "high": "780"})
    assert (wider.duration_s.least, wider.duration_s.most) == (720, 780)
    assert with_statement(made, {**told, "low": "", "high": ""}).duration_s == made.duration_s
    on = {**told, "about": "transponder", "says": "on", "low": "yes", "high": ""}
    assert with_statement(made, on).transponder.answer is Answer.UNKNOWN  # those who said differ
    with pytest.raises(IncidentError, match="says something"):
        with_statement(made, {**told, "says": " ", "low": "", "high": ""})


def test_a_row_that_is_wrong_says_so() -> None:
    with pytest.raises(IncidentError, match='domain "plane"'):
        incident(row(domain="plane"))
    with pytest.raises(IncidentError, match="has no source"):
        incident(row(source_title=""))
    with pytest.raises(IncidentError, match="no amount"):
        incident(row(count_of_objects="several"))


def test_places_are_intervals() -> None:
    place = ALL["EE-2025-09-19"].where
    assert (place.lat_deg, place.lon_deg, place.radius_m) == (59.83, 26.36, 15_000)
    assert ALL["LV-2026-05-UAV"].where.box is None
    assert ALL["PL-2025-09-10"].count_of_objects == Count(19, 23, "19-23")


def test_all_of_it_is_marked_as_it_came() -> None:
    assert not any(each.synthetic for each in ALL.values())
    assert all(isinstance(each, Incident) and each.sources for each in ALL.values())


@pytest.mark.data
def test_the_tables_are_those_of_the_facts(shared: Path) -> None:
    command = [sys.executable, "builders/build_register.py", str(shared / "facts"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
