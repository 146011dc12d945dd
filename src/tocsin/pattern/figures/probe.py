"""The event study: the rate around responses beside a placebo, and the effect with its interval."""

from __future__ import annotations

import numpy as np

from tocsin.pattern.figures.panel import Panel
from tocsin.pattern.figures.scale import Scale, linear, logarithmic
from tocsin.pattern.figures.svg import document, wrap
from tocsin.pattern.probe import GRID, Probe

_WIDE, _LEFT = 500.0, 80.0


def event_study(answer: Probe) -> str:
    """Return the study as SVG: above the rates, below the effect that is left."""
    study = answer.study
    edges, unit = study.edges, answer.unit
    seen = [v for v in (*study.rate, *study.hi) if np.isfinite(v)]
    above = Panel(
        (_LEFT, 86, _WIDE, 220),
        linear(float(edges[0]), float(edges[-1]), tight=True),
        linear(0.0, max([*seen, 1e-9]) * 1.05),
        x_label=f"time from a response ({unit}s)",
        y_label=f"events per {unit}",
    )
    twice = np.repeat(edges, 2)[1:-1]
    known = np.isfinite(study.lo)
    if known.any():
        held = np.repeat(known, 2)
        above.band(
            list(twice[held]),
            list(np.repeat(study.lo, 2)[held]),
            list(np.repeat(study.hi, 2)[held]),
            "faint",
            name="placebo: same rule, no effect, 90 % of records",
        )
    above.steps(list(edges), list(study.middle), "faint", dash="4 3", name="its middle")
    above.steps(list(edges), list(study.rate), "blue", width=2, name="observed")
    above.rule(0.0, text="response", colour="ink")
    lo, middle, hi = answer.effect
    ends = (float(GRID[0]) if lo is None else lo, float(GRID[-1]) if hi is None else hi)
    low, about, high = answer.posterior
    below = Panel(
        (_LEFT, 388, _WIDE, 50),
        logarithmic(min(ends[0], low, 0.25) / 1.2, max(ends[1], high, 4.0) * 1.2),
        Scale(-0.5, 0.5, ()),
        x_label="rate after a response, times what it would be without",
        y_label="",
    )
    below.rule(1.0, text="no change")
    below.interval(0.2, *ends, "blue", across=True, width=3, name="90 %, beyond the placebo")
    if middle is not None:
        below.points([middle], [0.2], "blue", r=4, hollow=True)
    below.interval(-0.25, low, high, "orange", across=True, name="90 %, by the likelihood")
    below.points([about], [-0.25], "orange", r=3, hollow=True)
    notes = [line for say in answer.words for line in wrap(say, _LEFT + _WIDE)]
    return document(
        [above, below],
        name="probe",
        title="Activity around a response",
        desc=" ".join(answer.words),
        size=(_LEFT + _WIDE + 40, 494 + 16 * len(notes)),
        notes=notes,
    )
