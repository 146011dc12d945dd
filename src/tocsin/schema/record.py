"""Frozen dataclasses from and to plain dictionaries, strictly; and the JSON Schema of that form.

One walk over the declared types gives all three, so they cannot drift apart.  A field is a
str, int, float, bool, enum, dataclass, `tuple[X, ...]`, `tuple[X, Y]`, `X | None` or Moment,
which is written as text.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from enum import Enum
from functools import cache
from math import isfinite
from typing import Any, TypeVar

from tocsin.errors import IncidentError
from tocsin.schema.moment import Moment

T = TypeVar("T")
Reader = Callable[[object, str], Any]
Writer = Callable[[Any], Any]

# What could move a terminal's cursor, or has no UTF-8; line breaks and tabs are text.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MOMENT = (
    r"^(unknown|(\.\.|\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,9})?)?)?(Z|[+-]\d\d:\d\d))?)?)?)"
    r"(/(\.\.|\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,9})?)?)?(Z|[+-]\d\d:\d\d))?)?)?))?)$"
)


def read(kind: type[T], record: Mapping[str, object], *, path: str = "", place: str = "") -> T:
    """Return a dataclass from a dictionary; raise IncidentError that names place and remedy."""
    try:
        got: T = _reader(typing.cast(Any, kind))(record, "")
        return got
    except IncidentError as error:
        where = " ".join(part for part in (place, error.place) if part)
        raise IncidentError(error.problem, path=path, place=where, hint=error.hint) from None


def written(value: Any) -> Any:
    """Return the plain form of a dataclass: dictionaries, lists, text and numbers."""
    return _writer(typing.cast(Any, type(value)))(value)


@cache
def _fields(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


@cache
def _required(kind: type) -> frozenset[str]:
    missing = dataclasses.MISSING
    return frozenset(
        field.name
        for field in dataclasses.fields(kind)
        if field.default is missing and field.default_factory is missing
    )


@cache
def _reader(kind: Any) -> Reader:
    if kind is Moment:
        return _read_moment
    if dataclasses.is_dataclass(kind):
        return _dataclass_reader(typing.cast(type, kind))
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        (some,) = (each for each in inner if each is not type(None))
        one = _reader(some)
        return lambda value, place: None if value is None else one(value, place)
    if origin is tuple and inner[-1] is Ellipsis:
        each = _reader(inner[0])
        return lambda value, place: tuple(
            each(item, f"{place}[{i}]") for i, item in enumerate(_list(value, place))
        )
    if origin is tuple:
        parts = [_reader(part) for part in inner]
        return lambda value, place: tuple(
            part(item, place)
            for part, item in zip(parts, _list(value, place, len(parts)))  # noqa: B905
        )
    if issubclass(kind, Enum):
        return lambda value, place: _read_enum(kind, value, place)
    return lambda value, place: _read_plain(kind, value, place)


def _dataclass_reader(kind: type) -> Reader:
    readers = {name: _reader(hint) for name, hint in _fields(kind).items()}
    required = _required(kind)

    def reader(record: object, place: str) -> Any:
        if not isinstance(record, Mapping):
            raise IncidentError(f"{_shown(record)} is no table of fields", place=place)
        got: dict[str, Any] = {}
        for key, value in record.items():
            if key not in readers:
                near = get_close_matches(str(key), list(readers), n=1)
                raise IncidentError(
                    f'no field is called "{key}"',
                    place=place,
                    hint=f"did you mean {near[0]}?" if near else f"known: {', '.join(readers)}",
                )
            got[key] = readers[key](value, f"{place}.{key}" if place else str(key))
        for name in readers:
            if name in required and name not in got:
                raise IncidentError(f'field "{name}" is missing', place=place)
        try:
            return kind(**got)
        except IncidentError as error:
            if error.place or not place:
                raise
            raise IncidentError(error.problem, place=place, hint=error.hint) from None

    return reader


def _read_moment(value: object, place: str) -> Moment:
    if not isinstance(value, str | date):  # a datetime is a date; TOML has both
        raise IncidentError(f"{_shown(value)} is no date", place=place, hint='write "2014-12-09"')
    try:
        return Moment.of(value)
    except IncidentError as error:
        raise IncidentError(error.problem, place=place, hint=error.hint) from None


def _read_enum(kind: type[Enum], value: object, place: str) -> Enum:
    values = [each.value for each in kind]
    if value in values:
        return kind(value)
    near = get_close_matches(str(value), values, n=1)
    hint = f"did you mean {near[0]}?" if near else f"use {', '.join(values)}"
    raise IncidentError(f"{_shown(value)} is not one of its values", place=place, hint=hint)


def _read_plain(kind: type, value: object, place: str) -> object:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        if not isfinite(value):
            raise IncidentError(f"{value} is no number", place=place, hint="leave it out")
        return float(value)
    if type(value) is kind:  # `is`: True is no 1
        if isinstance(value, str) and _UNPRINTABLE.search(value):
            raise IncidentError(f"{value!r} holds a control character", place=place)
        return value
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    raise IncidentError(f"{_shown(value)} is not {names[kind]}", place=place)


def _list(value: object, place: str, length: int | None = None) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise IncidentError(f"{_shown(value)} is no list", place=place)
    if length is not None and len(value) != length:
        raise IncidentError(f"{_shown(value)} does not hold {length} values", place=place)
    return value


def _shown(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


@cache
def _writer(kind: Any) -> Writer:
    if kind is Moment:
        return str
    if dataclasses.is_dataclass(kind):
        parts = [(name, _writer(hint)) for name, hint in _fields(typing.cast(type, kind)).items()]
        return lambda value: {name: part(getattr(value, name)) for name, part in parts}
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        (some,) = (each for each in inner if each is not type(None))
        one = _writer(some)
        return lambda value: None if value is None else one(value)
    if origin is tuple:
        each = _writer(inner[0])
        return lambda value: [each(item) for item in value]
    if issubclass(kind, Enum):
        return lambda value: value.value
    return lambda value: value


def json_schema(kind: type) -> dict[str, Any]:
    """Return a schema for a dataclass: `properties`, `required` and the `$defs` they need."""
    defs: dict[str, Any] = {}
    own = _object(kind, defs)
    return {**own, "$defs": dict(sorted(defs.items()))}


def _object(kind: type, defs: dict[str, Any]) -> dict[str, Any]:
    properties = {name: _part(hint, defs) for name, hint in _fields(kind).items()}
    text = (kind.__doc__ or "").strip().partition("\n")[0]
    return {
        "type": "object",
        "description": text,
        "properties": properties,
        "required": [name for name in properties if name in _required(kind)],
        "additionalProperties": False,
    }


def _part(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        (some,) = (each for each in inner if each is not type(None))
        return {"anyOf": [_part(some, defs), {"type": "null"}]}
    if origin is tuple and inner[-1] is Ellipsis:
        return {"type": "array", "items": _part(inner[0], defs)}
    if origin is tuple:
        parts = [_part(part, defs) for part in inner]
        return {"type": "array", "prefixItems": parts, "minItems": len(parts), "items": False}
    plain = {str: "string", int: "integer", float: "number", bool: "boolean"}
    if kind in plain:
        return {"type": plain[kind]}
    name: str = kind.__name__
    if name not in defs:
        defs[name] = {}  # held while its own fields are walked
        if kind is Moment:
            defs["Moment"] = {"type": "string", "pattern": _MOMENT}
        elif issubclass(kind, Enum):
            defs[name] = {"enum": [each.value for each in kind]}
        else:
            defs[name] = _object(kind, defs)
    return {"$ref": f"#/$defs/{name}"}
