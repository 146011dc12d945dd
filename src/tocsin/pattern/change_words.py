"""A change of rate in words and as JSON, for counts in bins and for times of incidents."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from tocsin.pattern.change import DENIED, SCALES, SHOWN, Change, Estimate
from tocsin.pattern.turn import Turn
from tocsin.pattern.when import said
from tocsin.pattern.words import interval, likelihood, odds, percent, value

SHIFT = "the rate changed"
UNTOLD = "cannot tell"
NO_SIGN = "no sign of a change"
HANGS = "weak evidence of a change: it hangs on the prior"


def verdict(answer: Change | Turn) -> str:
    """Return the word: a change from a Bayes factor of 10, none up to 1/3.

    A change in bins must not turn into none under a prior with a mean four times the record's own
    rate, or a quarter of it.
    """
    if answer.log_bf >= SHOWN:
        moved = isinstance(answer, Change) and answer.log_bf_span[0] < 0
        return HANGS if moved else SHIFT
    return NO_SIGN if answer.log_bf <= DENIED else UNTOLD


def words(answer: Change | Turn) -> Iterator[str]:
    """Yield the lines that people read."""
    level = f"{answer.level * 100:g} %"
    yield f"verdict: {verdict(answer)}"
    yield _factor(answer)
    if isinstance(answer, Change):
        yield from _binned(answer, level)
    else:
        yield from _timed(answer, level)
    yield (
        f"rate before {_rate(answer.before, level)}; after {_rate(answer.after, level)}, both if "
        "there was a change"
    )
    yield (
        f"prior of both rates: Gamma({answer.shape:g}, {value(answer.rate)} years); a Bayes factor "
        "near 1 is moved by it, one far from 1 is not"
        + (_moved(answer) if isinstance(answer, Change) else "")
    )
    if answer.draws > 1:
        yield f"uncertain dates and disputed rows: {answer.draws} draws, pooled as a mixture"
    yield "one change is what was looked for: clusters, trends and seasons can look like one"


def _factor(answer: Change | Turn) -> str:
    p = 1 / (1 + math.exp(-max(min(answer.log_bf, 50.0), -50.0)))
    side = "with one change than with none" if answer.log_bf >= 0 else "with none than with one"
    return (
        f"the record is {odds(answer.log_bf)} times likelier {side} (ln BF10 {answer.log_bf:.3f}); "
        f"at even odds beforehand a change is {likelihood(p)} ({percent(p)})"
    )


def _binned(answer: Change, level: str) -> Iterator[str]:
    low, high = answer.k_interval
    names = answer.labels
    yield (
        f"most likely after {names[answer.k - 1]} (bin {answer.k} of {len(names)}), "
        f"{value(answer.rates[0])} before and {value(answer.rates[1])} a year after; "
        f"2 ln of the likelihood ratio {answer.two_log_lr:.3f}"
    )
    yield (
        f"{level} interval of the last bin before the change: {names[low - 1]} to "
        f"{names[high - 1]} ({low} to {high})"
    )
    blind = [names[k] for k in range(len(names)) if answer.exposure[k] == 0]
    if blind:
        yield f"nobody watched in {', '.join(blind)}: no exposure, which is not the same as none"


def _moved(answer: Change) -> str:
    ends = zip(answer.other_rates, (value(SCALES), f"1/{value(SCALES)}"), strict=True)
    means = " and ".join(f"{times} ({value(b)} years)" for b, times in ends)
    low, high = answer.log_bf_span
    return (
        f"; with a mean of {means} times the record's own rate ln BF10 is between {low:.2f} and "
        f"{high:.2f}"
    )


def _timed(answer: Turn, level: str) -> Iterator[str]:
    e = answer.events
    low, median, high = (
        said(x, e.unit, e.calendar) for x in (answer.at.low, answer.at.median, answer.at.high)
    )
    yield f"the change, if there was one: {median} ({level} interval {low} to {high})"


def _rate(rate: Estimate, level: str) -> str:
    return f"{value(rate.median)} a year ({level} interval {interval(rate.low, rate.high)})"


def as_json(answer: Change | Turn) -> dict[str, Any]:
    """Return the answer as one JSON object; rates are per year."""
    out: dict[str, Any] = {
        "verdict": verdict(answer),
        "words": list(words(answer)),
        "level": answer.level,
        "draws": answer.draws,
        "ln_bf10": answer.log_bf,
        "before_per_year": estimate(answer.before),
        "after_per_year": estimate(answer.after),
        "prior": {"shape": answer.shape, "rate_years": answer.rate},
    }
    if isinstance(answer, Turn):
        at = answer.at
        e = answer.events
        out["change"] = estimate(at) | {
            "words": [said(x, e.unit, e.calendar) for x in (at.low, at.median, at.high)]
        }
        out["events"] = len(e)
        return out
    low, high = answer.k_interval
    return out | {
        "events": answer.n,
        "bins": len(answer.labels),
        "k": answer.k,
        "after_bin": answer.labels[answer.k - 1],
        "rates_per_year": list(answer.rates),
        "two_log_lr": answer.two_log_lr,
        "ln_bf10_other_priors": list(answer.log_bf_span),
        "k_interval": [low, high],
        "k_interval_bins": [answer.labels[low - 1], answer.labels[high - 1]],
    }


def estimate(x: Estimate) -> dict[str, float]:
    return {"low": x.low, "median": x.median, "high": x.high}
