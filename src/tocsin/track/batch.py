"""Many tracks smoothed at once: `imm.forward` and `imm.smooth` of each, to rounding.

Tracks are sorted by length and taken in blocks; in a block they end together, and those that are
shorter stand still before they begin.  Long tracks are cut into pieces that overlap: a filter
forgets how it began, and so does the smoother where it ended.  How much overlap that takes is
reckoned from the noise, and *checked*: where two pieces do not agree in the middle of their
overlap, the track is done again with four times as much, and at last in one piece.

Where the smoother was compiled (`batch_native`), a block goes that way, else that of numpy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.track import batch_backward, batch_forward, batch_native
from tocsin.track.batch_forward import Block
from tocsin.track.batch_steps import lengths
from tocsin.track.imm import Measured, Smoothed, forward, smooth
from tocsin.track.models import STATE, Modes
from tocsin.track.tape import small_buffers

WIDEST = 400  # tracks in a block: more no longer fit the caches, fewer leave numpy's calls to pay
CALLS = 140.0  # a step costs what so many states cost, however few the tracks
NUMBERS = 4000  # prepared at a time, of one kind
MEMORY = 32_000_000  # numbers that a block may keep between the passes
LONGEST = 2000  # measurements in a piece, if its overlaps are short against that
OVERLAPS = (1, 4)
#: The slowest part of a filter's memory falls e-fold in sqrt(2) m steps, m = (sigma^2 / q dt^3)^1/4
#: (steady state of the straight mode); 23 times that is 1e-10.
MEMORIES = 33.0
LEAST_OVERLAP = 40
AGREE = 1e-9  # of sigma, of sigma squared, and of probability


@dataclass(frozen=True, slots=True)
class _Piece:
    """Measurements [low, high) of a track, of which [first, last) are its own to tell."""

    source: int
    track: int
    low: int
    high: int
    first: int
    last: int


def smooth_many(
    measured: Sequence[Measured], modes: Modes, speed_sd_mps: float = 300.0
) -> list[Smoothed]:
    """Return the smoothed states of many tracks, each as `imm.smooth` gives them.

    Measurements with constants in their design go the way of `imm`, one after the other.
    """
    out = [_empty(one, modes) for one in measured]
    rest = [
        (i, t) for i, one in enumerate(measured) if not one.constants for t in range(len(one.t_s))
    ]
    for i, one in enumerate(measured):
        if one.constants:
            out[i] = smooth(one, forward(one, modes, speed_sd_mps), modes)
    for more in (*OVERLAPS, None):
        pieces = _cut(measured, rest, modes, more)
        ends: dict[tuple[int, int, int], Floats] = {}
        blocks = list(_blocks(pieces, modes))
        most = max((len(x) * (x[0].high - x[0].low) for x in blocks), default=0)
        kept = 0 if batch_native.usable(modes) else most * batch_forward.rows(modes)
        room = np.empty(kept)  # memory once touched is cheap
        with small_buffers():
            for block in blocks:
                _smooth(block, measured, modes, speed_sd_mps, room, out, ends)
        rest = _apart(measured, out, ends)
        if not rest:
            break
    return out


def _empty(one: Measured, modes: Modes) -> Smoothed:
    shape = one.t_s.shape
    return Smoothed(
        np.empty((*shape, STATE)),
        np.empty((*shape, STATE, STATE)),
        np.empty((*shape, modes.count)),
    )


def _cut(
    measured: Sequence[Measured],
    tracks: Sequence[tuple[int, int]],
    modes: Modes,
    more: int | None,
) -> list[_Piece]:
    """Return the pieces of tracks; `more` times the usual overlap, None for no cut."""
    whole = sum(measured[i].t_s.shape[1] for i, _ in tracks)
    pieces = []
    for i, t in tracks:
        one = measured[i]
        count = one.t_s.shape[1]
        length, overlap = count, 0
        if more is not None:
            overlap = more * _overlap(one, t, modes)
            # Shorter pieces run wider, longer ones waste less on overlaps: where they balance.
            least = batch_native.LANES if batch_native.usable(modes) else CALLS
            best = math.sqrt(2 * overlap * whole / least)
            length = max(overlap, round(min(best, max(LONGEST, 4 * overlap))))
        parts = max(round(count / length), 1) if count else 0
        edges = [count * k // parts for k in range(parts + 1)] if parts else []
        for first, last in pairwise(edges):
            low = max(first - overlap, 0) if first else 0
            high = min(last + overlap, count) if last < count else count
            pieces.append(_Piece(i, t, low, high, first, last))
    return pieces


def _overlap(one: Measured, t: int, modes: Modes) -> int:
    """Return after how many measurements a filter has forgotten how it began, about."""
    if one.t_s.shape[1] < 2:
        return LEAST_OVERLAP
    dt_s = float(np.median(np.diff(one.t_s[t])))
    variance = float(np.median(one.cov_m2[t, :, 0, 0] + one.cov_m2[t, :, 1, 1])) / 2
    memory = (variance / (min(modes.density) * dt_s**3)) ** 0.25
    return int(max(LEAST_OVERLAP, round(MEMORIES * memory)))


def _blocks(pieces: list[_Piece], modes: Modes) -> Iterator[list[_Piece]]:
    """Yield pieces of like length, longest first, as many as are best taken together."""
    order = sorted(pieces, key=lambda one: (one.low - one.high, one.source, one.track, one.low))
    while order:
        rows = (order[0].high - order[0].low) * batch_forward.rows(modes)
        most = max(min(WIDEST, MEMORY // rows), 1)
        count = -(-len(order) // -(-len(order) // most))  # blocks of even width
        yield order[:count]
        order = order[count:]


def _smooth(
    pieces: list[_Piece],
    measured: Sequence[Measured],
    modes: Modes,
    speed_sd_mps: float,
    room: Floats,
    out: list[Smoothed],
    ends: dict[tuple[int, int, int], Floats],
) -> None:
    """Smooth a block of pieces into `out`; `ends` gets what each says of the next one's first."""
    if batch_native.usable(modes):
        dt_s, seen, begin = _laid_out(pieces, measured, batch_native.LANES)
        mixed = batch_native.smooth(dt_s, seen, begin, modes, speed_sd_mps)
        count = len(seen)
    else:
        dt_s, seen, begin = _laid_out(pieces, measured)
        count, b = len(seen), len(pieces)
        block = Block(lengths(dt_s, modes), seen, tuple(begin.tolist()))
        wide = max(NUMBERS // b, 1)
        filtered = room[: count * batch_forward.rows(modes) * b].reshape(count, -1, b)
        mixed = np.empty((b, count, STATE + STATE**2 + modes.count))
        batch_forward.forward(block, modes, speed_sd_mps, wide, filtered)
        batch_backward.backward(block, modes, wide, filtered, mixed)
    for k, piece in enumerate(pieces):
        start = count - (piece.high - piece.low)
        own = mixed[k, start + piece.first - piece.low : start + piece.last - piece.low]
        to, row, where = out[piece.source], piece.track, slice(piece.first, piece.last)
        to.mean[row, where] = own[:, :STATE]
        to.cov[row, where] = own[:, STATE : STATE + STATE**2].reshape(-1, STATE, STATE)
        to.weight[row, where] = own[:, STATE + STATE**2 :]
        if piece.last < piece.high:
            beyond = mixed[k, start + piece.last - piece.low]
            ends[piece.source, piece.track, piece.last] = beyond.copy()


def _laid_out(
    pieces: list[_Piece], measured: Sequence[Measured], lanes: int = 1
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return steps, measurements and where each begins, of pieces with the longest first.

    lanes  the number of columns is a multiple of it: the last piece is there so often
    """
    count, b = pieces[0].high - pieces[0].low, len(pieces)
    columns = -(-b // lanes) * lanes
    dt_s, seen = np.ones((count - 1, columns)), np.empty((count, 6, columns))
    begin = np.zeros(columns, np.int64)
    for k, piece in enumerate(pieces):
        one, which = measured[piece.source], slice(piece.low, piece.high)
        at = begin[k] = count - (piece.high - piece.low)
        dt_s[at:, k] = np.diff(one.t_s[piece.track, which])
        seen[at:, :2, k] = one.z_m[piece.track, which]
        seen[at:, 2:, k] = one.cov_m2[piece.track, which].reshape(-1, 4)
        seen[:at, :, k] = seen[at, :, k]
    for every in (dt_s, seen, begin):
        every[..., b:] = every[..., b - 1 : b]
    return dt_s, seen, begin


def _apart(
    measured: Sequence[Measured],
    out: list[Smoothed],
    ends: dict[tuple[int, int, int], Floats],
) -> list[tuple[int, int]]:
    """Return the tracks whose pieces do not agree where they meet."""
    wrong = []
    for (i, t, k), told in ends.items():
        mean, cov, weight = out[i].mean[t, k], out[i].cov[t, k], out[i].weight[t, k]
        there = told[STATE : STATE + STATE**2].reshape(STATE, STATE)
        sigma = np.sqrt(np.diagonal(cov))
        off = max(
            float(np.max(np.abs(told[:STATE] - mean) / sigma)),
            float(np.max(np.abs(there - cov) / np.outer(sigma, sigma))),
            float(np.max(np.abs(told[STATE + STATE**2 :] - weight))),
        )
        if not off < AGREE:
            wrong.append((i, t))
    return sorted(set(wrong))
