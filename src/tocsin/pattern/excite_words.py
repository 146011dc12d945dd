"""Self-excitation in words and as JSON: the number, the rivals, the fit, and what it is not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tocsin.pattern.change_words import estimate
from tocsin.pattern.excite import EXCITING, MODEL, Excitation
from tocsin.pattern.words import chance, interval, odds, percent, value

NEAR_ONE = 0.95  # branching ratio: an interval that reaches it has no upper end to speak of


def words(answer: Excitation) -> Iterator[str]:
    """Yield the lines that people read."""
    level = f"{answer.level * 100:g} %"
    yield f"verdict: {answer.verdict} ({answer.why})"
    n, memory = answer.n, answer.memory_days
    yield (
        f"{answer.count} incidents in {value(answer.exposure_days)} days watched: one brings on "
        f"{value(n.median)} further ones directly ({level} interval {interval(n.low, n.high)}), "
        f"within about {value(memory.median)} days ({interval(memory.low, memory.high)})"
    )
    if n.high > NEAR_ONE:
        yield "the interval reaches a ratio of 1, where incidents explode: it has no upper end"
    if answer.n_cross is not None:
        own, cross = answer.n_own, answer.n_cross
        yield (
            f"of these in the same state {value(own.median)} ({interval(own.low, own.high)}), in "
            f"each other state {value(cross.median)} ({interval(cross.low, cross.high)})"
        )
    side = "with self-excitation than at a constant rate"
    if answer.log_bf < 0:
        side = "at a constant rate than with self-excitation"
    yield f"the record is {odds(answer.log_bf)} times likelier {side} (ln BF {answer.log_bf:.2f})"
    shares = ", ".join(f"{name} {percent(p)}" for name, p, _ in answer.explanations)
    yield f"among these explanations, equally likely beforehand: {shares}"
    yield from _checks(answer)
    if answer.ml is not None:
        yield answer.ml.words
    if answer.draws > 1:
        yield (
            f"uncertain dates and disputed rows: {answer.draws} draws, posteriors pooled as a "
            "mixture; residuals and periods are of the first"
        )
    if answer.verdict == EXCITING:
        yield (
            "self-exciting says that incidents follow incidents; a common cause that comes and "
            "goes as fast would look the same"
        )


def _checks(answer: Excitation) -> Iterator[str]:
    regular, fits = answer.periodicity, answer.fitted
    days = answer.exposure_days
    if regular.p is None:
        yield f"no stated period can be told in {value(days)} days"
    else:
        feigned = f"; were the model right, p {chance(fits.p_period)}" if fits.p_period else ""
        period = value(regular.period * answer.unit.days)
        yield (
            f"periods: the strongest of {len(regular.periods)} stated is {period} days, p "
            f"{chance(regular.p)} against an even spread{feigned}"
        )
    yield (
        f"residuals: distance {fits.distance:.3f}, bootstrap p {chance(fits.p)} from "
        f"{fits.replicates} simulated series"
    )


def as_json(answer: Excitation) -> dict[str, Any]:
    """Return the answer as one JSON object; times in days."""
    regular, fits, ml = answer.periodicity, answer.fitted, answer.ml
    days = answer.unit.days
    return {
        "verdict": answer.verdict,
        "self_exciting": answer.verdict == EXCITING,
        "why": answer.why,
        "words": list(words(answer)),
        "level": answer.level,
        "events": answer.count,
        "states": list(answer.states) if answer.n_cross is not None else [],
        "exposure_days": answer.exposure_days,
        "draws": answer.draws,
        "n": estimate(answer.n),
        "n_own": estimate(answer.n_own),
        "n_cross": estimate(answer.n_cross) if answer.n_cross is not None else None,
        "memory_days": estimate(answer.memory_days),
        "ln_bf": answer.log_bf,
        "p_self_exciting": next(p for name, p, _ in answer.explanations if name == MODEL),
        "explanations": [
            {"name": name, "p": p, "detail": detail or None}
            for name, p, detail in answer.explanations
        ],
        "periodicity": {
            "period_days": None if math.isnan(regular.period) else regular.period * days,
            "p": regular.p,
            "p_under_model": fits.p_period,
        },
        "residuals": {"distance": fits.distance, "p": fits.p, "replicates": fits.replicates},
        "maximum_likelihood": None
        if ml is None
        else {
            "publishable": ml.publishable,
            "words": ml.words,
            "n": ml.n if ml.publishable else None,
            "beta_per_day": ml.beta / days if ml.publishable and ml.n > 0 else None,
            "mu_per_day": ml.mu / days if ml.publishable else None,
            "log_likelihood": ml.log_lik if ml.publishable else None,
        },
    }
