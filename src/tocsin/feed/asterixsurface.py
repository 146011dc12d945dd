"""CAT010 and CAT020, surface movement and multilateration (SPEC-0149-7, -14): columns of fixes.

Only target reports are fixes; messages about cycles and status are counted.  Cartesian positions
are turned by `asterix` into latitude and longitude where the reference point is known.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tocsin.feed import asterixcolumns as c
from tocsin.feed.asterixitems import Items

_KINDS = ("mlat", "mlat", "adsb", "psr", "psr", "mlat")  # I010/020 TYP
_TARGET = 1  # I010/000


def columns010(items: Items) -> c.Columns:
    """Return the columns of N messages of CAT010."""
    typ = items.codes("020/TYP")
    out = _shared(items) | {
        "keep": items.codes("000") == _TARGET,
        "source_kind": c.words(typ, _KINDS),
        "range_m": items.numbers("040/RHO"),
        "azimuth_deg": items.numbers("040/TH"),
        "psr": c.truths(np.where(typ == 3, 1, -1).astype(np.int8)),
        "adsb": c.truths(np.where(typ == 2, 1, -1).astype(np.int8)),
        "primary_only": c.truths(
            c.primary(np.where(typ == 3, 1, -1).astype(np.int8), items.has("060"), items.has("220"))
        ),
        "track_no": c.codes(items.codes("161/TRK"), pa.uint32()),
        "coasted": c.truths(_coasted(items.codes("170/CST"))),
        "h_agl_m": np.full(len(items), np.nan),
    }
    sigma = items.numbers("500/DEVX"), items.numbers("500/DEVY"), items.numbers("500/COVXY")
    return out | c.mode3a(items, "060") | c.covariance(*sigma)


def columns020(items: Items) -> c.Columns:
    """Return the columns of N reports of CAT020."""
    x, y = items.numbers("500/SDP/X"), items.numbers("500/SDP/Y")
    out = _shared(items) | {
        "keep": np.ones(len(items), np.bool_),
        "source_kind": "mlat",
        "h_hae_m": items.numbers("105"),
        "ssr": c.truths(items.flags("020/SSR")),
        "mode_s": c.truths(items.flags("020/MS")),
        "track_no": c.codes(items.codes("161/TRN"), pa.uint32()),
        "coasted": c.truths(items.flags("170/CST")),
    }
    return out | c.mode3a(items, "070") | c.covariance(x, y, np.zeros(len(items)))


def _shared(items: Items) -> c.Columns:
    """Return what both categories have under the same names."""
    out: c.Columns = {
        "tod_s": items.numbers("140"),
        "lat_deg": items.numbers("041/LAT"),
        "lon_deg": items.numbers("041/LON"),
        "x_m": items.numbers("042/X"),
        "y_m": items.numbers("042/Y"),
        "on_ground": c.truths(items.flags("020/GBS")),
        "icao24": c.codes(c.address(items, "220"), pa.uint32()),
        "callsign": items.texts("245/CHR"),
        "spi": c.truths(items.flags("020/SPI")),
        "simulated": c.truths(items.flags("020/SIM")),
        "test": c.truths(c.either(items.flags("020/TST"), items.flags("020/RAB"))),
        "tentative": c.truths(items.flags("170/CNF")),
        "last": c.truths(items.flags("170/TRE")),
        "ghost": c.truths(items.flags("170/GHO")),
    }
    out |= c.velocity(items.numbers("202/VX"), items.numbers("202/VY"))
    out["gs_mps"] = c.first(items.numbers("200/GSP"), out["gs_mps"])
    out["track_deg"] = c.first(items.numbers("200/TRA"), out["track_deg"])
    return out | c.modec(items, "090", "FL")


def _coasted(code: np.ndarray) -> c.Says:
    """Return whether a track was predicted (N,): I010/170 CST is 0 for no, 1 and 2 for yes."""
    return np.where(code < 0, -1, np.isin(code, (1, 2))).astype(np.int8)
