"""Does activity change after a response?  Beside a placebo, with its interval and its power.

The rate within `window` after a response is compared with the rate elsewhere.  Responses follow
bursts, so the comparison is off even where responses do nothing; `placebo` makes records in which
they do nothing, by the same trigger rule, and the effect is what the data show beyond them.  The
interval holds the ratios that such records, with that ratio put in, do not contradict; its middle
is the ratio at which the data are the median.  It is no cause: whatever else came with a response
came with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from tocsin.pattern.effect import PRIOR, posterior
from tocsin.pattern.event_study import Study, study
from tocsin.pattern.montecarlo import MonteCarlo
from tocsin.pattern.placebo import Trigger, after_exposure, stretched
from tocsin.pattern.trial import Trial, mid_share, shuffles, two_sided_p
from tocsin.pattern.trigger_fit import agrees, fitted
from tocsin.pattern.words import LEAST, NoClaim, interval, percent, too_few, value
from tocsin.schema import Floats

LEVEL = 0.9
POWER = 0.8
FAITHFUL = 0.5  # agreement of rule and responses below which the placebo is not like them
#: Ratios that are tried: a factor of 1.4 apart, to 1/64 and 64.
GRID = np.exp(np.linspace(-np.log(64), np.log(64), 25))
_BAND = 200  # records behind the band of the picture


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """The answer of an event study."""

    events: int
    responses: int
    window: float
    trigger: Trigger
    inferred: bool  # the rule was read off the record
    agreement: float  # of the rule with the responses that came, 0..1
    after: int  # events within the window after a response
    exposed: float
    whole: float
    naive: float  # rate after over rate elsewhere, as it stands
    placebo: tuple[float, float, float]  # the same where responses do nothing: 5, 50, 95 %
    p: MonteCarlo  # two-sided
    effect: tuple[float | None, float | None, float | None]  # ratio: lower end, middle, upper end
    posterior: tuple[float, float, float]  # the same by the likelihood, see `effect`
    power_halving: float
    detectable_drop: float | None  # the weakest drop found four times in five; None: none is
    study: Study
    unit: str = "day"
    draws: int = 1  # of uncertain records, of which the least decided is shown

    @property
    def verdict(self) -> str:
        if self.agreement < FAITHFUL:
            return "cannot tell"
        if self.p.p > 1 - LEVEL:
            return "cannot tell"
        return "less after a response" if self.naive < self.placebo[1] else "more after a response"

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(_words(self))

    def as_json(self) -> dict[str, Any]:
        lo, mid, hi = self.effect
        return {
            "verdict": self.verdict,
            "events": self.events,
            "responses": self.responses,
            "window": self.window,
            "unit": self.unit,
            "trigger": asdict(self.trigger),
            "trigger_inferred": self.inferred,
            "agreement": self.agreement,
            "after": self.after,
            "exposed": self.exposed,
            "whole": self.whole,
            "naive_ratio": self.naive,
            "placebo_ratio": dict(zip(("q05", "q50", "q95"), self.placebo, strict=True)),
            "p": self.p.p,
            "p_text": str(self.p),
            "effect_ratio": {"lo": lo, "middle": mid, "hi": hi, "level": LEVEL},
            "posterior_ratio": dict(zip(("lo", "middle", "hi"), self.posterior, strict=True)),
            "power_halving": self.power_halving,
            "detectable_drop": self.detectable_drop,
            "draws": self.draws,
            "words": list(self.words),
        }


def pooled(found: Sequence[Probe]) -> Probe:
    """Return the answer over draws of uncertain records: the largest p, the hull of the effects."""
    shown = max(found, key=lambda one: one.p.p)
    ends = list(zip(*(one.effect for one in found), strict=True))
    lows, highs = ([x for x in side if x is not None] for side in (ends[0], ends[2]))
    low = min(lows) if len(lows) == len(found) else None
    high = max(highs) if len(highs) == len(found) else None
    by_likelihood = (
        min(one.posterior[0] for one in found),
        shown.posterior[1],
        max(one.posterior[2] for one in found),
    )
    return replace(
        shown, effect=(low, shown.effect[1], high), posterior=by_likelihood, draws=len(found)
    )


def probe(
    t: Floats,
    responses: Floats,
    begin: float,
    end: float,
    *,
    window: float,
    rng: np.random.Generator,
    trigger: Trigger | None = None,
    replicates: int = 999,
    unit: str = "day",
) -> Probe | NoClaim:
    """Return whether activity differs after responses from what the same rule gives by chance.

    t          (N,) event times within begin..end, in any order; responses (R,) likewise
    window     how long after a response an effect is looked for, in the unit of the times
    trigger    the rule by which responses come; None: the one that fits the record best
    """
    t, responses = np.sort(t), np.sort(responses)
    barred = _barred(t, responses, begin, end, window)
    if barred is not None:
        return barred
    rule, agreement = (
        fitted(t, responses, window)
        if trigger is None
        else (
            trigger,
            agrees(trigger, t, responses, window),
        )
    )
    n, whole = len(t), end - begin
    seen, exposed = after_exposure(t, responses, begin, end, window)
    trial = Trial(t, responses, begin, end, window, rule, shuffles(n, replicates, rng))
    data, simulated = trial.statistic, trial.simulated
    null = simulated(1.0)
    if len(null) < 20:
        why = (
            f"the rule {rule.count} in {value(rule.within)} gives no response in records without "
            "effect: there is no placebo to compare with"
        )
        return NoClaim(n, why)
    two_sided = two_sided_p(null, data)
    tails = np.array([mid_share(simulated(ratio), data) for ratio in GRID])
    low, high = np.quantile(null, [0.05, 0.95])
    found = [simulated(ratio, base=1.0) for ratio in GRID]
    power = np.array([_rejected(one, low, high) for one in found])
    gaps = stretched(t, responses, begin, end, window, 1.0)[trial.order[:_BAND]]
    return Probe(
        n,
        len(responses),
        window,
        rule,
        trigger is None,
        agreement,
        seen,
        exposed,
        whole,
        float(np.exp(data)),
        tuple(float(x) for x in np.exp(np.quantile(null, [0.05, 0.5, 0.95]))),  # type: ignore[arg-type]
        two_sided,
        (_where(tails, (1 + LEVEL) / 2), _where(tails, 0.5), _where(tails, (1 - LEVEL) / 2)),
        posterior(seen, exposed, n, whole, LEVEL),
        _rejected(simulated(0.5, base=1.0), low, high),
        _weakest_drop(power),
        study(t, responses, begin, end, window, gaps, rule),
        unit,
    )


def _barred(
    t: Floats, responses: Floats, begin: float, end: float, window: float
) -> NoClaim | None:
    n = len(t)
    if n < LEAST:
        return too_few(n)
    if not window > 0:
        return NoClaim(n, f"a window of {window:g} after a response has no length")
    if t[-1] - t[0] <= 0:
        return NoClaim(n, f"all {n} incidents fall on one day: nothing comes after")
    if t[0] < begin or t[-1] > end:
        return NoClaim(n, "incidents lie outside the time that was watched")
    inside = responses[(responses >= begin) & (responses < end)]
    if not len(inside):
        return NoClaim(n, "no response lies in the time that was watched")
    if len(inside) < len(responses):
        return NoClaim(n, "responses lie outside the time that was watched: leave them out")
    _, exposed = after_exposure(t, responses, begin, end, window)
    if exposed > 0.95 * (end - begin):
        return NoClaim(n, "nearly all the time lies after a response: nothing to compare it with")
    return None


def _where(tails: Floats, share: float) -> float | None:
    """Return the ratio at which the share falls through a value; None beyond the grid."""
    known = np.isfinite(tails)
    log_ratio_, tail = np.log(GRID[known]), np.minimum.accumulate(tails[known])
    if not len(tail) or tail[0] < share or tail[-1] > share:
        return None
    return float(np.exp(np.interp(-share, -tail, log_ratio_)))


def _rejected(sample: Floats, low: float, high: float) -> float:
    return float(np.mean((sample < low) | (sample > high))) if len(sample) else 0.0


def _weakest_drop(power: Floats) -> float | None:
    strong = [k for k, ratio in enumerate(GRID) if ratio < 1 and power[k] >= POWER]
    return float(GRID[max(strong)]) if strong else None


def _words(one: Probe) -> Iterator[str]:
    rule = f"{one.trigger.count} events within {value(one.trigger.within)} {one.unit}s"
    if one.agreement < FAITHFUL:
        yield (
            f"Cannot tell: responses do not follow the rule ({rule}; agreement "
            f"{percent(one.agreement)}), so a placebo made by it is not like them."
        )
    elif one.verdict == "cannot tell":
        yield "Cannot tell whether activity changes after a response."
    else:
        yield f"There is {one.verdict} than the same rule gives by chance; that is not a cause."
    lo, mid, hi = one.placebo
    yield (
        f"After a response the rate is {value(one.naive)} times that elsewhere ({one.after} of "
        f"{one.events} events in {value(one.exposed)} of {value(one.whole)} {one.unit}s). Where "
        f"responses do nothing the same rule gives {value(mid)} ({interval(lo, hi)})."
    )
    low, middle, high = one.effect
    ends = (
        f"below {value(float(GRID[0]))}" if low is None else value(low),
        f"beyond {value(float(GRID[-1]))}" if high is None else value(high),
    )
    times = "not determined" if middle is None else f"{value(middle)} times"
    yield f"Effect beyond the placebo: {times} (90 %: {ends[0]} to {ends[1]}); {one.p.said()}."
    least, about, most = one.posterior
    yield (
        f"By the likelihood, if events are Poisson: {value(about)} times (90 %: "
        f"{interval(least, most)}; prior even in the logarithm, 1/{PRIOR:g} to {PRIOR:g})."
    )
    drop = (
        "no drop, however strong, would be found four times in five"
        if one.detectable_drop is None
        else f"a drop to {value(one.detectable_drop)} times would be found four times in five"
    )
    yield f"A halving would be found with chance {percent(one.power_halving)}; {drop}."
    if one.draws > 1:
        yield f"Over {one.draws} draws of uncertain records: the largest p, the widest interval."
    if one.inferred:
        yield f"The rule was read off the record ({rule}; agreement {percent(one.agreement)})."
