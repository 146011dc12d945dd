"""A case from its file to its dossier: where the rooms meet."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.dossier.compose import render
from tocsin.incursion.find import Passages, find
from tocsin.run import airspaces, doubt, pages
from tocsin.run.case import read_case
from tocsin.run.findings import case_findings
from tocsin.run.output import FINDINGS, dumps, write_directory
from tocsin.run.sources import Gathered, Say, gather, quiet
from tocsin.schema import Refusal
from tocsin.settings import FindSettings


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a run found, and where it lies."""

    findings: dict[str, Any]
    directory: Path
    files: tuple[str, ...]
    gathered: Gathered


def run_case(
    case_path: str | Path,
    directory: Path,
    settings: FindSettings | None = None,
    say: Say = quiet,
) -> Outcome:
    """Answer a case and write its results into a directory, whole or not at all.

    Raises CaseError, FeedError or AirspaceError for what cannot be read, UsageError for a
    directory that tocsin did not write.
    """
    settings = settings or FindSettings()
    case = read_case(case_path)

    # Did it happen?
    gathered = gather(
        case.sources, settings, qnh_hpa=case.qnh_hpa, window_ns=case.window_ns, say=say
    )
    airspace = airspaces.load(case.airspaces, say)
    say("looking for passages")
    outlines = airspace.outlines(gathered.tracks, settings.max_error_m)
    found = find(gathered.tracks, outlines, max_gap_s=settings.max_gap_s)

    # What would a naive reading say, and what did nobody see?
    naive = doubt.not_established(gathered.tracks, gathered.distrust, outlines, found)
    unseen = doubt.unobserved(found, outlines, settings.max_gap_s)

    findings = case_findings(case, gathered, airspace, found, settings, naive, unseen)
    say("drawing the dossier")
    data = pages.drawn(case, gathered, outlines, found, findings, settings.max_gap_s)
    files = {
        FINDINGS: dumps(findings).encode(),
        "incursions.parquet": parquet(_with_ids(found, findings)),
        "tracks.parquet": parquet(gathered.tracks),
        "quarantine.ndjson": quarantine((*gathered.refusals, *airspace.refusals)),
        "dossier.html": render(findings, data).encode(),
    }
    write_directory(directory, files)
    return Outcome(findings, directory, tuple(files), gathered)


def parquet(table: pa.Table) -> bytes:
    """Return a table as Parquet, the same bytes for the same table."""
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def quarantine(refusals: tuple[Refusal, ...]) -> bytes:
    """Return the refused records, one JSON object a line."""
    import json

    lines = [json.dumps(asdict(refusal), ensure_ascii=False) for refusal in refusals]
    return "".join(line + "\n" for line in lines).encode()


def _with_ids(found: Passages, findings: dict[str, Any]) -> pa.Table:
    ids = pa.array([incursion["id"] for incursion in findings["incursions"]], pa.string())
    table = found.table.add_column(0, "id", ids)
    for name in found.detail.column_names:
        if name != "outline":
            table = table.append_column(name, found.detail[name])
    return table
