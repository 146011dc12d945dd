"""Two objects of findings compared, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any

#: Other versions of numpy and other processors may differ in the last digits, and in what is
#: rounded from them; an input that was changed shows in the first.
REL_TOL = 1e-6
ABS_TOL = 2e-3  # a millisecond, a millimetre: what the findings are rounded to, and its half


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; None stands for a field that is not there, or null."""

    at: str  # a JSON pointer (RFC 6901)
    old: Any
    new: Any
    added: bool = False  # the old object has no such field

    @property
    def close(self) -> bool:
        """Return whether both are numbers that rounding could part."""
        return (
            isinstance(self.old, float)
            and isinstance(self.new, float)
            and isclose(self.old, self.new, rel_tol=REL_TOL, abs_tol=ABS_TOL)
        )

    def __str__(self) -> str:
        return f"{self.at}: {_short(self.old)} in the bundle, {_short(self.new)} computed"


def differences(old: object, new: object, at: str = "") -> Iterator[Difference]:
    """Yield every leaf that differs, in the order of the old object."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            name = str(key).replace("~", "~0").replace("/", "~1")
            if key in old:
                yield from differences(old[key], new.get(key), f"{at}/{name}")
            elif new[key] is not None:
                yield Difference(f"{at}/{name}", None, new[key], added=True)
    elif isinstance(old, list) and isinstance(new, list):
        for k in range(max(len(old), len(new))):
            yield from differences(
                old[k] if k < len(old) else None, new[k] if k < len(new) else None, f"{at}/{k}"
            )
    elif old != new or type(old) is not type(new):
        yield Difference(at, old, new)


def leaves(value: object) -> int:
    """Return how many fields an object has."""
    if isinstance(value, Mapping):
        return sum(leaves(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(leaves(inner) for inner in value)
    return 1


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
