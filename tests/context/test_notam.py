"""NOTAM: items, times, schedules, and the hours that come of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.context.activation import activated, active_hours, in_force, reports
from tocsin.context.moments import MINUTE_NS, parse_ns, text_of
from tocsin.context.notam import Notam, parse
from tocsin.context.schedule import hours, parse_schedule
from tocsin.schema import Volume

AREA = """(A1234/25 NOTAMN
Q) EETT/QRTCA/IV/BO/W/000/195/5949N02622E010
A) EETT B) 2509180600 C) 2509212000
D) 18 0700-1500
E) TEMPORARY RESTRICTED AREA EER15 ACTIVATED. SEE AIP SUP A) 3/25 AND B) 4/25.
F) GND G) FL195)
"""
DAILY = AREA.replace("18 0700-1500", "DAILY 0700-1500")
ALWAYS = AREA.replace("D) 18 0700-1500\n", "")


def one(text: str) -> Notam:
    read = parse(text)
    assert read.refusals == ()
    (notam,) = read.items
    return notam


def told(text: str, window: tuple[str, str] | None = None) -> list[str]:
    """Return the hours of EER15, day and time of day only."""
    window_ns = (parse_ns(window[0]), parse_ns(window[1])) if window else None
    spans = active_hours(parse(text).items, "EER15", window_ns)
    return [f"{a[8:16]}/{b[8:16]}" for a, b in spans]


def test_the_items() -> None:
    notam = one(DAILY)
    assert (notam.number, notam.kind, notam.fir, notam.code) == ("A1234/25", "N", "EETT", "RTCA")
    assert notam.locations == ("EETT",)
    assert (text_of(notam.begin_ns), text_of(notam.end_ns)) == (
        "2025-09-18T06:00:00Z", "2025-09-21T20:00:00Z",
    )  # fmt: skip
    assert notam.text.endswith("SEE AIP SUP A) 3/25 AND B) 4/25.")  # no items, though they look it
    assert (notam.lower, notam.upper) == ("GND", "FL195")


def test_daily_hours_are_cut_to_its_time() -> None:
    assert told(DAILY) == [
        "18T07:00/18T15:00", "19T07:00/19T15:00", "20T07:00/20T15:00", "21T07:00/21T15:00",
    ]  # fmt: skip
    assert told(ALWAYS) == ["18T06:00/21T20:00"]
    late = DAILY.replace("0700-1500", "2200-0700")
    assert told(late)[0] == "18T06:00/18T07:00"  # the night before reaches in
    assert told(late)[-1] == "20T22:00/21T07:00"


def test_days_of_the_week() -> None:
    # 19 September 2025 is a Friday
    assert told(DAILY.replace("DAILY", "FRI")) == ["19T07:00/19T15:00"]
    assert told(DAILY.replace("DAILY 0700-1500", "MON-THU 0600-0800 1000-1200 SAT SUN H24")) == [
        "18T06:00/18T08:00", "18T10:00/18T12:00", "20T00:00/21T20:00",
    ]  # fmt: skip
    assert told(DAILY.replace("DAILY", "SAT-MON")) == ["20T07:00/20T15:00", "21T07:00/21T15:00"]


def test_hours_that_are_not_understood_are_refused_and_never_always() -> None:
    for schedule in ("18 0700-1500", "SR-SS", "DAILY 0700-1500 EXC SAT", "0700-0700", "DAILY"):
        read = parse(AREA.replace("18 0700-1500", schedule), "notam.txt")
        assert [(r.place, r.reason) for r in read.refusals] == [("line 1", "bad-schedule")]
        assert read.items == ()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("B) 2509180600", "B) 2509182561", "bad-time"),
        ("B) 2509180600", "B) 2513180600", "bad-date"),
        ("B) 2509180600", "", "missing-field"),
        ("C) 2509212000", "C) UFN", "bad-time"),
        ("C) 2509212000", "C) 2509172000", "bad-interval"),
        ("A) EETT ", "", "missing-field"),
    ],
)
def test_what_is_refused(old: str, new: str, why: str) -> None:
    assert old in DAILY
    assert [r.reason for r in parse(DAILY.replace(old, new, 1)).refusals] == [why]


def test_permanent_and_estimated_ends() -> None:
    forever = one(ALWAYS.replace("2509212000", "PERM"))
    assert forever.permanent
    (report,) = reports(forever, "EER15")
    assert (report.kind, report.until_ns) == ("activation", None)
    about = one(ALWAYS.replace("2509212000", "2509212000 EST"))
    assert about.estimated
    assert ("estimated", "yes") in reports(about)[0].properties


def test_permanent_daily_hours_need_a_window() -> None:
    forever = DAILY.replace("2509212000", "PERM")
    window = ("2025-12-24T10:00Z", "2025-12-25T08:00Z")
    assert told(forever, window) == ["24T10:00/24T15:00", "25T07:00/25T08:00"]
    with pytest.raises(Exception, match="open-schedule"):
        one(forever).hours()


def test_a_cancellation_ends_it() -> None:
    stop = "A1300/25 NOTAMC A1234/25\nQ) EETT/QRTXX/IV/BO/W/000/195\nA) EETT B) 2509191000\n"
    assert told(ALWAYS + stop) == ["18T06:00/19T10:00"]
    assert told(stop + ALWAYS) == ["18T06:00/19T10:00"]  # in whatever order they come
    other = stop.replace("A1234", "A1235")
    assert told(ALWAYS + other) == ["18T06:00/21T20:00"]


def test_a_replacement_takes_over_and_an_estimate_holds_until_then() -> None:
    about = ALWAYS.replace("2509212000", "2509181800 EST")
    new = ALWAYS.replace("A1234/25 NOTAMN", "A1250/25 NOTAMR A1234/25").replace(
        "2509180600", "2509190500"
    )
    assert told(about) == ["18T06:00/18T18:00"]
    assert told(about + new) == ["18T06:00/21T20:00"]
    assert [n.estimated for n in in_force(parse(about + new).items)] == [False, False]


def test_a_volume_that_is_never_active_is_not_one_that_always_is() -> None:
    volume = Volume("EER15", ())
    notams = parse(DAILY).items
    day = (parse_ns("2025-09-19T00:00Z"), parse_ns("2025-09-20T00:00Z"))
    on = activated(volume, notams, day)
    assert on is not None
    assert on.active == (("2025-09-19T07:00:00Z", "2025-09-19T15:00:00Z"),)
    night = (parse_ns("2025-09-19T16:00Z"), parse_ns("2025-09-19T20:00Z"))
    assert activated(volume, notams, night) is None
    assert activated(Volume("EER1", ()), notams) is None  # a name is a whole word
    assert activated(Volume("ER15", ()), notams) is None


def test_a_text_without_a_number() -> None:
    assert one(ALWAYS.replace("(A1234/25 NOTAMN\n", "").rstrip(")\n")).number == ""
    assert [r.reason for r in parse("runway closed").refusals] == ["no-notam"]
    assert [r.reason for r in parse("A1234/25 NOTAMN").refusals] == ["missing-field"]


@given(st.text(alphabet="A1234/25 NOTAMN\nQABCDEFG)-0 DAILYPERMEST", max_size=200) | st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    numbered = f"A1234/25 NOTAMN {text}"
    for given_text in (
        text,
        numbered,
        f"A1234/25 NOTAMN A) EETT B) 2509180600 C) PERM D) {text} E) X",
    ):
        read = parse(given_text)
        assert read.records > 0 or not given_text.strip()


DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


@given(
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.integers(0, 30 * 24 * 60),
    st.integers(1, 10 * 24 * 60),
)
def test_hours_agree_with_asking_minute_by_minute(
    days: set[int], start: int, stop: int, first: int, length: int
) -> None:
    if start == stop:
        stop = (stop + 1) % 1440
    text = f"{' '.join(DAYS[d] for d in sorted(days))} {start // 60:02d}{start % 60:02d}"
    rules = parse_schedule(f"{text}-{stop // 60:02d}{stop % 60:02d}")
    begin = parse_ns("2025-09-01T00:00Z") + first * MINUTE_NS  # a Monday
    found = hours(rules, begin, begin + length * MINUTE_NS)

    def on(minute: int) -> bool:
        day, tod = divmod(first + minute, 1440)
        if start < stop:
            return day % 7 in days and start <= tod < stop
        return (day % 7 in days and tod >= start) or ((day - 1) % 7 in days and tod < stop)

    wanted = sum(map(on, range(length)))
    assert sum(b - a for a, b in found) == wanted * MINUTE_NS
    assert all(a < b for a, b in found)
    assert all(b < a for (_, b), (a, _) in pairwise(found))
