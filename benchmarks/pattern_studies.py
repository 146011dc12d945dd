"""How often the pattern verbs cry wolf, how often they see, and whether their intervals hold.

    python benchmarks/pattern_studies.py [--quick] [--seed 1] [--only excite]

Simulated series, from one seed, of about n = 5, 10, 20 and 60 incidents in three years (`excite`,
`coordinate`) or twenty (`change`, `rate`).  Prints Markdown tables; those in
docs/explanation/pattern.md are its output.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator

import numpy as np

from tocsin.pattern import change_words, coordinate_words, grid
from tocsin.pattern.branching import simulate
from tocsin.pattern.change import Change, change
from tocsin.pattern.coordinate import coordinate
from tocsin.pattern.events import Floats, events
from tocsin.pattern.excite import EXCITING, STRONG, excite, explain
from tocsin.pattern.passage import passage
from tocsin.pattern.rate import binomial_p
from tocsin.pattern.streams import streams
from tocsin.pattern.turn import Turn, turn
from tocsin.pattern.words import NoClaim

SIZES = (5, 10, 20, 60)
DAYS = 1095.0
YEARS = 20.0
Generator = np.random.Generator
Series = Callable[[Generator, int], Floats]


def thinned(rng: Generator, n: int, shape: Callable[[Floats], Floats]) -> Floats:
    """Return about n times in 0..DAYS with a rate proportional to a shape of at most 1."""
    grid_t = (np.arange(4096) + 0.5) / 4096 * DAYS
    top = n / float(shape(grid_t).mean())
    t = np.sort(rng.random(rng.poisson(top)) * DAYS)
    return t[rng.random(len(t)) < shape(t)]


def constant(rng: Generator, n: int) -> Floats:
    return np.sort(rng.random(rng.poisson(n)) * DAYS)


def seasonal(rng: Generator, n: int) -> Floats:
    phase = rng.random() * 2 * math.pi
    return thinned(rng, n, lambda t: (1 + np.cos(2 * math.pi * t / 365.25 + phase)) / 2)


def monthly(rng: Generator, n: int) -> Floats:
    phase = rng.random() * 2 * math.pi
    return thinned(rng, n, lambda t: np.exp(4 * (np.cos(2 * math.pi * t / 28 + phase) - 1)))


def stepped(rng: Generator, n: int) -> Floats:
    at = rng.uniform(0.2, 0.8) * DAYS
    return thinned(rng, n, lambda t: np.where(t < at, 0.2, 1.0))


def campaign(rng: Generator, n: int) -> Floats:
    at = rng.uniform(0.0, 0.8) * DAYS
    return thinned(rng, n, lambda t: np.where((t > at) & (t < at + 0.15 * DAYS), 1.0, 0.1))


def wandering(rng: Generator, n: int) -> Floats:
    """A driver that nobody named: a smooth random rate that changes over about four months."""
    waves = rng.normal(size=(2, 9)) / 3
    u = 2 * math.pi / DAYS

    def shape(t: Floats) -> Floats:
        k = np.arange(1, 10)[:, None]
        log_rate = waves[0] @ np.cos(k * u * t) + waves[1] @ np.sin(k * u * t)
        return np.asarray(np.exp(np.minimum(1.2 * log_rate, 3.0) - 3.0))

    return thinned(rng, n, shape)


def exciting(ratio: float) -> Series:
    """Return series in which one incident brings on `ratio` more, within about five days."""

    def series(rng: Generator, n: int) -> Floats:
        return simulate(rng, [n * (1 - ratio) / DAYS], ratio, 0.2, DAYS)[0]

    return series


def called(t: Floats, rng: Generator) -> bool:
    """Return whether a series is called self-exciting; the costly checks only where they count."""
    if len(t) < 5:
        return False
    one = events(t, 0.0, DAYS)
    if grid.posterior(streams(one), grid.BETA_DAYS).log_bf < STRONG or not explain([one])[2]:
        return False
    answer = excite([one], rng, replicates=99)
    return not isinstance(answer, NoClaim) and answer.verdict == EXCITING


def excite_alarms(rng: Generator, repeats: int) -> Iterator[list[str]]:
    cases: list[tuple[str, Series]] = [
        ("false alarms: constant rate", constant),
        ("false alarms: yearly season", seasonal),
        ("false alarms: period of 28 days", monthly),
        ("false alarms: rate rises fivefold", stepped),
        ("false alarms: one campaign, tenfold", campaign),
        ("false alarms: wandering rate", wandering),
    ]
    return excite_rows(cases, rng, repeats)


def excite_power(rng: Generator, repeats: int) -> Iterator[list[str]]:
    return excite_rows([(f"power: n = {n}", exciting(n)) for n in (0.3, 0.5, 0.7)], rng, repeats)


def excite_rows(
    cases: list[tuple[str, Series]], rng: Generator, repeats: int
) -> Iterator[list[str]]:
    for name, series in cases:
        runs = ([called(series(rng, n), rng) for _ in range(repeats)] for n in SIZES)
        yield [name, *map(share, runs)]


def excite_coverage(rng: Generator, repeats: int) -> Iterator[list[str]]:
    """Parameters from the prior, mu log-uniform over 5 to 60 immigrants in the window."""
    mu = (5 / DAYS, 60 / DAYS)
    low, high = (math.log(b) for b in grid.BETA_DAYS)
    held = np.zeros(2)
    done = 0
    while done < repeats:
        n, beta = rng.beta(1, 3), math.exp(rng.uniform(low, high))
        rate = math.exp(rng.uniform(math.log(mu[0]), math.log(mu[1])))
        t = simulate(rng, [rate], n, beta, DAYS)[0]
        if not 5 <= len(t) <= 600:
            continue
        post = grid.posterior(streams(events(t, 0.0, DAYS)), grid.BETA_DAYS, mu=mu)
        half = math.log(post.beta[1] / post.beta[0]) / 2
        ln_beta = np.append(np.log(post.beta) - half, math.log(post.beta[-1]) + half)
        held[0] += inside(post.n_edges, post.weights.sum(axis=(0, 2)), n)
        held[1] += inside(ln_beta, post.weights.sum(axis=(1, 2)), math.log(beta))
        done += 1
    yield ["branching ratio n", rated(held[0], done)]
    yield ["memory 1 / beta", rated(held[1], done)]


def inside(edges: Floats, weights: Floats, truth: float) -> bool:
    """Return whether the equal-tailed 90 % interval holds the truth."""
    low, high = np.interp([0.05, 0.95], np.append(0.0, np.cumsum(weights)), edges)
    return bool(low <= truth <= high)


def two_rates(ratio: float) -> Callable[[Generator, int], Floats]:
    """Return times in 0..YEARS whose rate rises `ratio` times in the middle, about n of them."""

    def series(rng: Generator, n: int) -> Floats:
        first = n / (1 + ratio)
        parts = rng.poisson([first, n - first])
        half = YEARS / 2
        return np.sort(
            np.concatenate([rng.random(parts[0]) * half, half + rng.random(parts[1]) * half])
        )

    return series


def change_rows(rng: Generator, repeats: int) -> Iterator[list[str]]:
    for binned in (True, False):
        how = "yearly counts" if binned else "times"
        for name, ratio in (
            ("false alarms", 1.0),
            ("power: 3 times", 3.0),
            ("power: 10 times", 10.0),
        ):
            series = two_rates(ratio)
            runs = ([changed(series(rng, n), binned) for _ in range(repeats)] for n in SIZES)
            yield [f"{name} ({how})", *map(share, runs)]


def changed(t: Floats, binned: bool) -> bool:
    found: Change | Turn | NoClaim
    if binned:
        counts = np.histogram(t, np.arange(YEARS + 1))[0].astype(np.float64)
        found = change([counts], np.ones(int(YEARS)))
    else:
        found = turn([events(t * 365.25, 0.0, YEARS * 365.25)])
    return not isinstance(found, NoClaim) and change_words.verdict(found) == change_words.SHIFT


def change_coverage(rng: Generator, repeats: int) -> Iterator[list[str]]:
    """Rates from the prior Gamma(1, 1 year), the change uniform over twenty years."""
    held, done = np.zeros(4), 0
    while done < repeats:
        before, after = rng.gamma(1.0, 1.0, 2)
        k = int(rng.integers(1, int(YEARS)))
        counts = rng.poisson(np.where(np.arange(YEARS) < k, before, after)).astype(np.float64)
        found = change([counts], np.ones(int(YEARS)), level=0.9)
        if isinstance(found, NoClaim):
            continue
        held[0] += found.k_interval[0] <= k <= found.k_interval[1]
        held[1] += found.before.low <= before <= found.before.high
        held[2] += found.after.low <= after <= found.after.high
        done += 1
    yield ["k (whole years: wider), yearly counts", rated(held[0], done)]
    yield ["rates before and after, yearly counts", rated(held[1] + held[2], 2 * done)]
    held, done = np.zeros(3), 0
    while done < repeats:
        before, after = rng.gamma(1.0, 1.0, 2)
        at = rng.random() * YEARS
        first = np.sort(rng.random(rng.poisson(before * at)) * at)
        rest = at + np.sort(rng.random(rng.poisson(after * (YEARS - at))) * (YEARS - at))
        t = np.concatenate([first, rest])
        if len(t) < 5:
            continue
        year = 365.25
        answer = turn([events(t * year, 0.0, YEARS * year)], rate=1.0, level=0.9)
        if isinstance(answer, NoClaim):
            continue
        held[0] += answer.at.low <= at * year <= answer.at.high
        held[1] += answer.before.low <= before <= answer.before.high
        held[2] += answer.after.low <= after <= answer.after.high
        done += 1
    yield ["time of the change, times", rated(held[0], done)]
    yield ["rates before and after, times", rated(held[1] + held[2], 2 * done)]


def rate_rows(rng: Generator, repeats: int) -> Iterator[list[str]]:
    """Somebody looks whenever an incident comes, over one year, after three of the same rate."""
    rows: dict[str, list[str]] = {"p at the date": [], "p corrected for looking": []}
    for n in SIZES:
        hits = np.zeros(2)
        for _ in range(repeats):
            y0 = rng.poisson(0.75 * n)
            t = np.sort(rng.random(rng.poisson(0.25 * n)))
            ps = [binomial_p(y0, 3.0, k + 1, x) for k, x in enumerate(t.tolist())]
            if ps:
                least = min(ps)
                hits += [least <= 0.05, passage(least, y0, 3.0, 1.0) <= 0.05]
        for name, count in zip(rows, hits, strict=True):
            rows[name].append(rated(count, repeats))
    for name, cells in rows.items():
        yield [f"false alarms: {name}", *cells]


def coordinate_rows(rng: Generator, repeats: int) -> Iterator[list[str]]:
    for name, together in (
        ("false alarms: two clustered series", 0.0),
        ("power: a third follow the other state", 1 / 3),
        ("power: two thirds follow", 2 / 3),
    ):
        runs = ([paired(rng, n, together) for _ in range(repeats)] for n in SIZES)
        yield [name, *map(share, runs)]


def paired(rng: Generator, n: int, together: float) -> bool:
    a = np.floor(simulate(rng, [n / 2 * 0.7 / DAYS], 0.3, 0.2, DAYS)[0])
    b = np.floor(simulate(rng, [n / 2 * 0.7 / DAYS], 0.3, 0.2, DAYS)[0])
    follow = np.flatnonzero(rng.random(len(b)) < together)
    if len(a) and len(follow):
        b[follow] = np.clip(
            rng.choice(a, len(follow)) + rng.integers(-3, 4, len(follow)), 0, DAYS - 1
        )
    one = events(np.concatenate([a, b]), 0.0, DAYS, state=("A",) * len(a) + ("B",) * len(b))
    found = coordinate([one], rng, whole_days=True)
    return (
        not isinstance(found, NoClaim)
        and coordinate_words.verdict(found) != coordinate_words.NO_SIGN
    )


def share(hits: list[bool]) -> str:
    return rated(float(sum(hits)), len(hits))


def rated(count: float, repeats: int) -> str:
    """Return a share with its standard error; 0 and all by the rule of three."""
    p = count / repeats
    if count == 0:
        return f"<{3 / repeats:.3f}"
    return f"{p:.3f} ± {math.sqrt(max(p * (1 - p), 1 / repeats / 4) / repeats):.3f}"


def table(title: str, head: list[str], rows: Iterator[list[str]]) -> None:
    print(f"\n### {title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}", flush=True)
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="false alarms, power and coverage by simulation")
    parser.add_argument("--quick", action="store_true", help="few repeats: to see that it runs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="as excite, or its second table: excite.1")
    options = parser.parse_args()
    sizes = [f"n = {n}" for n in SIZES]
    scale = 0.02 if options.quick else 1.0

    def times(repeats: int) -> int:
        return max(2, round(repeats * scale))

    studies: dict[str, list[tuple[str, list[str], Callable[[Generator], Iterator[list[str]]]]]] = {
        "rate": [("rate: called at .05", sizes, lambda r: rate_rows(r, times(500)))],
        "change": [
            ('change: called "the rate changed"', sizes, lambda r: change_rows(r, times(300))),
            ("change: coverage", ["90 % interval"], lambda r: change_coverage(r, times(1000))),
        ],
        "excite": [
            ('excite: called "self-exciting"', sizes, lambda r: excite_alarms(r, times(200))),
            ('excite: called "self-exciting"', sizes, lambda r: excite_power(r, times(100))),
            ("excite: coverage", ["90 % interval"], lambda r: excite_coverage(r, times(1000))),
        ],
        "coordinate": [
            ("coordinate: called at .05", sizes, lambda r: coordinate_rows(r, times(300)))
        ],
    }
    for name, parts in studies.items():
        for k, (title, head, rows) in enumerate(parts):
            if options.only in ("", name, f"{name}.{k}"):
                table(title, ["", *head], rows(np.random.default_rng([options.seed, k])))


if __name__ == "__main__":
    main()
