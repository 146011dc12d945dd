"""Findings without what tells of sensors: a new object, with null or a word where it stood."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tocsin.run.case import TLPS

Json = dict[str, Any]
WITHHELD = "withheld"
_BIAS = re.compile(r";? ?would need a sensor bias of [^()]*(\([^)]*\))?")


def without(
    findings: Mapping[str, Any],
    *,
    tlp: str,
    withheld: frozenset[str],
    witnesses: frozenset[str],
    sensors: bool,
    settings: str | None,
) -> Json:
    """Return the findings as they may leave.

    withheld   paths of inputs that stay here: what was noted of their content goes too
    witnesses  sensors of which nothing is told
    sensors    whether accuracy and coverage go
    settings   what stands for the hash of settings and case; None: the hash itself
    """
    out: Json = {**findings, "tlp": tlp}
    if settings is not None:
        out["settings_sha256"] = settings
    out["inputs"] = [_input(row, withheld) for row in findings["inputs"]]
    out["incursions"] = _points(findings, withheld)
    names = withheld | witnesses
    out["limits"] = _limits(findings["limits"], names)
    out["claims"] = [_unmarked(row, tlp) for row in findings["claims"]]
    if sensors:
        out["incursions"] = [row | {"shares_of_variance": None} if "shares_of_variance" in row
                             else dict(row) for row in out["incursions"]]  # fmt: skip
        out["sensitivity"] = []
        out["claims"] = [_claim(row) for row in out["claims"]]
        if context := findings.get("context"):
            out["context"] = context | _coverage(context)
    return out


def _points(findings: Mapping[str, Any], withheld: frozenset[str]) -> list[Json]:
    """Return the incursions without points of a boundary whose file stays here."""
    gone = {
        (one["volume"], one["hypothesis"])
        for one in findings.get("airspace", ())
        if one["path"] in withheld
    }
    return [
        {**row, "depth_from": {**row["depth_from"], "lon_deg": None, "lat_deg": None}}
        if row.get("depth_from") and (row["volume"], row["hypothesis"]) in gone
        else dict(row)
        for row in findings["incursions"]
    ]


def _input(row: Mapping[str, Any], withheld: frozenset[str]) -> Json:
    if row["path"] not in withheld:
        return dict(row)
    return {**row, "notes": [WITHHELD] if row["notes"] else []}


def _limits(limits: list[str], names: frozenset[str]) -> list[str]:
    """Return the sentences that name nothing withheld, and how many did."""
    kept = [text for text in limits if not any(_names(text, name) for name in names)]
    gone = len(limits) - len(kept)
    word = "sentence names" if gone == 1 else "sentences name"
    return [*kept, f"Withheld: {gone} {word} what is left out."] if gone else kept


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) is not None


def _claim(row: Mapping[str, Any]) -> Json:
    """Return a claim without the bias that it would need: with a distance, that is an accuracy."""
    why = _BIAS.sub("", str(row.get("why", ""))).strip("; ")
    return {**row, "why": why, "bias_needed_sigma": None, "bias_needed": WITHHELD
            if row.get("bias_needed") else "", "bias_parts": {}}  # fmt: skip


def _unmarked(row: Mapping[str, Any], tlp: str) -> Json:
    """Return a claim without incidents of a register that are marked above a label."""
    kept, gone = {}, 0
    for name in ("rests_on", "could_not_decide"):
        rows = list(row.get(name) or ())
        may = [one for one in rows if TLPS.index(one.get("tlp") or "CLEAR") <= TLPS.index(tlp)]
        gone += len(rows) - len(may)
        kept[name] = may
    if not gone:
        return dict(row)
    word = "incident of the register is" if gone == 1 else "incidents of the register are"
    return {**row, **kept, "why": f"withheld: {gone} {word} marked above TLP:{tlp}"}


def _coverage(context: Mapping[str, Any]) -> Json:
    told = context.get("coverage")
    if not told:
        return {}
    gone: Callable[[Mapping[str, Any]], Json] = lambda row: {  # noqa: E731
        **row, "why": WITHHELD, "share": None,
    }  # fmt: skip
    each = [gone(row) for row in told.get("each", ())]
    return {"coverage": {**gone(told), "sensors": [], "sources": [], "each": each}}
