"""From single messages to what an aircraft's position row says: motion, heights, quality, identity.

Each function returns columns of the table of fixes.  A row of a position frame takes the newest
earlier report of the aircraft while it is young enough (`carry`); any other row says only what
its own frame says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.feed import accuracy
from tocsin.feed.carry import (
    ALWAYS_S,
    IDENTITY_S,
    QUALITY_S,
    STATE_S,
    Memory,
    Order,
    filled,
    last_report,
)
from tocsin.feed.codes import Codes
from tocsin.feed.frames import Bools, Bytes, Ints
from tocsin.feed.squitter import Squitter, status, surface_motion, velocity
from tocsin.schema import Floats
from tocsin.units import FT_M

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Carrier:
    """The order of the rows, which of them are position frames, and what came before them all."""

    order: Order
    placed: Bools
    clock_s: Floats  # (N,) of the rows as they stand
    aircraft: Ints  # (N,)
    distinct: list[int]  # aircraft of the rows, each once
    back: Ints  # (N,) where each row's aircraft stands in `distinct`
    memory: Memory | None = None  # of a stream; None: these rows are the whole

    @classmethod
    def of(
        cls, aircraft: Ints, clock_s: Floats, placed: Bools, memory: Memory | None = None
    ) -> Carrier:
        """Return the carrier of N rows."""
        distinct, back = np.unique(aircraft, return_inverse=True)
        order = Order.of(aircraft, clock_s)
        return cls(order, placed, clock_s, aircraft, distinct.tolist(), back, memory)

    def __call__(self, name: str, values: Floats, limit_s: float) -> tuple[Floats, Floats]:
        """Return values (N,) with position rows filled from the last report, and its age (N,)."""
        told, age_s = self.last(name, values, limit_s)
        return np.where(self.placed, told, values), age_s

    def last(self, name: str, values: Floats, limit_s: float) -> tuple[Floats, Floats]:
        """Return the last report for every row (N,), its own where it has one, and its age (N,)."""
        source, age_s = last_report(self.order, np.isfinite(values), limit_s)
        told = filled(values, source)
        if self.memory is None:
            return told, age_s
        known, at_s = self.memory.recall(name, self.distinct)
        old_s = self.clock_s - at_s[self.back]
        with np.errstate(invalid="ignore"):
            older = (source < 0) & (old_s >= 0) & (old_s <= limit_s)
        self.memory.keep(name, self.aircraft, self.clock_s, values)
        return np.where(older, known[self.back], told), np.where(older, old_s, age_s)

    def word(self, name: str, words: pa.DictionaryArray, limit_s: float) -> pa.DictionaryArray:
        """Return words (N,) with position rows filled from the last report."""
        number = words.indices.cast(pa.float64()).to_numpy(zero_copy_only=False)
        known = words.dictionary
        if self.memory is not None:  # numbers that hold from one batch to the next
            own = np.array([self.memory.number(w) for w in known.to_pylist()] + [0], np.float64)
            number = np.where(np.isnan(number), np.nan, own[np.nan_to_num(number).astype(np.int64)])
            known = pa.array(list(self.memory.words), pa.string())
        kept, _ = self(name, number, limit_s)
        indices = pa.array(np.nan_to_num(kept).astype(np.int32), mask=np.isnan(kept))
        return pa.DictionaryArray.from_arrays(indices, known)


def motion(carried: Carrier, es: Squitter, ground: Floats) -> Columns:
    """Return speed, track, vertical rate and its error, and whether on the ground."""
    said = velocity(es)
    gs_mps, track_deg = surface_motion(es)
    gs_mps = np.where(es.surface, gs_mps, said["gs_mps"])
    track_deg = np.where(es.surface, track_deg, said["track_deg"])
    nacv, _ = carried("nacv", said["nacv"], STATE_S)
    return {
        "gs_mps": carried("gs_mps", gs_mps, STATE_S)[0],
        "track_deg": carried("track_deg", track_deg, STATE_S)[0],
        "vrate_mps": carried("vrate_mps", said["vrate_mps"], STATE_S)[0],
        "nacv": nacv,
        "vel_sigma_mps": accuracy.lookup(accuracy.VELOCITY95_MPS, nacv) / accuracy.EPU95_SIGMA,
        "on_ground": truths(ground),
    }


def pressure_and_height(
    carried: Carrier, es: Squitter, df: Ints, data: Bytes, altitude_ft: Floats
) -> tuple[Columns, int]:
    """Return pressure altitude and height above the ellipsoid, and how many heights are in doubt.

    The ellipsoidal height is that of a type code 20 to 22, or the pressure altitude plus the
    difference that BDS 0,9 reports.
    """
    h_m = altitude_ft * FT_M
    gnss_m = np.where(es.gnss_height, h_m, np.nan)
    own_m = np.where(es.gnss_height, np.nan, h_m)
    fine = np.where(es.airborne, es.bits(16, 16) == 1, data[:, 3] & 0x10 != 0)  # the Q bit
    lsb_m = np.where(np.isfinite(h_m), np.where(fine, 25 * FT_M, 100 * FT_M), np.nan)

    last_m, age_s = carried.last("h_pressure_m", own_m, STATE_S)
    pressure_m = np.where(es.airborne, last_m, own_m)
    last_lsb_m, _ = carried.last("h_lsb_m", np.where(np.isfinite(own_m), lsb_m, np.nan), STATE_S)
    denied = np.abs(gnss_m - pressure_m) > _height_tolerance_m(pressure_m)
    gnss_m = np.where(denied, np.nan, gnss_m)
    above_m, _ = carried("geo_minus_baro_m", velocity(es)["geo_minus_baro_m"], STATE_S)
    summed_m = np.where(es.airborne, pressure_m + above_m, np.nan)
    hae_m = np.where(np.isfinite(gnss_m), gnss_m, summed_m)
    known = np.isfinite(pressure_m)
    return {
        "h_pressure_m": pressure_m,
        "h_hae_m": hae_m,
        "h_lsb_m": np.where(es.airborne & known, last_lsb_m, lsb_m),
        "h_age_s": np.where(known, np.where(es.airborne, age_s, 0.0), np.nan),
    }, int(denied.sum())


def _height_tolerance_m(pressure_m: Floats) -> Floats:
    """Return how far a height above the ellipsoid may lie from the pressure altitude (N,).

    Pressure systems (40 hPa) and the geoid (100 m) are 450 m at the ground; a column of air 10 %
    warmer or colder than standard is 10 % thicker or thinner.  Metres read as feet or the other
    way round are 70 % off or more.
    """
    return 500.0 + 0.1 * np.abs(pressure_m)


def quality(carried: Carrier, es: Squitter, relayed: Bools, geometric: Bools) -> Columns:
    """Return accuracy and integrity: the codes, their age, and what they mean in metres.

    relayed     (N,) rows of TIS-B and multilateration, whose codes are not those of the aircraft
    geometric   (N,) rows with a height above the ellipsoid, which GVA speaks of

    Until a version is heard an installation counts as version 0 (DO-260B, appendix N), whose type
    code alone stands for accuracy and integrity (NUCp).
    """
    said = status(es)
    version, _ = carried("adsb_version", said["adsb_version"], ALWAYS_S)
    nacp, age_s = carried("nacp", said["nacp"], QUALITY_S)
    names = ("sil", "sil_supp", "gva", "sda", "nic_baro", "nic_a", "nic_c")
    code = {name: carried(name, said[name], QUALITY_S)[0] for name in names}
    nic_b = np.where(es.airborne, es.bits(8, 8), 0).astype(np.float64)
    nic, rc_m = accuracy.integrity(es.tc, code.pop("nic_a"), nic_b, code.pop("nic_c"), version)
    nucp_epu95_m, nucp_limit_m = accuracy.uncategorised(es.tc)
    coded, own = version >= 1, carried.placed & ~relayed
    epu95_m = np.where(coded, accuracy.lookup(accuracy.EPU95_M, nacp), nucp_epu95_m)
    epu95_m = np.where(own, epu95_m, np.nan)
    vertical_m = accuracy.lookup(accuracy.GEOMETRIC95_M, code["gva"]) / accuracy.GAUSS95_SIGMA
    return {
        **code,
        "adsb_version": version,
        "nacp": nacp,
        "nic": np.where(own, nic, np.nan),
        "quality_age_s": np.where(np.isfinite(nacp), age_s, np.nan),
        "pos_epu95_m": epu95_m,
        "pos_rc_m": np.where(own, np.where(coded, rc_m, nucp_limit_m), np.nan),
        "sil_prob": accuracy.lookup(accuracy.SIL_PROBABILITY, code["sil"]),
        "h_sigma_m": np.where(geometric, vertical_m, np.nan),
        "acc_basis": words(np.isfinite(epu95_m).astype(np.int32), ("none", "derived_code")),
    }


def identity(carried: Carrier, es: Squitter, df: Ints, field: Ints, codes: Codes) -> Columns:
    """Return call sign, squawk, emergency and SPI."""
    priority = (es.tc == 28) & (es.bits(6, 8) == 1)
    said = np.where(priority, es.bits(9, 11), np.nan)
    reply = np.isin(df, (4, 5, 20, 21))
    spi = np.where(es.airborne, es.bits(6, 7) == 3, np.isin(field, (4, 5))).astype(np.float64)
    return {
        "callsign": carried.word("callsign", codes.callsign, IDENTITY_S),
        "squawk": carried("squawk", codes.squawk, IDENTITY_S)[0],
        "emergency": carried("emergency", said, QUALITY_S)[0],
        "spi": truths(np.where(es.airborne | reply, spi, np.nan)),
    }


def truths(values: Floats) -> pa.Array:
    """Return booleans (N,) from 1 and 0; NaN gives null."""
    return pa.array(values == 1, mask=np.isnan(values))


def words(which: Ints, of: tuple[str, ...]) -> pa.DictionaryArray:
    """Return a column of words (N,) by their number; a negative number gives null."""
    number = which.astype(np.int32)
    indices = pa.array(np.maximum(number, 0), mask=number < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(of))
