"""The run chart: the rate of each year with its interval, over how much of it was watched."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.pattern.figures.elements import Colour
from tocsin.pattern.figures.panel import Panel
from tocsin.pattern.figures.scale import Scale, counts
from tocsin.pattern.figures.svg import document
from tocsin.pattern.periods import Period
from tocsin.pattern.rate import Rate
from tocsin.pattern.rate_words import verdict
from tocsin.pattern.special import garwood
from tocsin.pattern.words import percent, value

WIDTH, LEFT = 760.0, 74.0
_MOST_LABELS = 14
_MANY = 40  # years from which intervals are drawn thin and points left out


def run_chart(answer: Rate, *, effort: Mapping[str, float] | None = None) -> str:
    """Return the SVG of the run chart.

    effort  reports per year, by label, where somebody counted how much was reported; without it
            the line is the share of the year that was watched
    """
    years = [*answer.before[::-1], answer.current]
    level = f"{answer.level * 100:g} %"
    spans = [garwood_of(p, answer.level) if p.reported and p.exposure else None for p in years]
    x = _years(years)
    top = max([span[1] for span in spans if span], default=1.0)
    upper = Panel(
        (LEFT, 78, WIDTH - LEFT - 26, 210),
        x,
        counts(min(top, 4 * max(rate_of(p) for p in years) + 4)),
        x_label="",
        y_label="incidents a year",
    )
    for k, (year, span) in enumerate(zip(years, spans, strict=True)):
        colour: Colour = "blue"
        name = "years before"
        if k == len(years) - 1:
            colour, name = "orange", f"{year.label} to date, per year of exposure"
        if span is None:
            upper.unseen(k - 0.5, k + 0.5, name="nobody reported: not the same as none")
            continue
        upper.bars([k - 0.34], [k + 0.34], [rate_of(year)], colour, name=name)
        upper.interval(
            k,
            *span,
            width=1.4 if len(years) <= _MANY else 0.6,
            name=f"{level} interval of the rate",
        )
    lower = _effort(years, effort, x)
    shown = [b for b in answer.baselines if b.p is not None and b.p_looked is not None]
    notes = [
        f"against {b.label}{f' (unreported years {b.unreported})' if b.unreported else ''}: ratio "
        f"{value(b.ratio[1])} ({level} {value(b.ratio[0])} to {value(b.ratio[2])}), p {b.p:.3f}, "
        f"{b.p_looked:.3f} corrected for looking"
        for b in shown
        if b.ratio is not None and b.p is not None and b.p_looked is not None
    ][:7]
    desc = "; ".join(
        f"{p.label}: {f'{p.count} incidents' if p.reported else 'nobody reported'}, "
        f"{percent(p.exposure / p.whole)} of the year watched"
        for p in years
    )
    return document(
        [upper, lower],
        name="rate",
        title=f"Incidents a year: {verdict(answer)}",
        desc=desc,
        size=(WIDTH, 470 + 15 * len(notes)),
        notes=notes,
    )


def rate_of(period: Period) -> float:
    return (period.count + period.most) / 2 / period.exposure if period.exposure else 0.0


def garwood_of(period: Period, level: float) -> tuple[float, float]:
    low = garwood(period.count, period.exposure, level)[0]
    return low, garwood(period.most, period.exposure, level)[1]


def _years(years: list[Period]) -> Scale:
    step = -(-len(years) // _MOST_LABELS)
    last = len(years) - 1
    ticks = [(float(k), p.label) for k, p in enumerate(years) if (last - k) % step == 0]
    if any(len(label) > 9 for _, label in ticks):
        ticks = [(k, f"−{last - int(k)}" if k < last else "now") for k, _ in ticks]
    return Scale(-0.7, last + 0.7, tuple(ticks))


def _effort(years: list[Period], effort: Mapping[str, float] | None, x: Scale) -> Panel:
    if effort is None:
        values = [100 * p.exposure / p.whole for p in years]
        scale = Scale(-8.0, 108.0, ((0.0, "0"), (50.0, "50"), (100.0, "100")))
        label = "watched (%)"
    else:
        values = [effort.get(p.label, float("nan")) for p in years]
        scale = counts(1.05 * max([v for v in values if v == v], default=1.0), most=3)
        label = "reports"
    named = all(len(p.label) <= 9 for p in years)
    panel = Panel(
        (LEFT, 346, WIDTH - LEFT - 26, 62),
        x,
        scale,
        x_label="year (UTC)" if named else "years back from the date of the record",
        y_label=label,
    )
    panel.line(range(len(years)), values, "ink", name="reporting effort")
    if len(years) <= _MANY:
        panel.points(range(len(years)), values, "ink", r=2.5)
    return panel
