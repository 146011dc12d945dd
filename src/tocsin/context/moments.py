"""Times as UTC nanoseconds since 1970, from the ways in which records write them.

A time without a zone is refused.  ICAO messages are in UTC by rule (Doc 4444 appendix 3, 1.6),
but write a time of day only: the day comes from elsewhere or the moment stays unknown.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from tocsin.context.refused import Refused

MINUTE_NS = 60_000_000_000
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(1678, 1, 1, tzinfo=UTC)  # 64-bit nanoseconds reach from 1677 to 2262
_LATEST = datetime(2262, 1, 1, tzinfo=UTC)
LATEST_NS = (_LATEST - _EPOCH) // timedelta(microseconds=1) * 1000

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?P<zone>[Zz]|[+-]\d{2}:\d{2})?",
    re.ASCII,
)
_DIGITS = re.compile(r"\d+", re.ASCII)


def utc_ns(moment: datetime) -> int:
    """Return a time with a zone as nanoseconds; raises Refused ("naive-time", "bad-time")."""
    if moment.tzinfo is None:
        raise Refused("naive-time", f'"{moment.isoformat()}" states no zone; end it in Z or +00:00')
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        utc = datetime.min.replace(tzinfo=UTC)
    if not _EARLIEST <= utc <= _LATEST:
        raise Refused("bad-time", f'"{moment.isoformat()}" lies outside the years 1678 to 2262')
    return (utc - _EPOCH) // timedelta(microseconds=1) * 1000


def parse_ns(text: str) -> int:
    """Return an RFC 3339 time as nanoseconds; seconds may be left out, the zone may not.

    Raises Refused ("naive-time", "bad-time").
    """
    stripped = text.strip()
    found = _MOMENT.fullmatch(stripped)
    try:
        if found:
            return utc_ns(datetime.fromisoformat(stripped.upper().replace(" ", "T")))
    except ValueError:
        pass  # a thirteenth month, a 25th hour: the same sentence as for what is no time at all
    raise Refused("bad-time", f'"{stripped}" is no time; write it as 2025-09-19T06:58:00Z')


def text_of(ns: int) -> str:
    """Return a moment as RFC 3339 in UTC, to the second, with microseconds where it has any."""
    moment = _EPOCH + timedelta(microseconds=ns // 1000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (
        f".{moment.microsecond:06d}Z" if moment.microsecond else "Z"
    )


def hhmm_ns(text: str, item: str) -> int:
    """Return a time of day HHMM as nanoseconds since midnight.

    Raises Refused ("bad-time"): 2561 has neither such an hour nor such a minute.
    """
    if len(text) == 4 and _DIGITS.fullmatch(text) and text[:2] < "24" and text[2:] < "60":
        return int(text[:2]) * HOUR_NS + int(text[2:]) * MINUTE_NS
    raise Refused(
        "bad-time", f'{item}: "{text}" is no time of day; it is four digits, 0000 to 2359 UTC'
    )


def elapsed_s(text: str, item: str) -> float:
    """Return an elapsed time HHMM in seconds; it may exceed a day (Doc 4444, item 16)."""
    if len(text) == 4 and _DIGITS.fullmatch(text) and text[2:] < "60":
        return int(text[:2]) * 3600.0 + int(text[2:]) * 60.0
    raise Refused("bad-time", f'{item}: "{text}" is no elapsed time; it is four digits, HHMM')


def midnight_ns(day: date) -> int:
    """Return the first moment of a UTC day as nanoseconds."""
    return (day - _EPOCH.date()).days * DAY_NS


def yymmdd(text: str, item: str) -> date:
    """Return a date YYMMDD; the century is 2000 (the form exists since 2012).

    Raises Refused ("bad-date").
    """
    try:
        if len(text) == 6 and _DIGITS.fullmatch(text):
            return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        pass
    raise Refused("bad-date", f'{item}: "{text}" is no date; it is six digits, YYMMDD')
