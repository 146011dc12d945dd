"""What the bits of extended squitters and replies say, as whole columns.

RTCA DO-260B, 2.2.3.2 and appendix A; ICAO Doc 9871, appendix C.  The 56-bit ME field is one
unsigned integer; bits are numbered as in the standards, 1 the first.  NaN means not reported.
Subtype 2 of BDS 0,9 counts in 4 knots (supersonic): a decoder that reads it like subtype 1
makes a fast aircraft four times too slow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.feed.frames import Bools, Bytes, Ints
from tocsin.schema import Floats
from tocsin.units import FPM_MPS, FT_M, KT_MPS

Words = NDArray[np.uint64]

#: Movement field of BDS 0,6 (DO-260B, 2.2.3.2.4.2): first code of each step, knots there, step.
_MOVEMENT = ((2, 0.125, 0.125), (9, 1.0, 0.25), (13, 2.0, 0.5), (39, 15.0, 1.0))
_MOVEMENT_FAST = ((94, 70.0, 2.0), (109, 100.0, 5.0))


def _movement_kt() -> Floats:
    table = np.full(128, np.nan)
    table[1] = 0.0
    for first, knots, step in _MOVEMENT + _MOVEMENT_FAST:
        code = np.arange(first, 124)
        table[code] = knots + (code - first) * step
    table[124] = 175.0  # 175 kt or more
    return table


_MOVEMENT_KT = _movement_kt()


@dataclass(frozen=True, slots=True, eq=False)
class Squitter:
    """The ME fields of N frames and where they count: `es` is false for other formats."""

    me: Words  # (N,)
    es: Bools  # (N,)

    @classmethod
    def of(cls, data: Bytes, es: Bools) -> Squitter:
        """Return the ME fields, bytes 5 to 11, of frames (N, 14)."""
        padded = np.zeros((len(data), 8), np.uint8)
        padded[:, 1:] = data[:, 4:11]
        return cls(padded.view(">u8").reshape(-1).astype(np.uint64), es)

    def bits(self, first: int, last: int) -> Ints:
        """Return bits first to last, both counted, as an integer (N,)."""
        shifted = self.me >> np.uint64(56 - last)
        return (shifted & np.uint64((1 << (last - first + 1)) - 1)).astype(np.int64)

    @property
    def tc(self) -> Ints:
        """The format type code, -1 where there is none."""
        return np.where(self.es, self.bits(1, 5), -1)

    @property
    def surface(self) -> Bools:
        tc = self.tc
        return (tc >= 5) & (tc <= 8)

    @property
    def airborne(self) -> Bools:
        tc = self.tc
        return ((tc >= 9) & (tc <= 18)) | ((tc >= 20) & (tc <= 22))

    @property
    def gnss_height(self) -> Bools:
        tc = self.tc
        return (tc >= 20) & (tc <= 22)


def velocity(squitter: Squitter) -> dict[str, Floats]:
    """Return gs_mps, track_deg, vrate_mps, geo_minus_baro_m and nacv of BDS 0,9 frames (N,)."""
    bits, subtype = squitter.bits, squitter.bits(6, 8)
    is_velocity = (squitter.tc == 19) & (subtype >= 1) & (subtype <= 4)
    ew, ns = bits(15, 24), bits(26, 35)
    told = is_velocity & (subtype <= 2) & (ew > 0) & (ns > 0) & (ew < 1023) & (ns < 1023)
    unit = np.where(subtype == 2, 4 * KT_MPS, KT_MPS)
    east = np.where(bits(14, 14) == 1, 1 - ew, ew - 1) * unit
    north = np.where(bits(25, 25) == 1, 1 - ns, ns - 1) * unit
    rate, height = bits(38, 46), bits(50, 56)
    climb = np.where(bits(37, 37) == 1, 1 - rate, rate - 1) * 64 * FPM_MPS
    above = np.where(bits(49, 49) == 1, 1 - height, height - 1) * 25 * FT_M
    return {
        "gs_mps": np.where(told, np.hypot(east, north), np.nan),
        "track_deg": np.where(told, np.mod(np.degrees(np.arctan2(east, north)), 360), np.nan),
        "vrate_mps": np.where(is_velocity & (rate > 0) & (rate < 511), climb, np.nan),
        "geo_minus_baro_m": np.where(is_velocity & (height > 0) & (height < 127), above, np.nan),
        "nacv": np.where(is_velocity, bits(11, 13), np.nan),
    }


def surface_motion(squitter: Squitter) -> tuple[Floats, Floats]:
    """Return gs_mps and track_deg (N,) of BDS 0,6 frames."""
    knots = np.where(squitter.surface, _MOVEMENT_KT[squitter.bits(6, 12)], np.nan)
    told = squitter.surface & (squitter.bits(13, 13) == 1)
    return knots * KT_MPS, np.where(told, squitter.bits(14, 20) * 360 / 128, np.nan)


def status(squitter: Squitter) -> dict[str, Floats]:
    """Return the codes of operational status (BDS 6,5) and target state (BDS 6,2) frames (N,).

    adsb_version, nacp, sil, sil_supp, gva, sda, nic_baro, nic_a, nic_c.  DO-260B, 2.2.3.2.7.2
    and 2.2.3.2.7.1; version 0 has no accuracy codes, and GVA was something else in version 1.
    """
    bits, subtype = squitter.bits, squitter.bits(6, 8)
    version = bits(41, 43)
    operational = (squitter.tc == 31) & (subtype <= 1) & (version <= 3)  # 3: DO-260C, same bits
    coded = operational & (version >= 1)
    second = operational & (version >= 2)
    airborne = subtype == 0
    target = (squitter.tc == 29) & (bits(6, 7) == 1)  # this layout exists from version 2 on

    def either(op: Ints, ts: Ints) -> Floats:
        return np.where(coded, op, np.where(target, ts, np.nan))

    return {
        "adsb_version": np.where(operational, version, np.nan),
        "nacp": either(bits(45, 48), bits(40, 43)),
        "sil": either(bits(51, 52), bits(45, 46)),
        "sil_supp": np.where(second, bits(55, 55), np.where(target, bits(8, 8), np.nan)),
        "gva": np.where(second & airborne, bits(49, 50), np.nan),
        "sda": np.where(second, bits(31, 32), np.nan),
        "nic_baro": np.where(
            coded & airborne, bits(53, 53), np.where(target, bits(44, 44), np.nan)
        ),
        "nic_a": np.where(coded, bits(44, 44), np.nan),
        "nic_c": np.where(second & ~airborne, bits(20, 20), np.nan),
    }


def on_ground(df: Ints, field: Ints, squitter: Squitter) -> Floats:
    """Return 1 on the ground, 0 airborne, NaN where the frame does not say (N,).

    field   (N,) bits 6 to 8 of the frame: CA of DF 11 and 17 (4 ground, 5 airborne), FS of
            DF 4, 5, 20 and 21 (0 and 2 airborne, 1 and 3 ground), VS (its first bit) of DF 0
            and 16.  Annex 10 vol. IV, 3.1.2.5.2.2.1, 3.1.2.6.5.1 and 3.1.2.8.2.1.
    """
    capability, flight = np.isin(df, (11, 17)), np.isin(df, (4, 5, 20, 21))
    air_air = np.isin(df, (0, 16))
    ground = (
        squitter.surface
        | (capability & (field == 4))
        | (flight & np.isin(field, (1, 3)))
        | (air_air & (field >= 4))
    )
    air = (capability & (field == 5)) | (flight & np.isin(field, (0, 2))) | (air_air & (field < 4))
    return np.where(ground, 1.0, np.where(air, 0.0, np.nan))
