"""The figures of the policy verbs as SVG: the map of beliefs, the games, levers, past cases.

Every function returns one <svg> element for a page; `as_file` makes a file of it.  Same input,
same bytes.  Intervals are drawn wherever there are some, and phi = 0 stands beside every other phi.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tocsin.dossier import draw
from tocsin.policy.believe.compare import Comparison, View
from tocsin.policy.believe.region import SPAN, slice_
from tocsin.policy.levers.effect import Effect, Outcome
from tocsin.policy.threshold.assess import Assessment
from tocsin.policy.threshold.precedents import Near

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RING, QUIET = "#F6D9C6", draw.PAPER
LABELS = {
    "prior": "prior: P(a campaign is under way)",
    "phi": "phi: share of the response that\none false ring wears off",
    "cost_ratio": "cost ratio: a false ring over\na timely one",
    "recovery": "recovery of the response, a year",
}


def as_file(svg: str) -> bytes:
    """Return a figure as an SVG file of its own, on white, 96 dots to the inch."""
    head, _, rest = svg.partition(">")
    box = head.split('viewBox="', 1)[1].split('"', 1)[0]
    width, height = (float(each) for each in box.split()[2:])
    opened = (
        f'{head} xmlns="http://www.w3.org/2000/svg" width="{width * 4 / 3:.0f}" '
        f'height="{height * 4 / 3:.0f}" font-family="DejaVu Sans, sans-serif">'
    )
    paper = f'<rect width="{width:g}" height="{height:g}" fill="white"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{opened}{paper}{rest}\n'.encode()


def beliefs(found: Comparison, *, illustrative: bool = True) -> str:
    """Return where ringing is optimal, one column a position, with the position in it.

    Above, prior across and phi up; below, prior across and the cost ratio up.  What is not on the
    axes is held at the middle of the position, and the two corners of its box are drawn as lines.
    """
    with draw.style():
        fig = draw.figure(6.7)
        for column, view in enumerate(found.views):
            for row, up in enumerate(("phi", "cost_ratio")):
                ax = fig.add_axes((0.1 + 0.485 * column, 0.54 - 0.445 * row, 0.395, 0.335))
                _believed(ax, view, found, up)
                if row == 0:
                    said = f"{view.position.name}: {view.advice}\nwith phi = 0: {view.advice_phi0}"
                    ax.set_title(said, fontsize=8.5, color=draw.INK, loc="left")
                if column == 0:
                    ax.set_ylabel(LABELS[up])
                ax.set_xlabel(LABELS["prior"])
        note = (
            "blue: the position. shaded: ringing now is worth it, what is not on the axes being at "
            "the position's middle;\ndotted: the same edge with the rest most and least favourable "
            "to ringing"
        )
        fig.text(0.01, 0.955, note, color=draw.FAINT)
        if illustrative:
            fig.text(0.01, 0.008, "ILLUSTRATIVE numbers: nobody's estimate", color=draw.ALARM)
        return draw.svg(fig, "beliefs", "Where ringing is optimal, and what each party believes")


def _believed(ax: Axes, view: View, found: Comparison, up: str) -> None:
    place = view.position
    spans = SPAN | {"prior": (0.0, 1.0), "cost_ratio": (0.0, max(2.0, 1.5 * place.cost_ratio[1]))}
    inner = spans | {"prior": (1e-4, 1 - 1e-4)}
    region = slice_("prior", up, place.middle, found.stakes, points=201, spans=inner)
    if len(region.ring):
        ax.fill(*region.ring.T, color=RING, lw=0)
    ax.plot(*region.boundary.T, color=draw.INSIDE, lw=1.3)
    for corner in (place.best, place.worst) if not place.is_point else ():
        edge = slice_("prior", up, corner, found.stakes, points=201, spans=inner).boundary
        ax.plot(*edge.T, color=draw.INSIDE, lw=0.8, ls=":")
    (x0, x1), (y0, y1) = place.prior, getattr(place, up)
    if x0 == x1 and y0 == y1:
        ax.plot([x0], [y0], "o", ms=6, color=draw.OUTSIDE, clip_on=False, zorder=5)
    else:
        from matplotlib.patches import Rectangle

        box = Rectangle(
            (x0, y0), x1 - x0, y1 - y0, fc="#0072B233", ec=draw.OUTSIDE, lw=1.4, zorder=5
        )
        ax.add_patch(box)
    ax.set_xlim(0, 1)
    ax.set_ylim(*spans[up])
    ax.set_facecolor(QUIET)
    ax.text(0.98, 0.03, "ring", transform=ax.transAxes, ha="right", color=draw.INSIDE)
    ax.text(0.02, 0.95, "do not ring", transform=ax.transAxes, va="top", color=draw.FAINT)


def lever_effects(found: Sequence[Effect]) -> str:
    """Return J and the probing before and after each lever, phi as set and phi = 0."""
    names = [_priced(effect) for effect in found]
    y = [float(k) for k in reversed(range(len(names)))]
    with draw.style():
        high = 1.0 + 0.66 * len(names)
        fig = draw.figure(high)
        left = fig.add_axes((0.27, 0.62 / high, 0.36, 1 - 0.92 / high))
        right = fig.add_axes((0.68, 0.62 / high, 0.3, 1 - 0.92 / high), sharey=left)
        for ax, of in ((left, _cost), (right, _probing)):
            _moved(ax, y, 0.14, [(of(e.before), of(e.after)) for e in found], draw.INSIDE, "o")
            calm = [(of(e.before_phi0), of(e.after_phi0)) for e in found]
            _moved(ax, y, -0.14, calm, draw.OUTSIDE, "s")
        left.set_yticks(y, names)
        left.tick_params(axis="y", length=0, labelcolor=draw.INK)
        right.tick_params(axis="y", labelleft=False, length=0)
        left.set_xlabel("J, cost a year, rule retuned, lever not paid")
        right.set_xlabel("probes a year (commitment game)")
        for ax in (left, right):
            ax.set_ylim(-0.6, len(names) - 0.4)
            ax.set_xlim(0, 1.05 * ax.get_xlim()[1])
            ax.grid(axis="x", color=draw.GRID, lw=0.5)
            ax.set_axisbelow(True)
        top = 1 - 0.2 / high
        fig.text(0.01, top, "open: before; filled: after", color=draw.FAINT)
        fig.text(0.27, top, "round: phi as set", color=draw.INSIDE)
        fig.text(0.45, top, "square: phi = 0", color=draw.OUTSIDE)
        fig.text(0.01, 0.1 / high, "ILLUSTRATIVE numbers: nobody's estimate", color=draw.ALARM)
        return draw.svg(fig, "levers", "Response options before and after")


def past_cases(found: Assessment, most: int = 6) -> str:
    """Return the nearest past cases, with and without a request, as intervals of distance."""
    near = [*found.nearest.consulted[:most], *found.nearest.not_consulted[:most]]
    split = len(found.nearest.consulted[:most])
    y = np.array([len(near) - k - (0.6 if k >= split else 0.0) for k in range(len(near))])
    with draw.style():
        fig = draw.figure(0.9 + 0.27 * (len(near) + 1))
        ax = fig.add_axes((0.46, 0.17, 0.51, 0.74))
        for height, each in zip(y, near, strict=True):
            yes = each.precedent.consulted == "yes"
            colour = draw.INSIDE if yes else draw.OUTSIDE
            ax.plot([each.least, each.most], [height, height], color=colour, lw=1.4)
            ax.plot([each.distance], [height], "o" if yes else "s", ms=5, color=colour)
        ax.set_yticks(y, [_case(each) for each in near])
        ax.tick_params(axis="y", length=0, labelcolor=draw.INK)
        ax.set_xlim(0, 1)
        ax.set_xlabel("Gower distance with its range: 0 alike, 1 opposite")
        ax.grid(axis="x", color=draw.GRID, lw=0.5)
        ax.set_axisbelow(True)
        fig.text(0.01, 0.955, f"past cases beside {found.incident}", color=draw.INK, fontsize=9)
        fig.text(0.46, 0.955, "round: consulted", color=draw.INSIDE)
        fig.text(0.65, 0.955, "square: no request found", color=draw.OUTSIDE)
        fig.text(0.01, 0.015, "scores are the project's, for illustration", color=draw.ALARM)
        return draw.svg(fig, "precedents", f"Past cases nearest to {found.incident}")


def _moved(
    ax: Axes,
    y: Sequence[float],
    shift: float,
    pairs: Sequence[tuple[float, float]],
    colour: str,
    mark: str,
) -> None:
    for row, (before, after) in zip(y, pairs, strict=True):
        height = row + shift
        ax.plot([before, after], [height, height], color=colour, lw=1.6)
        ax.plot([after], [height], mark, ms=4.5, color=colour, clip_on=False, zorder=4)
        ax.plot([before], [height], mark, ms=6.5, mfc="none", mec=colour, clip_on=False, zorder=4)


def _cost(outcome: Outcome) -> float:
    return outcome.rule.cost


def _probing(outcome: Outcome) -> float:
    return outcome.probing_per_year


def _priced(effect: Effect) -> str:
    lever = effect.lever
    return f"{_folded(lever.title)}\n({lever.cost_per_year:g} a year, lag {lever.lag_years:g} y)"


def _case(near: Near) -> str:
    name = near.precedent.id
    title = near.precedent.title
    short = title if len(title) <= 30 else title[:29].rstrip(" ,;") + "…"
    return f"{name}{' (later)' * near.later}: {short}"


def _folded(name: str) -> str:
    words, out = name.split(), [""]
    for word in words:
        if len(out[-1]) + len(word) > 24:
            out.append("")
        out[-1] = f"{out[-1]} {word}".strip()
    return "\n".join(out)
