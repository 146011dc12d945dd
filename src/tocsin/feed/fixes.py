"""Fixes from the Parquet that `tocsin read -o` wrote: the same table again, row for row.

The columns are those of `schema.FIX`, and identity, hashes and offsets stay those of the first
source, so that a number still walks back to its bytes.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.errors import FeedError
from tocsin.feed.rows import Rows
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import FIX, FIX_CORE, Reading

NAME = "fixes"
TITLE = "Parquet written by tocsin read"


def sniff(head: bytes) -> bool:
    """Return whether this footer names the core columns of a table of fixes."""
    return head.startswith(b"PAR1") and all(name.encode() in head for name in FIX_CORE)


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the table of fixes as it was written; records are its rows."""
    try:
        table = pq.read_table(pa.BufferReader(source.data))
    except (pa.ArrowInvalid, OSError) as error:
        raise FeedError(
            f"is a damaged Parquet file: {error}", path=source.path, hint="write it again"
        ) from error
    for column in table.schema:
        wanted = FIX.field(column.name).type if column.name in FIX.names else None
        if wanted != column.type:
            raise FeedError(
                f"column {column.name} is {column.type}, not {wanted or 'a column of fixes'}",
                path=source.path,
                hint="it was written by another version or another program: read the source again",
            )
    rows = Rows(source, NAME, table.num_rows, lambda row: f"row {row}")
    lat, lon = (table[name].to_numpy() for name in ("lat_deg", "lon_deg"))
    rows.check_positions(lat, lon)
    if not rows.good.all():
        table = table.filter(pa.array(rows.good))
    if not table.num_rows:
        raise FeedError("holds no fix with a usable position", path=source.path)
    # One chunk a column, as a reader leaves it: row groups are no part of what was observed.
    table = table.replace_schema_metadata(None).unify_dictionaries().combine_chunks()
    count = int(np.sum(~rows.good)) + table.num_rows
    return rows.quarantine.reading(source.sha256, NAME, count, table)
