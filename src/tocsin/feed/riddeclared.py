"""What drones and operators declare, as rows: position, time, heights, accuracies, doubts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.feed import droneid, odid
from tocsin.feed.accuracy import EPU95_SIGMA, GAUSS95_SIGMA
from tocsin.feed.capture import NO_TIME_NS, Ints
from tocsin.feed.ridframes import Message
from tocsin.feed.ridnames import UNKNOWN
from tocsin.feed.ridrows import DRONE, OPERATOR, Rows
from tocsin.schema import Floats

#: F3411 wants a position sent within a second of its time of applicability; a receiver's
#: clock that is not set by anything may be a minute off.
AGREES_S = 60.0
_HOUR_NS, _TENTH_NS = 3_600_000_000_000, 100_000_000


def names(uas_ids: list[str], messages: list[Message]) -> list[str]:
    """Return the id of each message, else its sender, (N,)."""
    return [
        uas_id or message.sender or UNKNOWN
        for uas_id, message in zip(uas_ids, messages, strict=True)
    ]


def resolved_ns(hour_s: Floats, heard_ns: Ints) -> Ints:
    """Return the time nearest to `heard_ns` (N,) that is `hour_s` (N,) into an hour.

    NO_TIME_NS where either is not known.
    """
    known = np.isfinite(hour_s) & (heard_ns != NO_TIME_NS)
    heard = np.where(known, heard_ns, 0)
    within = np.round(np.where(known, hour_s, 0.0) * 10).astype(np.int64) * _TENTH_NS
    later = (within - heard % _HOUR_NS + _HOUR_NS // 2) % _HOUR_NS - _HOUR_NS // 2
    return np.where(known, heard + later, NO_TIME_NS)


def odid_positions(
    data: bytes, messages: list[Message], uas_ids: list[str], heard_ns: Ints
) -> tuple[Rows, Floats]:
    """Return the drones of Location messages (N,), and by how much each runs ahead of the capture.

    heard_ns    (N,) time of reception, NO_TIME_NS where the capture has none

    The second is in seconds, NaN where the message or the capture tells no time; rows for which it
    is more than AGREES_S have no time of their own.
    """
    told = odid.locations(odid.block(data, [message.at for message in messages]))
    t_ns = resolved_ns(told.hour_s, heard_ns)
    known = t_ns != NO_TIME_NS
    ahead_s = np.where(known, (t_ns - np.where(known, heard_ns, t_ns)) / 1e9, np.nan)
    status = told.status
    numbers = {
        "lat_deg": told.lat_deg,
        "lon_deg": told.lon_deg,
        "h_pressure_m": told.h_pressure_m,
        "h_hae_m": told.h_hae_m,
        "h_agl_m": np.where(told.height_above == odid.ABOVE_GROUND, told.height_m, np.nan),
        "gs_mps": told.gs_mps,
        "track_deg": told.track_deg,
        "vrate_mps": told.vrate_mps,
        "on_ground": _either(status == odid.GROUND, status == odid.AIRBORNE),
        "emergency": _either(
            status == odid.EMERGENCY, np.isin(status, (odid.GROUND, odid.AIRBORNE))
        ),
        "pos_epu95_m": told.horizontal95_m,
        "h_sigma_m": _height_sigma_m(told),
        "vel_sigma_mps": told.speed95_mps / EPU95_SIGMA,
        # A largest error, not a deviation: taken as evenly spread up to it.
        "t_sigma_s": told.hour_bound_s / np.sqrt(3),
    }
    contradicted = np.abs(ahead_s) > AGREES_S
    rows = Rows(
        DRONE,
        "odid",
        [f"F3411 protocol {version}" for version in told.version.tolist()],
        _frames(messages),
        _places(messages),
        odid.MESSAGE,
        names(uas_ids, messages),
        uas_ids,
        np.where(contradicted, NO_TIME_NS, t_ns),
        numbers,
        _warnings(told, ahead_s, contradicted),
    )
    return rows, ahead_s


def odid_operators(data: bytes, messages: list[Message], uas_ids: list[str]) -> Rows:
    """Return the operators of System messages, (N,)."""
    told = odid.systems(odid.block(data, [message.at for message in messages]))
    numbers = {"lat_deg": told.lat_deg, "lon_deg": told.lon_deg, "h_hae_m": told.h_hae_m}
    words = {0: "the take-off point", 1: "live GNSS", 2: "a fixed place"}
    return Rows(
        OPERATOR,
        "odid",
        [f"F3411 protocol {data[message.at] & 15}" for message in messages],
        _frames(messages),
        _places(messages),
        odid.MESSAGE,
        [f"{name} operator" for name in names(uas_ids, messages)],
        [""] * len(messages),
        np.full(len(messages), NO_TIME_NS),
        numbers,
        [
            [f"operator position is {words.get(kind, f'of reserved kind {kind}')}"]
            for kind in told.location_type.tolist()
        ],
    )


def dji_positions(data: bytes, messages: list[Message], version: int) -> tuple[Rows, Rows, Rows]:
    """Return drones, apps and homes of flight records of one version, (N,) each."""
    places = [message.at for message in messages]
    told = droneid.flights(odid.block(data, places, droneid.RECORD[version]), version)
    named = names(told.serial, messages)
    count = len(messages)

    def rows(
        kind: str, part: str, at: int, size: int, numbers: dict[str, Floats], ids: list[str]
    ) -> Rows:
        return Rows(
            kind,
            "droneid",
            [f"DroneID {version}"] * count,
            _frames(messages),
            _places(messages) + at,
            size,
            [f"{name}{part}" for name in named],
            ids,
            np.full(count, NO_TIME_NS),
            numbers,
            [[] for _ in range(count)],
        )

    nobody = [""] * count
    drone = {"lat_deg": told.lat_deg, "lon_deg": told.lon_deg}
    drone["on_ground"] = np.where(told.in_air, 0.0, np.nan)
    app = {"lat_deg": told.app_lat_deg, "lon_deg": told.app_lon_deg}
    home = {"lat_deg": told.home_lat_deg, "lon_deg": told.home_lon_deg}
    return (
        rows(DRONE, "", 0, droneid.RECORD[version], drone, told.serial),
        rows(OPERATOR, " operator", droneid.APP_AT.get(version, 0), 8, app, nobody),
        rows(OPERATOR, " home", droneid.HOME_AT[version], 8, home, nobody),
    )


def _frames(messages: list[Message]) -> Ints:
    return np.array([message.frame for message in messages], np.int64)


def _places(messages: list[Message]) -> Ints:
    return np.array([message.at for message in messages], np.int64)


def _either(yes: NDArray[np.bool_], no: NDArray[np.bool_]) -> Floats:
    """Return 1 or 0, NaN where neither was said."""
    return np.where(yes, 1.0, np.where(no, 0.0, np.nan))


def _height_sigma_m(told: odid.Locations) -> Floats:
    """Return one sigma of whichever height is worse known; NaN where one has no accuracy."""
    none = -np.inf
    geodetic = np.where(np.isfinite(told.h_hae_m), told.vertical95_m, none)
    pressure = np.where(np.isfinite(told.h_pressure_m), told.pressure95_m, none)
    worse = np.maximum(geodetic, pressure)
    return np.where(worse == none, np.nan, worse) / GAUSS95_SIGMA


def _warnings(
    told: odid.Locations, ahead_s: Floats, contradicted: NDArray[np.bool_]
) -> list[list[str]]:
    said: list[list[str]] = [[] for _ in range(len(ahead_s))]
    for i in np.flatnonzero(contradicted).tolist():
        side = "after" if ahead_s[i] > 0 else "before"
        said[i].append(f"declared time is {abs(ahead_s[i]):.0f} s {side} reception: not used")
    takeoff = (told.height_above == odid.ABOVE_TAKEOFF) & np.isfinite(told.height_m)
    for i in np.flatnonzero(takeoff).tolist():
        said[i].append(f"height {told.height_m[i]:g} m is above the take-off point: not used")
    for i in np.flatnonzero(told.status >= odid.SYSTEM_FAILURE).tolist():
        failed = told.status[i] == odid.SYSTEM_FAILURE
        means = "a failure of its Remote ID" if failed else "nothing that is defined"
        said[i].append(f"status {told.status[i]} means {means}")
    return said
