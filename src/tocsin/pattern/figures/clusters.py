"""A map of the clusters: places sized by their cases, circles drawn as sure as they are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tocsin.geo import WGS84
from tocsin.pattern.figures.labels import Dot, placed
from tocsin.pattern.figures.panel import Panel
from tocsin.pattern.figures.scale import Scale, linear
from tocsin.pattern.figures.svg import document, wrap
from tocsin.pattern.scan_answer import Cluster, Scan
from tocsin.pattern.scan_power import LEVEL
from tocsin.schema import Floats

_WIDE, _TALLEST = 560.0, 460.0
_LEFT, _TOP = 70.0, 104.0


def cluster_map(
    scan: Scan, names: Sequence[str], xy: Floats, cases: Floats, *, planar: bool = False
) -> str:
    """Return the map as SVG.

    names, xy, cases  of every place: xy (P, 2) is longitude and latitude, or km where planar
    """
    shown = [c for c in scan.clusters if c.centre in names][:4]
    km_wide = _km_wide(xy, planar)
    rings = [_ring(c, xy[list(names).index(c.centre)], planar, 0.025 * km_wide) for c in shown]
    x, y, width, height = _frame(np.vstack([xy, *rings]), planar)
    units = ("x (km)", "y (km)") if planar else ("longitude (degrees east)", "latitude (degrees)")
    panel = Panel((_LEFT, _TOP, width, height), x, y, x_label=units[0], y_label=units[1])
    sure = [c for c in shown if c.p is not None and c.p.p <= LEVEL]
    for c, ring in zip(shown, rings, strict=True):
        if c in sure:
            panel.polygon(ring[:, 0], ring[:, 1], "orange", name="cluster, p at most .05")
            when = c.first if c.first == c.last else f"{c.first} to {c.last}"
            top = int(np.argmax(ring[:, 1]))
            at = (float(ring[top, 0]), float(ring[top, 1]))
            panel.text(*at, when, anchor="middle", colour="orange", shift=(0, -5), bold=True)
        else:
            name = "likeliest, but no more than chance"
            panel.line(ring[:, 0], ring[:, 1], "faint", dash="4 3", name=name)
    inside = {place for c in sure for place in c.places}
    most = max(float(cases.max(initial=0.0)), 1.0)
    radii = [2.0 + 9.0 * math.sqrt(float(count) / most) for count in cases]
    for k, place in enumerate(names):
        panel.points(
            [xy[k, 0]],
            [xy[k, 1]],
            "blue",
            r=radii[k],
            hollow=place not in inside,
            tips=[f"{place}: {cases[k]:g} cases"],
            name="place in a cluster" if place in inside else "place, by its cases",
        )
    unnamed = _name(panel, names, xy, radii, inside)
    said = [*scan.words, *scan.notes[:1]]
    if unnamed:
        said.append(f"{unnamed} places stand too close to others to be named here")
    lines = [line for say in said for line in wrap(say, _WIDE + 40)]
    size = (_LEFT + width + 90, _TOP + height + 60 + 16 * len(lines))
    return document(
        [panel],
        name="clusters",
        title="Clusters in space and time",
        desc=" ".join(scan.words),
        size=size,
        notes=lines,
    )


def _name(
    panel: Panel, names: Sequence[str], xy: Floats, radii: Sequence[float], first: set[str]
) -> int:
    """Name the places that there is room for, those in a cluster first; return how many are not."""
    order = sorted(range(len(names)), key=lambda k: (names[k] not in first, -radii[k], k))
    dots = [Dot(panel.px(xy[k, 0]), panel.py(xy[k, 1]), radii[k], names[k]) for k in order]
    frame = (panel.left, panel.top, panel.left + panel.width, panel.top + panel.height)
    spots = placed(dots, frame)
    for k, spot in zip(order, spots, strict=True):
        if spot is not None:
            shift = (spot.dx, spot.dy)
            panel.text(
                xy[k, 0], xy[k, 1], names[k], anchor=spot.anchor, shift=shift, colour="faint"
            )
    return sum(spot is None for spot in spots)


def _km_wide(xy: Floats, planar: bool) -> float:
    """Return the diagonal of the map in km."""
    (x0, y0), (x1, y1) = xy.min(axis=0), xy.max(axis=0)
    if planar:
        return math.hypot(x1 - x0, y1 - y0)
    _, _, metres = WGS84.inv(x0, y0, x1, y1)
    return float(metres) / 1000.0


def _ring(cluster: Cluster, centre: Floats, planar: bool, least_km: float) -> Floats:
    """Return the circle of a cluster, closed; never so small that it cannot be seen."""
    turn = np.linspace(0, 360, 73)
    radius = max(cluster.radius_km, least_km)
    if planar:
        at = np.radians(turn)
        return np.column_stack([centre[0] + radius * np.sin(at), centre[1] + radius * np.cos(at)])
    n = len(turn)
    lon, lat, _ = WGS84.fwd(
        np.full(n, centre[0]), np.full(n, centre[1]), turn, np.full(n, radius * 1000.0)
    )
    return np.column_stack([lon, lat])


def _frame(xy: Floats, planar: bool) -> tuple[Scale, Scale, float, float]:
    """Return scales and size of the map: one kilometre is as long across as it is up."""
    (x0, y0), (x1, y1) = xy.min(axis=0), xy.max(axis=0)
    shrink = 1.0 if planar else math.cos(math.radians((y0 + y1) / 2))
    wide, tall = max((x1 - x0) * shrink, 1e-3), max(y1 - y0, 1e-3)
    wide, tall = max(1.12 * wide, _WIDE / _TALLEST * 1.12 * tall), 1.12 * tall
    tall = max(tall, 0.3 * wide)
    x_mid, y_mid, half = (x0 + x1) / 2, (y0 + y1) / 2, wide / 2 / shrink
    x = linear(x_mid - half, x_mid + half, tight=True)
    y = linear(y_mid - tall / 2, y_mid + tall / 2, tight=True)
    return x, y, _WIDE, _WIDE * tall / wide
