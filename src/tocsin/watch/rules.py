"""Rules: which aircraft, where, when and at what height are worth an alert of which kind.

A rule comes from a table of the watch's TOML:

    [[rule]]
    id = "sovereign"                 # required; letters, digits, - _ .
    kinds = ["inside", "predicted"]  # required: inside, predicted, dark, lost, gnss
    areas = ["EE"]                   # ids; and/or
    layers = ["sovereign"]           # neither: every area (dark, lost, gnss: anywhere)
    severity = 3                     # 1 to 4; 2 unless told
    lower = "FL95"                   # altitude band, each limit with its datum
    upper = "FL245"
    cooperative = false              # true, false; left out: either
    sources = ["psr"]                # kinds of source that saw the aircraft last
    types = ["MG31"]                 # of its flight plan
    callsigns = ["RFF*"]             # * stands for anything
    addresses = ["ae0000-afffff"]    # addresses or ranges
    except_callsigns = []            # and the same three with `except_`
    days = ["mon", "tue"]            # UTC
    hours = ["22:00-06:00"]          # UTC, over midnight if need be
    p_on = 0.9                       # P(inside) that opens ...
    p_off = 0.1                      # ... and closes
    soon_on = 0.5                    # the same for a predicted entry
    soon_off = 0.2
    dwell_s = 5                      # it must hold this long to open ...
    close_s = 30                     # ... and be over this long to close
    look_ahead_s = 300
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

from tocsin.errors import TocsinError, UsageError
from tocsin.schema import Limit
from tocsin.schema.live import AlertKind
from tocsin.watch.area import Area

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RAISED = (
    AlertKind.INSIDE,
    AlertKind.PREDICTED,
    AlertKind.DARK,
    AlertKind.LOST,
    AlertKind.GNSS,
)
_DAY_S = 86_400
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_ADDRESSES = re.compile(r"([0-9a-fA-F]{6})(?:-([0-9a-fA-F]{6}))?")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; what it leaves out it does not ask."""

    id: str
    kinds: tuple[AlertKind, ...]
    title: str = ""
    areas: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    severity: int = 2
    lower: Limit | None = None
    upper: Limit | None = None
    cooperative: bool | None = None
    sources: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    callsigns: tuple[str, ...] = ()
    addresses: tuple[tuple[int, int], ...] = ()
    except_types: tuple[str, ...] = ()
    except_callsigns: tuple[str, ...] = ()
    except_addresses: tuple[tuple[int, int], ...] = ()
    days: tuple[int, ...] = ()  # 0 is Monday
    hours_s: tuple[tuple[int, int], ...] = ()  # of the day, begin and end; end may be before begin
    p_on: float = 0.9
    p_off: float = 0.1
    soon_on: float = 0.5
    soon_off: float = 0.2
    dwell_s: float = 5.0
    close_s: float = 30.0
    look_ahead_s: float = 300.0

    def watches(self, area: Area) -> bool:
        """Return whether the rule asks about this area."""
        if not self.areas and not self.layers:
            return True
        return area.id in self.areas or area.layer in self.layers

    def is_on(self, at_ns: int) -> bool:
        """Return whether the rule counts at this time of the week.

        Hours over midnight belong to the day on which they begin.
        """
        second = at_ns // 1_000_000_000
        day, of_day = (second // _DAY_S + 3) % 7, second % _DAY_S  # 1970-01-01 was a Thursday
        if not self.hours_s:
            return not self.days or day in self.days
        for begin, end in self.hours_s:
            if begin < end:
                held = begin <= of_day < end
                began = day
            else:
                held = of_day >= begin or of_day < end
                began = day if of_day >= begin else (day - 1) % 7
            if held and (not self.days or began in self.days):
                return True
        return False

    def names(self, address: int | None, callsign: str | None, kind: str | None) -> bool:
        """Return whether the rule means an aircraft by its address, callsign and type."""
        said = (callsign or "").strip().upper()
        model = (kind or "").upper()
        if self.callsigns and not _like(said, self.callsigns):
            return False
        if self.types and not _like(model, self.types):
            return False
        if self.addresses and not _within(address, self.addresses):
            return False
        return not (
            _like(said, self.except_callsigns)
            or _like(model, self.except_types)
            or _within(address, self.except_addresses)
        )

    @property
    def by_name(self) -> bool:
        """Whether the rule asks who an aircraft is."""
        return bool(
            self.callsigns
            or self.types
            or self.addresses
            or self.except_callsigns
            or self.except_types
            or self.except_addresses
        )


def rules_of(
    tables: Sequence[Mapping[str, Any]], limit_of: Callable[[str], Limit], *, path: str = ""
) -> tuple[Rule, ...]:
    """Return the rules of TOML tables.

    limit_of   what reads "FL95" or "2500 ft AMSL" (`airspace.datum.parse_limit`); it raises
               ValueError or TocsinError for anything else
    path       named in errors

    Raises UsageError that names the table and the key.
    """
    out: list[Rule] = []
    for number, table in enumerate(tables, 1):
        place = f"[[rule]] {number}"
        try:
            rule = _rule(table, limit_of)
        except _Wrong as wrong:
            raise UsageError(
                f"{wrong.key} = {wrong.value!r}: {wrong.reason}", path=path, place=place
            ) from None
        if any(rule.id == other.id for other in out):
            raise UsageError(
                f'id = "{rule.id}" stands twice', path=path, place=place, hint="rename one of them"
            )
        out.append(rule)
    return tuple(out)


class _Wrong(Exception):
    def __init__(self, key: str, value: object, reason: str) -> None:
        self.key, self.value, self.reason = key, value, reason
        super().__init__(reason)


_SHARES = ("p_on", "p_off", "soon_on", "soon_off")
_SPANS_S = {"dwell_s": (0.0, 600.0), "close_s": (0.0, 3600.0), "look_ahead_s": (10.0, 1800.0)}
_WORDS = ("areas", "layers", "sources", "types", "callsigns", "except_types", "except_callsigns")
_KEYS = {f.name for f in fields(Rule)} - {"hours_s"} | {"hours"}


def _rule(table: Mapping[str, Any], limit_of: Callable[[str], Limit]) -> Rule:
    told: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise _Wrong(key, value, f"no such key; keys are {', '.join(sorted(_KEYS))}")
        told[key] = value
    name = told.get("id")
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
        raise _Wrong("id", name, "a rule needs an id of letters, digits, - _ and .")
    if not isinstance(told.get("title", ""), str):
        raise _Wrong("title", told["title"], "a title is text")
    told["kinds"] = tuple(_kind(each) for each in _list("kinds", told.get("kinds")))
    if not told["kinds"]:
        raise _Wrong("kinds", [], "a rule that raises nothing is no rule")
    for key in _WORDS:
        if key in told:
            told[key] = tuple(_text(key, each) for each in _list(key, told[key]))
    for key in ("types", "callsigns", "except_types", "except_callsigns"):
        if key in told:
            told[key] = tuple(each.upper() for each in told[key])
    for key in ("addresses", "except_addresses"):
        if key in told:
            told[key] = tuple(_range(key, each) for each in _list(key, told[key]))
    for key in ("lower", "upper"):
        if key in told:
            told[key] = _limit(key, told[key], limit_of)
    if "days" in told:
        told["days"] = tuple(_day(each) for each in _list("days", told["days"]))
    if "hours" in told:
        told["hours_s"] = tuple(_hours(each) for each in _list("hours", told.pop("hours")))
    if "cooperative" in told and not isinstance(told["cooperative"], bool):
        raise _Wrong("cooperative", told["cooperative"], "write true or false, or leave it out")
    severity = told.get("severity", 2)
    if isinstance(severity, bool) or not isinstance(severity, int) or not 1 <= severity <= 4:
        raise _Wrong("severity", severity, "severity is a whole number from 1 to 4")
    for key in _SHARES:
        if key in told:
            told[key] = _number(key, told[key], 0.0, 1.0)
    for key, (low, high) in _SPANS_S.items():
        if key in told:
            told[key] = _number(key, told[key], low, high)
    rule = Rule(**told)
    for on, off in (("p_on", "p_off"), ("soon_on", "soon_off")):
        if not 0 < getattr(rule, off) < getattr(rule, on) < 1:
            raise _Wrong(on, getattr(rule, on), f"it must lie above {off} and both between 0 and 1")
    return rule


def _kind(value: object) -> AlertKind:
    if value not in [kind.value for kind in RAISED]:
        raise _Wrong("kinds", value, f"no such kind; kinds are {', '.join(RAISED)}")
    return AlertKind(value)


def _list(key: str, value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise _Wrong(key, value, "write a list, in brackets")
    return list(value)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(key, value, "write text, in quotes")
    return value.strip()


def _range(key: str, value: object) -> tuple[int, int]:
    found = _ADDRESSES.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise _Wrong(key, value, 'addresses look like "4ab179" or "ae0000-afffff"')
    low = int(found[1], 16)
    high = int(found[2], 16) if found[2] else low
    if high < low:
        raise _Wrong(key, value, "the range ends before it begins")
    return low, high


def _limit(key: str, value: object, limit_of: Callable[[str], Limit]) -> Limit:
    text = _text(key, value)
    try:
        return limit_of(text)
    except (ValueError, TocsinError) as wrong:
        raise _Wrong(key, value, str(wrong)) from None


def _day(value: object) -> int:
    if value not in DAYS:
        raise _Wrong("days", value, f"days are {', '.join(DAYS)}")
    return DAYS.index(str(value))


def _hours(value: object) -> tuple[int, int]:
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise _Wrong("hours", value, 'hours look like "22:00-06:00", in UTC')
    a, b, c, d = (int(each) for each in found.groups())
    begin, end = a * 3600 + b * 60, c * 3600 + d * 60
    if end > _DAY_S or begin == end:
        raise _Wrong("hours", value, "the span is empty or ends after 24:00")
    return begin, end


def _number(key: str, value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _Wrong(key, value, f"a number from {low:g} to {high:g}")
    return float(value)


def _like(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def _within(address: int | None, ranges: Iterable[tuple[int, int]]) -> bool:
    return address is not None and any(low <= address <= high for low, high in ranges)
