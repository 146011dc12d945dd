"""Whether incidents keep to a period: Rayleigh's test, and a rate with one harmonic.

At a period P each incident has a phase 2 pi t / P; R is the length of the sum of the unit vectors.
Rayleigh's statistic is R^2 / N (Mardia and Jupp, Directional Statistics, 2000, 6.3.1), here the
largest over the stated periods, against the same number of incidents strewn evenly over the time
watched.  As an explanation to hold against others, the rate is proportional to
exp(kappa cos(phase - phi)) with phi uniform, kappa over a few strengths, and the period over those
stated and, with half of the weight, over all from twice the window to the incidents' mean distance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tocsin.pattern.events import Events, Floats
from tocsin.pattern.watch import at_clock

#: Days: one, a week, two, four, the synodic month, the mean month, a quarter, a half, a year.
STATED_DAYS = (1.0, 7.0, 14.0, 28.0, 29.530589, 30.436875, 91.310625, 182.62125, 365.2425)
KAPPAS = np.array([0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
_MOST = 1600  # frequencies looked at
_PHASES = 24
_SHORT = 6  # cycles in the window from which a cycle that is cut off no longer matters


@dataclass(frozen=True, slots=True)
class Periodicity:
    """The strongest of the stated periods."""

    period: float  # in the unit of the series; nan where none can be told in this window
    strength: float  # R^2 / N
    p: float | None  # of the largest over the stated periods; None where none was tested
    periods: tuple[float, ...]  # those tested


def stated(events: Events, resolution: float = 0.0) -> tuple[float, ...]:
    """Return the stated periods that can be told: two cycles, and longer than twice a time's error.

    In the unit of the series.
    """
    length = events.end - events.begin
    periods = (d / events.unit.days for d in STATED_DAYS)
    return tuple(p for p in periods if 2 * resolution < p <= length / 2)


def strength(t: Floats, periods: tuple[float, ...]) -> Floats:
    """Return R^2 / N at each period, (P,)."""
    return np.asarray(resultant(t, 1 / np.asarray(periods)) ** 2 / max(len(t), 1))


def resultant(t: Floats, frequencies: Floats) -> Floats:
    """Return R at each frequency, (F,)."""
    out = np.empty(len(frequencies))
    width = max(1, 500_000 // max(1, len(t)))
    for k in range(0, len(frequencies), width):
        phase = (2 * math.pi * frequencies[k : k + width, None]) * t
        out[k : k + width] = np.hypot(np.cos(phase).sum(axis=1), np.sin(phase).sum(axis=1))
    return out


def periodicity(
    events: Events, rng: np.random.Generator, *, replicates: int = 999, resolution: float = 0.0
) -> Periodicity:
    """Return the strongest stated period of certain incidents, with a p that looked at them all."""
    periods = stated(events, resolution)
    if not periods or len(events) < 2:
        return Periodicity(math.nan, math.nan, None, periods)
    seen = strength(events.t, periods)
    best = int(np.argmax(seen))
    count, most = 0, int(min(replicates, max(99, 4_000_000 // (len(events) * len(periods)))))
    for _ in range(most):
        strewn = at_clock(events, rng.random(len(events)) * events.exposure)
        count += bool(strength(strewn, periods).max() >= seen[best])
    return Periodicity(periods[best], float(seen[best]), (1 + count) / (1 + most), periods)


def log_bf(events: Events, resolution: float = 0.0) -> tuple[float, float]:
    """Return ln of the Bayes factor of a period against a constant rate, and its best period."""
    length, n = events.end - events.begin, len(events)
    named = 1 / np.array(stated(events, resolution) or (math.nan,))
    most = min(_MOST, max(8, 8 * n))
    scanned = np.arange(2, most + 2) / (4 * length)
    if resolution:
        scanned = scanned[scanned < 0.5 / resolution]
    logs = [_at(events, f) for f in (named[np.isfinite(named)], scanned)]
    frequencies = np.concatenate([named[np.isfinite(named)], scanned])
    best = 1 / frequencies[int(np.argmax(np.concatenate(logs)))]
    means = [_log_mean(part) for part in logs if len(part)]
    return _log_mean(np.array(means)), float(best)


def _at(events: Events, frequencies: Floats) -> Floats:
    """Return ln of the Bayes factor at each frequency, over strengths and phases, (F,)."""
    n, length = len(events), events.end - events.begin
    fast = frequencies * length >= _SHORT
    out = np.empty(len(frequencies))
    r = resultant(events.t, frequencies[fast])
    logs = log_i0(KAPPAS[:, None] * r) - n * log_i0(KAPPAS)[:, None]
    out[fast] = _log_mean_rows(logs.T)
    out[~fast] = [_slow(events, f) for f in frequencies[~fast].tolist()]
    return out


def _slow(events: Events, frequency: float) -> float:
    """Return the same for a period of which the window holds only a few cycles."""
    phi = (np.arange(_PHASES) + 0.5) * (2 * math.pi / _PHASES)
    u = (np.arange(256) + 0.5) / 256 * events.exposure
    grid = 2 * math.pi * frequency * at_clock(events, u)
    phase = 2 * math.pi * frequency * events.t
    pull = np.cos(phi) * np.cos(phase).sum() + np.sin(phi) * np.sin(phase).sum()
    shape = np.exp(KAPPAS[:, None, None] * (np.cos(grid - phi[:, None]) - 1)).mean(axis=2)
    logs = KAPPAS[:, None] * (pull - len(events)) - len(events) * np.log(shape)
    return _log_mean(logs.ravel())


def log_i0(x: Floats) -> Floats:
    """Return ln I0(x), also where I0 would overflow (Abramowitz and Stegun 9.7.1)."""
    small = np.log(np.i0(np.minimum(x, 50.0)))
    z = np.maximum(x, 50.0)
    large = z - 0.5 * np.log(2 * math.pi * z) + np.log1p(1 / (8 * z) + 9 / (128 * z * z))
    return np.asarray(np.where(x < 50, small, large))


def _log_mean(logs: Floats) -> float:
    return float(np.logaddexp.reduce(logs) - math.log(len(logs)))


def _log_mean_rows(logs: Floats) -> Floats:
    return np.asarray(np.logaddexp.reduce(logs, axis=1) - math.log(logs.shape[1]))
