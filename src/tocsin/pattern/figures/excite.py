"""Self-excitation: the residuals against what the model gives, the branching ratio, the rivals."""

from __future__ import annotations

import numpy as np

from tocsin.pattern.excite import MODEL, Excitation
from tocsin.pattern.figures.elements import Colour
from tocsin.pattern.figures.panel import Panel
from tocsin.pattern.figures.scale import Scale, linear
from tocsin.pattern.figures.svg import document
from tocsin.pattern.residuals import PROBS
from tocsin.pattern.words import percent, value

WIDTH = 760.0
_DOTS = 200  # residuals up to which each is drawn


def excitement(answer: Excitation) -> str:
    """Return the SVG."""
    n, level = answer.n, f"{answer.level * 100:g} %"
    notes = [
        f"one incident brings on {value(n.median)} further ones directly ({level} interval "
        f"{value(n.low)} to {value(n.high)}); ln BF against a constant rate {answer.log_bf:.2f}",
        f"residuals: bootstrap p {answer.fitted.p:.3f} from {answer.fitted.replicates} series; "
        f"{answer.count} incidents in {value(answer.exposure_days)} days watched",
    ]
    return document(
        [_residuals(answer), _ratio(answer, level), _explanations(answer)],
        name="excite",
        title=f"Self-excitation: {answer.verdict}",
        desc=f"{answer.verdict}: {answer.why}; {'; '.join(notes)}",
        size=(WIDTH, 560),
        notes=notes,
    )


def _residuals(answer: Excitation) -> Panel:
    own = answer.fitted.residuals
    expected = -np.log1p(-(np.arange(len(own)) + 0.5) / len(own))
    if len(own) > _DOTS:
        expected, own = -np.log1p(-PROBS), np.quantile(own, PROBS)
    at = -np.log1p(-PROBS)
    low, high = answer.fitted.band
    most = float(max(expected[-1], own[-1]))
    panel = Panel(
        (74, 100, 300, 250),
        linear(0, most, most=6),
        linear(0, most, most=6),
        x_label="expected (integrated rate, no unit)",
        y_label="residual (integrated rate, no unit)",
        title="Residuals after time rescaling",
    )
    panel.band(at.tolist(), low.tolist(), high.tolist(), name="90 % of simulated series")
    panel.line([0, most], [0, most], "faint", dash="4 3", name="the model")
    panel.points(expected.tolist(), own.tolist(), "orange", r=2.4, name="incidents")
    return panel


def _ratio(answer: Excitation, level: str) -> Panel:
    edges, weights = answer.n_density
    density = weights / np.diff(edges)
    grid = np.linspace(0, 1, 101)
    top = max(float(density.max()), 3.0)
    panel = Panel(
        (450, 100, 284, 120),
        linear(0, 1, most=6),
        linear(0, top, most=4),
        x_label="branching ratio n (followers per incident)",
        y_label="density",
        title="What one incident brings on",
    )
    panel.bars(edges[:-1], edges[1:], density, opacity=0.5, name="posterior")
    panel.line(grid, 3 * (1 - grid) ** 2, "faint", dash="4 3", name="prior")
    panel.interval(top * 0.07, answer.n.low, answer.n.high, across=True, name=level)
    return panel


def _explanations(answer: Excitation) -> Panel:
    rows = answer.explanations
    panel = Panel(
        (560, 296, 174, 23.0 * len(rows)),
        linear(0, 100, most=3),
        Scale(-0.5, len(rows) - 0.5, ()),
        x_label="chance (%), equal beforehand",
        y_label="",
        title="",
    )
    for k, (name, p, _) in enumerate(rows):
        y = len(rows) - 1 - k
        colour: Colour = "orange" if name == MODEL else "blue"
        width = min(100 * p, 99.0)
        corners = [y - 0.3, y - 0.3, y + 0.3, y + 0.3]
        panel.polygon([0, width, width, 0], corners, colour, opacity=0.6)
        panel.label_row(y, name)
        late = width > 60
        panel.text(
            width,
            y,
            percent(p),
            anchor="end" if late else "start",
            shift=(-4.0 if late else 4.0, 4.0),
        )
    return panel
