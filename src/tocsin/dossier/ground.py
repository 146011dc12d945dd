"""What lies under the track in a plan view: graticule, volumes, limits, scale and north."""

from __future__ import annotations

import numpy as np

from tocsin.dossier import draw, place, shapes
from tocsin.dossier.canvas import Canvas
from tocsin.dossier.data import DossierData, Outline
from tocsin.dossier.labels import Name, haloed
from tocsin.dossier.plane import bar, graticule

DASHES: dict[str, tuple[float, tuple[float, ...]]] = {
    "eez": (0, (6, 2)),
    "fir": (0, (7, 2, 1.5, 2)),
    "adiz": (0, (1.5, 2)),
}
MERIDIAN_LABEL_PT = 40.0  # the width of "015°30.0′E"
CLOSE_M = 400_000.0  # a frame narrower than this draws limits heavier


def lines(on: Canvas) -> None:
    """Draw the graticule and write its degrees and minutes at the border."""
    meridians, parallels = graticule(on.plane, on.shown)
    for x, _ in meridians:
        on.ax.axvline(x, color=draw.GRID, lw=0.5, zorder=2)
    for y, _ in parallels:
        on.ax.axhline(y, color=draw.GRID, lw=0.5, zorder=2)
    # A label that would run off the page is left out; its line stays.
    edge = on.shown.x1_m - 0.5 * MERIDIAN_LABEL_PT * on.m_per_pt
    texts = [text if x < edge else "" for x, text in meridians]
    on.ax.set_xticks([x for x, _ in meridians], texts, size=7)
    on.ax.set_yticks([y for y, _ in parallels], [text for _, text in parallels], size=7)


def outlines(on: Canvas, data: DossierData) -> list[Name]:
    """Draw every outline, those tested over the pale ones; return the names to write."""
    tested = {(o.volume, o.layer) for o in data.outlines}
    pale = [o for o in data.background if (o.volume, o.layer) not in tested]
    names: dict[str, Name] = {}
    for outline, main in [*((o, False) for o in pale), *((o, True) for o in data.outlines)]:
        inside = shapes.area(outline, on.plane, on.shown, on.tolerance_m)
        on.fill(
            inside,
            facecolor=draw.VOLUME if main else draw.OTHER,
            edgecolor=draw.HATCH if main else "none",
            hatch="////" if main else None,
            lw=0,
            zorder=1.2 if main else 1,
        )
        if main and not inside.is_empty:
            on.used.add("volume")
        _limit(on, outline, main=main)
        text = (outline.title or outline.volume).upper()
        spot = shapes.label_point(inside, on.shown)
        if spot is not None:
            names.setdefault(text, Name(*spot, text, draw.LIMIT if main else "#7B8794"))
    return list(names.values())


def _limit(on: Canvas, outline: Outline, *, main: bool) -> None:
    heavy = 1.3 if on.shown.width_m < CLOSE_M else 0.8
    for piece in shapes.boundary(outline, on.plane, on.shown, on.tolerance_m):
        on.ax.plot(
            piece[:, 0],
            piece[:, 1],
            color=draw.LIMIT if main else draw.OTHER_EDGE,
            lw=heavy if main else 0.6,
            ls=DASHES.get(outline.layer, "-"),
            zorder=3 if main else 2.5,
        )
        on.used.add(f"limit-{outline.layer}" if main else "background")


def furniture(on: Canvas, synthetic: bool) -> list[place.Box]:
    """Draw the scale bar, north and the synthetic mark; return the boxes they take."""
    length_m, text = bar(on.shown)
    wide, high = on.shown.width_m / on.m_per_pt, on.shown.height_m / on.m_per_pt
    taken = [place.Box(0, 0, max(length_m / on.m_per_pt, 70.0) + 22, 32)]
    x0, y0 = on.shown.x0_m + 12 * on.m_per_pt, on.shown.y0_m + 12 * on.m_per_pt
    for colour, lw in (("white", 4.5), (draw.INK, 1.6)):
        ends = [x0, x0 + length_m], [y0, y0]
        on.ax.plot(*ends, color=colour, lw=lw, solid_capstyle="butt", zorder=10)
    haloed(on, x0, y0 + 4 * on.m_per_pt, text, size=7, ha="left", va="bottom", zorder=10)

    x, y = on.shown.x1_m - 14 * on.m_per_pt, on.shown.y1_m - 12 * on.m_per_pt
    taken.append(place.Box(wide - 28, high - 40, wide, high))
    arrow = np.array([[0, 4], [-4, -8], [0, -5], [4, -8]]) * on.m_per_pt
    on.ax.fill(x + arrow[:, 0], y + arrow[:, 1], fc=draw.INK, ec="white", lw=0.5, zorder=10)
    look = {"ha": "center", "va": "top", "weight": "bold", "zorder": 10}
    haloed(on, x, y - 10 * on.m_per_pt, "N", size=8, **look)
    if synthetic:
        taken.append(place.Box(0, high - 22, 96, high))
        x, y = on.shown.x0_m + 10 * on.m_per_pt, on.shown.y1_m - 10 * on.m_per_pt
        look = {"va": "top", "weight": "bold", "color": draw.ALARM, "zorder": 10}
        haloed(on, x, y, "SYNTHETIC DATA", size=7, **look)
    return taken
