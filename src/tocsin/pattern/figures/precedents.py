"""The nearest precedents: their distances, and how far what is missing could move them."""

from __future__ import annotations

from tocsin.pattern.figures.panel import Panel
from tocsin.pattern.figures.scale import Scale, linear
from tocsin.pattern.figures.svg import document, wrap
from tocsin.pattern.similar import Similar

_WIDE, _LEFT, _ROW = 420.0, 150.0, 46.0


def precedents(answer: Similar) -> str:
    """Return the precedents as SVG, the nearest at the top."""
    rows = answer.precedents
    n = max(len(rows), 1)
    top = 92.0
    y = Scale(-0.5, n - 0.5, ())
    panel = Panel(
        (_LEFT, top, _WIDE, _ROW * n),
        linear(0.0, 1.0, tight=True),
        y,
        x_label="Gower distance (0 alike in all that is known, 1 in nothing)",
        y_label="",
    )
    for k, one in enumerate(rows):
        at = n - 1 - k
        panel.interval(
            at,
            one.compared.least,
            one.compared.most,
            "faint",
            across=True,
            name="whatever is missing",
        )
        panel.points(
            [one.compared.distance or 0.0],
            [at],
            "orange" if one.thin else "blue",
            r=5,
            hollow=one.thin,
            tips=["; ".join(one.reasons_for)],
            name="too little known" if one.thin else "by what is known",
        )
        panel.label_row(at, one.id)
    notes = []
    for one in rows:
        said = f"{one.id}, for: {'; '.join(one.reasons_for) or 'nothing'}"
        said += f" | against: {'; '.join(one.reasons_against) or 'nothing'}"
        notes += wrap(said, _LEFT + _WIDE)
    if answer.recurrence is not None:
        notes += [line for say in answer.recurrence.words for line in wrap(say, _LEFT + _WIDE)]
    return document(
        [panel],
        name="precedents",
        title=f"Precedents nearest to {answer.id}",
        desc=" ".join(answer.words),
        size=(_LEFT + _WIDE + 40, top + _ROW * n + 60 + 16 * len(notes)),
        notes=notes,
    )
