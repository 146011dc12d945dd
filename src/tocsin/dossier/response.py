"""The response over time: when each step was at the earliest and at the latest.

A bar is what the records leave open, an arrow an end that no record bounds.  A step without a
time, and one that nobody recorded, stand there by name: unknown is not the same as not done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tocsin.dossier import draw
from tocsin.dossier.axis import draw_time
from tocsin.dossier.format import epoch_s, instants, quantiles, span, zulu
from tocsin.dossier.panel import Panel
from tocsin.dossier.sentences import Findings, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = dict[str, Any]

STEPS = ("detected", "scrambled", "airborne", "intercepted", "escorted", "out")
LEFT_PT, RIGHT_PT, TOP_PT, BOTTOM_PT, ROW_PT = 84.0, 14.0, 22.0, 32.0, 25.0
CLEAR = {"fc": "white", "ec": "none", "alpha": 0.75, "pad": 1.2}  # under words that cross a line
PAD = 0.12  # of the drawn time on both sides: room for arrows


def response(findings: Findings) -> tuple[Panel | None, list[Row], list[Row]]:
    """Return the figure, the steps and the times between them; nothing without a record."""
    told = (findings.get("context") or {}).get("response") or {}
    steps = {str(s.get("step")): s for s in told.get("steps") or ()}
    if not steps:
        return None, [], []
    rows = [_row(name, steps.get(name)) for name in STEPS]
    between = [_between(b) for b in told.get("between") or ()]
    return _figure(findings, rows), rows, between


def _row(name: str, step: Mapping[str, Any] | None) -> Row:
    if step is None:
        return {
            "step": name, "from_s": None, "to_s": None, "when": "not recorded", "who": "", "by": "",
            "known": False, "recorded": False,
        }  # fmt: skip
    begin, end = (_seconds(step.get(key)) for key in ("from_utc", "to_utc"))
    return {
        "step": name,
        "from_s": begin,
        "to_s": end,
        "when": _when(begin, end),
        "who": _who([str(w) for w in step.get("who") or ()]),
        "by": "; ".join(str(b) for b in step.get("by") or ()),
        "known": begin is not None or end is not None,
        "recorded": True,
    }


def _who(names: Sequence[str]) -> str:
    """Return who took a step; of several, the first is the one that is timed."""
    return f"the first of {listed(names)}" if len(names) > 1 else "".join(names)


def _when(begin: float | None, end: float | None) -> str:
    if begin is None and end is None:
        return "time not recorded"
    if begin is None:
        return f"by {zulu(end or 0.0)}"
    if end is None:
        return f"from {zulu(begin)}"
    return zulu(begin) if begin == end else f"{zulu(begin)} to {zulu(end)}"


def _between(told: Mapping[str, Any]) -> Row:
    least, most = (quantiles(told.get(key)).q50 for key in ("min_s", "max_s"))
    low = None if least is None or least <= 0 else span(least)
    if most is None:
        text = "unknown" if low is None and (least is None or least < 0) else f"at least {low}"
        if low is None and least == 0:
            text = "unknown, but not before it"
    elif most < 0:
        text = "in the other order"
    elif low is None:
        text = f"up to {span(most)}"
    else:
        text = span(most) if least == most else f"{low} to {span(most)}"
    return {"first": told.get("first", ""), "then": told.get("then", ""), "text": text}


def _figure(findings: Findings, rows: Sequence[Row]) -> Panel | None:
    entry, leave = _stay(findings)
    times = [t for r in rows for t in (r["from_s"], r["to_s"]) if t is not None]
    marks = [t for t in (entry, leave) if t is not None]
    if not times:
        return None
    first, last = min(times + marks), max(times + marks)
    room = max(PAD * (last - first), 60.0)
    window = first - room, last + room
    high = TOP_PT + ROW_PT * len(rows) + BOTTOM_PT
    wide = draw.WIDTH_IN * 72
    caption = (
        "Bars: between the earliest and the latest moment that the records leave open. Arrows: no "
        "record bounds that end."
    )
    if entry is not None and leave is not None:
        caption += " Shaded: inside, as measured."
    with draw.style():
        fig = draw.figure(high / 72)
        ax = fig.add_axes(
            (
                LEFT_PT / wide,
                BOTTOM_PT / high,
                1 - (LEFT_PT + RIGHT_PT) / wide,
                ROW_PT * len(rows) / high,
            )
        )
        draw_time(ax, *window)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.set_yticks(range(len(rows)), [r["step"] for r in rows], size=8.5, color=draw.INK)
        ax.tick_params(axis="y", length=0)
        _inside(ax, entry, leave)
        for k, row in enumerate(rows):
            if k:
                ax.axhline(k - 0.5, color=draw.GRID, lw=0.5, zorder=0)
            _step(ax, k, row, window)
        told = "; ".join(f"{r['step']}: {r['when']}" for r in rows)
        svg = draw.svg(fig, "response", f"The response over time. {told}.")
    return Panel(svg, caption)


def _inside(ax: Axes, entry: float | None, leave: float | None) -> None:
    if entry is None or leave is None:
        return
    ax.axvspan(entry, leave, fc=draw.INSIDE, alpha=0.12, lw=0, zorder=1)
    for t, word, side in ((entry, "entry", "right"), (leave, "exit", "left")):
        ax.axvline(t, color=draw.INSIDE, lw=0.9, zorder=2)
        ax.annotate(
            f"{word} {zulu(t)}",
            (t, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            size=7.5,
            color=draw.INSIDE,
            ha=side,
            va="bottom",
            annotation_clip=False,
        )


def _step(ax: Axes, k: int, row: Row, window: tuple[float, float]) -> None:
    begin, end = row["from_s"], row["to_s"]
    if begin is None and end is None:
        word = "time not recorded" if row["recorded"] else "nobody recorded it"
        text = f"{word}{': ' + row['who'] if row['who'] else ''}"
        ax.text(
            window[0] + 0.02 * (window[1] - window[0]), k, text, size=7.5, color=draw.FAINT,
            va="center", style="italic", zorder=6, bbox=CLEAR,
        )  # fmt: skip
        return
    colour = draw.OUTSIDE
    if begin is not None and end is not None and begin == end:
        ax.plot([begin], [k], marker="D", ms=5.5, color=colour, zorder=5)
    elif begin is not None and end is not None:
        ax.barh(k, end - begin, left=begin, height=0.42, color=colour, alpha=0.85, zorder=4)
    else:
        at, far = (end, window[0]) if begin is None else (begin, window[1])
        ax.annotate(
            "",
            (far, k),
            xytext=(at, k),
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.6, "ls": "--"},
            zorder=4,
        )
        ax.plot([at], [k], marker="|", ms=11, mew=2.0, color=colour, zorder=5)
    _label(ax, k, row, window)


def _label(ax: Axes, k: int, row: Row, window: tuple[float, float]) -> None:
    """Write who and when beside a mark, on the side with more room."""
    begin, end = row["from_s"], row["to_s"]
    left = begin if begin is not None else window[0]
    right = end if end is not None else window[1]
    text = row["when"] + (f", {row['who']}" if row["who"] else "")
    after = window[1] - right >= left - window[0]
    room = (window[1] - right) if after else (left - window[0])
    inside = room < 0.35 * (window[1] - window[0])
    x, align = (right, "left") if after else (left, "right")
    if inside and right - left > 0.35 * (window[1] - window[0]) and row["to_s"] and row["from_s"]:
        ax.text((left + right) / 2, k, text, size=7.5, color="white", ha="center", va="center",
                zorder=7)  # fmt: skip
        return
    ax.annotate(text, (x, k), xytext=(6 if after else -6, 0), textcoords="offset points",
                size=7.5, color=draw.INK, ha=align, va="center", zorder=7, bbox=CLEAR)  # fmt: skip


def _stay(findings: Findings) -> tuple[float | None, float | None]:
    about = (findings.get("context") or {}).get("about")
    for one in findings.get("incursions", ()):
        if one.get("id") == about:
            return instants(one.get("entry_utc")).q50, instants(one.get("exit_utc")).q50
    return None, None


def _seconds(text: object) -> float | None:
    return epoch_s(text) if isinstance(text, str) else None
