"""Which times a test speaks of, and which of them were observed.

Without `between`, a test speaks of the time from the first to the last sighting inside the
case's window: nobody claims anything about an aircraft before it is there.  With `between`, it
speaks of exactly those times, seen or not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.schema import Posterior

DAY_NS = 86_400 * 10**9
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Below this observed share of its times, `always` is not established by what was seen, nor is
#: it refuted that something happened "at some time".  A judgement: what was seen must at least
#: outweigh what was not.  One observed counter-example decides at any coverage.
LEAST_COVERAGE = 0.5


@dataclass(frozen=True, slots=True)
class Scope:
    """The times a test speaks of; None where only the sightings themselves limit them."""

    from_ns: int | None
    until_ns: int | None
    stated: bool = False  # by `between`

    def narrowed(self, start_ns: int, end_ns: int) -> Scope:
        begin = start_ns if self.from_ns is None else max(start_ns, self.from_ns)
        until = end_ns if self.until_ns is None else min(end_ns, self.until_ns)
        return Scope(begin, until, stated=True)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A posterior's times within a scope."""

    at: NDArray[np.int64]  # (n,) indices of the observed times
    t_s: NDArray[np.float64]  # (K,) seconds since the first time of the posterior
    begin_s: float  # of the scope; -inf where nothing limits it
    end_s: float
    coverage: float  # observed share, 0..1
    stated: bool
    hidden: NDArray[np.int64]  # (h,) indices of the times within the scope that nobody observed

    @property
    def columns(self) -> slice | NDArray[np.int64]:
        """Return the same as `at`, as a slice where nothing lies between: that copies nothing."""
        at = self.at
        if len(at) and int(at[-1] - at[0]) == len(at) - 1:
            return slice(int(at[0]), int(at[-1]) + 1)
        return at

    @property
    def hidden_s(self) -> float:
        """Return for how long nobody observed it, from sighting to sighting."""
        if not len(self.hidden):
            return 0.0
        step_s = np.diff(self.t_s)
        unseen = np.zeros(len(step_s), np.bool_)
        unseen[self.hidden[self.hidden < len(step_s)]] = True
        unseen[self.hidden[self.hidden > 0] - 1] = True
        return float(step_s[unseen].sum())

    @property
    def enough(self) -> bool:
        return len(self.at) > 0 and self.coverage >= LEAST_COVERAGE


def sight(posterior: Posterior, scope: Scope) -> Sight:
    """Return which times of a posterior a test may use."""
    t = posterior.t_ns
    inside = np.ones(len(t), np.bool_)
    if scope.from_ns is not None:
        inside &= t >= scope.from_ns
    if scope.until_ns is not None:
        inside &= t <= scope.until_ns
    at, hidden = (
        np.flatnonzero(inside & seen) for seen in (posterior.observed, ~posterior.observed)
    )
    t_s = (t - t[0]) / 1e9
    begin = -np.inf if scope.from_ns is None else (scope.from_ns - int(t[0])) / 1e9
    end = np.inf if scope.until_ns is None else (scope.until_ns - int(t[0])) / 1e9
    coverage = _coverage(posterior, at, t_s, begin, end, scope)
    return Sight(at, t_s, begin, end, coverage, scope.stated, hidden)


def _coverage(
    posterior: Posterior,
    at: NDArray[np.int64],
    t_s: NDArray[np.float64],
    begin: float,
    end: float,
    scope: Scope,
) -> float:
    if scope.stated and end > begin:
        legs = np.clip(np.minimum(t_s[1:], end) - np.maximum(t_s[:-1], begin), 0, None)
        seen = legs[posterior.observed[:-1] & posterior.observed[1:]].sum()
        return float(seen / (end - begin))
    if len(at) < 2:
        return float(len(at))  # one sighting is all of the time it speaks of
    pairs = np.diff(t_s[at])
    return float(pairs[np.diff(at) == 1].sum() / pairs.sum())


def moment_ns(text: str, window_ns: tuple[int, int] | None) -> int:
    """Return a time of a claim in UTC; a time of day is the first one in the case's window.

    Raises UsageError for a time of day without a window to place it in.
    """
    day, _, clock = text.rpartition("T")
    found = _TIME.fullmatch(clock)
    if found is None:
        raise UsageError(f'"{text}" is no time in UTC', hint="write 2025-09-19T06:58:00Z or 06:58Z")
    hour, minute, second, fraction, zone = found.groups(default="")
    ns = (int(hour) * 3600 + int(minute) * 60 + int(second or 0)) * 10**9
    ns += int((fraction + "0" * 9)[:9])
    if zone != "Z":
        sign = 1 if zone[0] == "+" else -1
        ns -= sign * (int(zone[1:3]) * 3600 + int(zone[4:6]) * 60) * 10**9
    if day:
        date = datetime.fromisoformat(day).replace(tzinfo=UTC)
        return ns + (date - _EPOCH) // timedelta(days=1) * DAY_NS
    if window_ns is None:
        raise UsageError(f'"{text}" has no date, and the case no window', hint="write the date too")
    ns %= DAY_NS
    midnight = window_ns[0] // DAY_NS * DAY_NS
    # Of the two days that a window over midnight touches, the one that holds the time.
    late = midnight + ns < window_ns[0] and midnight + DAY_NS + ns <= window_ns[1]
    return midnight + ns + (DAY_NS if late else 0)
