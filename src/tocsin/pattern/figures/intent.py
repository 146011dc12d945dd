"""The three classes of intent as ranges, with all cues and without the one that moves them most."""

from __future__ import annotations

from tocsin.pattern.figures.panel import Panel
from tocsin.pattern.figures.scale import Scale
from tocsin.pattern.figures.svg import document, wrap
from tocsin.pattern.intent import CLASSES
from tocsin.pattern.intent_answer import Intent

_WIDE, _LEFT, _ROW = 420.0, 120.0, 52.0
_PERCENT = Scale(0.0, 1.0, tuple((k / 5, f"{20 * k}") for k in range(6)))


def intent(answer: Intent) -> str:
    """Return the ranges as SVG: thick with all cues, thin below without the strongest group."""
    top = 110.0
    panel = Panel(
        (_LEFT, top, _WIDE, 3 * _ROW),
        _PERCENT,
        Scale(-0.5, 2.5, ()),
        x_label="probability (%), over all priors and likelihoods allowed",
        y_label="",
    )
    most = answer.influences[0] if answer.influences else None
    for k, kind in enumerate(CLASSES):
        at = 2.0 - k
        lo, hi = answer.ranges[k]
        panel.interval(at + 0.1, lo, hi, "blue", across=True, width=4, name="with all cues")
        panel.points(
            [answer.middle[k]],
            [at + 0.1],
            "blue",
            r=4,
            hollow=True,
            name="middle of all that is allowed: no estimate",
        )
        if most is not None:
            low, high = most.without[k]
            panel.interval(at - 0.2, low, high, "orange", across=True, name=f"without {most.group}")
        low, high = answer.prior.interval[k]
        panel.interval(at - 0.35, low, high, "faint", across=True, name="prior")
        panel.label_row(at, kind)
    notes = [line for say in answer.words for line in wrap(say, _LEFT + _WIDE)]
    return document(
        [panel],
        name="intent",
        title="What the cues say of intent",
        desc=" ".join(answer.words),
        size=(_LEFT + _WIDE + 40, top + 3 * _ROW + 56 + 16 * len(notes)),
        notes=notes,
    )
