"""Fixes laid out as tracks: sorted, with one error per axis, and refused rows marked."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin.schema import DISTRUST, FIX_CORE, TRACK, WORD, Flag
from tocsin.track.marks import Flags, mark, marked
from tocsin.track.motion import Bools, Ints
from tocsin.track.quality import collapsed

FROM_FIX = ("h_pressure_m", "h_hae_m", "h_msl_m", "gs_mps", "track_deg", "on_ground", "obs_id")


def assemble(
    fixes: pa.Table,
    sigma_m: NDArray[np.floating] | pa.Array | pa.ChunkedArray | float,
    acc_basis: pa.Array | pa.ChunkedArray | str,
) -> pa.Table:
    """Return fixes as a table in `schema.TRACK`, sorted by track name and time.

    fixes      a table of fixes with the column `track` and the `FIX_CORE`, N rows
    sigma_m    (N,) one-sigma error per horizontal axis, or one number for all
    acc_basis  (N,) where that error comes from, or one word for all

    The time is that of applicability.  A row that only has a time of reception has that; so
    has a row that its reader marked stale (or its time of applicability and the age of its
    position): it tells when the aircraft was heard.
    Rows without time or position stay, marked POSITION, those without time last.  Of rows
    of one track with one time the most accurate that is trusted stays and the others are
    marked DUPLICATE, so that time strictly increases among trusted rows.  Fixes whose own
    accuracy collapses are marked JAMMED (`quality`).

    Raises ValueError when a column that is needed is absent.
    """
    missing = [name for name in ("track", *FIX_CORE) if name not in fixes.column_names]
    if missing:
        raise ValueError(f"a table of fixes needs {', '.join(missing)}")
    count = len(fixes)
    words, code = _ranked(fixes.column("track"))
    given = _flags(fixes, count)
    t_ns, timed = _times(fixes, given)
    lat, lon = fixes.column("lat_deg").to_numpy(), fixes.column("lon_deg").to_numpy()
    with np.errstate(invalid="ignore"):  # 0, 0 is what receivers write for "no position"
        placed = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & ~((lat == 0) & (lon == 0))
    mark(given, ~placed | ~timed, Flag.POSITION)
    mark(given, collapsed(code, _column(fixes, "nacp"), _column(fixes, "nic")), Flag.JAMMED)

    sigma = _sigma(sigma_m, count)
    order = _order(code, t_ns, timed)
    if order is not None:
        fixes = fixes.take(pa.array(order))
        code, t_ns, timed, given = code[order], t_ns[order], timed[order], given[order]
        lat, lon, sigma = lat[order], lon[order], sigma[order]
    _mark_duplicates(code, t_ns, timed, sigma, given)

    columns = {
        "track": pa.DictionaryArray.from_arrays(pa.array(code), words),
        "t": pa.array(t_ns, pa.int64(), mask=~timed).cast(TRACK.field("t").type),
        "lon_deg": pa.array(lon, from_pandas=True),
        "lat_deg": pa.array(lat, from_pandas=True),
        "sigma_m": pa.array(sigma, pa.float32(), from_pandas=True),
        "acc_basis": _basis(acc_basis, count, order),
        "flags": pa.array(given, pa.uint32()),
        "break_before": pa.array(np.zeros(count, np.bool_)),
    }
    for name in FROM_FIX:
        column = _column(fixes, name)
        columns[name] = pa.nulls(count, TRACK.field(name).type) if column is None else column
    return pa.table([columns[name] for name in TRACK.names], schema=TRACK)


def _column(fixes: pa.Table, name: str) -> pa.ChunkedArray | None:
    return fixes.column(name) if name in fixes.column_names else None


def _ranked(column: pa.ChunkedArray) -> tuple[pa.Array, NDArray[np.int32]]:
    """Return the names of the tracks in order, and for each row the rank of its name."""
    whole = column.unify_dictionaries().combine_chunks().cast(WORD)
    if whole.null_count:
        raise ValueError("a fix without a track; name the track of every fix first")
    names = whole.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), np.int32)
    rank[order] = np.arange(len(names), dtype=np.int32)
    return pa.array([names[k] for k in order], pa.string()), rank[whole.indices.to_numpy()]


def _flags(fixes: pa.Table, count: int) -> Flags:
    column = _column(fixes, "flags")
    if column is None:
        return np.zeros(count, np.uint32)
    flags: Flags = column.fill_null(0).to_numpy().astype(np.uint32)
    return flags


def _times(fixes: pa.Table, flags: Flags) -> tuple[Ints, Bools]:
    """Return the time of each row in ns, 0 where there is none, and whether there is one."""
    stamps = fixes.column("t_applicability")
    heard = _column(fixes, "t_reception")
    stale, age_s = marked(flags, Flag.STALE), _column(fixes, "pos_age_s")
    if heard is None:
        heard = pa.nulls(len(fixes), stamps.type)
    if age_s is not None and stale.any():
        age_ns = np.round(np.nan_to_num(age_s.to_numpy()).astype(np.float64) * 1e9)
        aged = pc.add(stamps, pa.array(age_ns.astype(np.int64), pa.duration("ns")))
        heard = pc.coalesce(heard, aged)
    stamps = pc.if_else(pa.array(stale), pc.coalesce(heard, stamps), pc.coalesce(stamps, heard))
    timed = np.asarray(pc.is_valid(stamps))
    return stamps.cast(pa.int64()).fill_null(0).to_numpy(), timed


def _sigma(
    sigma_m: NDArray[np.floating] | pa.Array | pa.ChunkedArray | float, count: int
) -> NDArray[np.float32]:
    if isinstance(sigma_m, pa.Array | pa.ChunkedArray):
        values = (
            sigma_m.to_numpy()
            if isinstance(sigma_m, pa.ChunkedArray)
            else (sigma_m.to_numpy(zero_copy_only=False))
        )
    else:
        values = np.asarray(sigma_m)
    return np.array(np.broadcast_to(values, (count,)), np.float32)


def _basis(
    basis: pa.Array | pa.ChunkedArray | str, count: int, order: Ints | None
) -> pa.Array | pa.ChunkedArray:
    if isinstance(basis, str):
        indices = pa.array(np.zeros(count, np.int32))
        return pa.DictionaryArray.from_arrays(indices, pa.array([basis], pa.string()))
    if not pa.types.is_dictionary(basis.type):
        basis = basis.dictionary_encode()
    basis = basis.cast(WORD)
    return basis if order is None else basis.take(pa.array(order))


def _order(code: NDArray[np.int32], t_ns: Ints, timed: Bools) -> Ints | None:
    """Return the rows by track and time, those without time last, or None if they are so."""
    key = t_ns if timed.all() else np.where(timed, t_ns, np.iinfo(np.int64).max)
    step = np.diff(code)
    if ((step > 0) | ((step == 0) & (key[1:] >= key[:-1]))).all():
        return None
    order: Ints = np.lexsort((key, code)).astype(np.int64, copy=False)
    return order


def _mark_duplicates(
    code: NDArray[np.int32],
    t_ns: Ints,
    timed: Bools,
    sigma: NDArray[np.float32],
    flags: Flags,
) -> None:
    """Mark all but one of the trusted rows that share a track and a time."""
    usable = np.flatnonzero(timed & (~marked(flags, DISTRUST)))
    same = (np.diff(code[usable]) == 0) & (np.diff(t_ns[usable]) == 0)
    if not same.any():
        return
    group = np.cumsum(np.r_[0, ~same])
    twins = np.flatnonzero(np.bincount(group)[group] > 1)
    rows, group = usable[twins], group[twins]
    best = np.lexsort((rows, np.nan_to_num(sigma[rows], nan=np.inf), group))
    keep = best[np.r_[True, np.diff(group[best]) != 0]]
    rest = np.ones(len(rows), np.bool_)
    rest[keep] = False
    mark(flags, rows[rest], Flag.DUPLICATE)
