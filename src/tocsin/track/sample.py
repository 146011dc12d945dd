"""Joint samples of a track at its plots: mode sequences, states and constants.

Backward simulation: the last state is drawn from the filter, then each earlier one given the one
after it.  For a state x' in mode l at the next plot, mode j now has weight

    w_j  pi_jl  N(x'; F_l m_j, F_l P_j F_l' + Q_l)

and given j the state is Gaussian.  Mode sequences are thus sampled with the states, and the
constants (sensor biases) are one draw for the whole trajectory.

What lies between plots is drawn in `bridge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.track import sample_native
from tocsin.track.chance import Chance
from tocsin.track.imm import Filtered, Measured, step
from tocsin.track.models import STATE, Modes, switching

Ints = NDArray[np.int64]
Size = TypeVar("Size")
Drawn = TypeVar("Drawn")
AT_ONCE = 40_000  # samples times steps
AHEAD_FROM = 1000  # samples: with fewer a second thread costs more than it saves
KNOWN = 1e-13  # of a variance: what is left of it is rounding


class Sampled(NamedTuple):
    """Joint samples of a track at its plots, M of them."""

    state: Floats  # (M, K, 4) what moves
    mode: Ints  # (M, K)
    constants: Floats  # (M, n - 4)


def backward(
    measured: Measured,
    filtered: Filtered,
    modes: Modes,
    counts: Ints,
    rng: Chance,
    *,
    alike: int = 1,
) -> Sampled:
    """Return joint samples at the plots.

    counts  (T,) how many samples each track gets; M is their sum, in order of tracks
    alike   so many groups of as many samples are drawn with the same numbers
    """
    k_count, tracks, r, n = filtered.mean.shape
    of = np.repeat(np.arange(tracks), counts)
    each = len(of) // alike
    x = np.empty((k_count, len(of), STATE))  # one time in one piece: that is how it is used
    mode = np.empty((k_count, len(of)), np.int64)
    mode[-1] = _pick(filtered.weight[-1][of], np.tile(rng.random(each), alike))
    root = lower_root(filtered.cov[-1])
    end = filtered.mean[-1][of, mode[-1]] + np.einsum(
        "mab,mb->ma", root[of, mode[-1]], np.tile(rng.standard_normal((each, n)), (alike, 1))
    )
    x[-1], constants = end[:, :STATE], end[:, STATE:].copy()  # these do not move
    used = np.flatnonzero(counts)
    place = np.zeros(tracks, np.int64)
    place[used] = np.arange(len(used))
    own = place[of]
    dt_s = np.diff(measured.t_s[used], axis=1).T  # (K - 1, U)
    lib = sample_native.usable(modes, measured.constants)
    given = filtered.mean, filtered.cov, filtered.weight
    swift = sample_native.Back(lib, modes, dt_s, given, used, own) if lib else None

    def draw(steps: int) -> tuple[Floats, Floats]:
        return rng.standard_normal((steps, each, STATE)), rng.random((steps, each))

    at_once = max(1, AT_ONCE // max(1, each))
    sizes = [min(at_once, left) for left in range(k_count - 1, 0, -at_once)]
    last = k_count - 2
    for normal, uniform in made_ahead(draw, sizes, each):
        done = swift.draw(last, normal, uniform, x, constants, mode) if swift else 0
        for one in range(done, len(normal)):
            k, draws = last - one, (np.tile(normal[one], (alike, 1)), np.tile(uniform[one], alike))
            back = _backwards(filtered, k, used, dt_s[k], modes, measured.constants)
            after = np.concatenate([x[k + 1], constants], axis=1)
            _one_back(back, own * r, after, mode[k + 1], *draws, x[k], mode[k])
        last -= len(normal)
    return Sampled(np.swapaxes(x, 0, 1), np.swapaxes(mode, 0, 1), constants)


def _one_back(
    back: _Backwards,
    key: Ints,
    after: Floats,
    ahead: Ints,
    normal: Floats,
    uniform: Floats,
    x: Floats,
    mode: Ints,
) -> None:
    """Fill the states and modes one step before those given; those of one kind go together.

    key  of each sample's track, as many apart as there are modes
    """
    r = back.log_weight.shape[-1]
    key = key + ahead
    order = np.argsort(key, kind="stable")
    key, after = key[order], after[order]
    normal, uniform = normal[order], uniform[order]
    drawn, before = np.empty_like(normal), np.empty_like(key)
    lead = np.flatnonzero(np.diff(key, prepend=-1) != 0)
    for begin, end in zip(lead, np.append(lead[1:], len(key)), strict=True):
        mine = slice(begin, end)
        u, to = divmod(int(key[begin]), r)
        drawn[mine], before[mine] = back.draw(u, to, after[mine], uniform[mine], normal[mine])
    x[order], mode[order] = drawn, before


@dataclass(frozen=True, slots=True, eq=False)
class _Backwards:
    """One step back for U tracks and all pairs of modes (j before, l after).

    What is drawn is the moving part, of s entries: the constants are those of the state after.
    """

    ahead: Floats  # (U, j, l, n) mean of the state after, seen from before
    inverse: Floats  # (U, j, l, n, n) of its covariance
    log_weight: Floats  # (U, j, l) what does not depend on the state after
    mean: Floats  # (U, j, s) of the state before
    gain: Floats  # (U, j, l, s, n)
    root: Floats  # (U, j, l, s, s) of what is left open

    def draw(
        self, u: int, mode: int, after: Floats, uniform: Floats, normal: Floats
    ) -> tuple[Floats, Ints]:
        """Return what moves, and the mode, before each state after, all of one track and mode."""
        gap = after - self.ahead[u, :, mode, None]  # (j, m, n)
        reach = gap @ self.inverse[u, :, mode]
        square = np.einsum("jma,jma->jm", reach, gap)
        log_w = self.log_weight[u, :, mode, None] - 0.5 * square
        weight = np.exp(log_w - log_w.max(axis=0))
        upto = np.cumsum(weight, axis=0)
        j = np.argmax(upto > uniform * upto[-1], axis=0)
        x = np.empty_like(normal)
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
    ft = _t(f)[:, None]
    pj = p[:, :, None]
    cov = f[:, None] @ pj @ ft + q[:, None]
    inverse = np.linalg.inv(cov)
    gain = (pj @ ft)[..., :STATE, :] @ inverse
    # What is left open as a sum of squares: a difference may come out below zero where two
    # radars saw the target within a millisecond.
    rest = np.eye(STATE, f.shape[-1]) - gain @ f[:, None]
    added = gain[..., :STATE] @ q[:, None, :, :STATE, :STATE] @ _t(gain[..., :STATE])
    with np.errstate(divide="ignore"):
        log_weight = np.log(w)[:, :, None] + np.log(switching(dt_s, modes))
    return _Backwards(
        ahead=np.einsum("ulab,ujb->ujla", f, m),
        inverse=inverse,
        log_weight=log_weight - 0.5 * np.linalg.slogdet(cov)[1],
        mean=m[..., :STATE],
        gain=gain,
        root=lower_root(rest @ pj @ _t(rest) + added),
    )


def made_ahead(draw: Callable[[Size], Drawn], sizes: Sequence[Size], many: int) -> Iterator[Drawn]:
    """Yield draws of given sizes in order, each made while the one before is used."""
    if many < AHEAD_FROM:
        yield from map(draw, sizes)
        return
    with ThreadPoolExecutor(1) as pool:  # one: the order of draws is what a seed fixes
        waiting = None
        for size in sizes:
            coming = pool.submit(draw, size)
            if waiting is not None:
                yield waiting.result()
            waiting = coming
        if waiting is not None:
            yield waiting.result()


def _pick(weight: Floats, uniform: Floats) -> Ints:
    upto = np.cumsum(weight, axis=1)
    return np.asarray(np.argmax(upto > uniform[:, None] * upto[:, -1:], axis=1))


def lower_root(cov: Floats) -> Floats:
    """Return lower roots of covariances that may be singular: what is known has no spread.

    By Cholesky and not by eigenvectors, for those turn about where two eigenvalues are equal (as
    those of east and north are), and then the last bit of a processor decides what is drawn.
    """
    out = np.zeros_like(cov)
    for c in range(cov.shape[-1]):
        column = cov[..., c:, c] - np.einsum("...ik,...k->...i", out[..., c:, :c], out[..., c, :c])
        known = column[..., :1] <= KNOWN * cov[..., c : c + 1, c]
        root = np.sqrt(np.where(known, 1.0, column[..., :1]))
        out[..., c:, c] = np.where(known, 0.0, column / root)
    return out


def _t(a: Floats) -> Floats:
    """Return matrices transposed."""
    return np.swapaxes(a, -1, -2)
