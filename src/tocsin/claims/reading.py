"""A test in words: the reading that is printed beside every claim.

A test says less than it seems to: the quantifier may be left out, "12 min" is not 720 s, and
"neutral waters" is no category of law.  The reading states what was tested.
"""

from __future__ import annotations

import re

from tocsin.claims.tree import (
    And,
    Between,
    Bound,
    Event,
    Fact,
    Kind,
    Measure,
    Node,
    Not,
    Or,
    Quantified,
    Quantifier,
    Register,
    Side,
    Total,
    kind,
    leaves,
    quantified,
)

_WORDS = {"<": "less than", "<=": "at most", ">=": "at least", ">": "more than"}
_NAMES = {
    "height": "its height",
    "speed": "its speed over ground",
    "aircraft_count": "the number of aircraft",
}
_NEUTRAL = re.compile(r"\b(?:neutral|international)\s+(?:waters?|airspace|air\s+space)\b", re.I)

NEUTRAL_NOTE = (
    "is no legal category of airspace and is read as: outside every sovereign limit of the case"
)


def reading(tree: Node) -> str:
    """Return a test in words, with every quantifier and tolerance that was assumed."""
    said = _sentence(quantified(tree))
    notes = []
    if kind(tree) is Kind.STATE:
        notes.append("no quantifier is given, so at every time")
    if any(isinstance(leaf, Measure) and leaf.quantity == "depth" for leaf in leaves(tree)):
        notes.append("outside, the depth is 0")
    return f"{said} ({'; '.join(notes)})" if notes else said


def mapping_note(says: str) -> str:
    """Return how a phrase of a statement is mapped to law, "" where it needs no mapping."""
    found = _NEUTRAL.search(says)
    return f"“{found.group()}” {NEUTRAL_NOTE}" if found else ""


def _sentence(node: Node) -> str:
    match node:
        case Quantified(quantifier, body):
            when = {
                Quantifier.ALWAYS: "at every observed time",
                Quantifier.SOMETIME: "at some observed time",
                Quantifier.NEVER: "at no observed time",
            }[quantifier]
            return f"{when}, {_sentence(body)}"
        case Between(start, end, body):
            return f"from {start} to {end}: {_sentence(body)}"
        case Total(body, bound):
            return f"the total time for which {_sentence(body)} is {bounds(bound)}"
        case Not(body):
            return f"it is not so that {_sentence(body)}"
        case And(parts):
            return ", and ".join(map(_part, parts))
        case Or(parts):
            return ", or ".join(map(_part, parts))
        case Side(quantity, of):
            return f"it is {quantity} {of}"
        case Event(quantity, of):
            return f"it {'enters' if quantity == 'entered' else 'leaves'} {of}"
        case Fact("reported", value, of):
            return f"reports on {of} say {value}"
        case Fact(quantity, value):
            return f"reports give {quantity.replace('_', ' ')} as {value}"
        case Register():
            what = "register" if node.function == "count" else "register's ledger"
            return f"the {what} gives {node.query} as {bounds(node.bound)}"
        case Measure(quantity, of, bound):
            what = {
                "depth": f"its depth inside {of}",
                "distance": f"its distance from {of}",
                "path_length": f"the path flown inside {of}",
            }.get(quantity) or _NAMES[quantity]
            return f"{what} is {bounds(bound)}"


def _part(node: Node) -> str:
    return f"[{_sentence(node)}]" if isinstance(node, And | Or) else _sentence(node)


def bounds(bound: Bound) -> str:
    """Return a bound in words; a band with its ends, in the unit of the claim."""
    if bound.op != "=":
        return f"{_WORDS[bound.op]} {bound.amount}"
    value, unit = float(bound.amount.digits), bound.amount.unit
    if not unit:
        bare = not bound.about and bound.plus_minus is None
        return f"{bound.amount}" if bare else f"about {bound.amount}"
    half = bound.tolerance * (value / bound.amount.si if value else 1.0)
    low, high = f"{value - half:.6g}", f"{value + half:.6g}"
    about = "about " if bound.about or bound.plus_minus is not None else ""
    if unit == "FL":
        return f"{about}{bound.amount} (FL{low} to FL{high})"
    return f"{about}{bound.amount} ({low} to {high} {unit})"
