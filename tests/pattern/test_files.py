"""Files of incidents: dates as intervals, bad rows counted, windows and gaps, yearly counts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tocsin.errors import FeedError, UsageError
from tocsin.pattern.events import Unit
from tocsin.register.query import Filter, Times
from tocsin.register.sql import open_store
from tocsin.run.pattern import EventFile, Gathered, events_from_file
from tocsin.run.pattern_counts import periods_from_counts
from tocsin.run.pattern_store import events_from_register
from tocsin.run.register import add
from tocsin.schema import Domain, incident_of

DAY = 20_089.0  # 2025-01-01
ROWS = """when,who,sure,key
2025-01-11,EE,1,a
2025-02,FI,0.5,b
2025-03-01T12:00Z,EE,,c
2025-04-01T12:00,EE,1,d
soon,EE,1,e
,EE,1,f
2025-05-01,,1,g
2025-06-01,EE,7,h
2025-07-01T06:00+03:00,FI,1,i
"""


def gathered(path: Path, text: str, **more: object) -> Gathered:
    path.write_text(text, encoding="utf-8")
    asked = {"path": str(path), "time": "when", "unit": Unit.DAY, **more}
    return events_from_file(EventFile(**asked))  # type: ignore[arg-type]


def test_dates_are_intervals_and_bad_rows_are_counted(tmp_path: Path) -> None:
    found = gathered(tmp_path / "e.csv", ROWS, state="who", weight="sure", id="key")
    e = found.events
    assert e.id == ("a", "b", "c", "i") and e.calendar
    assert (e.lo[0], e.hi[0]) == (DAY + 10, DAY + 11)
    assert (e.lo[1], e.hi[1]) == (DAY + 31, DAY + 59) and e.p[1] == 0.5
    assert e.t[2] == e.lo[2] == e.hi[2] == DAY + 59.5
    assert e.t[3] == pytest.approx(DAY + 181 + 3 / 24)
    assert {r.place: r.reason for r in found.refusals} == {
        "line 5": "naive-time",
        "line 6": "bad-time",
        "line 7": "no-time",
        "line 8": "no-state",
        "line 9": "bad-weight",
    }
    done = found.input
    assert (done.records, done.decoded, done.quarantined) == (9, 4, 5)
    assert (e.begin, e.end) == (DAY + 10, DAY + 182) and "--from" in found.notes[-1]


def test_a_window_gaps_and_rows_asked_for(tmp_path: Path) -> None:
    text = "when,who\n2024-03-01,EE\n2025-03-01,EE\n2025-09-19,EE\n2025-08-01,LV\n"
    found = gathered(
        tmp_path / "e.csv",
        text,
        where=(("who", "EE"),),
        begin="2024",
        as_of="2025-09-19",
        gaps=("2024-05/2024-06", "2024-06-15/2024-07-31", "2019/2020"),
    )
    e = found.events
    assert (e.begin, found.as_of) == (DAY - 366, DAY + 262) and e.end == found.as_of
    assert e.gaps == ((DAY - 366 + 121, DAY - 366 + 213),)
    assert len(e) == 3 and found.whole_days
    assert any("1 rows are left out" in note for note in found.notes)


def test_numbers_are_days_or_years(tmp_path: Path) -> None:
    days = gathered(tmp_path / "d.csv", "when\n3.5\n1.25\n9\n")
    assert days.events.t.tolist() == [1.25, 3.5, 9.0] and days.events.certain
    assert (days.events.begin, days.events.end, days.events.calendar) == (0.0, 9.0, False)
    whole = gathered(tmp_path / "w.csv", "when\n3\n1\n9\n")
    assert whole.whole_days and (whole.events.hi - whole.events.lo == 1).all()
    late = gathered(tmp_path / "l.csv", "when\n60003.5\n60001.25\n60009.5\n")
    assert late.events.begin == 60001.25
    years = gathered(tmp_path / "y.csv", "when\n1851.2\n1852.9\n", unit=Unit.YEAR)
    assert (years.events.begin, years.events.end, years.events.calendar) == (1851.0, 1853.0, True)
    dated = gathered(
        tmp_path / "x.csv", "when\n2024-07-02T00:00Z\n2025-01-01T00:00Z\n", unit=Unit.YEAR
    )
    assert dated.events.t == pytest.approx([2024.5, 2025.0])


def test_parquet_says_the_same_and_naive_times_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.parquet"
    at = [datetime(2025, 1, 11, 12, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC), None]
    pl.DataFrame({"when": at}).write_parquet(path)
    found = events_from_file(EventFile(str(path), "when", Unit.DAY))
    assert found.events.t.tolist() == [DAY + 10.5, DAY + 31]
    assert [r.place for r in found.refusals] == ["row 3"]
    naive = pl.DataFrame({"when": at}).with_columns(pl.col("when").dt.replace_time_zone(None))
    naive.write_parquet(path)
    with pytest.raises(FeedError, match="no zone"):
        events_from_file(EventFile(str(path), "when", Unit.DAY))


def test_earliest_and_latest_columns_are_an_interval(tmp_path: Path) -> None:
    found = gathered(tmp_path / "e.csv", "when,till\n1.0,4.0\n7.0,\n8.0,6.0\n", latest="till")
    assert found.events.hi.tolist() == [4.0, 7.0]
    assert [r.reason for r in found.refusals] == ["bad-interval"]


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("when\nsoon\n", {}, "no usable time"),
        ("when\n2025-01-01\n17.5\n", {}, "mixes dates"),
        ("other\n1\n", {}, 'no column "when"'),
        ("when\n1.5\n2.5\n", {"begin": "3", "end": "2"}, "empty"),
        ("when\n1.5\n2.5\n", {"begin": "2025-01-01"}, "numbers"),
        ("when\n2025-01-01\n", {"end": "someday"}, "no date"),
        ("when\n2025-01-01\n", {"gaps": ("2025/2024",)}, "gap"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    tmp_path: Path, text: str, more: dict[str, object], says: str
) -> None:
    with pytest.raises((FeedError, UsageError), match=says):
        gathered(tmp_path / "e.csv", text, **more)
    with pytest.raises(FeedError, match="cannot be read"):
        events_from_file(EventFile(str(tmp_path / "none.csv"), "when", Unit.DAY))


def test_yearly_counts_keep_sources_that_differ_and_years_unsaid(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("year,count\n2021,5\n2023,7\n2023,10\n2022-2023,3\n2024,>=4\n2025,4\n")
    current, before, done, refusals = periods_from_counts(str(path), "2025-09-19")
    assert current.exposure == pytest.approx(262 / 365)
    assert [(p.label, p.count, p.most, p.reported) for p in before] == [
        ("2024", 0, 0, False),
        ("2023", 7, 10, True),
        ("2022", 0, 0, False),
        ("2021", 5, 5, True),
    ]
    assert (done.records, done.decoded, len(refusals)) == (6, 4, 2)
    with pytest.raises(UsageError, match="no count for 2026"):
        periods_from_counts(str(path), "2026-02-01")


def test_a_register_gives_its_doubts_and_its_gaps(tmp_path: Path) -> None:
    def incident(name: str, when: str, **more: object) -> dict[str, object]:
        base = {"id": name, "what": "an aircraft", "domain": "air", "states": ["EE"]}
        begin = {"begin": when} if when else {}
        return {**base, "when": begin, "sources": [{"title": "t", "date": "2025"}], **more}

    rows = [
        incident("a", "2024-02-01"),
        incident("b", "2024-03"),
        incident("c", "2024-05-01", verification="disputed"),
        incident("d", "2024-06-01", verification="refuted"),
        incident("e", ""),
        incident("f", "2024-07-01", states=["FI"]),
        incident("g", "2024-08-01", control=True),
        incident("h", "2024-09-01", states=[]),
    ]
    with open_store(f"sqlite:///{tmp_path / 'r.sqlite'}", create=True) as store:
        add(store, [incident_of(row) for row in rows], "desk")
        found = events_from_register(
            store,
            Filter(state="EE", domain=Domain.AIR),
            Times(),
            where="register",
            begin="2024-01-01",
            as_of="2025-01-31",
            gaps=("2024-04",),
        )
    e = found.events
    assert [name.partition("@")[0] for name in e.id] == ["a", "b", "c", "h"]
    assert e.p.tolist() == [1.0, 1.0, 0.5, 0.5]
    assert (e.lo[1], e.hi[1]) == (DAY - 366 + 60, DAY - 366 + 91)
    assert e.gaps == ((DAY - 366 + 91, DAY - 366 + 121),) and np.isclose(e.exposure, 367)
    assert [r.reason for r in found.refusals] == ["open-time"]
    said = " ".join(found.notes)
    assert "1 incidents disputed" in said and "refuted and left out" in said


def test_seconds_taken_for_days_are_refused_and_said(tmp_path: Path) -> None:
    found = gathered(tmp_path / "s.csv", "when\n1\n2\n1e300\n1758265200\n")
    assert [r.reason for r in found.refusals] == ["bad-time", "bad-time"]
    assert "beyond 10,000,000 days; are these seconds?" in found.refusals[1].detail
    with pytest.raises(FeedError, match="are these seconds"):
        gathered(tmp_path / "t.csv", "when\n1758265200\n1758265300\n")


def test_an_empty_window_is_said_in_dates(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="window from 2031-01-11 to 2025-09-20 is empty"):
        gathered(tmp_path / "f.csv", "when\n2031-01-11\n2032-01-11\n", as_of="2025-09-19")
