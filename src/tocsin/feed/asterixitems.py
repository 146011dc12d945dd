"""The values of ASTERIX items, whole columns at once.

`Items` holds N records of one edition with the place of each item in each record.  A field is
read for all records in one step: its bytes are gathered, put together, cut to its bits and, where
the definition says so, given their sign and step.  Values come out in SI: the definition's own unit
decides the factor, so no unit is assumed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.feed.asterixlayout import LayoutError, Walker
from tocsin.feed.asterixtables import Content, Edition, Leaf, Node
from tocsin.feed.frames import Bools, Bytes, Ints
from tocsin.schema import Floats
from tocsin.units import FL_M, FPM_MPS, FT_M, KT_MPS, NM_M

#: Units of the definitions in SI; angles stay degrees.
SI = {
    "NM": NM_M,
    "NM/s": NM_M,
    "FL": FL_M,
    "ft": FT_M,
    "ft/min": FPM_MPS,
    "kt": KT_MPS,
    "m": 1.0,
    "m/s": 1.0,
    "m/s²": 1.0,
    "s": 1.0,
    "°": 1.0,
    "°/s": 1.0,
    "": 1.0,
}
_ICAO = ["#"] * 64  # 6-bit letters (ICAO Annex 10 vol. IV, table 3-9)
for _code in range(1, 27):
    _ICAO[_code] = chr(ord("A") + _code - 1)
for _code in range(10):
    _ICAO[0x30 + _code] = str(_code)
_ICAO[0x20] = _ICAO[0] = " "  # 0 is what some systems fill with


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """N records of one edition and where their items stand."""

    edition: Edition
    data: Bytes  # the whole buffer
    start: Ints  # (N,) first byte of each record
    shape: Ints  # (N,) its row in the tables
    place: NDArray[np.int32]  # (shapes, slots) from the start of the record; -1: absent
    size: NDArray[np.int32]  # (shapes, slots)
    profiles: tuple[str, ...]  # (shapes,) the profile of each, where the category has several

    def __len__(self) -> int:
        return len(self.start)

    def has(self, path: str) -> Bools:
        """Return which records carry an item such as "380" or "380/ADR", (N,)."""
        slot = self.edition.slots.get(path)
        if slot is None:
            return np.zeros(len(self), np.bool_)
        return (self.place[:, slot] >= 0)[self.shape]

    def codes(self, path: str) -> Ints:
        """Return the bits of a field as unsigned numbers, (N,); -1 where it is absent."""
        found = self.edition.field(path)
        out = np.full(len(self), -1, np.int64)
        if found is None:
            return out
        slot, leaf = found
        kept = (self.place[:, slot] >= 0) & (self.size[:, slot] * 8 >= leaf.bit + leaf.width)
        if not kept.any():
            return out
        rows = np.flatnonzero(kept[self.shape])
        at = self.start[rows] + self.place[self.shape[rows], slot]
        out[rows] = _bits(self.data, at, leaf)
        return out

    def numbers(self, path: str) -> Floats:
        """Return a field in SI with its sign, (N,); NaN where it is absent."""
        found = self.edition.field(path)
        if found is None:
            return np.full(len(self), np.nan)
        code = self.codes(path)
        return np.where(code < 0, np.nan, _value(code, found[1], found[1].content))

    def flags(self, path: str) -> NDArray[np.int8]:
        """Return a field as 1 where it is not zero, 0 where it is, -1 where it is absent, (N,)."""
        code = self.codes(path)
        return np.where(code < 0, -1, code != 0).astype(np.int8)

    def octal(self, path: str) -> Floats:
        """Return a code of octal digits as the number that they read, (N,); NaN where absent."""
        code = self.codes(path)
        value = np.zeros(len(code), np.int64)
        for digit in range(4):
            value += (code >> 3 * digit & 7) * 10**digit
        return np.where(code < 0, np.nan, value)

    def texts(self, path: str) -> pa.DictionaryArray:
        """Return text without padding, (N,); null where absent, blank or not readable."""
        found = self.edition.field(path)
        code = self.codes(path)
        distinct, back = np.unique(code, return_inverse=True)
        words = [
            text(int(c), found[1]).strip() if found is not None and c >= 0 else ""
            for c in distinct.tolist()
        ]
        usable = [bool(word) and "#" not in word for word in words]
        mask = ~np.array(usable, np.bool_)[back]
        indices = pa.array(back.astype(np.int32), mask=mask)
        return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))

    def octets(self, path: str) -> list[bytes]:
        """Return the bytes of an item of each record, (N,); empty where it is absent."""
        slot = self.edition.slots.get(path)
        if slot is None:
            return [b""] * len(self)
        place, size = self.place[self.shape, slot], self.size[self.shape, slot]
        out = [b""] * len(self)
        for row in np.flatnonzero(place >= 0).tolist():
            begin = int(self.start[row] + place[row])
            out[row] = self.data[begin : begin + int(size[row])].tobytes()
        return out

    def spares(self) -> Bools:
        """Return which records set a bit that the edition keeps spare (and so 0), (N,)."""
        out = np.zeros(len(self), np.bool_)
        for path, node in self.edition.nodes.items():
            slot = self.edition.slots[path]
            for leaf in node.leaves:
                if not leaf.spare:
                    continue
                kept = (self.place[:, slot] >= 0) & (
                    self.size[:, slot] * 8 >= leaf.bit + leaf.width
                )
                rows = np.flatnonzero(kept[self.shape]) if kept.any() else np.zeros(0, np.int64)
                if len(rows):
                    at = self.start[rows] + self.place[self.shape[rows], slot]
                    out[rows] |= _bits(self.data, at, leaf) != 0
        return out


def explain(data: bytes, at: int, end: int, edition: Edition, uap: str = "") -> dict[str, Any]:
    """Return every item of the record at `at` with its raw values, for tests and for people.

    A field is its unsigned bits; a compound, extended or grouped item a mapping of its fields by
    name; a repetitive one a list; an explicit one, or a random field sequence, its bytes in
    hexadecimal.  `uap` names the profile where the category has several.

    Raises LayoutError where the bytes do not follow the definitions.
    """
    name = uap or next(iter(edition.uaps))
    try:
        places = Walker(edition).places(data, at, end, name)
    except IndexError:
        raise LayoutError("an item runs past the end of the block") from None
    out: dict[str, Any] = {}
    for path, (offset, length) in places.items():
        node = edition.nodes.get(path)
        inner = out
        *above, last = path.split("/")
        for word in above:
            inner = inner[word]
        inner[last] = (
            data[offset : offset + length].hex()
            if node is None
            else _explained(data, offset, length, node)
        )
    return out


def _explained(data: bytes, offset: int, length: int, node: Node) -> Any:
    if node.kind == "c":
        return {}
    if node.kind == "v":
        return data[offset : offset + length].hex()
    if node.kind == "r":
        inner = node.inner
        assert inner is not None
        bits = sum(leaf.width for leaf in inner.leaves) + (0 if node.count_bytes else 1)
        step = bits // 8
        begin = offset + node.count_bytes
        return [_explained(data, p, step, inner) for p in range(begin, offset + length, step)]
    if len(node.leaves) == 1 and not node.leaves[0].path:
        return raw_bits(data, offset, node.leaves[0])
    out: dict[str, Any] = {}
    for leaf in node.leaves:
        if leaf.spare or leaf.bit + leaf.width > 8 * length:
            continue
        inner_out = out
        for word in leaf.path[:-1]:
            inner_out = inner_out.setdefault(word, {})
        inner_out[leaf.path[-1]] = raw_bits(data, offset, leaf)
    return out


def raw_bits(data: bytes, offset: int, leaf: Leaf) -> int:
    """Return the bits of one field of the carrier at `offset` as an unsigned number."""
    first, last = leaf.bit // 8, (leaf.bit + leaf.width + 7) // 8
    word = int.from_bytes(data[offset + first : offset + last], "big")
    return word >> (8 * last - leaf.bit - leaf.width) & ((1 << leaf.width) - 1)


def physical(code: int, leaf: Leaf) -> float | str:
    """Return what bits mean: text, or a number in the unit of the definition."""
    content = leaf.content
    if content and content[0] == "s":
        return text(code, leaf)
    if content and content[0] in "iq" and content[1] and code >> (leaf.width - 1):
        code -= 1 << leaf.width
    return float(code * content[2]) if content and content[0] == "q" else float(code)


def text(code: int, leaf: Leaf) -> str:
    """Return bits as text: 8-bit letters, 6-bit ICAO letters or octal digits."""
    kind = leaf.content[1] if leaf.content and leaf.content[0] == "s" else "icao"
    step = {"ascii": 8, "icao": 6, "octal": 3}[kind]
    parts = [code >> shift & ((1 << step) - 1) for shift in range(leaf.width - step, -1, -step)]
    if kind == "icao":
        return "".join(_ICAO[part] for part in parts)
    if kind == "octal":
        return "".join(map(str, parts))
    return "".join(chr(p) if 0x20 <= p < 0x7F else " " if p == 0 else "#" for p in parts)


def _bits(data: Bytes, at: Ints, leaf: Leaf) -> Ints:
    """Return the bits of a field of carriers at `at` (N,) as unsigned numbers."""
    first, last = leaf.bit // 8, (leaf.bit + leaf.width + 7) // 8
    word = np.zeros(len(at), np.uint64)
    for byte in range(first, last):
        word = word << np.uint64(8) | data[at + byte]
    word >>= np.uint64(8 * last - leaf.bit - leaf.width)
    if leaf.width < 64:
        word &= np.uint64((1 << leaf.width) - 1)
    return word.astype(np.int64)


def _value(code: Ints, leaf: Leaf, content: Content) -> Floats:
    if not content or content[0] not in ("i", "q"):
        return code.astype(np.float64)
    signed = np.where(code >> (leaf.width - 1) & 1, code - (1 << leaf.width), code)
    value = (signed if content[1] else code).astype(np.float64)
    return value * (content[2] * SI[content[3]]) if content[0] == "q" else value
