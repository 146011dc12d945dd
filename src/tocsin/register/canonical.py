"""The one text of a value: what is hashed and signed (RFC 8785, JSON Canonicalization Scheme).

Keys sorted by UTF-16 code units, no white space, the shortest escapes, numbers as ECMAScript
prints them, so that 60 and 60.0 are one number and one text.  What has no such text is refused:
NaN and infinities, whole numbers past 2^53 - 1 (RFC 7493), lone surrogates, keys that are not
text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from json.encoder import encode_basestring
from math import isfinite

Put = Callable[[str], None]

_LARGEST = 2**53 - 1


def canonical(value: object) -> str:
    """Return the canonical text of a plain value; raise ValueError where it has none."""
    text = _fast(value)
    if text is not None:
        return text
    parts: list[str] = []
    _write(value, parts.append)
    text = "".join(parts)
    text.encode()  # a lone surrogate has no UTF-8: UnicodeEncodeError is a ValueError
    return text


def sha256(text: str) -> str:
    """Return the hexadecimal SHA-256 of text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def number(value: float) -> str:
    """Return a number as ECMAScript's Number::toString prints it (ECMA-262, 6.1.6.1.20)."""
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError(f"{value} is past 2^53 - 1; write it as text")
        return str(value)
    if not isfinite(value):
        raise ValueError(f"{value} is no JSON number; unknown is null")
    if abs(value) <= _LARGEST and value == int(value):
        return str(int(value))  # -0 is 0
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")  # the shortest that reads back
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0) if whole != "0" else len(digits) - len(part)
    if len(digits) <= point <= 21:
        return f"{sign}{digits.ljust(point, '0')}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"


def _fast(value: object) -> str | None:
    """Return what the C encoder writes, where that is surely the canonical text; else None.

    The two differ in some numbers, in letters past U+D7FF and in keys that are not text: where
    the result could hold any of those, even only inside a string, the long way is taken.
    """
    if not _keys_are_text(value):
        return None
    try:
        text = _ENCODER.encode(value)
    except TypeError:
        return None
    return None if _DOUBTFUL.search(text) else text


# An exponent, a float that is whole, a number past 2^53, NaN and infinities; letters whose order
# by code unit is not that by code point.
_DOUBTFUL = re.compile(r"\de[+-]?\d|\d\.0(?!\d)|\d{16}|NaN|Infinity|[\ud800-\U0010ffff]")
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
)


def _keys_are_text(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(
            _keys_are_text(item) for item in value.values() if isinstance(item, _HOLDERS)
        )
    if isinstance(value, list | tuple):
        return all(_keys_are_text(item) for item in value if isinstance(item, _HOLDERS))
    return True


_HOLDERS = (dict, list, tuple)


def _write(value: object, put: Put) -> None:
    # The commonest first: an incident is mostly text.
    if isinstance(value, str):
        put(encode_basestring(value))
    elif value is None:
        put("null")
    elif isinstance(value, bool):
        put("true" if value else "false")
    elif isinstance(value, int | float):
        put(number(value))
    elif isinstance(value, dict):
        _write_object(value, put)
    elif isinstance(value, list | tuple):
        mark = "["
        for item in value:
            put(mark)
            _write(item, put)
            mark = ","
        put("]" if mark == "," else "[]")
    else:
        raise ValueError(f"{type(value).__name__} has no canonical form")


def _write_object(value: dict[object, object], put: Put) -> None:
    mark = "{"
    for key in _in_order(value):
        put(f"{mark}{encode_basestring(key)}:")
        _write(value[key], put)
        mark = ","
    put("}" if mark == "," else "{}")


def _in_order(value: dict[object, object]) -> list[str]:
    keys = [key for key in value if isinstance(key, str)]
    if len(keys) < len(value):
        raise ValueError("a key is not text")
    if "".join(keys).isascii():  # code units are then the letters, and this is the common case
        return sorted(keys)
    return sorted(keys, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
