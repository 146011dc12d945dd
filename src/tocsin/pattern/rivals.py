"""What else makes incidents come in clusters: rates that change for a reason of their own.

Each rival is a Poisson process whose rate is an unknown constant times a shape of time; with the
constant scale-free (1 / mu) the Bayes factor of a shape g against no shape is

    prod g(t_i) / (mean of g over watched time)^N

averaged over the prior of g.  All states share g, so a rival is also the check for a common driver
behind states that seem to excite each other.  The rivals: a trend exp(b u), b uniform over -6..6
on the window as u = 0..1; one change at any time, the share of incidents before it uniform;
several levels, piecewise constant over at most sixty cells, found by dynamic programming over all
divisions (Barry and Hartigan, Ann. Statist. 20, 1992) with few changes expected or many; a
smooth rate that wanders over twenty days or longer (`wander`); a period (`periodic`).  Where a
driver is as fast as the memory of the self-exciting model the two look alike, and the chances
shared out among the explanations say so; a driver faster than that is told by nothing here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tocsin.pattern import periodic
from tocsin.pattern.events import Events, Floats
from tocsin.pattern.wander import wandering
from tocsin.pattern.watch import clock

CELLS = 60
SMOOTH = 96  # cells of the wandering rate
WANDER_DAYS = 20.0  # shortest correlation length of it
CHANGES = (2.0, 6.0, 18.0)  # expected, each as likely as the others


@dataclass(frozen=True, slots=True)
class Rival:
    """One explanation other than self-excitation."""

    name: str
    log_bf: float  # ln of the Bayes factor against a constant rate
    detail: str = ""


def rivals(events: Events, memory: float, resolution: float = 0.0) -> tuple[Rival, ...]:
    """Return each rival's Bayes factor for certain incidents.

    memory      the longest of the self-exciting model, in the unit of the series
    resolution  how exactly times are known: no period below twice that is looked for
    """
    u = clock(events, events.t) / events.exposure
    cells = int(min(CELLS, max(2, events.exposure / memory)))
    shortest = WANDER_DAYS / events.unit.days / events.exposure
    cycle, best = periodic.log_bf(events, resolution)
    period = f"strongest at {best * events.unit.days:.4g} days"
    return (
        Rival("a trend", trend(u)),
        Rival("one change of rate", one_change(u)),
        Rival("several levels", levels(u, cells), f"up to {cells}"),
        Rival("a wandering rate", wandering(u, shortest, SMOOTH)),
        Rival("a period", cycle, period),
    )


def trend(u: Floats) -> float:
    """Return ln of the Bayes factor of rate ~ exp(b u), u in 0..1."""
    b = np.linspace(-6.0, 6.0, 120)  # an even number: never exactly 0
    logs = b * u.sum() - len(u) * np.log(np.expm1(b) / b)
    return float(np.logaddexp.reduce(logs) - math.log(len(b)))


def one_change(u: Floats) -> float:
    """Return ln of the Bayes factor of one change, uniform over 0..1, in either direction."""
    n = len(u)
    nodes, weights = np.polynomial.legendre.leggauss(6)
    edges = np.concatenate([[0.0], u, [1.0]])
    room = np.diff(edges) > 0  # between incidents at one time, or at the window's end, is none
    half = np.diff(edges)[room, None] / 2
    at = edges[:-1][room, None] + half + half * nodes
    before = np.flatnonzero(room)[:, None]
    factorials = np.array([math.lgamma(k + 1) for k in range(n + 2)])
    logs = (factorials[: n + 1] + factorials[n::-1] - factorials[n + 1])[room, None]
    logs = logs - before * np.log(at) - (n - before) * np.log1p(-at) + np.log(half * weights)
    return float(np.logaddexp.reduce(logs.ravel()))


def levels(u: Floats, cells: int) -> float:
    """Return ln of the Bayes factor of a rate that is constant on stretches of whole cells.

    Each inner edge is a change with the same chance.  Levels are exponential around the overall
    rate beforehand; the reference has the same prior of one level.
    """
    n = len(u)
    counts = np.concatenate([[0], np.cumsum(np.histogram(u, cells, (0.0, 1.0))[0])])
    size = n / cells  # of one cell, in incidents expected
    factorials = np.array([math.lgamma(k + 1) for k in range(n + 1)])
    alone = factorials[n] - (n + 1) * math.log1p(n)
    inside = counts[None, :] - counts[:, None]
    width = np.arange(cells + 1)[None, :] - np.arange(cells + 1)[:, None]
    pieces = factorials[np.abs(inside)] - (inside + 1) * np.log1p(np.maximum(width, 0) * size)
    found = [
        _divided(pieces, min(0.5, expected / max(cells - 1, 1))) - alone for expected in CHANGES
    ]
    return float(np.logaddexp.reduce(found) - math.log(len(found)))


def _divided(pieces: Floats, turn: float) -> float:
    """Return ln of the marginal over all divisions; pieces (C + 1, C + 1) are ln of one piece's."""
    cells = len(pieces) - 1
    log_z = np.zeros(cells + 1)
    for j in range(1, cells + 1):
        i = np.arange(j)
        prior = (j - i - 1) * math.log1p(-turn) + np.where(i > 0, math.log(turn), 0.0)
        log_z[j] = np.logaddexp.reduce(log_z[i] + pieces[i, j] + prior)
    return float(log_z[-1])
