"""P(inside) over time, one row a volume, with what nobody observed hatched out.

The scale has no 0 and no 100 per cent: it is marked at 5, 50 and 95.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tocsin.dossier import draw
from tocsin.dossier.axis import draw_time
from tocsin.dossier.data import Floats, Strip
from tocsin.dossier.format import NBSP, Quantiles, zulu

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Stretches = Sequence[tuple[float, float]]

LEFT_PT, RIGHT_PT, TOP_PT, BOTTOM_PT, ROW_GAP_PT = 46.0, 46.0, 24.0, 30.0, 28.0
CLOCK_PT = 46.0  # the width of "10:37:40 Z"
POINTS_AT_MOST = 1500


def strip(
    strips: Sequence[Strip],
    window: tuple[float, float],
    *,
    unobserved: Stretches,
    refused: Stretches,
    crossings: Mapping[str, Sequence[tuple[Quantiles, Quantiles]]],
    titles: Mapping[str, str],
    name: str,
    title: str,
    row_pt: float = 58.0,
    close: Stretches = (),
) -> str:
    """Return the figure for one track and one time window.

    crossings  volume and hypothesis, joined by "|", to (entry, exit) times of its passages
    titles     the same key to what stands over the row
    close      windows that have a figure of their own: framed here, crossings left to them
    """
    rows = max(len(strips), 1)
    height_pt = TOP_PT + rows * row_pt + (rows - 1) * ROW_GAP_PT + BOTTOM_PT
    wide_pt = draw.WIDTH_IN * 72
    with draw.style():
        fig = draw.figure(height_pt / 72)
        for k, one in enumerate(strips):
            top = TOP_PT + k * (row_pt + ROW_GAP_PT)
            ax = fig.add_axes(
                (
                    LEFT_PT / wide_pt,
                    1 - (top + row_pt) / height_pt,
                    1 - (LEFT_PT + RIGHT_PT) / wide_pt,
                    row_pt / height_pt,
                )
            )
            key = f"{one.volume}|{one.hypothesis}"
            draw_time(ax, *window, labelled=k == rows - 1)
            unseen = [*unobserved, *blanks(one, [*unobserved, *refused])]
            _row(ax, one, window, unseen)
            shade(ax, window, unseen, refused)
            for a, b in close:
                ax.axvspan(a, b, fc="none", ec=draw.INK, lw=0.9, zorder=7)
            said = ax.text(
                window[0],
                1.04,
                titles.get(key, one.volume),
                size=8,
                transform=ax.get_xaxis_transform(),
            )
            title_pt = float(said.get_window_extent().width) + 6
            _crossings(ax, window, _outside(crossings.get(key, ()), close), title_pt)
        return draw.svg(fig, name, title)


def shade(ax: Axes, window: tuple[float, float], unobserved: Stretches, refused: Stretches) -> None:
    """Hatch what nobody observed (grey) and what is not credible (purple), and name them."""
    gaps = [s for s in unobserved if not _explained(s, refused)]
    kinds = (
        (gaps, "unobserved", draw.UNSEEN, "////"),
        (refused, "not credible", draw.REFUSED, "xxx"),
    )
    whole = window[1] - window[0]
    for stretches, word, colour, hatch in kinds:
        for a, b in stretches:
            a, b = max(a, window[0]), min(b, window[1])
            if b <= a:
                continue
            ax.axvspan(a, b, fc="white", ec=colour, hatch=hatch, lw=0, alpha=0.55, zorder=4)
            if (b - a) / whole > 0.12:
                ax.text(
                    (a + b) / 2,
                    0.5,
                    word,
                    size=7.5,
                    color=colour,
                    ha="center",
                    va="center",
                    transform=ax.get_xaxis_transform(),
                    zorder=8,
                    bbox={"fc": "white", "ec": "none", "pad": 2.0},
                )


def _explained(gap: tuple[float, float], refused: Stretches) -> bool:
    """Return whether refused fixes fill most of a gap: it is then hatched as not credible."""
    filled = sum(max(0.0, min(gap[1], b) - max(gap[0], a)) for a, b in refused)
    return filled > 0.5 * (gap[1] - gap[0])


def _row(ax: Axes, one: Strip, window: tuple[float, float], unobserved: Stretches) -> None:
    ax.set_ylim(-0.03, 1.03)
    ax.set_yticks([0.05, 0.5, 0.95], [f"5{NBSP}%", f"50{NBSP}%", f"95{NBSP}%"], size=7)
    for p in (0.05, 0.5, 0.95):
        ax.axhline(p, color=draw.GRID, lw=0.6, ls=(0, (3, 2)), zorder=1)
    t_s, chance = thinned(*lifted(one.t_s, one.p, unobserved), window)
    ax.fill_between(t_s, -0.03, chance, fc=draw.INSIDE, alpha=0.22, lw=0, zorder=2)
    ax.plot(t_s, chance, color=draw.INSIDE, lw=1.3, zorder=3, solid_joinstyle="round")


def _outside(
    passages: Sequence[tuple[Quantiles, Quantiles]], close: Stretches
) -> list[tuple[Quantiles, Quantiles]]:
    """Return the crossings that no close view shows, the others as not there."""

    def shown(q: Quantiles) -> Quantiles:
        hidden = q.q50 is not None and any(a <= q.q50 <= b for a, b in close)
        return Quantiles(None, None, None) if hidden else q

    return [(shown(entry), shown(leave)) for entry, leave in passages]


def _crossings(
    ax: Axes,
    window: tuple[float, float],
    passages: Sequence[tuple[Quantiles, Quantiles]],
    title_pt: float,
) -> None:
    """Mark entries and exits; times are written beside them where there is room."""
    pt_per_s = (draw.WIDTH_IN * 72 - LEFT_PT - RIGHT_PT) / (window[1] - window[0])
    end_pt = (window[1] - window[0]) * pt_per_s + RIGHT_PT
    free_pt = [title_pt, 0.0]  # up to where each of two lines of text is taken
    for entry, leave in passages:
        for q, entering in ((entry, True), (leave, False)):
            if q.q50 is None or not window[0] <= q.q50 <= window[1]:
                continue
            ax.axvline(q.q50, color=draw.INK, lw=0.8, zorder=6)
            if q.q05 is not None and q.q95 is not None:
                ax.axvspan(q.q05, q.q95, fc=draw.INK, alpha=0.15, lw=0, zorder=5)
            at_pt = (q.q50 - window[0]) * pt_per_s
            start = at_pt - CLOCK_PT if entering and at_pt > CLOCK_PT else at_pt
            line = next((n for n in (0, 1) if start >= free_pt[n] - 1), None)
            if line is None or start + CLOCK_PT > end_pt:
                continue  # no room: the time stands in the table
            free_pt[line] = start + CLOCK_PT
            left = start < at_pt
            ax.annotate(
                zulu(q.q50),
                (q.q50, 1.03),
                xytext=(-2 if left else 2, 3 + 9 * line),
                textcoords="offset points",
                size=7,
                ha="right" if left else "left",
                va="bottom",
                color=draw.INK,
                annotation_clip=False,
            )


def blanks(one: Strip, known: Stretches) -> list[tuple[float, float]]:
    """Return the stretches where P(inside) is NaN, from the last value to the next.

    Those that a gap of the track or a refused stretch already explains are left out.
    """
    finite = np.flatnonzero(np.isfinite(one.p))
    if not len(finite):
        return [(float(one.t_s[0]), float(one.t_s[-1]))] if len(one.t_s) else []
    t_s = one.t_s
    runs = [(float(t_s[0]), float(t_s[finite[0]])), (float(t_s[finite[-1]]), float(t_s[-1]))]
    runs += [(float(t_s[a]), float(t_s[b])) for a, b in pairwise(finite.tolist()) if b - a > 1]
    return sorted((a, b) for a, b in runs if b > a and not any(c < b and d > a for c, d in known))


def lifted(t_s: Floats, y: Floats, gaps: Stretches) -> tuple[Floats, Floats]:
    """Return the series with a NaN just after the start of each gap, which lifts the pen."""
    starts = np.array(sorted(a for a, _ in gaps), dtype=np.float64)
    at = np.searchsorted(t_s, starts, side="right")
    return np.insert(t_s, at, starts + 1e-3), np.insert(y, at, np.nan)


def thinned(t_s: Floats, y: Floats, window: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return the part in the window; of long series the ends, lows and highs of each bin.

    Gaps (NaN) survive: a bin that holds one keeps all its values.
    """
    first = max(int(np.searchsorted(t_s, window[0])) - 1, 0)
    last = min(int(np.searchsorted(t_s, window[1], side="right")) + 1, len(t_s))
    t_s, y = t_s[first:last], y[first:last]
    if len(t_s) <= POINTS_AT_MOST:
        return t_s, y
    edges = np.linspace(0, len(t_s), POINTS_AT_MOST // 4 + 1).astype(int)
    keep = np.zeros(len(t_s), dtype=bool)
    for a, b in pairwise(edges.tolist()):
        part = y[a:b]
        if np.isnan(part).any():
            keep[a:b] = True
        else:
            keep[[a, b - 1, a + int(part.argmin()), a + int(part.argmax())]] = True
    return t_s[keep], y[keep]
