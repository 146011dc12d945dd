"""CAT021, ADS-B target reports (SPEC-0149-12): columns of fixes.

Editions 0.2x and 2.x share their number and little else; fields that an edition does not have are
null.  The time of applicability of the position (I021/071, else of the velocity, 072) comes first;
where there is none the time of reception stands for it, which is later by the latency of the
transponder (up to 0.6 s uncompensated), and is marked "inferred".
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tocsin.feed import accuracy
from tocsin.feed import asterixcolumns as c
from tocsin.feed.asterixitems import Items
from tocsin.schema import Floats

#: Containment radius in metres by NIC 0..11 (DO-260B table 2-14; NIC 6 takes its largest).
_RC_M = np.array([np.nan, 37040, 14816, 7408, 3704, 1852, 1111.2, 370.4, 185.2, 75, 25, 7.5])
_FULL_FT_M = 0x7FFF * 6.25 * 0.3048  # I021/140: "greater than what can be coded"


def columns(items: Items) -> c.Columns:
    """Return the columns of N target reports."""
    applied = c.first(items.numbers("071"), items.numbers("072"))
    heard = c.first(items.numbers("073"), items.numbers("075"), items.numbers("030"))
    sent = items.numbers("077")
    geometric = items.numbers("140")
    east_north = items.numbers("160/GS"), items.numbers("160/TA")
    said = items.codes("200/SS")
    atp, coarse = items.codes("040/ATP"), items.edition.name.startswith("0.")
    kind = np.where(np.isin(atp, (1, 2) if coarse else (0, 2)), 0, np.where(atp == 3, 1, -1))
    return {
        "keep": np.ones(len(items), np.bool_),
        "tod_s": c.first(applied, heard, sent),
        "heard_s": heard,
        "inferred": ~np.isfinite(applied),
        "source_kind": "adsb",
        "lat_deg": c.first(items.numbers("131/LAT"), items.numbers("130/LAT")),
        "lon_deg": c.first(items.numbers("131/LON"), items.numbers("130/LON")),
        "h_hae_m": np.where(geometric >= _FULL_FT_M, np.nan, geometric),
        "h_pressure_m": items.numbers("145"),
        "h_qnh_applied": c.truths(np.where(items.has("145"), 0, -1).astype(np.int8)),
        "gs_mps": east_north[0],
        "track_deg": east_north[1],
        "vrate_mps": c.first(
            items.numbers("157/GVR"),
            items.numbers("155/BVR"),
            items.numbers("157"),
            items.numbers("155"),
        ),
        "on_ground": c.truths(items.flags("040/GBS")),
        "icao24": c.codes(c.address(items, "080"), pa.uint32()),
        "icao24_kind": c.words(kind, ("verified", "anonymous")),
        "callsign": items.texts("170"),
        "adsb": c.truths(np.ones(len(items), np.int8)),
        "emergency": c.codes(items.codes("200/PS"), pa.uint8()),
        "spi": c.truths(
            c.either(np.where(said < 0, -1, said == 3).astype(np.int8), items.flags("040/SPI"))
        ),
        "mil_emergency": c.truths(items.flags("200/ME")),
        "simulated": c.truths(items.flags("040/SIM")),
        "test": c.truths(c.either(items.flags("040/TST"), items.flags("040/RAB"))),
        "track_no": c.codes(items.codes("161/TRNUM"), pa.uint32()),
        "quality_age_s": items.numbers("295/QI"),
        "h_age_s": items.numbers("295/FL"),
    } | _quality(items) | c.mode3a(items, "070")  # fmt: skip


def _quality(items: Items) -> c.Columns:
    """Return codes of accuracy and integrity and what they stand for.

    Version 0 sends NUCp and NUCr in the bits that are NIC and NACv later; without a version the
    first extension, which only later versions fill, decides.
    """
    version = items.codes("210/VN")
    nacp, sil = items.codes("090/NACP"), items.codes("090/SIL")
    coded = (version >= 1) | (version < 0) & (nacp >= 0)
    nic = _where(coded, items.codes("090/NUCPNIC"))
    nucp = _where(version == 0, items.codes("090/NUCPNIC"))
    nacv = _where(coded, items.codes("090/NUCRNACV"))
    gva = items.codes("090/GVA")
    nacp, sil = _where(coded, nacp), _where(coded, sil)
    epu = c.first(
        accuracy.lookup(accuracy.EPU95_M, _float(nacp)),
        accuracy.lookup(accuracy.NUCP_EPU95_M, _float(nucp)),
    )
    rc = c.first(
        accuracy.lookup(_RC_M, _float(nic)), accuracy.lookup(accuracy.NUCP_LIMIT_M, _float(nucp))
    )
    byte = pa.uint8()
    return {
        "nacp": c.codes(nacp, byte),
        "nic": c.codes(nic, byte),
        "nacv": c.codes(nacv, byte),
        "sil": c.codes(sil, byte),
        "sil_supp": c.codes(items.codes("090/SILS"), byte),
        "gva": c.codes(gva, byte),
        "sda": c.codes(items.codes("090/SDA"), byte),
        "nic_baro": c.codes(items.codes("090/NICBARO"), byte),
        "adsb_version": c.codes(version, byte),
        "pos_epu95_m": epu,
        "pos_rc_m": rc,
        "sil_prob": accuracy.lookup(accuracy.SIL_PROBABILITY, _float(sil)),
        "h_sigma_m": accuracy.lookup(accuracy.GEOMETRIC95_M, _float(gva)) / accuracy.GAUSS95_SIGMA,
        "vel_sigma_mps": accuracy.lookup(accuracy.VELOCITY95_MPS, _float(nacv))
        / accuracy.EPU95_SIGMA,
        "acc_basis": c.words(np.where(np.isfinite(epu), 0, -1), ("derived_code",)),
    }


def _where(known: np.ndarray, code: np.ndarray) -> np.ndarray:
    return np.where(known, code, -1)


def _float(code: np.ndarray) -> Floats:
    return np.where(code < 0, np.nan, code.astype(np.float64))
