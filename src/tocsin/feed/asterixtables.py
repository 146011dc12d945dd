"""The ASTERIX item definitions: what stands where in a record, by category and edition.

Read from asterix_tables/*.json, which builders/build_asterix.py makes from the definitions that
libasterix carries (asterix-specs; EUROCONTROL SPEC-0149).  Every edition keeps its sha256, so that
a value can be traced to the definition by which it was read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Content = Any  # 0, ["t"], ["s", kind], ["i", signed], ["q", signed, step, unit], ["b"], ["d", ...]

SPARE = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A run of bits with one meaning; a spare has no name, and an FX bit no content either."""

    path: tuple[str, ...]  # below its carrier
    bit: int  # from the start of its carrier
    width: int
    content: Content
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A structure: how long it is, and what it holds."""

    kind: str  # e, g, x, r, v, c as in the tables
    size: int  # bytes where fixed, else -1
    leaves: tuple[Leaf, ...] = ()  # of fixed and extended ones
    ends: tuple[int, ...] = ()  # extended: where each part ends, in bytes, with its FX bit
    endless: bool = False  # extended: the last part ends with an FX bit that must be 0
    count_bytes: int = 0  # repetitive
    inner: Node | None = None  # repetitive
    parts: tuple[tuple[str, Node] | None, ...] = ()  # compound


Part = tuple[str, Node] | int | None  # an item; None: spare bit; 1: random field sequence


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """One edition of one category."""

    category: int
    name: str
    sha256: str
    uaps: dict[str, tuple[Part, ...]]
    selector: tuple[tuple[str, ...], dict[int, str]] | None
    slots: dict[str, int]  # "380/ADR": the number under which its place is kept
    nodes: dict[str, Node]  # by the same paths
    fields: dict[str, tuple[int, Leaf]]  # slot and bits of every named field

    @property
    def title(self) -> str:
        """Return how a person names it, and the column `edition`."""
        return f"CAT{self.category:03d} ed {self.name}"

    def field(self, path: str) -> tuple[int, Leaf] | None:
        """Return the slot and the bits of a field such as "380/ADR" or "080/CST"; None: none."""
        return self.fields.get(path)


@cache
def categories() -> tuple[int, ...]:
    """Return the categories that have tables."""
    names = [entry.name for entry in files(__package__).joinpath("asterix_tables").iterdir()]
    return tuple(sorted(int(n[3:6]) for n in names if n.startswith("cat") and n.endswith(".json")))


@cache
def editions(category: int) -> tuple[Edition, ...]:
    """Return the editions of a category, newest first; none where there are no tables."""
    if category not in categories():
        return ()
    path = files(__package__).joinpath("asterix_tables", f"cat{category:03d}.json")
    table = json.loads(path.read_text(encoding="utf-8"))
    nodes: dict[int, Node] = {}
    made = [_edition(category, n, e, table["nodes"], nodes) for n, e in table["editions"].items()]
    return tuple(sorted(made, key=lambda e: tuple(map(int, e.name.split("."))), reverse=True))


def _edition(
    category: int, name: str, told: Any, raw: list[Any], nodes: dict[int, Node]
) -> Edition:
    uaps: dict[str, tuple[Part, ...]] = {}
    paths: dict[str, Node] = {}
    for uap, items in told["uaps"].items():
        parts: list[Part] = []
        for item in items:
            if isinstance(item, int):
                parts.append(1 if item else None)
                continue
            node = _node(item[1], raw, nodes)
            parts.append((item[0], node))
            for path, below in _carriers(item[0], node):
                paths.setdefault(path, below)
        uaps[uap] = tuple(parts)
    selector = None
    if told["selector"] is not None:
        path, chosen = told["selector"]
        selector = (tuple(path), {int(value): uap for value, uap in chosen.items()})
    slots = {path: number for number, path in enumerate(paths)}
    fields = {
        "/".join((path, *leaf.path)): (slots[path], leaf)
        for path, node in paths.items()
        for leaf in node.leaves
        if not leaf.spare
    }
    return Edition(category, name, told["sha256"], uaps, selector, slots, paths, fields)


def _carriers(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    """Yield what has a place of its own: an item, and each part of a compound one."""
    yield path, node
    if node.kind == "c":
        for part in node.parts:
            if part is not None:
                yield from _carriers(f"{path}/{part[0]}", part[1])


def _node(number: int, raw: list[Any], known: dict[int, Node]) -> Node:
    if number not in known:
        known[number] = _made(raw[number], raw, known)
    return known[number]


def _made(told: Any, raw: list[Any], known: dict[int, Node]) -> Node:
    kind = told[0]
    if kind in "eg":
        leaves = tuple(_leaves(told, raw, (), 0))
        bits = sum(leaf.width for leaf in leaves)
        return Node(kind, bits // 8 if bits % 8 == 0 else -bits, leaves)
    if kind == "x":
        return _extended(told, raw)
    if kind == "r":
        return Node(kind, -1, count_bytes=told[1], inner=_node(told[2], raw, known))
    if kind == "v":
        return Node(kind, -1)
    parts = [None if p == 0 else (p[0], _node(p[1], raw, known)) for p in told[1]]
    return Node("c", -1, parts=tuple(parts))


def _extended(told: Any, raw: list[Any]) -> Node:
    leaves: list[Leaf] = []
    ends: list[int] = []
    bit = 0
    for part in told[1]:
        if part == 0:
            bit += 1
            ends.append(bit // 8)
        elif part[0] is SPARE:
            leaves.append(Leaf((), bit, part[1], 0, spare=True))
            bit += part[1]
        else:
            below = list(_leaves(raw[part[1]], raw, (part[0],), bit))
            leaves += below
            bit += sum(leaf.width for leaf in below)
    endless = told[1][-1] == 0
    if not endless:
        ends.append(bit // 8)
    return Node("x", -1, tuple(leaves), tuple(ends), endless)


def _leaves(told: Any, raw: list[Any], path: tuple[str, ...], bit: int) -> Iterator[Leaf]:
    if told[0] == "e":
        yield Leaf(path, bit, told[1], told[2])
        return
    for part in told[1]:  # a group
        if part[0] is SPARE:
            yield Leaf(path, bit, part[1], 0, spare=True)
            bit += part[1]
            continue
        for leaf in _leaves(raw[part[1]], raw, (*path, part[0]), bit):
            yield leaf
            bit = leaf.bit + leaf.width
