"""The picture of `tocsin bell curve`: J with its two arms, and what a threshold does.

Above, cost a year against the threshold h: J under phi, J under phi = 0, and under phi the two
arms it is made of.  A band marks thresholds within five per cent of the least J, which the
model cannot tell apart from it.  Below, delay and false rings against the same h.
"""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from tocsin.dossier import draw
from tocsin.policy.alarm.objective import Optimum, Point
from tocsin.policy.alarm.terms import Terms
from tocsin.run.bell import near_best

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE_PT, HIGH_PT = draw.WIDTH_IN * 72, 430.0
LEFT_PT, GAP_PT = 52.0, 62.0
ABOVE_PT = (212.0, 190.0)  # bottom and height of the upper panel
BELOW_PT = (66.0, 96.0)
COSTS = ("delay_cost_per_week", "response_value", "false_ring_cost")


def curve_svg(found: Optimum) -> str:
    """Return a file of its own, same bytes for the same curve."""
    return standalone(curve_panel(found))


def curve_panel(found: Optimum) -> str:
    """Return the figure as one <svg> element for a page."""
    reach = 1.6 * float(max(found.at.h, found.at_zero.h))
    shown = [p for p in found.curve if float(p.h) <= max(reach, float(found.curve[0].h) * 3)]
    with draw.style():
        fig = draw.figure(HIGH_PT / 72)
        above = fig.add_axes(_box(LEFT_PT, WIDE_PT - LEFT_PT - 12, *ABOVE_PT))
        half = (WIDE_PT - LEFT_PT - 12 - GAP_PT) / 2
        left = fig.add_axes(_box(LEFT_PT, half, *BELOW_PT))
        right = fig.add_axes(_box(LEFT_PT + half + GAP_PT, half, *BELOW_PT))
        _costs(above, found, shown)
        _delay(left, found, shown)
        _false(right, found, shown)
        fig.text(LEFT_PT / WIDE_PT, 1 - 14 / HIGH_PT, _title(found), size=9)
        for n, line in enumerate(_small_print(found.terms)):
            fig.text(LEFT_PT / WIDE_PT, (24 - 9 * n) / HIGH_PT, line, size=6.5, color=draw.FAINT)
        return draw.svg(fig, "bell", _spoken(found))


def standalone(svg: str) -> str:
    """Return an inline <svg> element as a file that opens by itself."""
    head = f'xmlns="http://www.w3.org/2000/svg" width="{WIDE_PT:g}" height="{HIGH_PT:g}" '
    return re.sub(r"^<svg ", f"<svg {head}", svg) + "\n"


def _costs(ax: Axes, found: Optimum, shown: list[Point]) -> None:
    h = np.array([float(p.h) for p in shown])
    phi = found.terms.fatigue
    total, waiting = [p.arms.total for p in shown], [p.arms.delay for p in shown]
    ringing = [p.arms.worn + p.arms.false for p in shown]
    near = near_best(found)
    worn_out = phi > 0
    a, b = near["phi_0"]
    ax.axvspan(a, b, ymin=0.0, ymax=0.035, fc=draw.OUTSIDE, alpha=0.45, lw=0)
    if worn_out:
        a, b = near["phi"]
        ax.axvspan(a, b, ymin=0.045, ymax=0.08, fc=draw.INSIDE, alpha=0.45, lw=0)
        ax.plot(h, total, color=draw.INSIDE, lw=1.8, zorder=5, label=f"J, fatigue φ = {phi:g}")
    ax.plot(
        h,
        [p.arms_at_zero.total for p in shown],
        color=draw.OUTSIDE,
        lw=1.5,
        ls=(0, (5, 2)),
        zorder=4,
        label="J, no fatigue φ = 0",
    )
    ax.plot(h, waiting, color=draw.FAINT, lw=1.0, label="waiting arm: delay", zorder=3)
    arms = [(found.terms.fatigue, draw.INSIDE, ringing, "worn response and false rings")]
    arms.append((0.0, draw.OUTSIDE, [p.arms_at_zero.false for p in shown], "false rings alone"))
    for loss, colour, cost, word in arms if worn_out else arms[1:]:
        told = f"ringing arm, φ = {loss:g}: {word}"
        ax.plot(h, cost, color=colour, lw=1.0, ls=(0, (1, 1)), zorder=3, label=told)
    for at, best, colour, wanted in (
        (found.at, found.at.arms, draw.INSIDE, worn_out),
        (found.at_zero, found.at_zero.arms_at_zero, draw.OUTSIDE, True),
    ):
        if wanted:
            ax.plot([float(at.h)], [best.total], "o", ms=5, color=colour, zorder=6)
            ax.annotate(
                f"h {float(at.h):g}, J {best.total:.2f}",
                (float(at.h), best.total),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                size=7.5,
                color=colour,
                zorder=7,
                bbox={"fc": draw.PAPER, "ec": "none", "pad": 1.0, "alpha": 0.85},
            )
    least = max(found.at.arms.total, found.at_zero.arms_at_zero.total)
    ax.set_ylim(0, 2.6 * least)
    ax.set_xlim(0, h[-1])
    ax.grid(color=draw.GRID, lw=0.5)
    ax.set_axisbelow(True)
    ax.set_xlabel("threshold h (counts); bars on the axis: J within 5 % of its least", size=7.5)
    ax.set_ylabel("cost a year (unit of the costs given)", size=7.5)
    ax.legend(loc="upper right", fontsize=7, frameon=False)


def _delay(ax: Axes, found: Optimum, shown: list[Point]) -> None:
    _lower(ax, found, shown)
    h = [float(p.h) for p in shown]
    ax.plot(h, [p.add_weeks for p in shown], color=draw.INK, lw=1.3)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("mean delay (weeks)", size=7.5)


def _false(ax: Axes, found: Optimum, shown: list[Point]) -> None:
    _lower(ax, found, shown)
    h = [float(p.h) for p in shown]
    ax.plot(h, [p.false_per_year for p in shown], color=draw.INK, lw=1.3)
    ax.set_yscale("log")
    ax.set_ylabel("false rings a year (log)", size=7.5)
    ticks = [t for t in (0.001, 0.01, 0.1, 1, 10) if ax.get_ylim()[0] <= t <= ax.get_ylim()[1]]
    ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()


def _lower(ax: Axes, found: Optimum, shown: list[Point]) -> None:
    if found.terms.fatigue > 0:
        ax.axvline(float(found.at.h), color=draw.INSIDE, lw=1.0)
    ax.axvline(float(found.at_zero.h), color=draw.OUTSIDE, lw=1.0, ls=(0, (5, 2)))
    ax.set_xlim(0, float(shown[-1].h))
    ax.grid(color=draw.GRID, lw=0.5)
    ax.set_axisbelow(True)
    ax.set_xlabel("threshold h (counts); upright lines: best h", size=7.5)


def _title(found: Optimum) -> str:
    t = found.terms
    return (
        f"When to ring: CUSUM of weekly counts, {t.quiet_rate:g} in noise and "
        f"{t.campaign_rate:g} in a campaign, k {float(t.k):g}"
    )


def _small_print(terms: Terms) -> list[str]:
    costs = [name for name in COSTS if name in terms.illustrative]
    said = (
        f"ILLUSTRATIVE, chosen by nobody: {', '.join(terms.illustrative).replace('_', ' ')}. "
        if terms.illustrative
        else "All terms were given by the reader. "
    )
    told = "No cost here is measured. " if costs else ""
    return wrap(said + told + "Exact for the model; the model is a sketch.", 135)[:3]


def _spoken(found: Optimum) -> str:
    return (
        f"Cost a year against threshold: least at h {float(found.at.h):g} under fatigue "
        f"{found.terms.fatigue:g}, at h {float(found.at_zero.h):g} without fatigue"
    )


def _box(left: float, wide: float, bottom: float, high: float) -> tuple[float, float, float, float]:
    return left / WIDE_PT, bottom / HIGH_PT, wide / WIDE_PT, high / HIGH_PT
