"""Where the items of ASTERIX records stand: FSPEC, extensions, repetitions, compounds.

The layout of a record follows from its FSPEC and from a few bytes within: the extents of extended
items, the counts of repetitive ones, the lengths of explicit ones, the FSPECs of compound ones.
These are its *signature*.  A recording has many records and few signatures, so each record is only
walked for its signature and its end, and the places of its items are worked out once for each
signature.  Whatever the bytes say, no place outside the block is ever read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.feed.asterixtables import Edition, Node, Part

Signature = tuple[object, ...]
_Place = NDArray[np.int32]
_Op = tuple[str, int, Node | None]

#: Longest FSPEC that any category has is 7 bytes; one more is room for what is to come.
FSPEC_MAX = 8
#: A live feed has some thousands of layouts.  What has more is noise, and would fill the memory.
SHAPES_MAX = 100_000


class LayoutError(ValueError):
    """The bytes do not follow the definitions."""


@dataclass(slots=True, eq=False)
class Walker:
    """Walks the blocks of one category by one edition and collects the shapes of its records."""

    edition: Edition
    shapes: dict[Signature, int] = field(default_factory=dict)
    _places: list[tuple[_Place, _Place]] = field(default_factory=list)
    _plans: dict[tuple[object, bytes], tuple[_Op, ...]] = field(default_factory=dict)

    def block(self, data: bytes, offset: int, length: int) -> list[tuple[int, int]]:
        """Return start and shape of each record of a block, whose header is 3 bytes.

        Raises LayoutError where the records do not fill the block exactly.
        """
        at, end = offset + 3, offset + length
        found = []
        uap = next(iter(self.edition.uaps))
        while at < end:
            if self.edition.selector is not None:
                uap = self._uap(data, at, end, uap)
            signature: list[object] = [uap]
            try:
                after = self._record(data, at, end, uap, signature)
            except IndexError:  # past the last byte of the file, so past the block
                raise LayoutError("an item runs past the end of the block") from None
            key = tuple(signature)
            shape = self.shapes.get(key)
            if shape is None:
                if len(self._places) == SHAPES_MAX:
                    raise LayoutError(f"more than {SHAPES_MAX:,} layouts of records")
                shape = self.shapes[key] = len(self._places)
                self._places.append(self._places_of(data, at, end, uap))
            found.append((at, shape))
            at = after
        return found

    def tables(self) -> tuple[_Place, _Place]:
        """Return offset within the record and length of each slot, (shapes, slots); -1: absent."""
        wide = len(self.edition.slots)
        if not self._places:
            return np.full((0, wide), -1, np.int32), np.zeros((0, wide), np.int32)
        place, size = zip(*self._places, strict=True)
        return np.stack(place), np.stack(size)

    def uaps(self) -> tuple[str, ...]:
        """Return the profile of each shape."""
        return tuple(str(key[0]) for key in self.shapes)

    def places(self, data: bytes, at: int, end: int, uap: str) -> dict[str, tuple[int, int]]:
        """Return offset in `data` and length of every item of a record, in its order."""
        found: dict[str, tuple[int, int]] = {}
        signature: list[object] = []
        fspec = _fspec(data, at, end)
        p = at + len(fspec)
        for part in _chosen(self.edition.uaps[uap], fspec, "the record"):
            if isinstance(part, int):
                begin = p
                p = self._random(data, p, end, uap, signature)
                found[f"RFS@{begin - at}"] = (begin, p - begin)
                continue
            name, node = part
            p = self._item(data, p, end, name, node, found)
        return found

    def _places_of(self, data: bytes, at: int, end: int, uap: str) -> tuple[_Place, _Place]:
        slots = self.edition.slots
        place, size = np.full(len(slots), -1, np.int32), np.zeros(len(slots), np.int32)
        for path, (offset, length) in self.places(data, at, end, uap).items():
            if path in slots:
                place[slots[path]], size[slots[path]] = offset - at, length
        return place, size

    def _item(
        self,
        data: bytes,
        p: int,
        end: int,
        path: str,
        node: Node,
        found: dict[str, tuple[int, int]],
    ) -> int:
        """Note the place of an item and of its parts; return where it ends."""
        found[path] = (p, 0)
        if node.kind == "c":
            fspec = _fspec(data, p, end)
            after = p + len(fspec)
            for part in _chosen(node.parts, fspec, path):
                if isinstance(part, tuple):
                    after = self._item(data, after, end, f"{path}/{part[0]}", part[1], found)
        else:
            after = self._run(((node.kind, node.size, node),), data, p, end, [])
        found[path] = (p, after - p)
        return after

    def _record(self, data: bytes, at: int, end: int, uap: str, signature: list[object]) -> int:
        # The FSPEC, its bytes being the key to the plan.
        p = at
        while data[p] & 1:
            p += 1
            if p - at >= FSPEC_MAX:
                raise LayoutError(f"an FSPEC of more than {FSPEC_MAX} bytes")
        p += 1
        if p > end:
            raise LayoutError("the FSPEC runs past the end of the block")
        fspec = data[at:p]
        signature.append(fspec)
        plan = self._plans.get((uap, fspec))
        if plan is None:
            plan = _plan(_chosen(self.edition.uaps[uap], fspec, "the record"))
            self._plans[uap, fspec] = plan
        return self._run(plan, data, p, end, signature, uap)

    def _run(
        self,
        plan: tuple[_Op, ...],
        data: bytes,
        p: int,
        end: int,
        signature: list[object],
        uap: str = "",
    ) -> int:
        """Step over the items of a plan; append what decides their layout; return the end."""
        for kind, size, node in plan:
            if size >= 0:
                p += size
            elif node is None:
                p = self._random(data, p, end, uap, signature)
            elif kind == "x":
                begin = p
                for last in node.ends:
                    p = begin + last
                    if not data[p - 1] & 1:
                        break
                else:
                    if node.endless:
                        raise LayoutError("an extended item goes on after its last part")
                signature.append(p - begin)
            elif kind == "c":
                p = self._compound(node, data, p, end, signature)
            elif kind == "v":
                length = data[p]
                if length == 0:
                    raise LayoutError("an explicit item of length 0")
                signature.append(length)
                p += length
            else:
                p = _repeated(node, data, p, end, signature)
            if p > end:
                raise LayoutError("an item runs past the end of the block")
        return p

    def _compound(self, node: Node, data: bytes, p: int, end: int, signature: list[object]) -> int:
        fspec = _fspec(data, p, end)
        signature.append(fspec)
        key = (id(node), fspec)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = _plan(_chosen(node.parts, fspec, "a compound item"))
        return self._run(plan, data, p + len(fspec), end, signature)

    def _random(self, data: bytes, p: int, end: int, uap: str, signature: list[object]) -> int:
        """Step over a random field sequence: a count, then field number and field, each."""
        count = data[p]
        p += 1
        signature.append(count)
        parts = self.edition.uaps[uap]
        for _ in range(count):
            number = data[p]
            part = parts[number - 1] if 0 < number <= len(parts) else None
            if not isinstance(part, tuple):
                raise LayoutError(f"a random field sequence names field {number}")
            signature.append(number)
            p = self._run(_plan([part]), data, p + 1, end, signature)
        return p

    def _uap(self, data: bytes, at: int, end: int, before: str) -> str:
        """Return which profile a record has: as its selecting item says, else as the one before.

        Only categories whose profiles agree up to that item can be told apart; the others are
        read by their first profile.
        """
        assert self.edition.selector is not None
        path, chosen = self.edition.selector
        fspec = _fspec(data, at, end)
        p = at + len(fspec)
        profiles = list(self.edition.uaps.values())
        for number, part in enumerate(profiles[0]):
            if any(len(other) <= number or other[number] != part for other in profiles):
                return before
            if not isinstance(part, tuple) or not _is_set(fspec, number):
                continue
            name, node = part
            if name == path[0]:
                leaf = next((leaf for leaf in node.leaves if leaf.path == path[1:]), None)
                if leaf is None or leaf.bit + leaf.width > 8 or p >= end:
                    return before
                value = data[p] >> (8 - leaf.bit - leaf.width) & ((1 << leaf.width) - 1)
                return chosen.get(value, before)
            if node.size < 0:
                return before
            p += node.size
        return before


def _fspec(data: bytes, at: int, end: int) -> bytes:
    p = at
    while p < end and data[p] & 1:
        p += 1
        if p - at >= FSPEC_MAX:
            raise LayoutError(f"an FSPEC of more than {FSPEC_MAX} bytes")
    if p >= end:
        raise LayoutError("an FSPEC runs past the end of the block")
    return data[at : p + 1]


def _is_set(fspec: bytes, number: int) -> bool:
    byte, bit = divmod(number, 7)
    return byte < len(fspec) and bool(fspec[byte] >> (7 - bit) & 1)


def _chosen(
    parts: tuple[Part, ...] | tuple[tuple[str, Node] | None, ...], fspec: bytes, what: str
) -> list[tuple[str, Node] | int]:
    """Return the parts that an FSPEC names, in order."""
    found: list[tuple[str, Node] | int] = []
    for number in range(7 * len(fspec)):
        if _is_set(fspec, number):
            part = parts[number] if number < len(parts) else None
            if part is None:
                raise LayoutError(f"the FSPEC of {what} names field {number + 1}: not defined")
            found.append(part)
    return found


def _plan(parts: list[tuple[str, Node] | int]) -> tuple[_Op, ...]:
    """Return the steps over items; runs of fixed length are one step."""
    plan: list[_Op] = []
    for part in parts:
        if isinstance(part, int):
            plan.append(("rfs", -1, None))
            continue
        node = part[1]
        if node.size >= 0 and plan and plan[-1][1] >= 0:
            plan[-1] = ("e", plan[-1][1] + node.size, None)
        else:
            plan.append((node.kind, node.size, node))
    return tuple(plan)


def _repeated(node: Node, data: bytes, p: int, end: int, signature: list[object]) -> int:
    """Step over a repetitive item: counted, or going on while its last bit is set."""
    inner = node.inner
    assert inner is not None
    if node.count_bytes:
        count = int.from_bytes(data[p : p + node.count_bytes], "big")
        signature.append(count)
        if inner.size < 0:
            raise LayoutError("a repetitive item of variable parts")
        return p + node.count_bytes + count * inner.size
    step = (sum(leaf.width for leaf in inner.leaves) + 1) // 8
    begin = p
    p += step
    while p <= end and data[p - 1] & 1:
        p += step
    signature.append(p - begin)
    return p
