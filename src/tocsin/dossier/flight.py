"""The track in a plan view: its line, its error, its direction, and what is not credible."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tocsin.dossier import draw, shapes
from tocsin.dossier.canvas import Canvas, spaced, walked
from tocsin.dossier.data import DrawnPassage, DrawnTrack, Floats
from tocsin.dossier.doubt import Stretches, crossed_out
from tocsin.dossier.flown import Kind, Run, observed, runs
from tocsin.dossier.format import zulu
from tocsin.dossier.labels import Label

ARROW_EVERY_PT = 110.0
ARROW_APART_PT = 24.0
CROSSES_AT_MOST = 90
STRETCHES_NAMED = 3
STRETCH_NAMED_S = 30.0


def track(
    on: Canvas,
    one: DrawnTrack,
    passages: Sequence[DrawnPassage],
    doubtful: Stretches,
    max_gap_s: float,
    labels: list[Label],
) -> Floats:
    """Draw a track, coloured by its passages; return its points on the page, (N, 2)."""
    flown = runs(one, passages, on.plane, max_gap_s)
    for stretch in observed(flown):
        _corridor(on, stretch)
    heads: list[Floats] = []
    for run in flown:
        _line(on, run)
        _arrows(on, run, heads)
    points = [on.along(run.xy_m) for run in flown]
    return np.vstack([np.empty((0, 2)), *points, _refused(on, one, doubtful, labels)])


def _line(on: Canvas, run: Run) -> None:
    if not on.within(run.xy_m, 0.5).any():
        return
    x, y = run.xy_m[shapes.thin(run.xy_m, on.tolerance_m)].T
    on.used.add(run.kind)
    if run.kind is Kind.UNOBSERVED:
        on.ax.plot(x, y, color=draw.UNSEEN, lw=1.2, ls=(0, (1, 2.2)), zorder=5)
        return
    inside = run.kind is Kind.INSIDE
    colour = draw.INSIDE if inside else draw.OUTSIDE
    casing, width = (3.8, 2.4) if inside else (2.6, 1.3)
    on.ax.plot(x, y, color="white", lw=casing, zorder=5, solid_capstyle="round")
    zorder = 6.5 if inside else 6
    on.ax.plot(x, y, color=colour, lw=width, zorder=zorder, solid_capstyle="round")


def _corridor(on: Canvas, run: Run) -> None:
    radius_m = 2 * run.sigma_m
    known = np.isfinite(radius_m)
    # Narrower than the line that is drawn in it, a corridor would only thicken the line.
    if known.sum() < 2 or np.nanmax(radius_m) < 1.2 * on.m_per_pt:
        return
    shape = shapes.corridor(run.xy_m[known], radius_m[known], on.shown, on.tolerance_m)
    if not shape.is_empty:
        tint, edge = f"{draw.OUTSIDE}33", f"{draw.OUTSIDE}88"
        on.fill(shape, facecolor=tint, edgecolor=edge, lw=0.4, zorder=4)
        on.used.add("corridor")


def _arrows(on: Canvas, run: Run, heads: list[Floats]) -> None:
    """Draw small heads along the line, not in a heap: which way it was flown."""
    if run.kind is Kind.UNOBSERVED:
        return
    gone = walked(run.xy_m) / on.m_per_pt
    colour = draw.INSIDE if run.kind is Kind.INSIDE else draw.OUTSIDE
    for at in np.arange(ARROW_EVERY_PT / 2, gone[-1], ARROW_EVERY_PT):
        # The heading over eight points of line, not over one noisy leg.
        back, middle, ahead = (
            np.array([np.interp(at + reach, gone, run.xy_m[:, k]) for k in (0, 1)])
            for reach in (-4.0, 0.0, 4.0)
        )
        crowded = any(np.hypot(*(middle - head)) < ARROW_APART_PT * on.m_per_pt for head in heads)
        if crowded or not on.within(middle[None], -0.01)[0]:
            continue
        heads.append(middle)
        along = (ahead - back) / max(float(np.hypot(*(ahead - back))), 1e-9) * on.m_per_pt
        aside = np.array([-along[1], along[0]])
        tip, tail, notch = middle + 4 * along, middle - 3 * along, middle - 1.6 * along
        head = np.array([tip, tail + 3 * aside, notch, tail - 3 * aside])
        on.ax.fill(head[:, 0], head[:, 1], fc=colour, ec="white", lw=0.5, zorder=7)


def _refused(on: Canvas, one: DrawnTrack, doubtful: Stretches, labels: list[Label]) -> Floats:
    """Draw refused positions as crossed circles, thinned, and name the longest stretches."""
    bad = crossed_out(one, doubtful)
    xy_m, t_s = on.plane.xy(one.lon_deg[bad], one.lat_deg[bad]), one.t_s[bad]
    near = on.within(xy_m)
    xy_m, t_s = xy_m[near], t_s[near]
    if not len(xy_m):
        return np.empty((0, 2))
    keep = spaced(xy_m, max(6.5 * on.m_per_pt, float(walked(xy_m)[-1]) / CROSSES_AT_MOST))
    x, y = xy_m[keep].T
    on.ax.plot(x, y, "o", ms=4.6, mfc="white", mec=draw.REFUSED, mew=0.8, zorder=7.5)
    on.ax.plot(x, y, "x", ms=3.0, mec=draw.REFUSED, mew=0.8, zorder=7.6)
    on.used.add("refused")
    for a, b in _longest(doubtful):
        within = np.flatnonzero((t_s >= a) & (t_s <= b))
        if b - a >= STRETCH_NAMED_S and len(within):
            x_m, y_m = xy_m[within[len(within) // 2]]
            clock = f"{zulu(a)[:-2]} to {zulu(b)}"
            labels.append(Label(x_m, y_m, f"Not credible\n{clock}", draw.REFUSED))
    return on.page(xy_m[keep])


def _longest(stretches: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Join stretches with less than two minutes between them; return the longest few."""
    joined: list[tuple[float, float]] = []
    for a, b in stretches:
        if joined and a - joined[-1][1] < 120:
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return sorted(joined, key=lambda s: s[0] - s[1])[:STRETCHES_NAMED]
