"""Dates and amounts of the register as people read them: no more digits than a source gave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tocsin.dossier.format import MONTHS, NBSP
from tocsin.schema.moment import SECOND_NS, Moment, Precision

_DAY_NS = 86_400 * SECOND_NS


def moment_text(written: str) -> str:
    """Return "19 Sep 2025, 06:58 Z", "Sep 2025", "between ... and ...", or "unknown"."""
    moment = Moment.of(written)
    first, last = moment.earliest_ns, moment.latest_ns
    if first is not None and last is not None and moment.precision is not Precision.INTERVAL:
        return _point(first, moment.precision)
    if first is None:
        return "unknown" if last is None else f"before {_end(last)}"
    if last is None:
        return f"{_end(first)} or later"
    if first % _DAY_NS == 0 and last % _DAY_NS == 0:  # whole days: the last one, not the one after
        return f"{_day(first)} to {_day(last - _DAY_NS)}"
    return f"between {_end(first)} and {_end(last)}"


def amount_text(amount: Mapping[str, Any], unit: str = "", per: float = 1.0) -> str:
    """Return "600 to 780 s", "2 or more", "up to 60 s", the source's words, or "unknown".

    per  how many of the field's units make one of `unit`: 1000 for km from m
    """
    least, most = (None if amount[end] is None else amount[end] / per for end in ("least", "most"))
    tail = f"{NBSP}{unit}" if unit else ""
    if least is None and most is None:
        return str(amount["text"]) or "unknown"
    if least is None:
        said = f"up to {most:g}{tail}"
    elif most is None:
        said = f"{least:g}{tail} or more"
    elif least == most:
        said = f"{least:g}{tail}"
    else:
        said = f"{least:g} to {most:g}{tail}"
    return f"{said} (“{amount['text']}”)" if amount["text"] else said


def _point(t_ns: int, precision: Precision) -> str:
    at = _utc(t_ns)
    month = f"{MONTHS[at.month - 1]} {at.year}"
    clock = {
        Precision.HOUR: f"{at:%H} h",
        Precision.MINUTE: f"{at:%H:%M}",
        Precision.SECOND: f"{at:%H:%M:%S}",
        Precision.INSTANT: f"{at:%H:%M:%S.%f}".rstrip("0"),
    }
    if precision in clock:
        return f"{_day(t_ns)}, {clock[precision]}{NBSP}Z"
    texts = {Precision.DAY: _day(t_ns), Precision.MONTH: month}
    return texts.get(precision, str(at.year))


def _end(t_ns: int) -> str:
    return _point(t_ns, Precision.MINUTE if t_ns % (60 * SECOND_NS) == 0 else Precision.SECOND)


def _day(t_ns: int) -> str:
    at = _utc(t_ns)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def _utc(t_ns: int) -> datetime:
    whole, part = divmod(t_ns, SECOND_NS)
    return datetime.fromtimestamp(whole, UTC).replace(microsecond=part // 1000)
