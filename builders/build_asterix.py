"""Make src/tocsin/feed/asterix_tables/*.json from the item definitions that libasterix carries.

    python builders/build_asterix.py

libasterix (MIT) holds the ASTERIX specifications as Python classes, generated from the
asterix-specs collection.  This script walks those classes and writes, for each category, the
bare structure of every edition: what stands where, in how many bits, with which sign, step and
unit.  Titles and the words of code tables are left out.  The package is needed here and in the
tests only; the reader needs the JSON alone.

Shape of a file: `editions` maps "1.18" to its UAPs and a hash of its definition; `nodes` is a list
of structures that name each other by number, so that editions share what they have in common.

    ["e", bits, content]              element; content as below
    ["g", [[name, node], ...]]        group; a spare is [null, bits]
    ["x", [[name, node] | 0, ...]]    extended; 0 stands for an FX bit
    ["r", count bytes | 0, node]      repetitive; 0: ends where FX is 0
    ["v", kind]                       explicit: length byte first; kind "RE", "SP" or ""
    ["c", [[name, node] | 0, ...]]    compound; 0 stands for a bit that is not defined

Contents: 0 (raw), ["t"] (a table of words), ["s", "ascii" | "icao" | "octal"], ["i", signed],
["q", signed, step, unit], ["b"] (Comm-B register), ["d", path, default, [[case, content], ...]]
(depends on the value at `path`).  Items of a UAP are [name, node], 0 for a spare bit, and 1 for a
random field sequence.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

# By name, for no type checker should read the 190,000 lines of the second.
base: Any = importlib.import_module("asterix.base")
generated: Any = importlib.import_module("asterix.generated")

OUTPUT = Path(__file__).resolve().parents[1] / "src" / "tocsin" / "feed" / "asterix_tables"

STRINGS = {
    base.StringAscii: "ascii",
    base.StringICAO: "icao",
    base.StringOctal: "octal",
}
EXPLICIT = {base.ReservedExpansion: "RE", base.SpecialPurpose: "SP", None: ""}


class Nodes:
    """The structures of one category, each kept once."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        self._number: dict[str, int] = {}

    def add(self, node: Any) -> int:
        """Return the number of a structure."""
        text = json.dumps(node, separators=(",", ":"))
        if text not in self._number:
            self._number[text] = len(self.kept)
            self.kept.append(node)
        return self._number[text]

    def expanded(self, number: int) -> Any:
        """Return a structure with those that it names put in, for its hash."""
        node = self.kept[number]
        if node[0] in "gxc":
            parts = [p if p == 0 or p[0] is None else [p[0], self.expanded(p[1])] for p in node[1]]
            return [node[0], parts]
        if node[0] == "r":
            return ["r", node[1], self.expanded(node[2])]
        return node

    def variation(self, cls: Any) -> int:
        """Return the number of a variation class of libasterix."""
        if issubclass(cls, base.Element):
            return self.add(["e", cls.cv_bit_size, rule_content(cls.cv_rule)])
        if issubclass(cls, base.Group):
            return self.add(["g", [self.part(item, size) for item, size in cls.cv_items_list]])
        if issubclass(cls, base.Extended):
            flat = [part for row in cls.cv_items_list for part in row]
            return self.add(["x", [0 if part is None else self.part(*part) for part in flat]])
        if issubclass(cls, base.Repetitive):
            return self.add(["r", cls.cv_rep_bytes or 0, self.variation(cls.cv_variation)])
        if issubclass(cls, base.Explicit):
            return self.add(["v", EXPLICIT[cls.cv_explicit_type]])
        if issubclass(cls, base.Compound):
            items = [0 if item is None else self.item(item) for item in cls.cv_items_list]
            return self.add(["c", items])
        raise TypeError(f"unknown variation {cls}")

    def part(self, cls: Any, size: int) -> list[Any]:
        """Return one part of a group or of an extended item."""
        if issubclass(cls, base.Spare):
            return [None, size]
        return self.item(cls.cv_non_spare)

    def item(self, cls: Any) -> list[Any]:
        """Return name and structure of a named item."""
        rule = cls.cv_rule
        if issubclass(rule, base.RuleVariationDependent):
            return [cls.cv_name, self.variation(rule.cv_default_variation)]
        return [cls.cv_name, self.variation(rule.cv_variation)]


def rule_content(rule: Any) -> Any:
    """Return what the bits of an element mean."""
    if issubclass(rule, base.RuleContentDependent):
        cases = [[case, content(cls)] for case, cls in rule.cv_cases]
        return ["d", rule.cv_depends_on, content(rule.cv_default_content), cases]
    return content(rule.cv_content)


def content(cls: Any) -> Any:
    """Return a content class of libasterix as JSON."""
    if issubclass(cls, base.ContentTable):
        return ["t"]
    if issubclass(cls, base.ContentString):
        return ["s", STRINGS[cls.cv_string_type]]
    if issubclass(cls, base.ContentInteger):
        return ["i", int(cls.cv_signedness is base.Signed)]
    if issubclass(cls, base.ContentQuantity):
        return ["q", int(cls.cv_signedness is base.Signed), cls.cv_lsb, cls.cv_unit]
    if issubclass(cls, base.ContentBds):
        return ["b"]
    return 0


def uap(nodes: Nodes, record: Any) -> list[Any]:
    """Return the user application profile of a record class."""
    items: list[Any] = []
    for item in record.cv_items_list:
        if issubclass(item, base.UapItemSpare):
            items.append(0)
        elif issubclass(item, base.UapItemRFS):
            items.append(1)
        else:
            items.append(nodes.item(item.cv_non_spare))
    return items


def edition(nodes: Nodes, spec: Any) -> dict[str, Any]:
    """Return one edition of a category."""
    profile = spec.cv_uap
    if issubclass(profile, base.UapMultiple):
        uaps = {name: uap(nodes, record) for name, record in profile.cv_uaps.items()}
        path, chosen = profile.cv_selector
        selector: Any = [path, {str(value): name for value, name in chosen.items()}]
    else:
        uaps, selector = {"": uap(nodes, profile.cv_record)}, None
    full = {
        name: [[i[0], nodes.expanded(i[1])] if isinstance(i, list) else i for i in items]
        for name, items in uaps.items()
    }
    text = json.dumps([full, selector], separators=(",", ":"), sort_keys=True)
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "uaps": uaps, "selector": selector}


def main() -> None:
    """Write one file per category."""
    source = Path(str(generated.__file__)).read_bytes()
    about = {
        "from": f"libasterix {version('libasterix')} (MIT), asterix-specs",
        "specs": generated.asterix_specs_ref,
        "date": generated.asterix_specs_date,
        "sha256": hashlib.sha256(source).hexdigest(),
    }
    OUTPUT.mkdir(exist_ok=True)
    for category, specs in sorted(generated.manifest["CATS"].items()):
        nodes = Nodes()
        editions = {".".join(map(str, s.cv_edition)): edition(nodes, s) for s in specs}
        table = {"category": category, "source": about, "editions": editions, "nodes": nodes.kept}
        text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
        text = text.replace('"editions":', '\n"editions":').replace('"nodes":', '\n"nodes":')
        path = OUTPUT / f"cat{category:03d}.json"
        path.write_text(text + "\n", encoding="utf-8")
        print(f"{path.name}: {', '.join(editions)}; {len(nodes.kept)} structures, {len(text):,} B")


if __name__ == "__main__":
    main()
