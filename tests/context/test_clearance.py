"""Clearances as tables, and as reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.context.clearance import parse, report
from tocsin.context.moments import parse_ns

GRANTED = """
[[clearance]]
basis = "diplomatic"
authorised = "yes"
asked_by = "Sweden, embassy"
granted_by = "Estonia, Ministry of Foreign Affairs"
asked = 2025-09-10T08:00:00Z
decided = 2025-09-12T12:30:00+03:00
from = 2025-09-19T00:00:00Z
until = 2025-09-19T23:59:00Z
callsign = ["SVF631", "SVF632"]
registration = "39-210"
icao24 = ["4A81C3"]
volume = "EE"
route = "NEPAX DCT TLL"
conditions = ["not below FL 100"]
reference = "DIP-2025-0412"
"""


def test_who_asked_who_granted_when_and_for_what() -> None:
    (clearance,) = parse(GRANTED, "clearances.toml").items
    assert (clearance.asked_by, clearance.granted_by) == (
        "Sweden, embassy", "Estonia, Ministry of Foreign Affairs",
    )  # fmt: skip
    assert clearance.decided_ns == parse_ns("2025-09-12T09:30:00Z")
    assert clearance.icao24 == (0x4A81C3,)
    told = report(clearance)
    assert (told.kind, told.authorised, told.by) == ("clearance", "yes", clearance.granted_by)
    assert (told.t_ns, told.until_ns) == (
        parse_ns("2025-09-19T00:00Z"), parse_ns("2025-09-19T23:59Z"),
    )  # fmt: skip
    assert told.volume == "EE"
    assert told.subject == ""  # two call signs: neither alone
    assert [v for k, v in told.properties if k == "callsign"] == ["SVF631", "SVF632"]
    assert ("registration", "39210") in told.properties
    assert ("condition", "not below FL 100") in told.properties
    assert told.place == "[[clearance]] 1"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"diplomatic"', '"verbal"', "bad-word"),
        ('"yes"', '"granted"', "bad-word"),
        ('granted_by = "Estonia, Ministry of Foreign Affairs"', "", "missing-field"),
        ("23:59:00Z", "23:59:00", "naive-time"),
        ("until = 2025-09-19", "until = 2025-09-18", "bad-interval"),
        ('["4A81C3"]', '["4A81C"]', "bad-address"),
        ('["4A81C3"]', "[4]", "bad-value"),
        ("2025-09-10T08:00:00Z", "2025-09-10", "bad-time"),
    ],
)
def test_what_is_refused(old: str, new: str, why: str) -> None:
    assert old in GRANTED
    read = parse(GRANTED.replace(old, new) + GRANTED, "clearances.toml")
    assert [(r.place, r.reason) for r in read.refusals] == [("[[clearance]] 1", why)]
    assert len(read.items) == 1


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    for given_text in (text, f"[[clearance]]\n{text}"):
        read = parse(given_text)
        assert read.items == ()
        assert read.records > 0 or not given_text.strip()
