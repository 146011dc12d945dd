"""The files of a run: findings, tables, the quarantine and the pages, as bytes by name."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.dossier import html, pdf
from tocsin.dossier.compose import document
from tocsin.dossier.data import DossierData
from tocsin.dossier.provenance import Statement
from tocsin.incursion.find import Passages
from tocsin.run import pages
from tocsin.run.aside import ALONE, Aside
from tocsin.run.bundlecode import code
from tocsin.run.darkpages import with_dark
from tocsin.run.incident_view import VIEW, incident_view, written
from tocsin.run.output import FINDINGS, dumps
from tocsin.run.redact import Redaction
from tocsin.schema import Refusal

if TYPE_CHECKING:
    from tocsin.run.case import Case
    from tocsin.run.flow import Studied


def results(
    done: Studied,
    max_gap_s: float,
    redaction: Redaction | None = None,
    aside: Aside = ALONE,
) -> tuple[dict[str, bytes], list[Statement]]:
    """Return the results of a case by name, and the statements that its pages make.

    aside  processes that print pages meanwhile
    """
    findings = done.findings
    told = code() | {"withheld": list(redaction.sentences) if redaction else []}
    if done.shown is not None and redaction is None:
        data = done.shown.data
        page = document(findings, data, told, done.shown.pictures())
    else:
        data = pages.drawn(done.case, done.gathered, done.outlines, done.found, findings, max_gap_s)
        data = with_dark(data, done.weighed, findings)
        if redaction is not None and redaction.sensors:
            data = _without_errors(data)
        page = document(findings, data, told)
    printed = aside.ask(_printed, page, moment(done.case))
    files = {
        FINDINGS: dumps(findings).encode(),
        "incursions.parquet": parquet(_with_ids(done.found, findings)),
        "tracks.parquet": parquet(done.gathered.tracks),
        "quarantine.ndjson": quarantine((*done.gathered.refusals, *done.airspace.refusals)),
        VIEW: written(incident_view(done, data, page, redaction)),
        **printed(),
    }
    return files, page["statements"]


def _printed(page: Mapping[str, Any], at: datetime | None) -> dict[str, bytes]:
    return {"dossier.html": html.page(dict(page)).encode(), "dossier.pdf": pdf.page(page, at)}


def moment(case: Case) -> datetime | None:
    """Return the moment a case is of: its as-of, else the end of its window, never the clock."""
    if case.as_of is not None:
        return case.as_of
    if case.window_ns is not None:
        return datetime.fromtimestamp(case.window_ns[1] // 10**9, UTC)
    return None


def parquet(table: pa.Table) -> bytes:
    """Return a table as Parquet, the same bytes for the same table."""
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def quarantine(refusals: tuple[Refusal, ...]) -> bytes:
    """Return the refused records, one JSON object a line."""
    lines = [json.dumps(asdict(refusal), ensure_ascii=False) for refusal in refusals]
    return "".join(line + "\n" for line in lines).encode()


def _with_ids(found: Passages, findings: Mapping[str, Any]) -> pa.Table:
    rows = findings["incursions"][: found.table.num_rows]  # those of radar tracks stand after
    ids = pa.array([incursion["id"] for incursion in rows], pa.string())
    table = found.table.add_column(0, "id", ids)
    for name in found.detail.column_names:
        if name != "outline":
            table = table.append_column(name, found.detail[name])
    return table


def _without_errors(data: DossierData) -> DossierData:
    """Return the figures' data without the corridors: they show how well a sensor measures."""
    return replace(
        data,
        tracks=tuple(
            replace(track, sigma_m=np.full(len(track.t_s), np.nan)) for track in data.tracks
        ),
    )
