"""The parameter `datetime`: an instant or an interval, either end of which may be open."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.errors import IncidentError, UsageError
from tocsin.schema import Moment

_HINT = "write 2025-09-19T06:58:00Z, A/B, ../B or A/.."
_OPEN = ("", "..")


@dataclass(frozen=True, slots=True)
class Interval:
    """A time from `low_ns` until before `high_ns`; None is an open end."""

    low_ns: int | None
    high_ns: int | None

    def meets(self, low_ns: int | None, high_ns: int | None) -> bool:
        """Return whether another interval has a moment in common with this one."""
        begins = self.high_ns is None or low_ns is None or low_ns < self.high_ns
        return begins and (self.low_ns is None or high_ns is None or high_ns > self.low_ns)


def interval_of(text: str | None) -> Interval | None:
    """Return the interval that text means; raise UsageError for text that means none."""
    if text is None:
        return None
    first, slash, last = text.strip().upper().partition("/")
    if not slash:
        moment = _moment(first)
        return Interval(moment.earliest_ns, moment.latest_ns)
    if "/" in last or (first in _OPEN and last in _OPEN):
        raise UsageError(f'datetime "{text}" is no interval', hint=_HINT)
    low = None if first in _OPEN else _moment(first).earliest_ns
    high = None if last in _OPEN else _moment(last).latest_ns
    if low is not None and high is not None and low >= high:
        raise UsageError(f'datetime "{text}" ends before it begins', hint=_HINT)
    return Interval(low, high)


def _moment(text: str) -> Moment:
    try:
        moment = Moment.of(text)
    except IncidentError as error:
        raise UsageError(f"datetime: {error.problem}", hint=_HINT) from None
    if moment.earliest_ns is None or moment.latest_ns is None:
        raise UsageError(f'datetime "{text}" is no time', hint=_HINT)
    return moment
