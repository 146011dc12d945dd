"""Positions and stakes from a TOML file to a comparison."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from tocsin.errors import CaseError, UsageError
from tocsin.policy.believe import Comparison, Position, Stakes, compare, read

BUNDLED = "bundled:"


@dataclass(frozen=True, slots=True)
class Dispute:
    """What a file of positions holds."""

    title: str
    illustrative: bool  # the numbers are nobody's estimate
    stakes: Stakes
    positions: tuple[Position, ...]
    step: Mapping[str, float] | None


def read_dispute(path: str) -> Dispute:
    """Return a file of positions; "bundled:september-2025" is the worked example.

    Raises CaseError with the table and the key that is wrong, UsageError for a name that does not
    ship.
    """
    try:
        root = tomllib.loads(_text(path))
    except FileNotFoundError:
        raise CaseError("no such file", path=path) from None
    except OSError as error:
        raise CaseError(f"cannot be read: {error.strerror}", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"is not TOML: {error}", path=path) from error
    try:
        return _dispute(root)
    except UsageError as error:
        raise CaseError(error.problem, path=path, hint=error.hint) from error


def compared(dispute: Dispute, **stakes: float | None) -> Comparison:
    """Return the comparison; stakes that are not None replace those of the file."""
    given = {name: value for name, value in stakes.items() if value is not None}
    return compare(dispute.positions, replace(dispute.stakes, **given), dispute.step)


def _text(path: str) -> str:
    if not path.startswith(BUNDLED):
        return Path(path).read_text(encoding="utf-8")
    name = path.removeprefix(BUNDLED)
    known = sorted(p.name[:-5] for p in files("tocsin.data").joinpath("positions").iterdir())
    if name not in known:
        raise UsageError(f'"{path}" does not ship', hint=f"use bundled:{known[0]}")
    return files("tocsin.data").joinpath("positions", f"{name}.toml").read_text("utf-8")


def _dispute(root: Mapping[str, Any]) -> Dispute:
    for key in root:
        if key not in ("title", "illustrative", "stakes", "position", "step"):
            raise UsageError(
                f'"{key}" means nothing here',
                hint="keys are title, illustrative, stakes, position, step",
            )
    given = root.get("position", [])
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise UsageError("positions are written [[position]], one for each party")
    illustrative = root.get("illustrative", True)
    if not isinstance(illustrative, bool):
        raise UsageError(f"illustrative = {illustrative!r} is neither true nor false")
    step = root.get("step")
    return Dispute(
        title=str(root.get("title", "")),
        illustrative=illustrative,
        stakes=_stakes(root.get("stakes", {})),
        positions=tuple(read(item) for item in given),
        step=_numbers(step, "[step]") if step is not None else None,
    )


def _stakes(given: object) -> Stakes:
    names = [field.name for field in fields(Stakes)]
    numbers = _numbers(given, "[stakes]")
    for name in numbers:
        if name not in names:
            raise UsageError(
                f'[stakes] "{name}" means nothing here', hint=f"use {', '.join(names)}"
            )
    return Stakes(**numbers)


def _numbers(given: object, place: str) -> dict[str, float]:
    if not isinstance(given, Mapping):
        raise UsageError(f"{place} is a table of numbers")
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UsageError(f"{place} {name} = {value!r} is not a number")
    return {str(name): float(value) for name, value in given.items()}
