"""What lies between the plots of joint samples: the conditional bridge of the motion model.

Positions are integrated Brownian motion, so the path is smooth; it is not a Brownian bridge.  One
time after the other is drawn, given the state before it and that at the end of the leg:

    x' = carry x + gain end + root normal

The grid is gone through in parts of whole legs, and a part goes from the plane to longitude and
latitude while it is at hand.  Compiled (`bridge.c`) where a compiler was at hand at install.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin import compiled
from tocsin.compiled import at
from tocsin.schema import Floats
from tocsin.track.chance import Chance
from tocsin.track.models import STATE, Modes, noise, transition
from tocsin.track.plane import Plane
from tocsin.track.sample import lower_root, made_ahead
from tocsin.track.sample_native import MOST_MODES, Rules

Ints = NDArray[np.int64]
SOURCE = Path(__file__).with_name("bridge.c")
AT_ONCE = 131_072  # samples times inner times: what is drawn of them stays in the cache
Matrices = tuple[Floats, Floats, Floats]


def bridge(t_s: Floats, x: Floats, mode: Ints, grid_s: Floats, modes: Modes, rng: Chance) -> Floats:
    """Return positions on a grid between plots, (M, G, 2), given the states at the plots.

    t_s     (K,) plot times
    x       (M, K, 4 or more) states there; of the constants nothing is asked
    mode    (M, K) mode of the leg that *ends* at each plot
    grid_s  (G,) ascending, within t_s[0]..t_s[-1]
    """
    out = np.empty((len(x), len(grid_s), 2))
    for part, xy in _parts(t_s, x, mode, grid_s, modes, rng):
        out[:, part] = xy
    return out


def placed(
    t_s: Floats,
    x: Floats,
    mode: Ints,
    grid_s: Floats,
    modes: Modes,
    rng: Chance,
    plane: Plane,
    lon_deg: Floats,
    lat_deg: Floats,
) -> Floats:
    """Fill longitude and latitude (M, G) of the same positions; return their mean, (G, 2)."""
    mean = np.empty((len(grid_s), 2))
    for part, xy in _parts(t_s, x, mode, grid_s, modes, rng):
        plane.into(xy, lon_deg[:, part], lat_deg[:, part])
        mean[part] = xy.mean(axis=0)
    return mean


def _parts(
    t_s: Floats, x: Floats, mode: Ints, grid_s: Floats, modes: Modes, rng: Chance
) -> Iterator[tuple[slice, Floats]]:
    """Yield positions of parts of the grid, (M, g, 2); each is good until the next is asked for."""
    if len(t_s) == 1:
        yield slice(0, len(grid_s)), np.repeat(x[:, :1, :2], len(grid_s), axis=1)
        return
    leg = np.clip(np.searchsorted(t_s, grid_s, side="right") - 1, 0, len(t_s) - 2)
    inner = (grid_s > t_s[leg]) & (grid_s < t_s[leg + 1])
    before = np.maximum(t_s[leg], np.append(-np.inf, grid_s)[:-1])
    matrices = between((grid_s - before)[inner], (t_s[leg + 1] - grid_s)[inner], modes)
    plot = np.where(inner, leg, leg + (grid_s > t_s[leg]))
    upto = np.append(0, np.cumsum(inner))
    cuts = _cuts(leg, upto, max(1, AT_ONCE // max(1, len(x))))
    sizes = [(int(upto[b] - upto[a]), len(x), STATE) for a, b in cuts]
    x = np.ascontiguousarray(np.swapaxes(x, 0, 1))
    mode = np.ascontiguousarray(np.swapaxes(mode, 0, 1))
    lib = library() if modes.count <= MOST_MODES else None
    widest = max((b - a for a, b in cuts), default=0)
    room = np.empty(x.shape[1] * widest * 2)
    for (a, b), normal in zip(
        cuts, made_ahead(rng.standard_normal, sizes, x.shape[1]), strict=True
    ):
        out = room[: x.shape[1] * (b - a) * 2].reshape(x.shape[1], b - a, 2)
        which = np.where(inner[a:b], upto[a:b] - upto[a], -1)
        own = matrices[upto[a] : upto[b]]
        if lib is not None:
            lib.tocsin_bridge(
                x.shape[1],
                x.shape[1],
                x.shape[2],
                b - a,
                *map(at, (plot[a:b], which)),
                modes.count,
                *map(at, (own, x, mode, normal, out)),
            )
        else:
            _plainly(plot[a:b], which, own, x, mode, normal, out)
        yield slice(a, b), out


def _cuts(leg: Ints, upto: Ints, most: int) -> list[tuple[int, int]]:
    """Return where to cut the grid: between legs, with no more inner times than asked if can be."""
    leads = np.flatnonzero(np.diff(leg, prepend=-1))
    ends = np.append(leads[1:], len(leg))
    cuts: list[tuple[int, int]] = []
    for begin, end in zip(leads.tolist(), ends.tolist(), strict=True):
        if cuts and upto[end] - upto[cuts[-1][0]] <= most:
            cuts[-1] = (cuts[-1][0], end)
        else:
            cuts.append((begin, end))
    return cuts


def _plainly(
    plot: Ints, which: Ints, columns: Floats, x: Floats, mode: Ints, normal: Floats, out: Floats
) -> None:
    """Fill positions of a part of the grid, as `bridge.c` does; samples of one mode together."""
    there = np.flatnonzero(which < 0)
    out[:, there] = np.swapaxes(x[plot[there], :, :2], 0, 1)
    inside = np.flatnonzero(which >= 0)
    for k in np.unique(plot[inside]):
        times = inside[plot[inside] == k]
        first, end = int(times[0]), int(times[-1]) + 1
        own = columns[which[first] : which[first] + end - first]
        for one in np.unique(mode[k + 1]):
            mine = np.flatnonzero(mode[k + 1] == one)
            state, after = x[k][mine, :STATE], x[k + 1][mine, :STATE]
            carry, gain, root = (own[:, one, part] for part in range(3))  # (g, 4, 4) transposed
            given = normal[which[first] : which[first] + end - first, mine] @ root
            given += after @ gain
            for g in range(end - first):
                state = state @ carry[g] + given[g]
                out[mine, first + g] = state[:, :2]


@cache
def library() -> ctypes.CDLL | None:
    """Return what was compiled; None where there is none."""
    found = compiled.library(SOURCE)
    if found is None or ctypes.sizeof(ctypes.c_long) != 8:
        return None
    count, here = ctypes.c_long, ctypes.c_void_p
    found.tocsin_between.argtypes = [count, here, here, count, *[here] * 4]
    found.tocsin_between.restype = count
    found.tocsin_bridge.argtypes = [*[count] * 4, here, here, count, *[here] * 5]
    found.tocsin_bridge.restype = None
    return found


def between(gone_s: Floats, left_s: Floats, modes: Modes) -> Floats:
    """Return what makes a state `gone_s` after another and `left_s` before the end.

    Carry, gain and root are (G, R, 3, 4, 4), each transposed: by columns.
    """
    out = np.empty((len(gone_s), modes.count, 3, STATE, STATE))
    lib, rules = library() if modes.count <= MOST_MODES else None, Rules(modes)
    gone, left = (np.ascontiguousarray(one, np.float64) for one in (gone_s, left_s))
    if lib is not None and lib.tocsin_between(len(gone), at(gone), at(left), *rules.given, at(out)):
        return out
    for k, matrix in enumerate(_between(gone, left, modes)):
        out[:, :, (1, 0, 2)[k]] = matrix.transpose(1, 0, 3, 2)
    return out


def _between(gone_s: Floats, left_s: Floats, modes: Modes) -> Matrices:
    """Return gain, carry and root, (R, G, 4, 4) each.

    A state between is normal with mean carry x + gain end, and root root' is its covariance.
    """
    f1, q1 = _motion(gone_s, modes)
    f2, q2 = _motion(left_s, modes)
    back = _t(f2)
    gain = q1 @ back @ np.linalg.inv(f2 @ q1 @ back + q2)
    rest = np.eye(STATE) - gain @ f2
    return gain, rest @ f1, lower_root(rest @ q1 @ _t(rest) + gain @ q2 @ _t(gain))


def _motion(dt_s: Floats, modes: Modes) -> tuple[Floats, Floats]:
    """Return transitions and noise of every mode over steps, (R, G, 4, 4) each."""
    every = range(modes.count)
    return (
        np.stack([transition(dt_s, modes.turn_deg_s[r]) for r in every]),
        np.stack([noise(dt_s, modes.density[r]) for r in every]),
    )


def _t(a: Floats) -> Floats:
    """Return matrices transposed."""
    return np.swapaxes(a, -1, -2)
