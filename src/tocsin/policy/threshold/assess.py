"""One incident against the rule set and the past cases; the dissent beside it.

The result says which level of past practice cases with such factors reached, as an interval, which
past cases are nearest, and what would narrow it.  It never says that an Article is met or is not:
Article 4 reads "in the opinion of any of them".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.policy.threshold import assurance
from tocsin.policy.threshold.ach import Matrix
from tocsin.policy.threshold.assurance import Gaps, Node
from tocsin.policy.threshold.consistency import Consistency, audit
from tocsin.policy.threshold.factors import Factors, Score, known
from tocsin.policy.threshold.load import Load
from tocsin.policy.threshold.precedents import Near, Nearest, Precedent, after, nearest
from tocsin.policy.threshold.rules import Reach, RuleSet, reach, without
from tocsin.policy.threshold.scale import words

NOT_SAID = (
    'Article 4 is for the parties: "in the opinion of any of them". This says what past cases look '
    "like this one, and on which factors; not whether the Article is met."
)


@dataclass(frozen=True, slots=True)
class Dissent:
    """Somebody disagrees, and it is on record."""

    by: str
    says: str
    on: str = ""  # a factor, "level", "precedents"; empty: the whole
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """Support for a decision that people take."""

    incident: str
    title: str
    factors: Factors
    loads: tuple[Load, ...]
    rules: RuleSet
    level: Reach  # without the rules that were read from this very case
    level_with_own: Reach  # with them: circular, shown for what it is
    set_aside: tuple[str, ...]  # those rules
    nearest: Nearest
    consistency: Consistency
    hypotheses: Matrix | None
    dissent: tuple[Dissent, ...]
    tree: Node
    gaps: Gaps
    later_rules: tuple[str, ...] = ()  # read from cases after the incident: hindsight
    not_said: str = NOT_SAID


def assess(
    incident: str,
    factors: Factors,
    rules: RuleSet,
    precedents: Sequence[Precedent],
    rng: np.random.Generator,
    *,
    title: str = "",
    date: str = "",
    loads: Sequence[Load] = (),
    hypotheses: Matrix | None = None,
    dissent: Sequence[Dissent] = (),
    known_evidence: Collection[str] | None = None,
    count: int = 5,
) -> Assessment:
    """Return the assessment of one incident.

    date            of the incident, so that what came after it is marked; empty: not known
    precedents      past cases; the incident itself, if among them, is left out
    rng             for the permutation test across states only
    known_evidence  ids that exist, so that others can be called missing; None: not checked
    """
    others = [each for each in precedents if each.id != incident]
    others_rules, own = without(rules, incident)
    level = reach(others_rules, factors)
    near = nearest(factors, others, count, date=date)
    tree = _tree(incident, factors, rules, level, near)
    return Assessment(
        incident=incident,
        title=title,
        factors=factors,
        loads=tuple(loads),
        rules=rules,
        level=level,
        level_with_own=reach(rules, factors),
        set_aside=own,
        nearest=near,
        consistency=audit(others, rng),
        hypotheses=hypotheses,
        dissent=tuple(dissent),
        tree=tree,
        gaps=assurance.gaps(tree, _resolvable(known_evidence, rules, others)),
        later_rules=tuple(
            rule.id for rule in rules.rules if rule.id not in own and after(rule.source.date, date)
        ),
    )


def _resolvable(
    known_evidence: Collection[str] | None, rules: RuleSet, precedents: Sequence[Precedent]
) -> set[str] | None:
    """Return the ids that exist: those of the case, and the sources of rules and past cases."""
    if known_evidence is None:
        return None
    titles = [rule.source.title for rule in rules.rules] + [p.source.title for p in precedents]
    return {*known_evidence, *titles}


def _tree(incident: str, factors: Factors, rules: RuleSet, level: Reach, near: Nearest) -> Node:
    span = level.low_name
    if level.high != level.low:
        span = f"from {level.low_name} to {level.high_name}"
    scored = assurance.strategy(
        "S-factors",
        "each factor from its own evidence; a factor without evidence is unknown",
        *(_factor(score) for score in factors.scores),
    )
    ruled = assurance.strategy(
        "S-rules",
        f"rule set {rules.id} {rules.version}: minimum conditions, no weighing",
        *(
            assurance.goal(
                f"G-rule-{rule.id}",
                f'"{rules.levels[rule.level]}" has followed where '
                + ", ".join(f"{name} >= {least:g}" for name, least in rule.at_least.items()),
                assurance.evidence(rule.source.title, rule.source.url),
            )
            for rule in rules.rules
            if rule.id in level.held
        ),
    )
    beside = assurance.strategy(
        "S-precedents",
        "past cases by distance, with and without a request",
        *(_case(each) for each in _both(near)),
    )
    return assurance.goal(
        "G-1",
        f"cases with the factors of {incident} have led to: {span}",
        assurance.goal("G-2", "the factors are as scored", scored),
        assurance.goal("G-3", "the level follows from the factors", ruled),
        assurance.goal("G-4", "the past cases named are like it", beside),
    )


def _factor(score: Score) -> Node:
    name = f"G-{score.factor}"
    if not known(score):
        below = tuple(assurance.evidence(item) for item in score.evidence)
        return assurance.goal(name, f"{score.factor} is not known", *below)
    low, high = words(score.factor, score.low), words(score.factor, score.high)
    said = low if low == high else f"{low}; at most: {high}"
    span = f"{score.low:.2g}"
    if score.low < score.high:
        span += f" to {score.high:.2g}"
    return assurance.goal(
        name,
        f"{score.factor} {span}: {said}" + (f" ({score.why})" if score.why else ""),
        *(assurance.evidence(item) for item in score.evidence),
    )


def _case(near: Near) -> Node:
    case = near.precedent
    return assurance.goal(
        f"G-case-{case.id}",
        f"{case.title}, {case.date}{' (later)' * near.later}: distance {near.distance:.2f} on "
        f"{len(near.compared)} factors",
        assurance.evidence(case.source.title, case.source.url),
    )


def _both(near: Nearest) -> tuple[Near, ...]:
    return (*near.consulted[:3], *near.not_consulted[:3])
