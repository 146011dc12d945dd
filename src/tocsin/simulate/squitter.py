"""Extended squitters of whole columns: 112-bit frames of DF 17 (RTCA DO-260B, 2.2.3.2).

Written from the standard apart from the readers of `feed`, which decode them in tests.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.simulate.asterix import LETTERS
from tocsin.units import FT_M, KT_MPS

Words = NDArray[np.uint64]
Ints = NDArray[np.int64]
Frames = NDArray[np.uint8]

DF17_AIRBORNE = 0x8D  # DF 17, CA 5: airborne
GENERATOR = 0xFFF409  # ICAO Annex 10 vol. IV, 3.1.2.3.3, without the leading one
CELLS = 1 << 17
#: NIC to type code and NIC supplements A (in status) and B (in position): DO-260B, table 2-70.
NIC_CODES = {
    11: (9, 1, 1), 10: (10, 0, 0), 9: (11, 1, 1), 8: (11, 0, 0), 7: (12, 0, 0), 6: (13, 0, 0),
    5: (14, 0, 0), 4: (15, 0, 0), 3: (16, 1, 1), 2: (16, 0, 0), 1: (17, 0, 0), 0: (18, 0, 0),
}  # fmt: skip


def words(*fields: tuple[Ints | int, int]) -> Words:
    """Return 56-bit ME fields from (values, bits) in order, filled with zeros at the end."""
    out = np.zeros(np.broadcast_shapes(*(np.shape(value) for value, _ in fields)), np.uint64)
    total = 0
    for value, bits in fields:
        column = np.asarray(value, np.int64)
        if ((column < 0) | (column >= 1 << bits)).any():
            raise ValueError(f"a value does not fit into {bits} bits")
        out = out << np.uint64(bits) | column.astype(np.uint64)
        total += bits
    return out << np.uint64(56 - total)


def position(
    lon_deg: Floats, lat_deg: Floats, h_pressure_m: Floats, odd: Ints, tc: Ints, nic_b: Ints | int
) -> Words:
    """Return airborne positions (BDS 0,5)."""
    y, x = compact(lon_deg, lat_deg, odd)
    return words(
        (tc, 5),
        (0, 2),
        (nic_b, 1),
        (altitude(h_pressure_m), 12),
        (0, 1),
        (odd, 1),
        (y, 17),
        (x, 17),
    )


def no_position(h_pressure_m: Floats) -> Words:
    """Return frames of type code 0: the aircraft is heard, and knows only its altitude."""
    return words((np.zeros(len(h_pressure_m), np.int64), 8), (altitude(h_pressure_m), 12), (0, 36))


def velocity(
    east_mps: Floats, north_mps: Floats, up_mps: Floats, above_m: Floats, told: NDArray[np.bool_]
) -> Words:
    """Return velocities over ground (BDS 0,9): subtype 2 in steps of 4 kt above 1,021 kt.

    above_m  height above the ellipsoid less pressure altitude
    told     whether speed and course are known at all
    """
    east, north = east_mps / KT_MPS, north_mps / KT_MPS
    fast = np.maximum(np.abs(east), np.abs(north)) > 1_021
    unit = np.where(fast, 4.0, 1.0)

    def code(value: Floats) -> Ints:
        steps = np.minimum(np.rint(np.abs(value) / unit).astype(np.int64) + 1, 1_022)
        return np.where(told, steps, 0)

    rate = np.rint(np.abs(up_mps) / FT_M * 60 / 64).astype(np.int64)
    apart = np.rint(np.abs(above_m) / FT_M / 25).astype(np.int64)
    return words(
        (19, 5),
        (np.where(fast, 2, 1), 3),
        (0, 2),
        (2, 3),  # NACv 2: better than 3 m/s
        ((east < 0).astype(np.int64), 1),
        (code(east), 10),
        ((north < 0).astype(np.int64), 1),
        (code(north), 10),
        (1, 1),  # the rate is barometric
        ((up_mps < 0).astype(np.int64), 1),
        (np.minimum(rate + 1, 510), 9),
        (0, 2),
        ((above_m < 0).astype(np.int64), 1),
        (np.where(told, np.minimum(apart + 1, 126), 0), 7),
    )


def identity(callsign: str, count: int) -> Words:
    """Return identifications (BDS 0,8), category A3."""
    letters = [(LETTERS.index(letter), 6) for letter in callsign.ljust(8)]
    return np.broadcast_to(words((4, 5), (3, 3), *letters), (count,))


def status(nacp: Ints, nic_a: Ints | int) -> Words:
    """Return operational status (BDS 6,5) of version 2, SIL 3 per hour, GVA 2, SDA 2."""
    return words(
        (31, 5), (0, 3), (0, 16), (0, 6), (2, 2), (0, 8), (2, 3), (nic_a, 1), (nacp, 4), (2, 2),
        (3, 2), (1, 1), (0, 1), (0, 1), (0, 1),
    )  # fmt: skip


def frames(me: Words, icao24: int) -> Frames:
    """Return whole frames (N, 14), parity appended."""
    out = np.zeros((len(me), 14), np.uint8)
    out[:, 0] = DF17_AIRBORNE
    out[:, 1:4] = list(icao24.to_bytes(3, "big"))
    out[:, 4:11] = me.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 1:]
    crc = np.zeros(len(me), np.int64)
    for column in out[:, :11].T:
        crc ^= column.astype(np.int64) << 16
        for _ in range(8):
            crc <<= 1
            crc = np.where(crc & 0x1000000, crc ^ (0x1000000 | GENERATOR), crc)
    out[:, 11], out[:, 12], out[:, 13] = crc >> 16, crc >> 8 & 0xFF, crc & 0xFF
    return out


def altitude(h_pressure_m: Floats) -> Ints:
    """Return 12 bits of altitude in steps of 25 ft, Q bit set (DO-260B, 2.2.3.2.3.4.2)."""
    steps = np.clip(np.rint((h_pressure_m / FT_M + 1_000) / 25), 0, 2_047).astype(np.int64)
    out: Ints = (steps & 0x7F0) << 1 | 0x10 | steps & 0xF
    return out


def compact(lon_deg: Floats, lat_deg: Floats, odd: Ints) -> tuple[Ints, Ints]:
    """Return the codes YZ, XZ of airborne positions (DO-260B, A.1.7.3)."""
    step = 360.0 / (60 - odd)
    y = np.floor(CELLS * np.mod(lat_deg, step) / step + 0.5)
    seen = step * (y / CELLS + np.floor(lat_deg / step))
    step = 360.0 / np.maximum(zones(seen) - odd, 1)
    x = np.floor(CELLS * np.mod(lon_deg, step) / step + 0.5)
    return np.mod(y, CELLS).astype(np.int64), np.mod(x, CELLS).astype(np.int64)


def zones(lat_deg: Floats) -> Ints:
    """Return NL by its closed form (DO-260B, A.1.7.2 d); latitudes up to 87 degrees."""
    ratio = (1 - np.cos(np.pi / 30)) / np.cos(np.radians(np.abs(lat_deg))) ** 2
    # At the equator itself the quotient is just above 59.
    count = np.minimum(np.floor(2 * np.pi / np.arccos(1 - ratio)), 59)
    return np.asarray(count, np.int64)
