"""A Zulu time axis: where its ticks stand, what they say, and what is hatched as unobserved."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tocsin.dossier import draw
from tocsin.dossier.data import DrawnTrack
from tocsin.dossier.format import NBSP, day, zulu

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
DAY_S = 86400


def ticks(from_s: float, to_s: float, most: int = 8) -> tuple[list[float], list[str]]:
    """Return tick times and labels, at most `most`; a tick at midnight carries the date."""
    days = [DAY_S * n for n in (1, 2, 7, 14, 28, 91, 364)]
    steps = [*STEPS_S, *days]
    step = next((s for s in steps if (to_s - from_s) / s <= most - 1), steps[-1])
    at = [float(k * step) for k in range(math.ceil(from_s / step), math.floor(to_s / step) + 1)]
    return at, [_label(t, step) for t in at]


def _label(t_s: float, step_s: float) -> str:
    if t_s % DAY_S == 0:
        return day(t_s).rsplit(NBSP, 1)[0]
    clock = zulu(t_s).removesuffix(f"{NBSP}Z")
    return clock if step_s < 60 else clock[:5]


def draw_time(ax: Axes, from_s: float, to_s: float, *, labelled: bool = True) -> None:
    """Put a Zulu axis under `ax`, with its date."""
    at, labels = ticks(from_s, to_s)
    ax.set_xlim(from_s, to_s)
    ax.set_xticks(at, labels if labelled else [""] * len(at))
    for t in at:
        ax.axvline(t, color=draw.GRID, lw=0.5, zorder=0)
    if labelled:
        first, last = day(from_s), day(to_s)
        ax.set_xlabel(f"Zulu (UTC), {first if first == last else f'{first} to {last}'}", size=7.5)


def gaps(track: DrawnTrack, max_gap_s: float) -> list[tuple[float, float]]:
    """Return the stretches in which nobody observed the track, trusted fixes only."""
    t_s = track.t_s[track.trusted]
    if len(t_s) < 2:
        return []
    so_far = track.break_before.cumsum()[track.trusted]
    broken = (t_s[1:] - t_s[:-1] > max_gap_s) | (so_far[1:] > so_far[:-1])
    return [(float(t_s[k]), float(t_s[k + 1])) for k in broken.nonzero()[0]]


def refused(track: DrawnTrack) -> list[tuple[float, float]]:
    """Return the stretches of fixes that are not trusted, first to last fix of each run."""
    runs: list[tuple[float, float]] = []
    open_at: int | None = None
    for k, trusted in enumerate([*track.trusted.tolist(), True]):
        if not trusted and open_at is None:
            open_at = k
        elif trusted and open_at is not None:
            runs.append((float(track.t_s[open_at]), float(track.t_s[k - 1])))
            open_at = None
    return runs


def windows(
    extent: tuple[float, float], crossings_s: Sequence[float], most: int = 4
) -> list[tuple[float, float]]:
    """Return the time windows worth a panel: the whole, then close views of busy stretches.

    Crossings nearer to each other than a twelfth of the whole make a stretch; one that holds
    two crossings or more and is short beside the whole gets a close view.
    """
    start_s, end_s = extent
    whole_s = end_s - start_s
    groups: list[list[float]] = []
    for t in sorted(crossings_s):
        if groups and t - groups[-1][-1] < whole_s / 12:
            groups[-1].append(t)
        else:
            groups.append([t])
    busy = sorted((g for g in groups if len(g) > 1), key=len, reverse=True)[:most]
    close = []
    for group in sorted(busy):
        room = max(30.0, 0.4 * (group[-1] - group[0]))
        close.append((max(start_s, group[0] - room), min(end_s, group[-1] + room)))
    return [extent, *(w for w in close if w[1] - w[0] < whole_s / 3)]
