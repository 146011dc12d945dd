"""When something was, as far as a source says: an interval with the precision it was given in.

A moment is written as people write dates, cut where knowledge ends (ISO 8601-1, 4.3 and 5.5):

    2014   2014-12   2014-12-09   2014-12-09T15:05Z   2014-12-09T15:05:30Z   unknown
    2014-12-03/2014-12-07   2014/..   ../2014-12-09       between two, or open on one side

and means the half-open interval [earliest, latest) of nanoseconds since 1970 UTC: a day is 24
hours in which it happened at some time, never midnight.  A time of day carries its zone; a
naive one is refused.  A bare date is taken as the UTC day, which errs by the source's own
offset (2-3 h in the Baltic): give a time, or an interval, where that decides something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

from tocsin.errors import IncidentError

SECOND_NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = (1678, 2261)  # what 64 bits of nanoseconds since 1970 can hold
_SHAPE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"([T ](?P<hour>\d\d)(:?(?P<minute>\d\d)(:?(?P<second>\d\d)([.,](?P<part>\d{1,9}))?)?)?"
    r"(?P<zone>Z|[+-]\d\d(:?\d\d)?)?)?)?)?"
)
_HINT = "write 2014, 2014-12, 2014-12-09, 2014-12-09T15:05Z, A/B between two, or unknown"


class Precision(StrEnum):
    """What the interval comes from."""

    INSTANT = "instant"  # a fraction of a second
    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    INTERVAL = "interval"  # both ends given, or one
    UNKNOWN = "unknown"


_UNIT_NS = {
    Precision.SECOND: SECOND_NS,
    Precision.MINUTE: 60 * SECOND_NS,
    Precision.HOUR: 3600 * SECOND_NS,
    Precision.DAY: 86_400 * SECOND_NS,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """An uncertain time: it lies in [earliest, latest); None is an open end."""

    earliest_ns: int | None = None
    latest_ns: int | None = None  # exclusive
    precision: Precision = Precision.UNKNOWN

    def __post_init__(self) -> None:
        ends = (self.earliest_ns, self.latest_ns)
        if (ends == (None, None)) != (self.precision is Precision.UNKNOWN):
            raise IncidentError("a moment is unknown exactly when both its ends are open")
        if None in ends and self.precision not in (Precision.INTERVAL, Precision.UNKNOWN):
            raise IncidentError(f"a moment known to the {self.precision.value} has two ends")
        if ends[0] is not None and ends[1] is not None and not ends[0] < ends[1]:
            raise IncidentError("a moment must end after it begins", hint=_HINT)

    @classmethod
    def of(cls, written: str | date | datetime) -> Moment:
        """Return the moment that text, a date or a time means; raise IncidentError if none."""
        text = (written if isinstance(written, str) else written.isoformat()).strip()
        if text in ("", "unknown", "undated", "../.."):
            return UNKNOWN
        first, slash, last = (part.strip() for part in text.partition("/"))
        if not slash:
            return _one(text)
        begin = UNKNOWN if first in ("", "..") else _one(first)
        end = UNKNOWN if last in ("", "..") else _one(last)
        # A second as an end is that instant: the interval's own text must read back the same.
        latest = end.earliest_ns if end.precision in _SHARP else end.latest_ns
        return cls(begin.earliest_ns, latest, Precision.INTERVAL)

    def __str__(self) -> str:
        """The shortest text that `Moment.of` reads back to this value."""
        begin, end = self.earliest_ns, self.latest_ns
        if self.precision is Precision.UNKNOWN:
            return "unknown"
        if self.precision is Precision.INTERVAL or begin is None or end is None:
            return f"{'..' if begin is None else utc(begin)}/{'..' if end is None else utc(end)}"
        if self.precision is Precision.INSTANT:
            return utc(begin, 9 - (len(str(end - begin)) - 1))
        cut = {"year": 4, "month": 7, "day": 10, "hour": 13, "minute": 16}
        whole = utc(begin)
        if self.precision is Precision.SECOND:
            return whole
        text = whole[: cut[self.precision.value]]
        return text if len(text) <= 10 else text + "Z"

    @property
    def known(self) -> bool:
        return self.precision is not Precision.UNKNOWN


UNKNOWN = Moment()
_SHARP = (Precision.SECOND, Precision.INSTANT)


@dataclass(frozen=True, slots=True)
class When:
    """When it began and when it ended; each may be unknown."""

    begin: Moment = UNKNOWN
    end: Moment = UNKNOWN

    def __post_init__(self) -> None:
        first, last = self.begin.earliest_ns, self.end.latest_ns
        if first is not None and last is not None and not first < last:
            raise IncidentError(f"it ends at {self.end}, before it begins at {self.begin}")

    @property
    def begun(self) -> Moment:
        """When it began: what is said of it, and no later than its end."""
        end = self.end.latest_ns
        if end is None or (self.begin.latest_ns is not None and self.begin.latest_ns <= end):
            return self.begin
        return Moment(self.begin.earliest_ns, end, Precision.INTERVAL)


UNDATED = When()


def utc(t_ns: int, digits: int | None = None) -> str:
    """Return RFC 3339 text in UTC, with `digits` of a second or as many as it takes."""
    seconds, part = divmod(t_ns, SECOND_NS)
    text = (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    fraction = f"{part:09d}"[:digits] if digits is not None else f"{part:09d}".rstrip("0")
    return f"{text}{'.' if fraction else ''}{fraction}Z"


def _one(text: str) -> Moment:
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise IncidentError(f'"{text}" is no date', hint=_HINT)
    year = int(match["year"])
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise IncidentError(f'"{text}" lies outside the years {_YEARS[0]} to {_YEARS[1]}')
    if match["hour"] and not match["zone"]:
        raise IncidentError(f'"{text}" has no zone', hint="append Z if it is UTC, or +03:00")
    parts = [int(match[name] or low) for name, low in zip(_NAMES, (1, 1, 0, 0, 0), strict=True)]
    try:
        begin = datetime(year, *parts, tzinfo=_zone(match["zone"]))  # type: ignore[misc,arg-type]
    except ValueError as error:
        raise IncidentError(f'"{text}" is no date: {error}', hint=_HINT) from None
    begin_ns = (begin - _EPOCH) // timedelta(microseconds=1) * 1000
    if match["part"]:
        begin_ns += int(match["part"].ljust(9, "0"))
        return Moment(begin_ns, begin_ns + 10 ** (9 - len(match["part"])), Precision.INSTANT)
    precision = _precision(match)
    if precision in _UNIT_NS:
        return Moment(begin_ns, begin_ns + _UNIT_NS[precision], precision)
    month = parts[0]
    after = datetime(year + (precision is Precision.YEAR or month == 12), 1, 1, tzinfo=UTC)
    if precision is Precision.MONTH and month < 12:
        after = datetime(year, month + 1, 1, tzinfo=UTC)
    return Moment(begin_ns, (after - _EPOCH) // timedelta(seconds=1) * SECOND_NS, precision)


_NAMES = ("month", "day", "hour", "minute", "second")


def _precision(match: re.Match[str]) -> Precision:
    named = ("year", *_NAMES)
    return Precision([name for name in named if match[name]][-1])


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
