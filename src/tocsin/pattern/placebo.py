"""Records in which responses do nothing, or a known thing, by the rule that triggers responses.

A response comes when `count` events lie within `within`: so it follows a burst, and after a burst a
record is quieter even if responses do nothing.  A before-and-after comparison therefore needs a
placebo with the same rule.  Under the hypothesis that the rate is r times its base for `window`
after each response, the gaps between events are exchangeable once time is stretched,

    du = r dt  within a window after a response,    du = dt  elsewhere

so the gaps in u are shuffled and laid out again from the beginning, the rule making the responses
as it goes.  With r = 1 that is the placebo; with each r on a grid it is a test of r, exact where
the rule is the one by which responses came and gaps do not depend on each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.schema import Floats


@dataclass(frozen=True, slots=True)
class Trigger:
    """The rule by which a response comes."""

    count: int  # so many events
    within: float  # in so long a time, the last one counted, and then
    lag: float = 0.0  # after so long
    quiet: float = 0.0  # and not again before so long

    def __post_init__(self) -> None:
        if self.count < 1 or not self.within > 0 or self.lag < 0 or self.quiet < 0:
            raise UsageError(
                f"a trigger is a count from 1 within a time above 0, not {self.count} in "
                f"{self.within:g}",
                hint='"3 in 30" reads: three events within 30 units of time',
            )

    def responses(self, t: Floats) -> Floats:
        """Return when responses come to a record of event times."""
        out: list[float] = []
        last = -np.inf
        for k in range(self.count - 1, len(t)):
            burst = t[k] - t[k - self.count + 1] <= self.within
            if burst and t[k] >= last + max(self.quiet, self.lag):
                out.append(float(t[k]) + self.lag)
                last = t[k]
        return np.array(out)


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Records laid out from shuffled gaps."""

    t: Floats  # (M, N) event times
    end: Floats  # (M,)
    after: NDArray[np.int64]  # (M,) events within a window after a response
    exposed: Floats  # (M,) time in such windows
    responses: Floats  # (M, R) their times, NaN where there are fewer


def stretched(
    t: Floats, responses: Floats, begin: float, end: float, window: float, ratio: float
) -> Floats:
    """Return the gaps between events in stretched time, (N + 1,) with both ends."""
    edges = np.concatenate([[begin], t, [end]])
    inside = np.array([_exposed(responses, begin, edge, window) for edge in edges])
    return np.diff(edges - begin + (ratio - 1) * inside)


def after_exposure(
    t: Floats, responses: Floats, begin: float, end: float, window: float
) -> tuple[int, float]:
    """Return the events within `window` after a response, and the time that lies there."""
    seen = np.zeros(len(t), dtype=bool)
    for at in responses:
        seen |= (t > at) & (t <= at + window)
    return int(seen.sum()), _exposed(responses, begin, end, window)


def log_ratio(after: Floats, exposed: Floats, events: int, whole: Floats) -> Floats:
    """Return ln of the rate after responses over the rate elsewhere; NaN where there is none.

    A half is added to both counts (Haldane), so that none after a response is a number too.
    """
    elsewhere = whole - exposed
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (after + 0.5) / exposed / ((events - after + 0.5) / elsewhere)
        return np.where((exposed > 0) & (elsewhere > 0), np.log(ratio), np.nan)


def laid_out(gaps: Floats, begin: float, window: float, trigger: Trigger, ratio: float) -> Laid:
    """Return the records that gaps in stretched time make; gaps (M, N + 1), ratio above 0."""
    m, n = gaps.shape[0], gaps.shape[1] - 1
    times = np.empty((m, n))
    now = np.full(m, begin)
    until, waiting = np.full(m, -np.inf), np.full(m, np.inf)
    triggered = np.full(m, -np.inf)
    exposed, after = np.zeros(m), np.zeros(m, dtype=np.int64)
    answers: list[Floats] = []
    for k in range(n + 1):
        left = gaps[:, k].copy()
        for _ in range(3):  # a gap may meet the coming of a response and the end of its window
            active = now < until
            change = np.minimum(np.where(active, until, np.inf), waiting)
            speed = np.where(active, ratio, 1.0)
            step = np.minimum(left / speed, change - now)
            left = left - step * speed
            exposed += np.where(active, step, 0.0)
            now = now + step
            arrived = (now >= waiting) & (left > 0)
            until = np.where(arrived, waiting + window, until)
            waiting = np.where(arrived, np.inf, waiting)
            if not np.any(left > 0):
                break
        left = np.maximum(left, 0.0)
        active = now < until
        now = now + left / np.where(active, ratio, 1.0)
        exposed += np.where(active, left / np.where(active, ratio, 1.0), 0.0)
        if k == n:
            break
        times[:, k] = now
        after += now <= until
        came = np.zeros(m, dtype=bool)
        if k >= trigger.count - 1:
            burst = now - times[:, k - trigger.count + 1] <= trigger.within
            came = burst & (now >= triggered + max(trigger.quiet, trigger.lag))
        came &= ~np.isfinite(waiting)
        triggered = np.where(came, now, triggered)
        if trigger.lag > 0:
            waiting = np.where(came, now + trigger.lag, waiting)
        else:
            until = np.where(came, now + window, until)
        answers.append(np.where(came, now + trigger.lag, np.nan))
    return Laid(times, now, after, exposed, _packed(answers, m))


def _exposed(responses: Floats, begin: float, end: float, window: float) -> float:
    """Return the length of the union of windows after responses, between begin and end."""
    total, reached = 0.0, begin
    for at in np.sort(responses):
        start, stop = max(at, reached), min(at + window, end)
        if stop > start:
            total += stop - start
            reached = stop
    return float(total)


def _packed(answers: list[Floats], m: int) -> Floats:
    if not answers:
        return np.full((m, 0), np.nan)
    table = np.sort(np.stack(answers, axis=1), axis=1)  # NaN last
    most = int(np.isfinite(table).sum(axis=1).max(initial=0))
    return table[:, :most]
