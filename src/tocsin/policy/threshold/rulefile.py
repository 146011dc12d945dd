"""A rule set from the mapping that a YAML file holds; whoever reads the file passes it in.

    id: past-practice
    version: "2026-1"
    title: ...
    levels: [note, summons, joint statement, consulted]     # lowest first
    rules:
      - id: brief-and-silent
        level: summons
        at_least: {invasiveness: 1, legality: 3, attribution: 2}
        why: ...
        cases: [EE-2019-09-23]          # set aside when this very case is assessed
        source: {title: ..., url: ..., date: ...}

A rule without a source, a level that speaks for the Treaty, weights, and a set that answers less
to more are refused, the last with the pair of vectors that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tocsin.errors import SourceError
from tocsin.policy.threshold.monotone import offence
from tocsin.policy.threshold.rules import NONE, Rule, RuleSet, Source
from tocsin.policy.threshold.scale import FACTORS, HIGHEST, LOWEST

_SET_KEYS = ("id", "version", "title", "about", "levels", "rules")
_RULE_KEYS = ("id", "level", "at_least", "at_most", "why", "source", "cases")
_SOURCE_KEYS = ("title", "url", "date")
#: "Article 4 is met", "Art. 5 triggered": no name of a level may say so.
_VERDICT = re.compile(r"\bart(icle|\.)?\s*\d|\b(met|triggered|fulfilled|satisfied)\b", re.I)


def rule_set(content: object, path: str = "") -> RuleSet:
    """Return a rule set, checked.  `path` is named in errors.

    Raises SourceError with the rule and the key that is wrong.
    """
    return _Reader(path).rule_set(content)


@dataclass(frozen=True, slots=True)
class _Reader:
    path: str

    def fail(self, place: str, problem: str, hint: str = "") -> SourceError:
        return SourceError(problem, path=self.path, place=place, hint=hint)

    def rule_set(self, content: object) -> RuleSet:
        root = self.table(content, "", _SET_KEYS)
        names = root.get("levels")
        if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
            raise self.fail("", "needs levels: a list of names, the lowest first")
        for name in names:
            if _VERDICT.search(name):
                raise self.fail(
                    "levels",
                    f'"{name}" says whether an Article is met, which no rule can',
                    'name what past cases led to, such as "consulted"',
                )
        if len(set(names)) < len(names):
            raise self.fail("levels", "names one level twice")
        given = root.get("rules")
        if not isinstance(given, list) or not given:
            raise self.fail("", "has no rules")
        rules = tuple(self.rule(item, k, names) for k, item in enumerate(given, 1))
        ids = [rule.id for rule in rules]
        for name in ids:
            if ids.count(name) > 1:
                raise self.fail(f'rule "{name}"', "stands twice", "give each rule its own id")
        found = RuleSet(
            id=self.text(root, "id", ""),
            version=self.text(root, "version", ""),
            title=self.text(root, "title", ""),
            levels=(NONE, *names),
            rules=rules,
            about=self.text(root, "about", "", ""),
        )
        wrong = offence(found)
        if wrong is not None:
            raise self.fail(
                f'rule "{wrong.rule}"',
                f"answers less to more: {wrong.sentence(found.levels)}",
                "state minimum conditions only",
            )
        return found

    def rule(self, item: object, number: int, names: list[str]) -> Rule:
        place = f"rule {number}"
        table = self.table(item, place, _RULE_KEYS)
        name = self.text(table, "id", place)
        place = f'rule "{name}"'
        level = self.text(table, "level", place)
        if level not in names:
            raise self.fail(place, f'level "{level}" is not in levels', f"use {', '.join(names)}")
        least = self.bounds(table.get("at_least", {}), place, "at_least")
        most = self.bounds(table.get("at_most", {}), place, "at_most")
        if not least and not most:
            raise self.fail(place, "has no conditions and would hold for every incident")
        for factor in set(least) & set(most):
            if least[factor] > most[factor]:
                raise self.fail(
                    place, f"asks {factor} >= {least[factor]:g} and <= {most[factor]:g} at once"
                )
        return Rule(
            id=name,
            level=names.index(level) + 1,
            at_least=least,
            at_most=most,
            why=self.text(table, "why", place, ""),
            cases=self.cases(table.get("cases", []), place),
            source=self.source(table.get("source"), place),
        )

    def bounds(self, given: object, place: str, key: str) -> dict[str, float]:
        if not isinstance(given, Mapping):
            raise self.fail(place, f"{key} is a table of factors and scores")
        out = {}
        for factor, value in given.items():
            if factor not in FACTORS:
                raise self.unknown(str(factor), FACTORS, place, "is no factor")
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not LOWEST <= value <= HIGHEST:
                raise self.fail(place, f"{factor}: {value!r} is no score from 0 to 4")
            out[str(factor)] = float(value)
        return out

    def cases(self, given: object, place: str) -> tuple[str, ...]:
        if not isinstance(given, list) or not all(isinstance(x, str) for x in given):
            raise self.fail(place, "cases is a list of the past cases it was read from")
        return tuple(given)

    def source(self, given: object, place: str) -> Source:
        if given is None:
            raise self.fail(place, "has no source", "name the past case or text it was read from")
        table = self.table(given, f"{place} source", _SOURCE_KEYS)
        return Source(
            self.text(table, "title", f"{place} source"),
            self.text(table, "url", place, ""),
            str(table.get("date", "")),  # YAML reads 2025-09-23 as a day
        )

    def table(self, given: object, place: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(given, Mapping):
            raise self.fail(place, "is not a table of keys and values")
        for key in given:
            if key in ("weight", "weights", "score"):
                raise self.fail(
                    place,
                    f'"{key}" would let much of one factor make up for too little of another',
                    "state minimum conditions instead",
                )
            if key not in keys:
                raise self.unknown(str(key), keys, place, "means nothing here")
        return given

    def unknown(self, word: str, known: tuple[str, ...], place: str, what: str) -> SourceError:
        near = get_close_matches(word, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"use {', '.join(known)}"
        return self.fail(place, f'"{word}" {what}', hint)

    def text(
        self, table: Mapping[str, Any], key: str, place: str, default: str | None = None
    ) -> str:
        value = table.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and key == "version":
            value = str(value)
        if not isinstance(value, str) or (default is None and not value):
            raise self.fail(place, f"needs {key} as text")
        return value
