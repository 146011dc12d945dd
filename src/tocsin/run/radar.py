"""Radar plots of all sources to tracks with joint posteriors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin import geo
from tocsin.feed import met
from tocsin.run.heights import MOST_KNOWN, PRIOR_ONLY, Heights
from tocsin.run.weather import Qnh, at
from tocsin.schema import Datum, Floats, Posterior, Reading, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.associate import associate
from tocsin.track.branches import BiasPrior
from tocsin.track.calibrate import Pair, calibrate, for_primary
from tocsin.track.plane import Plane
from tocsin.track.plots import Plots, site
from tocsin.track.posterior import posterior

#: Where no case says how high an unreported target may be: all that flies, little preferred.
ANY_HEIGHT = HeightPrior(6000.0, 300.0, 15000.0)
SLACK_M = 250.0  # between sensors, in the gate only: their biases and an unknown height
TICK_S = 1e-3  # two plots never share an instant


@dataclass(frozen=True, slots=True, eq=False)
class RadarRows:
    """Polar plots of all radars in order of time."""

    t_ns: NDArray[np.int64]  # (N,)
    sensor: tuple[str, ...]  # (N,)
    address: NDArray[np.int64]  # (N,) 24-bit address, -1 without
    secondary: NDArray[np.bool_]  # (N,)
    range_m: Floats  # (N,)
    azimuth_deg: Floats  # (N,)
    h_hae_m: Floats  # (N,) NaN where not reported
    by_pressure: NDArray[np.bool_]  # (N,) it was reported as a pressure altitude
    obs_id: NDArray[np.uint64]  # (N,) of the fix

    def take(self, index: NDArray[np.int64]) -> RadarRows:
        """Return some of the rows."""
        columns = {name: getattr(self, name)[index] for name in self.__slots__ if name != "sensor"}
        return RadarRows(sensor=tuple(self.sensor[int(k)] for k in index), **columns)


@dataclass(frozen=True, slots=True, eq=False)
class DarkTrack:
    """A track that only radar saw, and the plots that it is made of."""

    posterior: Posterior
    plots: Plots
    t0_ns: int
    obs_id: NDArray[np.uint64] | None = None  # (N,) of each plot, where they are kept
    heights: Heights = PRIOR_ONLY  # what the heights of the samples are


def rows_of(
    readings: Sequence[tuple[Reading, Sensor]],
    qnh: Qnh | None,
    window_ns: tuple[int, int] | None,
) -> RadarRows:
    """Return the polar plots of radars, those with a time, a range and an azimuth."""
    parts: list[tuple[Any, ...]] = []
    names: list[str] = []
    for reading, sensor in readings:
        table = reading.fixes
        valid = np.ones(table.num_rows, bool)
        for name in ("t_applicability", "range_m", "azimuth_deg"):
            valid &= pa.compute.is_valid(table[name]).to_numpy()
        for name in ("test", "coasted", "ghost"):  # a fixed transponder, a guess, a reflection
            if name in table.column_names:
                valid &= ~table[name].fill_null(False).to_numpy()
        kept = table.filter(pa.array(valid))
        ns = kept["t_applicability"].cast(pa.int64()).to_numpy()
        if window_ns is not None:
            inside = (ns >= window_ns[0]) & (ns <= window_ns[1])
            kept, ns = kept.filter(pa.array(inside)), ns[inside]
        parts.append(
            (
                ns,
                _column(kept, "icao24", -1).astype(np.int64),
                _flag(kept, "ssr") | _flag(kept, "mode_s"),
                kept["range_m"].to_numpy(),
                kept["azimuth_deg"].to_numpy(),
                *_height(kept, ns, qnh),
                kept["obs_id"].to_numpy(),
            )
        )
        names += [sensor.id] * kept.num_rows
    ns, address, secondary, rho, theta, h, by_pressure, obs_id = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.argsort(ns, kind="stable")
    secondary, by_pressure = secondary.astype(bool), by_pressure.astype(bool)
    rows = RadarRows(ns, tuple(names), address, secondary, rho, theta, h, by_pressure, obs_id)
    return rows.take(order)


def dark_plots(
    rows: RadarRows, sensors: Mapping[str, Sensor], height: HeightPrior | None
) -> list[RadarRows]:
    """Return the plots of every track that plots without an address make."""
    mine = rows.take(np.flatnonzero(rows.address < 0))
    if len(mine.t_ns) < 3:
        return []
    prior = height or ANY_HEIGHT
    t_s = (mine.t_ns - int(mine.t_ns[0])) / 1e9
    lon, lat, spread = placed(mine, sensors, prior.median_m)
    fine = np.flatnonzero(np.isfinite(lon))
    first = lon[fine[:1]].sum() if len(fine) else 0.0  # a median over the antimeridian is none
    middle = first + np.atleast_1d(np.median(geo.wrap_deg(lon[fine] - first)))
    plane = Plane(float(geo.wrap_deg(middle)[0]), float(np.median(lat[fine])))
    cov = np.einsum("k,ij->kij", spread[fine] ** 2 + SLACK_M**2, np.eye(2))
    label = associate(t_s[fine], plane.xy(lon[fine], lat[fine]), cov)
    return [mine.take(fine[label == number]) for number in range(int(label.max()) + 1)]


def sampled(
    name: str,
    own: RadarRows,
    t0_ns: int,
    sensors: Mapping[str, Sensor],
    prior: HeightPrior,
    calibrated: BiasPrior | None,
    rng: Generator,
    qnh: Qnh | None = None,
) -> DarkTrack:
    """Return the posterior of one track from its plots."""
    plots = plots_of(own, t0_ns)
    made = posterior(
        name,
        plots,
        sensors,
        rng,
        height=prior,
        t0_ns=t0_ns,
        calibrated=calibrated,
    )
    return DarkTrack(made, plots, t0_ns, own.obs_id, heights_of(own, qnh))


def learned(
    rows: RadarRows, sensors: Mapping[str, Sensor], own: pa.Table | None
) -> BiasPrior | None:
    """Return the primary biases that co-operative traffic reveals; None where there is none.

    own  a table of tracks (schema TRACK) of aircraft that tell their position, named by address
    """
    if own is None or not own.num_rows:
        return None
    names = own["track"].combine_chunks()
    code, text = names.indices.to_numpy(), names.dictionary.to_pylist()
    ns = own["t"].cast(pa.int64()).to_numpy()
    good = own["flags"].to_numpy() == 0
    pairs = []
    for address in np.unique(rows.address[rows.address >= 0]):
        hexed = f"{int(address):06x}-"
        codes = [k for k, name in enumerate(text) if name.startswith(hexed)]
        at = np.flatnonzero(np.isin(code, codes) & good)
        if len(at) < 2:
            continue
        plots = rows.take(np.flatnonzero(rows.address == address))
        t0 = int(plots.t_ns[0])
        sigma = float(np.median(own["sigma_m"].to_numpy()[at]))
        pairs.append(
            Pair(
                plots_of(plots, t0),
                (ns[at] - t0) / 1e9,
                own["lon_deg"].to_numpy()[at],
                own["lat_deg"].to_numpy()[at],
                sigma,
            )
        )
    found = calibrate(pairs, sensors)
    return None if found is None else for_primary(found, sensors)


def plots_of(rows: RadarRows, t0_ns: int) -> Plots:
    """Return rows as plots of one track, times strictly increasing."""
    t = (rows.t_ns - t0_ns) / 1e9
    for k in range(1, len(t)):  # two radars may see it in the same 1/128 s
        t[k] = max(t[k], t[k - 1] + TICK_S)
    none = np.full(len(t), np.nan)
    return Plots(
        t,
        rows.sensor,
        rows.secondary,
        rows.range_m,
        rows.azimuth_deg,
        none,
        none,
        none,
        rows.h_hae_m,
    )


def placed(
    rows: RadarRows, sensors: Mapping[str, Sensor], h_m: float
) -> tuple[Floats, Floats, Floats]:
    """Return rough positions and their spread: at the height reported, else one for all."""
    lon = np.full(len(rows.t_ns), np.nan)
    lat, spread = lon.copy(), lon.copy()
    names = np.array(rows.sensor)
    h = np.where(np.isfinite(rows.h_hae_m), rows.h_hae_m, h_m)
    for name in dict.fromkeys(rows.sensor):
        k = np.flatnonzero(names == name)
        sensor = sensors[name]
        # Closer than the height itself no ground range exists: the target is almost overhead.
        reach = np.minimum(h[k], 0.9 * rows.range_m[k])
        theta = rows.azimuth_deg[k] + sensor.north_offset_deg
        lon[k], lat[k] = geo.from_polar(rows.range_m[k], theta, reach, site(sensor))
        across = rows.range_m[k] * np.radians(sensor.azimuth_sigma_deg)
        spread[k] = np.hypot(across, sensor.range_sigma_m)
    return lon, lat, spread


def _height(
    table: pa.Table, ns: NDArray[np.int64], qnh: Qnh | None
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return heights for the geometry, and which of them were reported as pressure altitudes.

    A pressure altitude is taken for a height, by QNH where the case gives one; what is left out
    (weather, the geoid) is tens of metres, and moves a slant range 100 km away by a metre.
    """
    h = _column(table, "h_hae_m", np.nan)
    told = _column(table, "h_pressure_m", np.nan)
    by_pressure = ~np.isfinite(h) & np.isfinite(told)
    lift = np.nan_to_num(met.msl_m(0.0, at(qnh, ns))) if qnh is not None else 0.0
    return np.where(by_pressure, told + lift, h), by_pressure


def heights_of(rows: RadarRows, qnh: Qnh | None) -> Heights:
    """Return what the heights of a track are; the prior where few plots report one."""
    known = np.isfinite(rows.h_hae_m)
    if np.mean(known) < MOST_KNOWN:
        return PRIOR_ONLY
    if np.mean(rows.by_pressure[known]) < MOST_KNOWN:
        return Heights(Datum.HAE, Datum.HAE)
    middle = int(rows.t_ns[len(rows.t_ns) // 2])
    hpa = None if qnh is None else float(at(qnh, np.array([middle]))[0])
    if hpa is None or not np.isfinite(hpa):
        return Heights(Datum.PRESSURE, Datum.PRESSURE)
    return Heights(Datum.MSL, Datum.PRESSURE, hpa)


def _column(table: pa.Table, name: str, missing: float) -> Floats:
    if name not in table.column_names:
        return np.full(table.num_rows, missing, dtype=np.float64)
    values = table[name].to_numpy(zero_copy_only=False).astype(np.float64)
    return np.where(np.isnan(values), missing, values)


def _flag(table: pa.Table, name: str) -> NDArray[np.bool_]:
    if name not in table.column_names:
        return np.zeros(table.num_rows, bool)
    return np.asarray(table[name].fill_null(False).to_numpy(), dtype=bool)
