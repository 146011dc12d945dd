"""One claim judged: the row of findings.json, and the rows of compatibility.

A row holds what DESIGN names, and beside it the reading of the test, what was said, its grade,
its source, and the bias in words.  `p` is null where nothing counts samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from tocsin.claims.bias import EXACT_SIGMA, Need, bias_needed, least, study_of
from tocsin.claims.changes import changes_if
from tocsin.claims.compatibility import Clouds, compatible
from tocsin.claims.evaluate import evaluate
from tocsin.claims.evidence import Answer, Evidence
from tocsin.claims.grammar import parse
from tocsin.claims.quantities import forget
from tocsin.claims.reading import mapping_note, reading
from tocsin.claims.rivals import among_variants, favoured
from tocsin.claims.shifts import Shifts, light
from tocsin.claims.tree import Node, Register, leaves
from tocsin.claims.verdict import chance, overall, verdicts
from tocsin.claims.weigh import party
from tocsin.schema import Claim

Row = dict[str, Any]
Needs = dict[str, Need]
#: Begins work on claims, perhaps in several processes, and returns what waits for the results.
Asked = tuple[Claim, Answer]
Share = Callable[[Callable[[Asked], Needs], Sequence[Asked]], Callable[[], list[Needs]]]


@dataclass(frozen=True, slots=True, eq=False)
class Needing:
    """What finds the biases that claims need, one after the other, here or in another process."""

    trees: Mapping[str, Node]
    evidence: Evidence
    study: Shifts | None  # None: the samples carry no sensor bias

    def __call__(self, asked: Asked) -> Needs:
        """Return the bias that a claim needs under each hypothesis, its answer being known."""
        claim, answer = asked
        tree, evidence = self.trees[claim.id], self.evidence
        return bias_needed(tree, evidence, by=claim.by, answer=answer, study=self.study)


def alone(work: Callable[[Asked], Needs], items: Sequence[Asked]) -> Callable[[], list[Needs]]:
    """Begin nothing: all is done here, when it is waited for."""
    return lambda: [work(item) for item in items]


def parsed(claims: Sequence[Claim], evidence: Evidence, path: str = "") -> dict[str, Node]:
    """Return the tree of every claim by its id; raises ClaimError at the first that fails.

    Names are checked against the volumes and places of the evidence, where it has any.
    """
    volumes = evidence.volumes or None
    places = tuple({**evidence.places, **evidence.place_distance_m}) or None
    return {
        claim.id: parse(
            claim.test, volumes=volumes, places=places, path=path, place=f"claim {claim.id}"
        )
        for claim in claims
    }


def judge(
    claims: Sequence[Claim],
    evidence: Evidence,
    *,
    prior: Sequence[Evidence] = (),
    among: Evidence | None = None,
    path: str = "",
    share: Share = alone,
) -> tuple[list[Row], list[Row]]:
    """Return the rows of `claims` and of `compatibility`.

    prior   wider samples than the posterior's, for compatibility; see `compatible`
    among   fewer samples, among which claims are held together; all when left out
    share   who looks for the biases that claims need
    """
    trees = parsed(claims, evidence, path)
    sides = frozenset(claim.by for claim in claims if claim.by)
    evidence = replace(evidence, claimants=evidence.claimants | sides)
    posterior = evidence.posterior
    biased = posterior is not None and posterior.bias_sigmas.size
    study = study_of(evidence, posterior) if posterior is not None and biased else None
    answers = {claim.id: evaluate(trees[claim.id], evidence, by=claim.by) for claim in claims}

    # What another process is to do goes there without the samples; the register stays here.
    needing = Needing(trees, light(evidence), study)
    apart = replace(needing, evidence=replace(needing.evidence, register=None))
    asked = [(claim, answers[claim.id]) for claim in claims]
    free = [one for one in asked if not any(map(_asks_register, leaves(trees[one[0].id])))]
    waiting = share(apart, free)
    pairs = list(_pairs(claims, trees, Clouds(among or evidence, prior)))
    changes = [changes_if(trees[claim.id], evidence, answers[claim.id]) for claim in claims]
    needs = {claim.id: found for (claim, _), found in zip(free, waiting(), strict=True)}
    needs |= {one[0].id: needing(one) for one in asked if one[0].id not in needs}
    rows = [
        to_row(claim, trees[claim.id], answers[claim.id], needs[claim.id], turns, evidence)
        for claim, turns in zip(claims, changes, strict=True)
    ]
    forget()
    return rows, pairs


def _asks_register(leaf: object) -> bool:
    return isinstance(leaf, Register)


def to_row(
    claim: Claim,
    tree: Node,
    answer: Answer,
    needs: dict[str, Need],
    changes: str,
    evidence: Evidence,
) -> Row:
    """Return one row of `claims` in findings.json."""
    by_hypothesis = verdicts(answer)
    chances = {name: chance(held) for name, held in answer.held.items()}
    need = least(needs)
    return {
        "id": claim.id,
        "by": claim.by,
        "test": claim.test,
        "verdict": str(overall(by_hypothesis)),
        "verdicts": {name: str(verdict) for name, verdict in by_hypothesis.items()},
        "p": {name: odds.p if answer.sampled else None for name, odds in chances.items()},
        "p_text": {name: str(odds) if answer.sampled else "" for name, odds in chances.items()},
        "bias_needed_sigma": _rounded(need),
        "bias_needed_beyond": bool(need and need.beyond),
        "bias_needed": str(need) if need else "",
        "bias_parts": {name: round(value, 3) for name, value in need.parts} if need else {},
        "why": _why(answer, need),
        "changes_if": changes,
        "reading": reading(tree),
        "mapping": mapping_note(claim.says),
        "coverage": answer.coverage,
        "rests_on": _rests_on(answer, evidence),
        "could_not_decide": [dict(row) for row in answer.could_not_decide],
        "says": claim.says,
        "grade": claim.grade,
        "source": {
            "title": claim.source_title,
            "url": claim.source_url,
            "date": claim.source_date,
        },
    }


def _rounded(need: Need | None) -> float | None:
    """Return the bias to a tenth, and from 8 sigma on to a whole one: it is found no closer."""
    if need is None or need.sigma is None:
        return None
    return round(need.sigma, 1) if need.sigma < EXACT_SIGMA else float(round(need.sigma))


def _rests_on(answer: Answer, evidence: Evidence) -> list[Row]:
    """Return what was looked at: the track, and rows of reports, register and ledger."""
    posterior = evidence.posterior
    rows = [dict(row) for row in answer.rests_on]
    if not answer.sampled or posterior is None:
        return rows
    witnesses = list(posterior.witnesses)
    about = {"track": posterior.track, "samples": len(posterior.lon_deg), "witnesses": witnesses}
    return [{"kind": "track", **about}, *rows]


def _why(answer: Answer, need: Need | None) -> str:
    parts = []
    if answer.sampled:
        for name, held in answer.held.items():
            if held.known:
                parts.append(f"holds in {int(held.yes.sum())} of {held.known} samples ({name})")
    parts.extend(answer.notes)
    if need is not None:
        parts.append(f"would need a sensor bias of {need}")
        if need.p_there is not None:
            parts.append(
                f"drawn again under that bias, the flight satisfies it with P = {need.p_there:.2f}"
            )
    parts.extend(gap.why for gap in answer.gaps)
    return "; ".join(dict.fromkeys(parts))


def _weighed(row: Row, trees: dict[str, Node], clouds: Clouds) -> Row:
    """Return the row of two claims that exclude each other, with how far the data favour one."""
    a, b = row["a"], row["b"]
    weighed = among_variants(trees[a], trees[b], clouds)
    if weighed is None:
        return row
    factors, prior = weighed
    factor = {
        "of": a,
        "over": b,
        "log10": {
            name: None if one.bans is None else round(one.bans, 2) for name, one in factors.items()
        },
        "bound": {name: one.bound for name, one in factors.items()},
        "prior": prior,
    }
    why = "; ".join(filter(None, (row["why"], favoured(a, b, factors))))
    return {**row, "why": why, "bayes_factor": factor}


def _pairs(claims: Sequence[Claim], trees: dict[str, Node], clouds: Clouds) -> Iterator[Row]:
    """Yield every pair of claims, and each side's claims taken together where it makes three."""
    for a, b in combinations(claims, 2):
        answer = compatible([trees[a.id], trees[b.id]], clouds)
        row = {"a": a.id, "b": b.id, "compatible": answer.compatible, "why": answer.why}
        yield row if answer.compatible is not False else _weighed(row, trees, clouds)
    for side in dict.fromkeys(party(claim.by) for claim in claims if claim.by):
        own = [claim.id for claim in claims if party(claim.by) == side]
        if len(own) > 2:
            answer = compatible([trees[name] for name in own], clouds)
            rest = ", ".join(own[1:])
            yield {"a": own[0], "b": rest, "compatible": answer.compatible, "why": answer.why}
