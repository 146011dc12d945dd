"""Open Drone ID messages: 25 bytes each, little-endian, in columns where there are many.

ASTM F3411-22a, 5.4.5 and ASD-STAN EN 4709-002, annex; the same layout in the header file of the
Open Drone ID core library.  A value the sender does not know is NaN; an enumeration of unknown
meaning keeps its number.  Message types 0 Basic ID, 1 Location/Vector, 2 Authentication, 3 Self-ID,
4 System, 5 Operator ID, 15 message pack; protocol versions 0 (F3411-19), 1 and 2 (F3411-22a) differ
only in bytes that were reserved before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.feed.broadcast import Malformed
from tocsin.schema import Floats

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]

MESSAGE = 25
BASIC_ID, LOCATION, AUTHENTICATION, SELF_ID, SYSTEM, OPERATOR_ID, PACK = 0, 1, 2, 3, 4, 5, 15
SERIAL = 1  # Basic ID type: serial number of CTA-2063-A
_SESSION = 4  # its first byte is a number, the rest is binary

GROUND, AIRBORNE, EMERGENCY, SYSTEM_FAILURE = 1, 2, 3, 4  # status; 0 is undeclared
ABOVE_TAKEOFF, ABOVE_GROUND = 0, 1  # what the height is above

_U = np.nan
#: 95 % bounds by code (F3411-22a, Location/Vector message): 0 is unknown, others are reserved.
HORIZONTAL95_M = np.array(
    [_U, 18520, 7408, 3704, 1852, 926, 555.6, 185.2, 92.6, 30, 10, 3, 1, _U, _U, _U]
)
VERTICAL95_M = np.array([_U, 150, 45, 25, 10, 3, 1, *[_U] * 9])
SPEED95_MPS = np.array([_U, 10, 3, 1, 0.3, *[_U] * 11])

#: Authentication and System messages count seconds from 2019-01-01T00:00:00Z.
EPOCH_2019_S = 1_546_300_800

_LOCATION = np.dtype(
    [
        ("head", "u1"),
        ("status", "u1"),
        ("direction", "u1"),
        ("speed", "u1"),
        ("climb", "i1"),
        ("lat", "<i4"),
        ("lon", "<i4"),
        ("pressure", "<u2"),
        ("geodetic", "<u2"),
        ("height", "<u2"),
        ("accuracy", "u1"),
        ("accuracy_2", "u1"),
        ("tenths", "<u2"),
        ("t_accuracy", "u1"),
        ("reserved", "u1"),
    ]
)
_SYSTEM = np.dtype(
    [
        ("head", "u1"),
        ("flags", "u1"),
        ("lat", "<i4"),
        ("lon", "<i4"),
        ("count", "<u2"),
        ("radius", "u1"),
        ("ceiling", "<u2"),
        ("floor", "<u2"),
        ("category", "u1"),
        ("geodetic", "<u2"),
        ("second", "<u4"),
        ("reserved", "u1"),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Locations:
    """N Location/Vector messages."""

    version: Ints  # (N,) of the protocol
    status: Ints  # (N,) 0 undeclared, GROUND, AIRBORNE, EMERGENCY, SYSTEM_FAILURE, others reserved
    track_deg: Floats  # (N,) of motion, clockwise from true north
    gs_mps: Floats  # (N,)
    vrate_mps: Floats  # (N,) up is positive
    lat_deg: Floats  # (N,) WGS-84; NaN where both are zero: unknown
    lon_deg: Floats  # (N,)
    h_pressure_m: Floats  # (N,)
    h_hae_m: Floats  # (N,)
    height_m: Floats  # (N,) above what `height_above` says
    height_above: Ints  # (N,) ABOVE_TAKEOFF or ABOVE_GROUND
    horizontal95_m: Floats  # (N,)
    vertical95_m: Floats  # (N,) of h_hae_m
    pressure95_m: Floats  # (N,) of h_pressure_m
    speed95_mps: Floats  # (N,)
    hour_s: Floats  # (N,) time of applicability: seconds within the UTC hour
    hour_bound_s: Floats  # (N,) largest error of that time


@dataclass(frozen=True, slots=True, eq=False)
class Systems:
    """N System messages: where the operator is, and the area of operation."""

    location_type: Ints  # (N,) 0 take-off point, 1 live GNSS, 2 fixed, 3 reserved
    classification: Ints  # (N,) 0 undeclared, 1 European Union, others reserved
    lat_deg: Floats  # (N,) of the operator; NaN where both are zero: unknown
    lon_deg: Floats  # (N,)
    h_hae_m: Floats  # (N,) of the operator
    area_count: Ints  # (N,) aircraft in the area
    area_radius_m: Floats  # (N,)
    area_ceiling_m: Floats  # (N,) above the ellipsoid
    area_floor_m: Floats  # (N,)
    category_eu: Ints  # (N,) 1 open, 2 specific, 3 certified; where classification is 1
    class_eu: Ints  # (N,) the class C0 to C6, plus one
    t_s: Floats  # (N,) Unix time


@dataclass(frozen=True, slots=True)
class BasicId:
    """What an aircraft calls itself."""

    id_type: int  # 0 none, SERIAL, 2 registration, 3 UTM UUID, 4 session, others reserved
    ua_type: int  # 1 aeroplane, 2 helicopter or multirotor ... 15 other
    uas_id: str  # text as sent; hexadecimal where it is binary; empty where there is none


@dataclass(frozen=True, slots=True)
class AuthenticationPage:
    """One page of signed data; nothing here checks a signature."""

    auth_type: int
    page: int
    last_page: int | None  # page 0 only
    length: int | None  # bytes of all pages; page 0 only
    t_s: int | None  # Unix time; page 0 only
    data: bytes


@dataclass(frozen=True, slots=True)
class Words:
    """A Self-ID or an Operator ID: its kind and its text."""

    kind: int
    text: str


def messages(data: bytes, begin: int, end: int) -> tuple[list[int], int]:
    """Return where each message of a broadcast stands, one alone or those of a pack, and the lost.

    data[begin:end] is the message counter and what follows it.  A pack may end before all its
    messages: the whole ones stand, for each has its own type, and the others are the lost.  Raises
    Malformed for a single message that is cut, a pack without a whole one, and one whose messages
    are not of 25 bytes each.
    """
    at = begin + 1
    if at >= end:
        raise Malformed("truncated", "a broadcast of Remote ID without any message")
    if data[at] >> 4 != PACK:
        if at + MESSAGE > end:
            raise Malformed("truncated", f"a message has {MESSAGE} bytes, {end - at} are left")
        return [at], 0
    if at + 3 > end:
        raise Malformed("truncated", f"a message pack of {end - at} bytes, not 3 or more")
    size, count = data[at + 1], data[at + 2]
    if size != MESSAGE or not count:
        raise Malformed("bad-pack", f"a pack of {count} messages of {size} bytes, not {MESSAGE}")
    left = end - at - 3
    whole = min(count, left // MESSAGE)
    if not whole:
        detail = f"a pack says {count} messages of {MESSAGE} bytes, {left} bytes are left"
        raise Malformed("truncated", detail)
    places = [at + 3 + i * MESSAGE for i in range(whole)]
    if any(data[place] >> 4 == PACK for place in places):
        raise Malformed("bad-pack", "a message pack inside a message pack")
    return places, count - whole


def block(data: bytes, places: list[int], size: int = MESSAGE) -> Bytes:
    """Return the `size` bytes at each place, (N, size)."""
    buffer = np.frombuffer(data, np.uint8)
    rows: Bytes = buffer[np.array(places, np.int64).reshape(-1, 1) + np.arange(size)]
    return rows


def locations(rows: Bytes) -> Locations:
    """Return Location/Vector messages (N, 25) as columns."""
    raw = np.ascontiguousarray(rows).view(_LOCATION)[:, 0]
    flags = raw["status"].astype(np.int64)
    west, fast = flags >> 1 & 1, flags & 1
    track_deg = raw["direction"] + 180.0 * west
    speed = raw["speed"].astype(np.float64)
    gs_mps = np.where(fast, 0.75 * speed + 63.75, 0.25 * speed)  # 255 quarters of a metre are 63.75
    lat_deg, lon_deg = _place(raw["lat"], raw["lon"])
    return Locations(
        version=(raw["head"] & 15).astype(np.int64),
        status=flags >> 4,
        track_deg=np.where(track_deg > 360, np.nan, track_deg % 360),  # 361 is "unknown"
        gs_mps=np.where((fast == 1) & (speed == 255), np.nan, gs_mps),
        vrate_mps=np.where(np.abs(raw["climb"].astype(np.int64)) > 124, np.nan, raw["climb"] * 0.5),
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        h_pressure_m=_height_m(raw["pressure"]),
        h_hae_m=_height_m(raw["geodetic"]),
        height_m=_height_m(raw["height"]),
        height_above=flags >> 2 & 1,
        horizontal95_m=HORIZONTAL95_M[raw["accuracy"] & 15],
        vertical95_m=VERTICAL95_M[raw["accuracy"] >> 4],
        pressure95_m=VERTICAL95_M[raw["accuracy_2"] >> 4],
        speed95_mps=SPEED95_MPS[raw["accuracy_2"] & 15],
        hour_s=np.where(raw["tenths"] > 36_000, np.nan, raw["tenths"] * 0.1),
        hour_bound_s=np.where(raw["t_accuracy"] & 15, (raw["t_accuracy"] & 15) * 0.1, np.nan),
    )


def systems(rows: Bytes) -> Systems:
    """Return System messages (N, 25) as columns."""
    raw = np.ascontiguousarray(rows).view(_SYSTEM)[:, 0]
    flags, category = raw["flags"].astype(np.int64), raw["category"].astype(np.int64)
    lat_deg, lon_deg = _place(raw["lat"], raw["lon"])
    second = raw["second"].astype(np.float64)
    return Systems(
        location_type=flags & 3,
        classification=flags >> 2 & 7,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        h_hae_m=_height_m(raw["geodetic"]),
        area_count=raw["count"].astype(np.int64),
        area_radius_m=raw["radius"] * 10.0,
        area_ceiling_m=_height_m(raw["ceiling"]),
        area_floor_m=_height_m(raw["floor"]),
        category_eu=category >> 4,
        class_eu=category & 15,
        t_s=np.where(second > 0, second + EPOCH_2019_S, np.nan),
    )


def basic_id(message: bytes) -> BasicId:
    """Return a Basic ID message of 25 bytes (F3411-22a, table 5)."""
    id_type, octets = message[1] >> 4, message[2:22]
    return BasicId(id_type, message[1] & 15, _text(octets, binary=id_type == _SESSION))


def self_id(message: bytes) -> Words:
    """Return a Self-ID message of 25 bytes: a text the operator chose."""
    return Words(message[1], _text(message[2:25]))


def operator_id(message: bytes) -> Words:
    """Return an Operator ID message of 25 bytes: a registration, so personal data."""
    return Words(message[1], _text(message[2:22]))


def authentication(message: bytes) -> AuthenticationPage:
    """Return an Authentication message of 25 bytes."""
    auth_type, page = message[1] >> 4, message[1] & 15
    if page:
        return AuthenticationPage(auth_type, page, None, None, None, message[2:25])
    t_s = int.from_bytes(message[4:8], "little") + EPOCH_2019_S
    return AuthenticationPage(auth_type, 0, message[2], message[3], t_s, message[8:25])


def _place(lat: NDArray[np.int32], lon: NDArray[np.int32]) -> tuple[Floats, Floats]:
    known = (lat != 0) | (lon != 0)
    return np.where(known, lat / 1e7, np.nan), np.where(known, lon / 1e7, np.nan)


def _height_m(code: NDArray[np.uint16]) -> Floats:
    """Return heights in metres: steps of 0.5 m from -1000 m, which itself is "unknown"."""
    return np.where(code == 0, np.nan, code * 0.5 - 1000.0)


def _text(octets: bytes, binary: bool = False) -> str:
    """Return text up to its padding, or hexadecimal where it is not printable ASCII."""
    bare = octets.rstrip(b"\0")
    if not binary:
        bare = bare.rstrip(b" ")
        if all(32 <= octet < 127 for octet in bare):
            return bare.decode("ascii")
    return bare.hex()
