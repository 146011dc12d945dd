"""What a person may choose, with the defaults that the command line and the functions share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class FindSettings:
    """Settings of `tocsin find`."""

    max_gap_s: float = 60.0  # a longer leg between two fixes is a gap: nothing in it is observed
    max_error_m: float = 0.05  # how far a densified boundary may lie from its true line
    integrity: bool = True  # keep out of findings what the track itself contradicts


def digest(settings: object, case: Mapping[str, object] | None = None) -> str:
    """Return the sha256 of settings, and of a case file's content, in canonical JSON."""
    if not hasattr(settings, "__dataclass_fields__"):
        raise TypeError(f"settings are dataclasses, not {type(settings).__name__}")
    told = {"settings": asdict(settings), "case": case}  # type: ignore[call-overload]
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
