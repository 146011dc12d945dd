"""The rule by which responses came, read off the record, and how far they follow it."""

from __future__ import annotations

import numpy as np

from tocsin.pattern.placebo import Trigger
from tocsin.schema import Floats


def fitted(t: Floats, responses: Floats, window: float) -> tuple[Trigger, float]:
    """Return the rule that gives the responses best, and how well: see `agrees`."""
    last = np.searchsorted(t, responses, side="right") - 1
    lags = np.array([r - t[k] for r, k in zip(responses, last, strict=True) if k >= 0])
    lag = float(np.median(lags)) if len(lags) else 0.0
    quiet = float(np.diff(responses).min()) * 0.999 if len(responses) > 1 else 0.0
    best: tuple[float, Trigger] | None = None
    for within in (window / 2, window, 2 * window):
        ends = t[np.maximum(last, 0)]
        held = [int(np.sum((t > e - within) & (t <= e))) for e in ends]
        for count in range(1, max(1, *held) + 1):
            for pause in dict.fromkeys((0.0, min(quiet, window), quiet)):
                rule = Trigger(count, within, lag, pause)
                score = agrees(rule, t, responses, window)
                if best is None or score > best[0] + 1e-9:
                    best = score, rule
    assert best is not None
    return best[1], best[0]


def agrees(rule: Trigger, t: Floats, responses: Floats, window: float) -> float:
    """Return the agreement of a rule's responses with those that came: 2 pairs / (both counts).

    Two are a pair if they are not farther apart than a quarter of the window.
    """
    made = rule.responses(t)
    pairs, free = 0, list(responses)
    for at in made:
        near = [k for k, r in enumerate(free) if abs(r - at) <= window / 4]
        if near:
            free.pop(min(near, key=lambda k: abs(free[k] - at)))
            pairs += 1
    return 2 * pairs / (len(made) + len(responses)) if len(made) + len(responses) else 0.0
