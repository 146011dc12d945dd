"""Fixes as a stream gives them to the updates that the engine takes: placed, timed, with errors.

A radar plot without a height is placed at the height that its feed assumes; what that costs goes
into its error: h dh / r along the range, with dh a third of the air that aircraft use.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin import geo
from tocsin.feed.accuracy import position_sigma_m
from tocsin.run.live.anchor import NONE, Anchor
from tocsin.run.live.config import FeedSpec
from tocsin.schema import FIX, Floats, Sensor
from tocsin.watch.batch import Batch, batch_of

ASSUMED_SIGMA_M = 4000.0  # of a height that nobody reports
#: Closer than the height itself no ground range exists: the target is almost overhead.
_STEEPEST = 0.9


def prepared(fixes: pa.Table, feed: FeedSpec, anchor: Anchor, receipt_ns: int) -> Batch:
    """Return the updates of a table of fixes that was received at a time."""
    fixes, own_m = placed(fixes, feed.sensor, feed.assumed_h_m)
    fixes = _timed(fixes, anchor, receipt_ns)
    sigma, _ = position_sigma_m(fixes)
    sigma_m = np.where(np.isfinite(own_m), own_m, sigma.astype(np.float64))
    return batch_of(fixes, feed.name, feed.witness, sigma_m)


def placed(fixes: pa.Table, sensor: Sensor | None, assumed_h_m: float) -> tuple[pa.Table, Floats]:
    """Return the fixes with plots placed, and the error of radar plots per axis, (N,).

    NaN is the error of everything that is no plot of this radar, or states its own.
    """
    count = fixes.num_rows
    none = np.full(count, np.nan)
    if sensor is None or sensor.lat_deg is None or sensor.lon_deg is None:
        return fixes, none
    range_m, azimuth_deg = _numbers(fixes, "range_m"), _numbers(fixes, "azimuth_deg")
    polar = np.isfinite(range_m) & np.isfinite(azimuth_deg)
    if not polar.any():
        return fixes, none
    lat, lon = _numbers(fixes, "lat_deg"), _numbers(fixes, "lon_deg")
    bare = polar & ~np.isfinite(lat)
    if bare.any():
        k = np.flatnonzero(bare)
        h_m = np.minimum(assumed_h_m, _STEEPEST * range_m[k])
        theta = azimuth_deg[k] + sensor.north_offset_deg
        site = (sensor.lon_deg, sensor.lat_deg, sensor.h_hae_m)
        lon[k], lat[k] = geo.from_polar(range_m[k], theta, h_m, site)
        fixes = _with(fixes, "lat_deg", lat)
        fixes = _with(fixes, "lon_deg", lon)
    ground_m = np.sqrt(np.maximum(range_m**2 - np.where(bare, assumed_h_m, 0.0) ** 2, 1.0))
    guess_m = np.where(bare, assumed_h_m * ASSUMED_SIGMA_M / ground_m, 0.0)
    along_m = np.sqrt(sensor.range_sigma_m**2 + sensor.range_bias_sd_m**2 + guess_m**2)
    turn = np.radians(np.hypot(sensor.azimuth_sigma_deg, sensor.azimuth_bias_sd_deg))
    across_m = range_m * turn
    stated = np.isfinite(_numbers(fixes, "pos_cov_ee"))
    return fixes, np.where(polar & ~stated, np.maximum(along_m, across_m), np.nan)


def _timed(fixes: pa.Table, anchor: Anchor, receipt_ns: int) -> pa.Table:
    """Return the fixes with their times on the clock of the watch."""
    told = fixes["t_applicability"].cast(pa.int64())
    if "t_reception" in fixes.column_names:
        told = pc.coalesce(told, fixes["t_reception"].cast(pa.int64()))
    t_ns = np.asarray(told.fill_null(NONE).to_numpy())
    lined = anchor.line(t_ns, receipt_ns)
    if lined is t_ns or np.array_equal(lined, t_ns):
        return fixes
    column = pa.array(lined, mask=lined == NONE).cast(pa.timestamp("ns", "UTC"))
    return _with(fixes, "t_applicability", column)


def _numbers(fixes: pa.Table, name: str) -> Floats:
    if name not in fixes.column_names:
        return np.full(fixes.num_rows, np.nan)
    column = fixes[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.array(column, np.float64)


def _with(fixes: pa.Table, name: str, values: Floats | pa.Array) -> pa.Table:
    column = values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
    if name in fixes.column_names:
        return fixes.set_column(fixes.column_names.index(name), FIX.field(name), column)
    return fixes.append_column(FIX.field(name), column)
