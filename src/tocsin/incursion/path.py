"""Tracks as the geometry sees them: points, and legs that somebody observed.

A leg joins two consecutive trusted fixes of one track.  It counts as flown, along the geodesic
and at constant speed, unless it is longer than the greatest gap or the track's own integrity
forbids it: then nothing is known of the time between, and a new *run* begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin import geo
from tocsin.schema import DISTRUST, Datum, Floats

Ints = NDArray[np.int64]

POLAR_DEG = 89.9  # beyond it meridians converge faster than fixes are apart


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Points of all tracks one after the other, and the runs they form.

    Leg k runs from point k to point k + 1 and exists where `run[k] == run[k + 1]`.
    """

    names: list[str]  # track names
    t0_ns: int  # time zero of t_s
    t_s: Floats  # (N,)
    lon_deg: Floats  # (N,)
    lat_deg: Floats  # (N,)
    xyz_m: Floats  # (N, 3)
    sigma_m: Floats  # (N,) one-sigma error per axis
    height_m: dict[Datum, Floats]  # (N,) each, NaN where not reported
    track: Ints  # (N,) index into names
    run: Ints  # (N,) ascending; one number per unbroken stretch
    is_fix: NDArray[np.bool_]  # (N,) False for points put into long legs

    @property
    def legs(self) -> Ints:
        """Return the indices of the legs that exist."""
        return np.flatnonzero(self.run[:-1] == self.run[1:]) if len(self.run) else np.zeros(0, int)

    def at(self, leg: Ints, s: Floats) -> Floats:
        """Return geocentric positions a fraction `s` along legs, (K, 3)."""
        a = self.xyz_m[leg]
        return np.asarray(a + s[:, None] * (self.xyz_m[np.minimum(leg + 1, len(self.t_s) - 1)] - a))

    def time(self, leg: Ints, s: Floats) -> Floats:
        """Return times in seconds a fraction `s` along legs, (K,)."""
        t0 = self.t_s[leg]
        return np.asarray(t0 + s * (self.t_s[np.minimum(leg + 1, len(self.t_s) - 1)] - t0))


def lay_out(tracks: pa.Table, *, max_gap_s: float) -> Path:
    """Return the path of a table of tracks (schema TRACK), trusted fixes only.

    Raises ValueError where times do not increase or a position is missing or polar: the
    integrity step refuses such fixes before they come here.
    """
    # Thrown-out fixes leave their breaks behind on the next trusted one.
    flags = tracks["flags"].to_numpy()
    breaks = np.cumsum(np.nan_to_num(tracks["break_before"].to_numpy()).astype(np.int64))
    good = (flags & int(DISTRUST)) == 0
    kept = tracks if good.all() else tracks.filter(pa.array(good))
    words = kept["track"].combine_chunks()
    words = words.dictionary_encode() if not pa.types.is_dictionary(words.type) else words
    code = words.indices.to_numpy().astype(np.int64)
    ns = pc.cast(kept["t"], pa.int64()).to_numpy()
    lon, lat = kept["lon_deg"].to_numpy(), kept["lat_deg"].to_numpy()
    breaks = breaks[good]
    _check(ns, lon, lat, code)

    t0_ns = int(ns.min()) if len(ns) else 0
    t = (ns - t0_ns) / 1e9
    same = code[1:] == code[:-1]
    joined = same & (np.diff(t) <= max_gap_s) & (breaks[1:] == breaks[:-1])
    run = np.concatenate([[0], np.cumsum(~joined)]).astype(np.int64)[: len(t)]
    path = Path(
        names=[str(name) for name in words.dictionary.to_pylist()],
        t0_ns=t0_ns,
        t_s=t,
        lon_deg=lon,
        lat_deg=lat,
        xyz_m=geo.ecef(lon, lat),
        sigma_m=_float(kept, "sigma_m"),
        height_m={
            Datum.PRESSURE: _float(kept, "h_pressure_m"),
            Datum.HAE: _float(kept, "h_hae_m"),
            Datum.MSL: _float(kept, "h_msl_m"),
        },
        track=code,
        run=run,
        is_fix=np.ones(len(t), bool),
    )
    return _cut_long_legs(path)


def _float(table: pa.Table, name: str) -> Floats:
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan)
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _check(ns: Ints, lon: Floats, lat: Floats, code: Ints) -> None:
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):  # NaN would read as "outside"
        raise ValueError("a trusted fix has no position; flag it before")
    if len(lat) and np.abs(lat).max() > POLAR_DEG:
        worst = int(np.argmax(np.abs(lat)))
        raise ValueError(f"fix at latitude {lat[worst]:.4f}: poles are not supported")
    late = np.flatnonzero((np.diff(ns) <= 0) & (code[1:] == code[:-1]))
    if len(late):
        raise ValueError(f"trusted fix {int(late[0]) + 1} is not after the fix before it")
    starts = 1 + np.count_nonzero(np.diff(code)) if len(code) else 0
    if starts != len(np.unique(code)):
        raise ValueError("fixes of one track must stand together")


def _cut_long_legs(path: Path) -> Path:
    """Put points into legs that are too long for one great ellipse to stand for the geodesic."""
    chord = np.linalg.norm(np.diff(path.xyz_m, axis=0), axis=1) if len(path.t_s) else np.zeros(0)
    long = np.flatnonzero((chord > geo.PIECE_M) & (path.run[1:] == path.run[:-1]))
    if not len(long):
        return path
    count = np.ceil(geo.arc_m(chord[long]) / geo.PIECE_M).astype(np.int64) + 1
    lon, lat, line, f = geo.between(
        path.lon_deg[long],
        path.lat_deg[long],
        path.lon_deg[long + 1],
        path.lat_deg[long + 1],
        count,
    )
    leg = long[line]

    def put(column: Floats, inner: Floats) -> Floats:
        return np.asarray(np.insert(column, leg + 1, inner))

    def blend(column: Floats) -> Floats:
        return np.asarray(column[leg] + f * (column[leg + 1] - column[leg]))

    lon_all, lat_all = put(path.lon_deg, lon), put(path.lat_deg, lat)
    return Path(
        names=path.names,
        t0_ns=path.t0_ns,
        t_s=put(path.t_s, blend(path.t_s)),
        lon_deg=lon_all,
        lat_deg=lat_all,
        xyz_m=geo.ecef(lon_all, lat_all),
        sigma_m=put(path.sigma_m, blend(path.sigma_m)),
        height_m={datum: put(h, blend(h)) for datum, h in path.height_m.items()},
        track=np.insert(path.track, leg + 1, path.track[leg]),
        run=np.insert(path.run, leg + 1, path.run[leg]),
        is_fix=np.insert(path.is_fix, leg + 1, False),
    )
