"""A claim's test as a tree of frozen values, and the text that parses back to the same tree.

Three kinds of test exist, and the kind decides what a missing quantifier means:

- a *state* is true or false at each time: inside, outside, depth, distance, height, speed
- an *event* happens between two times: entered, left
- the rest speaks of the *whole* flight: totals, counts, reports, the register
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.units import LENGTH_M, SPEED_MPS, TIME_S

Bools = NDArray[np.bool_]

LENGTH, TIME, SPEED, COUNT, FIGURE = "length", "time", "speed", "count", "figure"

#: Units of each dimension, in SI; a count has none, and a figure need not be given one (`%` is
#: then whatever its source uses).  Flight levels are for `height` alone.
UNITS: dict[str, dict[str, float]] = {
    LENGTH: {unit: LENGTH_M[unit] for unit in ("km", "NM", "m", "ft")},
    TIME: TIME_S,
    SPEED: SPEED_MPS,
    COUNT: {"": 1.0},
    FIGURE: {"": 1.0, "%": 1.0},
}
_SIZE = {**LENGTH_M, **TIME_S, **SPEED_MPS, **UNITS[FIGURE]}

NAME = re.compile(r"[^\W\d](?:[\w./-]*\w)?\Z")
_LEVEL = re.compile(r"FL\d+\Z")


class Kind(StrEnum):
    STATE = "state"
    EVENT = "event"
    WHOLE = "whole"


class Quantifier(StrEnum):
    NEVER = "never"
    ALWAYS = "always"
    SOMETIME = "at some time"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it was written, with its unit: "12" min is less exact than "12.0" min."""

    digits: str
    unit: str = ""

    @property
    def si(self) -> float:
        return float(self.digits) * _SIZE[self.unit]

    @property
    def half_digit_si(self) -> float:
        """Half a unit of the last digit written: what a bare figure is taken to mean."""
        decimals = len(self.digits.partition(".")[2])
        return 0.5 * float(f"1e-{decimals}") * _SIZE[self.unit]

    def __str__(self) -> str:
        if self.unit == "FL":
            return f"FL{self.digits}"
        return f"{self.digits} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparator with its amount; `=` holds within a tolerance.

    The tolerance is `+- D` where given, 10 % for `about D`, else half a unit of the last digit.
    """

    op: str  # < <= = >= >
    amount: Amount
    about: bool = False
    plus_minus: Amount | None = None

    @property
    def tolerance(self) -> float:
        if self.plus_minus is not None:
            return self.plus_minus.si
        return 0.1 * self.amount.si if self.about else self.amount.half_digit_si

    def above(self, x: Floats) -> Bools:
        """Return where x is too large.  NaN is neither above nor below: test it first."""
        v = self.amount.si
        if self.op == "<":
            return np.asarray(x >= v)
        if self.op == "<=":
            return np.asarray(x > v)
        if self.op == "=":
            return np.asarray(x > v + self.tolerance)
        return np.zeros(np.shape(x), np.bool_)

    def below(self, x: Floats) -> Bools:
        """Return where x is too small."""
        v = self.amount.si
        if self.op == ">":
            return np.asarray(x <= v)
        if self.op == ">=":
            return np.asarray(x < v)
        if self.op == "=":
            return np.asarray(x < v - self.tolerance)
        return np.zeros(np.shape(x), np.bool_)

    def margin(self, x: Floats) -> Floats:
        """Return by how much x satisfies the bound, in SI; negative where it fails."""
        v = self.amount.si
        if self.op in ("<", "<="):
            return np.asarray(v - x)
        if self.op in (">", ">="):
            return np.asarray(x - v)
        return np.asarray(self.tolerance - np.abs(x - v))

    def __str__(self) -> str:
        about = "about " if self.about else ""
        extra = f" +- {self.plus_minus}" if self.plus_minus is not None else ""
        return f"{self.op} {about}{self.amount}{extra}"


@dataclass(frozen=True, slots=True)
class Side:
    quantity: str  # inside, outside
    of: str

    def __str__(self) -> str:
        return f"{self.quantity}({quoted(self.of)})"


@dataclass(frozen=True, slots=True)
class Event:
    quantity: str  # entered, left
    of: str

    def __str__(self) -> str:
        return f"{self.quantity}({quoted(self.of)})"


@dataclass(frozen=True, slots=True)
class Measure:
    quantity: str  # depth, distance, height, speed, path_length, aircraft_count
    of: str  # a volume, a place, or nothing
    bound: Bound

    def __str__(self) -> str:
        of = f"({quoted(self.of)})" if self.of else ""
        return f"{self.quantity}{of} {self.bound}"


@dataclass(frozen=True, slots=True)
class Fact:
    quantity: str  # transponder, flight_plan, radio, authorised, interceptors_from, reported
    value: str
    of: str = ""  # the topic, of `reported`

    def __str__(self) -> str:
        value = self.value if self.value.isidentifier() else f'"{self.value}"'
        return f"{self.quantity}{f'({quoted(self.of)})' if self.of else ''} = {value}"

    @property
    def question(self) -> str:
        """What has one answer: a radio is on or off, but interceptors may come from two places."""
        if self.of:
            return f"{self.quantity}({quoted(self.of)})"
        return str(self) if self.quantity == "interceptors_from" else self.quantity


@dataclass(frozen=True, slots=True)
class Register:
    function: str  # count, figure
    where: tuple[tuple[str, str], ...]
    bound: Bound

    @property
    def query(self) -> str:
        inner = ", ".join(f"{key} = {quoted(value, number=True)}" for key, value in self.where)
        return f"{self.function}({inner})"

    def __str__(self) -> str:
        return f"register: {self.query} {self.bound}"


@dataclass(frozen=True, slots=True)
class Total:
    """The total time for which a state holds: `X for D`."""

    body: Node
    bound: Bound

    def __str__(self) -> str:
        bound = str(self.bound).removeprefix("= ")
        return f"{_wrapped(self.body)} for {bound}"


@dataclass(frozen=True, slots=True)
class Quantified:
    quantifier: Quantifier
    body: Node

    def __str__(self) -> str:
        return f"{self.quantifier} {_wrapped(self.body)}"


@dataclass(frozen=True, slots=True)
class Between:
    """A test within a narrower window; times as written, with their zone."""

    start: str
    end: str
    body: Node

    def __str__(self) -> str:
        return f"between {self.start} and {self.end} {_wrapped(self.body)}"


@dataclass(frozen=True, slots=True)
class Not:
    body: Node

    def __str__(self) -> str:
        return f"not {_wrapped(self.body)}"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " and ".join(_wrapped(p) if isinstance(p, And | Or) else str(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " or ".join(_wrapped(p) if isinstance(p, And | Or) else str(p) for p in self.parts)


Atom: TypeAlias = Side | Event | Measure | Fact | Register
Node: TypeAlias = Atom | Total | Quantified | Between | Not | And | Or


def quoted(name: str, *, number: bool = False) -> str:
    """Return a name as a claim may hold it: bare where it can be, else in double quotes."""
    bare = NAME.match(name) and not _LEVEL.match(name)
    return name if bare or (number and name.isdecimal()) else f'"{name}"'


def kind(node: Node) -> Kind:
    """Return whether a test speaks of each time, of an event, or of the whole flight."""
    match node:
        case Side():
            return Kind.STATE
        case Event():
            return Kind.EVENT
        case Measure():
            whole = node.quantity in ("path_length", "aircraft_count")
            return Kind.WHOLE if whole else Kind.STATE
        case Not():
            return Kind.STATE if kind(node.body) is Kind.STATE else Kind.WHOLE
        case And() | Or():
            every = all(kind(part) is Kind.STATE for part in node.parts)
            return Kind.STATE if every else Kind.WHOLE
        case _:
            return Kind.WHOLE


def leaves(node: Node) -> Iterator[Atom]:
    """Return the atoms of a test, left to right."""
    match node:
        case And() | Or():
            for part in node.parts:
                yield from leaves(part)
        case Total() | Quantified() | Between() | Not():
            yield from leaves(node.body)
        case _:
            yield node


def volumes(node: Node) -> tuple[str, ...]:
    """Return the volumes that a test names, each once, in order."""
    found = (
        leaf.of
        for leaf in leaves(node)
        if isinstance(leaf, Side | Event)
        or (isinstance(leaf, Measure) and leaf.quantity in ("depth", "path_length"))
    )
    return tuple(dict.fromkeys(found))


def quantified(node: Node) -> Node:
    """Return the test with every quantifier in place.

    A state without one gets `always`, around the largest part of the test that is a state; an
    event gets `at some time`.  `tocsin.claims.grammar` refuses the tests where "largest" would
    be ambiguous.
    """
    match kind(node):
        case Kind.STATE:
            return Quantified(Quantifier.ALWAYS, node)
        case Kind.EVENT:
            return Quantified(Quantifier.SOMETIME, node)
        case Kind.WHOLE:
            return _inner(node)


def _inner(node: Node) -> Node:
    match node:
        case Not():
            return Not(quantified(node.body))
        case And():
            return And(tuple(quantified(part) for part in node.parts))
        case Or():
            return Or(tuple(quantified(part) for part in node.parts))
        case Between():
            return Between(node.start, node.end, quantified(node.body))
        case _:
            return node


def _wrapped(node: Node) -> str:
    """Return the node in parentheses unless it is an atom: what follows binds to all of it."""
    atom = isinstance(node, Side | Event | Measure | Fact | Register)
    return str(node) if atom else f"({node})"
