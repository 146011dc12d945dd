"""The rate of this year in words and as JSON: every baseline, and how weak the evidence is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tocsin.pattern.rate import ALPHA, POWER, Baseline, Rate
from tocsin.pattern.reporting import tipping
from tocsin.pattern.words import (
    LEAST,
    NO_CLAIM,
    NoClaim,
    chance,
    interval,
    likelihood,
    percent,
    value,
)


def verdict(answer: Rate) -> str:
    """Return what the baselines say together, in a few words.

    An increase is shown only if every baseline that can carry a claim, each corrected for looking
    at every date, says so; it is never shown by the choice of one window.
    """
    looked = [b.p_looked for b in answer.baselines if b.p_looked is not None]
    if not looked:
        return NO_CLAIM
    if max(looked) <= ALPHA:
        return "an increase, against every baseline"
    if any(b.p is not None and b.p <= ALPHA for b in answer.baselines):
        return "weak evidence of an increase: it hangs on the baseline and on having looked"
    return "no sign of an increase"


def words(answer: Rate) -> Iterator[str]:
    """Yield the lines that people read."""
    current, level = answer.current, f"{answer.level * 100:g} %"
    count = _span(answer.count)
    yield (
        f"{current.label}: {count} in {current.exposure:.3f} years watched, "
        f"{value(answer.rate[1])} a year ({level} interval {interval(*answer.rate[::2])})"
    )
    yield f"verdict: {verdict(answer)}"
    for row in answer.baselines:
        yield from _row(row, answer, level)
    silent = [p.label for p in answer.before if not p.reported]
    if silent:
        yield (
            f"years of which nobody reported anything: {', '.join(sorted(silent))}; that is not "
            "the same as none: they are left out and, beside it, counted as quiet"
        )
    if answer.draws > 1:
        yield f"uncertain dates and disputed rows: {answer.draws} draws, pooled as a mixture"
    factor = reporting(answer)
    if factor is not None:
        yield (
            "reporting alone would explain it: against one of these baselines nothing is left if "
            f"{value(factor)} times as large a share of what happens is reported now as then"
        )
    yield (
        "the date was not chosen beforehand: one looks because an incident came, so read the p "
        "corrected for looking; choosing the best of several baselines is not corrected for"
    )


def reporting(answer: Rate) -> float | None:
    """Return the least change of reporting that undoes the increase; None where there is none.

    The least over the baselines that show one, each by its reading that shows least.
    """
    found = []
    for row in answer.baselines:
        if row.p is not None and row.p <= ALPHA:
            turns = tipping(row.y0[1], row.e0, row.y1[0], answer.current.exposure)
            if not isinstance(turns, NoClaim):
                found.append(1.0 if turns.factor is None else turns.factor)
    return min(found, default=None)


def _row(row: Baseline, answer: Rate, level: str) -> Iterator[str]:
    e0 = f"{row.e0:g} year{'' if row.e0 == 1 else 's'}"
    treated = f", unreported years {row.unreported}" if row.unreported else ""
    head = f"against {row.label} ({_span(row.y0)} in {e0}{treated})"
    if row.p is None or row.ratio is None or row.p_looked is None or row.p_higher is None:
        yield f"{head}: fewer than {LEAST} incidents, {NO_CLAIM}"
    else:
        spread = row.p_range or (row.p, row.p)
        wide = f" ({chance(spread[0])} to {chance(spread[1])})" if spread[0] < spread[1] else ""
        full = chance(row.p_full_year) if row.p_full_year is not None else "unknown"
        yield (
            f"{head}: p {chance(row.p)}{wide} at this date, {full} had it taken the whole year, "
            f"{chance(row.p_looked)} corrected for looking at every date of the year"
        )
        yield (
            f"  the rate is {value(row.ratio[1])} times as high ({level} interval "
            f"{interval(row.ratio[0], row.ratio[2])}); that it is higher at all: "
            f"{likelihood(row.p_higher)} ({percent(row.p_higher)})"
        )
    yield (
        f"  to be significant a whole year needs {row.needed}; a rate of "
        f"{value(row.detectable)} a year would be found with {POWER * 100:g} % chance" + _times(row)
    )


def _times(row: Baseline) -> str:
    middle = (row.y0[0] + row.y0[1]) / 2
    if not middle:
        return " (no incident before: no ratio can be named)"
    return f", {value(row.detectable / (middle / row.e0))} times the rate before"


def _span(count: tuple[int, int]) -> str:
    return str(count[0]) if count[0] == count[1] else f"{count[0]} to {count[1]}"


def as_json(answer: Rate) -> dict[str, Any]:
    """Return the answer as one JSON object; rates are per year, p one-sided."""
    return {
        "verdict": verdict(answer),
        "words": list(words(answer)),
        "level": answer.level,
        "draws": answer.draws,
        "current": {
            "label": answer.current.label,
            "count": list(answer.count),
            "exposure_years": answer.current.exposure,
            "rate_per_year": dict(zip(("low", "estimate", "high"), answer.rate, strict=True)),
        },
        "years": [
            {
                "label": p.label,
                "count": p.count if p.reported else None,
                "high": p.most if p.reported else None,
                "exposure_years": p.exposure,
                "reported": p.reported,
            }
            for p in answer.before
        ],
        "baselines": [_json_row(row) for row in answer.baselines],
        "reporting_factor": reporting(answer),
    }


def _json_row(row: Baseline) -> dict[str, Any]:
    ratio = row.ratio
    return {
        "label": row.label,
        "before": list(row.y0),
        "now": list(row.y1),
        "exposure_years": row.e0,
        "unreported": row.unreported or None,
        "p": row.p,
        "p_range": list(row.p_range) if row.p_range else None,
        "p_full_year": row.p_full_year,
        "p_looked": row.p_looked,
        "p_looked_so_far": row.p_looked_so_far,
        "ratio": dict(zip(("low", "median", "high"), ratio, strict=True)) if ratio else None,
        "p_higher": row.p_higher,
        "needed_full_year": row.needed,
        "detectable_per_year": row.detectable,
        "verdict": None if row.p is not None else NO_CLAIM,
    }
