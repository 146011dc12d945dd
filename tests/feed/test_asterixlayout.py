"""Records encoded by libasterix (MIT), an independent implementation, and read back field by field.

Random values in random items of every edition: every subfield, every extent, every repetition.
`make test` tries 200 records of each category that gives fixes and 30 of the others; `make
test-all` tries 1,000 of each category that has tables.
"""

from __future__ import annotations

import importlib
import random
from typing import Any

import numpy as np
import pytest
from tests.feed.asterixtruth import block, track

from tocsin.feed import asterixtables
from tocsin.feed.asterixitems import Items, explain
from tocsin.feed.asterixlayout import LayoutError, Walker

EVIDENCE = (1, 2, 10, 20, 21, 34, 48, 62, 65)
FULL = 1000


class Encoder:
    """Makes records of one category with libasterix, and says what is in them."""

    def __init__(self, category: int) -> None:
        pytest.importorskip("asterix", reason="needs libasterix, a development dependency")
        self.base: Any = importlib.import_module("asterix.base")
        generated: Any = importlib.import_module("asterix.generated")
        specs = generated.manifest["CATS"][category]
        self.specs = {".".join(map(str, spec.cv_edition)): spec for spec in specs}
        self.random = random.Random(category)

    def record(
        self, edition: asterixtables.Edition, uap: str, share: float
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the bytes of a record and the values that were put in."""
        profile = self.specs[edition.name].cv_uap
        path, chosen = edition.selector or (("",), {})
        selector = path[0] if len(path) == 1 else ""  # most codes choose no profile at all
        codes = [code for code, name in chosen.items() if name == uap]
        record = profile.cv_uaps[uap] if uap else profile.cv_record
        args: dict[str, Any] = {}
        expected: dict[str, Any] = {}
        for item in record.cv_items_list:
            if not issubclass(item, self.base.UapItem) or self.random.random() > share:
                continue
            name = item.cv_non_spare.cv_name
            args[name], expected[name] = self.variation(self.rule(item.cv_non_spare))
            if codes and name == selector and isinstance(args[name], int):
                args[name] = expected[name] = self.random.choice(codes)
        data = record._create(args).unparse().to_bytes()
        return data, expected

    def telling(self, edition: asterixtables.Edition, uap: str) -> tuple[bytes, dict[str, Any]]:
        """Return a record that has something in it and says which profile it follows."""
        while True:
            data, said = self.record(edition, uap, self.random.choice((0.2, 0.5, 1)))
            if not said:
                continue
            if edition.selector is None:
                return data, said
            path, chosen = edition.selector
            if chosen.get(_at(said, list(path))) == uap:
                return data, said

    def rule(self, item: Any) -> Any:
        """Return the structure of an item; where it depends on others, the default one."""
        rule = item.cv_rule
        if issubclass(rule, self.base.RuleVariationDependent):
            return rule.cv_default_variation
        return rule.cv_variation

    def variation(self, cls: Any) -> Any:
        """Return random arguments for a structure and what `explain` must say of it."""
        base, rng = self.base, self.random
        if issubclass(cls, base.Element):
            value = rng.getrandbits(cls.cv_bit_size)
            return value, value
        if issubclass(cls, base.Group):
            return self.parts(cls.cv_items_list)
        if issubclass(cls, base.Extended):
            wanted = rng.randint(1, len(cls.cv_items_list))
            groups: list[Any] = []
            merged: dict[str, Any] = {}
            for row in cls.cv_items_list[:wanted]:
                args, said = self.parts(row)
                groups.append(args)
                merged |= said
            return groups, merged
        if issubclass(cls, base.Repetitive):
            made = [self.variation(cls.cv_variation) for _ in range(rng.randint(1, 3))]
            return [args for args, _ in made], [said for _, said in made]
        if issubclass(cls, base.Explicit):
            content = rng.randbytes(rng.randint(1, 9))
            return content, (bytes([len(content) + 1]) + content).hex()
        inner: dict[str, Any] = {}
        told: dict[str, Any] = {}
        for item in cls.cv_items_list:
            if item is not None and rng.random() < 0.5:
                inner[item.cv_name], told[item.cv_name] = self.variation(self.rule(item))
        return inner, told

    def parts(self, row: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        args: list[Any] = []
        said: dict[str, Any] = {}
        for part in row:
            if part is None:
                args.append(None)
            elif issubclass(part[0], self.base.Spare):
                args.append(0)
            else:
                value, said[part[0].cv_non_spare.cv_name] = self.variation(
                    self.rule(part[0].cv_non_spare)
                )
                args.append(value)
        return tuple(args), said


@pytest.mark.parametrize("category", asterixtables.categories())
def test_what_libasterix_encodes_is_read_back(category: int) -> None:
    _oracle(category, 200 if category in EVIDENCE else 30)


@pytest.mark.full
@pytest.mark.parametrize("category", asterixtables.categories())
def test_a_thousand_records_of_each_category_are_read_back(category: int) -> None:
    """Spread evenly over editions and their profiles; the share of each is rounded up."""
    assert _oracle(category, FULL) >= FULL


def _oracle(category: int, count: int) -> int:
    """Compare `count` records or a few more, and return how many it were."""
    encoder = Encoder(category)
    editions = asterixtables.editions(category)
    assert {e.name for e in editions} == set(encoder.specs)
    parts = [(edition, uap) for edition in editions for uap in edition.uaps]
    each = -(-count // len(parts))
    for edition, uap in parts:
        _agree(encoder, edition, uap, each)
    return each * len(parts)


def _agree(encoder: Encoder, edition: asterixtables.Edition, uap: str, count: int) -> None:
    made = [encoder.telling(edition, uap) for _ in range(count)]
    walker = Walker(edition)
    data, starts, shapes = b"", [], []
    for record, said in made:
        whole = block(edition.category, record)
        found = walker.block(data + whole, len(data), len(whole))
        starts += [start for start, _ in found]
        shapes += [shape for _, shape in found]
        data += whole
        assert explain(whole, 3, len(whole), edition, uap) == said
        with pytest.raises(LayoutError):
            walker.block(whole[:-1], 0, len(whole) - 1)
    items = Items(
        edition,
        np.frombuffer(data, np.uint8),
        np.array(starts, np.int64),
        np.array(shapes, np.int64),
        *walker.tables(),
        walker.uaps(),
    )
    for path in edition.fields:
        wanted = [_at(said, path.split("/")) for _, said in made]
        assert items.codes(path).tolist() == wanted, path
    assert not items.spares().any()


def _at(said: Any, path: list[str]) -> int:
    """Return the value at a path of what was put in; -1 where it is absent."""
    for name in path:
        if not isinstance(said, dict) or name not in said:
            return -1
        said = said[name]
    return said if isinstance(said, int) else -1


def test_places_are_those_of_the_walk_and_nothing_runs_past_a_block() -> None:
    edition = asterixtables.editions(62)[0]
    record = track(25, 10, 5.0)
    whole = block(62, record, record)
    assert [start for start, _ in Walker(edition).block(whole, 0, len(whole))] == [
        3,
        3 + len(record),
    ]
    places = Walker(edition).places(whole, 3, len(whole), "")
    assert places == {"010": (4, 2), "070": (6, 3), "105": (9, 8)}
    for cut in range(4, len(whole)):
        if cut != 3 + len(record):
            with pytest.raises(LayoutError):
                Walker(edition).block(whole, 0, cut)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\xff" * 20, "FSPEC of more than"),
        (b"\x40", "field 2: not defined"),
        (b"\x01\x01\x01\x01\x02\x00", "explicit item of length 0"),
        (b"\x01\x01\x10" + b"\xff" * 12, "FSPEC of more than"),
    ],
)
def test_what_is_wrong_is_said(body: bytes, words: str) -> None:
    whole = block(62, body)
    with pytest.raises(LayoutError, match=words):
        Walker(asterixtables.editions(62)[0]).block(whole, 0, len(whole))
