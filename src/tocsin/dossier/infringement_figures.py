"""The figures of the report of infringements: its months, and its shares by one thing each.

Same input, same bytes.  What is unknown is grey and hatched wherever it is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tocsin.dossier import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNKNOWN = "unknown"
MOST = 12  # values in a panel; the hours of a day stay whole
ROW_IN = 0.17
_PALE = "#A9CCE3"


def months(trend: Sequence[Mapping[str, Any]], period: str) -> str:
    """Return the counts of the months as bars; those of the period are darker in outline."""
    with draw.style():
        fig = draw.figure(1.9)
        ax = fig.add_axes((0.06, 0.2, 0.92, 0.68))
        for k, each in enumerate(trend):
            here = each["period"].startswith(period)
            edge: dict[str, Any] = {
                "edgecolor": draw.INK if here else "none",
                "linewidth": 1.2 if here else 0.0,
            }
            ax.bar(k, each["count"], color=draw.OUTSIDE, **edge)
            ax.bar(k, each["undecided"], bottom=each["count"], color=_PALE, **edge)
            label = str(each["count"]) + (f" + {each['undecided']}" if each["undecided"] else "")
            ax.annotate(
                label,
                (k, each["count"] + each["undecided"]),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=7,
            )
        most = max((each["count"] + each["undecided"] for each in trend), default=0)
        ax.set_ylim(0, max(1.0, 1.18 * most))
        ax.set_xlim(-0.6, len(trend) - 0.4)
        ax.set_xticks(range(len(trend)), [each["period"] for each in trend], fontsize=7)
        ax.tick_params(axis="x", length=0)
        _whole(ax.yaxis)
        _bare(ax)
        total = sum(each["count"] for each in trend)
        return draw.svg(fig, "months", f"Infringements in {len(trend)} months, {total} in all")


def shares(tables: Mapping[str, Sequence[Mapping[str, Any]]], titles: Mapping[str, str]) -> str:
    """Return every table as a panel of bars, two panels a row."""
    kept = {name: _first(tables[name]) for name in titles}
    names = list(titles)
    pairs = [names[k : k + 2] for k in range(0, len(names), 2)]
    high = [max(len(kept[name]) for name in pair) * ROW_IN + 0.42 for pair in pairs]
    with draw.style():
        fig = draw.figure(sum(high))
        top = sum(high)
        for pair, tall in zip(pairs, high, strict=True):
            for column, name in enumerate(pair):
                rows = kept[name]
                size = len(rows) * ROW_IN
                left = 0.18 + 0.5 * column
                box = (left, (top - 0.3 - size) / sum(high), 0.27, size / sum(high))
                _panel(fig.add_axes(box), rows, titles[name])
            top -= tall
        return draw.svg(fig, "shares", "Infringements by " + ", ".join(titles.values()))


def _panel(ax: Axes, rows: Sequence[tuple[str, int]], title: str) -> None:
    most = max((n for _, n in rows), default=0) or 1
    for k, (value, n) in enumerate(rows):
        known = value != UNKNOWN
        look: dict[str, Any] = (
            {"color": draw.OUTSIDE}
            if known
            else {"facecolor": draw.OTHER, "edgecolor": draw.UNSEEN, "hatch": "////", "lw": 0.5}
        )
        ax.barh(k, n, height=0.72, **look)
        ax.annotate(
            str(n), (n, k), xytext=(3, 0), textcoords="offset points", va="center", fontsize=7
        )
    ax.set_yticks(range(len(rows)), [_short(value) for value, _ in rows], fontsize=7)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(0, 1.15 * most)
    ax.set_xticks([])
    ax.set_title(title, fontsize=8, loc="left", color=draw.INK)
    _bare(ax)


def _first(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Return the first values of a table, the others as one, and unknown at the end."""
    known = [(str(row["value"]), int(row["count"])) for row in rows if row["value"] != UNKNOWN]
    unknown = sum(int(row["count"]) for row in rows if row["value"] == UNKNOWN)
    if len(known) > MOST + 1 and not _hours(known):  # never one alone as “others”
        rest = known[MOST:]
        known = [*known[:MOST], (f"{len(rest)} others", sum(n for _, n in rest))]
    return [*known, (UNKNOWN, unknown)]


def _hours(rows: Sequence[tuple[str, int]]) -> bool:
    return all(len(value) == 2 and value.isdigit() for value, _ in rows)


def _short(value: str) -> str:
    return value if len(value) <= 22 else value[:21] + "…"


def _whole(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=4, integer=True))


def _bare(ax: Axes) -> None:
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.set_facecolor("none")
