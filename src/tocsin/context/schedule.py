"""Item D of a NOTAM: the hours of each day in which it applies, as intervals of UTC.

Read are H24, times ("0700-1500"), times for days of the week ("MON-FRI 0700-1500 1600-1800",
"SAT SUN H24") and DAILY; a time that ends before it begins ends on the next day.  Anything else
(sunrise, dates, exceptions) is refused: an activation whose hours are not understood must not pass
as one that always holds.  Source: ICAO Annex 15 appendix 3; OPADD 4.1, 2.3.20.
"""

from __future__ import annotations

import re

from tocsin.context.moments import DAY_NS, hhmm_ns
from tocsin.context.refused import Refused

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
LONGEST_DAYS = 800  # of hours counted out: two years and more is no temporary activation

_HOURS = re.compile(r"(\d{4})-(\d{4})", re.ASCII)
_RANGE = re.compile(r"([A-Z]{3})-([A-Z]{3})")

Interval = tuple[int, int]
Rule = tuple[frozenset[int], tuple[Interval, ...]]  # days of the week, hours of the day in ns


def parse_schedule(text: str) -> tuple[Rule, ...]:
    """Return the rules of an item D.  Raises Refused ("bad-schedule")."""
    rules: list[Rule] = []
    days: set[int] = set()
    hours: list[Interval] = []
    for token in text.upper().replace(",", " ").replace(" - ", "-").split():
        on = _days(token)
        if on is not None:
            if hours:  # a day after times begins the next rule
                rules.append((frozenset(days) or _ALL, tuple(hours)))
                days, hours = set(), []
            days |= on
            continue
        hours.append(_hours(token, text))
    if not hours:
        raise _bad(text)
    return (*rules, (frozenset(days) or _ALL, tuple(hours)))


def hours(rules: tuple[Rule, ...], begin_ns: int, end_ns: int) -> tuple[Interval, ...]:
    """Return the hours of rules between two moments, in order, overlapping ones as one.

    Raises Refused ("open-schedule") for more than `LONGEST_DAYS` days.
    """
    first, last = begin_ns // DAY_NS - 1, end_ns // DAY_NS  # the night before reaches in
    if last - first > LONGEST_DAYS:
        raise Refused(
            "open-schedule",
            f"daily hours over {last - first} days are too many; give a window of interest",
        )
    found = []
    for day in range(first, last + 1):
        weekday = (day + 3) % 7  # 1 January 1970 was a Thursday
        for days, spans in rules:
            if weekday in days:
                found += [(day * DAY_NS + a, day * DAY_NS + b) for a, b in spans]
    cut = [(max(a, begin_ns), min(b, end_ns)) for a, b in found]
    return union([(a, b) for a, b in cut if a < b])


def union(intervals: list[Interval]) -> tuple[Interval, ...]:
    """Return the same time sorted, overlapping and touching intervals as one."""
    out: list[Interval] = []
    for begin, end in sorted(intervals):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((begin, end))
    return tuple(out)


_ALL = frozenset(range(7))


def _days(token: str) -> set[int] | None:
    if token == "DAILY":  # noqa: S105 - a word of the format
        return set(_ALL)
    if token in DAYS:
        return {DAYS.index(token)}
    found = _RANGE.fullmatch(token)
    if found and found[1] in DAYS and found[2] in DAYS:
        a, b = DAYS.index(found[1]), DAYS.index(found[2])
        return {(a + k) % 7 for k in range((b - a) % 7 + 1)}
    return None


def _hours(token: str, text: str) -> Interval:
    if token == "H24":  # noqa: S105 - a word of the format
        return (0, DAY_NS)
    found = _HOURS.fullmatch(token)
    if not found:
        raise _bad(text)
    begin = hhmm_ns(found[1], "item D")
    end = DAY_NS if found[2] == "2400" else hhmm_ns(found[2], "item D")
    if end == begin:
        raise _bad(text)
    return begin, end if end > begin else end + DAY_NS


def _bad(text: str) -> Refused:
    return Refused(
        "bad-schedule",
        f'item D "{" ".join(text.split())[:60]}" is not read; daily times are, such as '
        "MON-FRI 0700-1500, DAILY 0600-0800 1200-1400, H24",
    )
