"""Coordination: each state's incidents on a line, near pairs joined, and the pairs of shifts."""

from __future__ import annotations

import itertools

import numpy as np

from tocsin.pattern.coordinate import Coordination
from tocsin.pattern.coordinate_words import verdict
from tocsin.pattern.figures.panel import Panel
from tocsin.pattern.figures.scale import Scale, linear
from tocsin.pattern.figures.svg import document
from tocsin.pattern.when import axis, said, scale
from tocsin.pattern.words import chance, value

WIDTH, LEFT = 760.0, 96.0
ROW = 30.0
_JOINED = 400  # pairs up to which each is drawn


def pairs_chart(answer: Coordination) -> str:
    """Return the SVG."""
    rows = len(answer.states)
    upper = _timeline(answer, ROW * rows + 10)
    lower = _shifts(answer, 78 + ROW * rows + 10 + 86)
    how = "exact" if answer.exact else f"{answer.shifts} seeded shifts"
    notes = [
        f"{value(answer.pairs)} pairs within {answer.near_days:g} days; shifted series "
        f"{value(answer.expected)} on average, 90 % of them {value(answer.interval[0])} to "
        f"{value(answer.interval[1])}; p {chance(answer.p)} ({how})"
    ]
    return document(
        [upper, lower],
        name="coordinate",
        title=verdict(answer).capitalize(),
        desc=notes[0],
        size=(WIDTH, lower.top + lower.height + 72),
        notes=notes,
    )


def _timeline(answer: Coordination, height: float) -> Panel:
    e, states = answer.events, answer.states
    x = scale(e.begin, e.end, e.unit, e.calendar)
    panel = Panel(
        (LEFT, 78, WIDTH - LEFT - 26, height),
        x,
        Scale(-0.6, len(states) - 0.4, ()),
        x_label=axis(e.unit, e.calendar),
        y_label="",
    )
    for a, b in e.gaps:
        panel.unseen(a, b, name="nobody watched")
    row = {name: float(len(states) - 1 - k) for k, name in enumerate(states)}
    near = answer.near_days / e.unit.days
    reach = np.searchsorted(e.t, e.t + near, "right").tolist()
    pairs = ((i, j) for i in range(len(e)) for j in range(i + 1, reach[i]))
    joined = itertools.islice(((i, j) for i, j in pairs if e.state[i] != e.state[j]), _JOINED)
    for i, j in joined:
        panel.line(
            [e.t[i], e.t[j]],
            [row[e.state[i]], row[e.state[j]]],
            "orange",
            width=2.2,
            name=f"within {answer.near_days:g} days",
        )
    for name in states:
        mine = [k for k in range(len(e)) if e.state[k] == name]
        tips = [f"{e.id[k]}, {said(e.t[k], e.unit, e.calendar)}" for k in mine]
        at = [float(e.t[k]) for k in mine]
        panel.points(at, [row[name]] * len(mine), tips=tips, name="incident")
        panel.label_row(row[name], name)
    return panel


def _shifts(answer: Coordination, top: float) -> Panel:
    share: dict[int, float] = {}  # of whole pairs: means over draws lie between
    for pairs, part in answer.histogram:
        share[round(pairs)] = share.get(round(pairs), 0.0) + 100 * part
    most = max(*share, answer.pairs) + 1
    panel = Panel(
        (LEFT, top, WIDTH - LEFT - 26, 120),
        linear(-0.6, most, tight=True),
        linear(0, max(share.values()), most=4),
        x_label=f"pairs of different states within {answer.near_days:g} days",
        y_label="shifts (%)",
    )
    panel.bars(
        [v - 0.4 for v in share],
        [v + 0.4 for v in share],
        share.values(),
        opacity=0.55,
        name="shifted series",
    )
    panel.rule(answer.pairs, colour="orange", dash="", name="observed")
    return panel
