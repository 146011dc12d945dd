"""Tracks cut into stretches that are consistent in themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.track.limits import IntegritySettings, Reals
from tocsin.track.motion import Bools, Ints, Legs, Motion, track_starts

GOOD, SLOW, MISMATCH = 0, 1, 2
CRAWL_MPS = 60.0
TIGHT = 0.6
LONE_FIXES, LONE_S = 3, 10.0  # fewer odd fixes than this are an odd report, not a stretch


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Runs of fixes [first, last] of one track, in order, with what speaks against them."""

    first: Ints  # (S,) index of the first fix
    last: Ints  # (S,) and of the last, inclusive
    track: NDArray[np.int32]
    label: NDArray[np.int8]  # GOOD, SLOW, MISMATCH
    weight_s: Reals  # seconds in which it was observed, plus one

    def part(self, where: Ints | slice) -> Stretches:
        """Return some of the stretches, in order."""
        return Stretches(*(getattr(self, name)[where] for name in self.__slots__))


def cut(
    m: Motion,
    leg: Legs,
    tight: Reals,
    leap: Bools,
    slow: Bools,
    mismatch: Bools,
    settings: IntegritySettings,
) -> Stretches:
    """Return the stretches of the tracks.

    They are cut where a leg is contradicted, where a gap is long for the track, where the
    reported speed leaps, and where a label begins or ends.
    """
    bad = tight > 1
    usual_s = _usual_s(m, leg, settings)
    gap = leg.same & (leg.dt_s > np.maximum(settings.leg_s, 8 * usual_s))
    label = np.where(slow, SLOW, np.where(mismatch, MISMATCH, GOOD)).astype(np.int8)
    whole = ~leg.same | bad | gap
    label = _without_lone(m, label, whole)
    label = _spread(leg, label, whole | leap)
    ends = whole | leap | _lonely(leg, tight, usual_s) | (label[1:] != label[:-1])
    first = np.flatnonzero(np.r_[True, ends])
    last = np.append(first[1:] - 1, len(m) - 1)
    seen_s = np.zeros(len(m))
    seen_s[1:] = np.where(ends, 0.0, np.minimum(leg.dt_s, settings.leg_s))
    weight: Reals = np.add.reduceat(seen_s, first) + 1.0
    return Stretches(first, last, m.track[first], label[first], weight)


def _usual_s(m: Motion, leg: Legs, settings: IntegritySettings) -> Reals:
    """Return for each leg the mean spacing of its track, gaps counted as a minute."""
    begin = track_starts(m.track)[:-1]
    heads, counts = np.unique(begin, return_counts=True)
    total = np.add.reduceat(np.where(leg.same, np.minimum(leg.dt_s, settings.leg_s), 0.0), heads)
    return np.repeat(total / counts, counts)


def _lonely(leg: Legs, tight: Reals, usual_s: Reals) -> Bools:
    """Return the legs to cut so that a lone fix beside a bad leg is judged alone.

    It is alone when its other leg is a silence, or all but bad as well (more than `TIGHT`):
    a fix aside often breaks only one of its two legs.
    """
    bad = tight > 1
    wide = leg.same & (leg.dt_s > np.maximum(5.0, 4 * usual_s))
    beside = np.zeros(len(bad), np.bool_)
    beside[1:] |= bad[:-1]
    beside[:-1] |= bad[1:]
    return (wide | (tight > TIGHT)) & beside


def _without_lone(m: Motion, label: NDArray[np.int8], whole: Bools) -> NDArray[np.int8]:
    """Return labels without those on few fixes amid good ones that they join without a break."""
    odd = np.flatnonzero(label)
    if not len(odd):
        return label
    joined = (label[1:] == label[:-1]) & ~whole
    run = np.cumsum(np.r_[0, ~joined])
    first = np.flatnonzero(np.r_[True, ~joined])
    last = np.append(first[1:] - 1, len(m) - 1)
    short = (last - first + 1 < LONE_FIXES) | (m.t_s[last] - m.t_s[first] < LONE_S)
    left = np.where(first > 0, ~whole[np.maximum(first - 1, 0)], False)
    right = np.where(last < len(m) - 1, ~whole[np.minimum(last, len(whole) - 1)], False)
    drop = short & (left | right) & (label[first] == SLOW)
    kept: NDArray[np.int8] = np.where(drop[run], GOOD, label).astype(np.int8)
    return kept


def _spread(leg: Legs, label: NDArray[np.int8], breaks: Bools) -> NDArray[np.int8]:
    """Return labels with SLOW taken on to where no floor of speed is known.

    It goes as far as the fixes go on slowly without a break: what drifts up through 3,000 m
    is one thing, not two.
    """
    slow = label == SLOW
    if not slow.any():
        return label
    crawl = (np.fmax(leg.before_mps, leg.after_mps) < CRAWL_MPS) | slow
    run = np.cumsum(np.r_[0, breaks | (crawl[1:] != crawl[:-1])])
    with_slow = np.bincount(run, weights=slow) > 0
    wide: NDArray[np.int8] = np.where(crawl & with_slow[run], SLOW, label).astype(np.int8)
    return wide
