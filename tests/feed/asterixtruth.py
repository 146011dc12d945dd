"""Records item by item beside what other decoders printed, and blocks made for tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.feed import asterixblocks, asterixtables
from tocsin.feed.asterixitems import physical, raw_bits
from tocsin.feed.asterixlayout import Walker
from tocsin.feed.asterixtables import Leaf


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a record: its bytes in hexadecimal and its fields in order."""

    category: int
    name: str
    digits: str
    fields: tuple[tuple[Leaf, int], ...]

    def means(self, spares: bool = True) -> list[set[str]]:
        """Return for each field every way in which a decoder may print it."""
        return [_prints(leaf, raw) for leaf, raw in self.fields if spares or not leaf.spare]


@dataclass(frozen=True, slots=True)
class Printed:
    """One item as asterix-decoder prints it."""

    name: str
    digits: str
    values: tuple[str, ...]


def records(data: bytes) -> Iterator[tuple[bytes, list[Item]]]:
    """Yield the bytes and the items of every record of a file, by the newest edition."""
    blocks = asterixblocks.split(data)
    rows = zip(
        blocks.offset.tolist(), blocks.length.tolist(), blocks.category.tolist(), strict=True
    )
    for offset, length, category in rows:
        walker = Walker(asterixtables.editions(category)[0])
        end = offset + length
        starts = [start for start, _ in walker.block(blocks.data, offset, length)]
        for start, after in zip(starts, [*starts[1:], end], strict=True):
            places = walker.places(blocks.data, start, end, "")
            items = [
                _item(walker, category, blocks.data, path, places)
                for path in places
                if "/" not in path
            ]
            yield blocks.data[start:after], items


def printed(text: str) -> list[tuple[bytes, list[Printed]]]:
    """Return the records of a printout of asterix-decoder."""
    out: list[tuple[bytes, list[Printed]]] = []
    for part in text.split("Data Record ")[1:]:
        digits = re.search(r"^HexData: (\w+)", part, re.M)
        assert digits is not None
        items = []
        for piece in re.split(r"^Item ", part, flags=re.M)[1:]:
            piece = piece.split("-----")[0]
            lines = piece.splitlines()
            told = "".join(re.findall(r"^\[ ([0-9A-F ]+) \]", piece, re.M)).replace(" ", "")
            values = [line.strip() for line in lines if line.startswith("\t") and ":" in line]
            kept = tuple(_value(line) for line in values if not line.startswith("FX:"))
            items.append(Printed(lines[0].split()[0], told.lower(), kept))
        out.append((bytes.fromhex(digits.group(1)), items))
    return out


def block(category: int, *made: bytes) -> bytes:
    """Return a data block of records."""
    body = b"".join(made)
    return bytes([category]) + (len(body) + 3).to_bytes(2, "big") + body


def plot(sac: int, sic: int, tod_s: float, rho: int = 0x1000, theta: int = 0x2000) -> bytes:
    """Return a CAT048 record with source, time, position and the level FL -1 (items 010 to 090)."""
    tod = round(tod_s * 128).to_bytes(3, "big")
    fspec = bytes([0b11110100])  # 010, 140, 020, 040, 090
    level = (-4 & 0x3FFF).to_bytes(2, "big")
    position = rho.to_bytes(2, "big") + theta.to_bytes(2, "big")
    return fspec + bytes([sac, sic]) + tod + b"\x40" + position + level


def track(sac: int, sic: int, tod_s: float) -> bytes:
    """Return a CAT062 record with source, time and position (items 010, 070, 105)."""
    lat, lon = (round(angle * 2**25 / 180) for angle in (59.4, 24.8))
    position = lat.to_bytes(4, "big", signed=True) + lon.to_bytes(4, "big", signed=True)
    return b"\x98" + bytes([sac, sic]) + round(tod_s * 128).to_bytes(3, "big") + position


def _item(
    walker: Walker, category: int, data: bytes, path: str, places: dict[str, tuple[int, int]]
) -> Item:
    offset, length = places[path]
    fields: list[tuple[Leaf, int]] = []
    for below in places:
        if below != path and not below.startswith(f"{path}/"):
            continue
        node = walker.edition.nodes[below]
        at, size = places[below]
        if node.kind == "r":
            assert node.inner is not None
            bits = sum(leaf.width for leaf in node.inner.leaves) + (not node.count_bytes)
            begins = range(at + node.count_bytes, at + size, bits // 8)
            leaves = node.inner.leaves
            fields += [(leaf, raw_bits(data, begin, leaf)) for begin in begins for leaf in leaves]
        else:
            kept = [leaf for leaf in node.leaves if leaf.bit + leaf.width <= 8 * size]
            fields += [(leaf, raw_bits(data, at, leaf)) for leaf in kept]
    return Item(category, path, data[offset : offset + length].hex(), tuple(fields))


def _prints(leaf: Leaf, raw: int) -> set[str]:
    forms = {str(raw), f"{raw:06X}"}
    meant = physical(raw, leaf)
    if isinstance(meant, str):
        forms.add(meant.strip())
    if leaf.content and leaf.content[0] in ("i", "q") and raw >> (leaf.width - 1):
        forms.add(str(raw - (1 << leaf.width)))
    return forms


def _value(line: str) -> str:
    """Return what stands after the name: the code where its meaning follows in brackets."""
    coded = re.search(r": (-?\w+) ?\(", line)
    return coded.group(1) if coded else line.rpartition(":")[2].strip()
