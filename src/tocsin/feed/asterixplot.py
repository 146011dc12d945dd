"""CAT048 and CAT001, plots and tracks of one radar (SPEC-0149-4, -2a): columns of fixes.

Positions are slant range and azimuth as measured; `asterix` turns them into latitude and longitude
where the site of the radar is known.  Levels are signed.  A Mode S report is marked `mode_s`, and
`ssr` is kept for Mode A/C.  A fixed transponder (RAB) is marked `test`: it is no aircraft.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tocsin.feed import asterixcolumns as c
from tocsin.feed.asterixitems import Items

_KINDS = ("track", "psr", "ssr", "psr_ssr", "mode_s", "mode_s", "psr_ssr", "psr_ssr")


def columns048(items: Items) -> c.Columns:
    """Return the columns of N target reports of CAT048."""
    typ = items.codes("020/TYP")
    psr = _among(typ, (1, 3, 6, 7))
    ssr, mode_s = _among(typ, (2, 3)), _among(typ, (4, 5, 6, 7))
    status = items.codes("230/STAT")
    ground = np.where(np.isin(status, (1, 3)), 1, np.where(np.isin(status, (0, 2)), 0, -1))
    alone = np.where(typ < 0, -1, typ == 1).astype(np.int8)
    out = _polar(items) | {
        "keep": np.ones(len(items), np.bool_),
        "tod_s": items.numbers("140"),
        "source_kind": c.words(typ, _KINDS),
        "h_msl_m": items.numbers("110/3DH"),  # a 3D radar's, above mean sea level
        "h_lsb_m": c.step_m(items.codes("230/ARC")),
        "radial_velocity_mps": items.numbers("120/CAL/CAL"),
        "gs_mps": items.numbers("200/GSP"),
        "track_deg": items.numbers("200/HDG"),
        "on_ground": c.truths(ground.astype(np.int8)),
        "icao24": c.codes(c.address(items, "220"), pa.uint32()),
        "callsign": items.texts("240"),
        "mode1": c.numbers(_mode1(items.codes("055/MODE1")), pa.uint16()),
        "mode2": c.numbers(items.octal("050/MODE2"), pa.uint16()),
        "psr": c.truths(psr),
        "ssr": c.truths(ssr),
        "mode_s": c.truths(mode_s),
        "primary_only": c.truths(alone),
        "spi": c.truths(items.flags("020/SPI")),
        "mil_emergency": c.truths(items.flags("020/ME")),
        "simulated": c.truths(items.flags("020/SIM")),
        "test": c.truths(c.either(items.flags("020/TST"), items.flags("020/RAB"))),
        "coasted": c.truths(np.where(typ < 0, -1, typ == 0).astype(np.int8)),
        "tentative": c.truths(items.flags("170/CNF")),
        "last": c.truths(items.flags("170/TRE")),
        "ghost": c.truths(items.flags("170/GHO")),
        "track_no": c.codes(items.codes("161/TRN"), pa.uint32()),
        "vel_sigma_mps": items.numbers("210/SIGV"),
        "parse_warnings": _warnings(items),
    }
    nothing = np.zeros(len(items))
    return (
        out
        | c.mode3a(items, "070")
        | c.modec(items, "090", "FL")
        | c.covariance(items.numbers("210/SIGX"), items.numbers("210/SIGY"), nothing)
    )


def columns001(items: Items) -> c.Columns:
    """Return the columns of N plots and tracks of CAT001."""
    detected = items.codes("020/SSRPSR")  # 0 none, 1 primary, 2 secondary, 3 both
    out = _polar(items) | {
        "keep": np.ones(len(items), np.bool_),
        "tod_s": np.full(len(items), np.nan),
        "part_s": items.numbers("141"),
        "source_kind": c.words(detected, _KINDS[:4]),
        "radial_velocity_mps": items.numbers("120"),
        "gs_mps": items.numbers("200/GSP"),
        "track_deg": items.numbers("200/HDG"),
        "mode2": c.numbers(items.octal("050/MODE2"), pa.uint16()),
        "psr": c.truths(_among(detected, (1, 3))),
        "ssr": c.truths(_among(detected, (2, 3))),
        "primary_only": c.truths(np.where(detected < 0, -1, detected == 1).astype(np.int8)),
        "spi": c.truths(items.flags("020/SPI")),
        "mil_emergency": c.truths(items.flags("020/ME")),
        "simulated": c.truths(items.flags("020/SIM")),
        "test": c.truths(c.either(items.flags("020/TST"), items.flags("020/RAB"))),
        "coasted": c.truths(np.where(detected < 0, -1, detected == 0).astype(np.int8)),
        "tentative": c.truths(items.flags("170/CON")),
        "last": c.truths(items.flags("170/TRE")),
        "ghost": c.truths(items.flags("170/GHO")),
        "track_no": c.codes(items.codes("161"), pa.uint32()),
        "parse_warnings": _warnings(items),
    }
    return out | c.mode3a(items, "070") | c.modec(items, "090", "HGT")


def _polar(items: Items) -> c.Columns:
    count = len(items)
    return {
        "range_m": items.numbers("040/RHO"),
        "azimuth_deg": items.numbers("040/THETA"),
        "lat_deg": np.full(count, np.nan),
        "lon_deg": np.full(count, np.nan),
    }


def _among(code: np.ndarray, which: tuple[int, ...]) -> c.Says:
    return np.where(code < 0, -1, np.isin(code, which)).astype(np.int8)


def _mode1(code: np.ndarray) -> np.ndarray:
    """Return Mode 1 as its two octal digits: A4 A2 A1 and B2 B1; NaN where absent."""
    return np.where(code < 0, np.nan, (code >> 2) * 10 + (code & 3))


def _warnings(items: Items) -> pa.Array:
    """Return the warning and error codes of item 030 in words, such as "I030: 1", (N,)."""
    lists = [
        [f"I030: {octet >> 1}" for octet in octets] if octets else None
        for octets in items.octets("030")
    ]
    return pa.array(lists, pa.list_(pa.string()))
