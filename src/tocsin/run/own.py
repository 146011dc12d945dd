"""The same joint samples for an aircraft that tells its own position, so that claims can be tested.

Its errors hang together for minutes (GNSS: Gauss-Markov, METHODS 2), so the samples are the
smoothed fixes plus one correlated error path each, of the accuracy that the fixes report.  Only
fixes that integrity trusts take part; where they are missing nothing is observed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.outward import Limits
from tocsin.run.evidence import LEAST_P, Weighed, weigh
from tocsin.run.heights import MOST_KNOWN, PRIOR_ONLY, Heights
from tocsin.run.radar import ANY_HEIGHT, DarkTrack
from tocsin.run.weather import Qnh, at
from tocsin.schema import Datum, Floats, Outline, Sensor
from tocsin.track.branches import SampleSettings
from tocsin.track.plots import Plots
from tocsin.track.posterior import posterior

SAMPLES = 1000
TAU_S = 300.0  # over which GNSS errors hang together
WHITE = 0.25  # of a reported sigma: what differs from one fix to the next
SPACING_S = 4.0  # between the fixes that are smoothed: as much as a radar gives
MOST_FIXES = 800
MOST_TIMES = 1200
HEIGHT_COLUMNS = {  # of two that are told as often the first is taken
    "h_pressure_m": Datum.PRESSURE,
    "h_hae_m": Datum.HAE,
    "h_msl_m": Datum.MSL,
}


def of_claims(
    claims: Sequence[Mapping[str, Any]],
    tracks: pa.Table,
    passages: pa.Table,
    outlines: Sequence[Outline],
    limits: Limits,
    only: Sequence[Weighed],
    seed: int,
    qnh: Qnh | None = None,
) -> tuple[Weighed, ...]:
    """Return the track that claims are tested on, against every outline.

    passages  the table of `tocsin find`
    only      tracks that only radar saw; one that may have been inside is what a claim is about

    Else it is the aircraft that was inside longest, or the only one there is.
    """
    dark = tuple(only)
    if not claims or any(one.judged.p_ever > LEAST_P for one in dark):
        return dark
    names = tracks["track"].cast(pa.string()).unique().to_pylist()
    inside: dict[str, float] = {}
    for name, s in zip(
        passages["track"].to_pylist(), passages["duration_s"].to_pylist(), strict=True
    ):
        inside[name] = inside.get(name, 0.0) + (s or 0.0)
    if inside:
        name = max(inside, key=lambda each: (inside[each], each))
    elif len(names) == 1 and not dark:
        name = names[0]
    else:
        return dark
    return weighed(tracks, name, outlines, np.random.default_rng(seed), qnh, limits) or dark


def weighed(
    tracks: pa.Table,
    name: str,
    outlines: Sequence[Outline],
    rng: Generator,
    qnh: Qnh | None = None,
    limits: Limits | None = None,
) -> tuple[Weighed, ...]:
    """Return one track of a table (schema TRACK) judged against every outline.

    Nothing for a track of fewer than three trusted fixes.
    """
    mine = tracks.filter(pa.compute.equal(tracks["track"].cast(pa.string()), name))
    good = mine["flags"].to_numpy() == 0
    ns = mine["t"].cast(pa.int64()).to_numpy()[good]
    if len(ns) < 3:
        return ()
    keep = _thin(ns)
    kept = mine.filter(pa.array(good)).take(pa.array(keep))
    column, datum = _height_column(kept)
    plots, t0_ns = _plots(kept, column), int(ns[keep[0]])
    length_s = float(plots.t_s[-1])
    made = posterior(
        name,
        plots,
        {"own": Sensor(id="own", kind="adsb", witness=name)},
        rng,
        height=ANY_HEIGHT,
        t0_ns=t0_ns,
        settings=SampleSettings(samples=SAMPLES, step_s=max(1.0, length_s / MOST_TIMES)),
    )
    t_s = (made.t_ns - t0_ns) / 1e9
    sigma_m = np.interp(t_s, plots.t_s, plots.sigma_m / WHITE)
    east, north = (_wandering(t_s, sigma_m, len(made.lon_deg), rng) for _ in range(2))
    degree_m = np.radians(1.0) * geo.R_MEAN_M
    lat = made.lat_deg + north / degree_m
    lon = made.lon_deg + east / (degree_m * np.cos(np.radians(made.lat_deg)))
    made = replace(made, lon_deg=lon, lat_deg=lat)
    hpa = None if qnh is None else float(at(qnh, ns[len(ns) // 2 : len(ns) // 2 + 1])[0])
    known = hpa if hpa is not None and np.isfinite(hpa) else None
    heights = PRIOR_ONLY if datum is None else Heights(datum, datum, known)
    return tuple(weigh([DarkTrack(made, plots, t0_ns, heights=heights)], outlines, rng, limits))


def _height_column(rows: pa.Table) -> tuple[str, Datum | None]:
    """Return which height most rows have, and its datum; None where less than half have any."""
    known = {name: rows.num_rows - rows[name].null_count for name in HEIGHT_COLUMNS}
    best = max(HEIGHT_COLUMNS, key=lambda name: known[name])
    return best, HEIGHT_COLUMNS[best] if known[best] >= MOST_KNOWN * rows.num_rows else None


def _thin(ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which fixes to keep: spaced evenly in time, the first and last among them."""
    spacing = max(SPACING_S, float(ns[-1] - ns[0]) / 1e9 / MOST_FIXES)
    slot = ((ns - ns[0]) / (spacing * 1e9)).astype(np.int64)
    first = np.flatnonzero(np.diff(slot, prepend=-1) > 0)
    last = np.array([len(ns) - 1])
    kept = np.unique(np.concatenate([first, last]))
    return np.asarray(kept[np.diff(ns[kept], prepend=ns[0] - 1) > 0])


def _plots(rows: pa.Table, column: str) -> Plots:
    ns = rows["t"].cast(pa.int64()).to_numpy()
    none = np.full(len(ns), np.nan)
    height = rows[column].to_numpy(zero_copy_only=False).astype(np.float64)
    sigma = np.maximum(rows["sigma_m"].to_numpy(zero_copy_only=False).astype(np.float64), 1.0)
    return Plots(
        (ns - ns[0]) / 1e9,
        ("own",) * len(ns),
        np.ones(len(ns), bool),
        none,
        none,
        rows["lon_deg"].to_numpy(),
        rows["lat_deg"].to_numpy(),
        WHITE * sigma,
        height,
    )


def _wandering(t_s: Floats, sigma_m: Floats, samples: int, rng: Generator) -> Floats:
    """Return first-order Gauss-Markov paths (M, K) of standard deviation sigma, in metres."""
    out = np.empty((samples, len(t_s)))
    out[:, 0] = rng.standard_normal(samples)
    for k in range(1, len(t_s)):
        hold = np.exp(-(t_s[k] - t_s[k - 1]) / TAU_S)
        out[:, k] = hold * out[:, k - 1] + np.sqrt(1 - hold**2) * rng.standard_normal(samples)
    return np.asarray(out * sigma_m)
