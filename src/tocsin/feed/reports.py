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
from tocsin.feed.carry import ALWAYS_S, IDENTITY_S, QUALITY_S, STATE_S, Order, filled, last_report
from tocsin.feed.codes import Codes
from tocsin.feed.frames import Bools, Bytes, Ints
from tocsin.feed.squitter import Squitter, status, surface_motion, velocity
from tocsin.schema import Floats
from tocsin.units import FT_M

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Carrier:
    """The order of the rows and which of them are position frames."""

    order: Order
    placed: Bools

    def __call__(self, values: Floats, limit_s: float) -> tuple[Floats, Floats]:
        """Return values (N,) with position rows filled from the last report, and its age (N,)."""
        source, age_s = last_report(self.order, np.isfinite(values), limit_s)
        return np.where(self.placed, filled(values, source), values), age_s


def motion(carried: Carrier, es: Squitter, ground: Floats) -> Columns:
    """Return speed, track, vertical rate and its error, and whether on the ground."""
    said = velocity(es)
    gs_mps, track_deg = surface_motion(es)
    gs_mps = np.where(es.surface, gs_mps, said["gs_mps"])
    track_deg = np.where(es.surface, track_deg, said["track_deg"])
    nacv, _ = carried(said["nacv"], STATE_S)
    return {
        "gs_mps": carried(gs_mps, STATE_S)[0],
        "track_deg": carried(track_deg, STATE_S)[0],
        "vrate_mps": carried(said["vrate_mps"], STATE_S)[0],
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

    source, age_s = last_report(carried.order, np.isfinite(own_m), STATE_S)
    pressure_m = np.where(es.airborne, filled(own_m, source), own_m)
    denied = np.abs(gnss_m - pressure_m) > _height_tolerance_m(pressure_m)
    gnss_m = np.where(denied, np.nan, gnss_m)
    above_m, _ = carried(velocity(es)["geo_minus_baro_m"], STATE_S)
    summed_m = np.where(es.airborne, pressure_m + above_m, np.nan)
    hae_m = np.where(np.isfinite(gnss_m), gnss_m, summed_m)
    known = np.isfinite(pressure_m)
    return {
        "h_pressure_m": pressure_m,
        "h_hae_m": hae_m,
        "h_lsb_m": np.where(es.airborne & known, filled(lsb_m, source), lsb_m),
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
    version, _ = carried(said["adsb_version"], ALWAYS_S)
    nacp, age_s = carried(said["nacp"], QUALITY_S)
    names = ("sil", "sil_supp", "gva", "sda", "nic_baro", "nic_a", "nic_c")
    code = {name: carried(said[name], QUALITY_S)[0] for name in names}
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
    number = codes.callsign.indices.cast(pa.float64()).to_numpy(zero_copy_only=False)
    kept, _ = carried(number, IDENTITY_S)
    indices = pa.array(np.nan_to_num(kept).astype(np.int32), mask=np.isnan(kept))
    priority = (es.tc == 28) & (es.bits(6, 8) == 1)
    reply = np.isin(df, (4, 5, 20, 21))
    spi = np.where(es.airborne, es.bits(6, 7) == 3, np.isin(field, (4, 5))).astype(np.float64)
    return {
        "callsign": pa.DictionaryArray.from_arrays(indices, codes.callsign.dictionary),
        "squawk": carried(codes.squawk, IDENTITY_S)[0],
        "emergency": carried(np.where(priority, es.bits(9, 11), np.nan), QUALITY_S)[0],
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
