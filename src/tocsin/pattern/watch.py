"""Time that somebody watched: a clock that stands still in the gaps."""

from __future__ import annotations

import numpy as np

from tocsin.pattern.events import Events, Floats, stretches


def clock(events: Events, t: Floats) -> Floats:
    """Return the time watched from the beginning to each t, in the unit of the series."""
    at = np.asarray(t, dtype=np.float64)
    out = np.zeros_like(at)
    for a, b in stretches(events.begin, events.end, events.gaps):
        out += np.clip(at, a, b) - a
    return out


def at_clock(events: Events, u: Floats) -> Floats:
    """Return when the clock of watched time shows u; at a gap's edges, before the gap."""
    parts = stretches(events.begin, events.end, events.gaps)
    lengths = np.array([b - a for a, b in parts])
    ends = np.cumsum(lengths)
    which = np.minimum(np.searchsorted(ends, u), len(parts) - 1)
    starts = np.array([a for a, _ in parts])
    return np.asarray(starts[which] + (u - (ends - lengths)[which]))
