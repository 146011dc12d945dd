"""DJI DroneID as Wi-Fi beacons carry it: serial number, position, app and home position.

DJI publishes no description.  The layout is that found by F. van Tienen and J. Dumon, as in
Department 13, "Anatomy of DJI's Drone ID Implementation" (2017), the Kaitai description of Kismet,
and Schiller et al., "Drone Security and the Mysterious Case of DJI's DroneID" (NDSS 2023).  Those
agree on identity and positions and are used for that.  They disagree on the unit of altitude and
height (feet, metres or decimetres, and which of the two comes first) and leave that of the speeds
open, so those are not given: a height off by a factor of three is worse than none.

The serial number, positions and the user's UUID are sent in the clear and unsigned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.feed.broadcast import Malformed
from tocsin.schema import Floats

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]

FLIGHT, PURPOSE = 0x10, 0x11  # telemetry; texts that the user entered
_SUBCOMMAND = 3  # after three bytes that every known frame has alike: 58 62 13
_VERSIONS = (1, 2)

#: Steps a degree, as the sources give it.  1e-7 rad would be 174,532.925: 2 m apart at 46 degrees.
STEPS_PER_DEG = 174_533.0
#: Bits of the state word that all sources give alike.
_SERIAL_VALID, _IN_AIR = 0x01, 0x20

_HEAD = [("version", "u1"), ("sequence", "<u2"), ("state", "<u2"), ("serial", "S16")]
_PLACE = [("lon", "<i4"), ("lat", "<i4"), ("heights", "<i2", (2,)), ("speeds", "<i2", (3,))]
_HOME = [("home_lon", "<i4"), ("home_lat", "<i4")]
_FLIGHT_1 = np.dtype([*_HEAD, *_PLACE, ("angles", "<i2", (3,)), *_HOME])
_FLIGHT_2 = np.dtype(
    [
        *_HEAD,
        *_PLACE,
        ("angle", "<i2"),
        ("app_ms", "<u8"),
        ("app_lat", "<i4"),
        ("app_lon", "<i4"),
        *_HOME,
    ]
)
#: Bytes of a flight record by version, up to and with the home position.
RECORD = {1: _FLIGHT_1.itemsize, 2: _FLIGHT_2.itemsize}
#: Where the positions of app and home stand in them.
APP_AT = {2: _FLIGHT_2.itemsize - 16}
HOME_AT = {version: size - 8 for version, size in RECORD.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Flights:
    """N flight records of one version."""

    serial: list[str]  # empty where the sender marks it as not valid
    state: Ints  # (N,)
    in_air: NDArray[np.bool_]  # (N,)
    lat_deg: Floats  # (N,) NaN where both are zero
    lon_deg: Floats  # (N,)
    app_lat_deg: Floats  # (N,) of the phone that flies it; NaN in version 1
    app_lon_deg: Floats  # (N,)
    app_ms: Floats  # (N,) Unix time by that phone; NaN in version 1
    home_lat_deg: Floats  # (N,)
    home_lon_deg: Floats  # (N,)


def record(data: bytes, begin: int, end: int) -> tuple[int, int] | None:
    """Return where the flight record of an element stands and its version.

    data[begin:end] is what follows the OUI.  None for a record of purpose, which has no position.
    Raises Malformed for one that is cut, and for a kind or version nobody has described.
    """
    at = begin + _SUBCOMMAND
    if at + 2 > end:
        raise Malformed("truncated", f"a DroneID element of {end - begin} bytes, not 5 or more")
    if data[at] == PURPOSE:
        return None
    if data[at] != FLIGHT:
        raise Malformed("unknown-type", f"DroneID record 0x{data[at]:02x} is not 0x10 or 0x11")
    version = data[at + 1]
    if version not in _VERSIONS:
        raise Malformed("unknown-type", f"DroneID version {version} is not 1 or 2")
    if at + 1 + RECORD[version] > end:
        detail = f"a DroneID record has {RECORD[version]} bytes, {end - at - 1} are left"
        raise Malformed("truncated", detail)
    return at + 1, version


def flights(rows: Bytes, version: int) -> Flights:
    """Return flight records (N, RECORD[version]) as columns."""
    raw = np.ascontiguousarray(rows).view(_FLIGHT_2 if version == 2 else _FLIGHT_1)[:, 0]
    state = raw["state"].astype(np.int64)
    valid = state & _SERIAL_VALID
    unknown = np.full(len(raw), np.nan)
    lat_deg, lon_deg = _degrees(raw["lat"], raw["lon"])
    app = _degrees(raw["app_lat"], raw["app_lon"]) if version == 2 else (unknown, unknown)
    home = _degrees(raw["home_lat"], raw["home_lon"])
    return Flights(
        serial=[_text(s) if v else "" for s, v in zip(raw["serial"].tolist(), valid, strict=True)],
        state=state,
        in_air=(state & _IN_AIR) > 0,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        app_lat_deg=app[0],
        app_lon_deg=app[1],
        app_ms=raw["app_ms"].astype(np.float64) if version == 2 else unknown,
        home_lat_deg=home[0],
        home_lon_deg=home[1],
    )


def _degrees(lat: NDArray[np.int32], lon: NDArray[np.int32]) -> tuple[Floats, Floats]:
    known = (lat != 0) | (lon != 0)
    return (
        np.where(known, lat / STEPS_PER_DEG, np.nan),
        np.where(known, lon / STEPS_PER_DEG, np.nan),
    )


def _text(octets: bytes) -> str:
    bare = octets.rstrip(b"\0 ")
    return bare.decode("ascii") if all(32 <= octet < 127 for octet in bare) else bare.hex()
