"""What of the readings can be judged: radar plots in the window, and what is lost and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from tocsin.errors import FeedError
from tocsin.schema import Reading, Sensor


def is_radar(reading: Reading) -> bool:
    """Return whether a reading holds slant ranges."""
    table = reading.fixes
    return "range_m" in table.column_names and table["range_m"].null_count < table.num_rows


def any_plot(radars: Sequence[tuple[Reading, Sensor]], window_ns: tuple[int, int] | None) -> bool:
    """Return whether any radar has a plot in the window."""
    for reading, _ in radars:
        stamps = reading.fixes["t_applicability"]
        mask = pc.and_(reading.fixes["range_m"].is_valid(), stamps.is_valid())
        if window_ns is not None:
            ns = stamps.cast(pa.int64()).fill_null(0)
            mask = pc.and_(mask, pc.greater_equal(ns, window_ns[0]))
            mask = pc.and_(mask, pc.less_equal(ns, window_ns[1]))
        if pc.any(mask).as_py():
            return True
    return False


def reach(radars: Sequence[tuple[Reading, Sensor]]) -> list[tuple[float, float, float]]:
    """Return where each radar stands and how far off it saw anything: lon, lat, metres."""
    out = []
    for reading, sensor in radars:
        far_m = pc.max(reading.fixes["range_m"]).as_py()
        if sensor.lon_deg is not None and sensor.lat_deg is not None and far_m is not None:
            out.append((sensor.lon_deg, sensor.lat_deg, float(far_m)))
    return out


def nothing_left(
    paths: Sequence[str], readings: Sequence[Reading], window_ns: tuple[int, int] | None
) -> FeedError:
    """Return the error that nothing is left, with the likeliest reason."""
    no_day = any(
        r.fixes.num_rows
        and all(
            r.fixes[name].null_count == r.fixes.num_rows
            for name in ("t_applicability", "t_reception")
            if name in r.fixes.column_names
        )
        for r in readings
    )
    hint = "a time of day needs its day: date = 2025-09-19" if no_day else ""
    return FeedError(
        "no fix with a time and a position is left" + _in(window_ns),
        path=", ".join(paths),
        hint=hint or "see the reasons with: tocsin read SOURCE",
    )


def not_placed(reading: Reading) -> str:
    """Return what is lost of a radar that stands nobody knows where; "" for nothing."""
    if not is_radar(reading):
        return ""
    lost = pc.and_(reading.fixes["range_m"].is_valid(), reading.fixes["lat_deg"].is_null())
    count = pc.sum(lost).as_py() or 0
    if not count:
        return ""
    return (
        f"{reading.input.path}: {count} plots without a height are judged by nobody: the case does "
        "not say where the radar stands; give lat_deg and lon_deg in [source.sensor]"
    )


def _in(window_ns: tuple[int, int] | None) -> str:
    if window_ns is None:
        return ""
    begin, end = (datetime.fromtimestamp(ns // 10**9, UTC) for ns in window_ns)
    return f" in the window of the case, {begin:%Y-%m-%d %H:%M:%S} Z to {end:%Y-%m-%d %H:%M:%S} Z"
