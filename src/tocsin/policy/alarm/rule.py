"""The belief threshold as a chart, so that it can be held against a CUSUM on the same terms.

The belief in a campaign after each count, in odds L: L <- (L + p) / (1 - p) * (r1/r0)^X e^(r0-r1),
with p the chance of an onset in a week (Shiryaev 1963); ring at belief >= A, then start at 0.
Odds have no lattice, so the chain holds log-odds on an even grid and shares each step between
two neighbours; with 200 points run lengths are right to a few parts in a thousand.
"""

from __future__ import annotations

from math import ceil, exp, log, log1p

import numpy as np

from tocsin.policy.alarm.counts import poisson
from tocsin.policy.alarm.dense import Dense
from tocsin.policy.alarm.given import Given, positive, share
from tocsin.policy.alarm.shiryaev import rates

POINTS = 200


def belief_chart(
    rate: Given,
    threshold: Given,
    *,
    quiet: Given,
    campaign: Given,
    onset: Given,
    points: int = POINTS,
) -> Dense:
    """Return the chart when counts come at `rate`; state 0 is the belief 0.

    threshold               A, the belief at which to ring
    quiet, campaign, onset  what the rule believes: rates, and the chance of an onset in a week
    """
    low, high = rates(quiet, campaign)
    p = share("the chance of an onset", onset, open_ends=True)
    a = share("the threshold", threshold, open_ends=True)
    law = poisson(positive("the rate", rate, "a rate of 0 never gives a count"))
    per_count, per_week = log(high / low), low - high
    top = log(a) - log1p(-a)
    bottom = log(p) - log1p(-p) + per_week  # where a week without a count leads from belief 0
    grid = np.linspace(min(bottom, top - 1e-9), top, points)
    state = np.concatenate([[0.0], np.exp(grid)])
    quiet_step = np.log((state + p) / (1 - p)) + per_week
    needed = np.maximum(np.ceil((top - quiet_step) / per_count), 0).astype(np.int64)
    among = np.zeros((points + 1, points + 1))
    rows = np.arange(points + 1)
    width = grid[1] - grid[0]
    for x in range(int(needed.max())):
        place = (quiet_step + x * per_count - grid[0]) / width
        under = np.clip(np.floor(place).astype(np.int64), 0, points - 2)
        beyond = np.clip(place - under, 0.0, 1.0)
        chance = np.where(x < needed, law.equal(np.array(x)), 0.0)
        np.add.at(among, (rows, 1 + under), chance * (1 - beyond))
        np.add.at(among, (rows, 2 + under), chance * beyond)
    return Dense(among, law.at_least(needed))


def beliefs(onset: float, count: int) -> list[float]:
    """Return thresholds to look at, even in log-odds, from where one ring a week is near."""
    low = log(onset) - log1p(-onset)
    high = 9.0
    steps = np.linspace(low, high, max(2, ceil(count)))
    return [1 / (1 + exp(-float(each))) for each in steps]
