"""An incident's factors, a rule set and past cases in; an assessment out.

`assess_incident` is the seam: whoever holds the factors (a file, the bundled table, the register)
hands them over as an `Incident`, and the same assessment comes out.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from tocsin.errors import CaseError, SourceError, UsageError
from tocsin.policy.threshold.ach import Item, Matrix, matrix
from tocsin.policy.threshold.assess import Assessment, Dissent, assess
from tocsin.policy.threshold.factors import Factors, Score, gather
from tocsin.policy.threshold.load import Earlier, Load, as_score, loads
from tocsin.policy.threshold.precedents import Precedent
from tocsin.policy.threshold.rulefile import rule_set
from tocsin.policy.threshold.rules import RuleSet, Source

SEED = 1  # of the permutation test across states: same input, same answer
BY_PROJECT = "scored for illustration by the tocsin project from the sources named"


@dataclass(frozen=True, slots=True)
class Incident:
    """What an assessment needs of an incident."""

    id: str
    factors: Factors
    title: str = ""
    loads: tuple[Load, ...] = ()
    hypotheses: Matrix | None = None
    dissent: tuple[Dissent, ...] = ()
    known_evidence: frozenset[str] | None = None  # ids that exist; None: not checked
    notes: tuple[str, ...] = field(default=())
    date: str = ""  # ISO 8601, as far as it is known


def assess_incident(
    incident: Incident,
    rules: RuleSet | None = None,
    precedents: Sequence[Precedent] | None = None,
    *,
    seed: int = SEED,
    count: int = 5,
) -> Assessment:
    """Return the assessment of an incident, against what is bundled unless other is given."""
    return assess(
        incident.id,
        incident.factors,
        rules or bundled_rules(),
        bundled_precedents() if precedents is None else precedents,
        np.random.default_rng(seed),
        title=incident.title,
        date=incident.date,
        loads=incident.loads,
        hypotheses=incident.hypotheses,
        dissent=incident.dissent,
        known_evidence=incident.known_evidence,
        count=count,
    )


def bundled_rules() -> RuleSet:
    """Return the rule set that ships."""
    text = files("tocsin.data").joinpath("rules", "past-practice.yaml").read_text("utf-8")
    return rule_set(yaml.safe_load(text), "bundled:past-practice")


def read_rules(path: str | Path) -> RuleSet:
    """Return a rule set from a YAML file; raises SourceError with the place that is wrong."""
    name = str(path)
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError("no such file", path=name) from None
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", path=name) from error
    except UnicodeDecodeError as error:
        raise SourceError("is not UTF-8 text", path=name) from error
    except yaml.YAMLError as error:
        raise SourceError(f"is not YAML: {' '.join(str(error).split())}", path=name) from error
    return rule_set(content, name)


def bundled_precedents() -> tuple[Precedent, ...]:
    """Return the past cases that ship, scored for illustration by the project."""
    scores: dict[str, list[Score]] = {}
    for row in _table("scores.csv"):
        score = Score(
            row["factor"],
            float(row["low"]),
            float(row["high"]),
            tuple(row["evidence"].split()),
            row["why"],
            row["by"],
        )
        scores.setdefault(row["case"], []).append(score)
    return tuple(
        Precedent(
            id=row["id"],
            title=row["title"],
            date=row["date"],
            states=tuple(row["states"].split(";")),
            domain=row["domain"],
            factors=gather(scores.get(row["id"], [])),
            consulted=row["consulted"],
            level=int(row["level"]) if row["level"] else None,
            outcome=row["outcome"],
            source=Source(row["source_title"], row["source_url"]),
            note=row["note"],
        )
        for row in _table("cases.csv")
    )


def bundled_incident(name: str) -> Incident:
    """Return one of the past cases that ship, to be assessed against the others."""
    known = {each.id: each for each in bundled_precedents()}
    if name not in known:
        raise UsageError(
            f'"{name}" is not among the bundled cases',
            hint="give its factors with --factors FILE.toml",
        )
    case = known[name]
    return Incident(name, case.factors, case.title, notes=(BY_PROJECT,), date=case.date)


def read_factors(path: str | Path, name: str = "") -> Incident:
    """Return an incident from a TOML file of factors (docs/reference/rules.md).

    name  the incident asked for; it must be the file's own where both are given

    Raises CaseError with the table and the key that is wrong.
    """
    where = str(path)
    try:
        root = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CaseError("no such file", path=where) from None
    except OSError as error:
        raise CaseError(f"cannot be read: {error.strerror}", path=where) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"is not TOML: {error}", path=where) from error
    try:
        return _incident(root, name)
    except UsageError as error:
        raise CaseError(error.problem, path=where, hint=error.hint) from error


_KEYS = {
    "": ("incident", "factor", "earlier", "hypotheses", "item", "dissent", "evidence"),
    "incident": ("id", "title", "date"),
    "factor": ("name", "score", "evidence", "why", "by"),
    "earlier": ("id", "age_d", "severity"),
    "item": ("id", "says", "ratings", "evidence", "weight", "group"),
    "dissent": ("by", "on", "says", "evidence"),
}


def _incident(root: Mapping[str, Any], name: str) -> Incident:
    _known(root, "", "the file")
    head = root.get("incident")
    if not isinstance(head, Mapping):
        raise UsageError("has no [incident] table")
    _known(head, "incident", "[incident]")
    own = _text(head, "id", "[incident]")
    if name and name != own:
        raise UsageError(f'is about "{own}", not "{name}"')
    scores = [_score(item, place) for place, item in _tables(root, "factor")]
    earlier = [_earlier(item, place) for place, item in _tables(root, "earlier")]
    faded = loads(earlier) if earlier else ()
    if faded and not any(score.factor == "cumulative" for score in scores):
        low, high = as_score(faded)
        ids = tuple(each.id for each in earlier)
        scores.append(Score("cumulative", low, high, ids, "load of earlier cases"))
    items = [_item(item, place) for place, item in _tables(root, "item")]
    hypotheses = root.get("hypotheses")
    if hypotheses is not None and not isinstance(hypotheses, list):
        raise UsageError("hypotheses is a list of names")
    if items and hypotheses is None:
        raise UsageError("has [[item]] tables and no hypotheses", hint="name them in a list")
    evidence = root.get("evidence")
    if evidence is not None and not isinstance(evidence, list):
        raise UsageError("evidence is a list of the ids that exist")
    return Incident(
        id=own,
        factors=gather(scores),
        title=_text(head, "title", "[incident]", ""),
        loads=faded,
        hypotheses=matrix([str(x) for x in hypotheses], items) if hypotheses else None,
        dissent=tuple(_dissent(item, place) for place, item in _tables(root, "dissent")),
        known_evidence=None if evidence is None else frozenset(str(x) for x in evidence),
        date=_dated(head),
    )


def _dated(head: Mapping[str, Any]) -> str:
    given = head.get("date", "")
    text = given.isoformat() if isinstance(given, date) else given
    if not isinstance(text, str) or (text and not re.match(r"\d{4}(-\d\d)?", text)):
        raise UsageError(f"[incident]: date = {given!r} is no date", hint="write 2025-09-19")
    return text


def _score(item: Mapping[str, Any], place: str) -> Score:
    return Score(
        _text(item, "name", place),
        *_span(item, "score", place),
        evidence=_ids(item, place),
        why=_text(item, "why", place, ""),
        by=_text(item, "by", place, ""),
    )


def _earlier(item: Mapping[str, Any], place: str) -> Earlier:
    severity = _span(item, "severity", place) if "severity" in item else (1.0, 1.0)
    return Earlier(_text(item, "id", place), _span(item, "age_d", place), severity)


def _item(item: Mapping[str, Any], place: str) -> Item:
    ratings = item.get("ratings")
    if not isinstance(ratings, list):
        raise UsageError(f"{place} needs ratings, one for each hypothesis")
    weight = item.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise UsageError(f"{place}: weight = {weight!r} is no number")
    return Item(
        _text(item, "id", place),
        _text(item, "says", place, ""),
        tuple(str(each) for each in ratings),
        _ids(item, place),
        float(weight),
        _text(item, "group", place, ""),
    )


def _dissent(item: Mapping[str, Any], place: str) -> Dissent:
    return Dissent(
        _text(item, "by", place),
        _text(item, "says", place),
        _text(item, "on", place, ""),
        _ids(item, place),
    )


def _tables(root: Mapping[str, Any], kind: str) -> list[tuple[str, Mapping[str, Any]]]:
    given = root.get(kind, [])
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise UsageError(f"[{kind}] is written [[{kind}]], one for each")
    out = []
    for k, item in enumerate(given, 1):
        place = f"[[{kind}]] {k}"
        _known(item, kind, place)
        out.append((place, item))
    return out


def _known(table: Mapping[str, Any], kind: str, place: str) -> None:
    for key in table:
        if key not in _KEYS[kind]:
            raise UsageError(
                f'{place}: "{key}" means nothing here', hint=f"keys are {', '.join(_KEYS[kind])}"
            )


def _span(table: Mapping[str, Any], key: str, place: str) -> tuple[float, float]:
    value = table.get(key)
    pair = value if isinstance(value, list) else [value, value]
    numbers = [x for x in pair if isinstance(x, int | float) and not isinstance(x, bool)]
    if len(pair) != 2 or len(numbers) != 2:
        raise UsageError(f"{place}: {key} = {value!r} is neither a number nor [low, high]")
    return float(numbers[0]), float(numbers[1])


def _ids(table: Mapping[str, Any], place: str) -> tuple[str, ...]:
    given = table.get("evidence", [])
    if not isinstance(given, list) or not all(isinstance(x, str) and x for x in given):
        raise UsageError(f"{place}: evidence is a list of ids")
    return tuple(given)


def _text(table: Mapping[str, Any], key: str, place: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise UsageError(f"{place} needs {key} as text")
    return value


def _table(name: str) -> list[dict[str, str]]:
    text = files("tocsin.data").joinpath("precedents", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
