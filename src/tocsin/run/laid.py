"""Fixes of all kinds laid out for the smoother: one row each, with an error in metres.

Placed fixes keep the error that came with them; slant ranges of a radar whose site is known are
put on the ellipsoid here, with the error of its range and azimuth.  What is the same for a whole
track (a radar's biases, a height that nobody reports) is kept apart: it does not average out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin import geo
from tocsin.run.radar import ANY_HEIGHT, SLACK_M
from tocsin.schema import Floats, Reading, Sensor
from tocsin.track.associate import associate
from tocsin.track.plane import Plane
from tocsin.track.plots import site

Z90 = 3.2897072539029444  # from the 5 % point of a normal distribution to the 95 %, in sigmas
NEAREST = 0.97  # a slant range reaches no height above it: the target is overhead
HEIGHTS = ("h_pressure_m", "h_hae_m", "h_msl_m")
#: Detections that a radar itself says are none: a fixed transponder, a guess, a reflection.
NO_PLOT = ("test", "coasted", "ghost")
RADAR_KINDS = ("psr", "ssr", "psr_ssr", "mode_s")


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Fixes (N,), in no particular order."""

    track: NDArray[np.object_]  # its name
    t_ns: NDArray[np.int64]
    lon_deg: Floats
    lat_deg: Floats
    cov_m2: Floats  # (N, 2, 2) east and north, of the fix alone
    common_m2: Floats  # (N, 2, 2) what is the same for the whole track
    clock_sd_s: Floats  # of the sensor's clock, the same for the whole track
    flags: NDArray[np.uint32]
    trusted: NDArray[np.bool_]
    broken: NDArray[np.bool_]  # what lies before it is not known
    kind: NDArray[np.object_]
    heights_m: Floats  # (N, 3) as they came: pressure, ellipsoid, sea level

    def take(self, index: NDArray[Any]) -> Laid:
        """Return some of the rows."""
        return Laid(*(getattr(self, field.name)[index] for field in fields(self)))


def together(parts: Sequence[Laid]) -> Laid:
    """Return several as one, sorted by track and time."""
    whole = Laid(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Laid)))
    _, code = np.unique(whole.track.astype(np.str_), return_inverse=True)
    return whole.take(np.lexsort((whole.t_ns, code)))


def loose(table: pa.Table) -> NDArray[np.bool_]:
    """Return which rows are plots of a radar that say nothing of who they are, (N,)."""
    kind = table["source_kind"].cast(pa.string())
    out = pc.is_in(kind, value_set=pa.array(RADAR_KINDS)).fill_null(False)
    for name in ("icao24", "track", "callsign"):
        if name in table.column_names:
            out = pc.and_(out, pc.is_null(table[name]))
    return np.asarray(out.to_numpy(), np.bool_)


def linked(
    t_ns: NDArray[np.int64], lon_deg: Floats, lat_deg: Floats, spread_m: Floats
) -> NDArray[np.int64]:
    """Return the track number of plots without a name, -1 for those that belong to none, (N,)."""
    out = np.full(len(t_ns), -1, np.int64)
    fine = np.flatnonzero(np.isfinite(lon_deg) & np.isfinite(lat_deg))
    if not len(fine):
        return out
    order = fine[np.argsort(t_ns[fine], kind="stable")]
    plane = Plane(float(np.median(lon_deg[fine])), float(np.median(lat_deg[fine])))
    cov = np.einsum("k,ij->kij", spread_m[order] ** 2 + SLACK_M**2, np.eye(2))
    t_s = (t_ns[order] - t_ns[order[0]]) / 1e9
    out[order] = associate(t_s, plane.xy(lon_deg[order], lat_deg[order]), cov)
    return out


def named(number: NDArray[np.int64], first: int = 1) -> list[str | None]:
    """Return the names of tracks by number, None for -1."""
    return [None if k < 0 else f"plots-{k + first}" for k in number.tolist()]


def polar(radars: Sequence[tuple[Reading, Sensor]], first: int) -> tuple[Laid, int]:
    """Return the plots of radars with a site, and how many of them belong to no track.

    Plots with an address are of one track, those without are linked; `first` numbers the latter.
    """
    rows = _rows(radars)
    sensors = [sensor for _, sensor in radars]
    median = np.full(len(rows["t_ns"]), ANY_HEIGHT.median_m)
    lon, lat, *_ = _at(rows, sensors, np.where(np.isfinite(rows["h"]), rows["h"], median))
    alone = rows["address"] < 0
    name = np.array([f"{int(a):06x}-radar" if a >= 0 else None for a in rows["address"]], object)
    spread = np.array([s.azimuth_sigma_deg for s in sensors])[rows["radar"]]
    spread = np.hypot(rows["range"] * np.radians(spread), 100.0)
    number = linked(rows["t_ns"][alone], lon[alone], lat[alone], spread[alone])
    name[alone] = named(number, first)
    kept = np.array([one is not None for one in name], np.bool_)
    lost = int(np.count_nonzero(~kept))
    rows, name = {key: value[kept] for key, value in rows.items()}, name[kept]
    h, told = _filled(rows["h"], rows["t_ns"], name)
    lon, lat, cov, common = _at(rows, sensors, h)
    high = _at(rows, sensors, np.full(len(h), ANY_HEIGHT.q95_m))
    low = _at(rows, sensors, np.full(len(h), ANY_HEIGHT.q05_m))
    by_height = _metres(high[0] - low[0], high[1] - low[1], lat) / Z90
    unknown = np.where(told[:, None], 0.0, by_height)
    common = common + unknown[:, :, None] * unknown[:, None, :]
    clock = np.array([s.time_bias_sd_s for s in sensors])[rows["radar"]]
    count = len(name)
    fine = np.isfinite(lon) & np.isfinite(lat)
    laid = Laid(
        name,
        rows["t_ns"],
        lon,
        lat,
        cov,
        common,
        clock,
        np.zeros(count, np.uint32),
        np.ones(count, np.bool_),
        np.zeros(count, np.bool_),
        rows["kind"],
        rows["heights"],
    )
    return _several(laid.take(fine), rows["radar"][fine]), lost + int(np.count_nonzero(~fine))


def _several(laid: Laid, radar: NDArray[np.int64]) -> Laid:
    """Return rows in which a track of several radars takes their biases for noise as well.

    They differ, so between the radars they are scatter; but they do not average out within one.
    """
    cov, common = laid.cov_m2.copy(), laid.common_m2.copy()
    _, code = np.unique(laid.track.astype(np.str_), return_inverse=True)
    pairs = np.unique(np.stack([code, radar]), axis=1)[0]
    radars = np.bincount(pairs, minlength=int(code.max(initial=-1)) + 1)[code]
    many = radars > 1
    cov[many] += common[many]
    common[many] /= radars[many, None, None]
    return Laid(
        *(
            {"cov_m2": cov, "common_m2": common}.get(f.name, getattr(laid, f.name))
            for f in fields(laid)
        )
    )


def _rows(radars: Sequence[tuple[Reading, Sensor]]) -> dict[str, NDArray[Any]]:
    """Return the plots of all radars as columns, those with a time, a range and an azimuth."""
    parts: list[Mapping[str, NDArray[Any]]] = []
    for k, (reading, _) in enumerate(radars):
        table = reading.fixes
        valid = np.ones(table.num_rows, np.bool_)
        for name in ("t_applicability", "range_m", "azimuth_deg"):
            valid &= np.asarray(pc.is_valid(table[name]).to_numpy())
        for name in NO_PLOT:
            if name in table.column_names:
                valid &= ~np.asarray(table[name].fill_null(False).to_numpy())
        kept = table.filter(pa.array(valid))
        heights = heights_of(kept)
        h = np.where(np.isfinite(heights[:, 1]), heights[:, 1], heights[:, 0])
        parts.append(
            {
                "t_ns": kept["t_applicability"].cast(pa.int64()).to_numpy(),
                "address": _column(kept, "icao24", -1).astype(np.int64),
                "range": _column(kept, "range_m", np.nan),
                "azimuth": _column(kept, "azimuth_deg", np.nan),
                "heights": heights,
                "h": np.where(np.isfinite(h), h, heights[:, 2]),
                "kind": words(kept["source_kind"]),
                "secondary": _column(kept, "ssr", 0) + _column(kept, "mode_s", 0) > 0,
                "radar": np.full(kept.num_rows, k),
            }
        )
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _at(
    rows: Mapping[str, NDArray[Any]], sensors: Sequence[Sensor], h_m: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return longitude, latitude, covariance, and the covariance of what is constant."""
    count = len(h_m)
    lon, lat = np.full(count, np.nan), np.full(count, np.nan)
    cov, common = np.zeros((count, 2, 2)), np.zeros((count, 2, 2))
    for k, sensor in enumerate(sensors):
        mine = np.flatnonzero(rows["radar"] == k)
        rho, theta = rows["range"][mine], rows["azimuth"][mine] + sensor.north_offset_deg
        h = np.minimum(h_m[mine], NEAREST * rho + sensor.h_hae_m)
        where = site(sensor)
        lon[mine], lat[mine] = geo.from_polar(rho, theta, h, where)
        near, far = (geo.from_polar(rho + d, theta, h, where) for d in (-20.0, 20.0))
        left, right = (geo.from_polar(rho, theta + d, h, where) for d in (-0.05, 0.05))
        by_range = _metres(far[0] - near[0], far[1] - near[1], lat[mine]) / 40.0
        by_azimuth = _metres(right[0] - left[0], right[1] - left[1], lat[mine]) / 0.1
        delay = np.where(rows["secondary"][mine], sensor.transponder_delay_sd_m, 0.0)
        along = sensor.range_bias_sd_m**2 + delay**2 + (rho * sensor.range_scale_sd) ** 2
        cov[mine] = _squares(by_range, sensor.range_sigma_m**2)
        cov[mine] += _squares(by_azimuth, sensor.azimuth_sigma_deg**2)
        common[mine] = _squares(by_range, along)
        common[mine] += _squares(by_azimuth, sensor.azimuth_bias_sd_deg**2)
    return lon, lat, cov, common


def _squares(a: Floats, by: Floats | float) -> Floats:
    return np.asarray(a[:, :, None] * a[:, None, :] * np.reshape(by, (-1, 1, 1)))


def _metres(d_lon_deg: Floats, d_lat_deg: Floats, lat_deg: Floats) -> Floats:
    """Return small differences as metres east and north, (N, 2)."""
    sin = np.sin(np.radians(lat_deg))
    across = geo.A_M / np.sqrt(1 - geo.E2 * sin**2)
    along = across * (1 - geo.E2) / (1 - geo.E2 * sin**2)
    east = np.radians(geo.wrap_deg(d_lon_deg)) * across * np.cos(np.radians(lat_deg))
    return np.stack([east, np.radians(d_lat_deg) * along], axis=-1)


def _filled(
    h_m: Floats, t_ns: NDArray[np.int64], track: NDArray[np.object_]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return heights with gaps filled along each track, and which tracks report any."""
    out, told = h_m.copy(), np.zeros(len(h_m), np.bool_)
    _, code = np.unique(track.astype(np.str_), return_inverse=True)
    order = np.lexsort((t_ns, code))
    for mine in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
        known = mine[np.isfinite(h_m[mine])]
        if len(known):
            out[mine] = np.interp(t_ns[mine], t_ns[known], h_m[known])
            told[mine] = True
        else:
            out[mine] = ANY_HEIGHT.median_m
    return out, told


def heights_of(table: pa.Table) -> Floats:
    """Return the heights as they came, (N, 3): pressure, ellipsoid, sea level; NaN for none."""
    return np.stack([_column(table, name, np.nan) for name in HEIGHTS], axis=-1)


def words(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """Return a column of words."""
    out = np.empty(len(column), object)
    out[:] = column.cast(pa.string()).to_pylist()
    return out


def _column(table: pa.Table, name: str, missing: float) -> Floats:
    if name not in table.column_names:
        return np.full(table.num_rows, missing, dtype=np.float64)
    column = table[name].cast(pa.float64()).to_numpy()
    return np.where(np.isnan(column), missing, column)
