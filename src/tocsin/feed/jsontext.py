"""A JSON file as Python values and its columns as arrays; what is wrong is told with its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.errors import FeedError
from tocsin.feed import parse
from tocsin.feed.parse import Bools, Floats
from tocsin.feed.source import Source


def load(source: Source) -> Any:
    """Return the value a JSON file holds.

    Raises FeedError with the line and column where it ends too early or is no JSON.
    """
    try:
        text = parse.utf8(source.data, source.path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise FeedError(
            f"is no UTF-8 text at byte {error.start}",
            path=source.path,
            hint="JSON is UTF-8 (RFC 8259, 8.1)",
        ) from None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated")
        raise FeedError(
            "the JSON ends too early" if cut else f"is no JSON: {error.msg}",
            path=source.path,
            place=f"line {error.lineno} column {error.colno}",
            hint="the file was cut short, fetch it again" if cut else "export it again",
        ) from None
    except RecursionError:
        raise FeedError("is JSON nested too deep to be a recording", path=source.path) from None


def numbers(values: Sequence[object]) -> tuple[Floats, Bools]:
    """Return JSON values as numbers, and where one is neither a number nor null, both (N,).

    A text that spells a number is one: some exporters quote them.
    """
    try:
        array = pa.array(values, pa.float64(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        out = np.full(len(values), np.nan)
        bad = np.zeros(len(values), np.bool_)
        for row, value in enumerate(values):
            number = _number(value)
            bad[row] = number is None
            out[row] = np.nan if number is None else number
        return out, bad
    out = array.to_numpy(zero_copy_only=False)
    infinite = np.isinf(out)
    return np.where(infinite, np.nan, out), infinite


def texts(values: Sequence[object]) -> pa.Array:
    """Return JSON values as texts without blanks at the ends; null and "" are null, (N,)."""
    return pa.array([_text(value) for value in values], pa.string())


def flags(values: Sequence[object]) -> pa.Array:
    """Return JSON values as booleans, 0 and 1 included; anything else is null, (N,)."""
    return pa.array([bool(v) if v in (0, 1, True, False) else None for v in values], pa.bool_())


def _number(value: object) -> float | None:
    if value is None:
        return float("nan")
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < float("inf") or value != value else None
    if isinstance(value, str):
        if not value.strip():
            return float("nan")
        try:
            number = float(value)
        except ValueError:
            return None
        return number if abs(number) < float("inf") else None
    return None


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None
