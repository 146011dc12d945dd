"""What a cell of the collected lists says, as an interval or as an answer.

    2016-02 -> the whole month              06:58Z -> that minute
    15:00Z -> rounded: 14:30Z to 15:30Z     4 -> 4, 4      >=4 -> 4, open
    19-23 -> 19, 23                         >1 -> 2, open  tens -> 10, open
    <60 -> open, 60                         ~75 -> 67.5, 82.5 (10 %, as in claims: "about")
    few minutes -> 60 s, open               brief -> nothing but the word

The text of a cell is kept beside the numbers wherever it says more than they do.
"""

from __future__ import annotations

import re

from tocsin.errors import IncidentError
from tocsin.schema import Answer, Count, Moment, Span, Stated
from tocsin.schema.moment import UNKNOWN, Precision

ABOUT = 0.1  # how far "about" reaches, as a share: the claim grammar's rule
HALF_HOUR_NS = 1_800_000_000_000
#: "few minutes" is more than one; how many, nobody says.  "tens" is one ten or more.
_WORDS = {"few minutes": (60.0, None), "brief": (None, None), "tens": (10.0, None)}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_RANGE = re.compile(r"(?P<sign><=|>=|<|>|~)?\s*(?P<low>\d+(\.\d+)?)\s*(-\s*(?P<high>\d+(\.\d+)?))?")
#: A length flown is no depth: of these only the text is kept.
_FLOWN = re.compile(r"\b(path|flown)\b")

Bounds = tuple[float | None, float | None]


def moment(cell: str) -> Moment:
    """Return when a cell says; a time on the full hour is taken as rounded to it."""
    text = cell.strip()
    found = Moment.of(text)
    if found.precision is Precision.MINUTE and ":00" in text and found.earliest_ns is not None:
        low = found.earliest_ns
        return Moment(low - HALF_HOUR_NS, low + HALF_HOUR_NS, Precision.INTERVAL)
    return found


def bounds(cell: str) -> Bounds:
    """Return the least and the most that a cell says; raise IncidentError where it says neither."""
    text = cell.strip()
    if not text:
        return None, None
    if text in _WORDS:
        return _WORDS[text]
    match = _RANGE.match(text)
    if match is None:
        raise IncidentError(f'"{cell}" is no amount', hint="write 4, >=4, <60, ~75, 19-23 or tens")
    low, sign = float(match["low"]), match["sign"]
    high = float(match["high"]) if match["high"] else low
    if sign in ("<", "<="):
        return None, high
    if sign in (">", ">="):
        return low, None
    if sign == "~":
        return low * (1 - ABOUT), high * (1 + ABOUT)
    return low, high


def count(cell: str) -> Count:
    """Return how many a cell says: "19-23", ">1" (two or more), "tens"."""
    least, most = bounds(cell)
    if least is not None and cell.strip().startswith(">") and not cell.strip().startswith(">="):
        least += 1
    if most is not None and cell.strip().startswith("<") and not cell.strip().startswith("<="):
        most -= 1
    return Count(
        None if least is None else int(least), None if most is None else int(most), said(cell)
    )


def span(cell: str, scale: float = 1.0) -> Span:
    """Return how much a cell says, times `scale`; a length flown is kept as text only."""
    if _FLOWN.search(cell):
        return Span(text=cell.strip())
    least, most = (None if x is None else round(x * scale, 6) for x in bounds(cell))
    return Span(least, most, said(cell))


def said(cell: str) -> str:
    """Return the words of a cell, "" where it is a plain number."""
    text = cell.strip()
    return "" if _NUMBER.fullmatch(text) else text


def stated(cell: str, by: str, *, yes: tuple[str, ...], no: tuple[str, ...]) -> Stated:
    """Return the answer that a cell begins with; nothing in it is nothing said.

    yes, no  how a cell that says so begins; other words leave the answer unknown
    """
    text = cell.strip()
    if not text:
        return Stated()
    if text.startswith(no):
        return Stated(Answer.NO, by, text)
    return Stated(Answer.YES if text.startswith(yes) else Answer.UNKNOWN, by, text)


def hull(first: Bounds, *others: Bounds) -> Bounds:
    """Return the bounds that hold all of several; an open end of one is open in all."""
    lows = [low for low, _ in (first, *others)]
    highs = [high for _, high in (first, *others)]
    least = None if None in lows else min(low for low in lows if low is not None)
    most = None if None in highs else max(high for high in highs if high is not None)
    return least, most


def around(first: Moment, *others: Moment) -> Moment:
    """Return the moment that holds several; one that holds the others stays as it is."""
    known = [each for each in (first, *others) if each.known]
    if not known:
        return UNKNOWN
    lows = [each.earliest_ns for each in known]
    highs = [each.latest_ns for each in known]
    low = None if None in lows else min(x for x in lows if x is not None)
    high = None if None in highs else max(x for x in highs if x is not None)
    for each in known:
        if (each.earliest_ns, each.latest_ns) == (low, high):
            return each
    return UNKNOWN if low is None and high is None else Moment(low, high, Precision.INTERVAL)
