"""QNH from METAR."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.context.met import parse
from tocsin.context.moments import text_of

DAY = date(2025, 9, 19)


def test_hectopascal_and_inches() -> None:
    read = parse(
        "METAR EETN 190650Z 24008KT 9999 FEW030 15/11 Q1013 NOSIG=\n\n"
        "SPECI KJFK 190651Z 24008KT 10SM 22/17 A2992 RMK AO2 SLP132 A2800\n",
        DAY,
        "metar.txt",
    )
    first, second = read.items
    assert (first.by, text_of(first.t_ns or 0)) == ("EETN", "2025-09-19T06:50:00Z")
    assert first.properties == (("qnh_hpa", "1013.0"),)
    assert second.properties == (("qnh_hpa", "1013.2"),)  # 29.92 inHg is the standard atmosphere
    assert second.place == "line 3"


def test_the_day_of_the_month_is_the_nearest() -> None:
    (late,) = parse("EETN 310650Z Q1013", date(2026, 1, 1)).items
    assert text_of(late.t_ns or 0) == "2025-12-31T06:50:00Z"
    assert [r.reason for r in parse("EETN 320650Z Q1013", DAY).refusals] == ["bad-date"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("EETN 190650Z 15/11", "no-pressure"),
        ("EETN 190650Z Q0013", "bad-pressure"),
        ("EETN 196150Z Q1013", "bad-time"),
        ("TAF EETN 190500Z 1906/2006", "not-a-metar"),
    ],
)
def test_what_is_refused(line: str, why: str) -> None:
    assert [(r.place, r.reason) for r in parse(line, DAY).refusals] == [("line 1", why)]


@given(st.text(alphabet="EETN 190650ZQ\nA3=", max_size=80) | st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    assert parse(text, DAY).records == sum(bool(line.strip()) for line in text.splitlines())
