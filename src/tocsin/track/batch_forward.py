"""The forward filter of `imm` for many tracks at once: the same equations, the track last.

Means are mixed as differences to those of the first mode: squares of differences stay far
smaller than squares of places, so that nothing is lost to rounding.

Arrays: K measurements, R modes, B tracks.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tocsin.schema import Floats
from tocsin.track.batch_steps import Lengths, Steps, moving
from tocsin.track.imm import FLOOR
from tocsin.track.models import STATE, Modes
from tocsin.track.tape import ENTRIES, Tape, blocks


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Tracks that end together: shorter ones begin later, and before that stand still."""

    lengths: Lengths  # of the K - 1 steps
    seen: Floats  # (K, 6, B) x and y, and the four entries of their covariance
    begin: tuple[int, ...]  # (B,) index of the first measurement, never falling


def rows(modes: Modes) -> int:
    """Return how many numbers the state of one track is: 4 + 12 + 1 for every mode."""
    return modes.count * (STATE + ENTRIES + 1)


def parts(state: Floats, modes: Modes) -> tuple[Floats, Floats, Floats]:
    """Return views of a state: means (4, R, B), covariances (12, R, B), weights (R, B)."""
    r, b = modes.count, state.shape[-1]
    mean, cov, weight = np.split(state, [STATE * r, (STATE + ENTRIES) * r])
    return mean.reshape(STATE, r, b), cov.reshape(ENTRIES, r, b), weight


def forward(block: Block, modes: Modes, speed_sd_mps: float, wide: int, filtered: Floats) -> None:
    """Fill `filtered`, (K, rows, B), with the states after each measurement.

    wide  how many steps are prepared at a time
    """
    count, b = len(block.seen), block.seen.shape[-1]
    steps = Steps(modes, wide, b)
    state, seen = np.empty((rows(modes), b)), np.empty((6, b))
    tape = Tape()
    coming = _mixing(tape, steps, *parts(state, modes))
    mean, cov, _ = parts(state, modes)
    moving(tape, steps, mean, cov)
    tape.add(cov, steps.noise, cov)
    _updating(tape, seen, coming, *parts(state, modes))
    starts = [0, *(np.flatnonzero(np.diff(block.begin)) + 1), b]
    new = {block.begin[low]: slice(int(low), int(high)) for low, high in pairwise(starts)}
    np.copyto(filtered[0], _begun(block.seen[0], modes, speed_sd_mps))
    np.copyto(state, filtered[0])
    for k in range(1, count):
        i = (k - 1) % wide
        if i == 0:
            steps.prepare(block.lengths, k - 1, min(k - 1 + wide, count - 1))
        steps.take(i)
        np.copyto(seen, block.seen[k])
        tape.run()
        if k in new:
            which = new[k]
            state[:, which] = _begun(block.seen[k][:, which], modes, speed_sd_mps)
        np.copyto(filtered[k], state)


def _begun(seen: Floats, modes: Modes, speed_sd_mps: float) -> Floats:
    """Return the state after a first measurement, with no knowledge of place before it."""
    out = np.zeros((rows(modes), seen.shape[-1]))
    mean, cov, weight = parts(out, modes)
    place, velocity = blocks(cov)
    mean[:2] = seen[:2, None]
    place[:, :2] = seen[2:].reshape(2, 2, 1, -1)
    velocity[0, 0] = velocity[1, 1] = speed_sd_mps**2
    weight[:] = modes.start()[:, None]
    return out


def _mixing(tape: Tape, steps: Steps, m: Floats, p: Floats, w: Floats) -> Floats:
    """Write down how modes mix as they may have switched; return where their weights will be."""
    joint, share = np.empty_like(steps.switch), np.empty_like(steps.switch)
    coming, floored = np.empty_like(w), np.empty_like(w)
    first, square = np.empty_like(m[:, :1]), np.empty_like(p)
    apart, mixed = np.empty((STATE + ENTRIES, *w.shape)), np.empty((STATE + ENTRIES, *w.shape))
    off, shift = apart[:STATE], mixed[:STATE]
    tape.do(np.multiply, w[:, None], steps.switch, joint)
    tape.total(joint, 0, coming)
    tape.at_least(coming, FLOOR, floored)
    tape.divide(joint, floored, share)
    tape.do(np.copyto, first, m[:, :1])
    tape.subtract(m, first, off)
    _outer(tape, off, square)
    tape.add(square, p, apart[STATE:])
    tape.matrix(apart, share, np.empty_like(mixed), mixed)
    tape.add(shift, first, m)
    _outer(tape, shift, square)
    tape.subtract(mixed[STATE:], square, p)
    return coming


def _outer(tape: Tape, a: Floats, out: Floats) -> None:
    place, velocity = blocks(out)
    tape.do(np.multiply, a[:2, None], a, place)
    tape.do(np.multiply, a[2:, None], a[2:], velocity)


def _updating(tape: Tape, seen: Floats, coming: Floats, m: Floats, p: Floats, w: Floats) -> None:
    """Write down how a measurement is taken in, and what it says of the modes.

    With the rows T = (A | B) of the place, S = A + R and W = S^-1 T: T - A W, C - B' W.
    """
    place, _ = blocks(p)
    a, b = place[:, :2], place[:, 2:]
    square = (2, 2, *w.shape)
    s, inverse, spare = np.empty(square), np.empty(square), np.empty_like(w)
    det, q = np.empty_like(w), np.empty_like(w)
    turned = s.reshape(4, *w.shape)[::-1].reshape(square)
    others = inverse.reshape(4, *w.shape)[1:3]
    gap, reach, half = (np.empty((2, *w.shape)) for _ in range(3))
    pull, spare4 = np.empty_like(m), np.empty_like(m)
    taken, spare8, less = np.empty_like(place), np.empty_like(place), np.empty_like(p)
    tape.add(a, seen[2:].reshape(2, 2, 1, -1), s)
    tape.multiply(s[0, 0], s[1, 1], det)
    tape.less(s[0, 1], s[1, 0], spare, det)
    tape.divide(turned, det, inverse)
    tape.do(np.negative, others, others)
    tape.subtract(seen[:2, None], m[:2], gap)
    tape.multiply(inverse[0], gap[0], reach)
    tape.multiply(inverse[1], gap[1], half)
    tape.add(reach, half, reach)
    tape.multiply(place[0], reach[0], pull)
    tape.multiply(place[1], reach[1], spare4)
    tape.add(pull, spare4, pull)
    tape.add(m, pull, m)
    tape.multiply(gap, reach, half)
    tape.add(half[0], half[1], q)
    tape.matrix(inverse, place, spare8, taken)
    less_place, less_velocity = blocks(less)
    tape.matrix(a, taken, spare8, less_place)
    tape.matrix(np.swapaxes(b, 0, 1), taken[:, 2:], np.empty(square), less_velocity)
    tape.subtract(p, less, p)
    tape.mirror(p)

    best, likely = np.empty_like(w[:1]), np.empty_like(w)
    tape.do(np.minimum.reduce, q, 0, None, best, True)
    tape.subtract(best, q, q)
    tape.multiply(q, np.array(0.5), q)
    tape.do(np.exp, q, q)
    tape.do(np.sqrt, det, det)
    tape.divide(q, det, likely)
    tape.do(np.maximum.reduce, likely, 0, None, best, True)
    tape.divide(likely, best, likely)
    tape.multiply(likely, coming, likely)
    tape.at_least(likely, FLOOR, likely)
    tape.do(np.add.reduce, likely, 0, None, best, True)
    tape.divide(likely, best, w)
