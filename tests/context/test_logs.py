"""Logs: times with a zone or none at all, intervals, and rows that cost no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.context.logs import parse_csv, parse_toml
from tocsin.context.moments import parse_ns
from tocsin.schema import Report

LOG = """time,kind,by,subject,step,text,grade,value,channel
2025-09-19T06:58:10Z,radio,"Tallinn ACC",,,"called on 121.5, no answer",B2,no,121.5
2025-09-19T09:59+03:00,telephone,Tallinn ACC,,,asked St Petersburg,,,
2025-09-19T06:50Z/2025-09-19T06:52Z,response,NATO,pair 1,scrambled,,A2,,
2025-09-19 07:01:00,response,NATO,pair 1,intercepted,,A2,,
"""


def one(row: str) -> Report:
    read = parse_csv(f"time,until,kind,step,grade,value,authorised\n{row}\n")
    assert read.refusals == ()
    (report,) = read.items
    return report


def test_a_log_of_a_morning() -> None:
    read = parse_csv(LOG, "log.csv")
    radio, phone, scramble = read.items
    assert radio.t_ns == parse_ns("2025-09-19T06:58:10Z")
    assert radio.until_ns is None
    assert radio.text == "called on 121.5, no answer"
    assert radio.properties == (("value", "no"), ("channel", "121.5"))
    assert (radio.by, radio.grade, radio.path, radio.place) == (
        "Tallinn ACC", "B2", "log.csv", "line 2",
    )  # fmt: skip
    assert phone.t_ns == parse_ns("2025-09-19T06:59:00Z")
    assert (scramble.t_ns, scramble.until_ns) == (
        parse_ns("2025-09-19T06:50Z"), parse_ns("2025-09-19T06:52Z"),
    )  # fmt: skip
    (naive,) = read.refusals
    assert (naive.place, naive.reason) == ("line 5", "naive-time")
    assert "2025-09-19T07:01:00" in naive.detail


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("19.9.2025 06:58,,radio,,,,", "bad-time"),
        ("2025-09-19T24:58Z,,radio,,,,", "bad-time"),
        ("2025-09-19T06:58,,radio,,,,", "naive-time"),
        ("2025-09-19T06:58Z,2025-09-19T06:57Z,radio,,,,", "bad-interval"),
        ("2025-09-19T06:58Z/2025-09-19T06:59Z,2025-09-19T07:00Z,radio,,,,", "bad-interval"),
        ("2025-09-19T06:58Z,,semaphore,,,,", "bad-kind"),
        ("2025-09-19T06:58Z,,,,,,", "bad-kind"),
        ("2025-09-19T06:58Z,,response,landed,,,", "bad-step"),
        ("2025-09-19T06:58Z,,radio,,G7,,", "bad-grade"),
        ("2025-09-19T06:58Z,,radio,,,maybe,", "bad-word"),
        ("2025-09-19T06:58Z,,clearance,,,,granted", "bad-word"),
        ("2025-09-19T06:58Z,,radio,,,,,eight", "too-many-cells"),
    ],
)
def test_what_is_refused(row: str, why: str) -> None:
    read = parse_csv(f"time,until,kind,step,grade,value,authorised\n{row}\n")
    assert [r.reason for r in read.refusals] == [why]
    assert read.items == ()


def test_a_time_may_be_missing_but_not_wrong() -> None:
    assert one(",,clearance,,,,no").t_ns is None
    until = one(",2025-09-20T00:00Z,clearance,,,,yes")
    assert (until.authorised, until.until_ns) == ("yes", parse_ns("2025-09-20T00:00Z"))


def test_a_semicolon_divides_where_the_header_has_no_comma() -> None:
    read = parse_csv("time;kind;text\n2025-09-19T06:58Z;radio;one, two\n")
    assert [r.text for r in read.items] == ["one, two"]


def test_a_table_without_its_columns_is_refused_as_a_whole() -> None:
    read = parse_csv("when,what\n2025-09-19T06:58Z,radio\n")
    assert [(r.place, r.reason) for r in read.refusals] == [("line 1", "no-columns")]


def test_toml_says_the_same() -> None:
    text = """
    [[entry]]
    time = 2025-09-19T06:58:10Z
    kind = "radio"
    by = "Tallinn ACC"
    text = "called on 121.5, no answer"
    grade = "B2"
    value = "no"
    channel = "121.5"

    [[entry]]
    time = 2025-09-19T07:01:00
    kind = "response"
    """
    read = parse_toml(text, "log.csv")
    (radio,) = read.items
    (same, *_) = parse_csv(LOG, "log.csv").items
    assert (radio.t_ns, radio.by, radio.text, radio.grade, radio.properties) == (
        same.t_ns, same.by, same.text, same.grade, same.properties,
    )  # fmt: skip
    assert [(r.place, r.reason) for r in read.refusals] == [("[[entry]] 2", "naive-time")]


@pytest.mark.parametrize(
    ("text", "why"),
    [("[[entry", "bad-toml"), ("a = 1", "no-entry"), ("x = " + "[" * 5000, "bad-toml")],
)
def test_what_is_no_log(text: str, why: str) -> None:
    assert [r.reason for r in parse_toml(text).refusals] == [why]


@given(st.text(alphabet='time,kind;"\n\r\0radio2025-09-19T06:58Z/', max_size=120) | st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    for read in (
        parse_csv(text),
        parse_csv(f"time,kind\n{text}"),
        parse_toml(text),
        parse_toml(f"[[entry]]\n{text}"),
    ):
        assert all(r.reason and r.detail for r in read.refusals)


def test_on_and_off_are_how_people_say_it_of_a_transponder() -> None:
    text = "time,kind,value\n2025-09-19T07:00Z,transponder,off\n2025-09-19T07:00Z,radio,off\n"
    read = parse_csv(text)
    assert [dict(row.properties)["value"] for row in read.items] == ["no"]
    assert read.reasons == {"bad-word": 1}
