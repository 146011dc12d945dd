"""A rule set: which level of past practice a vector of factors reaches.

A rule names a level and the minimum that each of some factors must reach; the level of an incident
is the highest with a rule all of whose conditions hold.  Nothing is added up: a lot of one factor
never makes up for too little of another.  From intervals of factors follows an interval of levels,
level(low) to level(high), which is exact because level() never falls (`monotone` checks it).

A level says what past cases with such factors led to.  That is practice, not law: Article 4 of the
North Atlantic Treaty leaves the opinion to each party.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.policy.threshold.factors import Factors
from tocsin.policy.threshold.scale import FACTORS
from tocsin.schema import Floats

NONE = "nothing on record"  # level 0


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    url: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Minimum conditions of one level, with the past practice they were read from."""

    id: str
    level: int  # 1 is the lowest
    at_least: Mapping[str, float]
    source: Source
    why: str = ""
    at_most: Mapping[str, float] = field(default_factory=dict)  # a set with such a rule is checked
    cases: tuple[str, ...] = ()  # ids of the past cases it was read from


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A versioned rule set; `levels[0]` is what stands below every rule."""

    id: str
    version: str
    title: str
    levels: tuple[str, ...]
    rules: tuple[Rule, ...]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A factor that keeps a rule from holding for certain."""

    rule: str
    factor: str
    needs: float
    low: float
    high: float

    @property
    def could_hold(self) -> bool:
        """Whether better evidence could still fill it."""
        return self.high >= self.needs


@dataclass(frozen=True, slots=True)
class Reach:
    """The level of one incident."""

    low: int
    high: int
    low_name: str
    high_name: str
    held: tuple[str, ...]  # rules that hold whatever the evidence still leaves open
    open: tuple[Shortfall, ...]  # what keeps the next rules from holding for certain


def levels(rules: RuleSet, x: Floats) -> NDArray[np.int64]:
    """Return the level (N,) of factor vectors (N, 13)."""
    out = np.zeros(len(x), dtype=np.int64)
    for rule in rules.rules:
        holds = np.ones(len(x), dtype=bool)
        for name, least in rule.at_least.items():
            holds &= x[:, FACTORS.index(name)] >= least
        for name, most in rule.at_most.items():
            holds &= x[:, FACTORS.index(name)] <= most
        np.maximum(out, rule.level, out=out, where=holds)
    return out


def without(rules: RuleSet, case: str) -> tuple[RuleSet, tuple[str, ...]]:
    """Return the rules not read from one case, and the ids of those that were.

    A rule read from a case holds for it by construction: to assess the case by it is circular.
    """
    own = tuple(rule.id for rule in rules.rules if case in rule.cases)
    kept = tuple(rule for rule in rules.rules if rule.id not in own)
    return replace(rules, rules=kept), own


def reach(rules: RuleSet, factors: Factors) -> Reach:
    """Return the interval of levels, the rules that hold, and what the next ones lack."""
    low, high = (int(each) for each in levels(rules, np.array([factors.low, factors.high])))
    held, lacking = [], []
    for rule in rules.rules:
        short = [
            Shortfall(rule.id, name, least, factors[name].low, factors[name].high)
            for name, least in rule.at_least.items()
            if factors[name].low < least
        ]
        if not short:
            held.append(rule.id)
        elif low < rule.level <= max(high, low + 1):
            lacking.extend(short)
    names = rules.levels
    return Reach(low, high, names[low], names[high], tuple(held), tuple(lacking))
