"""Passages to the findings of a case: the object that findings.json holds and a dossier says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from tocsin import __version__
from tocsin.incursion.find import Passages
from tocsin.incursion.outward import Faced, Outward
from tocsin.run.airspaces import Airspaces
from tocsin.run.case import Case
from tocsin.run.outward import depth_from
from tocsin.run.sources import Gathered
from tocsin.schema import Distrust, Input, Volume
from tocsin.settings import FindSettings, digest

Z_95 = 1.6448536269514722  # standard normal quantile of .95: bounds of the 5-95 % interval
Json = dict[str, Any]


def utc(ns: int) -> str:
    """Return a time as RFC 3339 UTC with milliseconds."""
    moment = datetime.fromtimestamp(ns // 10**9, UTC)
    ms = round(ns % 10**9 / 1e6)
    if ms == 1000:
        moment, ms = datetime.fromtimestamp(ns // 10**9 + 1, UTC), 0
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"


def case_findings(
    case: Case,
    gathered: Gathered,
    airspaces: Airspaces,
    found: Passages,
    settings: FindSettings,
    not_established: Sequence[Json],
    unobserved: Sequence[Json],
) -> Json:
    """Return the findings of a case, in the shape of DESIGN.md and with what the page needs."""
    limits = [*gathered.notes, *airspaces.notes]
    return {
        "case": case.id,
        "title": case.title,
        "version": __version__,
        "settings_sha256": digest(settings, case.raw),
        "synthetic": case.synthetic,
        "tlp": case.tlp,
        "window": [utc(ns) for ns in case.window_ns] if case.window_ns else None,
        "as_of": utc(round(case.as_of.timestamp() * 1e6) * 1000) if case.as_of else None,
        "settings": {**asdict(settings), "qnh_hpa": _qnh(case)},
        "inputs": [input_row(done) for done in gathered.inputs],
        "airspace": list(airspaces.about),
        "incursions": incursions(found, gathered, airspaces.volumes),
        "claims": [],
        "compatibility": [],
        "integrity": [distrust_row(stretch) for stretch in gathered.distrust],
        "not_established": list(not_established),
        "unobserved": list(unobserved),
        "limits": limits,
    }


def _qnh(case: Case) -> float | list[Json] | None:
    """Return the QNH that was used: one value, or every report with its time."""
    if case.qnh is None or isinstance(case.qnh, float):
        return case.qnh
    pairs = zip(case.qnh.t_ns, case.qnh.hpa, strict=True)
    return [{"utc": utc(int(ns)), "hpa": float(hpa)} for ns, hpa in pairs]


def input_row(done: Input) -> Json:
    """Return an input as findings.json and `read --json` show it."""
    row = asdict(done)
    row["notes"] = list(done.notes)
    return row


def distrust_row(stretch: Distrust) -> Json:
    """Return a distrusted stretch as findings.json shows it."""
    return {
        "track": stretch.track,
        "from_utc": utc(stretch.from_ns),
        "to_utc": utc(stretch.to_ns),
        "reason": stretch.reason,
        "detail": stretch.detail,
        "fixes": stretch.fixes,
    }


def incursions(found: Passages, gathered: Gathered, volumes: Sequence[Volume]) -> list[Json]:
    """Return one object a passage, with an id made from its content.

    Whether it was authorised is for the context to say (`run.context.apply`).
    """
    line_m = {(v.name, v.hypothesis): v.sigma_m for v in volumes}
    inputs = sorted(done.sha256 for done in gathered.inputs)
    rows = []
    for row, more in zip(found.table.to_pylist(), found.detail.to_pylist(), strict=True):
        end_sigma = more["sigma_entry_s"], more["sigma_exit_s"]
        duration_sigma = float(np.hypot(end_sigma[0] or 0.0, end_sigma[1] or 0.0))
        depth, sigma_depth = row["max_depth_m"], row["sigma_depth_m"]
        open_ = {
            (True, True): "none",
            (False, True): "entry",
            (True, False): "exit",
            (False, False): "both",
        }[(row["entry_observed"], row["exit_observed"])]
        rows.append(
            {
                "id": _id(row, more, inputs),
                "track": row["track"],
                "volume": row["volume"],
                "layer": row["layer"],
                "hypothesis": row["hypothesis"],
                "p_inside": row["p_inside"],
                "authorised": "cannot tell",
                "entry_utc": _moments(row["entry_t"], more["sigma_entry_s"]),
                "exit_utc": _moments(row["exit_t"], more["sigma_exit_s"]),
                "duration_s": _quantiles(row["duration_s"], duration_sigma, least=0.0),
                "max_depth_m": _quantiles(depth, sigma_depth, least=0.0),
                "depth_from": _depth_from(more, sigma_depth, found.limits.get(more["outline"])),
                "path_inside_m": _quantiles(more["path_inside_m"], None, least=0.0),
                "aircraft_count": gathered.counts.get(row["track"]),
                "open": open_,
                "coverage": more["coverage"],
                "dominant_uncertainty": _dominant(row, more, open_, line_m.get(_key(row), 0.0)),
                "from_utc": utc(_ns(more["from_t"])),
                "to_utc": utc(_ns(more["to_t"])),
                "fixes_inside": row["fixes_inside"],
            }
        )
    return rows


def _depth_from(more: Mapping[str, Any], sigma: float | None, limit: Outward | None) -> Json | None:
    """Return from which edge the depth is measured; None where there is no depth."""
    if limit is None or more["limit_kind"] is None:
        return None
    kind, beyond = more["limit_kind"], more["limit_neighbour"]
    every = more["every_depth_m"]
    return depth_from(
        limit,
        Faced(kind, beyond or "", more["limit_disputed"]),
        (more["limit_lon"], more["limit_lat"]),
        every=None if every is None else _quantiles(every, sigma, least=0.0),
    )


def _id(row: Mapping[str, Any], more: Mapping[str, Any], inputs: Sequence[str]) -> str:
    """Return an id from what was found and in what bytes, so that a second run agrees."""
    told = "|".join(
        [
            *inputs,
            row["track"],
            row["volume"],
            row["layer"],
            row["hypothesis"],
            utc(_ns(more["from_t"])),
            utc(_ns(more["to_t"])),
        ]
    )
    return "i-" + hashlib.sha256(told.encode()).hexdigest()[:12]


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["volume"], row["hypothesis"]


def _moments(moment: datetime | None, sigma_s: float | None) -> Json | None:
    if moment is None:
        return None
    ns = _ns(moment)
    if sigma_s is None:
        return {"q05": None, "q50": utc(ns), "q95": None}
    off = round(Z_95 * sigma_s * 1e9)
    return {"q05": utc(ns - off), "q50": utc(ns), "q95": utc(ns + off)}


def _quantiles(value: float | None, sigma: float | None, least: float) -> Json:
    if value is None or sigma is None:
        return {"q05": None, "q50": _round(value), "q95": None}
    off = Z_95 * sigma
    return {
        "q05": _round(max(value - off, least)),
        "q50": _round(value),
        "q95": _round(value + off),
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)  # a millimetre, a millisecond


def _ns(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * 1000


def _dominant(row: Mapping[str, Any], more: Mapping[str, Any], open_: str, line_m: float) -> str:
    """Return what the answer hangs on most: a gap, the height, the boundary or the fixes."""
    if row["p_inside"] is None:
        return "the height, which is not reported in the datum of the limit"
    if open_ != "none" or more["coverage"] < 1:
        return "a gap in observation"
    if row["sigma_depth_m"] is not None and line_m > row["sigma_depth_m"] / 2**0.5:
        return "the error of the boundary"
    return "the error of the fixes"
