"""What `tocsin bell` answers about the alarm: charts, the curve of J, its optimum, as plain rows.

Numbers are kept whole in the objects; `commands/bell_alarm.py` rounds what people read.
"""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Any

from tocsin.errors import UsageError
from tocsin.policy.alarm import runlength
from tocsin.policy.alarm.between import agree, charts
from tocsin.policy.alarm.cusum import PoissonCusum, normal_cusum, run_length
from tocsin.policy.alarm.given import Given, fraction, number
from tocsin.policy.alarm.objective import Arms, Optimum, Point, optimum
from tocsin.policy.alarm.regret import Regret, regret, wrong_fatigue
from tocsin.policy.alarm.terms import NAMES, Terms
from tocsin.policy.alarm.weeks import MOST_VALUES, stationary

NOTE = (
    "Rates and costs named under `illustrative` are worked examples that nobody chose: no cost "
    "here is measured or official. The evidence for fatigue is mixed, so phi = 0 stands beside."
)
NEAR = 1.05  # thresholds within five per cent of the least J are as good as it


def poisson_answer(
    rate: Given,
    k: Given,
    h: Given,
    head_start: Given = 0,
    *,
    upper: bool = True,
    within: int | None = None,
    then: Given | None = None,
) -> dict[str, Any]:
    """Return the run length of a Poisson CUSUM, and what else was asked."""
    chart, late = charts(k, h, head_start, upper=upper)
    chain = chart.under(rate)
    arl = runlength.mean(chain)
    exact = chart == late
    out = {
        "arl": arl if exact else agree(arl, runlength.mean(late.under(rate))),
        "chart": "poisson cusum",
        "listens_for": "rise" if upper else "fall",
        "rate": number("the rate", rate),
        **_rule(chart.k, chart.h, chart.head_start),
        **({} if exact else _beside(chart, late, k, head_start)),
        **_spread(chain),
        **_within(chain, within),
    }
    if then is not None:
        later = chart.under(then)
        out["then"] = {"rate": number("the later rate", then), **_then(chain, later)}
    return out


def normal_answer(
    mu: Given,
    k: Given,
    h: Given,
    head_start: Given = 0,
    *,
    two_sided: bool = False,
    within: int | None = None,
    then: Given | None = None,
) -> dict[str, Any]:
    """Return the run length of a normal CUSUM in standard deviations, and what else was asked."""
    chart = normal_cusum(k, h, head_start)
    about = {
        "chart": "normal cusum",
        "listens_for": "rise or fall" if two_sided else "rise",
        "mu": number("mu", mu),
        **_rule(chart.k, chart.h, chart.head_start),
    }
    if two_sided:
        if within is not None or then is not None:
            raise UsageError(
                "a two-sided chart is answered with its mean run length only",
                hint="leave out --within and --then, or ask for one side",
            )
        both = chart.two_sided(mu)
        return {"arl": both.arl, **about, "one_side": {"upper": both.upper, "lower": both.lower}}
    chain = chart.under(mu)
    out = {"arl": runlength.mean(chain), **about, **_spread(chain), **_within(chain, within)}
    if then is not None:
        out["then"] = {"mu": number("the later mu", then), **_then(chain, chart.under(then))}
    return out


def curve_answer(found: Optimum) -> dict[str, Any]:
    """Return every threshold with both arms, under phi and under phi = 0."""
    return {
        **terms_row(found.terms),
        "rows": [point_row(each) for each in found.curve],
        "optimum": {"phi": point_row(found.at), "phi_0": point_row(found.at_zero)},
        "near_best": near_best(found),
    }


def optimum_answer(terms: Terms) -> dict[str, Any]:
    """Return the best thresholds, what they lose, and the exact chain of a year beside them."""
    found = optimum(terms)
    return {
        **terms_row(terms),
        "optimum": {"phi": point_row(found.at), "phi_0": point_row(found.at_zero)},
        "near_best": near_best(found),
        "wrong_phi": wrong_fatigue(found),
        "regret": [_regret_row(each) for each in regret(found)],
        "exact_year": {
            "phi": _year(terms, found.at.h),
            "phi_0": _year(terms.at(0.0), found.at_zero.h),
        },
    }


def terms_row(terms: Terms) -> dict[str, Any]:
    """Return the terms, which of them nobody chose, and the note that goes with them."""
    row = {name: getattr(terms, name) for name in NAMES}
    plain = {name: float(v) if isinstance(v, Fraction) else v for name, v in row.items()}
    return {"terms": plain, "illustrative": list(terms.illustrative), "note": NOTE}


def point_row(point: Point) -> dict[str, Any]:
    """Return one threshold as a flat row, phi = 0 beside phi."""
    return {
        "h": float(point.h),
        "j": point.arms.total,
        "j_phi_0": point.arms_at_zero.total,
        "arl0_weeks": point.arl0_weeks,
        "add_weeks": point.add_weeks,
        "false_per_year": point.false_per_year,
        "years_between_false": point.years_between_false,
        "p_within": point.p_within,
        "p_missed": point.p_missed,
        "alarms_per_year": point.alarms_per_year,
        "missed_per_year": point.missed_per_year,
        "arms": _arms_row(point.arms),
        "arms_phi_0": _arms_row(point.arms_at_zero),
    }


def near_best(found: Optimum) -> dict[str, list[float]]:
    """Return [lowest, highest] h whose J is within five per cent of the least."""
    least, least_zero = found.at.arms.total, found.at_zero.arms_at_zero.total
    near = [float(p.h) for p in found.curve if p.arms.total <= NEAR * least]
    near_zero = [float(p.h) for p in found.curve if p.arms_at_zero.total <= NEAR * least_zero]
    return {"phi": [min(near), max(near)], "phi_0": [min(near_zero), max(near_zero)]}


def _arms_row(arms: Arms) -> dict[str, float]:
    return {
        "phi": arms.fatigue,
        "mean_response": arms.mean_response,
        "delay_cost": arms.delay,
        "worn_cost": arms.worn,
        "false_ring_cost": arms.false,
        "response_weighted_delay_weeks": arms.weighted_delay_weeks,
    }


def _regret_row(each: Regret) -> dict[str, Any]:
    return {
        "phi": each.fatigue,
        "delay_measured_from": each.delay.value,
        "lost_per_year": each.lost,
        "simple": asdict(each.simple),
        "belief": asdict(each.belief),
    }


def _year(terms: Terms, h: Fraction) -> dict[str, float] | None:
    if h * terms.k.denominator > MOST_VALUES:
        return None
    found = stationary(terms, h)
    return {**asdict(found), "alarms_per_year": found.alarms_per_year}


def _rule(k: Given, h: Given, head_start: Given) -> dict[str, Any]:
    return {
        "k": float(k),
        "k_fraction": str(fraction("k", k)),
        "h": float(h),
        "head_start": float(head_start),
        "alarm": "S >= h",
    }


def _beside(early: PoissonCusum, late: PoissonCusum, k: Given, start: Given) -> dict[str, Any]:
    """Return k and the head start as given, and the charts that the answer lies between."""
    return {
        "k": number("k", k),
        "k_fraction": None,
        "head_start": number("the head start", start),
        "answered_between": [
            {"k": str(each.k), "head_start": str(each.head_start)} for each in (early, late)
        ],
    }


def _spread(chain: runlength.Chain) -> dict[str, Any]:
    """Return spread and quantiles; where S forgets its start too slowly, null and the reason."""
    try:
        whole = run_length(chain)
    except UsageError as error:
        _, sd = runlength.spread(chain)
        return {"sd": sd, "q05": None, "q50": None, "q95": None, "quantiles_why": str(error)}
    return {"sd": whole.sd, "q05": whole.q05, "q50": whole.q50, "q95": whole.q95}


def _within(chain: runlength.Chain, n: int | None) -> dict[str, Any]:
    if n is None:
        return {}
    if not 1 <= n <= 100_000:
        raise UsageError(f"--within {n} is no number of observations", hint="give 1 to 100000")
    return {"within": {"n": n, "p": float(runlength.within(chain, n)[-1])}}


def _then(before: runlength.Chain, after: runlength.Chain) -> dict[str, float]:
    return {
        "arl_at_once": runlength.mean(after),
        "arl_after_long": runlength.after_change(before, after),
    }
