"""CAT062, system track data (EUROCONTROL SPEC-0149-9): columns of fixes.

Accuracies (I062/500) are taken as 1 sigma along the axes of the system plane, which are taken as
east and north; the covariance is sign(C) C^2, for the item gives sign(C) sqrt|C|.  Positions and
accuracies are those of a tracker: the fixes of a track are not independent of each other.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tocsin.feed import asterixcolumns as c
from tocsin.feed.asterixitems import Items
from tocsin.geo import R_MEAN_M
from tocsin.schema import Floats
from tocsin.units import FT_M

#: I062/340 TYP: 1 primary, 2 secondary, 3 both, 4 and 5 Mode S, 6 and 7 Mode S with primary.
_PLOT_PSR, _PLOT_SSR, _PLOT_MODE_S = (1, 3, 6, 7), (2, 3), (4, 5, 6, 7)
#: Above the highest transition altitude there is (18,000 ft, North America) levels are flown by the
#: standard pressure: trackers set the QNH bit there all the same, and the height is no altitude.
_TRANSITION_MAX_M = 18_000 * FT_M
_AGES = ("PSR", "SSR", "MDS", "ADS", "ES", "VDL", "UAT", "MLT")


def columns(items: Items) -> c.Columns:
    """Return the columns of N system tracks."""
    count = len(items)
    plot = items.codes("340/TYP/TYP")
    squawk, adr = c.mode3a(items, "060"), c.address(items, "380/ADR")
    squawk["squawk_smoothed"] = pa.nulls(count, pa.bool_())
    psr = _contributed(items, "PSR", ("PSR",), np.isin(plot, _PLOT_PSR))
    ssr = _contributed(items, "SSR", ("SSR",), np.isin(plot, _PLOT_SSR))
    mode_s = _contributed(items, "MDS", ("MDS",), np.isin(plot, _PLOT_MODE_S))
    adsb = _contributed(items, "ADS", ("ADS", "ES", "VDL", "UAT"), np.zeros(count, np.bool_))
    mode5 = items.flags("110/SUM/M5")
    coded = items.has("060") | (adr >= 0)
    out: c.Columns = {
        "keep": np.ones(count, np.bool_),
        "tod_s": items.numbers("070"),
        "source_kind": "track",
        "lat_deg": items.numbers("105/LAT"),
        "lon_deg": items.numbers("105/LON"),
        "h_hae_m": items.numbers("130"),
        "h_lsb_m": c.step_m(items.codes("380/COM/ARC")),
        "vrate_mps": items.numbers("220"),
        "on_ground": c.truths(_ground(items)),
        "icao24": c.codes(adr, pa.uint32()),
        "callsign": c.texts(items.texts("380/ID"), items.texts("245/CHR")),
        "mode1": c.numbers(items.octal("110/EM1/EM1"), pa.uint16()),
        "mode2": c.numbers(items.octal("120/MODE2"), pa.uint16()),
        "psr": c.truths(psr),
        "ssr": c.truths(ssr),
        "mode_s": c.truths(mode_s),
        "adsb": c.truths(adsb),
        "mode5": c.truths(mode5),
        "primary_only": c.truths(c.primary(psr, ssr, mode_s, adsb, mode5, coded)),
        "emergency": c.codes(items.codes("080/EMS"), pa.uint8()),
        "spi": c.truths(items.flags("080/SPI")),
        "mil_emergency": c.truths(items.flags("080/ME")),
        "simulated": c.truths(c.either(items.flags("080/SIM"), items.flags("340/TYP/SIM"))),
        "test": c.truths(c.either(items.flags("340/TYP/TST"), items.flags("340/TYP/RAB"))),
        "coasted": c.truths(items.flags("080/CST")),
        "tentative": c.truths(items.flags("080/CNF")),
        "first": c.truths(items.flags("080/TSB")),
        "last": c.truths(items.flags("080/TSE")),
        "track_no": c.codes(items.codes("040"), pa.uint32()),
        "track_src": _origin(items),
        "fpl_correlated": c.truths(items.flags("080/FPC")),
        "fpl_callsign": items.texts("390/CS").cast(pa.string()),
        "fpl_id": c.codes(items.codes("390/IFI/NBR"), pa.uint32()).cast(pa.string()),
        "fpl_dep": items.texts("390/DEP").cast(pa.string()),
        "fpl_dst": items.texts("390/DST").cast(pa.string()),
        "fpl_type": items.texts("390/TAC").cast(pa.string()),
        "pos_age_s": _youngest(items),
        "h_age_s": items.numbers("295/MFL"),
    }
    return (
        out
        | squawk
        | _heights(items)
        | c.velocity(items.numbers("185/VX"), items.numbers("185/VY"))
        | _accuracy(items, out["lat_deg"])
    )


def _heights(items: Items) -> c.Columns:
    """Return pressure height: measured (136), else the tracked one (135), which QNH may correct.

    A tracked height that QNH corrects is also an altitude above mean sea level, where aircraft fly
    by QNH at all.
    """
    measured, tracked = items.numbers("136"), items.numbers("135/CTB")
    qnh = items.flags("135/QNH")
    taken = ~np.isfinite(measured) & np.isfinite(tracked)
    applied = np.where(np.isfinite(measured), 0, np.where(taken, qnh, -1)).astype(np.int8)
    return {
        "h_pressure_m": np.where(taken, tracked, measured),
        "h_qnh_applied": c.truths(applied),
        "h_msl_m": np.where((qnh == 1) & (tracked <= _TRANSITION_MAX_M), tracked, np.nan),
    }


def _contributed(items: Items, bit: str, ages: tuple[str, ...], plotted: np.ndarray) -> c.Says:
    """Return whether a kind of sensor feeds the track, (N,).

    Yes where the last plot is of that kind, or where its age is given and not marked too old; no
    where it is marked too old; else the record does not say.
    """
    old = items.flags(f"080/{bit}")
    aged = np.zeros(len(items), np.bool_)
    for age in ages:
        aged |= items.has(f"290/{age}")
    yes = plotted | aged & (old != 1)
    return np.where(yes, 1, np.where(old == 1, 0, -1)).astype(np.int8)


def _ground(items: Items) -> c.Says:
    """Return whether the target is on the ground (N,): as it says, else as the tracker does."""
    said = items.flags("380/SAB/GBS")
    state = items.codes("380/COM/STAT")
    status = np.where(np.isin(state, (1, 3)), 1, np.where(np.isin(state, (0, 2)), 0, -1))
    return np.where(said >= 0, said, status).astype(np.int8)


def _origin(items: Items) -> pa.DictionaryArray:
    """Return SAC.SIC of the sensor of the last plot (N,)."""
    sac, sic = items.codes("340/SID/SAC"), items.codes("340/SID/SIC")
    both = np.where((sac >= 0) & (sic >= 0), sac << 8 | sic, -1)
    distinct, back = np.unique(both, return_inverse=True)
    names = tuple(f"{code >> 8}.{code & 255}" for code in distinct.tolist())
    return c.words(np.where(both >= 0, back, -1), names)


def _youngest(items: Items) -> Floats:
    """Return the age of the last detection of any kind (N,); NaN where none is given."""
    ages = np.stack([items.numbers(f"290/{name}") for name in _AGES])
    youngest = np.min(np.where(np.isfinite(ages), ages, np.inf), axis=0)
    return np.where(np.isfinite(youngest), youngest, np.nan)


def _accuracy(items: Items, lat_deg: Floats) -> c.Columns:
    """Return reported errors: the plane's sigmas with covariance, else those in degrees."""
    x, y, cov = (items.numbers(f"500/{p}") for p in ("APC/X", "APC/Y", "COV"))
    degree_m = np.radians(1.0) * R_MEAN_M
    north = items.numbers("500/APW/LAT") * degree_m
    east = items.numbers("500/APW/LON") * degree_m * np.cos(np.radians(lat_deg))
    plane = np.isfinite(x) & np.isfinite(y)
    vx, vy = items.numbers("500/ATV/X"), items.numbers("500/ATV/Y")
    return c.covariance(
        np.where(plane, x, east), np.where(plane, y, north), np.sign(cov) * cov**2
    ) | {
        "h_sigma_m": c.first(items.numbers("500/AGA"), items.numbers("500/ABA")),
        "vel_sigma_mps": np.sqrt((vx**2 + vy**2) / 2),
        "vrate_sigma_mps": items.numbers("500/ARC"),
    }
