"""A case from its file to its dossier: where the rooms meet."""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.dossier.compose import render
from tocsin.incursion.find import Passages, find
from tocsin.run import airspaces, claims, doubt, pages, radar
from tocsin.run.case import Case, read_case
from tocsin.run.darkpages import with_dark
from tocsin.run.evidence import Weighed, calibration_notes, incursions, weigh
from tocsin.run.findings import authorised, case_findings
from tocsin.run.output import FINDINGS, dumps, write_directory
from tocsin.run.sources import Gathered, Say, gather, quiet
from tocsin.schema import Outline, Refusal
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
    gathered = gather(case.sources, settings, qnh=case.qnh, window_ns=case.window_ns, say=say)
    airspace = airspaces.load(case.airspaces, say)
    say("looking for passages")
    outlines = airspace.outlines(gathered.tracks, settings.max_error_m)
    found = find(gathered.tracks, outlines, max_gap_s=settings.max_gap_s)

    # What did only radar see, and how sure is that?
    dark = _dark(case, gathered, outlines, say)

    # What would a naive reading say, and what did nobody see?
    naive = doubt.not_established(gathered.tracks, gathered.distrust, outlines, found)
    unseen = doubt.unobserved(found, outlines, settings.max_gap_s)

    findings = case_findings(case, gathered, airspace, found, settings, naive, unseen)
    findings["incursions"] += dark.rows
    findings["limits"] += dark.notes
    say("testing the claims")
    rows, pairs, notes = claims.judged(case, dark.weighed)
    findings["claims"], findings["compatibility"] = rows, pairs
    findings["limits"] += notes
    say("drawing the dossier")
    data = pages.drawn(case, gathered, outlines, found, findings, settings.max_gap_s)
    data = with_dark(data, dark.weighed, findings)
    files = {
        FINDINGS: dumps(findings).encode(),
        "incursions.parquet": parquet(_with_ids(found, findings)),
        "tracks.parquet": parquet(gathered.tracks),
        "quarantine.ndjson": quarantine((*gathered.refusals, *airspace.refusals)),
        "dossier.html": render(findings, data).encode(),
    }
    write_directory(directory, files)
    return Outcome(findings, directory, tuple(files), gathered)


@dataclass(frozen=True, slots=True, eq=False)
class _Dark:
    weighed: tuple[Weighed, ...]
    rows: tuple[dict[str, Any], ...]  # findings
    notes: tuple[str, ...]


def _dark(case: Case, gathered: Gathered, outlines: tuple[Outline, ...], say: Say) -> _Dark:
    """Judge what only radar saw, from joint samples with the case's seed."""
    if not gathered.radars:
        return _Dark((), (), ())
    say("sampling tracks that only radar saw")
    sensors = {sensor.id: sensor for _, sensor in gathered.radars}
    plots = radar.rows_of(gathered.radars, case.qnh, case.window_ns)
    known = radar.learned(plots, sensors, gathered.co_operative)
    rng = np.random.default_rng(case.seed)
    tracks = radar.dark_tracks(plots, sensors, case.height, known, rng)
    say("weighing them against every volume")
    weighed, _ = weigh(tracks, outlines, rng)
    inputs = [done.sha256 for done in gathered.inputs]
    rows = incursions(weighed, authorised(case.reports), inputs)
    return _Dark(tuple(weighed), tuple(rows), calibration_notes(known))


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
    rows = findings["incursions"][: found.table.num_rows]  # those of radar tracks stand after
    ids = pa.array([incursion["id"] for incursion in rows], pa.string())
    table = found.table.add_column(0, "id", ids)
    for name in found.detail.column_names:
        if name != "outline":
            table = table.append_column(name, found.detail[name])
    return table
