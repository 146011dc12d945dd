"""Which fixes belong to one track: `4ab179-1`, `CFL12-1`, or the name of the source with a number.

A track is one aircraft without a long silence.  A name that the source gave is kept as it stands.
Otherwise the 24-bit address names it (lower-case hexadecimal, with "~" before one that is not
ICAO's), else the call sign, else the file; the number counts the times it came back after
`TRACK_GAP_S` of silence, for by then it may be another flight.
"""

from __future__ import annotations

from pathlib import PurePath

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin.feed import parse
from tocsin.schema import FIX, WORD

Ints = NDArray[np.int64]

#: After this silence an address begins a new track: longer than any gap in coverage that a flight
#: is followed across, shorter than most turn-rounds with crew change.
TRACK_GAP_S = 7200.0


def times_ns(fixes: pa.Table) -> Ints:
    """Return when each fix was, (N,): applicability, else reception, else `parse.NAT`."""
    when = fixes["t_applicability"]
    if when.null_count and "t_reception" in fixes.column_names:
        when = pc.coalesce(when, fixes["t_reception"])
    ns = when.cast(pa.int64())
    if ns.null_count:
        ns = ns.fill_null(parse.NAT)
    return np.asarray(ns.to_numpy())


def who(fixes: pa.Table) -> tuple[Ints, pa.Array]:
    """Return the aircraft of each fix as a code, (N,), and the name of each code.

    Two fixes are of one aircraft if they have the same address; without an address, the same
    given track; without that, the same call sign; without any, the same source.  Codes follow
    the sorted names, so that they do not depend on the order of the fixes.
    """
    layers = [
        layer
        for layer in (_addresses(fixes), _words(fixes, "track"), _words(fixes, "callsign"))
        if layer is not None
    ]
    layers.append(_source(fixes))
    if not layers[0].null_count:  # the common case, and the fast one: no text is touched
        return _ranked(layers[0])
    names = layers[0].cast(pa.string())
    for layer in layers[1:]:
        if names.null_count:
            names = pc.coalesce(names, layer.cast(pa.string()))
    return _ranked(names.dictionary_encode())


def assign_tracks(fixes: pa.Table, gap_s: float = TRACK_GAP_S) -> pa.Table:
    """Return the fixes with the column `track` filled; rows keep their order."""
    given = fixes["track"] if "track" in fixes.column_names else None
    if given is not None and not given.null_count:
        return fixes
    open_rows = (
        np.ones(fixes.num_rows, np.bool_)
        if given is None
        else np.asarray(pc.is_null(given).to_numpy())
    )
    rest = fixes if given is None else fixes.filter(pa.array(open_rows))
    code, names = who(rest)
    t_ns = times_ns(rest)
    order = np.lexsort((t_ns, code))
    same = np.diff(code[order]) == 0
    silent = np.zeros(len(order), np.bool_)
    stamp = t_ns[order]
    timed = (stamp[1:] != parse.NAT) & (stamp[:-1] != parse.NAT)
    silent[1:] = same & timed & ((stamp[1:] - stamp[:-1]) > gap_s * parse.NS)
    starts = np.ones(len(order), np.bool_)
    starts[1:] = ~same | silent[1:]
    run = np.cumsum(starts) - 1  # one number a track
    first = np.flatnonzero(starts)
    of = code[order][first]
    opening = np.flatnonzero(np.r_[True, np.diff(of) != 0]) if len(of) else np.array([], np.int64)
    number = np.arange(len(of)) - np.repeat(opening, np.diff(np.r_[opening, len(of)])) + 1
    labels = pa.array(
        [f"{names[int(c)].as_py()}-{n}" for c, n in zip(of, number, strict=True)], pa.string()
    )
    index = np.empty(len(order), np.int32)
    index[order] = run
    words = pa.DictionaryArray.from_arrays(pa.array(index), labels)
    if given is not None:
        every = np.full(fixes.num_rows, -1, np.int64)
        every[open_rows] = np.arange(len(index))
        filled = words.cast(pa.string()).take(pa.array(every, mask=every < 0))
        words = pc.coalesce(pc.cast(given, pa.string()), filled).combine_chunks()
        words = words.dictionary_encode()
    column = pa.chunked_array([words]) if isinstance(words, pa.Array) else words
    return _with(fixes, "track", column.cast(WORD))


def _with(fixes: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    columns = {n: fixes[n] for n in fixes.column_names} | {name: column}
    fields = [FIX.field(n) for n in FIX.names if n in columns]
    return pa.table([columns[f.name] for f in fields], schema=pa.schema(fields))


def _addresses(fixes: pa.Table) -> pa.DictionaryArray | None:
    if "icao24" not in fixes.column_names:
        return None
    number = fixes["icao24"].cast(pa.int64())
    if "icao24_kind" in fixes.column_names:
        kind = pc.cast(fixes["icao24_kind"], pa.string())
        foreign = pc.fill_null(pc.equal(kind, "non_icao"), False)
        number = pc.add(number, pc.multiply(foreign.cast(pa.int64()), 1 << 24))
    coded = _one(number.combine_chunks()).dictionary_encode()
    names = [
        f"{'~' if value >> 24 else ''}{value & 0xFFFFFF:06x}"
        for value in coded.dictionary.to_pylist()
    ]
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(names, pa.string()))


def _words(fixes: pa.Table, name: str) -> pa.DictionaryArray | None:
    if name not in fixes.column_names:
        return None
    return _one(fixes[name].unify_dictionaries().combine_chunks())


def _source(fixes: pa.Table) -> pa.DictionaryArray:
    """Return the name of each fix's source without suffixes: "log.csv.gz" is "log", (N,)."""
    coded = _words(fixes, "source_id")
    if coded is None:
        indices = pa.array(np.zeros(fixes.num_rows, np.int32))
        return pa.DictionaryArray.from_arrays(indices, pa.array(["source"], pa.string()))
    names = coded.dictionary.to_pylist()
    stems = [PurePath(name).name.split(".")[0] or name for name in names]
    indices = coded.indices.fill_null(len(stems))
    return pa.DictionaryArray.from_arrays(indices, pa.array([*stems, "source"], pa.string()))


def _one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a combined column as one array: an empty one stays in chunks."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _ranked(coded: pa.DictionaryArray) -> tuple[Ints, pa.Array]:
    """Return codes that follow the sorted names, and the names; equal names have one code."""
    names = sorted(set(coded.dictionary.to_pylist()))
    place = {name: number for number, name in enumerate(names)}
    rank = np.array([place[name] for name in coded.dictionary.to_pylist()], np.int64)
    indices = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return rank[indices], pa.array(names, pa.string())
