"""Joint samples of a track: mode sequences, states and constants, and what lies between plots.

Backward simulation: the last state is drawn from the filter, then each earlier one given the one
after it.  For a state x' in mode l at the next plot, mode j now has weight

    w_j  pi_jl  N(x'; F_l m_j, F_l P_j F_l' + Q_l)

and given j the state is Gaussian.  Mode sequences are thus sampled with the states, and the
constants (sensor biases) are one draw for the whole trajectory.

Between plots the *conditional bridge of the motion model* is drawn at sub-steps: positions are
integrated Brownian motion, so the path is smooth; it is not a Brownian bridge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.track.imm import Filtered, Measured, step
from tocsin.track.models import STATE, Modes, noise, switching, transition

Ints = NDArray[np.int64]


def backward(
    measured: Measured, filtered: Filtered, modes: Modes, counts: Ints, rng: Generator
) -> tuple[Floats, Ints]:
    """Return joint samples at the plots: states (M, K, n) and modes (M, K).

    counts  (T,) how many samples each track gets; M is their sum, in order of tracks
    """
    k_count, tracks, r, n = filtered.mean.shape
    of = np.repeat(np.arange(tracks), counts)
    x = np.empty((len(of), k_count, n))
    mode = np.empty((len(of), k_count), np.int64)
    mode[:, -1] = _pick(filtered.weight[-1][of], rng)
    root = _root(filtered.cov[-1])
    x[:, -1] = filtered.mean[-1][of, mode[:, -1]] + np.einsum(
        "mab,mb->ma", root[of, mode[:, -1]], rng.standard_normal((len(of), n))
    )
    used = np.flatnonzero(counts)
    place = np.zeros(tracks, np.int64)
    place[used] = np.arange(len(used))
    for k in range(k_count - 2, -1, -1):
        dt = measured.t_s[used, k + 1] - measured.t_s[used, k]
        back = _backwards(filtered, k, used, dt, modes, measured.constants)
        normal, uniform = rng.standard_normal((len(of), n)), rng.random(len(of))
        key = place[of] * r + mode[:, k + 1]
        order = np.argsort(key, kind="stable")
        lead = np.flatnonzero(np.diff(key[order], prepend=-1) != 0)
        for mine in np.split(order, lead[1:]):
            u, ahead = divmod(int(key[mine[0]]), r)
            x[mine, k], mode[mine, k] = back.draw(
                u, ahead, x[mine, k + 1], uniform[mine], normal[mine]
            )
        x[:, k, STATE:] = x[:, -1, STATE:]  # constants do not move
    return x, mode


@dataclass(frozen=True, slots=True, eq=False)
class _Backwards:
    """One step back for U tracks and all pairs of modes (j before, l after)."""

    ahead: Floats  # (U, j, l, n) mean of the state after, seen from before
    inverse: Floats  # (U, j, l, n, n) of its covariance
    log_weight: Floats  # (U, j, l) what does not depend on the state after
    mean: Floats  # (U, j, n) of the state before
    gain: Floats  # (U, j, l, n, n)
    root: Floats  # (U, j, l, n, n) of what is left open

    def draw(
        self, u: int, mode: int, after: Floats, uniform: Floats, normal: Floats
    ) -> tuple[Floats, Ints]:
        """Return a state and a mode before each state after, all of one track and mode."""
        gap = after - self.ahead[u, :, mode, None]  # (j, m, n)
        reach = gap @ self.inverse[u, :, mode]
        square = np.einsum("jma,jma->jm", reach, gap)
        log_w = self.log_weight[u, :, mode, None] - 0.5 * square
        weight = np.exp(log_w - log_w.max(axis=0))
        upto = np.cumsum(weight, axis=0)
        j = np.argmax(upto > uniform * upto[-1], axis=0)
        x = np.empty_like(after)
        for before in range(len(weight)):
            mine = np.flatnonzero(j == before)
            if len(mine):
                x[mine] = (
                    self.mean[u, before]
                    + gap[before, mine] @ self.gain[u, before, mode].T
                    + normal[mine] @ self.root[u, before, mode].T
                )
        return x, j


def _backwards(
    filtered: Filtered, k: int, used: Ints, dt_s: Floats, modes: Modes, constants: int
) -> _Backwards:
    m, p, w = filtered.mean[k][used], filtered.cov[k][used], filtered.weight[k][used]
    f, q = step(dt_s, modes, constants)
    ft = np.swapaxes(f, -1, -2)[:, None]
    pj = p[:, :, None]
    cov = f[:, None] @ pj @ ft + q[:, None]
    inverse = np.linalg.inv(cov)
    gain = pj @ ft @ inverse
    with np.errstate(divide="ignore"):
        log_weight = np.log(w)[:, :, None] + np.log(switching(dt_s, modes))
    return _Backwards(
        ahead=np.einsum("ulab,ujb->ujla", f, m),
        inverse=inverse,
        log_weight=log_weight - 0.5 * np.linalg.slogdet(cov)[1],
        mean=m,
        gain=gain,
        root=_root(pj - gain @ cov @ np.swapaxes(gain, -1, -2)),
    )


def _pick(weight: Floats, rng: Generator) -> Ints:
    upto = np.cumsum(weight, axis=1)
    return np.asarray(np.argmax(upto > rng.random(len(weight))[:, None] * upto[:, -1:], axis=1))


def bridge(
    t_s: Floats, x: Floats, mode: Ints, grid_s: Floats, modes: Modes, rng: Generator
) -> Floats:
    """Return positions on a grid between plots, (M, G, 2), given the states at the plots.

    t_s     (K,) plot times
    x       (M, K, 4 or more) states there; of the constants nothing is asked
    mode    (M, K) mode of the leg that *ends* at each plot
    grid_s  (G,) ascending, within t_s[0]..t_s[-1]
    """
    out = np.empty((len(x), len(grid_s), 2))
    leg = np.clip(np.searchsorted(t_s, grid_s, side="right") - 1, 0, max(len(t_s) - 2, 0))
    for k in np.unique(leg):
        inner = np.flatnonzero(leg == k)
        if len(t_s) == 1:
            out[:, inner] = x[:, :1, :2]
            continue
        cuts = slice(inner[0], inner[-1] + 1)
        for ahead in np.unique(mode[:, k + 1]):
            mine = np.flatnonzero(mode[:, k + 1] == ahead)
            ends = x[mine, k, :STATE], x[mine, k + 1, :STATE]
            out[mine, cuts] = _leg(
                *ends, float(t_s[k]), float(t_s[k + 1]), grid_s[cuts], int(ahead), modes, rng
            )
    return out


def _leg(
    begin: Floats,
    end: Floats,
    from_s: float,
    until_s: float,
    grid_s: Floats,
    mode: int,
    modes: Modes,
    rng: Generator,
) -> Floats:
    """Return draws of the positions at times on one leg, (m, G, 2), given the states at its ends.

    One after the other, each given the one before it and the end:  x' = x A + (end G' + root),
    all but x made at once for all times.
    """
    out = np.empty((len(begin), len(grid_s), 2))
    out[:, grid_s <= from_s] = begin[:, None, :2]
    out[:, grid_s >= until_s] = end[:, None, :2]
    inside = np.flatnonzero((grid_s > from_s) & (grid_s < until_s))
    if not len(inside):
        return out
    gone_s = np.diff(grid_s[inside], prepend=from_s)
    gain, carry, root = _between(gone_s, until_s - grid_s[inside], mode, modes)
    given = rng.standard_normal((len(inside), *begin.shape)) @ np.swapaxes(root, -1, -2)
    given += end @ np.swapaxes(gain, -1, -2)
    state = begin
    for i, g in enumerate(inside):
        state = state @ carry[i].T + given[i]
        out[:, g] = state[:, :2]
    return out


def _between(
    gone_s: Floats, left_s: Floats, mode: int, modes: Modes
) -> tuple[Floats, Floats, Floats]:
    """Return what makes a state `gone_s` after another and `left_s` before the end, (G, 4, 4).

    It is normal with mean carry x + gain end, and root root' is its covariance.
    """
    turn, density = modes.turn_deg_s[mode], modes.density[mode]
    f1, q1 = transition(gone_s, turn), noise(gone_s, density)
    f2, q2 = transition(left_s, turn), noise(left_s, density)
    back = np.swapaxes(f2, -1, -2)
    gain = q1 @ back @ np.linalg.inv(f2 @ q1 @ back + q2)
    return gain, f1 - gain @ f2 @ f1, _root(q1 - gain @ f2 @ q1)


def _root(cov: Floats) -> Floats:
    """Return square roots of covariances that may be singular: constants are known exactly."""
    values, vectors = np.linalg.eigh((cov + np.swapaxes(cov, -1, -2)) / 2)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :])
