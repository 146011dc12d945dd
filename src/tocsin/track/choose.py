"""Which stretches of a contradictory track are false, found by the least that must be so.

A choice keeps some stretches and refuses the rest.  Its cost, in seconds of track:

    for every run of stretches refused together its weight w, and min(10 w, episode_s)
  + for every join of two kept stretches, up to episode_s / 2 as the later one is not where
    the earlier one was going
  + episode_s for every such join over which the speed leaps

and no join may ask for a flight that no aircraft makes.  The cheapest choice is the shortest
path through the stretches (dynamic programming, each joined to at most `LOOK` before it).
Where keeping a refused run would cost little more, nobody can tell: both sides are doubted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.track.jumps import leaping, own_reach_m, reachable_m, slack_m
from tocsin.track.limits import IntegritySettings, Reals
from tocsin.track.motion import Bools, Ints, Legs, Motion, distance_m, plane_m
from tocsin.track.stretches import Stretches

LOOK = 32
FORBIDDEN = 1e12
UNTOLD = 64  # open questions beyond which nothing of a track is believed


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """For each stretch of one track: refused, and whether that could be told."""

    false: Bools
    doubtful: Bools


def choose(
    m: Motion, leg: Legs, pieces: Stretches, fast: float, settings: IntegritySettings
) -> Choice:
    """Return the cheapest choice among the stretches of one track, (S,).

    fast  the speed that the track is seen to hold
    """
    weight_s, count = pieces.weight_s, len(pieces.first)
    before = np.concatenate([[0.0], np.cumsum(weight_s)])  # weight of all stretches before i
    head, tail = _refusal(before[:-1], settings), _refusal(before[-1] - before[1:], settings)
    joins = []
    for i in range(count):  # what lies between two joined stretches is refused
        between = before[i] - before[max(0, i - LOOK) + 1 : i + 1]
        joins.append(_joins(m, leg, pieces, i, fast, settings) + _refusal(between, settings))

    forth = np.empty(count)
    back_to = np.full(count, -1)
    for i in range(count):
        forth[i] = head[i]
        if i:
            costs = forth[max(0, i - LOOK) : i] + joins[i]
            best = int(np.argmin(costs))
            if costs[best] <= forth[i]:
                forth[i], back_to[i] = costs[best], max(0, i - LOOK) + best
    back = tail.copy()
    on_to = np.full(count, -1)
    for i in range(count - 1, 0, -1):
        low = max(0, i - LOOK)
        costs = back[i] + joins[i]
        better = costs <= back[low:i]
        back[low:i] = np.where(better, costs, back[low:i])
        on_to[low:i] = np.where(better, i, on_to[low:i])

    total = forth + back
    best = int(np.argmin(total))
    false = ~_path(best, back_to, on_to)
    doubtful = np.zeros(count, np.bool_)
    rivals = []
    for begin, end in runs(false):
        heaviest = begin + int(np.argmax(weight_s[begin:end]))
        if total[heaviest] - total[best] < 0.5 * weight_s[begin:end].sum():
            rivals.append(heaviest)
            doubtful[begin:end] = True
    if len(rivals) > UNTOLD:
        return Choice(np.ones(count, np.bool_), np.ones(count, np.bool_))
    for rival in rivals:
        doubtful |= ~_path(rival, back_to, on_to)
    doubtful |= _outvoted(false, weight_s, joins)
    return Choice(false | doubtful, doubtful)


def _refusal(weight_s: Reals, settings: IntegritySettings) -> Reals:
    """Return the cost of refusing one run of stretches of that weight; nothing costs nothing.

    A short fault is common and cheap: two bursts are not joined over the good track between
    them.  A long one is rare: a flight spoofed twice is less likely than once.
    """
    cost: Reals = weight_s + np.minimum(10.0 * weight_s, settings.episode_s)
    return cost


def runs(mask: Bools) -> list[tuple[int, int]]:
    """Return the half-open ranges in which a mask is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _outvoted(false: Bools, weight_s: Reals, joins: Sequence[Reals]) -> Bools:
    """Return all stretches where the two refused ends of a track agree against its middle.

    A long spoofed stretch outweighs short true ends.  That the ends can be joined over it
    speaks for them; unless they are a small part of the track, nobody can tell.
    """
    all_of_it = np.ones(len(false), np.bool_)
    ends = runs(false)
    if len(ends) != 2 or ends[0][0] != 0 or ends[1][1] != len(false):
        return ~all_of_it
    (_, after), (right, _) = ends
    left = after - 1
    if right - left > LOOK or joins[right][left - max(0, right - LOOK)] >= FORBIDDEN:
        return ~all_of_it
    small = weight_s[false].sum() < 0.25 * weight_s[~false].sum()
    return ~all_of_it if small else all_of_it


def _path(through: int, back_to: Ints, on_to: Ints) -> Bools:
    kept = np.zeros(len(back_to), np.bool_)
    i = through
    while i >= 0:
        kept[i] = True
        i = int(back_to[i])
    i = through
    while i >= 0:
        kept[i] = True
        i = int(on_to[i])
    return kept


def _joins(
    m: Motion, leg: Legs, pieces: Stretches, i: int, fast: float, settings: IntegritySettings
) -> Reals:
    """Return the cost of joining each of the `LOOK` stretches before i to i."""
    a, b = pieces.last[max(0, i - LOOK) : i], int(pieces.first[i])
    dt = m.t_s[b] - m.t_s[a]
    d_m = distance_m(m.lat_deg[a], m.lon_deg[a], m.lat_deg[b], m.lon_deg[b])
    leaving = np.fmax(m.gs_mps[a], leg.before_mps[a])
    ends = np.fmin(leaving, np.fmax(m.gs_mps[b], leg.after_mps[b]))
    span = np.minimum(leg.span_s[a], leg.span_s[b])
    reach_m = np.minimum(
        reachable_m(dt, ends, span, settings), own_reach_m(dt, np.full(len(dt), fast))
    )
    reach_m += slack_m(m.sigma_m[a], m.sigma_m[b], settings)
    leap = leaping(m, leg, a, np.full(len(a), b), settings)
    cost = _astray(m, a, b, dt, settings) + np.where(leap, settings.episode_s, 0.0)
    return np.where(d_m > reach_m, FORBIDDEN, cost)


def _astray(m: Motion, a: Ints, b: int, dt: Reals, settings: IntegritySettings) -> Reals:
    """Return the cost of not being where both ends were heading, 0 to episode_s / 2."""
    east, north = plane_m(m.lat_deg[a], m.lon_deg[a], m.lat_deg[b], m.lon_deg[b])
    course_a, course_b = np.radians(m.track_deg[a]), np.radians(m.track_deg[b])
    off_e = east - (m.gs_mps[a] * np.sin(course_a) + m.gs_mps[b] * np.sin(course_b)) / 2 * dt
    off_n = north - (m.gs_mps[a] * np.cos(course_a) + m.gs_mps[b] * np.cos(course_b)) / 2 * dt
    usual_m = 0.5 * (m.gs_mps[a] + m.gs_mps[b]) / 2 * dt + 2000.0
    ratio = np.hypot(off_e, off_n) / usual_m
    ratio = np.where((dt > settings.leg_s) & np.isfinite(ratio), ratio, 0.0)
    cost: Reals = np.clip((ratio - 1) / 3, 0.0, 1.0) * settings.episode_s / 2
    return cost
