"""The texts of a plan view: crossings and places in boxes with a leader, volumes by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.dossier import draw, place
from tocsin.dossier.canvas import Canvas
from tocsin.dossier.data import Floats

SIZE = 7.5


@dataclass(frozen=True, slots=True)
class Label:
    """What is written about one point."""

    x_m: float
    y_m: float
    text: str
    colour: str = draw.INK


@dataclass(frozen=True, slots=True)
class Name:
    """What a volume is called, and where there is room for it."""

    x_m: float
    y_m: float
    text: str
    colour: str


def write(
    on: Canvas,
    labels: Sequence[Label],
    names: Sequence[Name],
    taken: list[place.Box],
    path_pt: Floats,
) -> None:
    """Write all labels, then those names that hide nothing.

    taken    boxes of the page where nothing may stand
    path_pt  (N, 2) points of the page that the tracks run over
    """
    wide, high = on.shown.width_m / on.m_per_pt, on.shown.height_m / on.m_per_pt
    page = place.Box(3, 3, wide - 3, high - 3)
    for label in labels:
        width, height = _size(on, label.text)
        x, y = on.page(np.array([[label.x_m, label.y_m]]))[0]
        box = place.around(x, y, width + 6, height + 5, page=page, taken=taken, points=path_pt)
        taken.append(box)
        _boxed(on, label, box)
    for name in names:
        width, height = _size(on, name.text)
        x, y = on.page(np.array([[name.x_m, name.y_m]]))[0]
        box = place.Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        free = box.overlap(page) > 0.98 * width * height and not box.hides(path_pt)
        if free and not any(box.overlap(other) > 0 for other in taken):
            taken.append(box)
            look = {"ha": "center", "va": "center", "color": name.colour, "zorder": 4}
            haloed(on, name.x_m, name.y_m, name.text, size=SIZE, **look)


def haloed(on: Canvas, x_m: float, y_m: float, text: str, **look: Any) -> None:
    """Write text with a pale halo, which the page's style sheet draws."""
    on.ax.text(x_m, y_m, text, **look).set_gid("halo")


def _boxed(on: Canvas, label: Label, box: place.Box) -> None:
    x = on.shown.x0_m + (box.x0 + box.x1) / 2 * on.m_per_pt
    y = on.shown.y0_m + (box.y0 + box.y1) / 2 * on.m_per_pt
    half_w = (box.x1 - box.x0) / 2 * on.m_per_pt
    half_h = (box.y1 - box.y0) / 2 * on.m_per_pt
    # The leader ends at the border of the box, on the line towards its middle.
    dx, dy = label.x_m - x, label.y_m - y
    reach = max(abs(dx) / half_w, abs(dy) / half_h, 1.0)
    leader = [label.x_m, x + dx / reach], [label.y_m, y + dy / reach]
    on.ax.plot(*leader, color=draw.FAINT, lw=0.7, zorder=8.5)
    across = [x - half_w, x + half_w, x + half_w, x - half_w]
    upward = [y - half_h, y - half_h, y + half_h, y + half_h]
    on.ax.fill(across, upward, fc="white", ec=draw.FAINT, lw=0.5, zorder=11)
    look: dict[str, Any] = {"ha": "center", "va": "center", "linespacing": 1.25}
    on.ax.text(x, y, label.text, size=SIZE, color=label.colour, zorder=12, **look)


def _size(on: Canvas, text: str) -> tuple[float, float]:
    """Return width and height in points: the figure has 72 dots an inch."""
    item = on.ax.text(0, 0, text, size=SIZE, linespacing=1.25)
    box = item.get_window_extent()
    item.remove()
    return float(box.width), float(box.height)
