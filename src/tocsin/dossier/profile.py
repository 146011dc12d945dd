"""The altitude profile: pressure altitude in FL and feet, SI on the right, limits with datum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tocsin.dossier import draw
from tocsin.dossier.axis import draw_time, gaps
from tocsin.dossier.data import DrawnTrack, Floats, VerticalLimits
from tocsin.dossier.doubt import crossed_out
from tocsin.dossier.format import NBSP
from tocsin.dossier.strip import LEFT_PT, RIGHT_PT, Stretches, lifted, shade, thinned
from tocsin.schema import Datum, Limit
from tocsin.units import FL_M, FT_M

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TOP_PT, BOTTOM_PT = 8.0, 30.0
STEPS_FT = (100, 200, 500, 1000, 2000, 5000, 10000, 20000)
STEPS_M = (20, 50, 100, 200, 500, 1000, 2000, 5000)


def profile(
    track: DrawnTrack,
    window: tuple[float, float],
    *,
    limits: Sequence[VerticalLimits],
    inside: Stretches,
    unobserved: Stretches,
    refused: Stretches,
    name: str,
    title: str,
    max_gap_s: float,
    height_pt: float = 165.0,
) -> str:
    """Return the figure for one track and window, or "" where no height was reported in it."""
    within = (track.t_s >= window[0]) & (track.t_s <= window[1])
    heights = track.h_pressure_m[within & np.isfinite(track.h_pressure_m)]
    if not len(heights):
        return ""
    wide_pt = draw.WIDTH_IN * 72
    with draw.style():
        fig = draw.figure(height_pt / 72)
        ax = fig.add_axes(
            (
                LEFT_PT / wide_pt,
                BOTTOM_PT / height_pt,
                1 - (LEFT_PT + RIGHT_PT) / wide_pt,
                1 - (TOP_PT + BOTTOM_PT) / height_pt,
            )
        )
        draw_time(ax, *window)
        shown = limits_shown(limits, heights)
        _scale(ax, heights, [h for h, _ in shown])
        for a, b in inside:
            ax.axvspan(max(a, window[0]), min(b, window[1]), fc=draw.INSIDE, alpha=0.13, lw=0)
        for h_m, text in shown:
            _limit(ax, h_m, text)
        _line(ax, track, window, refused, max_gap_s)
        shade(ax, window, unobserved, refused)
        return draw.svg(fig, name, title)


def limits_shown(limits: Sequence[VerticalLimits], heights_m: Floats) -> list[tuple[float, str]]:
    """Return (height, text) of the finite limits near the heights flown, one a height."""
    low, high = float(heights_m.min()), float(heights_m.max())
    room = max(1500.0, high - low)
    found: dict[float, str] = {}
    for one in limits:
        for limit, word in ((one.lower, "floor"), (one.upper, "ceiling")):
            if limit is None or not math.isfinite(limit.h_m) or limit.h_m <= 0:
                continue
            if low - room <= limit.h_m <= high + room:
                said = f"{word} of {one.volume}: {limit_text(limit)}"
                found[limit.h_m] = f"{found[limit.h_m]}; {said}" if limit.h_m in found else said
    return sorted(found.items())


def limit_text(limit: Limit | None, unbounded: str = "unlimited") -> str:
    """Return "FL195 (pressure altitude)", "2500 ft AMSL (above mean sea level)", "surface"."""
    if limit is None or limit.h_m == math.inf:
        return unbounded
    if limit.h_m == -math.inf:
        return "surface"
    datum = {
        Datum.PRESSURE: "pressure altitude",
        Datum.MSL: "above mean sea level",
        Datum.HAE: "above the WGS-84 ellipsoid",
        Datum.AGL: "above ground",
    }[limit.datum]
    feet = f"{round(limit.h_m / FT_M):,}".replace(",", NBSP)
    return f"{limit.text or f'{feet}{NBSP}ft'} ({datum})"


def _line(
    ax: Axes,
    track: DrawnTrack,
    window: tuple[float, float],
    refused: Stretches,
    max_gap_s: float,
) -> None:
    good = track.trusted & np.isfinite(track.h_pressure_m)
    t_s, h_m = track.t_s[good], track.h_pressure_m[good]
    t_s, h_m = thinned(*lifted(t_s, h_m, gaps(track, max_gap_s)), window)
    ax.plot(t_s, h_m, color=draw.OUTSIDE, lw=1.5, zorder=5, solid_joinstyle="round")
    bad = crossed_out(track, refused) & np.isfinite(track.h_pressure_m)
    if bad.any():
        pick = np.flatnonzero(bad)[:: max(1, int(bad.sum()) // 60)]
        ax.plot(
            track.t_s[pick],
            track.h_pressure_m[pick],
            "o",
            ms=2.6,
            mfc="white",
            mec=draw.REFUSED,
            mew=0.7,
            zorder=9,
        )


def _limit(ax: Axes, h_m: float, text: str) -> None:
    ax.axhline(h_m, color=draw.LIMIT, lw=1.0, ls=(0, (5, 2)), zorder=4)
    item = ax.text(
        0.995,
        h_m,
        text,
        size=7,
        color=draw.LIMIT,
        ha="right",
        va="bottom",
        transform=ax.get_yaxis_transform(),
        zorder=8,
    )
    item.set_gid("halo")


def _scale(ax: Axes, heights_m: Floats, limits_m: Sequence[float]) -> None:
    low, high = (f([*heights_m.tolist(), *limits_m]) for f in (min, max))
    room = max(0.12 * (high - low), 100.0)
    low, high = (0.0 if 0 <= low < 3 * room else low - room), high + room
    ax.set_ylim(low, high)
    step_ft = next((s for s in STEPS_FT if (high - low) / FT_M / s <= 5.5), STEPS_FT[-1])
    at_ft = range(math.ceil(low / FT_M / step_ft) * step_ft, int(high / FT_M) + 1, step_ft)
    ax.set_yticks([ft * FT_M for ft in at_ft], [_ft(ft) for ft in at_ft], size=7)
    for ft in at_ft:
        ax.axhline(ft * FT_M, color=draw.GRID, lw=0.5, zorder=0)
    step_m = next((s for s in STEPS_M if (high - low) / s <= 5.5), STEPS_M[-1])
    metres = ax.twinx()
    metres.set_ylim(low, high)
    at_m = range(math.ceil(low / step_m) * step_m, int(high) + 1, step_m)
    labels = [f"{m:,}{NBSP}m".replace(",", NBSP) for m in at_m]
    metres.set_yticks(list(at_m), labels, size=7)
    metres.set_facecolor("none")


def _ft(ft: int) -> str:
    if ft >= 10_000 and ft % 100 == 0:
        return f"FL{round(ft * FT_M / FL_M):03d}"
    return f"{ft:,}{NBSP}ft".replace(",", NBSP)
