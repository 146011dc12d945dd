"""Lay what a reader found out as a table of fixes: declared types, identity, provenance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.schema import FIX, FIX_CORE

#: splitmix64 constants (Steele, Lea and Flood 2014): a fixed, well-mixed map of row to id.
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def observation_ids(sha256: bytes, index: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return one id per observation, from the file's hash and its place in it, (N,)."""
    seed = np.uint64(int.from_bytes(sha256[:8], "big"))
    with np.errstate(over="ignore"):
        z = seed + (index.astype(np.uint64) + np.uint64(1)) * _GAMMA
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        return z ^ (z >> np.uint64(31))


def constant(value: object, count: int, name: str) -> pa.Array:
    """Return a column of one repeated value in the declared type of column `name`."""
    kind = FIX.field(name).type
    if pa.types.is_dictionary(kind):
        indices = pa.array(np.zeros(count, np.int32))
        return pa.DictionaryArray.from_arrays(indices, pa.array([value], pa.string()))
    return pa.repeat(pa.scalar(value, kind), count)


def fixes(
    sha256: bytes,
    index: NDArray[np.uint64],
    columns: Mapping[str, object],
) -> pa.Table:
    """Return the table of fixes of one file, columns in the order of the schema.

    index    (N,) row number or byte offset of each fix: what its id is made from
    columns  name to Arrow array, NumPy array, or one value for all rows; NaN becomes null

    Raises ValueError for a column the schema does not know or one that has another length.
    """
    count = len(index)
    given = dict(columns)
    given.setdefault("obs_id", observation_ids(sha256, index))
    given.setdefault("file_sha256", constant(sha256, count, "file_sha256"))
    unknown = sorted(set(given) - set(FIX.names))
    if unknown:
        raise ValueError(f"no such column in the schema of fixes: {', '.join(unknown)}")
    missing = [name for name in FIX_CORE if name not in given]
    if missing:
        raise ValueError(f"a table of fixes needs {', '.join(missing)}")
    fields = [FIX.field(name) for name in FIX.names if name in given]
    arrays = [_column(given[f.name], f, count) for f in fields]
    return pa.table(arrays, schema=pa.schema(fields))


def _column(value: object, wanted: pa.Field, count: int) -> pa.Array:
    if isinstance(value, pa.ChunkedArray):
        value = value.combine_chunks()
    if isinstance(value, np.ndarray):
        value = pa.array(value, from_pandas=True)  # NaN, NaT -> null: not reported
    if not isinstance(value, pa.Array):
        return constant(value, count, wanted.name)
    if len(value) != count:
        raise ValueError(f"column {wanted.name} has {len(value)} rows, not {count}")
    if value.type == wanted.type:
        return value
    if pa.types.is_dictionary(wanted.type):
        return value.cast(pa.string()).dictionary_encode()
    if pa.types.is_floating(value.type) and pa.types.is_floating(wanted.type):
        return value.cast(wanted.type, safe=False)  # float64 -> float32 rounds, as meant
    return value.cast(wanted.type)
