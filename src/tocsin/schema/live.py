"""What a watch tells while it runs: tracks as they stand, alerts, feeds, and jammed areas.

All of it is JSON-ready by `plain`.  Times are integer nanoseconds of UTC inside and RFC 3339 in
JSON.  None means "not known", never zero: a track without a height has no height.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class AlertKind(StrEnum):
    """Why the watch speaks."""

    INSIDE = "inside"  # P(inside) passed the rule's level and stayed there
    PREDICTED = "predicted"  # likely to enter within the time that the rule looks ahead
    DARK = "dark"  # seen by primary radar only, and no plan is known
    LOST = "lost"  # no longer seen where a sensor should see it
    GNSS = "gnss"  # navigation of several aircraft of an area fails at the same time
    FEED = "feed"  # a source is silent, late or unreadable
    LOAD = "load"  # the watch itself: disk, memory, a queue that fills
    TEST = "test"  # somebody pressed the button


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # somebody has seen it and says so; it stays in sight
    SNOOZED = "snoozed"  # quiet until a time, then open again
    CLOSED = "closed"  # what it told of is over


@dataclass(frozen=True, slots=True)
class Interval:
    """5, 50 and 95 % of a quantity."""

    q05: float
    q50: float
    q95: float


@dataclass(frozen=True, slots=True)
class Handling:
    """What a person did with an alert."""

    by: str
    at_ns: int
    action: str  # acknowledge, snooze, reopen
    reason: str
    until_ns: int | None = None  # of a snooze


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it stands after its `revision`-th change.

    `id` comes from content (rule, area, track and the moment it first held), so that the same
    journal gives the same id; sinks that deliver twice can be told by (id, revision).
    """

    id: str
    revision: int  # from 1
    kind: AlertKind
    rule: str
    state: AlertState
    severity: int  # 1 to 4, as the rule says
    area: str | None
    layer: str | None
    track: str | None
    callsign: str | None
    opened_ns: int
    changed_ns: int
    closed_ns: int | None
    lon_deg: float | None
    lat_deg: float | None
    h_m: float | None
    h_datum: str | None  # pressure, msl, hae, agl
    p_inside: float | None
    p_soon: float | None  # P(inside within the rule's look-ahead)
    eta_s: Interval | None  # from `changed_ns` to the limit
    waiting_cost: float  # P x severity: what the rail is sorted by
    sources: int  # witnesses of the track
    plot_age_s: float | None  # of the newest plot
    why: str  # the sentence for a person
    synthetic: bool
    handling: tuple[Handling, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a source stands."""

    name: str
    kind: str  # beast, sbs, readsb, asterix, nats, replay
    witness: str
    connected: bool
    silent: bool  # nothing came for longer than the feed may be quiet
    records_per_s: float
    latency_s: float | None  # of the newest record, receipt less its own time
    age_s: float | None  # since the newest record; None: nothing came yet
    records: int
    quarantined: int
    reconnects: int
    said: str  # one sentence


@dataclass(frozen=True, slots=True)
class Jamming:
    """An area where navigation fails, for how many of those that fly there."""

    area: str
    from_ns: int
    until_ns: int | None  # None: still
    aircraft: int
    affected: int
    lon_deg: float
    lat_deg: float
    radius_m: float


#: The columns of live tracks, in the order of their rows.
TRACK_COLUMNS = (
    "id",  # lower-case ICAO address, or the feed's own number
    "callsign",
    "kind",  # adsb, mlat, mode_s, psr, ssr, psr_ssr, track, remote_id
    "lon_deg",
    "lat_deg",
    "h_m",
    "h_datum",
    "gs_mps",
    "track_deg",
    "vrate_mps",
    "sigma_m",  # one-sigma per axis, at the time of the last plot
    "age_s",  # of the newest plot
    "cooperative",  # true, false, or null where it cannot be told
    "sources",
    "area",  # where p_soon is highest, or null
    "p_inside",
    "p_soon",
    "eta_q05_s",
    "eta_q50_s",
    "eta_q95_s",
    "state",  # seen, coasting, lost
)


def rfc3339(at_ns: int) -> str:
    """Return a time in UTC with microseconds, as 2025-09-19T06:58:00.000000Z."""
    whole, part_ns = divmod(at_ns, 1_000_000_000)
    day = datetime.fromtimestamp(whole, UTC)
    return f"{day:%Y-%m-%dT%H:%M:%S}.{part_ns // 1000:06d}Z"


def plain(value: Alert | FeedHealth | Jamming | Handling | Interval) -> dict[str, Any]:
    """Return the JSON form: times in `_ns` become RFC 3339 in `_utc`."""
    out: dict[str, Any] = {}
    for each in fields(value):
        told = getattr(value, each.name)
        if each.name.endswith("_ns"):
            out[each.name[:-3] + "_utc"] = None if told is None else rfc3339(told)
        elif isinstance(told, tuple):
            out[each.name] = [plain(item) for item in told]
        elif isinstance(told, Interval):
            out[each.name] = plain(told)
        else:
            out[each.name] = told.value if isinstance(told, StrEnum) else told
    return out


def alert_of(told: Mapping[str, Any]) -> Alert:
    """Return the alert of a JSON form; raises KeyError or ValueError for one that is not whole."""
    out = dict(told)
    for name in ("opened", "changed", "closed"):
        out[f"{name}_ns"] = _ns(out.pop(f"{name}_utc"))
    eta = out["eta_s"]
    out["eta_s"] = None if eta is None else Interval(**eta)
    out["kind"], out["state"] = AlertKind(out["kind"]), AlertState(out["state"])
    out["handling"] = tuple(
        Handling(
            by=each["by"],
            at_ns=_ns(each["at_utc"]) or 0,
            action=each["action"],
            reason=each["reason"],
            until_ns=_ns(each["until_utc"]),
        )
        for each in out["handling"]
    )
    return Alert(**out)


def _ns(text: str | None) -> int | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    day = at.astimezone(UTC)
    seconds = int((day.replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return seconds * 1_000_000_000 + day.microsecond * 1000
