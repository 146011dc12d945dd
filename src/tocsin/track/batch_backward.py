"""Kim's backward smoother of `imm` for many tracks at once, in another order of the same sums.

For a mode j now and a mode l next, with the smoothed next state taken back over the step
(s, Ps; noise Q) the pair's smoothed state is

    m_j + P_j u,   P_j + P_j (V Ps V - V) P_j,     V = (P_j + Q)^-1 = L^-T D^-1 L^-1,  u = V d

with d = s - m_j, and it is weighed by N(d; 0, P_j + Q + Ps).  Of a mode j the mixture over l is

    m_j + P_j ubar,   P_j + P_j (sum of share (V (Ps + d d') V - V) - ubar ubar') P_j

so that P_j comes in once a mode, not once a pair; and L^-1 (P_j + Q + Ps) L^-T = D + L^-1 Ps L^-T
shares its work with the rest.  No step back changes a volume, so weights need no Jacobian.

Arrays: K measurements, R modes, B tracks; of pairs (j, l).
"""

from __future__ import annotations

import numpy as np

from tocsin.schema import Floats
from tocsin.track import batch_algebra as algebra
from tocsin.track.batch_algebra import SIZE
from tocsin.track.batch_forward import Block, parts, rows
from tocsin.track.batch_steps import Steps, moving
from tocsin.track.imm import FLOOR, LEAST
from tocsin.track.models import STATE, Modes
from tocsin.track.tape import ENTRIES, WHOLE, Tape, blocks


def backward(block: Block, modes: Modes, wide: int, filtered: Floats, out: Floats) -> None:
    """Fill `out`, (B, K, 4 + 16 + R), with smoothed means, covariances and weights.

    filtered  (K, rows, B) as `forward` leaves it
    """
    count, b = len(filtered), filtered.shape[-1]
    steps = Steps(modes, wide, b)
    now, state = np.empty((rows(modes), b)), np.empty((rows(modes), b))
    mixed = np.empty((STATE + STATE**2 + modes.count, b))
    back, collapse = Tape(), Tape()
    _back(back, steps, modes, now, state)
    _collapse(collapse, modes, state, mixed)
    np.copyto(state, filtered[-1])
    collapse.run()
    np.copyto(out[:, -1], mixed.T)
    for low in range(count - 1, 0, -wide):
        first = max(low - wide, 0)
        steps.prepare(block.lengths, first, low, back=True)
        for k in range(low - 1, first - 1, -1):
            steps.take(k - first)
            np.copyto(now, filtered[k])
            back.run()
            collapse.run()
            np.copyto(out[:, k], mixed.T)


def _back(tape: Tape, steps: Steps, modes: Modes, now: Floats, state: Floats) -> None:
    """Write down one step back: `state` goes from the next measurement to this one."""
    r, b = modes.count, now.shape[-1]
    m, p, w = parts(now, modes)
    s, ps, sw = parts(state, modes)
    moving(tape, steps, s, ps)
    pair, flat = (r, r, b), r * r * b
    a, u = np.zeros((SIZE, SIZE + 1, flat)), np.zeros((SIZE, SIZE + 1, flat))
    a_pairs, u_pairs = (x.reshape(SIZE, SIZE + 1, *pair) for x in (a, u))
    l_rows = np.zeros((SIZE, SIZE, flat))
    spare, other = np.empty((SIZE + 1, flat)), np.empty((SIZE + 1, flat))
    inverse, free = np.empty((SIZE, flat)), np.empty((SIZE, flat))

    place, velocity = blocks(p)
    noise_place, noise_velocity = blocks(steps.noise)
    tape.add(place[:, :, :, None], noise_place[:, :, None], a_pairs[:2, :SIZE])
    tape.add(velocity[:, :, :, None], noise_velocity[:, :, None], a_pairs[2:, 2:SIZE])
    algebra.split(tape, a, l_rows, inverse, spare)

    s_place, s_velocity = blocks(ps)
    tape.do(np.positive, s_place[:, :, None], u_pairs[:2, :SIZE])
    tape.do(np.positive, s_velocity[:, :, None], u_pairs[2:, 2:SIZE])
    tape.subtract(s[:, None], m[:, :, None], u_pairs[:, SIZE])
    algebra.unravel(tape, u, l_rows, spare)

    algebra.eliminate(tape, u, a, free, other, spare)
    like, volume = np.empty(pair), np.empty(pair)
    left = other[:SIZE]
    tape.do(np.copyto, left[0], u[0, SIZE])
    tape.do(np.copyto, left[1:], a[1:, SIZE])
    tape.multiply(left, left, left)
    tape.multiply(left, free, left)
    tape.total(left, 0, like.reshape(-1))
    tape.do(np.multiply.reduce, free, 0, None, volume.reshape(-1))
    share = _weigh(tape, steps, w, sw, like, volume)

    se = free  # which has served
    tape.multiply(inverse, share.reshape(-1), se)
    for c in range(SIZE):
        row = u[c, c:SIZE]
        tape.multiply(u[c:, SIZE], u[c, SIZE], spare[c:SIZE])
        tape.add(row, spare[c:SIZE], row)
        tape.multiply(row, se[c], row)
        tape.multiply(row, inverse[c:], row)
        tape.subtract(row[0], se[c], row[0])
    tape.multiply(u[:, SIZE], se, u[:, SIZE])
    algebra.ravel(tape, u, l_rows, other, spare)

    k = np.zeros((SIZE, SIZE + 1, r, b))
    for c in range(SIZE):
        tape.total(u_pairs[c, c:], 2, k[c, c:])
    _apply(tape, k, m, p, s, ps)


def _weigh(tape: Tape, steps: Steps, w: Floats, sw: Floats, like: Floats, volume: Floats) -> Floats:
    """Write down the weights of pairs; return their shares in the mode now, (j, l, B).

    like    squared distances of the pairs
    volume  1 / det of their covariances
    """
    joint, share = np.empty_like(like), np.empty_like(like)
    best, total, now = (np.empty_like(sw) for _ in range(3))
    sum_of = np.empty_like(sw[:1])
    tape.do(np.minimum.reduce, like, 0, None, best)
    tape.subtract(best, like, like)
    tape.multiply(like, np.array(0.5), like)
    tape.do(np.exp, like, like)
    tape.do(np.sqrt, volume, volume)
    tape.multiply(like, volume, like)
    tape.multiply(w[:, None], steps.switch, joint)
    tape.multiply(joint, like, joint)
    tape.total(joint, 0, total)
    tape.divide(sw, total, total)
    tape.multiply(joint, total, joint)
    tape.at_least(joint, LEAST, joint)
    tape.total(joint, 1, now)
    tape.divide(joint, now[:, None], share)
    tape.at_least(now, FLOOR, now)
    tape.do(np.add.reduce, now, 0, None, sum_of, True)
    tape.divide(now, sum_of, sw)
    return share


def _apply(tape: Tape, k: Floats, m: Floats, p: Floats, s: Floats, ps: Floats) -> None:
    """Write down s = m + P u and Ps = P + P (K - u u') P; u stands in column 4 of K."""
    rest = k.shape[2:]
    pull = np.empty((SIZE, *rest))
    tape.do(np.copyto, pull, k[:, SIZE])
    outer, inner = np.empty((SIZE, SIZE, *rest)), np.empty((SIZE, SIZE, *rest))
    tape.multiply(pull[:, None], pull, outer)
    tape.subtract(k[:, :SIZE], outer, inner)
    for c in range(1, SIZE):
        tape.do(np.copyto, inner[c, :c], inner[:c, c])
    whole = np.empty((SIZE, SIZE, *rest))
    place, velocity = blocks(p)
    tape.do(np.copyto, whole[:2], place)
    tape.do(np.copyto, whole[2:, :2], np.swapaxes(place[:, 2:], 0, 1))
    tape.do(np.copyto, whole[2:, 2:], velocity)
    s_place, s_velocity = blocks(ps)
    spare = np.empty_like(outer)
    tape.matrix(whole, pull[:, None], spare[:, :1], outer[:, :1])
    tape.add(outer[:, 0], m, s)
    tape.matrix(whole, inner, spare, outer)
    tape.matrix(outer[:2], whole, spare[:2], s_place)
    tape.matrix(outer[2:], whole[:, 2:], spare[2:, 2:], s_velocity)
    tape.add(ps, p, ps)
    tape.mirror(ps)


def _collapse(tape: Tape, modes: Modes, state: Floats, mixed: Floats) -> None:
    """Write down the mixture over modes."""
    m, p, w = parts(state, modes)
    mean, whole, weight = np.split(mixed, [STATE, STATE + STATE**2])
    cov = np.empty((ENTRIES, mixed.shape[-1]))
    off, heavy, spread = np.empty_like(m), np.empty_like(m), np.empty_like(p)
    tape.multiply(m, w, off)
    tape.total(off, 1, mean)
    tape.do(np.subtract, m, mean[:, None], off)
    tape.multiply(off, w, heavy)
    place, velocity = blocks(spread)
    tape.do(np.multiply, heavy[:2, None], off, place)
    tape.do(np.multiply, heavy[2:, None], off[2:], velocity)
    weighed = np.empty_like(p)
    tape.multiply(p, w, weighed)
    tape.add(weighed, spread, spread)
    tape.total(spread, 1, cov)
    tape.do(np.take, cov, WHOLE.ravel(), 0, whole, "clip")
    tape.do(np.copyto, weight, w)
