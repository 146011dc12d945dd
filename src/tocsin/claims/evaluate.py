"""A test answered from the evidence, sample by sample and hypothesis by hypothesis.

Three-valued logic (Kleene's): what is not known stays so unless the rest of the test decides.
`never X` is `not (at some time X)`, `always X` is `not (at some time not X)`, and the laws of
De Morgan hold for every sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from tocsin.claims.evidence import Answer, Evidence, Gap, Held, Row, Told, World
from tocsin.claims.quantities import Quantities, Signal, leg_m
from tocsin.claims.scope import Scope, Sight, moment_ns, sight
from tocsin.claims.totals import Totalled, total
from tocsin.claims.tree import (
    And,
    Between,
    Bools,
    Bound,
    Event,
    Fact,
    Measure,
    Node,
    Not,
    Or,
    Quantified,
    Quantifier,
    Register,
    Side,
    Total,
    leaves,
    quantified,
    volumes,
)
from tocsin.claims.word import said
from tocsin.errors import UsageError
from tocsin.schema import Floats

#: The name under which a test that rests on no limit is answered.
NO_LIMIT = "any"
NO_REGISTER = "no register"
WHICH = "which of them is meant decides it"  # where a register has several values

#: What a margin of 250 m is worth in a total, in seconds: a fast jet crosses it in one.  Only
#: the sign and the slope of a margin are used, so its size may be rough.
_MPS = 250.0


def evaluate(tree: Node, evidence: Evidence, *, by: str = "") -> Answer:
    """Return the answer to a test under every hypothesis.

    by   who makes the claim: nobody is a witness to his own statement

    A bare state gets its quantifier here, so a tree from `grammar.parse` can be passed as it is.
    """
    held: dict[str, Held] = {}
    gaps: dict[Gap, None] = {}
    notes: dict[str, None] = {}
    coverage: float | None = None
    rests: list[Row] = []  # reports and the register are the same in every world
    undecided: list[Row] = []
    for world in worlds(tree, evidence):
        run = Evaluation(evidence, world, by)
        held[world.name] = run.held(tree)
        gaps |= dict.fromkeys(run.gaps)
        notes |= dict.fromkeys(run.notes)
        coverage = run.coverage
        rests, undecided = run.rests_on, run.could_not_decide
    sampled = evidence.posterior is not None and any(map(of_samples, leaves(tree)))
    return Answer(
        held, tuple(gaps), tuple(notes), sampled, coverage, _once(rests), _once(undecided)
    )


def of_samples(leaf: Node) -> bool:
    """Return whether a leaf is answered from the samples, not from reports or the register."""
    counted = isinstance(leaf, Measure) and leaf.quantity == "aircraft_count"
    return isinstance(leaf, Side | Event | Measure) and not counted


def worlds(tree: Node, evidence: Evidence) -> Iterator[World]:
    """Yield the choices of hypotheses for the volumes that a test names.

    Hypotheses of one name in several volumes come from one source and go together; a volume
    that lacks the name takes each of its own in turn.
    """
    named = volumes(tree)
    per_volume = [evidence.hypotheses(volume) or ("",) for volume in named]
    if not named:
        yield World(NO_LIMIT)
        return
    given = set()
    for name in dict.fromkeys(h for names in per_volume for h in names):
        choices = [(name,) if name in names else names for names in per_volume]
        for chosen in product(*choices):
            label = "+".join(dict.fromkeys(part for part in chosen if part)) or NO_LIMIT
            if chosen not in given:
                given.add(chosen)
                yield World(label, dict(zip(named, chosen, strict=True)))


class Evaluation:
    """One test in one world; collects what is not known and what must be said beside it."""

    def __init__(self, evidence: Evidence, world: World, by: str = "") -> None:
        self.evidence = evidence
        self.world = world
        self.by = by
        self.samples = 1 if evidence.posterior is None else len(evidence.posterior.lon_deg)
        self.gaps: list[Gap] = []
        self.notes: list[str] = []
        self.coverage: float | None = None
        self.rests_on: list[Row] = []
        self.could_not_decide: list[Row] = []

    def held(self, tree: Node) -> Held:
        window = self.evidence.window_ns or (None, None)
        return self.whole(quantified(tree), Scope(*window))

    def whole(self, node: Node, scope: Scope) -> Held:
        match node:
            case Not():
                h = self.whole(node.body, scope)
                return Held(h.no, h.yes, -h.margin)
            case And() | Or():
                parts = [self.whole(part, scope) for part in node.parts]
                every, some = np.logical_and.reduce, np.logical_or.reduce
                yes, no = [h.yes for h in parts], [h.no for h in parts]
                margins = np.stack([h.margin for h in parts])
                if isinstance(node, And):
                    return Held(every(yes), some(no), margins.min(axis=0))
                return Held(some(yes), every(no), margins.max(axis=0))
            case Between():
                window = self.evidence.window_ns
                start, end = moment_ns(node.start, window), moment_ns(node.end, window)
                if end <= start:
                    raise UsageError(f"between {node.start} and {node.end} holds no time")
                return self.whole(node.body, scope.narrowed(start, end))
            case Quantified():
                return self.over_time(node, scope)
            case Total():
                return self.total(node, scope)
            case Measure(quantity="path_length"):
                return self.path(node, scope)
            case Measure(quantity="aircraft_count"):
                return self.count(node)
            case Fact():
                return self.fact(node)
            case Register():
                return self.registered(node)
            case _:
                raise UsageError(f'"{node}" needs a quantifier')

    def unknown(self, gap: Gap | None = None) -> Held:
        if gap is not None:
            self.gaps.append(gap)
        none = np.zeros(self.samples, np.bool_)
        return Held(none, none, np.full(self.samples, np.nan))

    def settled(self, holds: bool) -> Held:
        """Return one answer for every sample; no sample is near to changing it."""
        yes = np.full(self.samples, holds)
        return Held(yes, ~yes, np.where(yes, np.inf, -np.inf))

    def look(self, node: Node, scope: Scope) -> tuple[Quantities, Signal, Sight] | None:
        """Return a state as a signal with the times it may be read at; None if there are none."""
        posterior = self.evidence.posterior
        if posterior is None:
            self.gaps.append(Gap("no track in this case"))
            return None
        seen = sight(posterior, scope)
        self.coverage = seen.coverage
        if not len(seen.at):
            self.gaps.append(Gap("no sensor observed the aircraft in that time"))
            return None
        if seen.coverage < 0.995:
            what = "the time it names" if scope.stated else "the time from first to last sighting"
            self.notes.append(f"over the {seen.coverage:.0%} of {what} that was observed")
        quantities = Quantities(self.evidence, posterior, self.world)
        signal = quantities.signal(node)
        self.gaps.extend(quantities.gaps)
        return quantities, signal, seen

    def over_time(self, node: Quantified, scope: Scope) -> Held:
        if isinstance(node.body, Event):
            held = self.event(node.body, scope)
            if node.quantifier is Quantifier.NEVER:
                return Held(held.no, held.yes, -held.margin)
            return held
        looked = self.look(node.body, scope)
        if looked is None:
            return self.unknown()
        _, signal, seen = looked
        yes, no = signal.yes[:, seen.columns], signal.no[:, seen.columns]
        margin = signal.margin[:, seen.columns]
        if node.quantifier is Quantifier.ALWAYS:
            fails, least = _any(no), _extreme(-margin)
            kept = ~self.hidden(signal.no, fails, seen) & self.enough(seen)
            return Held(~fails & _any(yes) & kept, fails, -least)
        holds, most = _any(yes), _extreme(margin)
        kept = ~self.hidden(signal.yes, holds, seen) & self.enough(seen)
        some = Held(holds, ~holds & _any(no) & kept, most)
        if node.quantifier is Quantifier.NEVER:
            return Held(some.no, some.yes, -some.margin)
        return some

    def hidden(self, state: Bools, seen_so: Bools, seen: Sight) -> Bools:
        """Return which samples show a state on their way through unobserved time and only there.

        Nobody saw it, so it is no proof of the state; it is no proof of its absence either.
        """
        only = _any(state[:, seen.hidden]) & ~seen_so
        if only.any():
            share = 100 * only.mean()
            self.gaps.append(
                Gap(
                    f"{max(seen.hidden_s, 1):.0f} s were not observed, and on "
                    f"{'<1' if share < 1 else '>99' if share > 99 else f'{share:.0f}'} % of the "
                    "ways it may have flown then the answer would be another"
                )
            )
        return only

    def enough(self, seen: Sight) -> bool:
        if not seen.enough:
            self.gaps.append(Gap(f"only {seen.coverage:.0%} of the time was observed"))
        return seen.enough

    def event(self, node: Event, scope: Scope) -> Held:
        """Return whether a limit was crossed; an end that nobody saw stays open."""
        looked = self.look(Side("inside", node.of), scope)
        if looked is None:
            return self.unknown()
        _, signal, seen = looked
        yes, no = signal.yes[:, seen.columns], signal.no[:, seen.columns]
        d_m = signal.margin[:, seen.columns]
        entered = node.quantity == "entered"
        before, after = (no, yes) if entered else (yes, no)
        happened = _any(before[:, :-1] & after[:, 1:])
        unseen = self.hidden(_turned(signal, entered), happened, seen)
        turn = 1.0 if entered else -1.0
        margin = _extreme(np.minimum(-turn * d_m[:, :-1], turn * d_m[:, 1:]))
        step_s = float(np.median(np.diff(seen.t_s))) if len(seen.t_s) > 1 else 0.0
        edge, open_s = (
            (0, seen.t_s[seen.at[0]] - seen.begin_s)
            if entered
            else (-1, seen.end_s - seen.t_s[seen.at[-1]])
        )
        maybe = yes[:, edge] & (open_s > step_s)
        if bool((maybe & ~happened).any()):
            end = "first" if entered else "last"
            self.gaps.append(Gap(f"inside {node.of} when {end} seen: that end was not observed"))
        known = _any(yes | no)
        no_sign = ~happened & ~maybe & ~unseen
        return Held(happened, no_sign & known & self.enough(seen), margin)

    def total(self, node: Total, scope: Scope) -> Held:
        looked = self.look(node.body, scope)
        if looked is None:
            return self.unknown()
        _, signal, seen = looked
        known = _any((signal.yes | signal.no)[:, seen.columns])
        sums = total(signal, seen)
        reach = np.where(sums.reach < 0, sums.reach / _MPS, sums.least)
        return self.compared(sums, reach, known, node.bound, f'the time of "{node.body}"')

    def path(self, node: Measure, scope: Scope) -> Held:
        looked = self.look(Side("inside", node.of), scope)
        if looked is None:
            return self.unknown()
        quantities, signal, seen = looked
        known = _any((signal.yes | signal.no)[:, seen.columns])
        sums = total(signal, seen, leg_m(quantities.posterior))
        return self.compared(sums, sums.reach, known, node.bound, f"the path inside {node.of}")

    def compared(
        self, sums: Totalled, reach: Floats, known: Bools, bound: Bound, what: str
    ) -> Held:
        """Compare a total that is known from `least` to `most`."""
        yes = known & ~bound.above(sums.most) & ~bound.below(sums.least)
        no = known & (bound.above(sums.least) | bound.below(sums.most))
        if bool((known & ~yes & ~no).any()):
            self.gaps.append(Gap(f"{what} may run on where nobody observed it"))
        margin = bound.margin(reach)
        # `reach` runs below zero so that a search has a slope to follow; the answer has the sign.
        margin = np.where(
            yes, np.maximum(margin, 0.0), np.where(no, np.minimum(margin, 0.0), margin)
        )
        return Held(yes, no, margin)

    def count(self, node: Measure) -> Held:
        posterior, have = self.evidence.posterior, self.evidence
        n, source = have.aircraft_count, have.aircraft_count_source
        if posterior is not None and posterior.aircraft_count is not None:
            n, source = posterior.aircraft_count, posterior.aircraft_count_source
        if self.world.counts is not None:
            n, source = int(self.world.counts["aircraft_count"]), ""
        if n is None:
            told = [
                f"{report.by or 'an unnamed source'} {dict(report.properties)['count']}"
                for report in have.reports
                if report.kind == "visual" and "count" in dict(report.properties)
            ]
            if told:
                why = f"only parties to the dispute counted the aircraft ({', '.join(told)})"
                return self.unknown(Gap(why, looked=True))
            return self.unknown(Gap("no source counted the aircraft"))
        if source:
            self.notes.append(f"{n} aircraft, counted by {source}")
            row = {"kind": "report", "report": "visual", "by": source, "value": f"{n} aircraft"}
            self.rests_on.append({**row, "sources": []})
        return self.settled(_holds(node.bound, n))

    def fact(self, node: Fact) -> Held:
        if self.world.facts is not None:
            return self.settled(self.world.facts[node.question] == node.value)
        word = said(node, self.evidence, self.by)
        self.notes.extend(word.notes)
        self.rests_on.extend(word.rests_on)
        if word.gap is not None:
            return self.unknown(word.gap)
        return self.settled(word.holds)

    def registered(self, node: Register) -> Held:
        if self.world.counts is not None:
            return self.settled(_holds(node.bound, self.world.counts[node.query]))
        if self.evidence.register is None:
            return self.unknown(Gap(NO_REGISTER))
        told = self.evidence.register(node)
        if not isinstance(told, Told):
            known = told is not None and not np.isnan(told)
            note = (f"the register has {told:g} for {node.query}",) if known else ()
            told = Told(((told, told),) if known and told is not None else (), notes=note)
        self.notes.extend(told.notes)
        self.rests_on.extend(told.rests_on)
        self.could_not_decide.extend(told.could_not_decide)
        answers = {_holds_throughout(node.bound, *span) for span in told.spans}
        if answers == {True} or answers == {False}:
            return self.settled(answers.pop() is True)
        why = Gap("what it has does not settle it", looked=True)
        return self.unknown(told.gap or (why if answers else Gap("the register cannot say")))


def _holds(bound: Bound, value: float) -> bool:
    x = np.array([float(value)])
    return not bool((bound.above(x) | bound.below(x))[0])


def _holds_throughout(bound: Bound, least: float, most: float) -> bool | None:
    """Return whether a bound holds for every value of a range; None: for some only."""
    ends = np.array([least, most], np.float64)
    above, below = bound.above(ends), bound.below(ends)
    if not (above | below).any():
        return True  # what a bound allows has no hole, so what holds at both ends holds between
    return False if above[0] or below[1] else None


def _once(rows: list[Row]) -> tuple[Row, ...]:
    """Return rows without those that are there already: two parts of a test may share some."""
    kept: list[Row] = []
    for row in rows:
        if row not in kept:
            kept.append(row)
    return tuple(kept)


def _turned(signal: Signal, entered: bool) -> Bools:
    """Return the times between which a state begins, or ends: both of each pair, (M, K)."""
    before, after = (signal.no, signal.yes) if entered else (signal.yes, signal.no)
    turn = before[:, :-1] & after[:, 1:]
    none = np.zeros((len(turn), 1), np.bool_)
    return np.asarray(np.hstack([turn, none]) | np.hstack([none, turn]))


def _any(flags: Bools) -> Bools:
    """Return which samples have it at any time."""
    return np.asarray(flags.any(axis=1))


def _extreme(margin: Floats) -> Floats:
    """Return the greatest margin of each sample; NaN where none is known."""
    if not margin.shape[1]:
        return np.full(len(margin), np.nan)
    most = np.fmax.reduce(margin, axis=1)  # of those that are known
    return np.where(np.isneginf(most), np.nan, most)
