"""The plan view: the limit, the track with its error, and where it was inside.

Colour never works alone: inside is also wider, volumes are also hatched, what was not
observed is also dotted, and refused positions are also crossed out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tocsin.dossier import draw, flight, ground
from tocsin.dossier.canvas import Canvas
from tocsin.dossier.data import DossierData, DrawnPassage
from tocsin.dossier.doubt import Stretches
from tocsin.dossier.labels import Label, write
from tocsin.dossier.plane import Frame, Plane

LEFT_PT, RIGHT_PT, TOP_PT, BOTTOM_PT = 46.0, 4.0, 4.0, 18.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One drawn plan view, and what the page needs to know about it."""

    svg: str
    used: frozenset[str]  # keys of the legend
    tolerance_m: float  # how far thinning may move a drawn line


@dataclass(frozen=True, slots=True)
class Marks:
    """What is written at the crossings: passage id -> text; empty text: a dot only."""

    entry: Mapping[str, str]
    exit: Mapping[str, str]
    depth: Mapping[str, str]
    painted: frozenset[str]  # ids of the passages that colour the track
    doubtful: Mapping[str, Stretches]  # track -> stretches that are not credible


def plan(
    data: DossierData,
    shown: Frame,
    plane: Plane,
    marks: Marks,
    *,
    name: str,
    title: str,
    width_in: float = draw.WIDTH_IN,
    synthetic: bool = False,
) -> Plan:
    """Return the plan view of everything in the frame `shown`."""
    wide_pt = width_in * 72
    inner_pt = wide_pt - LEFT_PT - RIGHT_PT
    m_per_pt = shown.width_m / inner_pt
    inner_high_pt = shown.height_m / m_per_pt
    high_pt = inner_high_pt + TOP_PT + BOTTOM_PT
    box = (LEFT_PT / wide_pt, BOTTOM_PT / high_pt, inner_pt / wide_pt, inner_high_pt / high_pt)
    with draw.style():
        fig = draw.figure(high_pt / 72, width_in)
        on = Canvas(fig.add_axes(box), plane, shown, m_per_pt)
        on.ax.set_xlim(shown.x0_m, shown.x1_m)
        on.ax.set_ylim(shown.y0_m, shown.y1_m)
        labels: list[Label] = []
        ground.lines(on)
        names = ground.outlines(on, data)
        path_pt = [np.empty((0, 2))]
        for one in data.tracks:
            own = [p for p in data.passages if p.track == one.track and p.id in marks.painted]
            doubtful = marks.doubtful.get(one.track, ())
            path_pt.append(flight.track(on, one, own, doubtful, data.max_gap_s, labels))
        for passage in data.passages:
            _crossings(on, passage, marks, labels)
            _depth(on, passage, marks, labels)
        for spot in data.places:
            x, y = on.spot(spot.lon_deg, spot.lat_deg)
            if on.within(np.array([[x, y]]))[0]:
                on.ax.plot([x], [y], "*", ms=7, color=draw.INK, zorder=8)
                labels.append(Label(x, y, spot.name))
        write(on, labels, names, ground.furniture(on, synthetic), np.vstack(path_pt))
        return Plan(draw.svg(fig, name, title), frozenset(on.used), on.tolerance_m)


def _crossings(on: Canvas, p: DrawnPassage, marks: Marks, labels: list[Label]) -> None:
    ends = (
        (p.entry_lon_deg, p.entry_lat_deg, p.entry_observed, marks.entry, draw.INSIDE),
        (p.exit_lon_deg, p.exit_lat_deg, p.exit_observed, marks.exit, "white"),
    )
    for lon, lat, seen, texts, fill in ends:
        if not (seen and np.isfinite(lon) and np.isfinite(lat) and p.id in texts):
            continue
        x, y = on.spot(lon, lat)
        if not on.within(np.array([[x, y]]))[0]:
            continue
        on.ax.plot([x], [y], "o", ms=5.5, mfc=fill, mec=draw.INSIDE, mew=1.4, zorder=9)
        on.used.add("crossing")
        if texts[p.id]:
            labels.append(Label(x, y, texts[p.id]))


def _depth(on: Canvas, p: DrawnPassage, marks: Marks, labels: list[Label]) -> None:
    """Draw the dimension line from the deepest point to the limit, where both are known."""
    ends = np.array([[p.deepest_lon_deg, p.deepest_lat_deg], [p.foot_lon_deg, p.foot_lat_deg]])
    if p.id not in marks.depth or not np.isfinite(ends).all():
        return
    xy_m = on.plane.xy(ends[:, 0], ends[:, 1])
    if not on.within(xy_m).all():
        return
    on.ax.plot(*xy_m.T, color=draw.INK, lw=0.8, marker=".", ms=3, zorder=8)
    x, y = xy_m.mean(axis=0)
    labels.append(Label(x, y, marks.depth[p.id]))
