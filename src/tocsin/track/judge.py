"""Tracks that contradict themselves: what of them is false, and what can then be believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from tocsin.schema import Flag
from tocsin.track.choose import choose, runs
from tocsin.track.envelope import too_slow
from tocsin.track.jumps import leaps, strain
from tocsin.track.limits import IntegritySettings, Reals
from tocsin.track.marks import Flags, mark, marked
from tocsin.track.motion import Bools, Ints, Legs, Motion, fast_mps, legs
from tocsin.track.stretches import GOOD, MISMATCH, SLOW, Stretches, cut
from tocsin.track.velocity import mismatched

CROWDED = 256  # stretches of one track beyond which scraps are not argued about one by one
SCRAP = 4  # fixes, and as many more for every further such crowd
SPOOF_FIXES = 5
RECORDING_S = 7200.0  # after two hours any place can be reached: it vouches for nothing
STRANDED_S = 300.0  # without a position for so long, a stretch stands by itself
UNKNOWN_WAY = Flag.SPOOFED | Flag.ENVELOPE | Flag.SPEED
UNTOLD = "it cannot be told which side of the contradiction is false"
STRANDED = "part of it joins the true track only across a silence"
BESIDE = "beside a contradiction that nothing on its other side resolves"


@dataclass(frozen=True, slots=True, eq=False)
class Ruling:
    """What is found about the rows of a table; its arrays are filled in."""

    flags: Flags  # (N,)
    broken: Bools  # (N,) `break_before`
    remarks: dict[int, str] = field(default_factory=dict)  # more about a row, for people


def judge(m: Motion, leg: Legs, ruling: Ruling, rules: IntegritySettings) -> None:
    """Find the tracks that contradict themselves, and flag what is false in them."""
    if len(m) < 2:
        return
    bad = strain(m, leg, rules) > 1
    odd = too_slow(m, leg, rules) | mismatched(m, leg, bad, rules)
    odd[1:] |= bad | leaps(m, leg, rules)
    if not odd.any():
        return
    m = m.take(np.isin(m.track, np.unique(m.track[odd])))
    m, leg, tight = _without_scraps(m, ruling.flags, rules)
    if len(m) < 2:
        return
    slow, mismatch = too_slow(m, leg, rules), mismatched(m, leg, tight > 1, rules)
    fast = fast_mps(m, leg)
    pieces = cut(m, leg, tight, leaps(m, leg, rules), slow, mismatch, rules)
    heads = np.flatnonzero(np.r_[True, pieces.track[1:] != pieces.track[:-1]])
    for begin, end in pairwise([*heads.tolist(), len(pieces.track)]):
        mine = pieces.part(slice(begin, end))
        _judge_track(m, leg, mine, float(fast[mine.first[0]]), ruling, rules)


def _without_scraps(
    m: Motion, flags: Flags, rules: IntegritySettings
) -> tuple[Motion, Legs, Reals]:
    """Refuse runs of under `SCRAP` fixes in tracks that are broken everywhere.

    The more pieces a track is in, the longer a scrap: what is left is few enough to weigh
    (8 sqrt(N) stretches of N fixes at most).  Two aircraft under one address are such a
    track.  Where scraps are the greater part of it, the rest is refused with them: nothing
    tells which belongs to what.
    """
    whole = np.bincount(m.track)
    refused = np.zeros(len(whole), np.int64)
    while True:
        leg = legs(m, rules)
        tight = strain(m, leg, rules)
        if not len(m):
            return m, leg, tight
        first = np.flatnonzero(np.r_[True, (tight > 1) | ~leg.same])
        size = np.diff(np.append(first, len(m)))
        track = m.track[first]
        scrap = SCRAP * (np.bincount(track)[track] // CROWDED)
        drop = np.repeat(size < scrap, size)
        refused += np.bincount(m.track[drop], minlength=len(whole))
        drop |= (2 * refused > whole)[m.track]
        if not drop.any():
            return m, leg, tight
        mark(flags, m.row[drop], Flag.TELEPORT)
        m = m.take(~drop)


def _judge_track(
    m: Motion, leg: Legs, pieces: Stretches, fast: float, ruling: Ruling, rules: IntegritySettings
) -> None:
    false = pieces.label != GOOD
    left = np.flatnonzero(~false)
    if len(left):
        choice = choose(m, leg, pieces.part(left), fast, rules)
        false[left] = choice.false
        for row in m.row[pieces.first[left[choice.doubtful]]].tolist():
            ruling.remarks[row] = UNTOLD
    false |= _islands(pieces, false, rules)
    for row in m.row[pieces.first[_strand(m, pieces, false, rules)]].tolist():
        ruling.remarks[row] = STRANDED
    for a, b in runs(false):
        _refuse(m, pieces, a, b, ruling, rules)
        # A short run between stretches that join leaves a short leg across it, which may be used.
        rows = m.row[pieces.first[a] : pieces.last[b - 1] + 1]
        if b < len(false) and marked(ruling.flags[rows], UNKNOWN_WAY).any():
            ruling.broken[m.row[pieces.first[b]]] = True
    for a, b in runs(false):
        _doubt(m, pieces, a, b, ruling, rules)


def _islands(pieces: Stretches, false: Bools, rules: IntegritySettings) -> Bools:
    """Return scraps of good fixes between two false stretches: they stand on nothing."""
    weight = pieces.weight_s
    found = np.zeros(len(false), np.bool_)
    for (a, b), (c, d) in pairwise(runs(false)):
        held = weight[b:c].sum()
        around = min(weight[a:b].sum(), weight[c:d].sum())
        if held < rules.leg_s and held < around and around >= rules.spoof_s:
            found[b:c] = True
    return found


def _strand(m: Motion, pieces: Stretches, false: Bools, rules: IntegritySettings) -> Ints:
    """Refuse what leads to a spoofed stretch and joins the true track only across silences.

    Return the stretches newly refused in `false`.  A spoofer often leaps from place to place:
    the first of them may be within reach after minutes without a position.  Between two
    silences, a part that begins or ends with a spoofed stretch is judged by the company it
    keeps, where the rest of the track outweighs it twice.
    """
    begins, ends, weight = m.t_s[pieces.first], m.t_s[pieces.last], pieces.weight_s
    spoofed = np.zeros(len(false), np.bool_)
    for a, b in runs(false):
        labels = pieces.label[a:b]
        spoofed[a:b] = weight[a:b].sum() >= rules.spoof_s and (labels != MISMATCH).any()
    total = weight[~false].sum()
    silent = np.flatnonzero(begins[1:] - ends[:-1] > STRANDED_S) + 1
    stranded = np.zeros(len(false), np.bool_)
    for a, b in pairwise([0, *silent.tolist(), len(false)]):
        held = weight[a:b][~false[a:b]].sum()
        if (spoofed[a] or spoofed[b - 1]) and 3 * held < total:
            stranded[a:b] = ~false[a:b]
    false |= stranded
    return np.flatnonzero(stranded)


def _refuse(
    m: Motion, pieces: Stretches, a: int, b: int, ruling: Ruling, rules: IntegritySettings
) -> None:
    """Flag the run of false stretches [a, b) by what it is."""
    inside = slice(int(pieces.first[a]), int(pieces.last[b - 1]) + 1)
    rows = m.row[inside]
    long = pieces.weight_s[a:b].sum() >= rules.spoof_s and len(rows) >= SPOOF_FIXES
    plain = Flag.SPOOFED if long else Flag.TELEPORT
    by_label = {SLOW: Flag.ENVELOPE, MISMATCH: Flag.SPEED, GOOD: plain}
    for k in range(a, b):
        mine = m.row[pieces.first[k] : pieces.last[k] + 1]
        mark(ruling.flags, mine, by_label[int(pieces.label[k])])
    if long and (pieces.label[a:b] != MISMATCH).any():
        mark(ruling.flags, rows, Flag.SPOOFED)
    if (pieces.label[a:b] == SLOW).any():
        gs, h_m = m.gs_mps[inside], m.h_m[inside]
        said = "slow" if np.isnan(gs).all() else f"{np.median(gs[~np.isnan(gs)]):.0f} m/s"
        ruling.remarks[int(rows[0])] = (
            f"{said} at {np.median(h_m[~np.isnan(h_m)]):.0f} m, where this aircraft must fly faster"
        )


def _doubt(
    m: Motion, pieces: Stretches, a: int, b: int, ruling: Ruling, rules: IntegritySettings
) -> None:
    """Refuse the near part of the longer side where nothing beyond [a, b) vouches for it.

    A track drawn aside slowly and let go at once contradicts itself once: its longer side may
    be the one that holds the false part.  What stands on its own evidence casts no doubt.
    """
    first, last, t_s = pieces.first, pieces.last, m.t_s
    if (pieces.label[a:b] != GOOD).any() or pieces.weight_s[a:b].sum() < rules.spoof_s:
        return
    before = a > 0 and t_s[first[a]] - t_s[last[a - 1]] < RECORDING_S
    after = b < len(first) and t_s[first[b]] - t_s[last[b - 1]] < RECORDING_S
    if before == after:
        return
    if before:
        near = slice(int(first[a - 1]), int(last[a - 1]) + 1)
        close = t_s[near] > t_s[last[a - 1]] - rules.doubt_s
    else:
        near = slice(int(first[b]), int(last[b]) + 1)
        close = t_s[near] < t_s[first[b]] + rules.doubt_s
    rows = m.row[near][close]
    mark(ruling.flags, rows, Flag.SPOOFED)
    ruling.remarks[int(rows[0])] = BESIDE
    if after and near.start + len(rows) < near.stop:
        ruling.broken[m.row[near.start + len(rows)]] = True
