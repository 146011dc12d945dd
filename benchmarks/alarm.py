"""How long the alarm's numbers take, and how the exact chain stands to a simulation of it.

    python benchmarks/alarm.py [--replicates 20000] [--years 20]

Times are single runs on whatever machine this is.  The exact chain answers what a simulation of
any length only approaches; the last column is the difference in standard errors.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from tocsin.policy.alarm import brownian
from tocsin.policy.alarm.cusum import normal_cusum, poisson_cusum
from tocsin.policy.alarm.objective import optimum
from tocsin.policy.alarm.regret import regret
from tocsin.policy.alarm.shiryaev import weekly
from tocsin.policy.alarm.simulate import simulate
from tocsin.policy.alarm.terms import WEEKS_PER_YEAR, terms
from tocsin.policy.alarm.weeks import stationary

MUS = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5)


def tables() -> None:
    """Compute every run length that the methods list."""
    for rate, k, h, start in (
        (0.25, "1/4", 10, 0),
        (0.25, "1/4", 10, 5),
        (1.88, 2, 6, 0),
        (3.2, 2, 6, 0),
    ):
        poisson_cusum(k, h, start).arl(rate)
    for mu in (0, 0.5, 1, 1.5, 2):
        normal_cusum(0.5, 3).arl(mu)
    normal_cusum(0.5, 4).arl(0)
    for mu in MUS:
        normal_cusum(0.5, 4).two_sided(mu)


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Print how long a piece of work takes, and return what it made."""
    begin = time.perf_counter()
    made = work()
    print(f"{name:46s} {time.perf_counter() - begin:8.3f} s")
    return made


def main() -> None:
    """Print times, then the exact chain beside a simulation."""
    parser = argparse.ArgumentParser(description="time the alarm's numbers")
    parser.add_argument("--replicates", type=int, default=20_000, metavar="N")
    parser.add_argument("--years", type=float, default=20.0, metavar="Y")
    options = parser.parse_args()
    timed("run-length tables, 21 values", tables)
    timed("Brownian thresholds, 2", lambda: [brownian.threshold(c, 0.1, 0.5) for c in (1, 0.1)])
    timed("weekly belief-grid optimum, 2001 beliefs", lambda: weekly(0.5, 1.5, 0.02, 0.05))
    found = timed("J over every threshold, both phi", lambda: optimum(terms()))
    timed("regret against the belief rule", lambda: regret(found))
    exact = timed("exact weeks at the optimum", lambda: stationary(terms(), found.at.h))
    rng = np.random.default_rng(1)
    begin = time.perf_counter()
    drawn = simulate(terms(), found.at.h, rng, replicates=options.replicates, years=options.years)
    wall_s = time.perf_counter() - begin
    rate = options.replicates * (options.years + 15) / wall_s
    print(f"{'simulation':46s} {wall_s:8.3f} s, {rate * 60:.2g} policy-years a minute")
    print(f"\nh {float(found.at.h):g}, {drawn.policy_years * WEEKS_PER_YEAR:,.0f} weeks drawn")
    print(f"{'':20s} {'exact':>10s} {'drawn':>10s} {'error':>10s} {'apart':>7s}")
    for name in (
        "false_per_year",
        "rung_per_year",
        "missed_per_year",
        "delay_weeks",
        "mean_response",
        "second_response",
        "response_at_ring",
    ):
        truth, got = getattr(exact, name), getattr(drawn, name)
        apart = (got.mean - truth) / got.error
        print(f"{name:20s} {truth:10.6f} {got.mean:10.6f} {got.error:10.6f} {apart:+7.2f}")


if __name__ == "__main__":
    main()
