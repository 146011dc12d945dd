"""What the accuracy and integrity codes of ADS-B mean in metres and probabilities.

RTCA DO-260B, the same tables in ICAO Doc 9871, appendix C: type code with supplements A, B and
C to NIC and Rc (table C-2), NACp (C-13), GVA (C-29), NACv, SIL; version 0, NUCp: appendix N.

EPU is a 95 % bound: for a circular Gaussian error EPU95 = 2.448 sigma per axis.  Rc is a
containment radius at the integrity risk of SIL: it says how far off an *undetected* error may
be, and is never turned into a sigma.  A code of unknown meaning is NaN.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin.feed.frames import Bools, Ints
from tocsin.schema import Floats

EPU95_SIGMA = 2.448  # sqrt(-2 ln 0.05)
GAUSS95_SIGMA = 1.960  # two-sided 95 % of one axis, for heights

_U = np.nan
#: 95 % horizontal position bound in metres by NACp 0..15 (12 to 15 are reserved).
EPU95_M = np.array(
    [_U, 18520, 7408, 3704, 1852, 926, 555.6, 185.2, 92.6, 30, 10, 3, _U, _U, _U, _U]
)
#: 95 % horizontal velocity bound in m/s by NACv 0..7.
VELOCITY95_MPS = np.array([_U, 10, 3, 1, 0.3, _U, _U, _U])
#: 95 % geometric height bound in metres by GVA 0..3.
GEOMETRIC95_M = np.array([_U, 150, 45, _U])
#: Probability that Rc is exceeded undetected, per hour or per sample as SIL supplement says.
SIL_PROBABILITY = np.array([_U, 1e-3, 1e-5, 1e-7])

#: Version 0, by type code 0..31: NUCp and, by NUCp 0..9, the 95 % bound and the protection limit.
NUCP = np.full(32, -1)
NUCP[5:19] = [9, 8, 7, 6, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
NUCP[20:23] = [9, 8, 0]
NUCP_EPU95_M = np.array([_U, 18520, 9260, 1852, 926, 463, 185.2, 92.6, 10, 3])
NUCP_LIMIT_M = np.array([_U, 37040, 18520, 3704, 1852, 926, 370.4, 185.2, 25, 7.5])

#: Sigma per axis where the source reports no accuracy, by kind of source.  ADS-B: the rule of
#: the European mandate (EU 1207/2011) is NACp >= 7, 185 m at 95 %, so 76 m; a current GNSS fix
#: is ten times better, yet an installation that does not say is more likely an old one, and
#: up to 0.6 s of uncompensated latency is 150 m along the track at 250 m/s.  MLAT: wide-area
#: systems are built for some 150 m, amateur ones do worse.  TIS-B and tracker output inherit
#: the error of a radar at range: 1/8 degree at 60 NM is 240 m.  A self-declared drone position
#: is a phone-grade GNSS fix.  Anything else gets the largest of these.
DEFAULT_SIGMA_M = {
    "adsb": 75.0,
    "adsr": 100.0,
    "tisb": 250.0,
    "mlat": 150.0,
    "mode_s": 250.0,
    "track": 250.0,
    "remote_id": 25.0,
    "flarm": 25.0,
}
UNKNOWN_SIGMA_M = 250.0


def lookup(table: Floats, code: Floats) -> Floats:
    """Return table values (N,) by code (N,); NaN for a code that is NaN or not in the table."""
    known = np.isfinite(code) & (code >= 0) & (code < len(table))
    return np.where(known, table[np.where(known, code, 0).astype(np.int64)], np.nan)


def integrity(tc: Ints, a: Floats, b: Floats, c: Floats, version: Floats) -> tuple[Floats, Floats]:
    """Return NIC and its containment radius Rc in metres (N,) of position frames.

    tc         type code, 5..18 and 20..22
    a, b, c    NIC supplements: A and C carried from operational status, B from the frame; where
               one is NaN the larger radius of those it leaves open is given
    version    1 or later; elsewhere NaN (version 0 has NUCp: see `uncategorised`)
    """
    a1, b1, c1 = a == 1, b == 1, c == 1
    b1 = np.where(version == 1, a1, b1)  # version 1 has one supplement for what A and B say
    nic, rc = np.full(len(tc), np.nan), np.full(len(tc), np.nan)

    def put(where: Bools, value: int, radius_m: float) -> None:
        nic[where], rc[where] = value, radius_m

    put(np.isin(tc, (5, 9, 20)), 11, 7.5)
    put(np.isin(tc, (6, 10, 21)), 10, 25.0)
    put(np.isin(tc, (7, 11)), 8, 185.2)
    put((tc == 7) & a1 | (tc == 11) & a1 & b1, 9, 75.0)
    put(tc == 8, 0, np.nan)
    put((tc == 8) & (version >= 2) & ~a1 & c1, 6, 1111.2)
    put((tc == 8) & (version >= 2) & a1 & ~c1, 6, 555.6)
    put((tc == 8) & (version >= 2) & a1 & c1, 7, 370.4)
    put(tc == 12, 7, 370.4)
    put(tc == 13, 6, 1111.2)
    put((tc == 13) & ((a == 0) | (b == 0) & (version >= 2)), 6, 926.0)
    put((tc == 13) & (a == 0) & b1, 6, 555.6)
    put(tc == 14, 5, 1852.0)
    put(tc == 15, 4, 3704.0)
    put(tc == 16, 2, 14816.0)
    put((tc == 16) & a1 & b1, 3, 7408.0)
    put(tc == 17, 1, 37040.0)
    put(np.isin(tc, (18, 22)), 0, np.nan)
    coded = version >= 1
    return np.where(coded, nic, np.nan), np.where(coded, rc, np.nan)


def uncategorised(tc: Ints) -> tuple[Floats, Floats]:
    """Return EPU95 and protection limit in metres (N,) that a version 0 type code stands for."""
    nucp = np.where((tc >= 0) & (tc < 32), NUCP[np.clip(tc, 0, 31)], -1).astype(np.float64)
    return lookup(NUCP_EPU95_M, nucp), lookup(NUCP_LIMIT_M, nucp)


def position_sigma_m(fixes: pa.Table) -> tuple[NDArray[np.float32], pa.DictionaryArray]:
    """Return the one-sigma error per horizontal axis (N,) of any table of fixes, and its basis.

    In this order: the reported covariance (the larger axis of its ellipse, so that no direction
    is flattered), EPU95 / 2.448, else a default by kind of source.  The basis is "reported",
    "derived_code" and "default" in turn, except that a row which names its own basis for a
    covariance or a bound (a "sensor_model", a default of its reader) keeps it.
    Rc is not used: it is containment, not sigma.
    """
    count = fixes.num_rows
    ee, nn, en = (_floats(fixes, f"pos_cov_{axis}") for axis in ("ee", "nn", "en"))
    en = np.where(np.isnan(en), 0.0, en)
    larger = 0.5 * (ee + nn) + np.hypot(0.5 * (ee - nn), en)
    with np.errstate(invalid="ignore"):
        reported = np.sqrt(np.where(larger > 0, larger, np.nan))
    derived = _floats(fixes, "pos_epu95_m") / EPU95_SIGMA
    kinds = fixes["source_kind"].combine_chunks().cast(pa.string())
    encoded = kinds.fill_null("").dictionary_encode()
    defaults = np.array(
        [DEFAULT_SIGMA_M.get(k, UNKNOWN_SIGMA_M) for k in encoded.dictionary.to_pylist()]
    )
    default = defaults[encoded.indices.to_numpy()] if count else np.zeros(0)
    has_reported, has_derived = np.isfinite(reported), np.isfinite(derived)
    sigma = np.where(has_reported, reported, np.where(has_derived, derived, default))
    words = pa.array(["reported", "derived_code", "default"])
    which = np.where(has_reported, 0, np.where(has_derived, 1, 2)).astype(np.int32)
    basis = pa.DictionaryArray.from_arrays(pa.array(which), words)
    if "acc_basis" in fixes.column_names:
        own = fixes["acc_basis"].combine_chunks().cast(pa.string())
        said = pc.fill_null(pc.not_equal(own, "none"), False).to_numpy(zero_copy_only=False)
        named = pa.array((which < 2) & said)
        basis = pc.if_else(named, own, basis.cast(pa.string())).dictionary_encode()
    return sigma.astype(np.float32), basis


def _floats(fixes: pa.Table, name: str) -> Floats:
    if name not in fixes.column_names:
        return np.full(fixes.num_rows, np.nan)
    return np.asarray(fixes[name].cast(pa.float64()).to_numpy(), np.float64)
