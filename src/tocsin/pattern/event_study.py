"""The rate of events by time from a response, beside that of records where responses do nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.pattern.placebo import Trigger, laid_out
from tocsin.schema import Floats

_SHOWN = 8  # half windows before and after a response in the picture


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """The mean rate around responses, and where it lies in records without effect."""

    edges: Floats  # (B + 1,) time from the response
    rate: Floats  # (B,) events in unit time
    lo: Floats  # (B,) 90 % of the placebo records
    hi: Floats
    middle: Floats


def study(
    t: Floats,
    responses: Floats,
    begin: float,
    end: float,
    window: float,
    gaps: Floats,
    rule: Trigger,
) -> Study:
    """Return the mean rates, and where they lie over records made from rows of gaps."""
    edges = np.arange(-_SHOWN // 2, _SHOWN // 2 + 1) * window / 2
    laid = laid_out(gaps, begin, window, rule, 1.0)
    rates = np.array(
        [
            _around(one[np.isfinite(one)], when, begin, stop, edges)
            for one, when, stop in zip(laid.responses, laid.t, laid.end, strict=True)
            if np.isfinite(one).any()
        ]
    )
    usable = [column[np.isfinite(column)] for column in rates.T]
    q = np.array(
        [np.quantile(c, [0.05, 0.5, 0.95]) if len(c) else np.full(3, np.nan) for c in usable]
    )
    return Study(edges, _around(responses, t, begin, end, edges), q[:, 0], q[:, 2], q[:, 1])


def _around(responses: Floats, t: Floats, begin: float, end: float, edges: Floats) -> Floats:
    """Return events per unit of watched time, by time from a response; NaN where none was."""
    apart = (t[None, :] - responses[:, None]).ravel()
    # A response on the day of an event comes after it: the event belongs to what was before.
    count = np.histogram(-apart, bins=-edges[::-1])[0][::-1]
    low = np.clip(responses[:, None] + edges[None, :-1], begin, end)
    high = np.clip(responses[:, None] + edges[None, 1:], begin, end)
    watched = (high - low).sum(axis=0)
    return np.where(watched > 0, count / np.where(watched > 0, watched, 1.0), np.nan)
