"""Dates and amounts say no more than was known."""

from __future__ import annotations

import pytest

from tocsin.dossier.dates import amount_text, moment_text


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("unknown", "unknown"),
        ("2014", "2014"),
        ("2014-12", "Dec 2014"),
        ("2014-12-09", "9 Dec 2014"),
        ("2014-12-09T15Z", "9 Dec 2014, 15 h Z"),
        ("2014-12-09T15:05Z", "9 Dec 2014, 15:05 Z"),
        ("2014-12-09T15:05:30Z", "9 Dec 2014, 15:05:30 Z"),
        ("2014-12-09T15:05:30.25Z", "9 Dec 2014, 15:05:30.25 Z"),
        ("2014-12-03/2014-12-07", "3 Dec 2014 to 7 Dec 2014"),
        (
            "2014-12-03T10:00Z/2014-12-03T11:30Z",
            "between 3 Dec 2014, 10:00 Z and 3 Dec",
        ),
        ("../2014-12-09", "before 10 Dec 2014, 00:00 Z"),
        ("2014-12-09/..", "9 Dec 2014, 00:00 Z or later"),
    ],
)
def test_a_moment_reads_as_it_is_known(written: str, says: str) -> None:
    assert moment_text(written).replace("\u00a0", " ").startswith(says)


@pytest.mark.parametrize(
    ("least", "most", "text", "says"),
    [
        (None, None, "", "unknown"),
        (None, None, "brief", "brief"),
        (3, 3, "", "3 km"),
        (2, None, ">1", "2 km or more (“>1”)"),
        (None, 60, "", "up to 60 km"),
        (19, 23, "", "19 to 23 km"),
        (0, 0, "", "0 km"),
    ],
)
def test_an_amount_keeps_its_open_ends(
    least: float | None, most: float | None, text: str, says: str
) -> None:
    told = {"least": least, "most": most, "text": text}
    assert amount_text(told, "km").replace("\u00a0", " ") == says
