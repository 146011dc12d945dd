"""What differs between two revisions of an incident, field by field.

Pure.  Lists are compared by what stands in them: an entry was added, or is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs; empty text where it stood in one of the two only."""

    field: str
    before: str
    after: str


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return what differs, in the order of the fields."""
    return list(_walk(before, after, ""))


def _walk(before: Any, after: Any, place: str) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            here = f"{place}.{name}" if place else str(name)
            yield from _walk(before.get(name), after.get(name), here)
    elif isinstance(before, list) and isinstance(after, list):
        old, new = [_text(item) for item in before], [_text(item) for item in after]
        for text in old:
            if text not in new:
                yield Change(place, text, "")
        for text in new:
            if text not in old:
                yield Change(place, "", text)
        if sorted(old) == sorted(new):
            yield Change(place, "in another order", "in another order")
    else:
        yield Change(place, _text(before), _text(after))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        said = [f"{name}: {_text(item)}" for name, item in value.items() if item not in ("", None)]
        return "; ".join(said)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
