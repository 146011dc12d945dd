"""The change of a rate: the record with the rates before and after, and the posterior of when."""

from __future__ import annotations

import numpy as np

from tocsin.pattern.change import Change
from tocsin.pattern.change_words import verdict
from tocsin.pattern.events import Unit
from tocsin.pattern.figures.panel import Panel
from tocsin.pattern.figures.scale import counts, linear
from tocsin.pattern.figures.svg import document
from tocsin.pattern.turn import Turn
from tocsin.pattern.when import axis, said, scale
from tocsin.pattern.words import value

WIDTH, LEFT = 760.0, 74.0
BOX = (LEFT, 78.0, WIDTH - LEFT - 26, 190.0)
UNDER = (LEFT, 344.0, WIDTH - LEFT - 26, 120.0)


def changed(answer: Change, unit: Unit, calendar: bool) -> str:
    """Return the SVG for counts in bins."""
    edges = answer.edges
    x = scale(edges[0], edges[-1], unit, calendar)
    per_year = np.divide(
        answer.counts, answer.exposure, out=np.full(len(edges) - 1, 0.0), where=answer.exposure > 0
    )
    level = f"{answer.level * 100:g} %"
    upper = Panel(BOX, x, counts(per_year.max()), x_label="", y_label="incidents a year")
    upper.bars(edges[:-1], edges[1:], per_year, opacity=0.55, name="record")
    for k in np.flatnonzero(answer.exposure == 0):
        upper.unseen(edges[k], edges[k + 1], name="nobody watched")
    low, high = answer.k_interval
    _rates(upper, answer, (edges[0], edges[low]), (edges[high], edges[-1]), level)
    upper.rule(edges[answer.k], colour="ink", dash="", name="most likely change")
    share = answer.posterior * 100
    lower = Panel(
        UNDER, x, linear(0, share.max(), most=4), x_label=axis(unit, calendar), y_label="chance (%)"
    )
    half = np.diff(edges) / 2
    lower.bars(
        edges[1:-1] - half[:-1] * 0.8,
        edges[1:-1] + half[1:] * 0.8,
        share,
        name="posterior of the last bin before the change, if there was one",
    )
    lower.interval(
        share.max() * 0.06, edges[low], edges[high], across=True, name=f"{level} interval"
    )
    return _document(answer, [upper, lower], f"most likely after {answer.labels[answer.k - 1]}")


def turned(answer: Turn) -> str:
    """Return the SVG for times of incidents."""
    e = answer.events
    x = scale(e.begin, e.end, e.unit, e.calendar)
    level = f"{answer.level * 100:g} %"
    upper = Panel(BOX, x, counts(len(e)), x_label="", y_label="incidents so far")
    upper.steps([e.begin, *e.t.tolist(), e.end], list(range(len(e) + 1)), name="record")
    for a, b in e.gaps:
        upper.unseen(a, b, name="nobody watched")
    upper.rule(answer.at.median, colour="ink", dash="4 3", name="change, if there was one")
    share = answer.posterior * 100
    lower = Panel(
        UNDER,
        x,
        linear(0, share.max(), most=4),
        x_label=axis(e.unit, e.calendar),
        y_label="chance (%)",
    )
    lower.bars(
        answer.edges[:-1],
        answer.edges[1:],
        share,
        name=f"posterior of when, if at all, in {len(share)} cells",
    )
    lower.interval(
        share.max() * 0.06, answer.at.low, answer.at.high, across=True, name=f"{level} interval"
    )
    return _document(answer, [upper, lower], f"about {said(answer.at.median, e.unit, e.calendar)}")


def _rates(
    panel: Panel,
    answer: Change,
    before: tuple[float, float],
    after: tuple[float, float],
    level: str,
) -> None:
    for span, rate in ((before, answer.before), (after, answer.after)):
        panel.band(span, [rate.low] * 2, [rate.high] * 2, "orange", name=f"rate, {level} interval")
        panel.line(span, [rate.median] * 2, "orange", width=2.0)


def _document(answer: Change | Turn, panels: list[Panel], when: str) -> str:
    factor = f"ln BF10 {answer.log_bf:.2f}"
    level = f"{answer.level * 100:g} %"
    b, a = answer.before, answer.after
    notes = [
        f"before {value(b.median)} a year ({level} {value(b.low)} to {value(b.high)}), after "
        f"{value(a.median)} ({value(a.low)} to {value(a.high)}); {factor}, one change against none"
    ]
    return document(
        panels,
        name="change",
        title=f"Change of rate: {verdict(answer)}",
        desc=f"{verdict(answer)}, {when}; {notes[0]}",
        size=(WIDTH, 540),
        notes=notes,
    )
