"""Numbers as people read them: units of the trade first, SI beside, digits cut to the error.

Nothing here returns "0 %" or "100 %": a share is at least "<1 %" and at most ">99 %".  A
number and its unit are joined by a no-break space.  A quantity comes as the quantiles
q05, q50, q95 of the findings; where q05 or q95 is null the interval was not computed, and
the text says so by leaving it out, never by printing a zero width.  "±" is half the width
of the 90 % interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.errors import UsageError
from tocsin.units import FL_M, FT_M, KM_M, NM_M

NBSP = "\u00a0"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The 5, 50 and 95 % points of one quantity; None where it was not computed."""

    q05: float | None
    q50: float | None
    q95: float | None

    @property
    def half(self) -> float | None:
        """Half the width of the 90 % interval."""
        if self.q05 is None or self.q95 is None:
            return None
        return max(0.0, (self.q95 - self.q05) / 2)

    @property
    def lopsided(self) -> bool:
        """True where one side of the interval is over half as long again as the other."""
        if self.q05 is None or self.q50 is None or self.q95 is None:
            return False
        left, right = self.q50 - self.q05, self.q95 - self.q50
        return min(left, right) < 0 or max(left, right) > 1.5 * min(left, right) + 1e-9


def quantiles(value: object) -> Quantiles:
    """Return the numbers in a findings object {"q05", "q50", "q95"}; NaN and null are None."""
    if not isinstance(value, Mapping):
        return Quantiles(None, _number(value), None)
    return Quantiles(*(_number(value.get(key)) for key in ("q05", "q50", "q95")))


def instants(value: object) -> Quantiles:
    """Return RFC 3339 quantiles as UTC seconds since 1970; null is None."""
    if isinstance(value, str):
        return Quantiles(None, epoch_s(value), None)
    if not isinstance(value, Mapping):
        return Quantiles(None, None, None)
    marks = (value.get(key) for key in ("q05", "q50", "q95"))
    return Quantiles(*(epoch_s(mark) if isinstance(mark, str) else None for mark in marks))


def epoch_s(text: str) -> float:
    """Return an RFC 3339 time as UTC seconds; a time without a zone is an error."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f'"{text}" is not a time', hint="times look like 2025-09-19T06:58:00Z"
        ) from None
    if moment.tzinfo is None:
        raise UsageError(f'time "{text}" has no zone', hint="end it with Z, which means UTC")
    return moment.timestamp()


# --- shares -----------------------------------------------------------------------------


def percent(p: float) -> str:
    """Return a probability or share in whole per cent, between "<1 %" and ">99 %"."""
    if not 0 <= p <= 1:
        raise UsageError(f"a probability lies between 0 and 1, not {p}")
    if p > 0.99:
        return f">99{NBSP}%"
    if p < 0.01:
        return f"<1{NBSP}%"
    return f"{round(100 * p)}{NBSP}%"


# --- time -------------------------------------------------------------------------------


def zulu(t_s: float, decimals: int = 0) -> str:
    """Return the time of day, "10:37:40 Z": rounded, never cut."""
    tick = 10**decimals
    count = math.floor(t_s * tick + 0.5)
    whole, part = divmod(count, tick)
    text = datetime.fromtimestamp(whole, UTC).strftime("%H:%M:%S")
    return f"{text}.{part:0{decimals}d}{NBSP}Z" if decimals else f"{text}{NBSP}Z"


def day(t_s: float) -> str:
    """Return "26 Nov 2018", in English whatever the machine's locale."""
    moment = datetime.fromtimestamp(math.floor(t_s + 0.5), UTC)
    return f"{moment.day}{NBSP}{MONTHS[moment.month - 1]}{NBSP}{moment.year}"


def dtg(t_s: float) -> str:
    """Return the military date-time group, "261037ZNOV18"."""
    moment = datetime.fromtimestamp(math.floor(t_s + 0.5), UTC)
    month = MONTHS[moment.month - 1].upper()
    return f"{moment.day:02d}{moment:%H%M}Z{month}{moment.year % 100:02d}"


def time_text(q: Quantiles) -> str:
    """Return "10:37:40 Z (±1 s)", the ends of the interval where it is lopsided."""
    if q.q50 is None:
        return "not observed"
    half = q.half
    if half is None:
        return zulu(q.q50)
    decimals = 0 if half >= 0.5 else 1
    if q.lopsided and half >= 1 and q.q05 is not None and q.q95 is not None:
        return f"{zulu(q.q50)} ({zulu(q.q05)} to {zulu(q.q95)})"
    return f"{zulu(q.q50, decimals)} (±{span(half)})"


def span(seconds: float, half_s: float | None = None) -> str:
    """Return a length of time: "0.4 s", "52 s", "12 min 03 s", "2 h 05 min".

    half_s  its uncertainty: beyond two hours, seconds are printed where it is below a minute
    """
    if seconds < 0.95:
        return f"{max(0.1, round(seconds, 1)):.1f}{NBSP}s"
    whole = math.floor(seconds + 0.5)
    if whole < 120:
        return f"{whole}{NBSP}s"
    minutes, rest = divmod(whole, 60)
    if whole < 7200:
        return f"{minutes}{NBSP}min{NBSP}{rest:02d}{NBSP}s"
    if half_s is not None and half_s < 60:
        return f"{minutes // 60}{NBSP}h{NBSP}{minutes % 60:02d}{NBSP}min{NBSP}{rest:02d}{NBSP}s"
    minutes = math.floor(seconds / 60 + 0.5)
    return f"{minutes // 60}{NBSP}h{NBSP}{minutes % 60:02d}{NBSP}min"


def span_text(q: Quantiles) -> str:
    """Return a length of time with its 90 % interval: "52 s (±3 s)", or its ends if lopsided."""
    if q.q50 is None:
        return "not known"
    half = q.half
    if half is None or q.q05 is None or q.q95 is None:
        return span(q.q50)
    if q.lopsided and half >= 1:
        return f"{span(q.q50, half)} ({span(q.q05, half)} to {span(q.q95, half)})"
    return f"{span(q.q50, half)} (±{span(half)})"


# --- lengths and heights ----------------------------------------------------------------


def length_parts(q: Quantiles) -> tuple[str, str, str]:
    """Return a length as ("0.6 NM", "1.2 km", "1.0 to 1.3 km"), below 500 m in ft and m.

    Digits are cut to the width of the 90 % interval; without one, the last part is empty.
    """
    if q.q50 is None:
        return "not known", "", ""
    m, half = q.q50, q.half
    trade, trade_m, si, si_m = ("ft", FT_M, "m", 1.0)
    if abs(m) >= 500:
        trade, trade_m, si, si_m = ("NM", NM_M, "km", KM_M)
    step = 2 * half if half else abs(m) / 20
    main = f"{_cut(m / trade_m, step / trade_m)}{NBSP}{trade}"
    beside = f"{_cut(m / si_m, step / si_m)}{NBSP}{si}"
    if not half or q.q05 is None or q.q95 is None:
        return main, beside, ""
    low, high = _cut(q.q05 / si_m, half / si_m), _cut(q.q95 / si_m, half / si_m)
    return main, beside, f"{low} to {high}{NBSP}{si}"


def length(m: float, half_m: float | None = None) -> str:
    """Return "0.6 NM (1.2 km)" or, below 500 m, "820 ft (250 m)"; digits cut to half_m."""
    ends = (None, None) if half_m is None else (m - half_m, m + half_m)
    main, beside, _ = length_parts(Quantiles(ends[0], m, ends[1]))
    return f"{main} ({beside})"


def length_text(q: Quantiles) -> str:
    """Return a length with its 90 % interval: "0.6 NM (1.2 km; 1.0 to 1.3 km)"."""
    main, beside, interval = length_parts(q)
    inner = "; ".join(part for part in (beside, interval) if part)
    return f"{main} ({inner})" if inner else main


def height(m: float) -> str:
    """Return a pressure altitude, "FL350 (10 670 m)", below FL100 "4 500 ft (1 370 m)"."""
    si = f"{_thousands(round(m, -1))}{NBSP}m"
    if m >= 100 * FL_M:
        return f"FL{round(m / FL_M):03d} ({si})"
    return f"{_thousands(round(m / FT_M, -2))}{NBSP}ft ({si})"


# --- places -----------------------------------------------------------------------------


def position(lat_deg: float, lon_deg: float, sigma_m: float) -> str:
    """Return "55°03.7′N 014°46.0′E", the last digit no finer than sigma allows.

    A minute of latitude is about 1 852 m; a tenth, a hundredth and a thousandth are printed
    while they are not below a fifth of sigma: rounding then adds less than sigma to the error.
    """
    decimals = 0
    while decimals < 3 and NM_M / 10 ** (decimals + 1) >= sigma_m / 5:
        decimals += 1
    lat = degree_minutes(lat_deg, "NS", decimals)
    return f"{lat} {degree_minutes(lon_deg, 'EW', decimals)}"


def degree_minutes(deg: float, signs: str, decimals: int) -> str:
    """Return "055°03.7′E": degrees in two digits for N/S, three for E/W."""
    ticks = round(abs(deg) * 60 * 10**decimals)
    degrees, minutes = divmod(ticks, 60 * 10**decimals)
    width = 2 if signs == "NS" else 3
    whole, part = divmod(minutes, 10**decimals)
    tail = f".{part:0{decimals}d}" if decimals else ""
    return f"{degrees:0{width}d}°{whole:02d}{tail}′{signs[0] if deg >= 0 else signs[1]}"


# --- helpers ----------------------------------------------------------------------------


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def _cut(value: float, step: float) -> str:
    """Return value with one digit of the size of step: 1.234 with step .2 is "1.2"."""
    if step <= 0 or not math.isfinite(step):
        step = 1.0
    decimals = min(3, -math.floor(math.log10(step)))
    rounded = round(value, decimals)
    return _thousands(rounded) if decimals <= 0 else f"{rounded + 0.0:.{decimals}f}"


def _thousands(value: float) -> str:
    return f"{round(value):,}".replace(",", NBSP)
