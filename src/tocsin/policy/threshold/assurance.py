"""An assurance tree: every sentence down to the evidence it rests on, and where nothing carries it.

Goal Structuring Notation (GSN Community Standard, version 3, 2021), three of its elements: a *goal*
is a sentence that is claimed, a *strategy* says how its sub-goals make it up, *evidence* (the
standard's "solution") ends a branch with an id.  A goal with nothing below it is *undeveloped*, and
evidence whose id nobody can resolve is *missing*: both are shown, never left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tocsin.errors import UsageError


class Kind(StrEnum):
    GOAL = "goal"
    STRATEGY = "strategy"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Node:
    """One box of the tree."""

    kind: Kind
    id: str
    text: str
    below: tuple[Node, ...] = ()

    def __post_init__(self) -> None:
        if self.kind is Kind.EVIDENCE and self.below:
            raise UsageError(f"evidence {self.id} ends a branch and has nothing below it")
        for node in self.below:
            if self.kind is Kind.STRATEGY and node.kind is Kind.STRATEGY:
                raise UsageError(f"strategy {self.id} needs goals below it, not {node.id}")


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the tree cannot carry."""

    undeveloped: tuple[str, ...]  # ids of goals and strategies with nothing below
    missing: tuple[str, ...]  # evidence ids that are not among the known ones

    def __bool__(self) -> bool:
        return bool(self.undeveloped or self.missing)


def goal(id: str, text: str, *below: Node) -> Node:
    return Node(Kind.GOAL, id, text, below)


def strategy(id: str, text: str, *below: Node) -> Node:
    return Node(Kind.STRATEGY, id, text, below)


def evidence(id: str, text: str = "") -> Node:
    return Node(Kind.EVIDENCE, id, text)


def walk(node: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    """Yield every node with its depth, a parent before what is below it."""
    yield depth, node
    for each in node.below:
        yield from walk(each, depth + 1)


def gaps(tree: Node, known: Collection[str] | None = None) -> Gaps:
    """Return undeveloped goals, and evidence that cannot be resolved.

    known  the ids that exist; None: nobody said which do, and none is called missing
    """
    nodes = [node for _, node in walk(tree)]
    open_ = [node.id for node in nodes if node.kind is not Kind.EVIDENCE and not node.below]
    lost = {
        node.id
        for node in nodes
        if node.kind is Kind.EVIDENCE and known is not None and node.id not in known
    }
    return Gaps(tuple(open_), tuple(sorted(lost)))


def lines(tree: Node, known: Collection[str] | None = None) -> Iterator[str]:
    """Yield the tree as indented text, with the gaps marked where they are."""
    for depth, node in walk(tree):
        mark = ""
        if node.kind is not Kind.EVIDENCE and not node.below:
            mark = " [undeveloped]"
        elif node.kind is Kind.EVIDENCE and known is not None and node.id not in known:
            mark = " [missing]"
        said = f"{node.id}: {node.text}" if node.text else node.id
        yield f"{'  ' * depth}{node.kind} {said}{mark}"
