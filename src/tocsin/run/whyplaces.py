"""Where in their files the observations of a finding stand.

A bundle keeps the ids of observations; a feed keeps byte offsets, rows or neither.  The file is
read again, as the case reads it, and each id is looked up in what comes of it.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tocsin.errors import SourceError
from tocsin.feed.formats import read
from tocsin.run.bundle import OBSERVATIONS
from tocsin.run.bundleread import Opened
from tocsin.run.case import read_case
from tocsin.run.findings import utc
from tocsin.run.verifyinputs import placed

Json = dict[str, Any]
PLACES = ("byte_offset", "byte_length", "record_index", "row_number")


@dataclass(frozen=True, slots=True)
class Part:
    """What one file gave to a finding."""

    what: str
    facts: Json


def observed(opened: Opened, incursion: str) -> Iterator[Part]:
    """Yield one part a file that observations of an incursion stand in, the others after them."""
    if not opened.files:
        yield Part("observations: not kept here; they stand in bundle.zip", {})
        return
    table = pq.read_table(io.BytesIO(opened.files[OBSERVATIONS]))
    mine = table.filter(pc.equal(table["incursion"].cast(pa.string()), incursion))
    if not mine.num_rows:
        yield Part("observations: not kept for this finding", {})
        return
    left = mine.num_rows
    with tempfile.TemporaryDirectory(prefix="tocsin-why-") as room:
        for path, digest, found in _files(opened, Path(room), mine):
            left -= len(found)
            yield _part(path, digest, found)
    if left:
        withheld = [str(row["path"]) for row in opened.run["files"] if "withheld" in row]
        where = f"in files that are withheld ({', '.join(withheld)})" if withheld else "not kept"
        yield Part(f"{left} observations: their place is {where}", {"count": left})


def _files(opened: Opened, room: Path, mine: pa.Table) -> Iterator[tuple[str, str, list[Json]]]:
    files = placed(opened, room, None)
    if not files.case.is_file():
        return
    ids = mine["obs_id"].to_numpy()
    when = mine["t"].cast(pa.int64()).to_numpy()
    place = mine["place"].to_pylist()
    digests = {row["path"]: str(row.get("sha256", "")) for row in opened.run["files"]}
    for spec in read_case(files.case, files.moved).sources:
        try:
            fixes = read(spec.where, spec.format, spec.options).fixes
        except SourceError:
            continue  # as in the run: what cannot be read supports nothing
        at = _rows(fixes["obs_id"].to_numpy(), ids)
        hits = np.flatnonzero(at >= 0)
        if len(hits):
            rows = fixes.take(pa.array(at[hits]))
            kept = {n: rows[n].to_pylist() for n in PLACES if n in rows.column_names}
            yield (
                spec.path,
                digests.get(spec.path, ""),
                [
                    {"t": utc(int(when[k])), "place": place[k], "obs_id": f"{int(ids[k]):016x}"}
                    | {name: column[n] for name, column in kept.items() if column[n] is not None}
                    for n, k in enumerate(hits.tolist())
                ],
            )


def _rows(every: np.ndarray[Any, Any], ids: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the row of each id, -1 where it is not there."""
    order = np.argsort(every, kind="stable")
    at = np.searchsorted(every[order], ids)
    at = np.minimum(at, len(every) - 1)
    hit = every[order[at]] == ids
    return np.where(hit, order[at], -1)


def _part(path: str, digest: str, found: list[Json]) -> Part:
    inside = sum(row["place"] == "inside" for row in found)
    first, last = _where(found[0]), _where(found[-1])
    span = first if len(found) == 1 else f"{first} to {last}"
    beside = len(found) - inside
    more = f" and {beside} beside them" if beside else ""
    word = "observation" if inside == 1 else "observations"
    what = f"{inside} {word} inside{more}, {path}, {span}, sha256 {digest}"
    return Part(what, {"path": path, "sha256": digest, "observations": found})


def _where(row: Mapping[str, Any]) -> str:
    if "byte_offset" in row:
        record = f" record {row['record_index']}" if row.get("record_index") else ""
        return f"byte {row['byte_offset']}{record}"
    if "row_number" in row:
        return f"row {row['row_number']}"
    return "place not kept"
