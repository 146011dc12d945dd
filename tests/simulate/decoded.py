"""ASTERIX read by libasterix, a decoder generated from EUROCONTROL's definitions."""

from __future__ import annotations

from typing import Any

import pytest

NEEDS = "needs libasterix (pip install libasterix): an independent decoder"
EDITIONS = {34: "Cat_034_1_29", 48: "Cat_048_1_32", 62: "Cat_062_1_20"}


def records(data: bytes) -> list[tuple[int, Any]]:
    """Return (category, record) in the order of the bytes; skip the test without libasterix."""
    base: Any = pytest.importorskip("asterix.base", reason=NEEDS)
    generated: Any = pytest.importorskip("asterix.generated", reason=NEEDS)
    blocks = base.RawDatablock.parse(base.Bits.from_bytes(data))
    assert not isinstance(blocks, ValueError), blocks
    out = []
    for block in blocks:
        category = block.get_category()
        edition = getattr(generated, EDITIONS[category])
        parsed = edition.cv_uap.parse(block.get_raw_records())
        assert not isinstance(parsed, ValueError), parsed
        out += [(category, record) for record in parsed]
    return out


def item(record: Any, name: str, *inner: str) -> Any:
    """Return the content of an item or of a part of it, None where it is not there."""
    found = record.get_item(name)
    for part in inner:
        if found is None:
            return None
        found = found.variation.get_item(part)
    return None if found is None else found.variation.content


def quantity(record: Any, name: str, *inner: str, unit: str) -> float | None:
    """Return a quantity in its unit, None where it is not there."""
    content = item(record, name, *inner)
    return None if content is None else float(content.as_quantity(unit))


def whole(record: Any, name: str, *inner: str) -> int | None:
    """Return bits as an unsigned number, None where they are not there."""
    found = record.get_item(name)
    for part in inner:
        if found is None:
            return None
        found = found.variation.get_item(part)
    return None if found is None else int(found.as_uint())
